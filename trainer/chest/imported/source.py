"""A CT series as it was read: nothing but pixels and geometry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Source:
    """An axial series on a straight lattice.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x]: from the feet to the head, from the front to the back, from the patient's right to the left.
    spacing_mm : tuple of float
        Distance of neighbours along (z, y, x).
    thickness_mm : float
        Of the slices.
    """

    hu: np.ndarray
    spacing_mm: tuple[float, float, float]
    thickness_mm: float
