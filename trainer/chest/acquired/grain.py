"""Noise of a source, measured in patches of soft tissue: how strong it is, along the patient, and its spectrum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter, uniform_filter, zoom

from trainer.chest.acquired.spectrum import FREQUENCIES
from trainer.chest.noise import local_sd

_WIDTH: Final = 24  # pixels of a patch
_SOFT_HU: Final = (5.0, 190.0)  # muscle, liver, and the heart with contrast, averaged over a few pixels
_MOST_SLICES: Final = 120  # looked at, evenly over the source
_MOST_PATCHES: Final = 80  # of a slice
_ENOUGH: Final = 10  # patches of a slice for a figure of its own
_LEVEL_MM: Final = 12.0  # over which the tube's current hardly changes
_BLOCK: Final = 8  # pixels of the model's lattice
_PLAIN: Final = 1.2  # times the lowest tenth: patches up to here hold noise alone (of noise alone, 5 % vary by as much)
_FALLBACK_HU: Final = 15.0  # soft kernel at routine dose (Sensation 10 and 64, Brilliance 16: 9 to 20 HU)


@dataclass(frozen=True, eq=False)
class Grain:
    """The noise of a source.

    Parameters
    ----------
    noise_hu : float
    modulation, power : numpy.ndarray
        As in `Acquisition`.
    """

    noise_hu: float
    modulation: np.ndarray
    power: np.ndarray


def sd_map(image: np.ndarray, pixel_mm: float) -> np.ndarray:
    """Return how noisy each pixel of a slice of any size is for the slice's attenuation, float32, see `local_sd`."""
    side = -(-max(image.shape) // (8 * _BLOCK)) * 8 * _BLOCK
    square = np.full((side, side), -1000.0, np.float32)
    first = [(side - n) // 2 for n in image.shape]
    within = tuple(slice(f, f + n) for f, n in zip(first, image.shape, strict=True))
    square[within] = image
    sd, _ = local_sd(square, pixel_mm)
    out: np.ndarray = zoom(sd.astype(np.float32), side / len(sd), order=1, mode="nearest", grid_mode=True)[within]
    return out


def _detrended(patches: np.ndarray) -> np.ndarray:
    """Return patches, shape (n, width, width), less the quadratic surface that fits each best."""
    y, x = np.mgrid[:_WIDTH, :_WIDTH].reshape(2, -1) / _WIDTH - 0.5
    basis = np.stack([np.ones_like(y), y, x, y * x, y * y, x * x], axis=1)
    flat = patches.reshape(-1, _WIDTH * _WIDTH)
    out: np.ndarray = (flat - (flat @ np.linalg.pinv(basis).T) @ basis.T).reshape(patches.shape)
    return out


def _patches(image: np.ndarray, body: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return detrended patches of soft tissue alone, float64 (n, width, width), and their middles (n, 2)."""
    smooth = uniform_filter(image, 7)
    soft = (smooth > _SOFT_HU[0]) & (smooth < _SOFT_HU[1]) & body
    whole = minimum_filter(soft.view(np.uint8)[::2, ::2], _WIDTH // 2)
    middles = np.argwhere(whole) * 2
    half = _WIDTH // 2
    inside = ((middles >= half) & (middles <= np.array(image.shape) - half)).all(axis=1)
    middles = middles[inside]
    middles = middles[:: max(1, -(-len(middles) // _MOST_PATCHES))]
    cut = [image[y - half : y + half, x - half : x + half] for y, x in middles]
    return _detrended(np.array(cut, np.float64).reshape(-1, _WIDTH, _WIDTH)), middles


def _typical(values: np.ndarray) -> float:
    """Return the middle of the lowest crowd of values: patches with vessels or borders in them stand above it."""
    low = float(np.quantile(values, 0.1))
    return float(np.median(values[values < _PLAIN * low]))


def _radial(patches: np.ndarray) -> np.ndarray:
    """Return the radial power of noise in patches; below the lowest frequency that they hold it is level.

    At each frequency it is the median of the patches, so that what few of them show besides noise does not count.
    """
    window = np.outer(np.hanning(_WIDTH), np.hanning(_WIDTH))
    plane = np.median(np.abs(np.fft.fft2(patches * window)) ** 2, axis=0)
    f = np.fft.fftfreq(_WIDTH)
    radius = np.hypot(f[:, None], f[None, :]).ravel()
    near = np.abs(radius[None, :] - np.maximum(FREQUENCIES, 2.5 / _WIDTH)[:, None])
    weight = np.exp(-0.5 * (near / (0.5 / _WIDTH)) ** 2)
    power: np.ndarray = (weight @ plane.ravel()) / np.maximum(weight.sum(axis=1), 1e-9)
    return (power / power.max()).astype(np.float32)


def _along(figures: np.ndarray, patches: np.ndarray, spacing_mm: float) -> np.ndarray:
    """Return figures of slices smoothed along the patient, each counting for as much as it has patches."""
    width = _LEVEL_MM / spacing_mm
    weight = gaussian_filter1d(patches.astype(np.float64), width, mode="nearest")
    wide = gaussian_filter1d(patches.astype(np.float64), 4.0 * width, mode="nearest")  # where slices have none
    near = gaussian_filter1d(figures * patches, width, mode="nearest")
    far = gaussian_filter1d(figures * patches, 4.0 * width, mode="nearest")
    typical = float((figures * patches).sum() / patches.sum())
    small = 0.02 * float(patches.mean())
    return (near + 0.1 * far + small * typical) / (weight + 0.1 * wide + small)


def grain_of(
    hu: np.ndarray, spacing_mm: tuple[float, float, float], body: np.ndarray, tell: Callable[[str], None]
) -> Grain:
    """Measure the noise of a source.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x].
    spacing_mm : tuple of float
    body : numpy.ndarray
        bool [z, y, x].
    tell : callable
        Told what could not be measured, and what stands in for it.
    """
    figures, counts = np.zeros(len(hu)), np.zeros(len(hu))
    noise: list[np.ndarray] = []
    ratios: list[np.ndarray] = []
    for z in range(0, len(hu), -(-len(hu) // _MOST_SLICES)):
        image = hu[z].astype(np.float32)
        patches, middles = _patches(image, body[z])
        if len(patches) < _ENOUGH:
            continue
        model = sd_map(image, spacing_mm[2])[middles[:, 0], middles[:, 1]]
        sd = patches.std(axis=(1, 2))
        noise.append(patches / np.maximum(sd, 1e-3)[:, None, None])
        ratios.append(sd / model)
        figures[z], counts[z] = _typical(sd / model), len(patches)
    if not noise:
        tell(f"no soft tissue wide enough to measure the noise in: taken as {_FALLBACK_HU:g} HU of a soft kernel")
        f = FREQUENCIES
        power = ((f + 0.08) * np.exp(-((f / 0.42) ** 3))).astype(np.float32)
        return Grain(_FALLBACK_HU, np.ones(len(hu), np.float32), power / power.max())
    along = _along(figures, counts, spacing_mm[0])
    noise_hu = float(np.median(along))
    together = np.concatenate(ratios)
    plain = np.concatenate(noise)[together < _PLAIN * np.quantile(together, 0.1)]
    return Grain(noise_hu, (along / noise_hu).astype(np.float32), _radial(plain))
