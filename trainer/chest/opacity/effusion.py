"""Free pleural fluid: a crescent that lies lowest at the back of a supine patient."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.atlas import Atlas

FLUID_HU = 9.0  # judgement: a simple exudate or transudate, 0 to 20 HU
ATELECTASIS_MM = 5.0  # rim of compressed lung against the fluid, judgement
_UPHILL = 0.32  # mm of fluid thickness lost per mm upward
_FORWARD = 0.38  # and per mm forward
_BIN_MM = 0.1
_BINS = 4000


@nb.njit(cache=True, nogil=True, inline="always")
def fluid_rank(z: np.float32, y: np.float32, depth: np.float32, low: np.float32, back: np.float32) -> np.float32:
    """Return how late fluid reaches a point (mm): shallow, low and far back come first."""
    return depth + np.float32(_UPHILL) * (z - low) + np.float32(_FORWARD) * (back - y)


@nb.njit(cache=True, nogil=True)
def _fill(
    share: np.ndarray,
    depth: np.ndarray,
    label: int,
    z_mm: float,
    y_mm: float,
    dz: float,
    dy: float,
    out: np.ndarray,
) -> None:
    """Count eighths of voxels of a lobe by the rank at which fluid reaches them.

    ``z_mm`` and ``y_mm`` tell how far the first voxel lies above the lowest and before the backmost of its side.
    """
    for z in range(share.shape[0]):
        for y in range(share.shape[1]):
            flat = _UPHILL * (z_mm + z * dz) + _FORWARD * (y_mm - y * dy)
            for x in range(share.shape[2]):
                if share[z, y, x] >> 4 == label:
                    at = int((depth[z, y, x] * 0.01 + flat) / _BIN_MM)
                    out[min(max(at, 0), _BINS - 1)] += share[z, y, x] & 15


def _volumes(atlas: Atlas, lobes: tuple[int, ...]) -> tuple[np.ndarray, float, float]:
    """Return eighths of voxels below each rank, and the low and back that ranks count from."""
    boxes = [atlas.boxes[i] for i in lobes]
    low_z, high_y = min(b[0].start for b in boxes), max(b[1].stop for b in boxes)
    (dz, dy, _), (z0, y0, _) = atlas.spacing_mm, atlas.origin_mm
    counts = np.zeros(_BINS, np.int64)
    for lobe, box in zip(lobes, boxes, strict=True):
        up, before = (box[0].start - low_z) * dz, (high_y - box[1].start) * dy
        _fill(atlas.share[box], atlas.depth[box], lobe + 1, up, before, dz, dy, counts)
    return np.cumsum(counts), z0 + low_z * dz, y0 + high_y * dy


def fluid_level(atlas: Atlas, lobes: tuple[int, ...], volume_ml: float) -> tuple[float, float, float]:
    """Return (threshold, low, back) of `fluid_rank` at which the fluid of one side has the volume.

    Parameters
    ----------
    atlas : Atlas
    lobes : tuple of int
        The `Lobe` values of that side.
    volume_ml : float
    """
    name = tuple(int(i) for i in lobes)
    if name not in atlas.fluids:
        atlas.fluids[name] = _volumes(atlas, name)
    total, low, back = atlas.fluids[name]
    wanted = volume_ml * 8000.0 / float(np.prod(atlas.spacing_mm))
    return float(min(int(np.searchsorted(total, wanted)) + 1, _BINS)) * _BIN_MM, low, back
