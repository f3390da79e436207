"""One visit's CT series: any slice on demand, in any order, the same voxels every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.fft

from trainer.chest.anatomy.model import Anatomy, Organ
from trainer.chest.couch import add_blanket, add_couch
from trainer.chest.deformation import Deformation, visit_deformation
from trainer.chest.kernel import NOISE_HU, transfer
from trainer.chest.noise import RAW_PLANE_MM, raw_noise, weigh
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.opacity.drawing import Drawing, draw
from trainer.chest.opacity.pattern import Part
from trainer.chest.opacity.sign import ENLARGED_NODE_MM, Sign, signs_of
from trainer.chest.opacity.truth import sign_masks
from trainer.chest.protocol import Kernel, Protocol
from trainer.chest.scanner import GRID_STEP, finish, scan_plane
from trainer.chest.stomach import lumen_box, surface_mm
from trainer.course.opacity import ChestState

_PLANE_MM = 1.0
_NO_TRUTH = np.zeros((len(Part), 0, 0), np.int64)
_COUCH_GAP_MM = 3.0


class Series:
    """The CT of one chest on one day.

    Parameters
    ----------
    anatomy : Anatomy
    state : ChestState
        What the chest shows that day.
    protocol : Protocol
    visit_key : int
        64-bit key of the visit: its breath-hold, posture, place on the table and noise.
    deformation : Deformation, optional
        Instead of the visit's own; `reference_deformation` scans the anatomy as it was built.

    Notes
    -----
    Slices are numbered from the feet. Nothing is cached here but the chest's drawing; keep slices where they
    are shown. Compiled kernels use several threads themselves: call from one thread at a time unless numba's
    threading layer is ``omp`` or ``tbb``.
    """

    def __init__(
        self,
        anatomy: Anatomy,
        state: ChestState,
        protocol: Protocol,
        visit_key: int,
        deformation: Deformation | None = None,
    ) -> None:
        self.anatomy = anatomy
        self.state = state
        self.protocol = protocol
        self.visit_key = visit_key
        atlas = atlas_of(anatomy)
        self.deformation = deformation or visit_deformation(anatomy, atlas, visit_key)
        grid = anatomy.grid
        field = protocol.field_of_view_mm or grid.shape[2] * grid.spacing_mm[2]
        self.pixel_mm = field / protocol.matrix
        shift = self.deformation.shift_mm
        length = (grid.shape[0] - 1) * grid.spacing_mm[0]
        middle = [o + 0.5 * (n - 1) * s for o, n, s in zip(grid.origin_mm, grid.shape, grid.spacing_mm, strict=True)]
        half = 0.5 * (protocol.matrix - 1) * self.pixel_mm
        # The table moves the patient in the field of view; the field itself stays where the anatomy lies.
        self.origin_mm = (grid.origin_mm[0] + float(shift[0]), middle[1] - half, middle[2] - half)
        self.count = int(length / protocol.spacing_mm) + 1

    def with_kernel(self, kernel: Kernel) -> Series:
        """Return the same acquisition, noise included, reconstructed with another kernel."""
        other = Series(
            self.anatomy, self.state, replace(self.protocol, kernel=kernel), self.visit_key, self.deformation
        )
        other.__dict__["drawing"] = self.drawing
        return other

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of neighbours along (z, y, x)."""
        return self.protocol.spacing_mm, self.pixel_mm, self.pixel_mm

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows, columns."""
        return self.count, self.protocol.matrix, self.protocol.matrix

    def position_mm(self, index: int) -> float:
        """Return the height of a slice's middle."""
        return self.origin_mm[0] + index * self.protocol.spacing_mm

    @cached_property
    def drawing(self) -> Drawing:
        """The chest's state over the anatomy; made at the first slice."""
        return draw(self.anatomy, self.state)

    @cached_property
    def _thinning(self) -> np.ndarray:
        """dV/V of the right and left lung: the same tissue in more air is darker by (HU + 1000) dV/V."""
        atlas = atlas_of(self.anatomy)
        out = []
        for lobes in ((1, 2, 3), (4, 5)):
            side = np.isin(atlas.share[::4, ::4, ::4] >> 4, lobes)
            points = atlas.position(np.argwhere(side) * 4)
            out.append(self.deformation.volume_ratio(points[::3]) - 1.0 if len(points) else 0.0)
        return np.array(out, np.float32)

    @cached_property
    def _level_row(self) -> float:
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

    def _phases(self) -> list[Deformation]:
        """Return the heart's positions that one rotation mixes: two make a double edge."""
        travel = self.protocol.motion_mm
        if travel <= 0.0:
            return [self.deformation]
        beat = self.deformation.beat_mm
        return [replace(self.deformation, beat_mm=beat + d) for d in (-0.5 * travel, 0.5 * travel)]

    def _places(self, z_mm: float, deformation: Deformation) -> np.ndarray:
        nodes = self.protocol.matrix // GRID_STEP + 2
        line = np.arange(nodes) * GRID_STEP * self.pixel_mm
        points = np.empty((nodes, nodes, 3))
        points[..., 0] = z_mm
        points[..., 1] = (self.origin_mm[1] + line)[:, None]
        points[..., 2] = (self.origin_mm[2] + line)[None, :]
        grid = self.anatomy.grid
        places: np.ndarray = (deformation.to_reference(points) - grid.origin_mm) / grid.spacing_mm
        return places.astype(np.float32)

    def _planes_mm(self, index: int) -> np.ndarray:
        thickness = self.protocol.thickness_mm
        n = max(1, round(thickness / _PLANE_MM))
        offsets: np.ndarray = (np.arange(n) - 0.5 * (n - 1)) * (thickness / n)
        return self.position_mm(index) + offsets

    def _scan(self, z_mm: float, deformation: Deformation, weight: float, image: np.ndarray, truth: np.ndarray) -> None:
        a, d = self.anatomy, self.drawing
        scan_plane(
            a.hu,
            a.lobe,
            a.airway,
            np.array(a.grid.spacing_mm, np.float32),
            np.array(a.grid.origin_mm, np.float32),
            d.layer,
            d.fluid,
            d.mosaic,
            d.nodes,
            self._thinning,
            a.organ,
            lumen_box(a),
            self._level_row,
            self._places(z_mm, deformation),
            weight,
            image,
            truth,
        )

    def clean(self, index: int) -> np.ndarray:
        """Return a slice before kernel and noise: float32 HU, shape (rows, columns), averaged over its thickness."""
        image = np.zeros(self.shape[1:], np.float32)
        planes = self._planes_mm(index)
        phases = self._phases()
        weight = 1.0 / (len(planes) * len(phases))
        for z_mm in planes:
            for phase in phases:
                self._scan(float(z_mm), phase, weight, image, _NO_TRUTH)
        return image

    def slice(self, index: int) -> np.ndarray:
        """Return a slice: int16 HU in [-1024, 3071], shape (rows, columns)."""
        if not 0 <= index < self.count:
            raise IndexError(f"slice {index} of {self.count}")
        image = self.clean(index)
        centre = 0.5 * (self.protocol.matrix - 1) * self.pixel_mm
        add_couch(image, self.pixel_mm, centre, self._couch_mm, self.visit_key >> 9 & 0xFFFF)
        add_blanket(image, self.pixel_mm, self.position_mm(index), self.visit_key & 0xFFFFFFF)
        noise = np.empty_like(image)
        planes = np.floor((self._planes_mm(index) - self.origin_mm[0]) / RAW_PLANE_MM + 0.5).astype(np.int64)
        key: Any = np.uint64(self.visit_key)  # numba reads a plain integer as signed
        raw_noise(key, planes, noise)
        kernel = self.protocol.kernel
        lateral = weigh(noise, image, self.pixel_mm, NOISE_HU[kernel] / float(np.sqrt(self.protocol.dose)))
        mtf, nps, streak = transfer(kernel, self.protocol.matrix, self.pixel_mm)
        spectrum = scipy.fft.rfft2(image, workers=1)
        spectrum *= mtf
        spectrum += scipy.fft.rfft2(noise, workers=1) * nps
        if lateral is not None:
            spectrum += scipy.fft.rfft2(lateral, workers=1) * streak
        out = np.empty(image.shape, np.int16)
        finish(scipy.fft.irfft2(spectrum, s=image.shape, workers=1), out)
        return out

    def volume(
        self,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> np.ndarray | None:
        """Return all slices, int16 [z, y, x], or None if cancelled.

        Parameters
        ----------
        progress : callable, optional
            Called with slices done and their number.
        cancelled : callable, optional
            Asked before each slice.
        """
        out = np.empty(self.shape, np.int16)
        for index in range(self.count):
            if cancelled is not None and cancelled():
                return None
            out[index] = self.slice(index)
            if progress is not None:
                progress(index + 1, self.count)
        return out

    def _truth(self, index: int) -> np.ndarray:
        truth = np.zeros((len(Part), *self.shape[1:]), np.int64)
        self._scan(self.position_mm(index), self.deformation, 1.0, np.zeros(self.shape[1:], np.float32), truth)
        return truth

    def truth(self, index: int) -> dict[int, np.ndarray]:
        """Return the mask of each opacity, by label, in the middle plane of a slice; absent ones are left out."""
        owns = self._truth(index)[0]
        labels = self.drawing.brushes["label"]
        masks = {int(label): (owns >> n) & 1 == 1 for n, label in enumerate(labels)}
        return {label: mask for label, mask in masks.items() if mask.any()}

    def sign_truth(self, index: int) -> dict[tuple[int, Sign], np.ndarray]:
        """Return the mask of each sign in the middle plane of a slice, by opacity, or `CHEST` for the whole chest."""
        truth = self._truth(index)
        if self.state.node_mm < ENLARGED_NODE_MM:
            truth[Part.NODE] = 0  # nodes of ordinary size are no sign
        return sign_masks(self.drawing.brushes, truth)

    def signs(self) -> dict[int, tuple[Sign, ...]]:
        """Return what a reader may call each opacity, by label."""
        return {int(o["label"]): signs_of(o) for o in self.state.opacities if o["volume_ml"] > 0.0}
