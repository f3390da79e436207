"""Slices of a built chest: planes of its densities and opacities, averaged, blurred and made noisy by a kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.fft

from trainer.chest.deformation import Deformation
from trainer.chest.field import Field
from trainer.chest.kernel import NOISE_HU, transfer
from trainer.chest.noise import weigh
from trainer.chest.opacity.drawing import Drawing
from trainer.chest.opacity.pattern import Part
from trainer.chest.scanner import scan_plane
from trainer.chest.stomach import lumen_box

_NO_TRUTH: Final = np.zeros((len(Part), 0, 0), np.int64)


@dataclass(frozen=True, eq=False)
class Planes:
    """What a field shows of an anatomy with a state drawn over it."""

    field: Field
    drawing: Drawing

    def _add(self, z_mm: float, deformation: Deformation, weight: float, image: np.ndarray, truth: np.ndarray) -> None:
        a, d = self.field.anatomy, self.drawing
        places = (self.field.nodes_mm(z_mm, deformation) - a.grid.origin_mm) / a.grid.spacing_mm
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
            self.field.thinning,
            a.organ,
            lumen_box(a),
            self.field.level_row,
            places.astype(np.float32),
            weight,
            image,
            truth,
        )

    def _phases(self) -> list[Deformation]:
        """Return the heart's positions that one rotation mixes: two make a double edge."""
        travel, still = self.field.protocol.motion_mm, self.field.deformation
        if travel <= 0.0:
            return [still]
        return [replace(still, beat_mm=still.beat_mm + d) for d in (-0.5 * travel, 0.5 * travel)]

    def clean(self, index: int) -> np.ndarray:
        """Return a slice before kernel and noise: float32 HU, shape (rows, columns), averaged over its thickness."""
        matrix = self.field.protocol.matrix
        image = np.zeros((matrix, matrix), np.float32)
        planes = self.field.planes_mm(index)
        phases = self._phases()
        weight = 1.0 / (len(planes) * len(phases))
        for z_mm in planes:
            for phase in phases:
                self._add(float(z_mm), phase, weight, image, _NO_TRUTH)
        return image

    def scanned(self, index: int, noise: np.ndarray) -> np.ndarray:
        """Return a slice as the scanner gives it, float32 HU.

        Parameters
        ----------
        index : int
        noise : numpy.ndarray
            float32, white, as `trainer.chest.noise.raw_noise` writes it; used up.
        """
        image = self.clean(index)
        self.field.furnish(image, index)
        protocol, pixel_mm = self.field.protocol, self.field.pixel_mm
        lateral = weigh(noise, image, pixel_mm, NOISE_HU[protocol.kernel] / float(np.sqrt(protocol.dose)))
        mtf, nps, streak = transfer(protocol.kernel, protocol.matrix, pixel_mm)
        spectrum = scipy.fft.rfft2(image, workers=1)
        spectrum *= mtf
        spectrum += scipy.fft.rfft2(noise, workers=1) * nps
        if lateral is not None:
            spectrum += scipy.fft.rfft2(lateral, workers=1) * streak
        out: np.ndarray = scipy.fft.irfft2(spectrum, s=image.shape, workers=1)
        return out

    def truth(self, index: int) -> np.ndarray:
        """Return the bits of what shows each `Part` in the middle plane of a slice, as `scan_plane` writes them."""
        matrix = self.field.protocol.matrix
        truth = np.zeros((len(Part), matrix, matrix), np.int64)
        image = np.zeros((matrix, matrix), np.float32)
        self._add(self.field.position_mm(index), self.field.deformation, 1.0, image, truth)
        return truth
