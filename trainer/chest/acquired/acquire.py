"""From a source to an `Acquisition`: measure it, clean it, and make it ready to be sampled anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter

from trainer.chest.acquired.cleaning import band_shares, cleaned
from trainer.chest.acquired.edge import transfer_of
from trainer.chest.acquired.grain import Grain, grain_of, sd_map
from trainer.chest.acquired.spline import coefficients_of
from trainer.chest.acquisition import Acquisition
from trainer.chest.grid import Grid
from trainer.chest.imported.source import Source

_BLOOD_HU: Final = (20, 450)  # from anaemia without contrast to a bolus
_PLAIN_BLOOD_HU: Final = 42.0
_BONE_HU: Final = 500.0
_LEVELS: Final = 24  # slices looked at for blood
_HEART_TO_ARCH: Final = (0.4, 0.75)  # of the lungs' height


def acquire(
    source: Source,
    grid: Grid,
    body: np.ndarray,
    lung: np.ndarray,
    tell: Callable[[str], None] = lambda _: None,
) -> Acquisition:
    """Measure and clean a source.

    Parameters
    ----------
    source : Source
        Nothing but air outside the body.
    grid : Grid
        The source's lattice in the patient space of the anatomy.
    body, lung : numpy.ndarray
        bool [z, y, x], on the source's lattice.
    tell : callable
        Told in a sentence each what could not be measured, and what stands in for it.
    """
    grain = grain_of(source.hu, source.spacing_mm, body, tell)
    transfer = transfer_of(source.hu, body, tell)
    clean, kept = _cleaned(source, body, grain)
    coefficients = coefficients_of(clean)
    coefficients.flags.writeable = kept.flags.writeable = False  # as those that are opened from disk
    return Acquisition(
        grid=grid,
        coefficients=coefficients,
        kept=kept,
        thickness_mm=source.thickness_mm,
        noise_hu=grain.noise_hu,
        modulation=grain.modulation,
        power=grain.power,
        transfer=transfer,
        blood_hu=_blood(source.hu, body, lung, tell),
    )


def _cleaned(source: Source, body: np.ndarray, grain: Grain) -> tuple[np.ndarray, np.ndarray]:
    shares = band_shares(grain.power)
    clean = np.empty(source.hu.shape, np.float32)
    kept = np.zeros(source.hu.shape, np.uint8)
    for z, image in enumerate(source.hu):
        slice_ = image.astype(np.float32)
        sd = grain.noise_hu * grain.modulation[z] * sd_map(slice_, source.spacing_mm[2])
        clean[z], left = cleaned(slice_, sd, shares)
        air = image <= -1000
        # what was cut away around the body is bare: no noise to keep, and nothing of the skin may leak into it
        bare = uniform_filter(air.view(np.uint8) * np.float32(1.0), 5) > 0.999
        bare &= ~body[z]
        clean[z][bare] = -1000.0
        left[bare] = 0.0
        kept[z] = np.round(left * 255.0)
    return clean, kept


def _blood(hu: np.ndarray, body: np.ndarray, lung: np.ndarray, tell: Callable[[str], None]) -> float:
    """Return the commonest density of smooth tissue between the lungs, from the heart to the arch of the aorta."""
    levels = np.flatnonzero(lung.any(axis=(1, 2)))
    levels = levels[int(_HEART_TO_ARCH[0] * len(levels)) : int(_HEART_TO_ARCH[1] * len(levels)) + 1]
    counts = np.zeros(_BLOOD_HU[1] - _BLOOD_HU[0])
    for z in levels[:: max(1, len(levels) // _LEVELS)]:
        columns = np.arange(hu.shape[2])
        image = hu[z].astype(np.float32)
        mean = uniform_filter(image, 9)
        bone = uniform_filter((image > _BONE_HU).astype(np.float32), 25) > 0.0
        seen = np.cumsum(lung[z], axis=1)
        between = (seen > 0) & (seen < seen[:, -1:]) & (columns > 0)[None, :] & ~lung[z] & body[z] & ~bone
        inner = uniform_filter(between.astype(np.float32), 9) > 0.999
        counts += np.histogram(mean[inner], len(counts), _BLOOD_HU)[0]
    if counts.sum() < 50:
        tell(f"no blood seen between the lungs: taken as {_PLAIN_BLOOD_HU:g} HU, without contrast medium")
        return _PLAIN_BLOOD_HU
    return float(_BLOOD_HU[0] + np.argmax(gaussian_filter1d(counts, 5.0)))
