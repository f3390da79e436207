"""Where the planes of a series lie, and which of its slices a picture is made of. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.chest.display import Plane, plane, slab
from trainer.ui.reading.scan import Ask, Frame

PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")
EMPTY_HU = -1024
"""What stands in rows of a coronal or sagittal picture whose slices are not there yet."""


@dataclass(frozen=True)
class Lattice:
    """The voxels of one series in the coordinates of its visit.

    Parameters
    ----------
    shape : tuple of int
        Slices, rows, columns.
    spacing_mm, origin_mm : tuple of float
        Distance of neighbours, and place of voxel [0, 0, 0], along (z, y, x).
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]

    def count(self, orientation: Plane) -> int:
        """Return how many planes there are."""
        return self.shape[PLANES.index(orientation)]

    def position_mm(self, orientation: Plane, index: int) -> float:
        """Return z of an axial plane, y of a coronal one, x of a sagittal one."""
        axis = PLANES.index(orientation)
        return self.origin_mm[axis] + index * self.spacing_mm[axis]

    def index_at(self, orientation: Plane, position_mm: float) -> int:
        """Return the plane nearest to a position; beyond the ends it is the last one."""
        axis = PLANES.index(orientation)
        index = round((position_mm - self.origin_mm[axis]) / self.spacing_mm[axis])
        return min(max(index, 0), self.shape[axis] - 1)

    def planes_of(self, ask: Ask) -> range:
        """Return the planes that a picture goes through: those of its slab, or the one."""
        spacing = self.spacing_mm[PLANES.index(ask.plane)]
        number = max(1, round(ask.slab_mm / spacing))
        first = ask.index - (number - 1) // 2
        return range(max(0, first), min(first + number, self.count(ask.plane)))

    def slices_of(self, ask: Ask) -> range:
        """Return the axial slices that a picture needs."""
        return self.planes_of(ask) if ask.plane == "axial" else range(self.shape[0])

    def frame(self, ask: Ask, hu: np.ndarray, *, complete: bool = True) -> Frame:
        """Return pixels with their place in the visit."""
        (oz, oy, ox), (sz, sy, sx) = self.origin_mm, self.spacing_mm
        top, at = oz + (self.shape[0] - 1) * sz, self.position_mm(ask.plane, ask.index)
        hu.flags.writeable = False
        if ask.plane == "axial":
            return Frame(ask, hu, (at, oy, ox), (0.0, sy, 0.0), (0.0, 0.0, sx), complete)
        if ask.plane == "coronal":
            return Frame(ask, hu, (top, at, ox), (-sz, 0.0, 0.0), (0.0, 0.0, sx), complete)
        return Frame(ask, hu, (top, oy, at), (-sz, 0.0, 0.0), (0.0, sy, 0.0), complete)

    def picture(self, ask: Ask, volume: np.ndarray, there: np.ndarray) -> Frame:
        """Return a plane or slab of a volume.

        Parameters
        ----------
        ask : Ask
        volume : numpy.ndarray
            int16 HU [z, y, x].
        there : numpy.ndarray
            bool, shape (z,): slices that are filled; for an axial picture those that it needs must be.
        """
        planes = self.planes_of(ask)
        if len(planes) == 1:
            # A copy, so that who holds one picture does not hold the volume.
            flat = plane(volume, ask.plane, planes[0]).copy()
        else:
            flat = slab(volume, ask.plane, planes[0], planes[-1], ask.slab)
        whole = ask.plane == "axial" or bool(there.all())
        if not whole:
            flat = np.where(there[::-1, None], flat, np.int16(EMPTY_HU))
        flat = np.ascontiguousarray(flat)
        return self.frame(ask, flat, complete=whole)
