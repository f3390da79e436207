"""Who plays: the row of the header and the sheet of a learner."""

import json
import zipfile
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from sqlalchemy import update

from tests.records.kept import shelf_in
from tests.records.test_shelf import run
from tests.ui.checks import faults
from trainer.encounter.event import Advanced, Ended
from trainer.knowledge.contents import cases_as_written
from trainer.records import table
from trainer.records.learner import add_learner, current_learner, learners
from trainer.records.selfassessment import close_set, open_set, sets
from trainer.records.shelf import Shelf
from trainer.ui import theme
from trainer.ui.library.page import LibraryPage

CASES = cases_as_written()


@pytest.fixture
def shelf(tmp_path):
    return shelf_in(tmp_path)


@pytest.fixture
def page(qtbot, shelf):
    made = LibraryPage(shelf)
    qtbot.addWidget(made)
    made.resize(1180, 700)
    made.learner_changed.connect(lambda who: made.show_learner(who, Shelf(shelf.records, who.id)))  # as the window does
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def sheet(page):
    QTest.mouseClick(part(page, QToolButton, "open_learner"), Qt.MouseButton.LeftButton)
    return part(page, QWidget, "learner_sheet")


def part(page, kind, name):
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def press(page, name):
    button = part(page, QPushButton, name)
    assert button.isVisible() and button.isEnabled(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def names(page):
    box = part(page, QComboBox, "learner_choice")
    return [box.itemText(place) for place in range(box.count())], box.currentText()


def line(sheet):
    return part(sheet, QLabel, "learner_line").text()


@pytest.mark.parametrize(
    ("button", "signal"),
    [("open_review", "review_asked"), ("open_results", "results_asked"), ("open_assessment", "assessment_asked")],
)
def test_the_way_to_the_other_pages(page, qtbot, button, signal):
    with qtbot.waitSignal(getattr(page, signal)):
        press(page, button)


def test_how_many_cards_are_due(page):
    review = part(page, QPushButton, "open_review")
    assert review.accessibleName() == "Review"
    page.show_due(3)
    assert review.text().strip() == review.accessibleName() == "Review (3 due)"
    page.show_due(0)
    assert review.text().strip() == "Review"


def test_another_learner_is_chosen_and_remembered(page, qtbot, shelf):
    shelf.save("the-tailor-1-1", run(Advanced(to_day=28, day=28), case="the-tailor"))
    heron = add_learner(shelf.records, "heron")
    page.refresh()
    page.list.choose("the-tailor")
    assert names(page) == (["heron", "tester"], "tester") and page.row.state == "in play"
    box = part(page, QComboBox, "learner_choice")
    box.setFocus()
    with qtbot.waitSignal(page.learner_changed) as asked:
        QTest.keyClick(box, Qt.Key.Key_Up)
    assert asked.args == [heron] and current_learner(shelf.records) == heron
    assert names(page)[1] == "heron" and page.row.state == "new"


def test_the_name_is_changed_and_one_that_is_taken_is_not(page, sheet, shelf):
    add_learner(shelf.records, "heron")
    field = part(sheet, QLineEdit, "learner_name")
    for typed, known in (
        ("kestrel", ["heron", "kestrel"]),
        ("heron", ["heron", "kestrel"]),
        ("  ", ["heron", "kestrel"]),
    ):
        field.selectAll()
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert sorted(one.pseudonym for one in learners(shelf.records)) == known
        assert field.text() == "kestrel" and names(page) == (known, "kestrel")
    field.setText("heron")
    field.editingFinished.emit()
    assert "taken" in line(sheet)


def test_the_examination(page, sheet, shelf, qtbot):
    box, day = part(sheet, QCheckBox, "has_exam_date"), part(sheet, QDateEdit, "exam_date")
    assert not day.isEnabled()
    with qtbot.waitSignal(page.learner_changed) as asked:
        box.click()
    assert asked.args[0].exam_date is not None and day.isEnabled()
    day.setDate(QDate.currentDate().addDays(40))
    wanted = day.date()
    assert learners(shelf.records)[0].exam_date == date(wanted.year(), wanted.month(), wanted.day())
    page.show_sheet()
    again = [one for one in page.findChildren(QWidget, "learner_sheet") if one.isVisible()]
    assert len(again) == 1 and part(again[0], QDateEdit, "exam_date").date() == wanted
    part(again[0], QCheckBox, "has_exam_date").click()
    assert learners(shelf.records)[0].exam_date is None


def test_an_examination_that_is_over_is_shown_as_it_is(page, shelf):
    with shelf.records.begin() as connection:
        connection.execute(update(table.learner).values(exam_date=date(2024, 2, 29)))
    page.refresh()
    page.show_sheet()
    assert part(page, QDateEdit, "exam_date").date() == QDate(2024, 2, 29)
    assert learners(shelf.records)[0].exam_date == date(2024, 2, 29)


def test_another_learner_is_added_and_plays(page, sheet, shelf):
    field = part(sheet, QLineEdit, "other_name")
    QTest.keyClicks(field, "heron")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert names(page) == (["heron", "tester"], "heron") and current_learner(shelf.records).pseudonym == "heron"
    assert part(sheet, QLineEdit, "learner_name").text() == "heron"
    QTest.keyClicks(field, "tester")
    press(sheet, "add_learner")
    assert "taken" in line(sheet) and len(learners(shelf.records)) == 2


def test_one_click_exports_everything(page, sheet, shelf, tmp_path, monkeypatch):
    shelf.save("the-tailor-1-1", run(Advanced(to_day=28, day=28), case="the-tailor"))
    target = tmp_path / "all.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(target), "")))
    press(sheet, "export_learner")
    assert str(target) in line(sheet)
    with zipfile.ZipFile(target) as pack:
        assert "runs/the-tailor-1-1.json" in pack.namelist()
        assert json.loads(pack.read("learner.json"))[0]["pseudonym"] == "tester"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(tmp_path / "no" / "x.zip"), "")))
    press(sheet, "export_learner")
    assert line(sheet).startswith("Not exported")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: ("", "")))
    press(sheet, "export_learner")


