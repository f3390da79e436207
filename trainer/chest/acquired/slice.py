"""Slices of an imported chest: the source as the visit lies, with what the visit shows planted, and noise of its own.

A slice of the source is sampled where the visit's breath and posture put it. The opacities' shares are blurred as that
scanner blurs, and mixed in. Noise is drawn anew, as strong as the scan's and with its spectrum, less what the source's
own noise still gives; where that has been cleaned away or lies under an opacity, all of it is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numba as nb
import numpy as np
import scipy.fft

from trainer.chest.acquired.planting import Share, plant_plane
from trainer.chest.acquired.spectrum import correlation, overlap, plane_of, remaining, unit_filter
from trainer.chest.acquired.spline import PHASES, sample
from trainer.chest.acquisition import Acquisition
from trainer.chest.field import Field
from trainer.chest.noise import local_sd, spread
from trainer.chest.opacity.drawing import Drawing
from trainer.chest.opacity.effusion import FLUID_HU
from trainer.chest.opacity.sign import ENLARGED_NODE_MM
from trainer.chest.scanner import AIR_HU, GRID_STEP, TISSUE_HU

_DRY: Final = -1e8  # `Drawing.fluid` of a side without fluid lies below
_PLAIN_BLOOD_HU: Final = 42.0
_UPTAKE: Final = 0.4  # of the blood's contrast that consolidated lung shows in the first minutes, judgement
_PLANE_MM: Final = 1.5  # distance of the planes through a slice in which opacities are looked at
_MARGIN: Final = 12  # pixels around what is planted that its blur may reach
_BLOCK: Final = 32  # sizes of blurred boxes are its multiples
_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
_TWENTY = np.float32(20.0)  # what of a blur is less than a fortieth of lung is its ringing, and changes nothing
_FLUID, _AIR = np.float32(FLUID_HU), np.float32(AIR_HU)
_THOUSAND = np.float32(1000.0)
_LUNG_HU = np.float32(-1.0 / 850.0)  # trapped air shows as far as a point is lung
_BORDER = np.float32(0.25)  # share of lung around a pixel from which it is changed as its neighbours are, judgement


def tissue_hu(acquisition: Acquisition) -> float:
    """Return the density of consolidated lung in this scan; it takes up contrast medium with the blood."""
    return float(TISSUE_HU) + _UPTAKE * max(0.0, acquisition.blood_hu - _PLAIN_BLOOD_HU)


@nb.njit(cache=True, nogil=True, parallel=True)
def _mix(given: np.ndarray, planted: np.ndarray, tissue_hu: float, image: np.ndarray, clear: np.ndarray) -> None:
    """Write the slice with what is planted, and how much of the source, and so of its noise, shines through.

    Parameters
    ----------
    given : numpy.ndarray
        float32, HU of the healthy slice.
    planted : numpy.ndarray
        float32, in the order of `Share`; the first four blurred.
    tissue_hu : float
    image, clear : numpy.ndarray
        float32, written.
    """
    tissue = np.float32(tissue_hu)
    for row in nb.prange(given.shape[0]):
        y = np.int64(row)
        for x in range(given.shape[1]):
            g = given[y, x]
            if g < _ZERO:
                g -= (g + _THOUSAND) * planted[4, y, x]
                g += planted[5, y, x] * min(_ONE, g * _LUNG_HU)
            # beside its border a lung goes on as at it, so that no dark line is left where the source is part lung
            where = planted[0, y, x]
            share = min(_ONE, max(_ZERO, where * _TWENTY - _HALF)) / max(where, _BORDER)
            solid, air, wet = planted[1, y, x] * share, planted[2, y, x] * share, planted[3, y, x] * share
            rest = _ONE - solid - air - wet
            image[y, x] = rest * g + solid * max(g, tissue) + air * _AIR + wet * _FLUID
            clear[y, x] = min(_ONE, max(_ZERO, rest + solid if g >= tissue else rest))


@dataclass(frozen=True, eq=False)
class Rescan:
    """What a field shows of an imported anatomy with a state drawn over it."""

    field: Field
    drawing: Drawing
    acquisition: Acquisition

    @cached_property
    def _phases(self) -> np.ndarray:
        scan = self.acquisition
        along = overlap(scan.grid.spacing_mm[0], scan.thickness_mm)
        across = remaining(correlation(scan.power), PHASES)
        return np.stack([remaining(along, PHASES), across, across])

    @cached_property
    def _scale(self) -> float:
        """Pixels of the source in one of the field."""
        return self.field.pixel_mm / self.acquisition.grid.spacing_mm[2]

    @cached_property
    def _filters(self) -> tuple[np.ndarray, np.ndarray]:
        shape = (self.field.protocol.matrix, self.field.protocol.matrix)
        scan = self.acquisition
        return plane_of(scan.transfer, shape, self._scale), unit_filter(scan.power, shape, self._scale)

    @cached_property
    def _boxes(self) -> dict[tuple[int, int], np.ndarray]:
        """Transfers for boxes of several sizes, as they come to be needed."""
        return {}

    @cached_property
    def _sick(self) -> bool:
        """Whether anything is planted but the breath's thinning, for which one plane is enough."""
        d = self.drawing
        return len(d.brushes) > 0 or len(d.mosaic) > 1 or len(self._nodes) > 0 or bool((d.fluid[:, 0] > _DRY).any())

    @cached_property
    def _nodes(self) -> np.ndarray:
        """Nodes that are planted: enlarged ones, for the chest has ordinary ones of its own."""
        nodes = self.drawing.nodes
        enlarged = len(nodes) > 0 and 2.0 * float(nodes[:, 4].max()) >= ENLARGED_NODE_MM - 1e-3
        return nodes if enlarged else np.zeros((0, 6), np.float32)

    def _levels_mm(self, index: int) -> np.ndarray:
        """Return the heights of the source's slices whose mean is a slice: one, unless a thicker one is asked for."""
        scan, middle = self.acquisition, self.field.position_mm(index)
        more = self.field.protocol.thickness_mm - scan.thickness_mm
        n = 1 + int(np.ceil(more / scan.grid.spacing_mm[0] - 1e-6))
        offsets: np.ndarray = middle + more * (np.arange(n) / max(n - 1, 1) - 0.5) * (n > 1)
        return offsets

    def _given(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the healthy slice, and the share of the source's noise that is left in it."""
        matrix, grid = self.field.protocol.matrix, self.acquisition.grid
        given, left = np.zeros((2, matrix, matrix), np.float32)
        levels = self._levels_mm(index)
        for z_mm in levels:
            places = (self.field.nodes_mm(float(z_mm), self.field.deformation) - grid.origin_mm) / grid.spacing_mm
            sample(
                self.acquisition.coefficients,
                self.acquisition.kept,
                self._phases,
                places.astype(np.float32),
                GRID_STEP,
                1.0 / len(levels),
                given,
                left,
            )
        return given, left

    def _planted(self, index: int, given: np.ndarray) -> np.ndarray:
        """Return what the state plants, float32 in the order of `Share`, blurred as the scanner blurs."""
        a, d = self.field.anatomy, self.drawing
        planted = np.zeros((len(Share), *given.shape), np.float32)
        n = max(1, round(self.field.protocol.thickness_mm / _PLANE_MM)) if self._sick else 1
        step = self.field.protocol.thickness_mm / n
        planes = self.field.position_mm(index) + (np.arange(n) - 0.5 * (n - 1)) * step
        for z_mm in planes:
            places = (self.field.nodes_mm(float(z_mm), self.field.deformation) - a.grid.origin_mm) / a.grid.spacing_mm
            plant_plane(
                a.hu,
                a.lobe,
                a.airway,
                np.array(a.grid.spacing_mm, np.float32),
                np.array(a.grid.origin_mm, np.float32),
                d.layer,
                d.fluid,
                d.mosaic,
                self._nodes,
                self.field.thinning,
                places.astype(np.float32),
                1.0 / len(planes),
                given,
                planted,
            )
        self._blur(planted)
        return planted

    def _blur(self, planted: np.ndarray) -> None:
        """Blur the shares in place, in the box that holds them."""
        shown: np.ndarray = planted[Share.TISSUE : Share.FLUID + 1].max(axis=0) > 0.0
        box = []
        for axis in (1, 0):
            at = np.flatnonzero(shown.any(axis=axis))
            if not len(at):
                return
            low, high = max(0, int(at[0]) - _MARGIN), min(len(shown), int(at[-1]) + _MARGIN + 1)
            high = min(len(shown), low + -(-(high - low) // _BLOCK) * _BLOCK)
            box.append(slice(low, high))
        rows, columns = box
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        if shape not in self._boxes:
            self._boxes[shape] = plane_of(self.acquisition.transfer, shape, self._scale)
        for share in (Share.WHERE, Share.TISSUE, Share.AIR, Share.FLUID):
            part = planted[share, rows, columns]
            if part.any():
                spectrum = scipy.fft.rfft2(part, workers=1) * self._boxes[shape]
                planted[share, rows, columns] = scipy.fft.irfft2(spectrum, s=shape, workers=1)

    def _shown(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the slice, and the share of the source's noise in it."""
        given, left = self._given(index)
        image, clear = np.empty_like(given), np.empty_like(given)
        _mix(given, self._planted(index, given), tissue_hu(self.acquisition), image, clear)
        left *= clear
        return image, left

    def clean(self, index: int) -> np.ndarray:
        """Return a slice before table, blanket and fresh noise: float32 HU, shape (rows, columns)."""
        return self._shown(index)[0]

    def _noise_hu(self, index: int) -> float:
        """Return the noise of a slice where `local_sd` is 1: that of the part of the body it shows, thickness, dose."""
        scan, field = self.acquisition, self.field
        middle = np.array([field.position_mm(index), *field.deformation.centre_mm[1:]])
        z = (float(field.deformation.to_reference(middle)[0]) - scan.grid.origin_mm[0]) / scan.grid.spacing_mm[0]
        level = float(np.interp(z, np.arange(len(scan.modulation)), scan.modulation))
        return scan.noise_hu * level * float(np.sqrt(scan.thickness_mm / field.protocol.thickness_mm))

    def scanned(self, index: int, noise: np.ndarray) -> np.ndarray:
        """Return a slice as the scanner would give it, float32 HU.

        Parameters
        ----------
        index : int
        noise : numpy.ndarray
            float32, white, as `trainer.chest.noise.raw_noise` writes it; used up.
        """
        image, left = self._shown(index)
        noise *= np.float32(np.sqrt(len(self.field.planes_mm(index))))  # unit variance, however many planes
        sd, _ = local_sd(image, self.field.pixel_mm)
        spread(sd.astype(np.float32), self._noise_hu(index), noise)
        noise *= np.sqrt(np.maximum(_ZERO, _ONE - left * left))
        furnished = image.copy()
        self.field.furnish(furnished, index)
        furnished -= image
        mtf, nps = self._filters
        spectrum = scipy.fft.rfft2(furnished, workers=1) * mtf
        spectrum += scipy.fft.rfft2(noise, workers=1) * nps
        out: np.ndarray = image + scipy.fft.irfft2(spectrum, s=image.shape, workers=1)
        return out
