"""How far a point lies from the bronchi of its lobe."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Branches


@nb.njit(cache=True, nogil=True)
def _distance(
    start: np.ndarray,
    end: np.ndarray,
    radius: np.ndarray,
    origin: np.ndarray,
    spacing: np.ndarray,
    reach: float,
    out: np.ndarray,
) -> None:
    shape = out.shape
    low = np.zeros(3, np.int64)
    high = np.zeros(3, np.int64)
    for b in range(start.shape[0]):
        far = reach + radius[b]
        empty = False
        for a in range(3):
            lo = (min(start[b, a], end[b, a]) - far - origin[a]) / spacing[a]
            hi = (max(start[b, a], end[b, a]) + far - origin[a]) / spacing[a]
            low[a] = max(0, int(np.ceil(lo)))
            high[a] = min(shape[a], int(np.floor(hi)) + 1)
            empty = empty or low[a] >= high[a]
        if empty:
            continue
        vz, vy, vx = end[b, 0] - start[b, 0], end[b, 1] - start[b, 1], end[b, 2] - start[b, 2]
        inv = 1.0 / max(vz * vz + vy * vy + vx * vx, 1e-6)
        for z in range(low[0], high[0]):
            pz = origin[0] + z * spacing[0] - start[b, 0]
            for y in range(low[1], high[1]):
                py = origin[1] + y * spacing[1] - start[b, 1]
                for x in range(low[2], high[2]):
                    px = origin[2] + x * spacing[2] - start[b, 2]
                    t = min(1.0, max(0.0, (pz * vz + py * vy + px * vx) * inv))
                    dz, dy, dx = pz - t * vz, py - t * vy, px - t * vx
                    d = np.sqrt(dz * dz + dy * dy + dx * dx) - radius[b]
                    out[z, y, x] = min(out[z, y, x], d)


def wall_distance(
    airways: Branches,
    thinnest_mm: float,
    shape: tuple[int, int, int],
    origin_mm: np.ndarray,
    spacing_mm: tuple[float, float, float],
    reach_mm: float,
) -> np.ndarray:
    """Return the distance of voxels to the nearest bronchus, negative in its lumen.

    Parameters
    ----------
    airways : Branches
    thinnest_mm : float
        Branches with a smaller radius are left out.
    shape : tuple of int
    origin_mm, spacing_mm : (z, y, x)
        The lattice.
    reach_mm : float
        Distances beyond this are not told apart.

    Returns
    -------
    numpy.ndarray
        float32 [z, y, x], at most ``reach_mm``.
    """
    out = np.full(shape, reach_mm, np.float32)
    keep = (airways.radius_mm >= thinnest_mm) & (airways.segment > 0)
    _distance(
        airways.start_mm[keep].astype(np.float64),
        airways.end_mm[keep].astype(np.float64),
        airways.radius_mm[keep].astype(np.float64),
        np.asarray(origin_mm, np.float64),
        np.asarray(spacing_mm, np.float64),
        reach_mm,
        out,
    )
    return out
