"""Pictures of a coarse chest: what is drawn when, what is given out meanwhile, and what is kept."""

import threading
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QThread

from tests.chest.example import EXAMPLES
from trainer.chest.anatomy.build import anatomy_of
from trainer.chest.display import linked_mm, plane, slab
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import Person
from trainer.knowledge.statement import Mark
from trainer.reasoning.mark import block_about, lesion_at
from trainer.ui.reading.pictures import Pictures
from trainer.ui.reading.scan import Ask, Scan
from trainer.ui.work import Call, Lane, Priority

PERSON = Person(42, "F", 61.0, 165.0, 70.0)
SCALE = 4
PROTOCOL = Protocol(matrix=96, spacing_mm=4.0)
RADIUS_MM = 10.0
STATES = ("cop", "cop treated", "fungal", "infarct", "bacterial", "cep")
SCANS = [Scan(30 * n, EXAMPLES[name], 1000 + n) for n, name in enumerate(STATES)]
A, B = SCANS[0].name, SCANS[1].name


class Hands:
    """A lane whose jobs are done one at a time, when the test says so."""

    def __init__(self):
        self.queue = []
        self.done = []

    def run(self, job, then, failed, *, priority=Priority.SHOWN, progress=None):
        call = Call(progress or (lambda share, text: None), lambda: False)
        self.queue.append((int(priority), len(self.done) + len(self.queue), job, then, failed, call))
        return call

    @property
    def left(self):
        self.queue = [one for one in self.queue if not one[5].cancelled()]
        return len(self.queue)

    def begin(self):
        """Do the most wanted job and return what hands its answer over."""
        assert self.left
        one = min(self.queue, key=lambda entry: entry[:2])
        self.queue.remove(one)
        priority, _, job, then, failed, call = one
        try:
            result = job(call)
        except Exception as error:
            hand = partial(failed, error)
        else:
            hand = partial(then, result)
        self.done.append(priority)
        return lambda: None if call.cancelled() else hand()

    def step(self, number=1):
        for _ in range(number):
            if self.left:
                self.begin()()

    def all(self):
        while self.left:
            self.step()


@pytest.fixture(scope="module")
def chest(home):
    return anatomy_of(PERSON, scale=SCALE)


@pytest.fixture
def hands(qapp, chest):
    return Hands()


@pytest.fixture
def drawn(monkeypatch):
    """The slices that were drawn, as day and index."""
    order = []
    own = Series.slice

    def noted(self, index):
        order.append((self.visit_key, self.protocol.kernel, index))
        return own(self, index)

    monkeypatch.setattr(Series, "slice", noted)
    return order


@pytest.fixture
def pictures(hands):
    made = Pictures(hands, protocol=PROTOCOL)
    made.open_patient(PERSON, SCALE, RADIUS_MM)
    hands.all()
    made.set_scans(SCANS)
    yield made
    made.close()
    assert hands.left == 0


def series_of(chest, scan, kernel="lung"):
    return Series(chest, scan.state, replace(PROTOCOL, kernel=kernel), scan.visit_key)


def test_before_the_chest_is_there_nothing_is_shown_and_nothing_breaks(hands):
    pictures = Pictures(hands, protocol=PROTOCOL)
    changes = []
    pictures.ready_changed.connect(lambda: changes.append(pictures.ready))
    pictures.set_scans(SCANS[:1])
    pictures.want([Ask(A, 3)])
    pictures.want_whole(A, "lung")
    assert not pictures.ready and pictures.count(A, "axial") == 0 and pictures.now(Ask(A, 3)) is None
    with pytest.raises(LookupError):
        pictures.spacing_mm(A)
    assert hands.left == 0
    pictures.open_patient(PERSON, SCALE)
    assert pictures.building
    hands.step()
    assert pictures.ready and not pictures.building and changes == [True]
    assert pictures.count(A, "axial") > 20
    pictures.close()
    assert changes == [True, False] and pictures.scans == ()


