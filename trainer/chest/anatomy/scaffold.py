"""The coarse fields of distance from which a chest is composed, and the room that they leave for the lungs."""

from __future__ import annotations

import numpy as np

from trainer.chest.anatomy import abdomen, cage, diaphragm, heart, mediastinum, tissue, trunk
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.noise import field
from trainer.chest.anatomy.shape import Lattice, closed, smooth_max, smooth_min

_WALL_MM = 1.4  # wall of trachea and main bronchi
_GUTTER_MM = 13.0  # over which the gutters beside the spine are rounded
# The leaf between the lungs before the heart: depth below the apex (mm, lung 250 mm high), its middle left of the
# midline and half its width just behind the sternum, between the two measured chests.
_LEAF_DEPTH = np.array([0.0, 60.0, 100.0, 118.0, 136.0, 159.0, 182.0, 205.0])
_LEAF_MIDDLE = np.array([3.0, 4.0, 5.0, 11.0, 19.0, 27.0, 31.0, 32.0])
_LEAF_HALF = np.array([0.0, 0.0, 0.5, 4.0, 11.0, 24.0, 38.0, 44.0])


def scaffold(habitus: Habitus, key: int, plan: mediastinum.Plan, lattice: Lattice, table: np.ndarray) -> np.ndarray:
    """Return the fields, float32, first axis as `tissue` counts them, then [z, y, x] of the lattice.

    Parameters
    ----------
    habitus : Habitus
    key : int
        Of the person.
    plan : mediastinum.Plan
    lattice : Lattice
    table : numpy.ndarray
        Noise of the person.
    """
    g = lattice.grid

    def waves(scale_mm: float, stream: int) -> np.ndarray:
        return field(g.shape, g.origin_mm, g.spacing_mm, table, scale_mm, stream)

    stack = np.empty((tissue.FIELDS, *g.shape), dtype=np.float32)
    ripple, wave, lump = waves(34.0, 1), waves(50.0, 2), waves(58.0, 4)
    inner = cage.cage_field(habitus, lattice, ripple)
    spine = cage.spine_field(habitus, lattice)
    under = diaphragm.diaphragm_field(habitus, lattice, inner, lump)
    stack[tissue.UNDER] = under
    stack[tissue.BODY] = trunk.body_field(habitus, lattice, inner, wave, waves(150.0, 3))
    stack[tissue.BREAST] = trunk.breast_field(habitus, lattice)
    # above the apex everything belongs to the neck and shoulders
    neck = np.clip(lattice.z + 7.0 + 5.0 * wave, -40.0, 5.0)
    stack[tissue.WALL] = np.maximum(smooth_max(inner, -spine, _GUTTER_MM), neck)
    aorta = _middle(stack, habitus, key, plan, lattice)
    behind = np.minimum(np.minimum(spine, aorta), stack[tissue.GULLET])
    core = _core(stack, habitus, lattice, aorta, spine, ripple)
    stack[tissue.VESSEL] = np.minimum(stack[tissue.VESSEL], aorta)
    stack[tissue.LUNG], stack[tissue.SIDE] = _lungs(habitus, lattice, inner, core, under, ripple)
    liver = abdomen.liver_field(habitus, lattice, under, behind, wave)
    spleen = abdomen.spleen_field(habitus, lattice, under, inner, lump)
    others = np.minimum(np.minimum(liver, spleen), np.minimum(spine, aorta))
    stomach = abdomen.stomach_field(habitus, lattice, under, others, (lump, waves(24.0, 5)))
    stack[tissue.LIVER], stack[tissue.SPLEEN], stack[tissue.STOMACH] = liver, spleen, stomach
    stack[tissue.BOWEL] = abdomen.bowel_field(habitus, lattice, under, np.minimum(others, stomach), wave)
    stack[tissue.VEIN] = abdomen.vein_field(habitus, lattice, plan.landmarks["caval_opening"])
    return stack


