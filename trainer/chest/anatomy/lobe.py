"""Lobes and segments: curved fissures as height maps, and segments around their bronchi.

The courses of the fissures are the mean of two chests measured in sagittal cuts (CPTAC-PDA C3N-00249 and
Lung-PET-CT-Dx A0001, The Cancer Imaging Archive, n = 2), given relative to the carina. That the oblique fissure
turns like a propeller, facing laterally above and medially below, is from Proto and Ball, AJR 1983.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from scipy.interpolate import PchipInterpolator

from trainer.chest.anatomy.shape import axis_mm
from trainer.chest.grid import Grid
from trainer.core import chance
from trainer.course.person import Person

_STREAM = 0x4C4F4245
Point = tuple[float, float, float]
# share of the lung's depth from front to back; mm above the carina in a chest of 245 mm height
_OBLIQUE = {
    1: ((-0.2, 0.0, 0.25, 0.6, 0.9, 1.15), (-190.0, -150.0, -93.0, -36.0, -6.0, 20.0)),
    2: ((-0.2, 0.0, 0.30, 0.5, 0.85, 1.15), (-180.0, -142.0, -84.0, -52.0, 2.0, 26.0)),
}
_HORIZONTAL_MM = -30.0


@dataclass(frozen=True)
class Fissure:
    """A fissure as a surface over the horizontal plane.

    Parameters
    ----------
    height_mm : numpy.ndarray
        float32 [y, x]: z of the surface.
    tilt : numpy.ndarray
        float32 [y, x]: cosine of its inclination, which turns a vertical distance into a distance.
    """

    height_mm: np.ndarray
    tilt: np.ndarray


@dataclass(frozen=True)
class Fissures:
    """The three fissures: right oblique, horizontal, left oblique."""

    right: Fissure
    horizontal: Fissure
    left: Fissure


def fissure_over(height: np.ndarray, grid: Grid) -> Fissure:
    """Return the fissure with these heights, mm [y, x], over the rows and columns of ``grid``."""
    dy, dx = np.gradient(height, grid.spacing_mm[1], grid.spacing_mm[2])
    return Fissure(height.astype(np.float32), (1.0 / np.sqrt(1.0 + dy**2 + dx**2)).astype(np.float32))


def _waves(person: Person, which: int, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return an undulation of about 3 mm, wavelengths 60 to 150 mm (judgement)."""
    out = np.zeros(np.broadcast_shapes(y.shape, x.shape))
    for n in range(5):
        u = [chance.uniform(person.key, _STREAM, which, 16 * n + m) for m in range(4)]
        turn, wave = 2.0 * np.pi * u[0], 60.0 + 90.0 * u[1]
        out += 2.0 * u[3] * np.cos(2.0 * np.pi * ((y * np.cos(turn) + x * np.sin(turn)) / wave + u[2]))
    return out


def fissures_of(grid: Grid, lung: np.ndarray, landmarks: Mapping[str, Point], person: Person) -> Fissures:
    """Return where the fissures of this person lie, over the whole of ``grid``.

    Parameters
    ----------
    grid : Grid
    lung : numpy.ndarray
        uint8 [z, y, x]: 0, 1 right, 2 left.
    landmarks : mapping of str to tuple of float
        "carina" is read.
    person : Person
    """
    y, x = axis_mm(grid, 1)[:, None].astype(np.float64), axis_mm(grid, 2)[None, :].astype(np.float64)
    z = axis_mm(grid, 0)
    carina = landmarks["carina"]
    coarse = lung[::4, ::4, ::4]
    made = {}
    for side in (1, 2):
        inside = coarse == side
        rows = np.flatnonzero(inside.any((0, 2))) * 4
        levels = np.flatnonzero(inside.any((1, 2))) * 4
        columns = np.flatnonzero(inside.any((0, 1))) * 4
        front, back = float(y[rows[0], 0]), float(y[rows[-1], 0])
        size = float(z[levels[-1]] - z[levels[0]]) / 245.0
        centre = float(x[0, columns].mean())
        half = max(20.0, 0.5 * float(x[0, columns[-1]] - x[0, columns[0]]))
        lateral = np.clip((x - centre) / half, -1.2, 1.2) * (-1.0 if side == 1 else 1.0)
        shares, heights = _OBLIQUE[side]
        own = 6.0 * chance.normal(person.key, _STREAM, side, 900)
        lean = 0.08 * chance.normal(person.key, _STREAM, side, 901)
        share = (y - front) / (back - front)
        above = PchipInterpolator(shares, np.array(heights) * size)(np.clip(share, -0.2, 1.15))
        above = above + own + lean * (back - front) * (share - 0.6)
        twist = -7.0 * lateral * np.clip((above + 35.0 * size) / 45.0, -1.0, 1.0)
        height = carina[0] + above + twist + _waves(person, side, y, x)
        made[side] = fissure_over(height, grid)
        if side == 1:
            own = 4.0 * chance.normal(person.key, _STREAM, side, 902)
            # the horizontal fissure is a little domed and falls forward
            dome = -6.0 * lateral - 13.0 * lateral**2 - 20.0 * np.clip(0.55 - share, 0.0, 1.0) ** 2 / 0.3
            horizontal = carina[0] + _HORIZONTAL_MM * size + 3.0 + own + dome + _waves(person, 3, y, x)
            made[3] = fissure_over(np.broadcast_to(horizontal, (y.size, x.size)), grid)
    return Fissures(made[1], made[3], made[2])


