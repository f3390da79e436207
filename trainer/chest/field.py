"""Where the pixels of a visit's slices lie: in the visit, and in the anatomy that it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from trainer.chest.acquisition import Acquisition
from trainer.chest.anatomy.model import Anatomy, Organ
from trainer.chest.couch import add_blanket, add_couch
from trainer.chest.deformation import Deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.scanner import GRID_STEP
from trainer.chest.stomach import surface_mm

_PLANE_MM = 1.0
_COUCH_GAP_MM = 3.0


def as_scanned(protocol: Protocol, acquisition: Acquisition) -> Protocol:
    """Return the protocol with which an imported chest can be scanned: no finer along z than its source was."""
    return replace(
        protocol,
        thickness_mm=max(protocol.thickness_mm, acquisition.thickness_mm),
        spacing_mm=max(protocol.spacing_mm, acquisition.grid.spacing_mm[0]),
    )


@dataclass(frozen=True, eq=False)
class Field:
    """The pixels of one visit.

    Parameters
    ----------
    anatomy : Anatomy
    protocol : Protocol
        Of an imported chest: `as_scanned`.
    deformation : Deformation
    visit_key : int
        64-bit key of the visit; says which table and blanket it has.
    """

    anatomy: Anatomy
    protocol: Protocol
    deformation: Deformation
    visit_key: int

    @cached_property
    def pixel_mm(self) -> float:
        """Distance of neighbours in a slice."""
        grid = self.anatomy.grid
        return (self.protocol.field_of_view_mm or grid.shape[2] * grid.spacing_mm[2]) / self.protocol.matrix

    @cached_property
    def origin_mm(self) -> tuple[float, float, float]:
        """Place of the first pixel of the lowest slice, (z, y, x).

        The table moves the patient in the field of view; the field itself stays where the anatomy lies.
        """
        grid = self.anatomy.grid
        middle = [o + 0.5 * (n - 1) * s for o, n, s in zip(grid.origin_mm, grid.shape, grid.spacing_mm, strict=True)]
        half = 0.5 * (self.protocol.matrix - 1) * self.pixel_mm
        return self._lowest_mm + float(self.deformation.shift_mm[0]), middle[1] - half, middle[2] - half

    @property
    def _lowest_mm(self) -> float:
        """Height of the lowest slice in the anatomy; on a slice of the source, so that at rest each meets its own."""
        low, scan = self.anatomy.grid.origin_mm[0], self.anatomy.acquisition
        if scan is None:
            return low
        first, step = scan.grid.origin_mm[0], scan.grid.spacing_mm[0]
        return first + float(np.ceil((low - first) / step - 1e-6)) * step

    @cached_property
    def count(self) -> int:
        """Number of slices."""
        grid = self.anatomy.grid
        if self.anatomy.acquisition is None:
            return int((grid.shape[0] - 1) * grid.spacing_mm[0] / self.protocol.spacing_mm) + 1
        top = grid.origin_mm[0] + (grid.shape[0] - 1) * grid.spacing_mm[0]
        return int((top - self._lowest_mm) / self.protocol.spacing_mm + 1e-6) + 1

    def position_mm(self, index: int) -> float:
        """Return the height of a slice's middle."""
        return self.origin_mm[0] + index * self.protocol.spacing_mm

    def planes_mm(self, index: int) -> np.ndarray:
        """Return the heights of the planes whose mean is a slice."""
        thickness = self.protocol.thickness_mm
        n = max(1, round(thickness / _PLANE_MM))
        offsets: np.ndarray = (np.arange(n) - 0.5 * (n - 1)) * (thickness / n)
        return self.position_mm(index) + offsets

    def nodes_mm(self, z_mm: float, deformation: Deformation) -> np.ndarray:
        """Return where every `GRID_STEP`-th pixel of a plane lies in the anatomy's space, float64 (n, n, 3)."""
        nodes = self.protocol.matrix // GRID_STEP + 2
        line = np.arange(nodes) * GRID_STEP * self.pixel_mm
        points = np.empty((nodes, nodes, 3))
        points[..., 0] = z_mm
        points[..., 1] = (self.origin_mm[1] + line)[:, None]
        points[..., 2] = (self.origin_mm[2] + line)[None, :]
        return deformation.to_reference(points)

    @cached_property
    def thinning(self) -> np.ndarray:
        """dV/V of the right and left lung: the same tissue in more air is darker by (HU + 1000) dV/V."""
        atlas = atlas_of(self.anatomy)
        out = []
        for lobes in ((1, 2, 3), (4, 5)):
            side = np.isin(atlas.share[::4, ::4, ::4] >> 4, lobes)
            points = atlas.position(np.argwhere(side) * 4)
            out.append(self.deformation.volume_ratio(points[::3]) - 1.0 if len(points) else 0.0)
        return np.array(out, np.float32)

    @cached_property
    def level_row(self) -> float:
        """Row of the surface of the stomach's fluid, the same in every slice: rows lie level in the room."""
        return (surface_mm(self.anatomy, self.deformation) - self.origin_mm[1]) / self.pixel_mm

    @cached_property
    def _couch_mm(self) -> float:
        """How far below the first row the table's top lies."""
        back = np.flatnonzero(
            (self.anatomy.organ[:: max(1, self.anatomy.grid.shape[0] // 20)] != Organ.OUTSIDE).any((0, 2))
        )
        grid = self.anatomy.grid
        y = grid.origin_mm[1] + (back[-1] if len(back) else grid.shape[1]) * grid.spacing_mm[1]
        return float(y + self.deformation.shift_mm[1] + _COUCH_GAP_MM - self.origin_mm[1])

    def furnish(self, image: np.ndarray, index: int) -> None:
        """Lay the table under the patient of a slice, float32 HU, and a blanket over the patient."""
        centre = 0.5 * (self.protocol.matrix - 1) * self.pixel_mm
        add_couch(image, self.pixel_mm, centre, self._couch_mm, self.visit_key >> 9 & 0xFFFF)
        add_blanket(image, self.pixel_mm, self.position_mm(index), self.visit_key & 0xFFFFFFF)
