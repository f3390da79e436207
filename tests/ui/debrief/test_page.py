"""The page of the debrief, with a debrief made by hand."""

from dataclasses import replace
from threading import Event

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QTextBrowser,
    QWidget,
)

from tests.ui.debrief.example import DEBRIEF, FEEDBACK, SHEET, VISITS
from trainer.core.error import BadInput
from trainer.encounter.run import Header, Run
from trainer.ui import theme
from trainer.ui.debrief import page as module
from trainer.ui.debrief.belief import BeliefChart
from trainer.ui.debrief.choice import ChoiceList
from trainer.ui.debrief.dial import DialList
from trainer.ui.debrief.feedback import FeedbackView
from trainer.ui.debrief.page import DebriefPage
from trainer.ui.debrief.truth import TruthView
from trainer.ui.reading.scan import Scan
from trainer.ui.work import Cancelled, Lanes

RUN = Run(header=Header(case="wandering-shadows", seed=3))


class Thinker:
    """Stands in for what scores: gives nothing to score with, or complains."""

    def __init__(self, complaint=None):
        self.complaint = complaint
        self.asked = []

    def scorer(self, run, policy, call):
        self.asked.append((run, policy))
        if self.complaint is not None:
            raise self.complaint
        return None, None


@pytest.fixture
def lanes(qtbot):
    made = Lanes()
    yield made
    made.close()


@pytest.fixture
def page(qtbot, lanes):
    made = DebriefPage(lanes, Thinker())
    qtbot.addWidget(made)
    made.resize(1366, 730)
    made.show()
    yield made
    made.rest()


def child(page, kind, name):
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def test_the_debrief_is_made_in_the_mind_lane_and_told_to_the_page(qtbot, lanes, monkeypatch):
    told = []

    def make(examiner, session, tell, where):
        tell(0.5, "weighing")
        return DEBRIEF

    monkeypatch.setattr(module, "debrief_of", make)
    thinker = Thinker()
    page = DebriefPage(lanes, thinker)
    qtbot.addWidget(page)
    page.done.connect(told.append)
    page.open_run(RUN)
    assert page.debrief is None
    qtbot.waitUntil(lambda: page.debrief is not None)
    assert told == [DEBRIEF] and thinker.asked == [(RUN, "default")]
    assert "41 of 100" in child(page, QLabel, "debrief_title").text()


