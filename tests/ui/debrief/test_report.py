"""The button of the debrief that saves its report."""

from datetime import date
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from tests.records.report.example import LEAST
from tests.ui.checks import faults
from tests.ui.debrief.example import DEBRIEF
from trainer.core.error import BadInput
from trainer.encounter.run import Run
from trainer.records.report import content
from trainer.records.report.value import Cover, NextCard
from trainer.ui.debrief import page as module
from trainer.ui.debrief.page import DebriefPage
from trainer.ui.work import Cancelled, Lanes

KEPT = Run(header=DEBRIEF.run.header, second=1320)
COVER = Cover("reef-7", date(2026, 11, 20), (NextCard(date(2026, 11, 24), "a card"),))


class Thinker:
    """Stands in for what plays a run again and draws its CTs."""

    def session(self, run, call):
        return SimpleNamespace(run=run)

    def scorer(self, run, policy, call):
        return None, None

    def draw(self, session, day):
        raise AssertionError("no picture is drawn here")


@pytest.fixture
def page(qtbot, monkeypatch):
    lanes = Lanes()
    made = DebriefPage(lanes, Thinker())
    qtbot.addWidget(made)
    made.resize(1366, 730)
    made.show()
    yield made
    made.rest()
    lanes.close()


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the file dialog answers, and what it was asked."""
    answer = SimpleNamespace(name=str(tmp_path / "mine.pdf"), kind="PDF, two pages (*.pdf)", words=[])

    def ask(parent, title, suggested, kinds):
        answer.words = [title, suggested, kinds]
        return answer.name, answer.kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return answer


@pytest.fixture
def made(monkeypatch):
    """What the report was made of."""
    found = []

    def report_of(run, debrief, session, draw, **more):
        found.append((run, debrief, more))
        more["tell"](0.5, "drawing the CTs of day 7")
        return LEAST

    monkeypatch.setattr(content, "report_of", report_of)
    return found


def line(page):
    found = page.findChild(QLabel, "report_line")
    return found.text() if found.isVisibleTo(page) else ""


def press(qtbot, page):
    qtbot.mouseClick(page.report, Qt.MouseButton.LeftButton)


def test_the_report_of_the_kept_run_is_written_where_the_dialog_says(qtbot, page, asked, made, monkeypatch):
    monkeypatch.setattr(module, "debrief_of", lambda *_: DEBRIEF)
    assert not page.report.isEnabled()
    page.open_run(KEPT)
    qtbot.waitUntil(lambda: page.debrief is DEBRIEF)
    page.report.set_cover(COVER)
    assert page.report.isEnabled() and not faults(page)
    press(qtbot, page)
    qtbot.waitUntil(lambda: line(page).startswith("The report is in"))
    assert Path(asked.name).read_bytes().startswith(b"%PDF-") and asked.name in line(page)
    run, debrief, more = made[0]
    assert run is KEPT and debrief is DEBRIEF  # with its time, which the debrief's own run has lost
    assert (more["learner"], more["finished_on"], more["next_cards"]) == (
        "reef-7", date(2026, 11, 20), COVER.next_cards
    )  # fmt: skip
    assert Path(asked.words[1]).name == "atoll-wandering-shadows-3.pdf"
    assert page.report.text() == "Report..."


def test_the_kind_that_was_chosen_completes_the_name(qtbot, page, asked, made, tmp_path):
    page.show_debrief(DEBRIEF)
    asked.name, asked.kind = str(tmp_path / "mine"), "HTML, one file (*.html)"
    press(qtbot, page)
    qtbot.waitUntil((tmp_path / "mine.html").is_file)
    qtbot.waitUntil(lambda: page.report.text() == "Report...")
    press(qtbot, page)  # the dialog asked about "mine", not about "mine.html"
    assert "is there already" in line(page) and len(made) == 1


def test_a_dialog_that_is_closed_does_nothing(qtbot, page, asked, made):
    page.show_debrief(DEBRIEF)
    asked.name = ""
    press(qtbot, page)
    assert not made and line(page) == "" and page.report.text() == "Report..."


def endless(monkeypatch):
    """Make reports that are never done, and return where it is noted that one was stopped."""
    stopped, pause = [], Event()

    def report_of(*_, tell, **__):
        try:
            while True:
                tell(0.3, "drawing")
                pause.wait(0.01)
        except Cancelled:
            stopped.append(True)
            raise

    monkeypatch.setattr(content, "report_of", report_of)
    return stopped


def test_it_can_be_cancelled_while_it_is_made(qtbot, page, asked, monkeypatch):
    stopped = endless(monkeypatch)
    page.show_debrief(DEBRIEF)
    press(qtbot, page)
    qtbot.waitUntil(lambda: line(page) == "The report, 30 %: drawing")
    assert page.report.text() == "Cancel the report" and not faults(page)
    press(qtbot, page)
    qtbot.waitUntil(lambda: bool(stopped))
    assert "nothing was written" in line(page) and not Path(asked.name).exists()
    assert page.report.text() == "Report..."


def test_leaving_stops_it_and_offers_nothing_more(qtbot, page, asked, monkeypatch):
    stopped = endless(monkeypatch)
    page.show_debrief(DEBRIEF)
    press(qtbot, page)
    qtbot.waitUntil(lambda: line(page) == "The report, 30 %: drawing")
    page.rest()
    qtbot.waitUntil(lambda: bool(stopped))
    assert not page.report.isEnabled() and line(page) == ""


@pytest.mark.parametrize("fault", [BadInput("the run goes on"), ValueError("odd")])
def test_what_goes_wrong_is_said(qtbot, page, asked, monkeypatch, fault):
    def report_of(*_, **__):
        raise fault

    monkeypatch.setattr(content, "report_of", report_of)
    page.show_debrief(DEBRIEF)
    press(qtbot, page)
    qtbot.waitUntil(lambda: str(fault) in line(page))
    assert page.report.text() == "Report..." and page.report.isEnabled()


def test_a_folder_that_cannot_be_written_is_said_before_any_work(qtbot, page, asked, made):
    page.show_debrief(DEBRIEF)
    asked.name = str(Path(asked.name).parent / "nowhere" / "mine.pdf")
    press(qtbot, page)
    assert "no such folder" in line(page) and not made
