"""Thin round rods drawn into volumes with partial-volume coverage, the same for any number of threads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.grid import Grid

SLABS = 24


@dataclass(frozen=True)
class Capsules:
    """Rods with round ends.

    Parameters
    ----------
    start_mm, end_mm : numpy.ndarray
        float32, shape (n, 3), in (z, y, x).
    start_radius_mm, end_radius_mm : numpy.ndarray
        float32, shape (n,).
    """

    start_mm: np.ndarray
    end_mm: np.ndarray
    start_radius_mm: np.ndarray
    end_radius_mm: np.ndarray


@nb.njit(cache=True, nogil=True, parallel=True)
def _draw(out: Any, mask: Any, p: Any, q: Any, rp: Any, rq: Any, org: Any, sp: Any) -> Any:
    nz, ny, nx = out.shape
    h = np.float32((sp[0] * sp[1] * sp[2]) ** (1.0 / 3.0))
    half, one, zero = np.float32(0.5), np.float32(1.0), np.float32(0.0)
    # a slab of slices belongs to one thread, so no voxel is ever written by two
    for ss in nb.prange(SLABS):
        s = np.int64(ss)
        first, last = s * nz // SLABS, (s + 1) * nz // SLABS
        for c in range(p.shape[0]):
            # a rod thinner than a voxel keeps its mass: drawn as wide as a voxel, and fainter
            reach = max(rp[c], rq[c], half * h) + h
            i0 = max(first, math.ceil((min(p[c, 0], q[c, 0]) - reach - org[0]) / sp[0]))
            i1 = min(last - 1, math.floor((max(p[c, 0], q[c, 0]) + reach - org[0]) / sp[0]))
            if i1 < i0:
                continue
            j0 = max(0, math.ceil((min(p[c, 1], q[c, 1]) - reach - org[1]) / sp[1]))
            j1 = min(ny - 1, math.floor((max(p[c, 1], q[c, 1]) + reach - org[1]) / sp[1]))
            k0 = max(0, math.ceil((min(p[c, 2], q[c, 2]) - reach - org[2]) / sp[2]))
            k1 = min(nx - 1, math.floor((max(p[c, 2], q[c, 2]) + reach - org[2]) / sp[2]))
            az, ay, ax = q[c, 0] - p[c, 0], q[c, 1] - p[c, 1], q[c, 2] - p[c, 2]
            inv = one / (az * az + ay * ay + ax * ax + np.float32(1e-6))
            for i in range(i0, i1 + 1):
                pz = np.float32(org[0] + i * sp[0]) - p[c, 0]
                for j in range(j0, j1 + 1):
                    py = np.float32(org[1] + j * sp[1]) - p[c, 1]
                    for k in range(k0, k1 + 1):
                        if mask[i, j, k] == 0:
                            continue
                        px = np.float32(org[2] + k * sp[2]) - p[c, 2]
                        t = min(one, max(zero, (pz * az + py * ay + px * ax) * inv))
                        r = rp[c] + t * (rq[c] - rp[c])
                        wide = max(r, np.float32(0.577) * h)
                        strength = (r / wide) * (r / wide)
                        edge = math.sqrt(max(wide * wide - h * h / np.float32(12.0), half * half * h * h))
                        ez, ey, ex = pz - t * az, py - t * ay, px - t * ax
                        d = math.sqrt(ez * ez + ey * ey + ex * ex)
                        share = strength * min(one, max(zero, (edge - d) / h + half))
                        value = np.uint8(share * np.float32(255.0) + half)
                        out[i, j, k] = max(out[i, j, k], value)


def coverage(capsules: Capsules, grid: Grid, mask: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return the share of each voxel that the rods fill.

    Parameters
    ----------
    capsules : Capsules
    grid : Grid
    mask : numpy.ndarray
        uint8 [z, y, x]: nothing is drawn where it is 0.
    out : numpy.ndarray, optional
        Coverage to draw onto.

    Returns
    -------
    numpy.ndarray
        uint8 [z, y, x], 0 to 255. Rods that meet in a voxel do not add up: the largest share counts.
    """
    if out is None:
        out = np.zeros(grid.shape, dtype=np.uint8)
    _draw(
        out, mask, capsules.start_mm, capsules.end_mm, capsules.start_radius_mm, capsules.end_radius_mm,
        np.array(grid.origin_mm), np.array(grid.spacing_mm),
    )  # fmt: skip
    return out
