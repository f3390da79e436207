"""From HU to what a screen shows: windows, planes, slabs, regions and linked places. Knows no toolkit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numba as nb
import numpy as np

from trainer.chest.deformation import Deformation

WINDOWS: Final = {"lung": (-600.0, 1500.0), "mediastinum": (40.0, 400.0), "bone": (400.0, 1800.0)}
"""Level and width in HU."""

Plane = Literal["axial", "coronal", "sagittal"]
Slab = Literal["mean", "maximum", "minimum"]


@nb.njit(cache=True, nogil=True, parallel=True)
def _apply(image: np.ndarray, low: np.float32, scale: np.float32, out: np.ndarray) -> None:
    for row in nb.prange(image.shape[0]):
        y = np.int64(row)
        for x in range(image.shape[1]):
            v = (np.float32(image[y, x]) - low) * scale + np.float32(0.5)
            out[y, x] = np.uint8(min(max(v, np.float32(0.0)), np.float32(255.0)))


def window_level(image: np.ndarray, level: float, width: float, out: np.ndarray | None = None) -> np.ndarray:
    """Return an image in grey levels.

    Parameters
    ----------
    image : numpy.ndarray
        int16 HU, shape (rows, columns).
    level, width : float
        Middle and width of the window in HU.
    out : numpy.ndarray, optional
        uint8 of the same shape, to be filled.
    """
    grey = np.empty(image.shape, np.uint8) if out is None else out
    width = max(width, 1.0)
    _apply(image, np.float32(level - 0.5 * width), np.float32(255.0 / width), grey)
    return grey


def plane(volume: np.ndarray, orientation: Plane, index: int) -> np.ndarray:
    """Return one plane of a volume [z, y, x] as a radiologist sees it: head up, patient's right on the left.

    Coronal planes have z down the rows, sagittal ones the front on the left. The result is a view.
    """
    if orientation == "axial":
        flat: np.ndarray = volume[index]
        return flat
    if orientation == "coronal":
        return volume[::-1, index, :]
    return volume[::-1, :, index]


def slab(volume: np.ndarray, orientation: Plane, first: int, last: int, kind: Slab) -> np.ndarray:
    """Return the mean, maximum (MIP) or minimum (MinIP) of planes ``first`` to ``last`` inclusive, int16."""
    axis = ("axial", "coronal", "sagittal").index(orientation)
    part = volume[(slice(None),) * axis + (slice(max(0, first), last + 1),)]
    if kind == "mean":
        flat = np.round(part.mean(axis=axis, dtype=np.float32)).astype(np.int16)
    else:
        flat = part.max(axis=axis) if kind == "maximum" else part.min(axis=axis)
    turned: np.ndarray = flat if orientation == "axial" else flat[::-1]
    return turned


@dataclass(frozen=True)
class RegionStatistic:
    """Density of a region: mean, standard deviation, minimum and maximum in HU, and its area."""

    mean_hu: float
    sd_hu: float
    minimum_hu: int
    maximum_hu: int
    area_mm2: float
    pixels: int


def region_statistic(image: np.ndarray, mask: np.ndarray, pixel_mm: tuple[float, float]) -> RegionStatistic:
    """Return the statistic of the pixels in ``mask``.

    Parameters
    ----------
    image : numpy.ndarray
        int16 HU.
    mask : numpy.ndarray
        bool, same shape.
    pixel_mm : tuple of float
        Pixel size down and across.

    Raises
    ------
    ValueError
        If the mask is empty.
    """
    values = image[mask]
    if values.size == 0:
        raise ValueError("the region holds no pixel")
    area = values.size * pixel_mm[0] * pixel_mm[1]
    return RegionStatistic(
        float(values.mean()), float(values.std()), int(values.min()), int(values.max()), area, int(values.size)
    )


def ellipse(shape: tuple[int, int], centre: tuple[float, float], half: tuple[float, float]) -> np.ndarray:
    """Return the mask of an ellipse with centre and half axes in pixels (row, column)."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    inside: np.ndarray = ((y - centre[0]) / half[0]) ** 2 + ((x - centre[1]) / half[1]) ** 2 <= 1.0
    return inside


def linked_mm(
    point_mm: tuple[float, float, float], here: Deformation, there: Deformation
) -> tuple[float, float, float]:
    """Return where the tissue at a point of one visit lies in another, in mm (z, y, x) of the other's patient space."""
    z, y, x = there.to_visit(here.to_reference(np.array(point_mm)))
    return float(z), float(y), float(x)
