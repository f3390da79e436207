"""Everything outside the lungs' tissue, and the room it leaves for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trainer.chest.anatomy import abdomen, bone, diaphragm, mediastinum, muscle, tissue
from trainer.chest.anatomy.habitus import habitus_of
from trainer.chest.anatomy.noise import table_of
from trainer.chest.anatomy.scaffold import scaffold
from trainer.chest.anatomy.shape import Lattice, lattice_of
from trainer.chest.grid import Grid
from trainer.course.person import Person

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Outer:
    """A chest whose lungs are still empty.

    Parameters
    ----------
    grid : Grid
    hu : numpy.ndarray
        int16 [z, y, x]: as if no lung were there; where lung is, only voxels of its border have a meaning.
    organ : numpy.ndarray
        uint8 [z, y, x]: an `Organ`.
    lung : numpy.ndarray
        uint8 [z, y, x]: 0, 1 in the right or 2 in the left lung (hilum and main bronchi excluded).
    share : numpy.ndarray
        uint8 [z, y, x]: share of the voxel that belongs to a lung, 0 to 255.
    landmarks : mapping of str to tuple of float
        (z, y, x) in mm: trachea_top, carina, right_hilum and left_hilum (main bronchus into lung), right_pa and
        left_pa (ends of the pulmonary arteries' stems), right_upper_vein, right_lower_vein, left_upper_vein,
        left_lower_vein, left_atrium, caval_opening, right_dome, left_dome, gas_level.
    """

    grid: Grid
    hu: np.ndarray
    organ: np.ndarray
    lung: np.ndarray
    share: np.ndarray
    landmarks: Mapping[str, Point]


def outer(person: Person, grid: Grid) -> Outer:
    """Return the chest of ``person`` around empty lungs on ``grid``."""
    habitus = habitus_of(person)
    table = table_of(person.key)
    lattice = lattice_of(grid, _steps(grid, (2.0, 2.0, 2.0)))
    plan = mediastinum.plan_of(habitus)
    stack = scaffold(habitus, person.key, plan, lattice, table)
    fine = lattice_of(grid, _steps(grid, (2.5, 1.25, 1.25)))
    flesh = muscle.muscle_field(habitus, lattice, stack[tissue.BODY], stack[tissue.WALL], fine, table)
    depth, kinds = bone.draw(habitus, person.key, grid)
    hu = np.empty(grid.shape, dtype=np.int16)
    organ, lung, share = (np.zeros(grid.shape, dtype=np.uint8) for _ in range(3))
    gland = 0.9 - 0.018 * person.age_years
    figures = np.array(
        [
            habitus.marbling,
            habitus.calcification,
            habitus.bone,
            gland,
            habitus.plaque,
            abdomen.liver_hu(habitus),
            habitus.visceral,
        ],
        np.float32,
    )
    tissue.compose(
        hu, organ, lung, share, depth, kinds, stack, _ratio(grid, lattice), flesh, _ratio(grid, fine),
        np.array(grid.origin_mm), np.array(grid.spacing_mm), table,
        figures, tissue.bone_table(),
    )  # fmt: skip
    landmarks = plan.landmarks | diaphragm.dome_tops(habitus) | {"gas_level": abdomen.gas_level(habitus)}
    return Outer(grid, hu, organ, lung, share, landmarks)


def _steps(grid: Grid, finest_mm: tuple[float, float, float]) -> tuple[float, float, float]:
    z, y, x = (max(s, f) for s, f in zip(grid.spacing_mm, finest_mm, strict=True))
    return z, y, x


def _ratio(grid: Grid, lattice: Lattice) -> np.ndarray:
    return np.array([f / c for f, c in zip(grid.spacing_mm, lattice.grid.spacing_mm, strict=True)])
