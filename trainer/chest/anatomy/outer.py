"""Everything outside the lungs' tissue, and the room it leaves for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trainer.chest.anatomy import abdomen, bone, cage, diaphragm, mediastinum, muscle, tissue, trunk
from trainer.chest.anatomy.habitus import Habitus, habitus_of
from trainer.chest.anatomy.noise import field, table_of
from trainer.chest.anatomy.shape import Lattice, closed, lattice_of, smooth_max, smooth_min
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
        (z, y, x) in mm.
    """

    grid: Grid
    hu: np.ndarray
    organ: np.ndarray
    lung: np.ndarray
    share: np.ndarray
    landmarks: Mapping[str, Point]


def lung_field(
    habitus: Habitus,
    plan: mediastinum.Plan,
    lattice: Lattice,
    table: np.ndarray,
    inner: np.ndarray,
    under: np.ndarray,
    heart: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance to the lungs' surface and to the plane between them (negative right), mm."""
    g = lattice.grid
    wave = field(g.shape, g.origin_mm, g.spacing_mm, table, 34.0, 1)
    spine = cage.spine_field(habitus, lattice)
    core = smooth_min(
        heart - 2.8 - 2.2 * habitus.visceral * (1.0 + wave),
        mediastinum.vessel_field(habitus, plan, lattice) - 1.5,
        10.0,
    )
    core = closed(
        smooth_min(core, mediastinum.tube_field(habitus, plan, lattice, mediastinum.AIRWAYS, 8.0) - 2.5, 12.0), g, 11.0
    )
    rear = ("descending_aorta", "oesophagus")
    core = smooth_min(core, mediastinum.tube_field(habitus, plan, lattice, rear, 8.0) - 2.5, 12.0)
    core = smooth_min(core, spine, 5.0)
    z = lattice.z / habitus.stretch
    # the leaf between the lungs: thin before the great vessels, wide behind the manubrium
    middle = 3.0 + 3.0 * np.sin(z / 37.0) + 5.0 * habitus.recess * np.clip((z + 60.0) / -60.0, 0.0, 1.0)
    front = cage.cage_box(habitus, lattice.z)[1]
    behind = lattice.y - front
    half = 1.6 * habitus.visceral + 8.0 * np.exp(-np.maximum(behind, 0.0) / 6.0)
    half = half + 26.0 * np.clip((z + 38.0) / 26.0, 0.0, 1.0)
    leaf = (np.abs(lattice.x - middle) - half).astype(np.float32)
    core = smooth_min(core, leaf, 28.0 * min(1.4, habitus.visceral)) + 1.0 * wave
    lung = smooth_max(inner, -core, 4.0)
    lung = np.maximum(lung, -under)
    lung = np.maximum(lung, -lattice.z - habitus.lung_height_mm - 8.0)
    # the apex is a dome
    half_width = cage.cage_box(habitus, lattice.z)[0] * 0.0 + 47.0 * habitus.size * habitus.width
    away = np.hypot(np.abs(lattice.x) - half_width, lattice.y - cage.spine_y(habitus, lattice.z) - 2.0)
    cap = lattice.z + np.minimum(away / habitus.size, 46.0) ** 2 / 80.0
    lung = smooth_max(lung, (cap * 0.75).astype(np.float32), 5.0)
    side = (np.broadcast_to(lattice.x, g.shape) - middle).astype(np.float32)
    return lung, side


def outer(person: Person, grid: Grid) -> Outer:
    """Return the chest of ``person`` around empty lungs on ``grid``."""
    habitus = habitus_of(person)
    table = table_of(person.key)
    lattice = lattice_of(grid)
    plan = mediastinum.plan_of(habitus)
    stack = _stack(habitus, person.key, plan, lattice, table)
    fine = lattice_of(Grid(grid.shape, grid.spacing_mm, grid.origin_mm), (3.0, 1.25, 1.25))
    flesh = muscle.muscle_field(habitus, lattice, stack[tissue.BODY], stack[tissue.WALL], fine, table)
    depth, kinds = bone.draw(habitus, person.key, grid)
    hu = np.empty(grid.shape, dtype=np.int16)
    organ, lung, share = (np.zeros(grid.shape, dtype=np.uint8) for _ in range(3))
    gland = 0.9 - 0.018 * person.age_years
    tissue.compose(
        hu, organ, lung, share, depth, kinds, stack, _ratio(grid, lattice), flesh, _ratio(grid, fine),
        np.array(grid.origin_mm), np.array(grid.spacing_mm), table,
        np.array([habitus.marbling, habitus.calcification, habitus.bone, abdomen.gas_level_mm(habitus), gland], np.float32),
        tissue.bone_table(),
    )  # fmt: skip
    return Outer(grid, hu, organ, lung, share, plan.landmarks | diaphragm.dome_tops(habitus))


def _ratio(grid: Grid, lattice: Lattice) -> np.ndarray:
    return np.array([f / c for f, c in zip(grid.spacing_mm, lattice.grid.spacing_mm, strict=True)])


def _stack(
    habitus: Habitus, key: int, plan: mediastinum.Plan, lattice: Lattice, table: np.ndarray
) -> np.ndarray:
    """Return the coarse fields from which tissue is composed, float32, first axis as `tissue` counts them."""
    g = lattice.grid
    stack = np.empty((tissue.FIELDS, *g.shape), dtype=np.float32)
    wave = field(g.shape, g.origin_mm, g.spacing_mm, table, 50.0, 2)
    lean = field(g.shape, g.origin_mm, g.spacing_mm, table, 150.0, 3)
    inner = cage.cage_field(habitus, lattice, field(g.shape, g.origin_mm, g.spacing_mm, table, 34.0, 1))
    lumps = field(g.shape, g.origin_mm, g.spacing_mm, table, (70.0, 55.0, 55.0), 4)
    under = diaphragm.diaphragm_field(habitus, lattice, inner, lumps)
    heart, stack[tissue.GROOVE], stack[tissue.BLOOD] = mediastinum.heart_fields(plan, lattice)
    # the heart rests flat on the diaphragm
    stack[tissue.HEART] = smooth_max(heart, 2.5 - under, 8.0)
    stack[tissue.BODY] = trunk.body_field(habitus, lattice, wave, lean)
    stack[tissue.BREAST] = trunk.breast_field(habitus, lattice)
    stack[tissue.LUNG], stack[tissue.SIDE] = lung_field(
        habitus, plan, lattice, table, inner, under, stack[tissue.HEART]
    )
    stack[tissue.NODE] = mediastinum.node_field(habitus, key, lattice)
    spine = cage.spine_field(habitus, lattice)
    stack[tissue.WALL] = smooth_max(inner, -spine, 3.0)
    # above the apex everything belongs to the neck and shoulders
    neck = np.clip(lattice.z + 12.0, -40.0, 5.0)
    stack[tissue.WALL] = np.maximum(stack[tissue.WALL], neck)
    stack[tissue.UNDER] = under
    aorta = mediastinum.tube_field(habitus, plan, lattice, ("descending_aorta",), 0.0)
    stack[tissue.VESSEL] = np.minimum(mediastinum.vessel_field(habitus, plan, lattice), aorta)
    stack[tissue.LUMEN] = mediastinum.airway_field(habitus, plan, lattice)
    stack[tissue.AIRWAY] = stack[tissue.LUMEN] - 1.4
    stack[tissue.GULLET] = mediastinum.tube_field(habitus, plan, lattice, ("oesophagus",), 0.0)
    stack[tissue.THYROID] = mediastinum.thyroid_field(habitus, lattice)
    near_spine = np.minimum(np.minimum(spine, aorta), stack[tissue.GULLET])
    stack[tissue.LIVER] = abdomen.liver_field(habitus, lattice, under, near_spine, wave)
    stack[tissue.SPLEEN] = abdomen.spleen_field(habitus, lattice, under, inner, lumps)
    stack[tissue.STOMACH] = abdomen.stomach_field(habitus, lattice, under, lumps)
    stack[tissue.BOWEL] = abdomen.bowel_field(habitus, lattice, under, wave)
    return stack
