"""Whether a lung is diseased already: lung that is dense, ground-glass, or so light that it is emphysema."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from trainer.chest.distance import border_mm
from trainer.chest.grid import Grid
from trainer.chest.imported.lung import LEFT, RIGHT, Lungs, box_of
from trainer.chest.imported.organ import between
from trainer.core.error import BadInput

_DENSE_HU = -500
_HAZE_HU = -740  # the mean of lung with ground-glass lies above, of lung breathed in fully 80 HU below
_LIGHT_HU = -950  # Gevenois, Am J Respir Crit Care Med 1995; 152: 653
_THICK_MM, _HAZE_MM = 6.0, 4.0  # half the width from which dense lung is no vessel, and haze no partial volume
_RIND_MM = 6.0  # of lung under the pleura that is not looked at: partial volume
_BONE_HU = 250
_SLAB_MM = 15.0  # ribs slant and lie up to 34 mm apart: one is met in every direction within so much up and down
_WALL_MM = 9.0  # between lung and the inner side of the ribs: pleura, fat and muscle (judgement)
_AWAY_DEG = 40.0  # from straight back and straight on, where spine and sternum stand
_NEAR_MM, _FAR_MM = 45.0, 190.0
_AROUND_MM = 35.0  # of the lungs, in which ribs are looked for
_TURN_DEG = 2.0
_MOST_DENSE, _MOST_HAZE = 0.02, 0.10
"""Shares from which a chest is refused (judgement: a healthy real one has 0.005 and 0.035, n = 1)."""


@dataclass(frozen=True)
class Density:
    """How much of the lungs is not as in health, shares 0 to 1 of their volume.

    Parameters
    ----------
    dense : float
        Airless lung, and what lies in its place between lung and ribs or with lung above and below: consolidation
        or fluid. A lung that is wholly airless at its base looks small instead.
    haze : float
        Ground-glass.
    light : float
        Below -950 HU.
    """

    dense: float
    haze: float
    light: float


def density_of(hu: np.ndarray, lungs: Lungs, dome_z: int, grid: Grid) -> Density:
    """Return how dense the lungs are.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x].
    lungs : Lungs
    dome_z : int
        Slice of the lower dome; below it the ribs stand off the lung.
    grid : Grid
    """
    box = box_of(lungs.side > 0, grid, _AROUND_MM)
    hu, sides, dome_z = hu[box], lungs.side[box], dome_z - box[0].start
    side = sides > 0
    volume = float(side.sum()) * grid.voxel_ml
    dense = float(_wide((hu > _DENSE_HU) & side, _THICK_MM, grid).sum()) * grid.voxel_ml
    core = border_mm(side, grid.spacing_mm) > _RIND_MM
    smooth = ndi.uniform_filter(hu.astype(np.float32), 3)
    haze = float(_wide((smooth > _HAZE_HU) & core, _HAZE_MM, grid).sum()) * grid.voxel_ml
    lost = float((_beyond(hu, side, dome_z, grid) | _enclosed(sides, grid)).sum()) * grid.voxel_ml
    light = float((core & (smooth < _LIGHT_HU)).sum()) / max(1.0, float(core.sum()))
    return Density((dense + lost) / (volume + lost), haze / (volume + lost), light)


def check(found: Density, force: bool) -> tuple[str, ...]:
    """Return what is to be told about the lungs' density.

    Raises
    ------
    BadInput
        If too much is dense and ``force`` is not given.
    """
    line = f"{found.dense:.1%} of the lungs dense, {found.haze:.1%} hazy, {found.light:.1%} below {_LIGHT_HU} HU"
    if (found.dense > _MOST_DENSE or found.haze > _MOST_HAZE) and not force:
        raise BadInput(
            f"the lungs are diseased already: {line}; a normal chest is expected (--force takes it as it is)"
        )
    return (line,)


def _wide(mask: np.ndarray, half_mm: float, grid: Grid) -> np.ndarray:
    """Return the parts of a mask that hold a ball."""
    core = border_mm(mask, grid.spacing_mm) > half_mm
    return mask & (border_mm(~core, grid.spacing_mm) <= half_mm) if core.any() else core


def _enclosed(side: np.ndarray, grid: Grid) -> np.ndarray:
    """Return what is no lung but has lung of the same side above and below, other than between both lungs."""
    out = np.zeros(side.shape, np.bool_)
    for which in (RIGHT, LEFT):
        own = side == which
        out |= np.logical_or.accumulate(own, axis=0) & np.logical_or.accumulate(own[::-1], axis=0)[::-1]
    return _wide(out & (side == 0) & ~between(side), _THICK_MM, grid)


def _beyond(hu: np.ndarray, lung: np.ndarray, dome_z: int, grid: Grid) -> np.ndarray:
    """Return what lies between the lungs and the ribs beyond a wall of usual thickness, above the diaphragm."""
    dz, dy, dx = grid.spacing_mm
    levels = np.flatnonzero(lung.any(axis=(1, 2)))
    top = int(levels[-1] - 0.22 * (levels[-1] - levels[0]))  # higher the ribs run in the slice's own plane
    rows, columns = np.flatnonzero(lung.any(axis=(0, 2))), np.flatnonzero(lung.any(axis=(0, 1)))
    y, x = 0.5 * (rows[0] + rows[-1]), 0.5 * (columns[0] + columns[-1])
    turn = np.radians(np.arange(0.0, 360.0, _TURN_DEG))
    radius = np.arange(0.0, _FAR_MM, 1.0)
    at = [y + np.cos(turn)[:, None] * radius / dy, x + np.sin(turn)[:, None] * radius / dx]
    back, left = (np.arange(lung.shape[1])[:, None] - y) * dy, (np.arange(lung.shape[2])[None, :] - x) * dx
    away = np.hypot(back, left)
    ray = np.rint(np.degrees(np.arctan2(left, back)) % 360.0 / _TURN_DEG).astype(np.int64) % len(turn)
    aside = np.abs(np.sin(turn)) > np.sin(np.radians(_AWAY_DEG))
    reach = round(_SLAB_MM / dz)
    bone = (hu > _BONE_HU) & ~lung
    out = np.zeros(lung.shape, np.bool_)
    for z in range(max(0, dome_z), max(dome_z, top)):
        slab = bone[max(0, z - reach) : z + reach + 1].any(axis=0)
        ribs = ndi.map_coordinates(slab.view(np.uint8), at, order=0, mode="constant") > 0
        ribs[:, radius < _NEAR_MM] = False
        air = ndi.map_coordinates(lung[z].view(np.uint8), at, order=0, mode="constant") > 0
        outer = np.where(air.any(axis=1), len(radius) - 1.0 - air[:, ::-1].argmax(axis=1), _NEAR_MM)
        inner = np.where(ribs.any(axis=1) & aside, ribs.argmax(axis=1) - _WALL_MM, 0.0)
        out[z] = (away > outer[ray]) & (away < inner[ray]) & ~lung[z]
    return out
