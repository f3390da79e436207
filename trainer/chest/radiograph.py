"""A frontal chest film: line integrals of attenuation through a CT volume.

Parallel rays from back to front, as a film at 1.8 m nearly has. The table and blanket of the CT are left out
with the air. Attenuation follows HU linearly (water 0.018/mm at about 70 keV mean); the tube's spectrum, scatter
and the grid are not modelled. The film is no sharper along the body than the CT's slices.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from scipy.ndimage import gaussian_filter, zoom

_WATER_PER_MM = 0.018
_BONE_GAIN = 1.7  # bone weakens a film's softer beam more than HU at 120 kV say; judgement
_ROWS = 1024
# Bands of detail (sigma, mm) and how much each is raised, as processing of digital films does; judgement.
_BANDS = ((1.2, 0.9), (5.0, 0.7), (18.0, 0.35))
# Grey, 0 to 1, of path shares between dark lung and the densest part: the film's curve.
_TONE = ((-0.3, 0.0, 0.12, 0.3, 0.55, 0.8, 1.0, 1.4), (0.0, 0.06, 0.17, 0.36, 0.63, 0.85, 0.95, 1.0))


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


@nb.njit(cache=True, parallel=True)
def _body(volume: np.ndarray, out: np.ndarray) -> None:
    """Find where each ray enters and leaves the patient: the thickest run of rows whose gaps hold no table."""
    for k in nb.prange(volume.shape[0]):
        z = np.int64(k)
        # the table begins where most of a row behind the back is air
        last = 0
        for y in range(volume.shape[1]):
            flesh = 0
            for x in range(volume.shape[2]):
                if -150 < volume[z, y, x] < 250:
                    flesh += 1
            if flesh > 0.12 * volume.shape[2]:
                last = y
        for x in range(volume.shape[2]):
            begin, end = last, last
            for y in range(last + 1):
                if volume[z, y, x] > -300:
                    begin = y
                    break
            for y in range(last, begin, -1):
                if volume[z, y, x] > -300:
                    end = y + 1
                    break
            out[z, x, 0] = begin
            out[z, x, 1] = end


def radiograph(volume: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Return a film, uint8 (white is dense), head up, patient's right on the left, of 1024 rows or a few more.

    Parameters
    ----------
    volume : numpy.ndarray
        int16 HU [z, y, x].
    spacing_mm : tuple of float
    """
    path = np.empty((volume.shape[0], volume.shape[2]), np.float64)
    ends = np.empty((volume.shape[0], volume.shape[2], 2), np.int64)
    _body(volume, ends)
    _integrate(volume, ends, spacing_mm[1], path)
    length, width = (path.shape[0] - 1) * spacing_mm[0], (path.shape[1] - 1) * spacing_mm[2]
    pixel_mm = length / (_ROWS - 1)
    film = zoom(path[::-1], (_ROWS / path.shape[0], (width / pixel_mm + 1.0) / path.shape[1]), order=3, mode="nearest")
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
