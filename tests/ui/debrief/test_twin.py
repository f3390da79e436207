"""The time-lapse of both courses, with pictures that stand in for drawn ones."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QSlider

from tests.ui.debrief.example import DEBRIEF, TWIN
from trainer.ui.debrief.curve import CurvePlot
from trainer.ui.debrief.lapse import MINE, THEIRS, Lapse, told
from trainer.ui.debrief.probe import Probe, probed
from trainer.ui.debrief.twin import PicturePane, TwinView
from trainer.ui.reading.scan import Ask, Frame

COUNT = 90


class Pictures(QObject):
    """Pictures that are ready when the test says so."""

    arrived = Signal(object)
    ready_changed = Signal()

    def __init__(self):
        super().__init__()
        self.ready, self.drawn, self.wanted, self.scans, self.probes = True, set(), [], [], []

    def set_scans(self, scans):
        self.scans = [scan.name for scan in scans]

    def count(self, name, plane):
        return COUNT if name in self.scans else 0

    def want(self, asks):
        self.wanted = list(asks)

    def now(self, ask):
        if ask not in self.drawn:
            return None
        return Frame(ask, np.full((8, 8), -700, np.int16), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

    def truth(self, ask, then):
        self.probes.append((ask, then))

    def draw(self, *asks):
        for ask in asks:
            self.drawn.add(ask)
            self.arrived.emit(ask)


@pytest.fixture
def pictures(qtbot):
    return Pictures()


@pytest.fixture
def view(qtbot, pictures):
    made = TwinView()
    qtbot.addWidget(made)
    made.show_twin(TWIN, DEBRIEF.person)
    made.set_pictures(pictures)
    made.show()
    yield made
    made.rest()


def day_slider(view):
    return view.findChild(QSlider, "twin_day")


def words(view, name):
    return view.findChild(PicturePane, name).accessibleDescription()


def test_every_day_of_both_courses_is_a_scan_in_one_breath_hold():
    scans = Lapse(TWIN, DEBRIEF.person).scans()
    assert {scan.name for scan in scans} == {(MINE, day) for day in (0, 7, 14, 21)} | {(THEIRS, d) for d in (0, 7, 14)}
    assert len({scan.visit_key for scan in scans}) == 1


def test_the_slider_scrubs_both_courses_at_one_slice(view, pictures):
    day_slider(view).setValue(1)
    mine, theirs = Ask((MINE, 7), COUNT // 2), Ask((THEIRS, 7), COUNT // 2)
    assert pictures.wanted[:2] == [mine, theirs]
    assert [ask.scan[1] for ask in pictures.wanted[2:]] == [14, 14]  # what comes next is drawn ahead
    assert "being drawn" in words(view, "twin_mine")
    pictures.draw(mine)
    assert "being drawn" not in words(view, "twin_mine") and "being drawn" in words(view, "twin_theirs")
    assert "slice 46 of 90" in words(view, "twin_mine") and "SIMULATED" in words(view, "twin_mine")
    assert view.findChild(QLabel, "twin_line").text() == told(TWIN.days[1])


def test_after_death_there_is_no_picture_and_the_curves_end(view):
    day_slider(view).setValue(3)
    assert "has died" in words(view, "twin_theirs") and "has died" not in words(view, "twin_mine")
    curve = view.findChild(CurvePlot, "curve_filled")
    assert "yours 79, twin dead" in curve.accessibleDescription()


def test_both_panes_scroll_together_within_the_scan(view, pictures):
    view.findChild(PicturePane, "twin_mine").scrolled.emit(3)
    assert {ask.index for ask in pictures.wanted} == {COUNT // 2 + 3}
    view.step(1000)
    assert view.index == COUNT - 1
    view.step(-1000)
    assert view.index == 0


def test_slices_are_scrolled_by_wheel_and_keys(qtbot, view):
    pane = view.findChild(PicturePane, "twin_theirs")
    begun = view.index
    for key, steps in ((Qt.Key.Key_Up, 1), (Qt.Key.Key_PageUp, 11), (Qt.Key.Key_PageDown, 1), (Qt.Key.Key_Down, 0)):
        qtbot.keyClick(pane, key)
        assert view.index == begun + steps
    turn = QWheelEvent(
        QPointF(5, 5), pane.mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane, turn)
    assert view.index == begun + 2


def test_it_begins_where_the_first_day_shows_most(view, pictures):
    assert [ask.index for ask, _ in pictures.probes] == probed(COUNT)
    for n, (_, then) in enumerate(pictures.probes):
        then({1: np.ones((n if n < 9 else 1, 4), bool)})
    assert view.index == pictures.probes[8][0].index


def test_a_scan_without_disease_says_nothing(pictures):
    found = []
    pictures.set_scans(Lapse(TWIN, DEBRIEF.person).scans())
    Probe(pictures, (MINE, 0), found.append)
    for _, then in pictures.probes:
        then({})
    assert found == [] and len(pictures.probes) == len(set(probed(COUNT))) > 8


def test_a_slice_that_was_chosen_stays(view, pictures):
    view.step(2)
    for _, then in pictures.probes:
        then({1: np.ones((4, 4), bool)})
    assert view.index == COUNT // 2 + 2


def test_play_waits_for_pictures_and_halts_at_the_end(qtbot, view, pictures):
    play, slider, beat = view.findChild(QPushButton, "twin_play"), day_slider(view), view.findChild(QTimer)
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert beat.isActive() and play.text() == "Pause"
    beat.timeout.emit()
    assert slider.value() == 0  # nothing is drawn yet
    for at in range(3):
        pictures.draw(*[ask for ask in Lapse(TWIN, DEBRIEF.person).asks(at, view.index) if ask is not None])
        beat.timeout.emit()
        assert slider.value() == at + 1
    assert not beat.isActive() and play.text() == "Play"


def test_it_halts_when_nobody_looks(qtbot, view):
    view.toggle()
    view.hide()
    assert not view.findChild(QTimer).isActive()


def test_without_a_twin_it_says_so(qtbot):
    view = TwinView()
    qtbot.addWidget(view)
    view.show_twin(None, DEBRIEF.person)
    assert "no twin" in view.findChild(QLabel, "twin_words").text()
    assert view.findChild(QSlider, "twin_day").isHidden()