def test_erasing_asks_once_and_leaves_nothing_of_the_learner(page, sheet, shelf):
    shelf.save("the-tailor-1-1", run(Advanced(to_day=28, day=28), case="the-tailor"))
    open_set(shelf.records, shelf.learner_id, CASES, 3, 1.0, "default", datetime.now(UTC))
    press(sheet, "erase_learner")
    assert part(sheet, QPushButton, "erase_no").hasFocus() and "tester" in part(sheet, QLabel, "erase_words").text()
    press(sheet, "erase_no")
    assert len(learners(shelf.records)) == 1
    press(sheet, "erase_learner")
    press(sheet, "erase_yes")
    (left,) = learners(shelf.records)
    assert left.pseudonym == "learner-1" and names(page) == (["learner-1"], "learner-1")
    assert page.row.state == "new" and shelf.entries() == () and sets(shelf.records, shelf.learner_id, CASES) == ()
    assert "is erased" in line(sheet) and "exported" in line(sheet)
    assert part(sheet, QLineEdit, "learner_name").text() == "learner-1"


@pytest.mark.parametrize("name", ["W" * 60, "a name of many words " * 2 + "and letters"])
def test_a_long_name_widens_nothing(page, qapp, shelf, name):
    theme.apply(qapp, "dark", 1.6)
    try:
        who = add_learner(shelf.records, name)
        page.learner_changed.emit(who)
        page.show_sheet()
        sheet = part(page, QWidget, "learner_sheet")
        press(sheet, "erase_learner")
        qapp.processEvents()
        assert page.minimumSizeHint().width() <= 1180 and sheet.minimumSizeHint().width() <= 700
        assert name in part(page, QComboBox, "learner_choice").toolTip()
    finally:
        theme.apply(qapp, "dark", 1.0)


def test_the_sheet_goes_with_the_page(page, sheet):
    page.hide()
    assert not sheet.isVisible()


def test_a_run_of_an_open_self_assessment_is_not_discussed(page, shelf):
    open_set(shelf.records, shelf.learner_id, CASES, 2, 1.0, "default", datetime.now(UTC))
    one = sets(shelf.records, shelf.learner_id, CASES)[0].sittings[0]
    name = shelf.new_name(one.case, one.seed)
    shelf.save(name, run(Advanced(to_day=9, day=9), Ended(day=9), case=one.case, seed=one.seed, mode="exam"))
    page.refresh()
    page.list.choose(one.case)
    assert not part(page, QPushButton, "open_debrief").isVisible()
    assert not page.findChildren(QPushButton, f"run_open_{name}")[-1].isEnabled()
    close_set(shelf.records, shelf.learner_id, CASES, datetime.now(UTC))
    page.refresh()
    assert part(page, QPushButton, "open_debrief").isVisible()
    assert page.findChildren(QPushButton, f"run_open_{name}")[-1].isEnabled()


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.6])
def test_nothing_is_wrong_with_what_is_seen(page, qapp, look, scale):
    theme.apply(qapp, look, scale)
    try:
        page.show_due(12)
        qapp.processEvents()
        assert faults(page) == []
        page.show_sheet()
        qapp.processEvents()
        sheet = part(page, QWidget, "learner_sheet")
        press(sheet, "erase_learner")
        sheet.adjustSize()
        qapp.processEvents()
        assert faults(sheet) == []
        for button in [*page.findChildren(QPushButton), *page.findChildren(QToolButton)]:
            if button.isVisible():
                assert button.width() >= button.sizeHint().width() - 1, button.objectName()
        for label in sheet.findChildren(QLabel):
            if label.isVisible() and label.text():
                need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
                assert label.height() >= need - 1, label.objectName()
        assert page.minimumSizeHint().width() <= 1180 and page.minimumSizeHint().height() <= 700
    finally:
        theme.apply(qapp, "dark", 1.0)
