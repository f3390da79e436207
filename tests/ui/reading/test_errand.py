"""What is drawn next."""

import itertools

import numpy as np

from trainer.ui.reading.errand import Errand, Want, errands, moved
from trainer.ui.reading.plane import Lattice
from trainer.ui.reading.scan import Ask
from trainer.ui.reading.volume import Volume
from trainer.ui.work import Priority

LATTICE = Lattice((60, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
A, B = ("", 1), ("", 2)


class Bench:
    """Volumes of which some slices are there."""

    def __init__(self, *, drawn=True):
        self.volumes = {}
        self.drawn = drawn

    def volume(self, source):
        return self.volumes.setdefault(source, Volume(source, LATTICE))

    def next(self, wants, number, whole=(), halted=()):
        out = []
        for priority, errand in errands(wants, whole, halted, self.volume, lambda source: self.drawn):
            if (errand.source, errand.index) not in [(e.source, e.index) for _, e in out]:
                out.append((priority, errand))
        return out[:number]

    def fill(self, wants, number, whole=(), halted=()):
        """Draw one after the other and return the slices in order."""
        order = []
        for _ in range(number):
            found = self.next(wants, 1, whole, halted)
            if not found:
                break
            errand = found[0][1]
            self.volume(errand.source).put(errand.index, np.zeros((4, 4), np.int16))
            order.append((errand.source[0][1], errand.index))
        return order


def test_the_drawing_comes_before_any_slice():
    want = Want(Ask(A, 30))
    assert Bench(drawn=False).next([want], 9) == [(Priority.SHOWN, Errand((A, "lung"), None))]


def test_what_is_shown_comes_first_in_every_pane_then_what_lies_beside_it():
    wants = [Want(Ask(A, 30)), Want(Ask(B, 40))]
    found = Bench().next(wants, 6)
    assert found[:2] == [
        (Priority.SHOWN, Errand((A, "lung"), 30)),
        (Priority.SHOWN, Errand((B, "lung"), 40)),
    ]
    assert {(e.source[0], e.index) for _, e in found[2:]} == {(A, 31), (B, 41), (A, 29), (B, 39)}
    assert all(priority == Priority.NEXT for priority, _ in found[2:])


def test_scrolling_is_gone_ahead_of():
    upwards = Bench().fill([Want(Ask(A, 30), 1)], 13)
    assert [index for _, index in upwards] == [30, 31, 29, 32, 28, *range(33, 41)]
    downwards = Bench().fill([Want(Ask(A, 30), -1)], 13)
    assert [index for _, index in downwards] == [30, 31, 29, 32, 28, *range(27, 19, -1)]


def test_all_of_what_is_shown_is_filled_in_the_end_turn_by_turn():
    bench = Bench()
    order = bench.fill([Want(Ask(A, 30)), Want(Ask(B, 40))], 500)
    assert len(order) == 120 and len(set(order)) == 120
    assert all(volume.left == 0 for volume in bench.volumes.values())
    assert bench.next([Want(Ask(A, 30))], 5) == []
    late = [index for day, index in order if day == 1][20:]
    assert all(abs(b - 30) >= abs(a - 30) for a, b in itertools.pairwise(late))


def test_a_slab_asks_for_its_slices_from_the_middle_and_goes_on_beyond_its_edges():
    order = [index for _, index in Bench().fill([Want(Ask(A, 30, slab_mm=5.0))], 7)]
    assert order[0] == 30 and sorted(order[:5]) == [28, 29, 30, 31, 32] and sorted(order[5:]) == [27, 33]


def test_a_whole_volume_comes_after_what_is_shown_and_before_the_rest():
    bench = Bench()
    bench.fill([Want(Ask(A, 30))], 11)
    found = bench.next([Want(Ask(A, 30))], 1, whole=[(B, "soft")])
    assert found == [(Priority.NEXT, Errand((B, "soft"), 30))]


def test_what_was_halted_is_not_filled_beyond_its_neighbours():
    bench = Bench()
    order = bench.fill([Want(Ask(A, 30))], 500, halted=[(A, "lung")])
    assert sorted(index for _, index in order) == list(range(25, 36))


def test_the_ends_of_a_series_are_ends():
    order = [index for _, index in Bench().fill([Want(Ask(A, 59), 1)], 3)]
    assert order == [59, 58, 57]


def test_the_direction_is_that_of_the_pane_and_stays_while_it_stands():
    first = moved([Ask(A, 10), Ask(B, 20)], [])
    assert [want.step for want in first] == [0, 0]
    second = moved([Ask(A, 11), Ask(B, 18)], first)
    assert [want.step for want in second] == [1, -1]
    third = moved([Ask(B, 18), Ask(A, 11)], second)
    assert [want.step for want in third] == [-1, 1]
    soft = moved([Ask(A, 11, kernel="soft")], third)
    assert [want.step for want in soft] == [0]
