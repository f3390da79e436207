"""The page of results, driven as a person would, empty, with a few cases and with many."""

from dataclasses import replace
from threading import Event
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image, ImageFilter
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTabWidget,
    QWidget,
)
from sqlalchemy import insert

from tests.records.example import BEGIN, add_run, month, performance
from tests.ui.checks import faults
from trainer.core.error import BadInput
from trainer.encounter.event import Advanced, Ended, RolledBack
from trainer.encounter.run import Header, Run
from trainer.records import table
from trainer.records.learner import add_learner
from trainer.records.result import finished_runs, note_result
from trainer.records.run_file import read_run, write_run
from trainer.records.shelf import Shelf
from trainer.ui import scoring, theme
from trainer.ui.results import page as module
from trainer.ui.results.foreign import foreign_run
from trainer.ui.results.page import ResultsPage
from trainer.ui.work import Lanes

TABS = ("Dials", "Over time", "Calibration", "By disease", "By skill", "Runs")


class Thinker:
    """Stands in for what scores: gives what it was asked with, or complains of some cases."""

    def __init__(self):
        self.bad = set()
        self.rested = 0
        self.pause = None

    def scorer(self, run, policy, call):
        while self.pause is not None and not self.pause.is_set():
            call.check()
            self.pause.wait(0.01)
        if run.header.case in self.bad:
            raise BadInput(f"{run.header.case}: cannot be played again")
        return run, self

    def score(self, session):
        return performance({"perception": 55.0}).sheet

    def rest(self, call):
        self.rested += 1


@pytest.fixture
def learner(records):
    return add_learner(records, "river")


@pytest.fixture
def lanes(qtbot):
    made = Lanes()
    yield made
    made.close()


@pytest.fixture
def thinker(monkeypatch):
    monkeypatch.setattr(scoring, "performance_of", lambda run, sheet: replace(performance(), sheet=sheet))
    return Thinker()


