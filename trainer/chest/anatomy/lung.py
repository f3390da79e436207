"""What fills the lungs: lobes, segments, bronchi, vessels, lobules and tissue, all of one person.

Bronchi are drawn only where they are seen in normal lung: lumens above 3 mm, none within 31 mm of the chest wall
(5th percentile 31 mm, median 54 mm over 298 lumens of CPTAC-PDA C3N-00249, The Cancer Imaging Archive, n = 1).
Thinner ones lie in the coverage volume, so that consolidation can show their air.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy import airway, capsule, lobule, parenchyma, tree, vessel
from trainer.chest.anatomy.lobe import Fissures, distance_mm, fissures_of, lobes, place_in, territories
from trainer.chest.anatomy.model import Branches
from trainer.chest.distance import border_mm
from trainer.chest.grid import Grid
from trainer.course.person import Person

Point = tuple[float, float, float]
END_POINTS = 12500  # terminal bronchioles drawn in both lungs; as many arteries and as many veins
BARE_MM = 3.2  # nothing ends nearer to the pleura
WITHIN_MM = 7.0  # forks are kept so far within their lobe
BORDER_MM = 3.5  # nothing is drawn nearer to the chest wall: threads of vessels are seen to 3 mm
BAND_MM = 1.4  # no vessel is led nearer to a fissure; seen bands without vessels are 8 to 14 mm wide (n = 2)
SEEN_RADIUS_MM = 1.5
SEEN_DEPTH_MM = 31.0
BLOOD_HU = 42  # no contrast medium
WALL_HU = 20


@dataclass(frozen=True)
class LungInterior:
    """Both lungs, furnished. Volumes lie on the grid that was asked for, those of half resolution on every other voxel.

    Parameters
    ----------
    lobe : numpy.ndarray
        uint8 [z, y, x]: 0 or 1 + `trainer.course.opacity.Lobe`.
    segment : numpy.ndarray
        uint8, half resolution: 0 or 1 to 18.
    hu : numpy.ndarray
        int16 [z, y, x]: tissue, vessels and airways; means nothing outside the lungs. Of no size where a real lung
        was furnished, which has its own.
    vessel, airway : numpy.ndarray
        uint8 [z, y, x]: share of the voxel, 0 to 255, inside the lungs. ``vessel`` is of no size where ``hu`` is.
    depth_mm : numpy.ndarray
        float16, half resolution: distance to the surface of the own lung.
    lobule : numpy.ndarray
        int32, half resolution.
    septum_mm : numpy.ndarray
        float16, half resolution: distance to the border of the lobule.
    airways, arteries, veins : Branches
    """

    lobe: np.ndarray
    segment: np.ndarray
    hu: np.ndarray
    vessel: np.ndarray
    airway: np.ndarray
    depth_mm: np.ndarray
    lobule: np.ndarray
    septum_mm: np.ndarray
    airways: Branches
    arteries: Branches
    veins: Branches


@nb.njit(cache=True, nogil=True, parallel=True)
def _bridge(out: Any, lung: Any) -> Any:
    """Fill what lies between the lungs, so that only the chest wall and diaphragm remain as surface."""
    for ii in nb.prange(lung.shape[0]):
        i = np.int64(ii)
        for j in range(lung.shape[1]):
            right, left = -1, -1
            for k in range(lung.shape[2]):
                if lung[i, j, k] == 1:
                    right = k
                if lung[i, j, k] == 2 and left < 0:
                    left = k
                out[i, j, k] = lung[i, j, k] != 0
            if right >= 0 and left > right:
                for k in range(right, left):
                    out[i, j, k] = True


@nb.njit(cache=True, nogil=True, parallel=True)
def _reachable(out: Any, lung: Any, costal: Any) -> Any:
    """Mark the lung beyond `BORDER_MM` of chest wall and diaphragm."""
    nz, ny, nx = costal.shape
    for ii in nb.prange(lung.shape[0]):
        i = np.int64(ii)
        for j in range(lung.shape[1]):
            for k in range(lung.shape[2]):
                deep = costal[min(i // 2, nz - 1), min(j // 2, ny - 1), min(k // 2, nx - 1)] > BORDER_MM
                out[i, j, k] = 1 if deep and lung[i, j, k] != 0 else 0


@nb.njit(cache=True, nogil=True, parallel=True)
def _compose(hu: Any, lung: Any, vessel: Any, lumen: Any, outside: Any, blood: Any, wall: Any) -> Any:
    """Put vessels, walls and open lumens into the tissue."""
    for ii in nb.prange(hu.shape[0]):
        i = np.int64(ii)
        for j in range(hu.shape[1]):
            for k in range(hu.shape[2]):
                if lung[i, j, k] == 0:
                    continue
                o = int(outside[i, j, k])
                v = int(vessel[i, j, k])
                if o == 0 and v == 0:
                    continue
                a = int(lumen[i, j, k])
                # a bronchus pushes the vessel aside, its wall yields to it
                v = min(v, 255 - a)
                w = max(0, min(o - a, 255 - a - v))
                t = 255 - a - v - w
                mixed = int(hu[i, j, k]) * t + blood * v + wall * w - 1000 * a
                hu[i, j, k] = np.int16(np.rint(mixed / 255.0))


def half_of(grid: Grid) -> Grid:
    """Return the lattice of every other voxel."""
    n, s = grid.shape, grid.spacing_mm
    return Grid((n[0] // 2, n[1] // 2, n[2] // 2), (2 * s[0], 2 * s[1], 2 * s[2]), grid.origin_mm)


def _every_other(volume: np.ndarray) -> np.ndarray:
    nz, ny, nx = (n // 2 for n in volume.shape)
    return np.ascontiguousarray(volume[::2, ::2, ::2][:nz, :ny, :nx])


def _points(grid: Grid, mask: np.ndarray) -> np.ndarray:
    return np.argwhere(mask) * np.array(grid.spacing_mm) + np.array(grid.origin_mm)


def _at(half: Grid, points_mm: np.ndarray) -> tuple[np.ndarray, ...]:
    index = np.rint((points_mm - np.array(half.origin_mm)) / np.array(half.spacing_mm)).astype(np.int64)
    index = np.clip(index, 0, np.array(half.shape) - 1)
    return tuple(index.T)


@dataclass(frozen=True)
class _Room:
    """What the trees need to know of the lungs, at half resolution."""

    half: Grid
    lobe: np.ndarray
    depth: np.ndarray
    costal: np.ndarray
    height_mm: Mapping[int, float]
    clouds: Mapping[int, np.ndarray]
    bounds: Mapping[int, tree.Bounds]


def _room(grid: Grid, lobe: np.ndarray, lung: np.ndarray) -> _Room:
    half = half_of(grid)
    small = _every_other(lung)
    depth = border_mm(small, half.spacing_mm)
    bridged = np.empty(half.shape, dtype=np.bool_)
    _bridge(bridged, small)
    costal = border_mm(bridged, half.spacing_mm)
    low = _every_other(lobe)
    third = low[::3, ::3, ::3]
    coarse = Grid(third.shape, (half.spacing_mm[0] * 3, half.spacing_mm[1] * 3, half.spacing_mm[2] * 3), half.origin_mm)
    clouds = {n: _points(coarse, third == n) for n in range(1, 6)}
    deep = depth[::3, ::3, ::3] > WITHIN_MM
    bounds = {n: tree.bounds_of(coarse, (third == n) & deep) for n in range(1, 6)}
    height = {}
    for side in (1, 2):
        levels = np.flatnonzero((small == side).any((1, 2)))
        height[side] = float(levels[-1] - levels[0]) * half.spacing_mm[0]
    return _Room(half, low, depth, costal, height, clouds, bounds)


def _seeds(
    room: _Room, fissures: Fissures, grid: Grid, person: Person, stream: int, shift: float
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Return end points and their voxels at half resolution; ``shift`` 0 for arteries, 0.5 for veins."""
    usable_mm3 = float((room.depth > BARE_MM).sum()) * room.half.voxel_ml * 1000.0
    # about a ninth of the points fall to the bands along the fissures
    step = (usable_mm3 / (END_POINTS * 1.12)) ** (1.0 / 3.0)
    low = np.array(room.half.origin_mm)
    high = low + np.array(room.half.shape) * np.array(room.half.spacing_mm)
    points = tree.lattice(low, high, step, person.key, stream, 0.85, shift)
    at = _at(room.half, points)
    keep = (room.lobe[at] > 0) & (room.depth[at] > BARE_MM)
    points = points[keep]
    points = points[distance_mm(fissures, grid, points, room.lobe[_at(room.half, points)]) > BAND_MM]
    return points, _at(room.half, points)


