"""Vessels inside the lungs: what is denser than the lung around it, as a share of blood in each voxel."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from scipy import ndimage as ndi

from trainer.chest.distance import border_mm
from trainer.chest.grid import Grid
from trainer.chest.imported.frame import sampled
from trainer.chest.imported.lung import Lungs

_TISSUE_HU = -700  # lung without vessels lies below
_AROUND_MM = 22.0  # over which the density of the lung around is averaged
_LOW, _HIGH = 0.20, 0.45  # shares of blood: what belongs to a vessel, and what a vessel must reach somewhere
_LEAST_MM3 = 14.0  # smaller specks are noise
_SHELL_MM = 2.6  # partial volume with the chest wall is no vessel
_BLOOD_HU = (35.0, 400.0)


def blood_hu(hu: np.ndarray, lungs: Lungs) -> float:
    """Return the density of blood, by the widest vessels that the lungs enclose."""
    values = hu[lungs.closed]
    found = float(np.percentile(values, 92.0)) if values.size else _BLOOD_HU[0]
    return min(max(found, _BLOOD_HU[0]), _BLOOD_HU[1])


def lung_hu(hu: np.ndarray, lungs: Lungs, grid: Grid) -> np.ndarray:
    """Return the mean density of lung tissue around each voxel, float32 [z, y, x]."""
    tissue = (lungs.side > 0) & (hu < _TISSUE_HU)
    size = [2 * max(1, round(0.5 * _AROUND_MM / s)) + 1 for s in grid.spacing_mm]
    weight = ndi.uniform_filter(tissue.astype(np.float32), size)
    total = ndi.uniform_filter(np.where(tissue, hu, 0).astype(np.float32), size)
    mean = float(hu[tissue].mean())
    out: np.ndarray = np.where(weight > 0.02, total / np.maximum(weight, 0.02), mean).astype(np.float32)
    return out


@nb.njit(cache=True, nogil=True, parallel=True)
def _shares(out: Any, hu: Any, lung: Any, around: Any, allowed: Any, blood: Any) -> Any:
    for ii in nb.prange(hu.shape[0]):
        i = np.int64(ii)
        for j in range(hu.shape[1]):
            for k in range(hu.shape[2]):
                out[i, j, k] = 0
                if lung[i, j, k] == 0 or allowed[i, j, k] < 128:
                    continue
                base = np.float32(4.0) * np.float32(around[i, j, k]) - np.float32(1000.0)
                share = (np.float32(hu[i, j, k]) - base) / (blood - base)
                out[i, j, k] = np.uint8(np.float32(255.0) * min(np.float32(1.0), max(np.float32(0.0), share)))


def vessels_of(hu: np.ndarray, lung: np.ndarray, grid: Grid, coarse: tuple[np.ndarray, Lungs, Grid]) -> np.ndarray:
    """Return the share of vessel in each voxel of the lungs, uint8 [z, y, x].

    Parameters
    ----------
    hu, lung : numpy.ndarray
        int16 and uint8 [z, y, x] on ``grid``.
    grid : Grid
    coarse : tuple
        Densities, lungs and lattice at half the resolution.

    Notes
    -----
    Dense walls of bronchi and small nodules count as vessels: by density alone they are not told apart.
    """
    low, lungs, half = coarse
    around = np.clip((lung_hu(low, lungs, half) + 1000.0) / 4.0, 0.0, 255.0).astype(np.uint8)
    inner = border_mm(lungs.side > 0, half.spacing_mm) > _SHELL_MM
    shares = np.empty(hu.shape, np.uint8)
    blood = np.float32(blood_hu(low, lungs))
    allowed = sampled(inner | lungs.closed, half, grid)
    _shares(shares, hu, lung, sampled(around, half, grid), allowed, blood)
    faint = shares < int(255 * _LOW)
    shares[faint] = 0
    box = ndi.find_objects((lung > 0).view(np.uint8))[0]
    part = shares[box]
    labels, _ = ndi.label(part > 0, np.ones((3, 3, 3), np.bool_))
    sizes = np.bincount(labels.ravel())
    strong = np.bincount(labels[part > int(255 * _HIGH)], minlength=len(sizes))
    keep = (sizes * grid.voxel_ml * 1000.0 >= _LEAST_MM3) & (strong > 0)
    keep[0] = False
    part[~keep[labels]] = 0
    return shares