def _middle(stack: np.ndarray, habitus: Habitus, key: int, plan: mediastinum.Plan, lattice: Lattice) -> np.ndarray:
    """Fill the rows of heart, vessels, airways, gullet, thyroid and nodes; return the descending aorta's field."""
    muscle, *rest = heart.heart_fields(habitus, lattice)
    stack[tissue.CROWN], stack[tissue.SEPTUM], stack[tissue.BLOOD] = rest
    # the heart rests flat on the diaphragm
    stack[tissue.HEART] = smooth_max(muscle, 2.5 - stack[tissue.UNDER], 8.0)
    stack[tissue.VESSEL] = mediastinum.vessel_field(habitus, plan, lattice)
    stack[tissue.LUMEN] = mediastinum.airway_field(habitus, plan, lattice)
    stack[tissue.AIRWAY] = stack[tissue.LUMEN] - _WALL_MM
    stack[tissue.GULLET] = mediastinum.tube_field(habitus, plan, lattice, ("oesophagus",))
    stack[tissue.THYROID] = mediastinum.thyroid_field(habitus, lattice)
    stack[tissue.NODE] = mediastinum.node_field(habitus, key, lattice)
    descending = mediastinum.tube_field(habitus, plan, lattice, ("descending_aorta",))
    # calcium settles in the arch and below, hardly in the ascending part
    stack[tissue.AORTA] = np.minimum(descending, mediastinum.arch_field(habitus, plan, lattice))
    return descending


def _core(
    stack: np.ndarray, habitus: Habitus, lattice: Lattice, aorta: np.ndarray, spine: np.ndarray, ripple: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to all that lies between the lungs, its fat and the pleura included."""
    fat = 2.0 + 2.4 * habitus.visceral * (1.0 + ripple)
    # pads in the angles between heart and diaphragm
    fat = fat + 7.0 * habitus.visceral * np.exp(-((stack[tissue.UNDER] / 16.0) ** 2))
    core = smooth_min(stack[tissue.HEART] - fat, stack[tissue.VESSEL] - 1.5, 10.0)
    core = closed(smooth_min(core, stack[tissue.AIRWAY] - 1.1, 12.0), lattice.grid, 11.0)
    core = smooth_min(core, smooth_min(aorta, stack[tissue.GULLET], 8.0) - 2.5, 12.0)
    return smooth_min(core, spine, 5.0)


def _lungs(
    habitus: Habitus, lattice: Lattice, inner: np.ndarray, core: np.ndarray, under: np.ndarray, ripple: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance to the lungs' surface and to the plane between them (negative right), mm."""
    depth = -lattice.z / habitus.stretch
    behind_front = lattice.y - cage.cage_box(habitus, lattice.z)[1]
    before = np.clip(1.0 - (behind_front - 16.0) / 40.0, 0.0, 1.0)
    before = before * before * (3.0 - 2.0 * before)
    spread = np.clip(behind_front / 36.0, 0.0, 1.0)
    spread = before * (0.45 + 0.55 * spread * spread * (3.0 - 2.0 * spread))
    # the leaf between the lungs: thin before the great vessels, wide behind the manubrium and before the heart
    wave = 3.0 * np.sin(depth / 37.0)
    middle = 3.0 - wave + (np.interp(depth, _LEAF_DEPTH, _LEAF_MIDDLE) - 3.0) * before
    half = 1.6 * habitus.visceral + 4.0 * before**6
    half = half + np.interp(depth, _LEAF_DEPTH, _LEAF_HALF) * spread * habitus.visceral * (1.0 + 0.3 * ripple)
    half = half + 26.0 * np.clip((38.0 - depth) / 26.0, 0.0, 1.0)
    leaf = (np.abs(lattice.x - middle) - half).astype(np.float32)
    core = smooth_min(core, leaf, 28.0 * min(1.4, habitus.visceral)) + ripple
    lung = np.maximum(smooth_max(inner, -core, _GUTTER_MM), -under)
    lung = np.maximum(lung, -lattice.z - np.float32(habitus.lung_height_mm + 8.0))
    # the apex is a dome
    centre = 47.0 * habitus.size * habitus.width
    away = np.hypot(np.abs(lattice.x) - centre, lattice.y - cage.spine_y(habitus, lattice.z) - 2.0)
    cap = 0.75 * (lattice.z + np.minimum(away / habitus.size, 46.0) ** 2 / 80.0)
    side = np.broadcast_to(lattice.x, lattice.grid.shape) - middle
    return smooth_max(lung, cap, 5.0), side.astype(np.float32)
