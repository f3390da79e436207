"""A frontal chest film: line integrals of attenuation through a CT volume.

Parallel rays from back to front, as a film at 1.8 m nearly has. The table and blanket of the CT are left out
with the air. Attenuation follows HU linearly (water 0.018/mm at about 70 keV mean); the tube's spectrum, scatter
and the grid are not modelled.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from scipy.ndimage import gaussian_filter, zoom

_WATER_PER_MM = 0.018
_BONE_GAIN = 1.35  # bone weakens a film's softer beam more than HU at 120 kV say; judgement


@nb.njit(cache=True, parallel=True)
def _integrate(volume: np.ndarray, step_mm: float, out: np.ndarray) -> None:
    for k in nb.prange(volume.shape[0]):
        z = np.int64(k)
        for x in range(volume.shape[2]):
            total = 0.0
            for y in range(volume.shape[1]):
                h = volume[z, y, x]
                if h > -930:
                    total += 1.0 + (h * _BONE_GAIN if h > 150 else h) * 0.001
            out[z, x] = total * step_mm * _WATER_PER_MM


def radiograph(volume: np.ndarray, spacing_mm: tuple[float, float, float], pixel_mm: float = 0.7) -> np.ndarray:
    """Return a film, uint8 (white is dense), head up, patient's right on the left.

    Parameters
    ----------
    volume : numpy.ndarray
        int16 HU [z, y, x].
    spacing_mm : tuple of float
    pixel_mm : float
        Pixel of the film.
    """
    path = np.empty((volume.shape[0], volume.shape[2]), np.float64)
    _integrate(volume, spacing_mm[1], path)
    film = zoom(path[::-1], (spacing_mm[0] / pixel_mm, spacing_mm[2] / pixel_mm), order=1)
    # A film's log response with gentle unsharp masking, as digital radiography shows it.
    broad = gaussian_filter(film, 25.0 / pixel_mm)
    film = film + 0.8 * (film - broad) - 0.3 * (broad - broad.mean())
    inside = film[broad > 0.4 * np.percentile(broad, 90)]
    low, high = np.percentile(inside, (0.5, 99.8))
    return np.asarray(np.clip((film - low) / (high - low), 0.0, 1.0) ** 0.9 * 255.0, np.uint8)