@pytest.mark.parametrize("kernel", ["lung", "soft"])
def test_a_slice_is_that_of_the_series(pictures, hands, chest, kernel):
    ask = Ask(A, 30, kernel=kernel)
    arrived = []
    pictures.arrived.connect(arrived.append)
    pictures.want([ask])
    assert pictures.now(ask) is None
    hands.step(2)  # the drawing, the slice
    frame, series = pictures.now(ask), series_of(chest, SCANS[0], kernel)
    assert arrived == [ask] and frame.ask == ask
    assert np.array_equal(frame.hu, series.slice(30))
    assert pictures.position_mm(ask) == pytest.approx(series.position_mm(30)) == pytest.approx(frame.place_mm(0, 0)[0])
    assert pictures.spacing_mm(A) == series.spacing_mm


def test_all_of_what_is_shown_is_there_in_the_end(pictures, hands, chest):
    pictures.want([Ask(A, 30), Ask(B, 31)])
    hands.all()
    for scan in SCANS[:2]:
        series = series_of(chest, scan)
        for index in (0, 17, series.count - 1):
            assert np.array_equal(pictures.now(Ask(scan.name, index)).hu, series.slice(index))


def test_meanwhile_the_nearest_slice_or_the_other_kernel_stands_in(pictures, hands):
    pictures.want([Ask(A, 30)])
    hands.step(2)
    assert pictures.now(Ask(A, 50)).ask == Ask(A, 30)
    assert pictures.now(Ask(A, 30, slab_mm=12.0, slab="maximum")).ask == Ask(A, 30)
    assert pictures.now(Ask(A, 31, kernel="soft")).ask == Ask(A, 30)
    assert pictures.now(Ask(B, 30)) is None
    assert pictures.now(Ask(A, -1)) is None and pictures.now(Ask(A, 4000)) is None
    assert pictures.now(Ask(("", 7777), 1)) is None


def test_what_is_turned_to_waits_for_the_slice_in_work_alone(pictures, hands, drawn):
    pictures.want([Ask(A, 30)])
    hands.step(12)
    in_work = hands.begin()
    for index in (50, 55, 60):
        pictures.want([Ask(A, index)])
    in_work()
    before = len(drawn)
    hands.step()
    assert [index for _, _, index in drawn[before:]] == [60]
    assert pictures.now(Ask(A, 60)).ask == Ask(A, 60)
    hands.step(8)
    assert not {50, 55} & {index for _, _, index in drawn}


def test_a_pane_that_scrolls_faster_than_slices_come_does_not_keep_the_other_waiting(pictures, hands, drawn):
    pictures.want([Ask(A, 2), Ask(B, 2)])
    hands.step(4)
    drawn.clear()
    for index in range(10, 30):
        in_work = hands.begin()
        pictures.want([Ask(A, index), Ask(B, index)])
        in_work()
    keys = [key for key, _, _ in drawn]
    assert abs(keys.count(SCANS[0].visit_key) - keys.count(SCANS[1].visit_key)) <= 2


def test_no_more_than_two_errands_are_ever_queued(pictures, hands):
    for index in range(40):
        pictures.want([Ask(A, index), Ask(B, 40 - index)])
        assert hands.left <= 2
        if index % 3 == 0:
            hands.step()


def test_no_slice_is_drawn_twice(pictures, hands, drawn):
    for index in range(0, 60, 7):
        pictures.want([Ask(A, index), Ask(B, index, kernel="soft")])
        hands.step(5)
    hands.all()
    assert len(drawn) == len(set(drawn)) == 2 * pictures.count(A, "axial")


def test_coronal_and_sagittal_show_what_is_there_and_a_whole_volume_tells_how_far_it_is(pictures, hands, chest):
    progress, arrived = [], []
    pictures.progressed.connect(lambda share, text: progress.append((share, text)))
    pictures.arrived.connect(arrived.append)
    asks = [Ask(A, 40, "coronal"), Ask(A, 50, "sagittal"), Ask(A, 50, "sagittal", slab_mm=30.0, slab="maximum")]
    pictures.want(asks)
    pictures.want_whole(A, "lung")
    hands.step(8)
    assert not pictures.now(asks[0]).complete
    hands.all()
    shares = [share for share, _ in progress]
    assert shares == sorted(shares) and shares[-1] == 1.0 and "day 0" in progress[0][1]
    volume = series_of(chest, SCANS[0]).volume()
    for ask in asks[:2]:
        assert pictures.now(ask).complete and np.array_equal(pictures.now(ask).hu, plane(volume, ask.plane, ask.index))
    span = max(1, round(30.0 / pictures.spacing_mm(A)[2]))
    first = 50 - (span - 1) // 2
    frame = pictures.now(asks[2])
    assert frame.ask == asks[2]
    assert np.array_equal(frame.hu, slab(volume, "sagittal", first, first + span - 1, "maximum"))
    assert {ask.plane for ask in arrived[-3:]} == {"coronal", "sagittal"} and asks[2] in arrived