@pytest.fixture
def page(qtbot, records, lanes, thinker, learner):
    made = ResultsPage(records, lanes, thinker)
    qtbot.addWidget(made)
    made.resize(1180, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.show_learner(learner)
    yield made
    made.cancel()


def part(page, kind, name):
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def press(page, name):
    button = part(page, QPushButton, name)
    assert button.isVisible() and button.isEnabled(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def turn_to(page, tab):
    part(page, QTabWidget, "results_tabs").setCurrentIndex(TABS.index(tab))
    QApplication.processEvents()


def choose(page, name, value):
    box = part(page, QComboBox, name)
    box.setCurrentIndex(box.findData(value))
    assert box.currentData() == value


def said(page, name):
    return part(page, QLabel, name).text()


def saved(case, seed=1, mode="tutor", ended=True):
    run = Run(header=Header(case=case, seed=seed, mode=mode)).then(Advanced(to_day=7, day=7))
    return (run.then(Ended(day=7)) if ended else run).sealed("0" * 64)


def open_a_set(records, learner, case):
    """Open a set of cases for self-assessment with one case that has not been begun."""
    number = str(uuid4())
    row = {"id": number, "learner_id": learner.id, "seed": 1, "time_factor": 1.0, "policy": "default", "made_at": BEGIN}
    with records.begin() as connection:
        connection.execute(insert(table.assessment).values(**row))
        connection.execute(insert(table.sitting).values(assessment_id=number, place=1, case_id=case, seed=7))


def words(page):
    """Everything that the page says, shows on hovering, or tells a reader of the screen."""
    found = []
    for widget in [page, *page.findChildren(QWidget)]:
        found += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        found += [str(widget.text())] if hasattr(widget, "text") else []
        if isinstance(widget, QTableWidget):
            cells = [widget.item(r, c) for r in range(widget.rowCount()) for c in range(widget.columnCount())]
            found += [cell.text() for cell in cells if cell is not None]
    return "\n".join(found).casefold()


def test_an_empty_page_says_what_to_do(page, qtbot):
    for tab in TABS[:-1]:
        turn_to(page, tab)
        view = part(page, QTabWidget, "results_tabs").currentWidget()
        assert "Play a case to its end" in part(view, QLabel, f"{view.objectName()}_words").text()
        assert view.plot is None, "nothing is drawn, and pyqtgraph not even loaded"
    assert said(page, "results_title") == "Results of river"
    with qtbot.waitSignal(page.library_asked):
        press(page, "results_to_library")


@pytest.mark.parametrize("count", [0, 3, 40])
@pytest.mark.parametrize("which", ["dark", "light"])
def test_every_tab_can_be_read_in_both_themes(page, records, learner, count, which):
    month(records, learner, count)
    if count:
        add_run(records, learner, "third-floor-99-1", "third-floor", at=99)
    try:
        theme.apply(QApplication.instance(), which)
        page.refresh()
        for tab in TABS:
            turn_to(page, tab)
            assert faults(page) == [], tab
    finally:
        theme.apply(QApplication.instance(), "dark")


@pytest.mark.parametrize("scale", [0.8, 1.6])
def test_text_of_another_size(page, records, learner, scale):
    month(records, learner, 14)
    try:
        theme.apply(QApplication.instance(), "dark", scale)
        page.refresh()
        for tab in TABS:
            turn_to(page, tab)
            assert faults(page) == [], tab
            assert page.minimumSizeHint().width() <= 1180, f"{tab} would make the window grow"
    finally:
        theme.apply(QApplication.instance(), "dark")


def test_what_counts_can_be_chosen(page, records, learner):
    month(records, learner, 40)
    page.refresh()
    assert len(page.counted) == 12 and "12 of 40 scored runs counted" in said(page, "results_count")
    choose(page, "results_counted", "all")
    assert len(page.counted) == 40 and "28 of them repeat a case" in said(page, "results_count")
    choose(page, "results_mode", "exam")
    assert {run.mode for run in page.counted} == {"exam"}
    assert not part(page, QComboBox, "results_policy").isVisible(), "there is only one"


def test_results_under_different_policies_are_never_mixed(page, records, learner):
    month(records, learner, 6)
    add_run(records, learner, "third-floor-99-1", "third-floor", at=99, policy="cautious")
    note = performance(policy="cautious")
    note_result(records, learner.id, "third-floor-99-1", note, BEGIN)
    page.refresh()
    assert part(page, QComboBox, "results_policy").isVisible() and len(page.counted) == 6
    choose(page, "results_policy", "cautious")
    assert len(page.counted) == 1


def test_the_measure_and_the_groups_can_be_chosen(page, qtbot, records, learner):
    month(records, learner, 40)
    page.refresh()
    choose(page, "results_counted", "all")
    turn_to(page, "Over time")
    choose(page, "results_measure", "perception")
    view = part(page, QTabWidget, "results_tabs").currentWidget()
    assert view.figure.id == "time-perception" and view.plot.accessibleName() == "Perception over time"
    turn_to(page, "By disease")
    qtbot.waitUntil(lambda: "Cryptogenic organizing pneumonia" in [row[0] for row in views(page).rows])
    choose(page, "results_by", "group")
    assert "Organizing pneumonia" in [row[0] for row in views(page).rows]
    turn_to(page, "Calibration")
    choose(page, "results_claims", "lead")
    assert views(page).id == "calibration-lead" and views(page).lines


def views(page):
    return part(page, QTabWidget, "results_tabs").currentWidget().figure


def likeness(screen, png):
    """Return the correlation of a plot on the screen with its place in a picture: 1 if all lies where it lies there."""
    image = screen.toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())[
        :, : image.width()
    ]
    picture = Image.open(png).convert("L")
    whole = picture.resize((picture.width // 2, picture.height // 2))
    best = 0.0
    for top in range(15, 45):
        box = whole.crop((0, top, image.width(), top + image.height()))
        blurred = [np.asarray(one.filter(ImageFilter.GaussianBlur(2)), float) for one in (Image.fromarray(pixels), box)]
        best = max(best, np.corrcoef(*(one.ravel() for one in blurred))[0, 1])
    return float(best)


@pytest.mark.parametrize("tab", TABS[:-1])
def test_every_figure_is_a_picture_and_numbers_to_take_away(page, records, learner, monkeypatch, tmp_path, tab):
    month(records, learner, 14)
    page.refresh()
    turn_to(page, tab)
    view = part(page, QTabWidget, "results_tabs").currentWidget()
    screen = view.plot.view.grab()
    for suffix in ("png", "svg"):
        path = tmp_path / f"x.{suffix}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, path=path: (str(path), ""))
        press(page, f"{view.objectName()}_picture")
        assert str(path) in said(page, "results_line")
    picture = Image.open(tmp_path / "x.png")
    assert picture.width > 800 and len(picture.convert("RGB").getcolors(1 << 24)) > 20
    assert likeness(screen, tmp_path / "x.png") > 0.9, "axes and points lie where they lie on the screen"
    svg = (tmp_path / "x.svg").read_text("utf-8")
    assert svg.startswith("<?xml") and "SIMULATED" in svg and "<image" not in svg, "drawn, not a photograph"
    assert svg.count("<path") + svg.count("<polyline") + svg.count("<circle") > 20
    path = tmp_path / "numbers"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    press(page, f"{view.objectName()}_csv")
    lines = (tmp_path / "numbers.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == len(view.figure.rows) + 1 and (tmp_path / "numbers.dictionary.csv").exists()


def test_all_results_and_what_cannot_be_written(page, records, learner, monkeypatch, tmp_path):
    month(records, learner, 3)
    page.refresh()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "all.csv"), ""))
    press(page, "export_results")
    assert len((tmp_path / "all.csv").read_text("utf-8-sig").splitlines()) == 4
    for name in ("export_results", "figure_dials_csv", "figure_dials_picture"):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.csv"), ""))
        press(page, name)
        assert "no" in said(page, "results_line") and "\n" not in said(page, "results_line")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    press(page, "export_results")


def test_the_runs_open_their_debrief_by_mouse_and_key(page, qtbot, records, learner):
    month(records, learner, 3)
    page.refresh()
    turn_to(page, "Runs")
    table = part(page, QTableWidget, "runs")
    assert [table.item(row, 0).text() for row in range(3)] == ["Back to the allotment", "The tailor's cough",
                                                              "The wandering shadows"]  # fmt: skip
    table.selectRow(1)
    with qtbot.waitSignal(page.debrief_asked) as asked:
        press(page, "open_debrief")
    assert asked.args == ["the-tailor-2-1"]
    table.setFocus()
    with qtbot.waitSignal(page.debrief_asked) as asked:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert asked.args == ["the-tailor-2-1"]


def test_a_case_in_play_is_nowhere_on_the_page(page, records, learner):
    shelf = Shelf(records, learner.id)
    shelf.save("the-side-room-1-1", saved("the-side-room", ended=False))
    shelf.save("the-night-shift-1-1", saved("the-night-shift", mode="exam", ended=False))
    month(records, learner, 3)
    page.refresh()
    for tab in TABS:
        turn_to(page, tab)
        QApplication.processEvents()
        told = words(page)
        assert "side room" not in told and "night shift" not in told and "fungal" not in told and "eosin" not in told


def test_a_run_goes_out_as_a_file_and_one_of_somebody_else_comes_in(
    page, qtbot, records, learner, monkeypatch, tmp_path
):
    Shelf(records, learner.id).save("the-tailor-4-1", saved("the-tailor", 4))
    page.refresh()
    turn_to(page, "Runs")
    path = tmp_path / "out.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    press(page, "export_run")
    assert read_run(path) == Shelf(records, learner.id).load("the-tailor-4-1")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(page.run_opened) as opened:
        press(page, "open_run_file")
    assert opened.args == [read_run(path)]


@pytest.mark.parametrize(("second", "case", "ended"), [(9999, "the-tailor", True), (5, "the-tailor", False),
                                                       (9999, "no-such-case", False)])  # fmt: skip
def test_an_examination_whose_time_is_up_has_ended(records, learner, tmp_path, second, case, ended):
    bare = Run(header=Header(case=case, seed=1, mode="exam")).then(Advanced(to_day=7, day=7))
    path = tmp_path / "exam.json"
    write_run(path, bare.sealed("0" * 64, second))
    if ended:
        assert foreign_run(records, learner, path) == read_run(path)
    else:
        with pytest.raises(BadInput, match="has not ended"):
            foreign_run(records, learner, path)


def test_who_went_back_is_said(page, records, learner):
    back = Run(header=Header(case="the-tailor", seed=1))
    for event in (Advanced(to_day=7, day=7), RolledBack(to=0), Advanced(to_day=7, day=7), Ended(day=7)):
        back = back.then(event)
    Shelf(records, learner.id).save("the-tailor-1-1", back.sealed("0" * 64))
    Shelf(records, learner.id).save("the-allotment-1-1", saved("the-allotment"))
    for name in ("the-tailor-1-1", "the-allotment-1-1"):
        note_result(records, learner.id, name, performance(), BEGIN)
    page.refresh()
    assert "In 1 the learner went back" in said(page, "results_count")
    modes = [part(page, QTableWidget, "runs").item(row, 2).text() for row in range(2)]
    assert sorted(modes) == ["tutor", "tutor, went back"]


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (saved("the-night-shift", mode="exam", ended=False), "has not ended"),
        (saved("the-night-shift", ended=False), "has not ended"),
        (saved("the-side-room", 9), "you have this case in play"),
        (saved("the-allotment", 9), "you have this case in play"),
        (Run(header=Header(case="the-tailor", seed=1)).then(Ended(day=0)), "has no seal"),
    ],
)
def test_a_file_that_would_tell_too_much_is_not_opened(page, qtbot, records, learner, monkeypatch, tmp_path, run, says):
    Shelf(records, learner.id).save("the-side-room-1-1", saved("the-side-room", ended=False))
    open_a_set(records, learner, "the-allotment")
    path = tmp_path / "theirs.json"
    write_run(path, run)
    turn_to(page, "Runs")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    with qtbot.assertNotEmitted(page.run_opened):
        press(page, "open_run_file")
    assert says in said(page, "results_line")


