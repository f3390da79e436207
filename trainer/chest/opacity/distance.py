"""Distances that matter only near by: exact up to a reach, and then no further."""

from __future__ import annotations

import numba as nb
import numpy as np


@nb.njit(cache=True, nogil=True)
def _lower(square: np.ndarray, out: np.ndarray, step_mm: float, reach_mm: float) -> None:
    """Write the least of ``square`` + (distance along the first axis)²; arrays (n, m)."""
    n, m = square.shape
    steps = int(reach_mm / step_mm)
    for i in range(n):
        for j in range(m):
            out[i, j] = square[i, j]
        for k in range(1, steps + 1):
            add = np.float32(k * step_mm * k * step_mm)
            for at in (i - k, i + k):
                if 0 <= at < n:
                    for j in range(m):
                        out[i, j] = min(out[i, j], square[at, j] + add)


@nb.njit(cache=True, nogil=True)
def distance_mm(mask: np.ndarray, spacing: tuple[float, float, float], reach_mm: float) -> np.ndarray:
    """Return the distance of each voxel to the nearest one of a mask, ``reach_mm`` where that is further.

    Parameters
    ----------
    mask : numpy.ndarray
        bool [z, y, x].
    spacing : tuple of float
    reach_mm : float

    Returns
    -------
    numpy.ndarray
        float32 [z, y, x].
    """
    nz, ny, nx = mask.shape
    far = np.float32(reach_mm * reach_mm)
    near = np.empty((nz, ny, nx), np.float32)
    for z in range(nz):
        for y in range(ny):
            gap = np.float32(1e3)
            for x in range(nx):  # along a line two sweeps do
                gap = np.float32(0.0) if mask[z, y, x] else gap + np.float32(spacing[2])
                near[z, y, x] = min(gap, np.float32(1e3))
            gap = np.float32(1e3)
            for x in range(nx - 1, -1, -1):
                gap = np.float32(0.0) if mask[z, y, x] else gap + np.float32(spacing[2])
                gap = min(gap, np.float32(1e3))
                d = min(near[z, y, x], gap)
                near[z, y, x] = min(d * d, far)
    other = np.empty_like(near)
    for z in range(nz):
        _lower(near[z], other[z], spacing[1], reach_mm)
    _lower(other.reshape(nz, ny * nx), near.reshape(nz, ny * nx), spacing[0], reach_mm)
    return np.sqrt(near)


@nb.njit(cache=True, nogil=True)
def smooth(values: np.ndarray) -> np.ndarray:
    """Return values averaged with their neighbours, weights 1 2 1 along each axis; edges repeat."""
    half, quarter = np.float32(0.5), np.float32(0.25)
    nz, ny, nx = values.shape
    one = np.empty_like(values)
    two = np.empty_like(values)
    for z in range(nz):
        low, high = max(z - 1, 0), min(z + 1, nz - 1)
        for y in range(ny):
            for x in range(nx):
                one[z, y, x] = half * values[z, y, x] + quarter * (values[low, y, x] + values[high, y, x])
    for z in range(nz):
        for y in range(ny):
            low, high = max(y - 1, 0), min(y + 1, ny - 1)
            for x in range(nx):
                two[z, y, x] = half * one[z, y, x] + quarter * (one[z, low, x] + one[z, high, x])
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                low, high = max(x - 1, 0), min(x + 1, nx - 1)
                one[z, y, x] = half * two[z, y, x] + quarter * (two[z, y, low] + two[z, y, high])
    return one
