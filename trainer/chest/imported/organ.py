"""What lies outside the lungs, coarsely: by density and by place.

Enough for a couch to be laid under the patient and for a picture to be read; not a segmentation of organs. Heart
and vessels are told apart by their height alone, gullet and nodes stay with the mediastinum's fat, and the stomach is
left to show itself.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage as ndi

from trainer.chest.anatomy.model import Organ
from trainer.chest.distance import border_mm
from trainer.chest.grid import Grid
from trainer.chest.imported.lung import LEFT, RIGHT

_SKIN_MM = 2.5
_FAT_HU = -25
_BONE_HU, _CORTEX_HU = 150, 330
_MARROW_MM = 7.0
_VESSEL_MM = 5.0  # half the width from which soft tissue between the lungs is heart or a great vessel (judgement)
_ROOTS_MM = 40.0  # the heart begins so far below the carina (judgement)


def organs_of(
    hu: np.ndarray, body: np.ndarray, side: np.ndarray, marks: dict[str, tuple[float, float, float]], grid: Grid
) -> np.ndarray:
    """Return an `Organ` for each voxel but lungs and airways, uint8 [z, y, x].

    Parameters
    ----------
    hu, body, side : numpy.ndarray
        Densities, patient and lungs on ``grid``.
    marks : dict
        "carina", "right_dome" and "left_dome" are read.
    grid : Grid
    """
    out = np.where(hu < _FAT_HU, Organ.FAT, Organ.MUSCLE).astype(np.uint8)
    dome = 0.5 * (marks["right_dome"][0] + marks["left_dome"][0])
    z = grid.origin_mm[0] + grid.spacing_mm[0] * np.arange(grid.shape[0])[:, None, None]
    middle = between(side)
    soft = middle & (hu >= _FAT_HU + 20)
    soft = border_mm(border_mm(soft, grid.spacing_mm) <= _VESSEL_MM, grid.spacing_mm) <= _VESSEL_MM
    out[middle] = Organ.MEDIASTINUM
    out[middle & soft] = Organ.VESSEL
    out[middle & soft & (z < marks["carina"][0] - _ROOTS_MM)] = Organ.HEART
    under = np.logical_or.accumulate((side > 0)[::-1], axis=0)[::-1] & (side == 0)
    lowest = np.maximum.reduce(side > 0, axis=0)
    out[(middle & (z < dome)) | (under & lowest & (z < dome + 5.0))] = Organ.ABDOMEN
    out[_bones(hu, grid)] = Organ.BONE
    out[border_mm(body, grid.spacing_mm) <= _SKIN_MM] = Organ.SKIN
    out[~body] = Organ.OUTSIDE
    return out


def between(side: np.ndarray) -> np.ndarray:
    """Return what lies between the right and the left lung in the same row."""
    right = np.logical_or.accumulate((side == RIGHT)[:, :, ::-1], axis=2)[:, :, ::-1]
    left = np.logical_or.accumulate(side == LEFT, axis=2)
    both = (side == RIGHT).any(axis=2) & (side == LEFT).any(axis=2)
    out: np.ndarray = ~right & ~left & both[:, :, None]
    return out


def _bones(hu: np.ndarray, grid: Grid) -> np.ndarray:
    """Return cortical bone and the marrow beside it."""
    cortex = ndi.binary_opening(hu > _CORTEX_HU) | (hu > 2 * _CORTEX_HU)
    if not cortex.any():
        return cortex
    out: np.ndarray = (border_mm(~cortex, grid.spacing_mm) <= _MARROW_MM) & (hu > _BONE_HU)
    return out
