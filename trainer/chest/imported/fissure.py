"""Where the fissures of a real chest run: bands without vessels and faint plates, sought near their usual course.

A fissure is thinner than any voxel. In slices of 3 mm and more it is seen as a band of 8 to 14 mm without vessels, a
little denser than the lung around (two chests: CPTAC-PDA C3N-00249 and Lung-PET-CT-Dx A0001, The Cancer Imaging
Archive), in thin slices as a plate. Both are looked for in the lung laid flat along the usual course: at each place
of the course the way across is searched, and the smooth surface of least cost over all places is taken, summed along
eight directions (semi-global matching, Hirschmueller, IEEE Trans Pattern Anal Mach Intell 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from trainer.chest.anatomy.lobe import Fissure, Fissures, fissure_over
from trainer.chest.grid import Grid

_REACH_MM = 20.0  # from the usual course, across it
_STEP_MM = 1.0
_COLUMN_MM = 4.0
_PATCH_MM = 7.0  # standard deviation of the patch over which evidence is gathered
_BEND, _TEAR = 0.25, 1.2  # cost of a shift by one step and by more between neighbours (judgement)
_BAND_MM, _BESIDE_MM = 3.0, (6.0, 15.0)
_BARE = 0.45  # vessels in the band against beside it, below which it counts as seen
_PLATE = 2.5  # standard deviations of a plate's density, above which it counts as seen
_SMOOTH_MM = 12.0
_FLATTEST = 0.25  # cosine of the steepest inclination that is reckoned with
_DECOYS_MM = (-60.0, -42.0, 42.0, 60.0)  # above and below the usual course, where no fissure runs
_LEAST = 0.5  # a fissure is taken as seen from this share of its course on (judgement)
_MORE = 1.2  # and from so many times the share over which chance shows one elsewhere (judgement)


@dataclass(frozen=True, eq=False)
class Course:
    """A fissure as it was found.

    Parameters
    ----------
    up_mm : numpy.ndarray
        float32 [y, x]: how much higher it runs than usual.
    seen : float
        Share of its course over which there is evidence, 0 to 1.
    """

    up_mm: np.ndarray
    seen: float


@dataclass(frozen=True, eq=False)
class _Flat:
    """The lung laid flat along a usual course; volumes [d, row, column]."""

    vessel: np.ndarray
    plate: np.ndarray
    valid: np.ndarray


def course_of(usual: Fissure, region: np.ndarray, vessel: np.ndarray, excess: np.ndarray, grid: Grid) -> Course:
    """Return a fissure sought near its usual course.

    Parameters
    ----------
    usual : Fissure
        Over the rows and columns of ``grid``.
    region : numpy.ndarray
        bool [z, y, x]: the lung that the fissure parts.
    vessel : numpy.ndarray
        float32 [z, y, x]: share of vessel.
    excess : numpy.ndarray
        float32 [z, y, x]: by how much tissue without vessels is denser than the lung around, HU.
    grid : Grid
    """
    step = max(1, round(_COLUMN_MM / grid.spacing_mm[1]))
    low = [max(0, int(np.flatnonzero(region.any(axis=a))[0]) - step) // step * step for a in ((0, 2), (0, 1))]
    high = [int(np.flatnonzero(region.any(axis=a))[-1]) + step + 1 for a in ((0, 2), (0, 1))]
    rows, columns = (np.arange(a, min(b, n), step) for a, b, n in zip(low, high, region.shape[1:], strict=True))
    flat = _flattened(usual, region, vessel, excess, grid, rows, columns)
    cost = _cost(flat)
    shift = _matched(cost)
    seen, weight = _seen(flat, shift)
    course = flat.valid[flat.valid.shape[0] // 2] > 0.5
    share = float((seen & course).sum()) / max(1, int(course.sum()))
    offset = (shift - (cost.shape[0] // 2)) * _STEP_MM
    sigma = _SMOOTH_MM / (step * grid.spacing_mm[1])
    total = ndi.gaussian_filter(weight * offset, sigma) + 0.003 * ndi.gaussian_filter(weight * offset, 4.0 * sigma)
    norm = ndi.gaussian_filter(weight, sigma) + 0.003 * ndi.gaussian_filter(weight, 4.0 * sigma) + 1e-4
    found = total / norm
    places = [(np.arange(n) - m) / step for n, m in zip(usual.height_mm.shape, low, strict=True)]
    at = np.meshgrid(*places, indexing="ij")
    smooth = ndi.map_coordinates(found, at, order=1, mode="nearest")
    return Course((smooth / np.maximum(usual.tilt, _FLATTEST)).astype(np.float32), share)


def _flattened(
    usual: Fissure,
    region: np.ndarray,
    vessel: np.ndarray,
    excess: np.ndarray,
    grid: Grid,
    rows: np.ndarray,
    columns: np.ndarray,
) -> _Flat:
    here = np.ix_(rows, columns)
    height, tilt = usual.height_mm[here], np.maximum(usual.tilt[here], _FLATTEST)
    count = int(_REACH_MM / _STEP_MM)
    offsets = np.arange(-count - 8, count + 9) * _STEP_MM
    z = (height[None] + offsets[:, None, None] / tilt[None] - grid.origin_mm[0]) / grid.spacing_mm[0]
    y, x = np.meshgrid(rows, columns, indexing="ij")
    at = np.stack([z, np.broadcast_to(y, z.shape), np.broadcast_to(x, z.shape)]).astype(np.float32)
    sigma = (0.0, _PATCH_MM / _COLUMN_MM, _PATCH_MM / _COLUMN_MM)
    valid = ndi.map_coordinates(region.astype(np.float32), at, order=1, mode="constant")
    weight = ndi.gaussian_filter(valid, sigma)

    def laid(values: np.ndarray, along: float) -> np.ndarray:
        found = ndi.map_coordinates(values, at, order=1, mode="constant") * valid
        found = ndi.gaussian_filter(found, sigma) / np.maximum(weight, 0.05)
        out: np.ndarray = ndi.gaussian_filter1d(found, along / _STEP_MM, axis=0)
        return out

    density = laid(excess, 0.8)
    plate = density - 0.5 * (np.roll(density, 5, axis=0) + np.roll(density, -5, axis=0))
    inner = slice(8, -8)
    return _Flat(laid(vessel, 1.2)[inner], plate[inner], valid[inner])


def _cost(flat: _Flat) -> np.ndarray:
    """Return how unlike a fissure each place is, float32 [d, row, column]; 1 where nothing speaks for or against."""
    usual = np.maximum(flat.vessel.mean(axis=0), 0.01)
    inside = flat.valid > 0.5
    spread = float(flat.plate[inside].std()) if inside.any() else 1.0
    plate = np.clip(flat.plate / max(spread, 1e-3), -2.0, 3.0)
    cost = np.clip(flat.vessel / usual, 0.0, 2.5) - 0.35 * plate
    return np.where(inside, cost, 1.0).astype(np.float32)


def _matched(cost: np.ndarray) -> np.ndarray:
    """Return the index d of the smooth surface of least cost, int64 [row, column]."""
    total = np.zeros_like(cost)
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)):
        total += _along(cost, dy, dx)
    out: np.ndarray = total.argmin(axis=0)
    return out


def _along(cost: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """Return the least cost of each place reached from one side."""
    out = cost.copy()
    rows = range(cost.shape[1]) if dy >= 0 else range(cost.shape[1] - 1, -1, -1)
    if dy == 0:
        columns = range(1, cost.shape[2]) if dx > 0 else range(cost.shape[2] - 2, -1, -1)
        for x in columns:
            out[:, :, x] += _passed(out[:, :, x - dx])
        return out
    for y in list(rows)[1:]:
        before = _passed(out[:, y - dy])
        if dx > 0:
            out[:, y, 1:] += before[:, :-1]
        elif dx < 0:
            out[:, y, :-1] += before[:, 1:]
        else:
            out[:, y] += before
    return out


def _passed(before: np.ndarray) -> np.ndarray:
    """Return what it costs to come from the neighbour, [d, n]."""
    least = before.min(axis=0)
    best = np.minimum(before, least + _TEAR)
    best[1:] = np.minimum(best[1:], before[:-1] + _BEND)
    best[:-1] = np.minimum(best[:-1], before[1:] + _BEND)
    out: np.ndarray = best - least
    return out


def _seen(flat: _Flat, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where a fissure is seen, bool, and how much its place counts there, [row, column]."""
    d = np.arange(flat.vessel.shape[0])[:, None, None] - shift[None]
    away = np.abs(d) * _STEP_MM
    near = (away <= _BAND_MM) & (flat.valid > 0.5)
    beside = (away >= _BESIDE_MM[0]) & (away <= _BESIDE_MM[1]) & (flat.valid > 0.5)

    def mean(values: np.ndarray, where: np.ndarray) -> np.ndarray:
        out: np.ndarray = (values * where).sum(axis=0) / np.maximum(where.sum(axis=0), 1)
        return out

    inside, around = mean(flat.vessel, near), mean(flat.vessel, beside)
    spread = max(float(flat.plate[flat.valid > 0.5].std()), 1e-3) if (flat.valid > 0.5).any() else 1.0
    plate = mean(flat.plate, (away <= 1.0) & (flat.valid > 0.5)) / spread
    enough = (near.sum(axis=0) >= 4) & (beside.sum(axis=0) >= 6)
    bare = np.clip(1.0 - inside / np.maximum(_BARE * around, 0.004), 0.0, 1.0)
    strong = np.clip(plate / _PLATE, 0.0, 1.0)
    seen = enough & ((bare > 0.0) & (plate > 0.3) | (plate > _PLATE))
    return seen, np.where(enough, np.maximum(bare, strong) + 0.02, 0.0)


