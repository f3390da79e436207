"""Smooth random fields, keyed: value noise over a table of Philox numbers, the same on any grid."""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from trainer.core import chance

SIDE = 64
_STREAM = 0x4E4F4953
_MASK = SIDE - 1


@nb.njit(cache=True, nogil=True)
def _fill(table: Any, key: Any) -> Any:
    for i in range(table.size):
        table[i] = 2.0 * chance.uniform(key, _STREAM, 0, i) - 1.0


def table_of(key: int) -> np.ndarray:
    """Return the float32 table of a person's noise, in -1 to 1, shape (SIDE**3,)."""
    table = np.empty(SIDE**3, dtype=np.float32)
    _fill(table, np.uint64(key))
    return table


@nb.njit(cache=True, nogil=True)
def noise(table: Any, z: Any, y: Any, x: Any) -> Any:
    """Return value noise at a point in lattice units: about -1 to 1, mean 0, smooth over one unit.

    The lattice is turned against the axes, so that no slice shows its rows.
    """
    a = np.float32(0.80) * z + np.float32(0.36) * y - np.float32(0.48) * x
    b = np.float32(-0.60) * z + np.float32(0.48) * y - np.float32(0.64) * x
    c = np.float32(0.80) * y + np.float32(0.60) * x
    fa, fb, fc = math.floor(a), math.floor(b), math.floor(c)
    ia, ib, ic = int(fa) & _MASK, int(fb) & _MASK, int(fc) & _MASK
    ta, tb, tc = np.float32(a - fa), np.float32(b - fb), np.float32(c - fc)
    three, two = np.float32(3.0), np.float32(2.0)
    ta = ta * ta * (three - two * ta)
    tb = tb * tb * (three - two * tb)
    tc = tc * tc * (three - two * tc)
    ja, jb, jc = (ia + 1) & _MASK, (ib + 1) & _MASK, (ic + 1) & _MASK
    i00, i01 = (ia * SIDE + ib) * SIDE, (ia * SIDE + jb) * SIDE
    i10, i11 = (ja * SIDE + ib) * SIDE, (ja * SIDE + jb) * SIDE
    p = table[i00 + ic] + tc * (table[i00 + jc] - table[i00 + ic])
    q = table[i01 + ic] + tc * (table[i01 + jc] - table[i01 + ic])
    r = table[i10 + ic] + tc * (table[i10 + jc] - table[i10 + ic])
    s = table[i11 + ic] + tc * (table[i11 + jc] - table[i11 + ic])
    p = p + tb * (q - p)
    r = r + tb * (s - r)
    return p + ta * (r - p)


@nb.njit(cache=True, nogil=True, parallel=True)
def _field(out: Any, org: Any, sp: Any, table: Any, scale: Any, shift: Any) -> Any:
    for ii in nb.prange(out.shape[0]):
        i = np.int64(ii)
        z = np.float32((org[0] + i * sp[0]) / scale[0] + shift)
        for j in range(out.shape[1]):
            y = np.float32((org[1] + j * sp[1]) / scale[1] + 1.7 * shift)
            for k in range(out.shape[2]):
                x = np.float32((org[2] + k * sp[2]) / scale[2] - 0.6 * shift)
                out[i, j, k] = noise(table, z, y, x)


def field(
    shape: tuple[int, int, int],
    origin_mm: tuple[float, float, float],
    spacing_mm: tuple[float, float, float],
    table: np.ndarray,
    scale_mm: tuple[float, float, float] | float,
    stream: int,
) -> np.ndarray:
    """Return a float32 noise field [z, y, x] of correlation length ``scale_mm``; ``stream`` tells fields apart."""
    out = np.empty(shape, dtype=np.float32)
    scale = np.broadcast_to(np.asarray(scale_mm, dtype=np.float64), (3,)).copy()
    _field(out, np.array(origin_mm), np.array(spacing_mm), table, scale, 7.31 * stream)
    return out
