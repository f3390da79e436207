"""What an anatomy is: one interface for every chest, built or imported, to opacities, scanner and display."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np

from trainer.chest.acquisition import Acquisition
from trainer.chest.grid import Grid


class Organ(IntEnum):
    """What fills a voxel for the most part."""

    OUTSIDE = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    BONE = 4
    CARTILAGE = 5
    LUNG = 6
    AIRWAY = 7  # trachea and bronchi outside the lungs, lumen and wall
    HEART = 8
    VESSEL = 9  # great vessels outside the lungs
    OESOPHAGUS = 10
    MEDIASTINUM = 11  # its fat, nodes, thyroid
    ABDOMEN = 12  # liver, spleen, the stomach's wall and what lies between
    BREAST = 13
    STOMACH = 14  # its lumen alone, full of fluid; a visit puts gas over the fluid


@dataclass(frozen=True)
class Branches:
    """The branches of one tree, one row a branch, parents before children.

    Parameters
    ----------
    start_mm, end_mm : numpy.ndarray
        float32, shape (n, 3), in (z, y, x).
    radius_mm : numpy.ndarray
        float32, shape (n,): of the lumen for airways, of the whole vessel for vessels.
    parent : numpy.ndarray
        int32, shape (n,): row of the parent, -1 for a root.
    generation : numpy.ndarray
        int16, shape (n,): 0 for the trachea or the trunk of the tree.
    segment : numpy.ndarray
        int16, shape (n,): 0 outside the segments, else 1 to 18 as `SEGMENTS` counts them.
    """

    start_mm: np.ndarray
    end_mm: np.ndarray
    radius_mm: np.ndarray
    parent: np.ndarray
    generation: np.ndarray
    segment: np.ndarray

    def __len__(self) -> int:
        return len(self.radius_mm)


@dataclass(frozen=True)
class Anatomy:
    """A chest. All volumes share ``grid`` unless said otherwise; arrays are read-only.

    Parameters
    ----------
    grid : Grid
    hu : numpy.ndarray
        int16 [z, y, x]: the clean chest, no noise, no blur, fine structure included as partial volume.
    organ : numpy.ndarray
        uint8 [z, y, x]: an `Organ`.
    lobe : numpy.ndarray
        uint8 [z, y, x]: 0 outside the lungs, else 1 + `trainer.course.opacity.Lobe`. Vessels and airways inside
        the lung belong to its lobe.
    segment : numpy.ndarray
        uint8, half resolution [z//2, y//2, x//2]: 0 or 1 to 18.
    vessel : numpy.ndarray
        uint8 [z, y, x]: share of the voxel filled by a vessel inside the lung, 0 to 255.
    airway : numpy.ndarray
        uint8 [z, y, x]: share of the voxel that is airway lumen inside the lung, 0 to 255. Includes bronchi too
        thin to be seen in normal lung, so that an air bronchogram can show them in consolidation.
    depth_mm : numpy.ndarray
        float16, half resolution: distance of a lung voxel to the nearest surface of its lung (outer pleura).
    lobule : numpy.ndarray
        int32, half resolution: number of the secondary lobule (10 to 25 mm), 0 outside the lungs.
    septum_mm : numpy.ndarray
        float16, half resolution: distance of a lung voxel to the nearest border of its lobule.
    airways, arteries, veins : Branches
    landmarks : mapping of str to tuple of float
        Points in mm (z, y, x) such as "carina", "right_hilum", "left_hilum", "right_dome", "left_dome", and, where
        the stomach holds gas, "gas_level": a point on the surface of its fluid.
    source : str
        "built" or "imported".
    acquisition : Acquisition, optional
        The scan that an imported chest comes from; its slices are sampled from there, ``hu`` only tells organs apart.
    """

    grid: Grid
    hu: np.ndarray
    organ: np.ndarray
    lobe: np.ndarray
    segment: np.ndarray
    vessel: np.ndarray
    airway: np.ndarray
    depth_mm: np.ndarray
    lobule: np.ndarray
    septum_mm: np.ndarray
    airways: Branches
    arteries: Branches
    veins: Branches
    landmarks: MappingProxyType[str, tuple[float, float, float]]
    source: str = "built"
    acquisition: Acquisition | None = None


SEGMENTS = (
    "none",
    "right apical", "right posterior", "right anterior",
    "right lateral middle", "right medial middle",
    "right superior", "right medial basal", "right anterior basal", "right lateral basal", "right posterior basal",
    "left apicoposterior", "left anterior", "left superior lingular", "left inferior lingular",
    "left superior", "left anteromedial basal", "left lateral basal", "left posterior basal",
)  # fmt: skip
