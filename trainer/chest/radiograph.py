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
_BONE_GAIN = 2.8  # bone weakens a film's softer beam more than HU at 120 kV say; judgement
_ROWS = 1024
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


@nb.njit(cache=True, parallel=True)
def _body(volume: np.ndarray, out: np.ndarray) -> None:
    """Find where each ray enters and leaves the patient; behind the back's air lies the table."""
    nz, ny, nx = volume.shape
    for k in nb.prange(nz):
        z = np.int64(k)
        # the longest run of rows with flesh near the midline is the patient
        last, longest, run = ny, 0, 0
        for y in range(ny):
            flesh = False
            for x in range(2 * nx // 5, 3 * nx // 5):
                if volume[z, y, x] > -300:
                    flesh = True
                    break
            run = run + 1 if flesh else 0
            if run > longest:
                longest, last = run, y + 1
        for x in range(nx):
            begin, end = last, last
            for y in range(last):
                if volume[z, y, x] > -300:
                    begin = y
                    break
            for y in range(last - 1, begin, -1):
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
