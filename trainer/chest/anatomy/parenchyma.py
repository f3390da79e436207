"""Lung tissue between the visible vessels: density by gravity, lobule and fissure, and its granularity.

The density from front to back, -900 + 165 (1 - exp(-y / 25 cm)) HU or about 4 HU/cm, and the granularity are those
of CPTAC-PDA C3N-00249 (The Cancer Imaging Archive, n = 1); Lung-PET-CT-Dx A0001 of the same archive is flatter at
the back. The granularity is what a scanner leaves of vessels too thin to be seen: short threads strewn at random,
positively skewed, besides a fine grain for what is smaller still.
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy.lobe import Fissures
from trainer.chest.anatomy.shape import axis_mm
from trainer.chest.grid import Grid
from trainer.core import chance

_THREAD, _GRAIN, _LOBULE = 0x54485244, 0x47524149, 0x4C444E53
_SLABS = 24
CELL_MM = 3.0  # one thread in each cube of this size
LENGTH_MM = (5.0, 11.0)
AREA_MM2 = 0.107  # mean cross-section of a thread, 0.37 mm across
_STEP_MM = 0.4
TISSUE_HU = 900.0  # contrast of tissue with lung
GRAIN_HU = 28.0
LOBULE_HU = 9.0
# threads and thin vessels lift the median of tissue by this much; the measured densities are medians
SKEW_HU = 22.0
# a double pleura of 0.2 mm (judgement), which peaks at 50 to 150 HU above lung in 1 mm slices
FISSURE_MM = 0.2


@nb.njit(cache=True, nogil=True, parallel=True)
def _base(
    hu: Any, lung: Any, front: Any, lobule: Any, tone: Any, org: Any, sp: Any, key: Any, offset: Any, grain: Any
) -> Any:
    nz, ny, nx = hu.shape
    for ii in nb.prange(nz):
        i = np.int64(ii)
        a = min(i // 2, lobule.shape[0] - 1)
        for j in range(ny):
            depth = max(0.0, org[1] + j * sp[1] - front)
            density = np.float32(-900.0 + 165.0 * (1.0 - math.exp(-depth / 250.0)) + offset)
            b = min(j // 2, lobule.shape[1] - 1)
            for k0 in range(0, nx, 4):
                any_lung = False
                for k in range(k0, min(nx, k0 + 4)):
                    if lung[i, j, k] != 0:
                        any_lung = True
                if not any_lung:
                    continue
                words = chance.philox(k0, j, int(i), _GRAIN, key & np.uint64(0xFFFFFFFF), key >> np.uint64(32))
                for m in range(min(4, nx - k0)):
                    k = k0 + m
                    if lung[i, j, k] == 0:
                        continue
                    w = words[m]
                    s = np.int64(w & 255) + np.int64((w >> 8) & 255) + np.int64((w >> 16) & 255) + np.int64(w >> 24)
                    c = min(k // 2, lobule.shape[2] - 1)
                    fine = grain * np.float32((s - 510) / 147.8)
                    value = density + fine + tone[lobule[a, b, c] & 4095]
                    hu[i, j, k] = np.int16(np.rint(value))


@nb.njit(cache=True, nogil=True, parallel=True)
def _threads(hu: Any, lung: Any, sp: Any, key: Any, gain: Any) -> Any:
    nz, ny, nx = hu.shape
    cells = np.empty(3, np.int64)
    for axis in range(3):
        cells[axis] = int(hu.shape[axis] * sp[axis] / CELL_MM) + 1
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    for ss in nb.prange(_SLABS):
        s = np.int64(ss)
        first, last = s * nz // _SLABS, (s + 1) * nz // _SLABS
        i0 = max(0, int((first * sp[0] - 0.5 * LENGTH_MM[1]) / CELL_MM) - 1)
        i1 = min(cells[0], int((last * sp[0] + 0.5 * LENGTH_MM[1]) / CELL_MM) + 2)
        for i in range(i0, i1):
            vz = min(nz - 1, int((i + 0.5) * CELL_MM / sp[0]))
            for j in range(cells[1]):
                vy = min(ny - 1, int((j + 0.5) * CELL_MM / sp[1]))
                for k in range(cells[2]):
                    if lung[vz, vy, min(nx - 1, int((k + 0.5) * CELL_MM / sp[2]))] == 0:
                        continue
                    a, b, c, d = chance.philox(k, j, i, _THREAD, low, high)
                    unit = 1.0 / 65536.0
                    z = (i + np.int64(a & 0xFFFF) * unit) * CELL_MM
                    y = (j + np.int64(a >> 16) * unit) * CELL_MM
                    x = (k + np.int64(b & 0xFFFF) * unit) * CELL_MM
                    up = 2.0 * np.int64(b >> 16) * unit - 1.0
                    turn = 2.0 * math.pi * np.int64(c & 0xFFFF) * unit
                    length = LENGTH_MM[0] + (LENGTH_MM[1] - LENGTH_MM[0]) * np.int64(c >> 16) * unit
                    # thin threads are many and thick ones few
                    share = np.int64(d & 0xFFFF) * unit
                    area = AREA_MM2 * (0.3 + 2.1 * share * share)
                    across = math.sqrt(1.0 - up * up)
                    steps = int(length / _STEP_MM) + 1
                    mass = gain * area * length / steps / (sp[0] * sp[1] * sp[2])
                    wz, wy, wx = up, across * math.cos(turn), across * math.sin(turn)
                    for m in range(steps):
                        t = (m + 0.5) / steps * length - 0.5 * length
                        fz, fy, fx = (z + t * wz) / sp[0], (y + t * wy) / sp[1], (x + t * wx) / sp[2]
                        p, q, r = math.floor(fz), math.floor(fy), math.floor(fx)
                        if p + 1 < first or p >= last or q < 0 or q + 1 >= ny or r < 0 or r + 1 >= nx:
                            continue
                        fz, fy, fx = fz - p, fy - q, fx - r
                        for e in range(2):
                            if p + e < first or p + e >= last:
                                continue
                            we = mass * (fz if e == 1 else 1.0 - fz)
                            for f in range(2):
                                wf = we * (fy if f == 1 else 1.0 - fy)
                                for g in range(2):
                                    if lung[p + e, q + f, r + g] != 0:
                                        add = wf * (fx if g == 1 else 1.0 - fx)
                                        hu[p + e, q + f, r + g] += np.int16(np.rint(add))


@nb.njit(cache=True, nogil=True, parallel=True)
def _lines(
    hu: Any,
    lung: Any,
    rh: Any,
    rt: Any,
    hh: Any,
    ht: Any,
    lh: Any,
    lt: Any,
    fade: Any,
    z: Any,
    wide: Any,
    contrast: Any,
) -> Any:
    for ii in nb.prange(hu.shape[0]):
        i = np.int64(ii)
        for j in range(hu.shape[1]):
            for k in range(hu.shape[2]):
                side = lung[i, j, k]
                if side == 0:
                    continue
                if side == 1:
                    d = abs(z[i] - rh[j, k]) * rt[j, k]
                    if z[i] > rh[j, k] and abs(z[i] - hh[j, k]) < 4.0:
                        d = min(d, abs(z[i] - hh[j, k]) * ht[j, k])
                else:
                    d = abs(z[i] - lh[j, k]) * lt[j, k]
                if d < wide:
                    a, b, c = i // 2, j // 2, k // 2
                    a, b, c = min(a, fade.shape[0] - 1), min(b, fade.shape[1] - 1), min(c, fade.shape[2] - 1)
                    line = contrast / wide * (1.0 - d / wide) * fade[a, b, c]
                    hu[i, j, k] += np.int16(np.rint(line))


@nb.njit(cache=True, nogil=True)
def _tones(key: Any) -> Any:
    out = np.empty(4096, np.float32)
    for i in range(out.size):
        out[i] = LOBULE_HU * chance.normal(key, _LOBULE, 0, i)
    return out


def tissue(
    grid: Grid, lung: np.ndarray, lobule: np.ndarray, whole: np.ndarray, fissures: Fissures, front_mm: float, key: int
) -> np.ndarray:
    """Return the lungs without visible vessels and airways.

    Parameters
    ----------
    grid : Grid
    lung : numpy.ndarray
        uint8 [z, y, x].
    lobule : numpy.ndarray
        int32, half resolution.
    whole : numpy.ndarray
        float32, half resolution: how far the fissures are complete, 0 to 1.
    fissures : Fissures
    front_mm : float
        y of the front of the lungs, from which gravity counts.
    key : int
        Of the person.

    Returns
    -------
    numpy.ndarray
        int16 [z, y, x] HU; -1000 outside the lungs. The thread's mean density is taken from the base, so that
        the mean of the tissue is the measured one.
    """
    hu = np.full(grid.shape, -1000, dtype=np.int16)
    org, sp = np.array(grid.origin_mm), np.array(grid.spacing_mm)
    mean = TISSUE_HU * AREA_MM2 * 0.5 * (LENGTH_MM[0] + LENGTH_MM[1]) / CELL_MM**3
    _base(
        hu,
        lung,
        front_mm,
        lobule,
        _tones(np.uint64(key)),
        org,
        sp,
        np.uint64(key),
        -mean - SKEW_HU,
        np.float32(GRAIN_HU),
    )
    _threads(hu, lung, sp, np.uint64(key), TISSUE_HU)
    _lines(
        hu, lung, fissures.right.height_mm, fissures.right.tilt, fissures.horizontal.height_mm,
        fissures.horizontal.tilt, fissures.left.height_mm, fissures.left.tilt, whole, axis_mm(grid, 0),
        0.9 * max(grid.spacing_mm), FISSURE_MM * TISSUE_HU,
    )  # fmt: skip
    return hu
