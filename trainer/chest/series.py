"""One visit's CT series: any slice on demand, in any order, the same voxels every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from trainer.chest.acquired.slice import Rescan
from trainer.chest.anatomy.model import Anatomy
from trainer.chest.deformation import Deformation, visit_deformation
from trainer.chest.field import Field, as_scanned
from trainer.chest.noise import RAW_PLANE_MM, raw_noise
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.opacity.drawing import Drawing, draw
from trainer.chest.opacity.pattern import Part
from trainer.chest.opacity.sign import ENLARGED_NODE_MM, Sign, signs_of
from trainer.chest.opacity.truth import sign_masks
from trainer.chest.plane import Planes
from trainer.chest.protocol import Kernel, Protocol
from trainer.chest.scanner import finish
from trainer.course.opacity import ChestState


class Series:
    """The CT of one chest on one day.

    Parameters
    ----------
    anatomy : Anatomy
    state : ChestState
        What the chest shows that day.
    protocol : Protocol
        As it is carried out: an imported chest's is no finer than its source.
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
        scan = anatomy.acquisition
        self.anatomy = anatomy
        self.state = state
        self.protocol = protocol if scan is None else as_scanned(protocol, scan)
        self.visit_key = visit_key
        self.deformation = deformation or visit_deformation(anatomy, atlas_of(anatomy), visit_key)
        self._field = Field(anatomy, self.protocol, self.deformation, visit_key)
        self.pixel_mm, self.origin_mm, self.count = self._field.pixel_mm, self._field.origin_mm, self._field.count

    def with_kernel(self, kernel: Kernel) -> Series:
        """Return the same acquisition, noise included, reconstructed with another kernel.

        An imported chest shows the same again: it has but the kernel with which it was scanned.
        """
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
        return self._field.position_mm(index)

    @cached_property
    def drawing(self) -> Drawing:
        """The chest's state over the anatomy; made at the first slice."""
        return draw(self.anatomy, self.state)

    @cached_property
    def _planes(self) -> Planes:
        return Planes(self._field, self.drawing)

    @cached_property
    def _maker(self) -> Planes | Rescan:
        """What makes slices of this chest: a built one is sampled anew, an imported one keeps its scanner's looks."""
        scan = self.anatomy.acquisition
        return self._planes if scan is None else Rescan(self._field, self.drawing, scan)

    def clean(self, index: int) -> np.ndarray:
        """Return a slice without table, blanket and fresh noise: float32 HU, shape (rows, columns).

        Of a built chest, before its kernel; an imported one is as sharp, and as noisy in the lungs, as its source.
        """
        return self._maker.clean(index)

    def slice(self, index: int) -> np.ndarray:
        """Return a slice: int16 HU in [-1024, 3071], shape (rows, columns)."""
        if not 0 <= index < self.count:
            raise IndexError(f"slice {index} of {self.count}")
        noise = np.empty(self.shape[1:], np.float32)
        planes = np.floor((self._field.planes_mm(index) - self.origin_mm[0]) / RAW_PLANE_MM + 0.5).astype(np.int64)
        key: Any = np.uint64(self.visit_key)  # numba reads a plain integer as signed
        raw_noise(key, planes, noise)
        out = np.empty(self.shape[1:], np.int16)
        finish(self._maker.scanned(index, noise), out)
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

    def truth(self, index: int) -> dict[int, np.ndarray]:
        """Return the mask of each opacity, by label, in the middle plane of a slice; absent ones are left out."""
        owns = self._planes.truth(index)[0]
        labels = self.drawing.brushes["label"]
        masks = {int(label): (owns >> n) & 1 == 1 for n, label in enumerate(labels)}
        return {label: mask for label, mask in masks.items() if mask.any()}

    def sign_truth(self, index: int) -> dict[tuple[int, Sign], np.ndarray]:
        """Return the mask of each sign in the middle plane of a slice, by opacity, or `CHEST` for the whole chest."""
        truth = self._planes.truth(index)
        if self.state.node_mm < ENLARGED_NODE_MM:
            truth[Part.NODE] = 0  # nodes of ordinary size are no sign
        return sign_masks(self.drawing.brushes, truth)

    def signs(self) -> dict[int, tuple[Sign, ...]]:
        """Return what a reader may call each opacity, by label."""
        return {int(o["label"]): signs_of(o) for o in self.state.opacities if o["volume_ml"] > 0.0}