def test_an_axial_slab_comes_when_its_slices_are_there(pictures, hands, chest):
    ask = Ask(A, 30, slab_mm=20.0, slab="minimum")
    arrived = []
    pictures.arrived.connect(arrived.append)
    pictures.want([ask])
    hands.step(6)
    assert arrived == [ask]
    volume = np.stack([series_of(chest, SCANS[0]).slice(index) for index in range(28, 33)])
    assert np.array_equal(pictures.now(ask).hu, volume.min(axis=0))


def test_a_whole_volume_can_be_given_up_and_asked_for_again(pictures, hands):
    progress = []
    pictures.progressed.connect(lambda share, text: progress.append((share, text)))
    pictures.want([Ask(A, 50, "sagittal")])
    pictures.want_whole(A, "lung")
    hands.step(5)
    pictures.cancel_whole()
    hands.all()
    assert progress[-1] == (1.0, "") and not pictures.now(Ask(A, 50, "sagittal")).complete
    pictures.want_whole(A, "lung")
    hands.all()
    assert pictures.now(Ask(A, 50, "sagittal")).complete


def test_six_visits_keep_four_volumes_and_what_was_dropped_comes_again(pictures, hands, chest):
    for scan in SCANS:
        pictures.want([Ask(scan.name, 30)])
        hands.step(10)
    assert [pictures.now(Ask(scan.name, 30)) is None for scan in SCANS] == [True, True, False, False, False, False]
    pictures.want([Ask(A, 30)])
    hands.step(4)
    assert np.array_equal(pictures.now(Ask(A, 30)).hu, series_of(chest, SCANS[0]).slice(30))


def test_scans_that_stay_keep_their_slices_and_changed_ones_are_drawn_anew(pictures, hands, drawn):
    pictures.want([Ask(A, 30), Ask(B, 30)])
    hands.all()
    was = pictures.now(Ask(A, 30))
    same = Scan(0, replace(SCANS[0].state, opacities=SCANS[0].state.opacities.copy()), SCANS[0].visit_key)
    other = Scan(30, SCANS[2].state, SCANS[1].visit_key)
    drawn.clear()
    pictures.set_scans([same, other])
    assert pictures.now(Ask(A, 30)) is was and pictures.now(Ask(B, 30)) is None
    assert pictures.count(SCANS[4].name, "axial") == 0
    hands.all()
    assert {key for key, _, _ in drawn} == {SCANS[1].visit_key}
    assert pictures.now(Ask(B, 30)).ask == Ask(B, 30)


def test_a_scan_that_goes_takes_its_work_along(pictures, hands):
    pictures.want([Ask(A, 30), Ask(B, 30)])
    pictures.want_whole(B, "lung")
    hands.step(4)
    in_work = hands.begin()
    pictures.set_scans([SCANS[2]])
    in_work()
    assert hands.left == 0 and pictures.now(Ask(A, 30)) is None


