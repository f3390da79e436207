"""Noise as a pure function of place: the same point gives the same number in any order, thread and process.

All functions take a point in millimetres and an integer seed. Hashes run in 64 bits and are wrapped to 32 at each
step, because numba's unsigned 32-bit products are 64 bits wide.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_MASK = 0xFFFFFFFF
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_THREE = np.float32(3.0)
_SCALE = np.float32(1.0 / 4294967296.0)


@nb.njit(cache=True, nogil=True, inline="always")
def hash32(z: int, y: int, x: int, seed: int) -> int:
    """Return a 32-bit hash of a lattice point and a seed."""
    h = (z * 374761393 + y * 668265263 + x * 1442695041 + seed * 2654435761) & _MASK
    h = ((h ^ (h >> 15)) * 739982445) & _MASK
    h = ((h ^ (h >> 12)) * 695872825) & _MASK
    return h ^ (h >> 15)


@nb.njit(cache=True, nogil=True, inline="always")
def unit(h: int) -> np.float32:
    """Return a 32-bit hash as a number in [0, 1)."""
    return np.float32(h) * _SCALE


@nb.njit(cache=True, nogil=True)
def value_noise(z: np.float32, y: np.float32, x: np.float32, length: np.float32, seed: int) -> np.float32:
    """Return smooth noise in [-1, 1] with the correlation length ``length`` (mm) at a point (mm)."""
    z, y, x = z / length, y / length, x / length
    iz, iy, ix = int(np.floor(z)), int(np.floor(y)), int(np.floor(x))
    fz, fy, fx = z - np.float32(iz), y - np.float32(iy), x - np.float32(ix)
    fz, fy, fx = (
        fz * fz * (_THREE - _TWO * fz),
        fy * fy * (_THREE - _TWO * fy),
        fx * fx * (_THREE - _TWO * fx),
    )
    total = np.float32(0.0)
    for k in range(8):
        dz, dy, dx = k >> 2, (k >> 1) & 1, k & 1
        w = (fz if dz else _ONE - fz) * (fy if dy else _ONE - fy) * (fx if dx else _ONE - fx)
        total += w * unit(hash32(iz + dz, iy + dy, ix + dx, seed))
    return total * _TWO - _ONE


@nb.njit(cache=True, nogil=True)
def cells(
    z: np.float32, y: np.float32, x: np.float32, length: np.float32, seed: int
) -> tuple[np.float32, np.float32, int]:
    """Return distances (mm) to the nearest and second nearest of scattered points, and the nearest one's hash.

    One point lies at random in each cube of side ``length`` (Worley 1996).
    """
    z, y, x = z / length, y / length, x / length
    iz, iy, ix = int(np.floor(z)), int(np.floor(y)), int(np.floor(x))
    first, second, who = np.float32(1e9), np.float32(1e9), 0
    for k in range(27):
        cz, cy, cx = iz + k // 9 - 1, iy + (k // 3) % 3 - 1, ix + k % 3 - 1
        h = hash32(cz, cy, cx, seed)
        g = hash32(cz, cy, cx, seed + 7919)
        dz = np.float32(cz) + unit(h) - z
        dy = np.float32(cy) + unit(g) - y
        dx = np.float32(cx) + unit((h ^ (g * 40503)) & _MASK) - x
        d = dz * dz + dy * dy + dx * dx
        if d < first:
            second = first
            first, who = d, h
        elif d < second:
            second = d
    return np.sqrt(first) * length, np.sqrt(second) * length, who


@nb.njit(cache=True, nogil=True)
def cyst(
    z: np.float32, y: np.float32, x: np.float32, length: np.float32, seed: int, uneven: np.float32
) -> tuple[np.float32, np.float32, np.float32, np.float32, np.float32, int]:
    """Return where a point lies in the cell of `cells` that holds it.

    Cells differ in size by ``uneven`` (a power diagram: a point's squared distance, in lengths, is lessened by up to
    that much), and 0 makes the nearest point's cell.

    Returns
    -------
    tuple
        Way (z, y, x) from the cell's own point and its length, distance to the wall towards the next cell (all in mm),
        and the hash of the cell's point.
    """
    z, y, x = z / length, y / length, x / length
    iz, iy, ix = int(np.floor(z)), int(np.floor(y)), int(np.floor(x))
    first, second, who = np.float32(1e9), np.float32(1e9), 0
    wz = wy = wx = vz = vy = vx = np.float32(0.0)
    for k in range(27):
        cz, cy, cx = iz + k // 9 - 1, iy + (k // 3) % 3 - 1, ix + k % 3 - 1
        h = hash32(cz, cy, cx, seed)
        g = hash32(cz, cy, cx, seed + 7919)
        dz = z - np.float32(cz) - unit(h)
        dy = y - np.float32(cy) - unit(g)
        dx = x - np.float32(cx) - unit((h ^ (g * 40503)) & _MASK)
        d = dz * dz + dy * dy + dx * dx - uneven * unit((g ^ (h * 9176)) & _MASK)
        if d < first:
            second, vz, vy, vx = first, wz, wy, wx
            first, who = d, h
            wz, wy, wx = dz, dy, dx
        elif d < second:
            second, vz, vy, vx = d, dz, dy, dx
    apart = np.sqrt((wz - vz) * (wz - vz) + (wy - vy) * (wy - vy) + (wx - vx) * (wx - vx))
    wall = (second - first) / (_TWO * max(apart, np.float32(1e-3)))
    near = np.sqrt(wz * wz + wy * wy + wx * wx)
    return wz * length, wy * length, wx * length, near * length, wall * length, who
