"""The lungs, right and left: their air, parted where they touch, and closed over their vessels up to the hilum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from trainer.chest.distance import border_mm
from trainer.chest.grid import Grid
from trainer.chest.imported.frame import refined
from trainer.chest.imported.trachea import Airways
from trainer.core.error import BadInput

AIR_HU = -400
"""Half-way between lung and soft tissue: the border of both."""

RIGHT, LEFT = 1, 2

_WALL_MM = 2.6  # of trachea and large bronchi, half a voxel included (judgement)
_CLOSE_MM = 8.0  # vessels up to twice as wide inside the lung belong to it, and so does their way to the hilum
_PART = 0.05  # parts smaller than this share of the larger lung are not lung on their own (judgement)
_BOTH = 0.15  # a part with so much on either side is both lungs, touching each other
_SMALLER = 0.3  # a left lung holds about 0.85 of a right one; one below this share is collapsed or missing (judgement)
_GAS_HU = -935  # the mean of a part that is gas and no lung, such as in stomach or bowel
_NECKS_MM = (1.5, 2.5, 4.0, 6.0, 8.0, 11.0)


@dataclass(frozen=True, eq=False)
class Lungs:
    """Both lungs on the lattice of about 2 mm.

    Parameters
    ----------
    side : numpy.ndarray
        uint8 [z, y, x]: 0, `RIGHT` or `LEFT`, vessels and bronchi inside included.
    closed : numpy.ndarray
        bool [z, y, x]: what is lung only because it is enclosed by it.
    """

    side: np.ndarray
    closed: np.ndarray


def lungs_of(hu: np.ndarray, body: np.ndarray, airways: Airways, grid: Grid) -> Lungs:
    """Return both lungs.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x].
    body : numpy.ndarray
        bool [z, y, x].
    airways : Airways
    grid : Grid

    Raises
    ------
    BadInput
        If there are not two lungs that can be told apart.
    """
    wall = _near(airways.lumen, grid, _WALL_MM)
    air = (hu < AIR_HU) & body & ~wall
    side = _sides(hu, air, airways.carina, grid)
    out = np.zeros(hu.shape, np.uint8)
    open_ = side > 0
    z = airways.carina[0]
    trachea = wall.copy()
    trachea[:z] = False
    for which in (RIGHT, LEFT):
        closed = _closed(side == which, grid)
        out[closed & body & (out == 0) & (open_ <= (side == which)) & ~trachea] = which
    return Lungs(out, (out > 0) & ~open_)


def _near(mask: np.ndarray, grid: Grid, reach_mm: float) -> np.ndarray:
    """Return the mask and what lies within a distance of it."""
    out = mask.copy()
    box = box_of(mask, grid, reach_mm + 2.0)
    out[box] = border_mm(~mask[box], grid.spacing_mm) <= reach_mm
    return out


def box_of(mask: np.ndarray, grid: Grid, pad_mm: float) -> tuple[slice, slice, slice]:
    """Return the box around a mask that is true somewhere, with so much around it as the volume has."""
    found = []
    for a in range(3):
        other = tuple(b for b in range(3) if b != a)
        where = np.flatnonzero(mask.any(other))
        pad = int(np.ceil(pad_mm / grid.spacing_mm[a])) + 1
        found.append(slice(max(0, int(where[0]) - pad), min(mask.shape[a], int(where[-1]) + pad + 1)))
    return found[0], found[1], found[2]


def _closed(mask: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the mask closed with a ball of `_CLOSE_MM`, its holes filled."""
    box = box_of(mask, grid, _CLOSE_MM + 4.0)
    # beyond the end of the volume the lung may go on as well as not: pad, so that the closing does not care
    inner = np.pad(mask[box], 6)
    grown = border_mm(~inner, grid.spacing_mm) <= _CLOSE_MM
    closed = (border_mm(grown, grid.spacing_mm) > _CLOSE_MM) | inner
    labels, _ = ndi.label(~closed)
    closed = labels != labels[0, 0, 0]
    out = np.zeros(mask.shape, np.bool_)
    out[box] = closed[6:-6, 6:-6, 6:-6]
    return out


