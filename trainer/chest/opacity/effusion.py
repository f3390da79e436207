"""Free pleural fluid: a crescent that lies lowest at the back of a supine patient."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.atlas import Atlas

FLUID_HU = 9.0  # judgement: a simple exudate or transudate, 0 to 20 HU
ATELECTASIS_MM = 5.0  # rim of compressed lung against the fluid, judgement
_UPHILL = 0.32  # mm of fluid thickness lost per mm upward
_FORWARD = 0.38  # and per mm forward


@nb.njit(cache=True, inline="always")
def fluid_rank(z: np.float32, y: np.float32, depth: np.float32, low: np.float32, back: np.float32) -> np.float32:
    """Return how late fluid reaches a point (mm): shallow, low and far back come first."""
    return depth + np.float32(_UPHILL) * (z - low) + np.float32(_FORWARD) * (back - y)


def fluid_level(atlas: Atlas, lobes: tuple[int, ...], volume_ml: float) -> tuple[float, float, float]:
    """Return (threshold, low, back) of `fluid_rank` at which the fluid of one side has the volume.

    Parameters
    ----------
    atlas : Atlas
    lobes : tuple of int
        The `Lobe` values of that side.
    volume_ml : float
    """
    boxes = [atlas.boxes[i] for i in lobes]
    low_z = min(b[0].start for b in boxes)
    high_y = max(b[1].stop for b in boxes)
    low = atlas.origin_mm[0] + low_z * atlas.spacing_mm[0]
    back = atlas.origin_mm[1] + high_y * atlas.spacing_mm[1]
    ranks, weights = [], []
    for lobe, box in zip(lobes, boxes, strict=True):
        share = atlas.share[box]
        z, y, x = np.nonzero((share >> 4) == lobe + 1)
        mm_z = atlas.origin_mm[0] + (z + box[0].start) * atlas.spacing_mm[0]
        mm_y = atlas.origin_mm[1] + (y + box[1].start) * atlas.spacing_mm[1]
        depth = atlas.depth[box][z, y, x] * 0.01
        ranks.append(depth + _UPHILL * (mm_z - low) + _FORWARD * (back - mm_y))
        weights.append((share[z, y, x] & 15) / 8.0)
    rank, weight = np.concatenate(ranks), np.concatenate(weights)
    order = np.argsort(rank)
    total = np.cumsum(weight[order]) * float(np.prod(atlas.spacing_mm)) / 1000.0
    at = min(int(np.searchsorted(total, volume_ml)), len(rank) - 1)
    return float(rank[order][at]), low, back
