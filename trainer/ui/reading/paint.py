"""From HU to the pixels of a pane in one pass: window, enlargement and colour.

QPainter enlarges well, but it converts a grey picture to colour first and knows nothing of HU. One serial kernel
that reads int16 and writes the pane's own pixels does both in less time (`tests/bench/bench_scroll.py` prints both).
It is serial on purpose: threads of a parallel kernel would wait for those that draw slices.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numba as nb
import numpy as np

from trainer.ui.reading.view import Geometry

_LOWEST_HU: Final = -1024
_HUS: Final = 4096
_STANDS_IN: Final = 0.45  # brightness of a slice that stands in for one that is not ready; judgement


@lru_cache(maxsize=32)
def table(level_hu: float, width_hu: float, inverted: bool = False, stands_in: bool = False) -> np.ndarray:
    """Return the colour of every HU from -1024 to 3071.

    Parameters
    ----------
    level_hu, width_hu : float
        The window.
    inverted : bool
        Whether what is dense is black.
    stands_in : bool
        Dimmed, for a slice that stands in for another.

    Returns
    -------
    numpy.ndarray
        uint32 "0xffRRGGBB", shape (4096,), not to be written to.
    """
    hu = np.arange(_LOWEST_HU, _LOWEST_HU + _HUS)
    width = max(width_hu, 1.0)
    grey = np.floor(np.clip((hu - (level_hu - 0.5 * width)) * (255.0 / width) + 0.5, 0.0, 255.0))
    if inverted:
        grey = 255.0 - grey
    if stands_in:
        grey = grey * _STANDS_IN
    grey = grey.astype(np.uint32)
    colours: np.ndarray = np.uint32(0xFF000000) | (grey << 16) | (grey << 8) | grey
    colours.flags.writeable = False
    return colours


@nb.njit(cache=True, nogil=True)
def _paint(
    hu: np.ndarray,
    colours: np.ndarray,
    top: float,
    row_step: float,
    left: float,
    column_step: float,
    out: np.ndarray,
) -> None:
    rows, columns = hu.shape
    height, width = out.shape
    first = np.empty(width, np.uint32)  # unsigned: a signed index is asked whether it counts from the end
    share = np.empty(width, np.int32)
    begin, end = width, 0
    for x in range(width):
        at = left + x * column_step
        if at <= -0.5 or at >= columns - 0.5:
            continue
        begin, end = min(begin, x), x + 1
        at = min(max(at, 0.0), columns - 1.001)
        first[x] = np.uint32(at)
        share[x] = np.int32((at - np.float64(first[x])) * 256.0)
    line = np.empty(columns, np.int32)
    black = np.uint32(0xFF000000)
    for y in range(height):
        at = top + y * row_step
        if at <= -0.5 or at >= rows - 0.5:
            for x in range(width):
                out[y, x] = black
            continue
        at = min(max(at, 0.0), rows - 1.001)
        row = np.int32(at)
        below = np.int32((at - row) * 256.0)
        for x in range(columns):
            upper, lower = np.int32(hu[row, x]), np.int32(hu[row + 1, x])
            value = ((upper + np.int32(1024)) << np.int32(8)) + (lower - upper) * below
            line[x] = min(max(value, np.int32(0)), np.int32((_HUS - 1) << 8))
        for x in range(begin):
            out[y, x] = black
        for x in range(begin, end):
            n = first[x]
            a = line[n]
            out[y, x] = colours[np.uint32((a * np.int32(256) + (line[n + np.uint32(1)] - a) * share[x]) >> 16)]
        for x in range(end, width):
            out[y, x] = black


@nb.njit(cache=True, nogil=True)
def _shrink(hu: np.ndarray, down: int, across: int) -> np.ndarray:
    rows, columns = hu.shape[0] // down, hu.shape[1] // across
    out = np.empty((rows, columns), np.int16)
    line = np.empty(columns, np.int32)
    for y in range(rows):
        line[:] = 0
        for k in range(down):
            for x in range(columns):
                for m in range(across):
                    line[x] += hu[y * down + k, x * across + m]
        for x in range(columns):
            out[y, x] = np.int16(line[x] // (down * across))
    return out


def paint(hu: np.ndarray, geometry: Geometry, ratio: float, colours: np.ndarray, out: np.ndarray) -> None:
    """Fill a pane with a picture, bilinearly enlarged in HU and then coloured.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 in [-1024, 3071], shape (rows, columns), at least 2 by 2.
    geometry : Geometry
        In the pane's own pixels.
    ratio : float
        Pixels of the screen for one of the pane's.
    colours : numpy.ndarray
        `table`.
    out : numpy.ndarray
        uint32, shape (height, width) in pixels of the screen.
    """
    row_step = 1.0 / (geometry.pixel_mm[0] * geometry.scale * ratio)
    column_step = 1.0 / (geometry.pixel_mm[1] * geometry.scale * ratio)
    top, left = geometry.pixel_at(0.5 / ratio, 0.5 / ratio)
    picture = np.ascontiguousarray(hu)
    down, across = (
        min(max(1, int(step + 0.25)), n // 2) for step, n in zip((row_step, column_step), hu.shape, strict=True)
    )
    if down * across > 1:
        # Each pixel of the screen covers several of the picture: their mean, or the noise of one of them.
        picture = _shrink(picture, down, across)
        top, left = (top - 0.5 * (down - 1)) / down, (left - 0.5 * (across - 1)) / across
        row_step, column_step = row_step / down, column_step / across
    _paint(picture, colours, top, row_step, left, column_step, out)


def warm() -> None:
    """Compile the kernel, or read it from the cache."""
    shape = (4, 4)
    out = np.empty(shape, np.uint32)
    for size in (4.0, 2.0):
        paint(np.zeros(shape, np.int16), Geometry((size, size), shape, (1.0, 1.0)), 1.0, table(0.0, 100.0), out)
