"""Where the slices of one stack lie: whether they make up a straight axial volume, or can be made to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trainer.dicom.incoming.header import Header
from trainer.dicom.incoming.words import counted, millimetres

LEAST_SLICES: Final = 20
LEAST_COVER_MM: Final = 150.0
"""Judgement: the lungs of a small adult are about 200 mm high."""
MOST_SLICES: Final = 3_000
MOST_VOXELS: Final = 400_000_000
"""1,500 slices of 512 x 512."""
MOST_TILT_DEG: Final = 5.0
_AXIAL_DEG: Final = 30.0  # beyond it a stack is coronal, sagittal or double oblique, not a tilted axial one
_STRAIGHT_DEG: Final = 0.1  # half a voxel over a field of 500 mm
_MOST_UNEQUAL: Final = 0.05
_EQUAL: Final = 0.02  # of the distance: slices this close to their even places are taken as they are
_SAME_MM: Final = 0.05
_SAME_AXIS: Final = 0.002  # 0.5 mm at the edge of a field of 500 mm
_LEAST_MM, _MOST_MM = 0.5, 5.0
_ABOUT: Final = 1.01
_ROUNDING_MM: Final = 0.006  # positions are often written with two decimals
_MOST_ELONGATED: Final = 2.0
_SQUARE: Final = 0.01


class Unfit(Exception):
    """A stack is no volume that can be used; the text says why, in words that go on from "the series"."""


class NotAxial(Exception):
    """A stack is not axial at all."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """The places of a stack's voxels, rows and columns turned so that they run to the back and to the left.

    A voxel (k, j, i) lies at ``origin + i dx right + j dy down + places_mm[k] up``.

    Parameters
    ----------
    slices : tuple of Header
        From the feet to the head.
    copies : tuple of tuple of Header
        For each slice the others that claim its place.
    transposed, flip_rows, flip_columns : bool
        What is done with the stored pixels of a slice, in this order.
    shape : tuple of int
        (slices, rows, columns), after turning.
    pixel_mm : tuple of float
        Spacing (y, x).
    places_mm : numpy.ndarray
        float64 (slices,): along the normal, from 0.
    origin, right, down, up : numpy.ndarray
        float64 (3,). ``up`` leans where each slice is shifted against the one below, as with a tilted gantry.
    thickness_mm : float
        0 if none is told.
    """

    slices: tuple[Header, ...]
    copies: tuple[tuple[Header, ...], ...]
    transposed: bool
    flip_rows: bool
    flip_columns: bool
    shape: tuple[int, int, int]
    pixel_mm: tuple[float, float]
    places_mm: np.ndarray
    origin: np.ndarray
    right: np.ndarray
    down: np.ndarray
    up: np.ndarray
    thickness_mm: float

    @property
    def spacing_mm(self) -> float:
        """Mean distance of neighbouring slices along the normal."""
        return float(self.places_mm[-1]) / (len(self.slices) - 1)

    @property
    def tilt_deg(self) -> float:
        """The largest angle of an axis with its own of the patient."""
        return max(_angle_deg(axis, i) for i, axis in enumerate((self.right, self.down, self.normal, self.up)))

    @property
    def normal(self) -> np.ndarray:
        """Unit vector across the slices, to the head."""
        return np.cross(self.right, self.down)

    @property
    def is_straight(self) -> bool:
        """Whether its axes are the patient's."""
        return self.tilt_deg < _STRAIGHT_DEG

    @property
    def is_square(self) -> bool:
        """Whether its pixels are."""
        return max(self.pixel_mm) / min(self.pixel_mm) - 1.0 < _SQUARE

    @property
    def is_even(self) -> bool:
        """Whether its slices are as good as equally far apart."""
        even = np.linspace(0.0, self.places_mm[-1], len(self.places_mm))
        return bool(np.abs(self.places_mm - even).max() <= _EQUAL * self.spacing_mm + _ROUNDING_MM)


def _angle_deg(axis: np.ndarray, of: int) -> float:
    """Return the angle of an axis with x, y, z or (3, for `Lattice.up`) z."""
    target = np.zeros(3)
    target[min(of, 2)] = 1.0
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(axis, target)), abs(axis @ target))))


def lattice_of(headers: Sequence[Header]) -> Lattice:
    """Return where the slices of a stack lie; all have one size and one orientation.

    Raises
    ------
    NotAxial
        If it shows another plane.
    Unfit
        If it is no whole, straight volume of a chest's size.
    """
    placed = [header.placed for header in headers if header.placed is not None]
    stored = headers[0].stored
    if stored is None or len(placed) != len(headers):
        raise Unfit("cannot be used")
    turned = _turned(headers[0])
    normal = np.cross(turned.right, turned.down)
    if _angle_deg(normal, 2) > _AXIAL_DEG:
        raise NotAxial
    axes = np.array([(*place.right, *place.down) for place in placed])
    if np.abs(axes - axes[0]).max() > _SAME_AXIS:
        raise Unfit("has slices of different orientation; export a series from one acquisition")
    firsts = np.array([place.first_mm for place in placed])
    along = firsts @ normal
    order = np.argsort(along, kind="stable")
    groups = _groups(order, along)
    _check_size(len(groups), turned.shape)
    kept = np.array([group[0] for group in groups])
    places = along[kept] - along[kept[0]]
    _check_gaps(places)
    thickness = _thickness(np.array([place.thickness_mm for place in placed]))
    up, start = _leaning(firsts[kept], places, normal)
    lattice = replace(
        turned,
        slices=tuple(headers[i] for i in kept),
        copies=tuple(tuple(headers[i] for i in group[1:]) for group in groups),
        shape=(len(groups), *turned.shape[1:]),
        places_mm=places,
        origin=turned.origin - firsts[0] + start,
        up=up,
        thickness_mm=thickness,
    )
    if lattice.tilt_deg > MOST_TILT_DEG:
        raise Unfit(f"is tilted by {lattice.tilt_deg:.1f} degrees; up to {MOST_TILT_DEG:.0f} are straightened")
    if max(lattice.pixel_mm) / min(lattice.pixel_mm) > _MOST_ELONGATED:
        raise Unfit(f"has pixels of {lattice.pixel_mm[0]:.3g} x {lattice.pixel_mm[1]:.3g} mm, too far from square")
    return lattice


