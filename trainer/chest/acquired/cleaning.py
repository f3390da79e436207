"""Noise taken out of a source where there is nothing but noise, and left where it hides in edges and texture.

Each slice is split into bands of detail by an undecimated wavelet transform (Starck and Murtagh 1994). In each band
the local variance is held against that of the noise alone. What is no more than noise goes. Texture stays, less the
noise's part of its variance (a Wiener filter's gain, but such that texture and fresh noise together vary as the source
did). Vessels and edges, which vary far more than noise, stay untouched with the noise on them. So soft tissue is smooth
afterwards, and a further visit has noise of its own there and in the lung; ``kept`` says how much is to be left out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import convolve1d, uniform_filter

from trainer.chest.acquired.spectrum import full_plane

_BANDS: Final = 4  # details up to some 16 pixels; coarser ones hold little noise and are left alone
# Local variance beside the noise's: from where to where a detail comes to count, and a texture to be an edge. Chance
# alone seldom gives 1.5 times the variance in a window; the rest is judgement.
_NOISE, _SIGNAL = 1.5, 2.5
_TEXTURE, _EDGE = 8.0, 30.0
_SMOOTH: Final = np.array([1.0, 4.0, 6.0, 4.0, 1.0], np.float32) / 16.0


def _dilated(band: int) -> np.ndarray:
    out = np.zeros(4 * 2**band + 1, np.float32)
    out[:: 2**band] = _SMOOTH
    return out


def band_shares(power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return of noise with this radial power the variance of each band, and what it adds to the whole.

    Returns
    -------
    variance, part : numpy.ndarray
        Shape (bands,), for noise of unit variance. The bands overlap, so variances do not add up to 1; the parts and
        what is coarser do.
    """
    plane = full_plane(power)
    f = np.fft.fftfreq(len(plane))
    left = np.ones(plane.shape)
    variance, part = [], []
    for band in range(_BANDS):
        line = (6.0 + 8.0 * np.cos(2.0 * np.pi * f * 2**band) + 2.0 * np.cos(4.0 * np.pi * f * 2**band)) / 16.0
        smooth = left * line[:, None] * line[None, :]
        detail = left - smooth
        variance.append(float((plane * detail**2).sum()))
        part.append(float((plane * detail).sum()))
        left = smooth
    return np.array(variance), np.array(part)


def cleaned(image: np.ndarray, sd: np.ndarray, shares: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return a slice without the noise that stands alone, and the share of the noise's deviation left, both float32.

    Parameters
    ----------
    image, sd : numpy.ndarray
        float32, shape (rows, columns), HU: the slice and its noise's standard deviation.
    shares : tuple of numpy.ndarray
        From `band_shares`.
    """
    variance, part = shares
    noise = np.maximum(sd * sd, 1e-3)
    rest = image
    out = np.zeros_like(image)
    kept = np.full(image.shape, max(0.0, 1.0 - float(part.sum())), np.float32)
    for band in range(_BANDS):
        line = _dilated(band)
        smooth = convolve1d(convolve1d(rest, line, 0, mode="nearest"), line, 1, mode="nearest")
        detail = rest - smooth
        energy = uniform_filter(detail * detail, 4 * 2**band + 1, mode="nearest")
        ratio = energy / (np.float32(variance[band]) * noise)
        edge = _ramp(ratio, _TEXTURE, _EDGE)
        gain = _ramp(ratio, _NOISE, _SIGNAL) * np.sqrt(np.maximum(0.0, 1.0 - (1.0 - edge) / np.maximum(ratio, 1.0)))
        out += gain * detail
        kept += np.float32(part[band]) * edge
        rest = smooth
    return out + rest, np.sqrt(np.clip(kept, 0.0, 1.0))


def _ramp(ratio: np.ndarray, low: float, high: float) -> np.ndarray:
    t = np.clip((ratio - np.float32(low)) * np.float32(1.0 / (high - low)), 0.0, 1.0)
    out: np.ndarray = t * t * (3.0 - 2.0 * t)
    return out