def _moved(fissure: Fissure, up_mm: np.ndarray | float, grid: Grid) -> Fissure:
    return fissure_over(fissure.height_mm + up_mm, grid)


def fissures_in(
    usual: Fissures, side: np.ndarray, vessel: np.ndarray, excess: np.ndarray, grid: Grid
) -> tuple[Fissures, tuple[str, ...]]:
    """Return the fissures, each where it is seen or else on its usual course, and a line about each.

    Parameters
    ----------
    usual : Fissures
        Over the rows and columns of ``grid``.
    side : numpy.ndarray
        uint8 [z, y, x]: 0, 1 right, 2 left.
    vessel, excess : numpy.ndarray
        As for `course_of`.
    grid : Grid
    """
    z = (grid.origin_mm[0] + grid.spacing_mm[0] * np.arange(grid.shape[0]))[:, None, None]

    def taken(name: str, fissure: Fissure, region: np.ndarray) -> tuple[Fissure, str]:
        found = course_of(fissure, region, vessel, excess, grid)
        decoys = [course_of(_moved(fissure, up, grid), region, vessel, excess, grid).seen for up in _DECOYS_MM]
        chance = float(np.mean(decoys))
        figures = f"evidence over {found.seen:.0%} of its course, {chance:.0%} where none runs"
        if found.seen >= max(_LEAST, _MORE * chance):
            return _moved(fissure, found.up_mm, grid), f"{name} fissure: seen, {figures}"
        return fissure, f"{name} fissure: from geometry, not seen well enough ({figures})"

    right, of_right = taken("right oblique", usual.right, side == 1)
    front = (side == 1) & (z > right.height_mm[None] + 6.0)
    horizontal, of_horizontal = taken("horizontal", usual.horizontal, front)
    left, of_left = taken("left oblique", usual.left, side == 2)
    return Fissures(right, horizontal, left), (of_right, of_horizontal, of_left)


def on_grid(fissures: Fissures, coarse: Grid, grid: Grid) -> Fissures:
    """Return the fissures over the rows and columns of another lattice."""
    at = [
        (grid.origin_mm[a] + grid.spacing_mm[a] * np.arange(grid.shape[a]) - coarse.origin_mm[a]) / coarse.spacing_mm[a]
        for a in (1, 2)
    ]
    places = np.meshgrid(*at, indexing="ij")

    def over(fissure: Fissure) -> Fissure:
        return fissure_over(ndi.map_coordinates(fissure.height_mm, places, order=1, mode="nearest"), grid)

    return Fissures(over(fissures.right), over(fissures.horizontal), over(fissures.left))
