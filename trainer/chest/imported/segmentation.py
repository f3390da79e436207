"""What lies in an axial CT series of a chest: patient, airways, lungs and landmarks, on the lattice of the chest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from trainer.chest.grid import Grid
from trainer.chest.imported import body as patient
from trainer.chest.imported.disease import check, density_of
from trainer.chest.imported.frame import Frame, frame_of, means, refined, resampled, sampled
from trainer.chest.imported.landmark import Point, landmarks_of
from trainer.chest.imported.lung import Lungs, lungs_of, refine
from trainer.chest.imported.scout import extent_of
from trainer.chest.imported.source import Source
from trainer.chest.imported.trachea import airways_of, followed, trachea_of
from trainer.core.error import BadInput

AIR_HU = -1000
"""All that is left of couch, clothes and the air around."""

_BONE_HU = 250
_SPINE_MM = (40.0, 30.0)  # up and down, and to either side of the carina, where spine and sternum are looked for


@dataclass(frozen=True, eq=False)
class Segmented:
    """What was found in a series.

    Parameters
    ----------
    frame : Frame
        Lattices of the chest and of the slices kept.
    hu : numpy.ndarray
        int16 [z, y, x] on ``frame.grid``.
    low : numpy.ndarray
        int16 [z, y, x]: the same on ``frame.look``.
    body : numpy.ndarray
        bool: the patient, on ``frame.look``.
    kept : numpy.ndarray
        bool: the patient and the margin around, on ``frame.look``.
    lungs : Lungs
        On ``frame.look``.
    lung : numpy.ndarray
        uint8 [z, y, x] on ``frame.grid``: 0, 1 right, 2 left.
    lumen : numpy.ndarray
        uint8 [z, y, x] on ``frame.grid``: share of open airway that is seen.
    landmarks : dict
        Points in mm (z, y, x).
    told : tuple of str
    """

    frame: Frame
    hu: np.ndarray
    low: np.ndarray
    body: np.ndarray
    kept: np.ndarray
    lungs: Lungs
    lung: np.ndarray
    lumen: np.ndarray
    landmarks: dict[str, Point]
    told: tuple[str, ...]


def segment(source: Source, force: bool, scale: int, step: Callable[[float], None]) -> Segmented:
    """Return what lies in a series; see `trainer.chest.imported.assembly.import_chest`."""
    extent = extent_of(source)
    step(0.1)
    frame = frame_of(source, extent.bottom_mm, extent.top_mm, scale)
    hu = resampled(source, frame)
    low, look = means(hu, (frame.by,) * 3), frame.look
    step(0.3)
    body = patient.body_of(low, look.spacing_mm)
    kept = patient.with_margin(body, look.spacing_mm)
    low[~kept] = AIR_HU
    trachea = trachea_of(low, body, look)
    airways = airways_of(low, body, trachea, look)
    step(0.5)
    _check_spine(low, airways.carina, look)
    lungs = lungs_of(low, body, airways, look)
    step(0.7)
    lung = refine(lungs, hu, look, frame.grid)
    hu[~refined(kept, look, frame.grid)] = AIR_HU
    lumen = followed(hu, sampled(airways.lumen, look, frame.grid), frame.by * airways.carina[0], frame.grid)
    step(0.85)
    top = float(np.flatnonzero(lung.any(axis=(1, 2)))[-1]) * frame.grid.spacing_mm[0] + frame.grid.origin_mm[0]
    frame = frame.raised(-top)
    look = frame.look
    landmarks = landmarks_of(airways, lungs.side, look)
    dome = min(landmarks["right_dome"][0], landmarks["left_dome"][0])
    dome_z = round((dome - look.origin_mm[0]) / look.spacing_mm[0])
    told = (_volumes(lung, frame), *check(density_of(low, lungs, dome_z, look), force))
    step(1.0)
    return Segmented(frame, hu, low, body, kept, lungs, lung, lumen, landmarks, told)


def _check_spine(hu: np.ndarray, carina: tuple[int, int, int], look: Grid) -> None:
    """Raise `BadInput` if there is more bone before the carina than behind it."""
    (z, y, x), (dz, _, dx) = carina, look.spacing_mm
    high, wide = round(_SPINE_MM[0] / dz), round(_SPINE_MM[1] / dx)
    bone = hu[max(0, z - high) : z + high, :, max(0, x - wide) : x + wide] > _BONE_HU
    if np.count_nonzero(bone[:, :y]) > np.count_nonzero(bone[:, y:]):
        raise BadInput(
            "the spine lies before the trachea: the slices are turned against what they say of their orientation; "
            "export the series anew"
        )


def _volumes(lung: np.ndarray, frame: Frame) -> str:
    right, left = (float((lung == side).sum()) * frame.grid.voxel_ml / 1000.0 for side in (1, 2))
    return f"lungs {right + left:.2f} L: right {right:.2f} L, left {left:.2f} L"


def slices_of(source: Source, found: Segmented) -> tuple[Source, np.ndarray, np.ndarray]:
    """Return the slices that are kept, cleaned of all but the patient, and the patient and the lungs on them.

    Returns
    -------
    source : Source
        On ``found.frame.source``; everything outside the patient is air.
    body, lung : numpy.ndarray
        bool [z, y, x].
    """
    own, look = found.frame.source, found.frame.look
    hu = source.hu[found.frame.first : found.frame.first + own.shape[0]].copy()
    patient.undress(hu, refined(found.kept, look, own), own.spacing_mm)
    return replace(source, hu=hu), refined(found.body, look, own), refined(found.lung > 0, found.frame.grid, own)