def _bronchi(
    grid: Grid, room: _Room, fissures: Fissures, landmarks: Mapping[str, Point], person: Person
) -> tuple[Branches, Branches, np.ndarray]:
    """Return airways, the arteries beside them, and the segments that they supply."""
    skeleton = airway.skeleton_of(landmarks, room.height_mm, person)
    owner = np.array(airway.SEGMENT_LOBE[1:])
    target = np.array([place_in(room.clouds[int(n)], airway.TARGET[s + 1], bool(n > 3)) for s, n in enumerate(owner)])
    segment = territories(room.half, room.lobe, skeleton.twigs.end[skeleton.tip[1:]], target, owner)
    seeds, at = _seeds(room, fissures, grid, person, 1, 0.0)
    own = segment[at]
    middle = np.array([seeds[own == s].mean(axis=0) if (own == s).any() else target[s - 1] for s in range(19)])
    skeleton = airway.aimed(skeleton, middle)
    twigs = airway.fill(skeleton, seeds, own, room.bounds, person)
    airways = airway.airways_of(twigs)
    return airways, vessel.arteries_of(twigs, skeleton, landmarks, airways, person), segment


def _veins(
    grid: Grid,
    room: _Room,
    fissures: Fissures,
    landmarks: Mapping[str, Point],
    segment: np.ndarray,
    person: Person,
) -> Branches:
    roots = vessel.roots_of(landmarks, room.height_mm)
    owner = np.array([t[0] for t in vessel.TRIBUTARIES])
    target = np.array([place_in(room.clouds[t[0]], t[3], t[0] > 3) for t in vessel.TRIBUTARIES])
    basin = territories(room.half, room.lobe, roots[1], target, owner)
    seeds, at = _seeds(room, fissures, grid, person, 2, 0.5)
    roots = vessel.aimed(roots, seeds, basin[at])
    return vessel.veins_of(roots, seeds, basin[at], segment[at], room.bounds, person)


