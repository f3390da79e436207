"""Everything outside the lungs' tissue, and the room it leaves for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numba as nb
import numpy as np

from trainer.chest.anatomy import cage, diaphragm, mediastinum
from trainer.chest.anatomy.habitus import Habitus, habitus_of
from trainer.chest.anatomy.model import Organ
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


@nb.njit(cache=True, parallel=True)
def _paint_lung(coarse, ratio, lung, share, step, side):  # type: ignore[no-untyped-def]
    nz, ny, nx = lung.shape
    half = np.float32(0.5)
    for ii in nb.prange(nz):
        i = np.int64(ii)
        fz = i * ratio[0]
        z0 = min(int(fz), coarse.shape[0] - 2)
        tz = np.float32(fz - z0)
        line = np.empty(coarse.shape[2], np.float32)
        mid = np.empty(coarse.shape[2], np.float32)
        for j in range(ny):
            fy = j * ratio[1]
            y0 = min(int(fy), coarse.shape[1] - 2)
            ty = np.float32(fy - y0)
            inside = False
            for c in range(coarse.shape[2]):
                a = coarse[z0, y0, c] + ty * (coarse[z0, y0 + 1, c] - coarse[z0, y0, c])
                b = coarse[z0 + 1, y0, c] + ty * (coarse[z0 + 1, y0 + 1, c] - coarse[z0 + 1, y0, c])
                line[c] = a + tz * (b - a)
                mid[c] = side[z0, y0, c]
                inside |= line[c] < np.float32(2.0)
            if not inside:
                continue
            for k in range(nx):
                fx = k * ratio[2]
                x0 = min(int(fx), coarse.shape[2] - 2)
                d = line[x0] + np.float32(fx - x0) * (line[x0 + 1] - line[x0])
                cover = half - d / step
                if cover <= np.float32(0.0):
                    continue
                share[i, j, k] = np.uint8(min(np.float32(1.0), cover) * np.float32(255.0) + half)
                if cover >= half:
                    lung[i, j, k] = 1 if mid[x0] < np.float32(0.0) else 2


def lung_field(habitus: Habitus, plan: mediastinum.Plan, lattice: Lattice, table: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the distance to the lungs' surface and to the plane between them (negative right), mm."""
    g = lattice.grid
    wave = field(g.shape, g.origin_mm, g.spacing_mm, table, 34.0, 1)
    inner = cage.cage_field(habitus, lattice, wave)
    spine = cage.spine_field(habitus, lattice)
    core = smooth_min(mediastinum.heart_field(plan, lattice) - 3.0, mediastinum.vessel_field(habitus, plan, lattice) - 1.5, 10.0)
    pipes = ("trachea", "right_bronchus", "left_bronchus")
    core = closed(smooth_min(core, mediastinum.tube_field(habitus, plan, lattice, pipes, 8.0) - 2.5, 12.0), g, 11.0)
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
    under = diaphragm.diaphragm_field(habitus, lattice, inner, wave)
    lung = smooth_max(inner, -core, 4.0)
    lung = np.maximum(lung, -under)
    lung = np.maximum(lung, diaphragm.floor_field(habitus, lattice))
    # the apex is a dome
    half_width = cage.cage_box(habitus, lattice.z)[0] * 0.0 + 47.0 * habitus.size * habitus.width
    away = np.hypot(np.abs(lattice.x) - half_width, lattice.y - cage.spine_y(habitus, lattice.z) - 2.0)
    cap = lattice.z + np.minimum(away / habitus.size, 46.0) ** 2 / 80.0
    lung = smooth_max(lung, (cap * 0.75).astype(np.float32), 5.0)
    side = (np.broadcast_to(lattice.x, g.shape) - middle).astype(np.float32)
    return lung, side, inner, core, under


def outer(person: Person, grid: Grid) -> Outer:
    """Return the chest of ``person`` around empty lungs on ``grid``."""
    habitus = habitus_of(person)
    table = table_of(person.key)
    lattice = lattice_of(grid)
    plan = mediastinum.plan_of(habitus)
    lungs, side, inner, _, _ = lung_field(habitus, plan, lattice, table)
    lung = np.zeros(grid.shape, dtype=np.uint8)
    share = np.zeros(grid.shape, dtype=np.uint8)
    ratio = np.array([f / c for f, c in zip(grid.spacing_mm, lattice.grid.spacing_mm, strict=True)])
    _paint_lung(lungs, ratio, lung, share, np.float32(grid.spacing_mm[2]), side)
    organ = np.where(lung > 0, Organ.LUNG, Organ.MUSCLE).astype(np.uint8)
    hu = np.full(grid.shape, 40, dtype=np.int16)
    return Outer(grid, hu, organ, lung, share, plan.landmarks | diaphragm.dome_tops(habitus))