def test_work_can_be_cancelled_and_begun_again(qtbot, lanes, monkeypatch):
    stopped, pause = [], Event()

    def make(examiner, session, tell, where):
        try:
            while True:
                tell(0.1, "weighing the choices")
                pause.wait(0.01)
        except Cancelled:
            stopped.append(True)
            raise

    monkeypatch.setattr(module, "debrief_of", make)
    page = DebriefPage(lanes, Thinker())
    qtbot.addWidget(page)
    page.show()
    page.open_run(RUN)
    qtbot.waitUntil(lambda: child(page, QProgressBar, "debrief_progress").value() == 100)
    qtbot.mouseClick(child(page, QPushButton, "cancel_debrief"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(stopped))
    assert page.debrief is None and child(page, QLabel, "debrief_line").text() == "The debrief was stopped."
    monkeypatch.setattr(module, "debrief_of", lambda examiner, session, tell, where: DEBRIEF)
    qtbot.mouseClick(child(page, QPushButton, "retry_debrief"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.debrief is DEBRIEF)


def test_a_run_that_cannot_be_played_again_says_why(qtbot, lanes):
    page = DebriefPage(lanes, Thinker(BadInput("event 3 of the run cannot have happened")))
    qtbot.addWidget(page)
    page.open_run(RUN)
    line = child(page, QLabel, "debrief_line")
    qtbot.waitUntil(lambda: "event 3" in line.text())
    assert not child(page, QPushButton, "retry_debrief").isHidden()


def test_a_dial_that_is_chosen_shows_its_items(qtbot, page):
    page.show_debrief(DEBRIEF)
    dials, items = child(page, DialList, "dial_list"), child(page, QTextBrowser, "items")
    assert [dials.item(row).text() for row in range(dials.count())] == [
        "Overall 41 of 100",
        "perception: 75 of 100, standard error 12",
        "diagnosis: 20 of 100, standard error 30",
    ]
    assert "SAFETY GATE FAILED" in items.toPlainText()
    qtbot.keyClick(dials, Qt.Key.Key_Down)
    assert "Signs in the CT" in items.toPlainText() and "Differential" not in items.toPlainText()
    qtbot.keyClick(dials, Qt.Key.Key_Down)
    assert "Differential" in items.toPlainText()


def test_a_failed_gate_stands_above_every_tab(page):
    page.show_debrief(DEBRIEF)
    gates = child(page, QTextBrowser, "failed_gates")
    assert gates.isVisible() and "Steroid ended at once (day 84, event 40)" in gates.toPlainText()
    page.show_debrief(replace(DEBRIEF, sheet=replace(SHEET, gates=SHEET.gates[1:])))
    assert not gates.isVisible()


def test_every_tab_shows_its_part(qtbot, page):
    page.show_debrief(DEBRIEF)
    chart = child(page, BeliefChart, "belief_chart")
    assert "day 0: Cryptogenic organizing pneumonia, you 30 %, the findings 90 %" in chart.accessibleDescription()
    choices = child(page, ChoiceList, "choice_list")
    assert choices.count() == 2 and "Luck -4.2, never scored" in choices.item(0).text()
    choices.setCurrentRow(1)
    assert "waiting until day 84" in child(page, QTextBrowser, "choice").toPlainText()
    assert "error of search" in child(page, QTextBrowser, "search_text_0").toPlainText()
    assert "Kundel" in child(page, QTextBrowser, "search_words").toPlainText()
    strip = child(page, QWidget, "search_strip_0")
    assert strip.accessibleDescription().startswith("Of the 100 slices")
    assert "Died on day 20." in child(page, QTextBrowser, "take_home").toPlainText()


def test_another_run_takes_the_place_of_the_one_before(page):
    page.show_debrief(DEBRIEF)
    page.show_debrief(replace(DEBRIEF, searches=(), visits=VISITS[1:2], twin=None))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert page.findChild(QWidget, "search_strip_0") is None
    assert "not recorded" in page.findChildren(QTextBrowser, "search_words")[-1].toPlainText()
    assert child(page, ChoiceList, "choice_list").count() == 0
    assert "No choice was weighed" in child(page, QTextBrowser, "choice").toPlainText()
    assert "no twin" in child(page, QLabel, "twin_words").text()


class Stage:
    """What of a reading room shows places."""

    def __init__(self):
        self.views = self
        self.names = ()
        self.shown = []

    def show_place(self, name, place_mm):
        self.shown.append((name, place_mm))


class Room(QWidget):
    """Stands in for a reading room."""

    def __init__(self):
        super().__init__()
        self.stage, self.overlays, self.locked = Stage(), [], []

    def set_scans(self, scans, today):
        self.scans, self.today = [scan.name for scan in scans], today

    def lock(self, day):
        self.locked.append(day)

    def set_overlay(self, layers):
        self.overlays.append(layers)


def test_the_truth_lies_over_the_cts_and_can_be_taken_away(qtbot):
    view, room = TruthView(), Room()
    qtbot.addWidget(view)
    view.set_room(room)
    scans = [Scan(day, there, 1) for day, there in DEBRIEF.scans]
    view.show_scans(scans, {1: "1 consolidation"})
    assert room.scans == [("", 0), ("", 84)] and room.today == 84 and room.locked == [0, 84]
    assert room.overlays[-1] == {1: "1 consolidation"}
    view.findChild(QCheckBox, "show_truth").click()
    assert room.overlays[-1] is None


def test_a_missed_opacity_is_shown_as_soon_as_the_chest_is_there(qtbot):
    view, room = TruthView(), Room()
    qtbot.addWidget(view)
    view.set_room(room)
    view.show_place(0, (1.0, 2.0, 3.0))
    assert room.stage.shown == []
    room.stage.names = (("", 0),)
    view.go_on()
    view.go_on()
    assert room.stage.shown == [(("", 0), (1.0, 2.0, 3.0))]


def test_a_missed_opacity_leads_to_its_place_in_the_ct(qtbot, page, monkeypatch):
    sought = []
    page.show_debrief(DEBRIEF)
    monkeypatch.setattr(TruthView, "show_place", lambda view, day, place_mm: sought.append((day, place_mm)))
    tabs = child(page, QTabWidget, "debrief_tabs")
    tabs.currentChanged.disconnect()  # no chest is made ready here
    tabs.setCurrentIndex(3)
    qtbot.mouseClick(child(page, QPushButton, "show_opacity_0_1"), Qt.MouseButton.LeftButton)
    assert sought == [(0, (-20.0, 5.0, 60.0))] and tabs.tabText(tabs.currentIndex()) == "CTs"


def test_the_buttons_say_where_to_go(qtbot, page):
    page.open_run(RUN)
    page.cancel()
    asked = []
    page.again_asked.connect(asked.append)
    page.library_asked.connect(lambda: asked.append("library"))
    qtbot.mouseClick(child(page, QPushButton, "play_again"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(child(page, QPushButton, "back_to_library"), Qt.MouseButton.LeftButton)
    assert asked == ["wandering-shadows", "library"]


def test_parts_keep_their_words_when_the_theme_changes(qtbot, page):
    page.show_debrief(DEBRIEF)
    items = child(page, QTextBrowser, "items")
    before, styled = items.toPlainText(), items.toHtml()
    application = QApplication.instance()
    worn = application.property("theme")
    try:
        theme.apply(application, "light" if worn != "light" else "dark")
        assert items.toPlainText() == before and items.toHtml() != styled
    finally:
        theme.apply(application, worn or "dark")


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_tab_is_painted_and_fits(qtbot, page, name):
    application = QApplication.instance()
    worn = application.property("theme")
    theme.apply(application, name)
    try:
        page.show_debrief(DEBRIEF)
        tabs = child(page, QTabWidget, "debrief_tabs")
        assert page.minimumSizeHint().width() <= 1366 and page.minimumSizeHint().height() <= 700
        for title in ("Score", "Belief", "Choices", "Search", "To take home"):
            tabs.setCurrentIndex([tabs.tabText(n) for n in range(tabs.count())].index(title))
            shot = page.grab().toImage()
            colours = {shot.pixelColor(x, y).name() for x in range(0, 1366, 7) for y in range(60, 700, 3)}
            assert len(colours) > 4, title
    finally:
        theme.apply(application, worn or "dark")


def test_what_is_driven_has_a_name_and_is_large_enough(page):
    page.show_debrief(DEBRIEF)
    for button in page.findChildren(QPushButton):
        assert button.objectName() and button.minimumHeight() >= 24
    for name in (
        "dial_list",
        "choice_list",
        "belief_chart",
        "debrief_tabs",
        "items",
        "choice",
        "take_home",
        "twin_day",
    ):
        assert child(page, QWidget, name).accessibleName()


def test_nothing_runs_on_once_the_page_rests(page):
    page.show_debrief(DEBRIEF)
    page.rest()
    assert page.debrief is None
    assert not [timer for timer in page.findChildren(QTimer) if timer.isActive()]


def test_a_tutor_fits_in_the_panel(qtbot):
    view = FeedbackView()
    qtbot.addWidget(view)
    view.resize(400, 500)
    view.show_feedback(FEEDBACK)
    view.show()
    text = child(view, QTextBrowser, "feedback_text")
    assert "SAFETY GATE FAILED" in text.toPlainText()
    assert text.horizontalScrollBar().maximum() == 0
