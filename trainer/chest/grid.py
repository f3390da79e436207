"""The lattice of voxels on which a chest is built, and its place in the patient.

Arrays are indexed ``[z, y, x]``. Index 0 is the lowest slice (feet), the front of the chest and the patient's
right, so millimetre coordinates grow to the patient's left, back and head as DICOM's patient axes do (LPS).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """A regular lattice.

    Parameters
    ----------
    shape : tuple of int
        Voxels along (z, y, x).
    spacing_mm : tuple of float
        Distance of neighbours along (z, y, x).
    origin_mm : tuple of float
        Position of the centre of voxel [0, 0, 0] along (z, y, x), in patient millimetres.
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel in millilitres."""
        dz, dy, dx = self.spacing_mm
        return dz * dy * dx / 1000.0
