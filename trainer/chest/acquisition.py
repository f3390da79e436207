"""How an imported chest was scanned: its densities, and its noise and sharpness as they were measured on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from trainer.chest.grid import Grid

CONTRAST_HU: Final = 80.0
"""Blood so dense holds contrast medium; without it is 30 to 55 HU dense (judgement on the border)."""


@dataclass(frozen=True, eq=False)
class Acquisition:
    """The scan that an imported chest comes from.

    Parameters
    ----------
    grid : Grid
        The source's own lattice, in the patient space of the anatomy; its slices may lie 3 mm apart.
    coefficients : numpy.ndarray
        int16 [z, y, x]: coefficients of the cubic B-spline through the cleaned densities in HU.
    kept : numpy.ndarray
        uint8 [z, y, x]: share, 0 to 255, of the noise's standard deviation that cleaning left.
    thickness_mm : float
        Of the slices.
    noise_hu : float
        Standard deviation of the noise where `trainer.chest.noise.local_sd` is 1: in the middle of an average chest.
    modulation : numpy.ndarray
        float32, shape (slices,): noise of each slice beside that, for the tube's current changes along the patient.
    power : numpy.ndarray
        float32, shape (n,): radial power of the noise at ``np.linspace(0, 0.7072, n)`` cycles a pixel, on any scale.
    transfer : numpy.ndarray
        float32, shape (n,): what is left of the contrast of a detail at the same frequencies, 1 at 0.
    blood_hu : float
        Density of the blood in the heart or aorta, by which contrast medium is told.
    """

    grid: Grid
    coefficients: np.ndarray
    kept: np.ndarray
    thickness_mm: float
    noise_hu: float
    modulation: np.ndarray
    power: np.ndarray
    transfer: np.ndarray
    blood_hu: float

    @property
    def enhanced(self) -> bool:
        """Whether the blood holds contrast medium."""
        return self.blood_hu >= CONTRAST_HU