@nb.njit(cache=True, nogil=True, parallel=True)
def _lobes(out: Any, lung: Any, right: Any, horizontal: Any, left: Any, z: Any) -> Any:
    for ii in nb.prange(lung.shape[0]):
        i = np.int64(ii)
        for j in range(lung.shape[1]):
            for k in range(lung.shape[2]):
                side = lung[i, j, k]
                if side == 1:
                    if z[i] < right[j, k]:
                        out[i, j, k] = 3
                    else:
                        out[i, j, k] = 1 if z[i] > horizontal[j, k] else 2
                elif side == 2:
                    out[i, j, k] = 4 if z[i] > left[j, k] else 5


def lobes(grid: Grid, lung: np.ndarray, fissures: Fissures) -> np.ndarray:
    """Return uint8 [z, y, x]: 0 outside the lungs, else 1 + `trainer.course.opacity.Lobe`."""
    out = np.zeros(grid.shape, dtype=np.uint8)
    _lobes(
        out, lung, fissures.right.height_mm, fissures.horizontal.height_mm, fissures.left.height_mm,
        axis_mm(grid, 0),
    )  # fmt: skip
    return out


def distance_mm(fissures: Fissures, grid: Grid, points_mm: np.ndarray, lobe: np.ndarray) -> np.ndarray:
    """Return how far points of known lobe are from the nearest fissure of their lung, mm, shape (n,)."""
    j = np.clip(np.rint((points_mm[:, 1] - grid.origin_mm[1]) / grid.spacing_mm[1]).astype(int), 0, grid.shape[1] - 1)
    k = np.clip(np.rint((points_mm[:, 2] - grid.origin_mm[2]) / grid.spacing_mm[2]).astype(int), 0, grid.shape[2] - 1)

    def to(fissure: Fissure) -> np.ndarray:
        return np.asarray(np.abs(points_mm[:, 0] - fissure.height_mm[j, k]) * fissure.tilt[j, k])

    oblique = np.where(lobe <= 3, to(fissures.right), to(fissures.left))
    return np.where((lobe == 1) | (lobe == 2), np.minimum(oblique, to(fissures.horizontal)), oblique)


@nb.njit(cache=True, nogil=True, parallel=True)
def _segments(out: Any, lobe: Any, start: Any, end: Any, owner: Any, org: Any, sp: Any) -> Any:
    for ii in nb.prange(out.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        for j in range(out.shape[1]):
            y = org[1] + j * sp[1]
            for k in range(out.shape[2]):
                own = lobe[i, j, k]
                if own == 0:
                    continue
                x = org[2] + k * sp[2]
                best = 1e30
                for s in range(start.shape[0]):
                    if owner[s] != own:
                        continue
                    az, ay, ax = end[s, 0] - start[s, 0], end[s, 1] - start[s, 1], end[s, 2] - start[s, 2]
                    pz, py, px = z - start[s, 0], y - start[s, 1], x - start[s, 2]
                    t = (pz * az + py * ay + px * ax) / (az * az + ay * ay + ax * ax + 1e-9)
                    t = min(1.0, max(0.0, t))
                    d = (pz - t * az) ** 2 + (py - t * ay) ** 2 + (px - t * ax) ** 2
                    if d < best:
                        best = d
                        out[i, j, k] = s + 1


def territories(
    half: Grid, lobe: np.ndarray, start_mm: np.ndarray, end_mm: np.ndarray, owner: np.ndarray
) -> np.ndarray:
    """Return to which of several axes each voxel of a lobe belongs: the nearest of its own lobe.

    Parameters
    ----------
    half : Grid
        Lattice of ``lobe``.
    lobe : numpy.ndarray
        uint8 [z, y, x].
    start_mm, end_mm : numpy.ndarray
        Shape (n, 3): the axes, from the root of a segment to its far middle.
    owner : numpy.ndarray
        Lobe number of each axis.

    Returns
    -------
    numpy.ndarray
        uint8 [z, y, x]: 0 outside, else 1 + row of the axis.
    """
    out = np.zeros(lobe.shape, dtype=np.uint8)
    _segments(
        out, lobe, np.asarray(start_mm, np.float64), np.asarray(end_mm, np.float64), np.asarray(owner, np.int64),
        np.array(half.origin_mm), np.array(half.spacing_mm),
    )  # fmt: skip
    return out


def place_in(points_mm: np.ndarray, share: tuple[float, float, float], left: bool) -> np.ndarray:
    """Return the point of a cloud nearest to shares (lateral, back, up) of its extent, mm, shape (3,)."""
    low, high = np.percentile(points_mm, 3.0, axis=0), np.percentile(points_mm, 97.0, axis=0)
    side = share[0] if left else 1.0 - share[0]
    wanted = low + (high - low) * np.array((share[2], share[1], side))
    return np.asarray(points_mm[np.argmin((((points_mm - wanted) / (high - low)) ** 2).sum(axis=1))])
