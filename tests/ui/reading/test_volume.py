"""Volumes that fill slice by slice, and how many are kept."""

import numpy as np
import pytest

from trainer.ui.reading.plane import Lattice
from trainer.ui.reading.scan import Ask
from trainer.ui.reading.volume import Volume, Volumes

NAME = ("", 0)
LATTICE = Lattice((40, 8, 8), (1.0, 0.7, 0.7), (0.0, 0.0, 0.0))


def slice_of(index):
    return np.full((8, 8), index, np.int16)


@pytest.fixture
def volume():
    return Volume((NAME, "lung"), LATTICE)


def test_slices_are_given_out_when_they_are_there(volume):
    assert volume.frame(Ask(NAME, 7)) is None and volume.nearest(7) is None
    volume.put(7, slice_of(7))
    volume.put(30, slice_of(30))
    assert (volume.frame(Ask(NAME, 7)).hu == 7).all()
    assert volume.frame(Ask(NAME, 7)) is volume.frame(Ask(NAME, 7))
    assert (volume.nearest(12), volume.nearest(25), volume.nearest(39)) == (7, 30, 30)
    assert volume.missing(7, 4) == [6, 8, 5, 9]
    assert volume.left == 38 and volume.share == pytest.approx(0.05)


def test_a_slice_that_is_there_is_not_written_again(volume):
    volume.put(7, slice_of(7))
    frame = volume.frame(Ask(NAME, 7))
    volume.put(7, slice_of(1))
    assert (frame.hu == 7).all() and volume.left == 39


def test_an_axial_slab_waits_for_its_slices_alone(volume):
    ask = Ask(NAME, 20, slab_mm=3.0, slab="maximum")
    for index in (19, 21):
        volume.put(index, slice_of(index))
        assert volume.frame(ask) is None
    volume.put(20, slice_of(20))
    assert (volume.frame(ask).hu == 21).all()


def test_a_coronal_picture_is_made_anew_as_slices_come_and_is_final_at_the_end(volume):
    ask = Ask(NAME, 4, "coronal")
    assert volume.frame(ask) is None
    volume.put(0, slice_of(0))
    first = volume.frame(ask)
    assert not first.complete and volume.frame(ask) is first
    for index in range(1, 39):
        volume.put(index, slice_of(index))
    later = volume.frame(ask)
    assert later is not first and not later.complete and (later.hu[1:] > -1024).all()
    volume.put(39, slice_of(39))
    final = volume.frame(ask)
    assert final.complete and volume.frame(ask) is final
    assert np.array_equal(final.hu[:, 0], np.arange(39, -1, -1))


def test_few_pictures_are_kept(volume):
    for index in range(40):
        volume.put(index, slice_of(index))
    first = volume.frame(Ask(NAME, 0))
    for index in range(1, 40):
        volume.frame(Ask(NAME, index))
    again = volume.frame(Ask(NAME, 0))
    assert again is not first and np.array_equal(again.hu, first.hu)


def test_thick_slabs_across_the_slices_are_dear(volume):
    assert volume.dear(Ask(NAME, 4, "sagittal", slab_mm=5.0))
    assert not volume.dear(Ask(NAME, 4, "sagittal"))
    assert not volume.dear(Ask(NAME, 4, slab_mm=8.0))
    assert volume.dear(Ask(NAME, 4, slab_mm=30.0))


def test_the_least_recently_used_volume_goes_first():
    volumes = Volumes(most=2)
    a, b, c = [((("", day), "lung")) for day in (1, 2, 3)]
    first = volumes.open(a, LATTICE, set())
    volumes.open(b, LATTICE, set())
    assert volumes.get(a) is first
    volumes.open(c, LATTICE, set())
    assert volumes.get(a) is first and volumes.get(b) is None and volumes.get(c) is not None


def test_what_is_on_show_is_not_dropped():
    volumes = Volumes(most=2)
    sources = [(("", day), "soft") for day in range(4)]
    for source in sources:
        volumes.open(source, LATTICE, set(sources[:3]))
    assert [volume.source for volume in volumes] == [*sources[:3], sources[3]]
    volumes.open((("", 9), "soft"), LATTICE, set())
    assert len(list(volumes)) == 2


def test_a_scan_is_forgotten_with_both_kernels():
    volumes = Volumes()
    for source in ((NAME, "lung"), (NAME, "soft"), (("", 5), "lung")):
        volumes.open(source, LATTICE, set())
    volumes.drop(NAME)
    assert [volume.source for volume in volumes] == [(("", 5), "lung")]
    volumes.clear()
    assert not list(volumes)
