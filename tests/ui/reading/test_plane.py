"""Planes, slabs and their places."""

import numpy as np
import pytest

from trainer.chest.display import plane, slab
from trainer.ui.reading.plane import EMPTY_HU, Lattice
from trainer.ui.reading.scan import Ask

NAME = ("", 3)
LATTICE = Lattice((9, 6, 7), (2.0, 0.5, 0.75), (-20.0, 5.0, -3.0))
VOLUME = np.random.default_rng(4).integers(-1000, 1000, LATTICE.shape).astype(np.int16)
ALL = np.ones(9, bool)


@pytest.mark.parametrize("orientation", ["axial", "coronal", "sagittal"])
def test_every_pixel_shows_the_voxel_at_its_place(orientation):
    for index in range(LATTICE.count(orientation)):
        frame = LATTICE.picture(Ask(NAME, index, orientation), VOLUME, ALL)
        for row in range(frame.hu.shape[0]):
            for column in range(frame.hu.shape[1]):
                place = frame.place_mm(row, column)
                z, y, x = (
                    round((p - o) / s) for p, o, s in zip(place, LATTICE.origin_mm, LATTICE.spacing_mm, strict=True)
                )
                assert frame.hu[row, column] == VOLUME[z, y, x]
                assert frame.pixel_of(place) == pytest.approx((row, column))


@pytest.mark.parametrize("orientation", ["axial", "coronal", "sagittal"])
def test_positions_and_indices_agree_and_end_at_the_ends(orientation):
    last = LATTICE.count(orientation) - 1
    for index in range(last + 1):
        assert LATTICE.index_at(orientation, LATTICE.position_mm(orientation, index)) == index
    assert LATTICE.index_at(orientation, -1e4) == 0
    assert LATTICE.index_at(orientation, 1e4) == last


def test_a_slab_goes_through_the_planes_of_its_thickness():
    assert LATTICE.planes_of(Ask(NAME, 4)) == range(4, 5)
    assert LATTICE.planes_of(Ask(NAME, 4, slab_mm=6.0)) == range(3, 6)
    assert LATTICE.planes_of(Ask(NAME, 4, slab_mm=8.0)) == range(3, 7)
    assert LATTICE.planes_of(Ask(NAME, 0, slab_mm=6.0)) == range(2)
    assert LATTICE.planes_of(Ask(NAME, 8, slab_mm=6.0)) == range(7, 9)
    assert LATTICE.planes_of(Ask(NAME, 3, "sagittal", slab_mm=2.25)) == range(2, 5)
    assert LATTICE.slices_of(Ask(NAME, 3, "sagittal", slab_mm=2.25)) == range(9)


@pytest.mark.parametrize("kind", ["mean", "maximum", "minimum"])
@pytest.mark.parametrize("orientation", ["axial", "coronal", "sagittal"])
def test_slabs_are_those_of_the_display(orientation, kind):
    ask = Ask(NAME, 3, orientation, slab_mm=3 * LATTICE.spacing_mm[("axial", "coronal", "sagittal").index(orientation)])
    frame = LATTICE.picture(Ask(**{**ask.__dict__, "slab": kind}), VOLUME, ALL)
    assert np.array_equal(frame.hu, slab(VOLUME, orientation, 2, 4, kind))


@pytest.mark.parametrize("slab_mm", [0.0, 3.0])
@pytest.mark.parametrize("orientation", ["coronal", "sagittal"])
def test_rows_that_are_not_there_are_empty_and_said(orientation, slab_mm):
    there = ALL.copy()
    there[[0, 5]] = False
    ask = Ask(NAME, 3, orientation, slab_mm=slab_mm)
    part, whole = LATTICE.picture(ask, VOLUME, there), LATTICE.picture(ask, VOLUME, ALL)
    assert whole.complete and not part.complete
    assert (part.hu[[8, 3]] == EMPTY_HU).all()  # head up: slice 0 is the last row
    rows = [0, 1, 2, 4, 5, 6, 7]
    assert np.array_equal(part.hu[rows], whole.hu[rows])


def test_pictures_cannot_be_written_to_and_leave_the_volume_as_it_was():
    volume = VOLUME.copy()
    frame = LATTICE.picture(Ask(NAME, 2), volume, ALL)
    assert np.array_equal(frame.hu, plane(VOLUME, "axial", 2))
    with pytest.raises(ValueError, match="read-only"):
        frame.hu[0, 0] = 1
    volume[2] = 7
    assert np.array_equal(frame.hu, plane(VOLUME, "axial", 2)) and frame.hu.base is None