def _sides(hu: np.ndarray, air: np.ndarray, carina: tuple[int, int, int], grid: Grid) -> np.ndarray:
    """Return the air of both lungs, uint8 [z, y, x]: 0, `RIGHT` or `LEFT`."""
    labels, _ = ndi.label(air)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    order = [int(n) for n in np.argsort(-sizes, kind="stable")[:8] if sizes[n] > _PART * sizes.max() and sizes[n] > 0]
    x = carina[2]
    out = np.zeros(hu.shape, np.uint8)
    for n in order:
        part = labels == n
        if float(hu[part].mean()) < _GAS_HU:
            continue
        right = float(part[:, :, :x].sum()) / float(sizes[n])
        if min(right, 1.0 - right) > _BOTH:
            out[part] = _parted(hu, part, x, grid)[part]
        else:
            out[part] = RIGHT if right > 0.5 else LEFT
    volumes = [float((out == which).sum()) * grid.voxel_ml for which in (RIGHT, LEFT)]
    if min(volumes) < _SMALLER * max(volumes):
        name = ("right", "left")[int(np.argmin(volumes))]
        raise BadInput(
            f"the {name} lung holds only {min(volumes):.0f} ml of air beside {max(volumes):.0f} ml in the other; "
            "two aerated lungs are expected"
        )
    return out


def _parted(hu: np.ndarray, part: np.ndarray, x: int, grid: Grid) -> np.ndarray:
    """Return both lungs where they touch, cut along the densest surface between their cores."""
    box = box_of(part, grid, 2.0)
    inner, at = part[box], x - box[2].start
    depth = border_mm(inner, grid.spacing_mm)
    for neck in _NECKS_MM:
        labels, _ = ndi.label(depth > neck)
        sizes = np.bincount(labels.ravel())
        right = np.bincount(labels[:, :, :at].ravel(), minlength=len(sizes))
        sizes[0] = 0
        share = right / np.maximum(sizes, 1)
        large = sizes > 0.2 * sizes.max()
        if large.sum() < 2 or not (large & (share > 0.8)).any() or not (large & (share < 0.2)).any():
            continue
        core = np.where(large & (share >= 0.5), RIGHT, np.where(large, LEFT, 0))[labels].astype(np.int16)
        cost = np.clip((hu[box].astype(np.int32) + 1000) // 5, 0, 250).astype(np.uint8)
        cost[~inner] = 255
        core[~inner] = -1
        flooded = ndi.watershed_ift(cost, core)
        out = np.zeros(hu.shape, np.uint8)
        out[box] = np.where(inner & (flooded > 0), flooded, 0)
        return out
    raise BadInput("the lungs cannot be told apart; they touch over a wide area")


def refine(lungs: Lungs, hu: np.ndarray, half: Grid, grid: Grid) -> np.ndarray:
    """Return the lungs on the full lattice, uint8 [z, y, x], their border where the density is `AIR_HU`.

    Parameters
    ----------
    lungs : Lungs
    hu : numpy.ndarray
        int16 [z, y, x] on ``grid``.
    half, grid : Grid
    """
    out = np.zeros(hu.shape, np.uint8)
    filled = _near(lungs.closed, half, 2.1 * max(half.spacing_mm) / 2.0) if lungs.closed.any() else lungs.closed
    inside = lungs.side > 0
    deep = border_mm(inside, half.spacing_mm) > 1.6 * max(half.spacing_mm)
    sure = refined((filled & inside) | deep, half, grid)
    for which in (RIGHT, LEFT):
        mask = lungs.side == which
        within = refined(mask, half, grid) & sure
        reach = refined(
            _near(mask, half, 1.2 * max(half.spacing_mm)) & (lungs.side != RIGHT + LEFT - which), half, grid
        )
        reach &= hu < AIR_HU
        out[(within | reach) & (out == 0)] = which
    return out
