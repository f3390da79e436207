"""A frontal chest film: line integrals of attenuation through a CT volume.

Parallel rays from back to front, as a film at 1.8 m nearly has. The table and blanket of the CT are left out
with the air. Attenuation follows HU linearly (water 0.018/mm at about 70 keV mean); the tube's spectrum, scatter
and the grid are not modelled. The film is no sharper along the body than the CT's slices.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from scipy.ndimage import gaussian_filter, label, zoom

_WATER_PER_MM = 0.018
_BONE_GAIN = 2.8  # bone weakens a film's softer beam more than HU at 120 kV say; judgement
_FLESH_HU = -300
# Bands of detail (sigma, mm) and how much each is raised, as processing of digital films does; judgement.
_BANDS = ((1.2, 0.25), (5.0, 0.9), (18.0, 0.35))
# Grey, 0 to 1, of path shares between dark lung and the densest part: the film's curve.
_TONE = ((-0.3, 0.0, 0.1, 0.25, 0.45, 0.7, 1.0, 1.5), (0.0, 0.07, 0.2, 0.42, 0.66, 0.84, 0.94, 1.0))


@nb.njit(cache=True, parallel=True)
def _integrate(volume: np.ndarray, first: np.ndarray, step_mm: float, out: np.ndarray) -> None:
    for k in nb.prange(volume.shape[0]):
        z = np.int64(k)
        for x in range(volume.shape[2]):
            total = 0.0
            for y in range(first[z, x, 0], first[z, x, 1]):
                h = volume[z, y, x]
                if h > -980:
                    total += 1.0 + (150.0 + (h - 150.0) * _BONE_GAIN if h > 150 else h) * 0.001
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


def radiograph(volume: np.ndarray, spacing_mm: tuple[float, float, float], rows: int = 1024) -> np.ndarray:
    """Return a film of square pixels, uint8 (white is dense), head up, patient's right on the left.

    Parameters
    ----------
    volume : numpy.ndarray
        int16 HU [z, y, x].
    spacing_mm : tuple of float
    rows : int
        Of the film; the first and last lie on the first and last slice.
    """
    path = np.empty((volume.shape[0], volume.shape[2]), np.float64)
    _integrate(volume, _ends(volume), spacing_mm[1], path)
    length, width = (path.shape[0] - 1) * spacing_mm[0], (path.shape[1] - 1) * spacing_mm[2]
    pixel_mm = length / (rows - 1)
    film = zoom(path[::-1], (rows / path.shape[0], (width / pixel_mm + 1.0) / path.shape[1]), order=3, mode="nearest")
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
