"""Landmarks of a real chest: the carina, where the bronchi enter the lungs, and the tops of the diaphragm."""

from __future__ import annotations

import numpy as np
from scipy import ndimage as ndi
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from trainer.chest.grid import Grid
from trainer.chest.imported.lung import LEFT, RIGHT
from trainer.chest.imported.trachea import Airways

Point = tuple[float, float, float]

_STEP_MM = 3.0
_STEEP = 1.5  # slope from which a lung lies on the heart, or on the chest wall, rather than on the dome (judgement)
# Along the bronchus from the carina to its entry into the lung: at least and at most, mm (judgement)
_WAY_MM = {RIGHT: (20.0, 45.0), LEFT: (35.0, 62.0)}
# (up, back, left) mm from the carina where a bronchus is not seen so far, and of the vessels from the hilum of their
# side, for lungs 245 mm tall: as in the built chest (judgement)
_HILUM: dict[int, Point] = {RIGHT: (-22.0, 5.0, -27.0), LEFT: (-26.0, 11.0, 42.0)}
_FROM_HILUM: dict[str, tuple[int, Point]] = {
    "right_pa": (RIGHT, (5.0, -17.0, -16.0)),
    "left_pa": (LEFT, (15.0, 2.0, 7.0)),
    "right_upper_vein": (RIGHT, (-6.0, -28.0, -6.0)),
    "right_lower_vein": (RIGHT, (-21.0, -7.0, -6.0)),
    "left_upper_vein": (LEFT, (2.0, -34.0, -1.0)),
    "left_lower_vein": (LEFT, (-15.0, -6.0, -4.0)),
}
_NAME = {RIGHT: "right", LEFT: "left"}


def landmarks_of(airways: Airways, side: np.ndarray, grid: Grid) -> dict[str, Point]:
    """Return the landmarks that `trainer.chest.anatomy.lung.furnish` and a visit's deformation need, mm (z, y, x).

    Parameters
    ----------
    airways : Airways
    side : numpy.ndarray
        uint8 [z, y, x]: the lungs on ``grid``.
    grid : Grid

    Notes
    -----
    Carina, hila and domes are found; arteries and veins stand at their usual places from the hila.
    """
    carina = _place(np.array(airways.carina, np.float64), grid)
    way = _ways(airways, grid)
    out = {"carina": _point(carina)}
    for which, name in _NAME.items():
        levels = np.flatnonzero((side == which).any((1, 2)))
        size = float(levels[-1] - levels[0]) * grid.spacing_mm[0] / 245.0
        hilum = _hilum(way, side, which, carina, grid)
        if hilum is None:
            hilum = carina + size * np.array(_HILUM[which])
        out[f"{name}_hilum"] = _point(hilum)
        for vessel, (own, step) in _FROM_HILUM.items():
            if own == which:
                out[vessel] = _point(hilum + size * np.array(step))
        out[f"{name}_dome"] = _dome(side == which, which, airways.carina[0], grid)
    return out


def _point(place: np.ndarray) -> Point:
    return round(float(place[0]), 2), round(float(place[1]), 2), round(float(place[2]), 2)


def _place(index: np.ndarray, grid: Grid) -> np.ndarray:
    out: np.ndarray = index * np.array(grid.spacing_mm) + np.array(grid.origin_mm)
    return out


def _ways(airways: Airways, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return the voxels of the bronchi and how far each is from the carina along them, mm."""
    lumen = airways.lumen.copy()
    lumen[airways.carina[0] + 2 :] = False
    index = np.argwhere(lumen)
    points = _place(index.astype(np.float64), grid)
    tree = cKDTree(points)
    near = tree.sparse_distance_matrix(tree, 1.01 * float(np.linalg.norm(grid.spacing_mm)), output_type="coo_matrix")
    start = int(np.argmin(((index - np.array(airways.carina)) ** 2).sum(axis=1)))
    way = dijkstra(near.tocsr(), indices=start)
    return index, way


def _hilum(
    way: tuple[np.ndarray, np.ndarray], side: np.ndarray, which: int, carina: np.ndarray, grid: Grid
) -> np.ndarray | None:
    """Return where the bronchus of one side enters its lung, or None where it is not followed so far."""
    index, length = way
    points = _place(index.astype(np.float64), grid)
    own = (points[:, 2] < carina[2]) == (which == RIGHT)
    inside = side[tuple(index.T)] == which
    low, high = _WAY_MM[which]
    best = None
    for reach in np.arange(low, high, _STEP_MM):
        shell = own & (length >= reach) & (length < reach + _STEP_MM)
        if shell.sum() < 3:
            break
        # where the upper bronchus has left already, the lower of two lumens leads to the hilum
        lowest = shell & (points[:, 0] < points[shell, 0].min() + 9.0)
        best = points[lowest].mean(axis=0)
        if inside[shell].mean() > 0.5:
            break
    return best


def _dome(lung: np.ndarray, which: int, carina_z: int, grid: Grid) -> Point:
    """Return the top of the diaphragm under one lung: of the even part of its floor in the outer back of its middle.

    Further inward and to the front the lung's floor is the heart, which stands out of the diaphragm steeply.
    """
    foot = np.asarray(lung.any(axis=0))
    floor = np.where(foot, lung.argmax(axis=0), -1)
    rows, columns = np.flatnonzero(foot.any(axis=1)), np.flatnonzero(foot.any(axis=0))
    behind = slice(rows[0] + int(0.42 * len(rows)), rows[0] + int(0.75 * len(rows)))
    outer = (0.25, 0.6) if which == RIGHT else (0.4, 0.75)
    aside = slice(columns[0] + int(outer[0] * len(columns)), columns[0] + int(outer[1] * len(columns)))
    down, across = np.gradient(ndi.median_filter(floor, 3).astype(np.float64) * grid.spacing_mm[0])
    even = foot & (floor < carina_z) & (np.hypot(down / grid.spacing_mm[1], across / grid.spacing_mm[2]) < _STEEP)
    labels, count = ndi.label(ndi.binary_erosion(even))
    inside = np.bincount(labels[behind, aside].ravel(), minlength=count + 1)
    inside[0] = 0
    # the lowest of the larger patches is diaphragm
    patches = [n for n in range(1, count + 1) if inside[n] > 0.25 * inside.max()]
    heights = {n: float(np.median(floor[labels == n])) for n in patches}
    part = np.asarray(labels == min(heights, key=lambda n: heights[n])) if heights else foot
    z = float(np.percentile(floor[part], 97.0))
    top = np.asarray(part & (floor >= z))
    y, x = np.argwhere(top).mean(axis=0)
    return _point(_place(np.array([z, y, x]), grid))