def test_every_run_without_a_score_is_scored_and_one_that_cannot_be_does_not_stop_the_rest(
    page, qtbot, records, learner, thinker
):
    shelf = Shelf(records, learner.id)
    for case in ("the-tailor", "the-night-shift", "the-allotment"):
        shelf.save(f"{case}-1-1", saved(case))
    thinker.bad = {"the-night-shift"}
    page.refresh()
    turn_to(page, "Runs")
    assert "3 runs without a score" in said(page, "runs_line")
    press(page, "score_now")
    qtbot.waitUntil(lambda: thinker.rested == 1)
    found = {run.case: run.result is not None for run in finished_runs(records, learner.id)}
    assert found == {"the-tailor": True, "the-night-shift": False, "the-allotment": True}
    assert "cannot be played again" in said(page, "results_line")
    assert "1 run without a score" in said(page, "runs_line")
    assert not part(page, QProgressBar, "scoring_progress").isVisible()


def test_scoring_can_be_stopped_and_another_learner_shown(page, qtbot, records, learner, thinker):
    Shelf(records, learner.id).save("the-tailor-1-1", saved("the-tailor"))
    page.refresh()
    turn_to(page, "Runs")
    thinker.pause = Event()
    press(page, "score_now")
    qtbot.waitUntil(lambda: part(page, QProgressBar, "scoring_progress").isVisible())
    assert not part(page, QPushButton, "score_now").isVisible()
    press(page, "cancel_scoring")
    qtbot.waitUntil(lambda: thinker.rested == 1)
    assert "stopped" in said(page, "results_line")
    assert finished_runs(records, learner.id)[0].result is None
    press(page, "score_now")
    other = add_learner(records, "stone")
    page.show_learner(other)
    thinker.pause.set()
    assert said(page, "results_title") == "Results of stone" and part(page, QTableWidget, "runs").rowCount() == 0
    qtbot.waitUntil(lambda: thinker.rested == 2)
    assert finished_runs(records, learner.id)[0].result is None


def test_records_that_cannot_be_read_are_said_in_a_line(page, monkeypatch):
    def fail(*_):
        raise BadInput("the records cannot be read; restore the backup")

    monkeypatch.setattr(module, "finished_runs", fail)
    page.refresh()
    assert said(page, "results_line") == "the records cannot be read; restore the backup"


def test_a_hidden_page_reads_nothing(page, monkeypatch):
    page.hide()
    monkeypatch.setattr(module, "finished_runs", lambda *_: pytest.fail("nobody looks"))
    page.refresh()
