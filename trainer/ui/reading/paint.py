"""From HU to the pixels of a pane in one pass: window, enlargement and colour.

QPainter enlarges well, but it converts a grey picture to colour first and knows nothing of HU. One serial kernel
that reads int16 and writes the pane's own pixels does both in less time (`tests/bench/bench_scroll.py` prints both).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from trainer.chest.enlargement import HUS, enlarge, shrink
from trainer.ui.reading.view import Geometry

_LOWEST_HU: Final = -1024
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
    hu = np.arange(_LOWEST_HU, _LOWEST_HU + HUS)
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
        picture = shrink(picture, down, across)
        top, left = (top - 0.5 * (down - 1)) / down, (left - 0.5 * (across - 1)) / across
        row_step, column_step = row_step / down, column_step / across
    enlarge(picture, colours, top, row_step, left, column_step, out)


def warm() -> None:
    """Read the kernels from where they are kept, or compile them."""
    shape = (4, 4)
    out = np.empty(shape, np.uint32)
    for size in (4.0, 2.0):
        paint(np.zeros(shape, np.int16), Geometry((size, size), shape, (1.0, 1.0)), 1.0, table(0.0, 100.0), out)
