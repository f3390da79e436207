"""A frontal chest film: line integrals of attenuation through a CT volume.

Parallel rays from back to front, as a film at 1.8 m nearly has. The table and blanket of the CT are left out
with the air, and the sides of the shoulders, which the CT's field of view cuts, lie outside the film. Attenuation
follows HU linearly (water 0.018/mm at about 70 keV mean); the tube's spectrum, scatter and the grid are not modelled.
The film is no sharper along the body than the CT's slices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.ndimage import affine_transform, gaussian_filter, gaussian_filter1d, label

_WATER_PER_MM = 0.018
_BONE_GAIN = 1.5  # bone weakens a film's softer beam more than HU at 120 kV say; judgement
_FLESH_HU = -300
_LUNG_HU = -500
# Lung's sides are rays that cross the first of these lengths of it, its lower end the second, mm (a fold of an armpit
# holds less air); the film ends so far beyond it aside and below.
_SIDE_MM, _LOW_MM = 40.0, 6.0
_BESIDE_MM, _BELOW_MM = 40.0, 22.0
_STEP_MM = 10.0  # sides of the film are whole steps, so that films of one patient are of one size
_ALONG_MM = 0.8  # blur along the body, so that slices do not show as lines
# Bands of detail (sigma, mm) and how much each is raised, as processing of digital films does; judgement.
_BANDS = ((1.2, 0.3), (5.0, 1.2), (18.0, 0.8))
# Grey, 0 to 1, of path shares between dark lung and the densest part: the film's curve.
_TONE = ((-0.3, 0.0, 0.1, 0.25, 0.45, 0.7, 1.0, 1.5), (0.0, 0.07, 0.19, 0.38, 0.57, 0.74, 0.88, 1.0))


@dataclass(frozen=True)
class Film:
    """A film of square pixels.

    Parameters
    ----------
    grey : numpy.ndarray
        uint8 [row, column], white is dense; head up, patient's right on the left.
    pixel_mm : float
    """

    grey: np.ndarray
    pixel_mm: float


@nb.njit(cache=True, nogil=True, parallel=True)
def _integrate(volume: np.ndarray, first: np.ndarray, step_mm: float, out: np.ndarray, lung_mm: np.ndarray) -> None:
    for k in nb.prange(volume.shape[0]):
        z = np.int64(k)
        for x in range(volume.shape[2]):
            total = 0.0
            for y in range(first[z, x, 0], first[z, x, 1]):
                h = volume[z, y, x]
                if h > -980:
                    total += 1.0 + (150.0 + (h - 150.0) * _BONE_GAIN if h > 150 else h) * 0.001
                # the blurred border of the skin is no lung
                if h < _LUNG_HU and first[z, x, 0] + 8 < y < first[z, x, 1] - 8:
                    lung_mm[z, x] += step_mm
            out[z, x] = total * step_mm * _WATER_PER_MM


def _ends(volume: np.ndarray) -> np.ndarray:
    """Return where each ray enters and leaves the patient, the largest piece of flesh of a slice; (nz, nx, 2)."""
    nz, _, nx = volume.shape
    ends = np.zeros((nz, nx, 2), np.int64)
    columns = np.arange(nx) // 2
    for z in range(nz):
        piece, count = label(volume[z, ::2, ::2] > _FLESH_HU)
        if count == 0:
            continue
        body = piece == 1 + np.argmax(np.bincount(piece.ravel())[1:])
        hit = body.any(axis=0)
        first, last = body.argmax(axis=0), body.shape[0] - body[::-1].argmax(axis=0)
        # the skin's blurred border counts too
        ends[z, :, 0] = np.where(hit, np.maximum(2 * first - 3, 0), 0)[columns]
        ends[z, :, 1] = np.where(hit, np.minimum(2 * last + 3, volume.shape[1]), 0)[columns]
    return ends


def _frame(lung_mm: np.ndarray, spacing_mm: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """Return top, bottom, left and right of the film in mm from the volume's first slice and column."""
    nz, nx = lung_mm.shape
    top, right = (nz - 1) * spacing_mm[0], (nx - 1) * spacing_mm[2]
    columns = np.flatnonzero((lung_mm > _SIDE_MM).sum(axis=0) * spacing_mm[0] > 25.0)
    if not len(columns):
        return top, 0.0, 0.0, right
    rows = np.flatnonzero((lung_mm[:, columns[0] : columns[-1]] > _LOW_MM).sum(axis=1) > 3)
    low = _STEP_MM * np.floor((rows[0] * spacing_mm[0] - _BELOW_MM) / _STEP_MM)
    sides = _STEP_MM * np.round((columns[[0, -1]] * spacing_mm[2] + (-_BESIDE_MM, _BESIDE_MM)) / _STEP_MM)
    return top, max(0.0, float(low)), max(0.0, float(sides[0])), min(right, float(sides[1]))


def radiograph(volume: np.ndarray, spacing_mm: tuple[float, float, float], rows: int = 1024) -> Film:
    """Return a frontal film, from the first slice of the neck to below the lungs.

    Parameters
    ----------
    volume : numpy.ndarray
        int16 HU [z, y, x].
    spacing_mm : tuple of float
    rows : int
        Of the film.
    """
    path, lung_mm = (np.zeros((volume.shape[0], volume.shape[2]), np.float64) for _ in range(2))
    _integrate(volume, _ends(volume), spacing_mm[1], path, lung_mm)
    top, bottom, left, right = _frame(lung_mm, spacing_mm)
    pixel_mm = (top - bottom) / (rows - 1)
    path = gaussian_filter1d(path, _ALONG_MM / spacing_mm[0], axis=0, mode="nearest")
    film = affine_transform(
        path,
        np.array((-pixel_mm / spacing_mm[0], pixel_mm / spacing_mm[2])),
        offset=(top / spacing_mm[0], left / spacing_mm[2]),
        output_shape=(rows, int((right - left) / pixel_mm) + 1),
        order=3,
        mode="nearest",
    )
    return Film(_developed(film, pixel_mm), pixel_mm)


def _developed(film: np.ndarray, pixel_mm: float) -> np.ndarray:
    """Return grey values, uint8, of line integrals: details raised, then the film's curve."""
    inside = np.clip(film / 0.6, 0.0, 1.0)
    raised = film.copy()
    for sigma_mm, gain in _BANDS:
        # beside the body there is nothing to be darker than
        weight = np.maximum(gaussian_filter(inside, sigma_mm / pixel_mm), 1e-3)
        raised += gain * inside * (film - gaussian_filter(film * inside, sigma_mm / pixel_mm) / weight)
    body = raised[film > 1.0]
    low, high = np.percentile(body, (4.0, 97.0)) if body.size else (0.0, 1.0)
    grey = np.interp((raised - low) / max(high - low, 1e-6), *_TONE)
    return np.asarray(np.round(grey * np.clip(film / 0.4, 0.0, 1.0) * 255.0), np.uint8)