def seen_rows(airways: Branches, half: Grid, costal_mm: np.ndarray, depth_mm: np.ndarray) -> np.ndarray:
    """Return the rows of the bronchi whose lumen is seen in normal lung; beyond the hila none grazes the pleura."""
    start, end = (_at(half, p.astype(np.float64)) for p in (airways.start_mm, airways.end_mm))
    wide = (airways.radius_mm >= SEEN_RADIUS_MM) & (costal_mm[end] > SEEN_DEPTH_MM)
    root = airways.segment[airways.parent] == 0
    inside = np.minimum(depth_mm[start], depth_mm[end]) > 0.5 * WITHIN_MM
    return np.flatnonzero(wide & (root | inside))


def _paint(
    hu: np.ndarray,
    grid: Grid,
    lung: np.ndarray,
    trees: tuple[Branches, Branches, Branches],
    seen: np.ndarray,
    costal: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw airways, arteries and veins into ``hu`` and return the coverage of vessels and of all lumens."""
    airways, arteries, veins = trees
    room = np.empty(lung.shape, dtype=np.uint8)
    _reachable(room, lung, costal)
    vessels = capsule.coverage(tree.capsules_of(arteries, np.arange(1, len(arteries))), grid, room)
    capsule.coverage(tree.capsules_of(veins, np.arange(len(veins))), grid, room, vessels)
    lumens = _open(grid, lung, airways, costal)
    rods = tree.capsules_of(airways, seen)
    wall = airway.wall_mm(airways.radius_mm[seen]).repeat(len(rods.start_radius_mm) // max(1, len(seen)))
    shell = capsule.Capsules(
        rods.start_mm, rods.end_mm, (rods.start_radius_mm + wall).astype(np.float32),
        (rods.end_radius_mm + wall).astype(np.float32),
    )  # fmt: skip
    _compose(
        hu, lung, vessels, capsule.coverage(rods, grid, lung), capsule.coverage(shell, grid, lung), BLOOD_HU, WALL_HU
    )
    return vessels, lumens


def _open(grid: Grid, lung: np.ndarray, airways: Branches, costal: np.ndarray) -> np.ndarray:
    """Return the coverage of all lumens."""
    room = np.empty(lung.shape, dtype=np.uint8)
    _reachable(room, lung, costal)
    return capsule.coverage(tree.capsules_of(airways, np.arange(1, len(airways))), grid, room)


def furnish(
    grid: Grid,
    lung: np.ndarray,
    landmarks: Mapping[str, Point],
    person: Person,
    progress: Callable[[float], None] | None = None,
    real: Fissures | None = None,
) -> LungInterior:
    """Return all that lies inside the lungs.

    Parameters
    ----------
    grid : Grid
    lung : numpy.ndarray
        uint8 [z, y, x]: 0, 1 right, 2 left.
    landmarks : mapping of str to tuple of float
        (z, y, x) in mm: carina, right_hilum and left_hilum (entry of the main bronchi), right_pa, left_pa,
        right_upper_vein, right_lower_vein, left_upper_vein, left_lower_vein.
    person : Person
    progress : callable, optional
        Told the share done, 0 to 1.
    real : Fissures, optional
        Of a real lung, which needs no tissue and no vessels: it has its own.
    """

    def tell(share: float) -> None:
        if progress is not None:
            progress(share)

    fissures = real or fissures_of(grid, lung, landmarks, person)
    lobe = lobes(grid, lung, fissures)
    room = _room(grid, lobe, lung)
    tell(0.2)
    airways, arteries, segment = _bronchi(grid, room, fissures, landmarks, person)
    veins = _veins(grid, room, fissures, landmarks, segment, person)
    tell(0.35)
    label, septum = lobule.lobules(room.half, room.lobe, room.costal, person.key)
    tell(0.5)
    if real is not None:
        none, lumens = np.empty((0, 0, 0), np.uint8), _open(grid, lung, airways, room.costal)
        return LungInterior(
            lobe, segment, none.astype(np.int16), none, lumens, room.depth.astype(np.float16), label, septum,
            airways, arteries, veins,
        )  # fmt: skip
    front = grid.origin_mm[1] + grid.spacing_mm[1] * float(np.flatnonzero(lung[::4].any((0, 2)))[0])
    # fissures are often incomplete towards the hilum
    whole = np.clip((75.0 - room.costal) / 25.0, 0.0, 1.0).astype(np.float32)
    hu = parenchyma.tissue(grid, lung, label, whole, fissures, front, person.key)
    tell(0.75)
    seen = seen_rows(airways, room.half, room.costal, room.depth)
    vessels, lumens = _paint(hu, grid, lung, (airways, arteries, veins), seen, room.costal)
    tell(1.0)
    return LungInterior(
        lobe, segment, hu, vessels, lumens, room.depth.astype(np.float16), label, septum, airways, arteries, veins
    )
