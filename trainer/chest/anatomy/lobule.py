"""Secondary pulmonary lobules: 10 to 25 mm cells, larger and more regular near the pleura (Webb, Radiology 2006)."""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.grid import Grid
from trainer.core import chance

_STREAM = 0x4C4F4255
STEP_MM = 16.0
CENTRAL_MM = 24.0
_REACH = 3


@nb.njit(cache=True, nogil=True)
def _seed(key: Any, org: Any, i: Any, j: Any, k: Any, out: Any) -> Any:
    """Return the jittered place of a seed; odd planes hold the seeds between, which only the centre has."""
    index = ((i + 512) * 1024 + (j + 512)) * 1024 + (k + 512)
    low, high = index & 0xFFFFFFFF, index >> 32
    for a, c in enumerate((i, j, k)):
        u = chance.uniform(key, _STREAM + a, high, low)
        out[a] = org[a] + STEP_MM * (0.5 * c + 0.62 * (u - 0.5))


@nb.njit(cache=True, nogil=True)
def _seeds(key: Any, org: Any, shape: Any, lobe: Any, costal: Any, lorg: Any, lsp: Any) -> Any:
    place = np.full((*shape, 3), np.float32(np.nan), np.float32)
    own = np.zeros(shape, np.uint8)
    p = np.empty(3)
    for i in range(shape[0]):
        for j in range(shape[1]):
            for k in range(shape[2]):
                odd = (i & 1) + (j & 1) + (k & 1)
                if odd not in (0, 3):
                    continue
                _seed(key, org, i, j, k, p)
                a = min(max(math.floor((p[0] - lorg[0]) / lsp[0] + 0.5), 0), lobe.shape[0] - 1)
                b = min(max(math.floor((p[1] - lorg[1]) / lsp[1] + 0.5), 0), lobe.shape[1] - 1)
                c = min(max(math.floor((p[2] - lorg[2]) / lsp[2] + 0.5), 0), lobe.shape[2] - 1)
                if lobe[a, b, c] == 0 or (odd == 3 and costal[a, b, c] < CENTRAL_MM):
                    continue
                own[i, j, k] = lobe[a, b, c]
                for d in range(3):
                    place[i, j, k, d] = p[d]
    return place, own


@nb.njit(cache=True, nogil=True, parallel=True)
def _cells(label: Any, septum: Any, lobe: Any, place: Any, own: Any, org: Any, lorg: Any, lsp: Any) -> Any:
    for i in nb.prange(lobe.shape[0]):
        _slice(np.int64(i), label, septum, lobe, place, own, org, lorg, lsp)


@nb.njit(cache=True, nogil=True)
def _slice(i: Any, label: Any, septum: Any, lobe: Any, place: Any, own: Any, org: Any, lorg: Any, lsp: Any) -> Any:
    inv = np.float32(2.0 / STEP_MM)
    half = np.float32(0.5)
    z = np.float32(lorg[0] + i * lsp[0])
    ci = math.floor((z - org[0]) * inv + half)
    for j in range(lobe.shape[1]):
        y = np.float32(lorg[1] + j * lsp[1])
        cj = math.floor((y - org[1]) * inv + half)
        for k in range(lobe.shape[2]):
            mine = lobe[i, j, k]
            if mine == 0:
                continue
            x = np.float32(lorg[2] + k * lsp[2])
            ck = math.floor((x - org[2]) * inv + half)
            d1, d2 = np.float32(1e9), np.float32(1e9)
            b1, b2 = (0, 0, 0), (0, 0, 0)
            for a in range(max(0, ci - _REACH), min(own.shape[0], ci + _REACH + 1)):
                for b in range(max(0, cj - _REACH), min(own.shape[1], cj + _REACH + 1)):
                    for c in range(max(0, ck - _REACH), min(own.shape[2], ck + _REACH + 1)):
                        if own[a, b, c] != mine:
                            continue
                        e, f, g = place[a, b, c, 0] - z, place[a, b, c, 1] - y, place[a, b, c, 2] - x
                        d = e * e + f * f + g * g
                        if d < d1:
                            d2, b2 = d1, b1
                            d1, b1 = d, (a, b, c)
                        elif d < d2:
                            d2, b2 = d, (a, b, c)
            label[i, j, k] = 1 + (b1[0] * own.shape[1] + b1[1]) * own.shape[2] + b1[2]
            if d1 > np.float32(1e8):
                # a sliver of a lobe without a seed near by: one cell of its own
                label[i, j, k] = -np.int64(mine)
                septum[i, j, k] = np.float32(8.0)
            elif d2 > np.float32(1e8):
                septum[i, j, k] = np.float32(8.0)
            else:
                e = place[b1[0], b1[1], b1[2], 0] - place[b2[0], b2[1], b2[2], 0]
                f = place[b1[0], b1[1], b1[2], 1] - place[b2[0], b2[1], b2[2], 1]
                g = place[b1[0], b1[1], b1[2], 2] - place[b2[0], b2[1], b2[2], 2]
                apart = math.sqrt(e * e + f * f + g * g) + np.float32(1e-3)
                septum[i, j, k] = (d2 - d1) / (np.float32(2.0) * apart)


def lobules(half: Grid, lobe: np.ndarray, costal_mm: np.ndarray, key: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each voxel's lobule and the distance to its border.

    Parameters
    ----------
    half : Grid
        Lattice of the arrays.
    lobe : numpy.ndarray
        uint8 [z, y, x]; no lobule crosses a fissure.
    costal_mm : numpy.ndarray
        float [z, y, x]: distance to the chest wall; deeper than 24 mm the cells are smaller.
    key : int
        Of the person.

    Returns
    -------
    label : numpy.ndarray
        int32 [z, y, x]: 0 outside the lungs.
    septum_mm : numpy.ndarray
        float16 [z, y, x].
    """
    org = np.array(half.origin_mm) - STEP_MM
    extent = np.array(half.shape) * np.array(half.spacing_mm) + 2.0 * STEP_MM
    shape = tuple(int(n) for n in np.ceil(extent * 2.0 / STEP_MM).astype(int) + 1)
    lorg, lsp = np.array(half.origin_mm), np.array(half.spacing_mm)
    place, own = _seeds(np.uint64(key), org, shape, lobe, costal_mm, lorg, lsp)
    label = np.zeros(lobe.shape, np.int32)
    septum = np.zeros(lobe.shape, np.float32)
    _cells(label, septum, lobe, place, own, org, lorg, lsp)
    label[label < 0] += np.int32(own.size + 8)
    return label, septum.astype(np.float16)