def _turned(header: Header) -> Lattice:
    """Return a lattice of one slice, rows and columns turned along the patient's axes."""
    placed, stored = header.placed, header.stored
    assert placed is not None
    assert stored is not None
    right, down = np.array(placed.right), np.array(placed.down)
    rows, columns = stored.rows, stored.columns
    dy, dx = placed.spacing_mm
    origin = np.array(placed.first_mm)
    transposed = abs(right[1]) > abs(right[0])
    if transposed:
        right, down, rows, columns, dy, dx = down, right, columns, rows, dx, dy
    flip_columns, flip_rows = bool(right[0] < 0), bool(down[1] < 0)
    if flip_columns:
        origin, right = origin + (columns - 1) * dx * right, -right
    if flip_rows:
        origin, down = origin + (rows - 1) * dy * down, -down
    return Lattice(
        (header,), ((),), bool(transposed), flip_rows, flip_columns, (1, rows, columns), (dy, dx), np.zeros(1), origin,
        right, down, np.cross(right, down), 0.0,
    )  # fmt: skip


def _groups(order: np.ndarray, along: np.ndarray) -> list[list[int]]:
    """Return the slices from the lowest to the highest, those of one place together."""
    groups: list[list[int]] = []
    for i in order.tolist():
        if groups and along[i] - along[groups[-1][0]] < _SAME_MM:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _check_size(count: int, shape: tuple[int, int, int]) -> None:
    if count < LEAST_SLICES:
        raise Unfit(f"has {counted(count, 'slice')}; a chest CT of at least {LEAST_SLICES} is expected")
    if count > MOST_SLICES or count * shape[1] * shape[2] > MOST_VOXELS:
        raise Unfit(
            f"has {count:,} slices of {shape[1]} x {shape[2]} pixels, more than {MOST_SLICES:,} slices or "
            f"{MOST_VOXELS // 1_000_000} million voxels; export a thicker reconstruction"
        )


def _check_gaps(places: np.ndarray) -> None:
    """Raise `Unfit` unless the slices are about equally far apart, and as far as is usual."""
    gaps = np.diff(places)
    usual = float(np.median(gaps))
    if gaps.max() > 1.5 * usual:
        at = int(np.argmax(gaps > 1.5 * usual))
        lacking = int(np.sum(np.round(gaps[gaps > 1.5 * usual] / usual) - 1))
        raise Unfit(
            f"lacks {counted(lacking, 'slice')}, the first {places[at] + usual:.1f} mm above its lowest slice; "
            "export the whole series again"
        )
    mean = float(gaps.mean())
    if np.abs(gaps - mean).max() > _MOST_UNEQUAL * mean + _ROUNDING_MM:
        raise Unfit(
            f"has slices {gaps.min():.2f} to {gaps.max():.2f} mm apart; distances within "
            f"{100 * _MOST_UNEQUAL:.0f} % of each other are evened out"
        )
    if not _LEAST_MM / _ABOUT <= mean <= _MOST_MM * _ABOUT:
        raise Unfit(
            f"has slices {millimetres(mean)} apart; {_LEAST_MM} to {_MOST_MM:.0f} mm are read, so choose another "
            "reconstruction"
        )
    if places[-1] < LEAST_COVER_MM:
        raise Unfit(f"covers {places[-1]:.0f} mm of the patient; a whole chest is expected")


def _thickness(thicknesses: np.ndarray) -> float:
    """Return how thick the slices are; 0 if it is not told."""
    usual = float(np.median(thicknesses))
    if usual == 0.0:
        return 0.0
    if np.abs(thicknesses - usual).max() > _MOST_UNEQUAL * usual:
        raise Unfit("has slices of different thickness; choose a series from one reconstruction")
    if not _LEAST_MM / _ABOUT <= usual <= _MOST_MM * _ABOUT:
        raise Unfit(f"has slices {millimetres(usual)} thick; {_LEAST_MM} to {_MOST_MM:.0f} mm are read")
    return usual


def _leaning(firsts: np.ndarray, places: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the step between slices per mm along the normal, and where the lowest begins; all lie on one line."""
    centred = places - places.mean()
    up = (centred[:, None] * (firsts - firsts.mean(axis=0))).sum(axis=0) / (centred**2).sum()
    up += normal * (1.0 - up @ normal)
    start = (firsts - places[:, None] * up).mean(axis=0)
    astray = np.linalg.norm(firsts - start - places[:, None] * up, axis=1)
    if astray.max() > 1.0:
        at = int(np.argmax(astray))
        raise Unfit(
            f"has a slice {places[at]:.1f} mm above its lowest that lies {astray[at]:.1f} mm beside the others; "
            "export the series again"
        )
    return up, start
