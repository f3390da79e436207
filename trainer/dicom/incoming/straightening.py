"""A stack that is tilted, unevenly spaced or of elongated pixels, resampled by a cubic B-spline onto a straight one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.ndimage import map_coordinates, spline_filter, spline_filter1d

from trainer.dicom.incoming.hounsfield import AIR_HU, LEAST_HU, MOST_HU
from trainer.dicom.incoming.lattice import MOST_VOXELS, Lattice, Unfit

_SLAB: Final = 16
_MARGIN: Final = 12  # slices: beyond them a B-spline's coefficients feel less than 0.27 ** 12 of an edge
_ROWS: Final = 32


def evened(
    hu: np.ndarray, lattice: Lattice, step: Callable[[float], None]
) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Return a volume with its slices equally far apart, and its spacing (z, y, x) in mm.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x], replaced in place.
    lattice : Lattice
    step : callable
        Told the share done.
    """
    count = len(hu)
    at = np.interp(np.linspace(0.0, lattice.places_mm[-1], count), lattice.places_mm, np.arange(count))
    below = np.clip(np.floor(at).astype(np.intp), 0, count - 2)
    weights = _cubic((at - below).astype(np.float32))
    taps = [_mirrored(below + offset, count) for offset in (-1, 0, 1, 2)]
    for row in range(0, hu.shape[1], _ROWS):
        step(row / hu.shape[1])
        block = spline_filter1d(hu[:, row : row + _ROWS], 3, axis=0, output=np.float32, mode="mirror")
        sums = sum(weight[:, None, None] * block[tap] for weight, tap in zip(weights, taps, strict=True))
        hu[:, row : row + _ROWS] = _rounded(np.asarray(sums))
    return hu, (lattice.spacing_mm * float(lattice.up[2]), *lattice.pixel_mm)


def _cubic(t: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the weights of a cubic B-spline's four coefficients around a place, ``t`` of the way in the middle."""
    return (1 - t) ** 3 / 6, (4 - 6 * t**2 + 3 * t**3) / 6, (1 + 3 * t + 3 * t**2 - 3 * t**3) / 6, t**3 / 6


def _mirrored(index: np.ndarray, count: int) -> np.ndarray:
    index = np.abs(index)
    return np.where(index >= count, 2 * count - 2 - index, index)


def _rounded(values: np.ndarray) -> np.ndarray:
    rounded: np.ndarray = np.rint(np.clip(values, LEAST_HU, MOST_HU)).astype(np.int16)
    return rounded


def straightened(
    hu: np.ndarray, lattice: Lattice, step: Callable[[float], None]
) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Return a volume along the patient's axes, with square pixels, and its spacing (z, y, x) in mm.

    Its field has the size of the original's and the same middle; what lies outside the original is air.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x].
    lattice : Lattice
    step : callable
        Told the share done.
    """
    count, rows, columns = lattice.shape
    dy, dx = lattice.pixel_mm
    pixel = min(dy, dx) if not lattice.is_square else 0.0
    spacing = (lattice.spacing_mm * float(lattice.up[2]), pixel or dy, pixel or dx)
    shape = (count, round(rows * dy / spacing[1]), round(columns * dx / spacing[2]))
    if shape[0] * shape[1] * shape[2] > MOST_VOXELS:
        raise Unfit(f"would have more than {MOST_VOXELS // 1_000_000} million voxels once it is straightened")
    axes = np.stack([lattice.right * dx, lattice.down * dy, lattice.up], axis=1)
    inverse = np.linalg.inv(axes)
    middle = axes @ np.array([(columns - 1) / 2, (rows - 1) / 2, lattice.places_mm[-1] / 2])
    y = (np.arange(shape[1]) - (shape[1] - 1) / 2)[:, None] * spacing[1]
    x = (np.arange(shape[2]) - (shape[2] - 1) / 2)[None, :] * spacing[2]
    out = np.empty(shape, np.int16)
    for begin in range(0, count, _SLAB):
        end = min(begin + _SLAB, count)
        heights = (np.arange(begin, end) - (count - 1) / 2) * spacing[0]
        places = [_places(inverse, middle, z, y, x) for z in heights]
        indices = [np.interp(s, lattice.places_mm, np.arange(count), left=-1.0, right=count) for _, _, s in places]
        low = max(0, int(np.floor(min(index.min() for index in indices))) - _MARGIN)
        high = min(count, int(np.ceil(max(index.max() for index in indices))) + 1 + _MARGIN)
        slab = spline_filter(hu[low:high], 3, output=np.float32, mode="mirror")
        for z, (i, j, _), k in zip(range(begin, end), places, indices, strict=True):
            step(z / count)
            inside = (k >= 0) & (k <= count - 1) & (j >= 0) & (j <= rows - 1) & (i >= 0) & (i <= columns - 1)
            at = [k - low, np.broadcast_to(j, k.shape), np.broadcast_to(i, k.shape)]
            values = map_coordinates(slab, at, np.float32, 3, mode="mirror", prefilter=False)
            out[z] = _rounded(np.where(inside, values, AIR_HU))
    return out, spacing


def _places(
    inverse: np.ndarray, middle: np.ndarray, z: float, y: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return column, row and place along the normal (mm) of the original, for each pixel of a straight slice."""
    centre = inverse @ middle
    i, j, s = (centre[n] + inverse[n, 0] * x + inverse[n, 1] * y + inverse[n, 2] * z for n in range(3))
    return i, j, s
