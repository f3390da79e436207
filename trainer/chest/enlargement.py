"""From HU to the colours of a pane: the serial kernels behind the pictures on the screen.

They are serial on purpose: threads of a parallel kernel would wait for those that draw slices.
"""

from __future__ import annotations

from typing import Final

import numba as nb
import numpy as np

HUS: Final = 4096
"""Values that a voxel can have, from -1024 HU."""


@nb.njit(cache=True, nogil=True)
def enlarge(
    hu: np.ndarray,
    colours: np.ndarray,
    top: float,
    row_step: float,
    left: float,
    column_step: float,
    out: np.ndarray,
) -> None:
    """Fill a pane with a picture, bilinearly enlarged in HU and then coloured.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 in [-1024, 3071], shape (rows, columns), at least 2 by 2.
    colours : numpy.ndarray
        uint32, shape (4096,), by HU from -1024.
    top, left : float
        Row and column of the picture under the middle of the pane's first pixel.
    row_step, column_step : float
        From one pixel of the pane to the next, in rows and columns of the picture.
    out : numpy.ndarray
        uint32, shape (height, width).
    """
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
            line[x] = min(max(value, np.int32(0)), np.int32((HUS - 1) << 8))
        for x in range(begin):
            out[y, x] = black
        for x in range(begin, end):
            n = first[x]
            a = line[n]
            out[y, x] = colours[np.uint32((a * np.int32(256) + (line[n + np.uint32(1)] - a) * share[x]) >> 16)]
        for x in range(end, width):
            out[y, x] = black


@nb.njit(cache=True, nogil=True)
def shrink(hu: np.ndarray, down: int, across: int) -> np.ndarray:
    """Return a picture in which each pixel is the mean of ``down`` by ``across`` of the given one."""
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
