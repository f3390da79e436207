"""Reading fields between their half-resolution voxels."""

from __future__ import annotations

import numba as nb
import numpy as np

_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
CENTI = np.float32(0.01)


@nb.njit(cache=True, nogil=True, inline="always")
def weight(k: int, fz: np.float32, fy: np.float32, fx: np.float32) -> np.float32:
    """Return the share of corner ``k`` (bits z, y, x) in a cell's trilinear mean."""
    return (fz if k & 4 else _ONE - fz) * (fy if k & 2 else _ONE - fy) * (fx if k & 1 else _ONE - fx)


@nb.njit(cache=True, nogil=True)
def pooled(
    values: np.ndarray,
    first: int,
    ny: int,
    nx: int,
    cell: tuple[int, int, int],
    fz: np.float32,
    fy: np.float32,
    fx: np.float32,
) -> np.float32:
    """Return the trilinear value of the block that begins at ``first`` in a pooled buffer; cells count in the block."""
    iz, iy, ix = cell
    total = _ZERO
    for k in range(8):
        at = first + ((iz + (k >> 2)) * ny + iy + ((k >> 1) & 1)) * nx + ix + (k & 1)
        total += weight(k, fz, fy, fx) * np.float32(values[at])
    return total


@nb.njit(cache=True, nogil=True)
def half_value(values: np.ndarray, hz: np.float32, hy: np.float32, hx: np.float32) -> np.float32:
    """Return the trilinear value of a half-resolution volume in 0.01 mm at its indices, as mm."""
    iz, iy, ix = int(np.floor(hz)), int(np.floor(hy)), int(np.floor(hx))
    fz, fy, fx = hz - np.float32(iz), hy - np.float32(iy), hx - np.float32(ix)
    nz, ny, nx = values.shape
    total = _ZERO
    for k in range(8):
        z = min(max(iz + (k >> 2), 0), nz - 1)
        y = min(max(iy + ((k >> 1) & 1), 0), ny - 1)
        x = min(max(ix + (k & 1), 0), nx - 1)
        total += weight(k, fz, fy, fx) * np.float32(values[z, y, x])
    return total * CENTI


@nb.njit(cache=True, nogil=True)
def half_label(values: np.ndarray, hz: np.float32, hy: np.float32, hx: np.float32) -> int:
    """Return the value of the half-resolution voxel nearest to indices."""
    nz, ny, nx = values.shape
    return int(
        values[
            min(max(int(hz + _HALF), 0), nz - 1),
            min(max(int(hy + _HALF), 0), ny - 1),
            min(max(int(hx + _HALF), 0), nx - 1),
        ]
    )
