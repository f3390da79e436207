"""Distances to the nearest border, measured so that other threads can work meanwhile.

The ``edt`` package holds the interpreter's lock as long as one call lasts, up to half a second for a chest, in which
a window stands still. Here it measures slice by slice; the third axis is done by a kernel that lets go of the lock.
Both follow Felzenszwalb and Huttenlocher (Theory of Computing 2012); the result differs from ``edt``'s own third axis
by a rounding in the last place at most.
"""

from __future__ import annotations

from typing import Any

import edt
import numba as nb
import numpy as np


@nb.njit(cache=True, nogil=True)
def _envelope(f: Any, n: Any, weight: Any, vertex: Any, start: Any) -> Any:
    """Find the parabolas that are lowest somewhere: their vertices and from where on they are lowest."""
    m = 0
    vertex[0], start[0], start[1] = 0, np.float32(-np.inf), np.float32(np.inf)
    for t in range(1, n):
        while True:
            apart = np.float32(t - vertex[m]) * weight
            cross = (f[t] - f[vertex[m]] + apart * np.float32(t + vertex[m])) / (np.float32(2.0) * apart)
            if m == 0 or cross > start[m]:
                break
            m -= 1
        m += 1
        vertex[m], start[m], start[m + 1] = t, cross, np.float32(np.inf)


@nb.njit(cache=True, nogil=True, parallel=True)
def _across_slices(labels: Any, squared: Any, step_mm: Any) -> Any:
    """Take squared distances within slices to those in space, in place."""
    depth, rows, columns = labels.shape
    weight = np.float32(step_mm) * np.float32(step_mm)
    for jj in nb.prange(rows):
        j = np.int64(jj)
        f = np.empty(depth, np.float32)
        vertex = np.empty(depth, np.int64)
        start = np.empty(depth + 1, np.float32)
        for k in range(columns):
            first = 0
            while first < depth:
                label = labels[first, j, k]
                end = first + 1
                while end < depth and labels[end, j, k] == label:
                    end += 1
                if label != 0:
                    n = end - first
                    for t in range(n):
                        f[t] = squared[first + t, j, k]
                    _envelope(f, n, weight, vertex, start)
                    m = 0
                    for t in range(n):
                        while start[m + 1] < np.float32(t):
                            m += 1
                        best = weight * np.float32((t - vertex[m]) ** 2) + f[vertex[m]]
                        # beyond the ends of the run another label begins, but beyond those of the volume nothing
                        if first > 0:
                            best = min(best, weight * np.float32((t + 1) ** 2))
                        if end < depth:
                            best = min(best, weight * np.float32((n - t) ** 2))
                        squared[first + t, j, k] = best
                first = end


def border_mm(labels: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Return how far each voxel is from the nearest one of another label.

    Parameters
    ----------
    labels : numpy.ndarray
        bool or uint8 [z, y, x]; 0 is outside, where the distance is 0.
    spacing_mm : tuple of float
        Distance of neighbours along (z, y, x).

    Returns
    -------
    numpy.ndarray
        float32 [z, y, x]; infinite where there is no other label at all.
    """
    squared = np.empty(labels.shape, np.float32)
    for z in range(len(labels)):
        squared[z] = edt.edt2dsq(np.ascontiguousarray(labels[z]), anisotropy=spacing_mm[1:])
    _across_slices(labels, squared, spacing_mm[0])
    out: np.ndarray = np.sqrt(squared, out=squared)
    return out