def test_the_opacity_at_a_place_is_that_of_the_marking(pictures, hands, chest):
    series = series_of(chest, SCANS[0])
    index = 22
    label, mask = max(series.truth(index).items(), key=lambda one: one[1].sum())
    row, column = np.argwhere(mask)[mask.sum() // 2]
    frame_place = (
        series.position_mm(index),
        series.origin_mm[1] + row * series.pixel_mm,
        series.origin_mm[2] + column * series.pixel_mm,
    )
    outside = (series.position_mm(index), series.origin_mm[1], series.origin_mm[2])
    found = []
    pictures.opacity_at(A, frame_place, found.append)
    pictures.opacity_at(A, outside, found.append)
    hands.all()
    z, y, x = frame_place
    mark = Mark(z_mm=z, y_mm=y, x_mm=x, rating=1)
    assert sorted(found, key=str) == [lesion_at(mark, block_about(series, mark, RADIUS_MM), RADIUS_MM), None]
    assert found[0] == label or len(series.truth(index)) > 1


def test_pictures_come_between_the_slices_of_a_search(pictures, hands):
    pictures.want([Ask(A, 30)])
    hands.step(2)
    found = []
    pictures.opacity_at(A, (pictures.position_mm(Ask(A, 30)), 0.0, 0.0), found.append)
    pictures.want([Ask(A, 45)])
    hands.step()
    assert pictures.now(Ask(A, 45)).ask == Ask(A, 45) and not found
    hands.all()
    assert len(found) == 1


def test_without_a_radius_nothing_is_searched(hands):
    pictures = Pictures(hands, protocol=PROTOCOL)
    pictures.open_patient(PERSON, SCALE)
    found = []
    pictures.opacity_at(A, (0.0, 0.0, 0.0), found.append)
    assert found == [None]
    pictures.close()


def test_the_truth_of_a_slice(pictures, hands, chest):
    found = []
    pictures.truth(Ask(A, 22), found.append)
    pictures.truth(Ask(A, 22, "coronal"), found.append)
    hands.all()
    expected = series_of(chest, SCANS[0]).truth(22)
    assert found[0] == {} and found[1].keys() == expected.keys()
    assert all(np.array_equal(found[1][label], mask) for label, mask in expected.items())


def test_places_are_linked_through_both_visits(pictures, chest):
    here, there = series_of(chest, SCANS[0]), series_of(chest, SCANS[1])
    place = (here.position_mm(30), 10.0, -60.0)
    assert pictures.linked_mm(place, A, B) == linked_mm(place, here.deformation, there.deformation)
    assert pictures.linked_mm(place, A, A) == place
    assert pictures.linked_index(Ask(A, 30), A) == 30
    onward = pictures.linked_index(Ask(A, 30), B)
    assert abs(pictures.linked_index(Ask(B, onward), A) - 30) <= 1
    assert pictures.index_at(A, "axial", place) == 30


def test_what_cannot_be_drawn_is_said_once_and_the_rest_goes_on(pictures, hands, monkeypatch):
    own = Series.slice

    def breaks(self, index):
        if index == 30:
            raise RuntimeError("no such slice today")
        return own(self, index)

    monkeypatch.setattr(Series, "slice", breaks)
    said = []
    pictures.failed.connect(said.append)
    pictures.want([Ask(A, 30)])
    hands.all()
    assert len(said) == 1 and "day 0" in said[0] and "no such slice" in said[0]
    assert pictures.now(Ask(A, 30)).ask.index in {29, 31}


def test_a_chest_that_cannot_be_built_is_said(hands, monkeypatch):
    def breaks(*_):
        raise OSError("no room on the disk")

    monkeypatch.setattr("trainer.ui.reading.pictures.anatomy_of", breaks)
    pictures = Pictures(hands, protocol=PROTOCOL)
    said = []
    pictures.failed.connect(said.append)
    pictures.open_patient(PERSON, SCALE)
    hands.all()
    assert said == ["The chest cannot be built: no room on the disk"] and not pictures.building


def test_in_a_real_lane_building_tells_and_stops_and_answers_come_on_the_windows_thread(qtbot, chest):
    lane = Lane("chest")
    pictures = Pictures(lane, protocol=PROTOCOL)
    progress, threads = [], set()
    pictures.progressed.connect(lambda share, text: progress.append((share, text)))
    pictures.arrived.connect(lambda ask: threads.add(QThread.currentThread().isMainThread()))
    other = Person(43, "M", 55.0, 180.0, 80.0)
    pictures.open_patient(other, SCALE)
    qtbot.waitUntil(lambda: any(share > 0 for share, _ in progress), timeout=60_000)
    pictures.cancel_building()
    assert progress[-1] == (1.0, "") and not pictures.building
    pictures.open_patient(PERSON, SCALE)
    qtbot.waitUntil(lambda: pictures.ready, timeout=60_000)
    pictures.set_scans(SCANS)
    pictures.want([Ask(A, 30), Ask(B, 30)])
    qtbot.waitUntil(lambda: pictures.now(Ask(B, 30)) is not None, timeout=60_000)
    pictures.close()
    lane.close()
    assert threads == {True}
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("chest")]
