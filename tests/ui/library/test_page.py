"""The library page, driven as a person would, by mouse and by keys."""

import re
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from sqlalchemy import update

from tests.records.kept import note, shelf_in
from tests.records.test_shelf import SHEET, run
from trainer.course.person import ChestName
from trainer.encounter.event import Advanced, Ended
from trainer.knowledge.casebook import case_names, read_case
from trainer.knowledge.library import library
from trainer.records import table
from trainer.ui import theme
from trainer.ui.library.catalogue import StartRequest
from trainer.ui.library.page import LibraryPage


@pytest.fixture
def shelf(tmp_path):
    made = shelf_in(tmp_path)
    made.save("the-tailor-1-1", run(Advanced(to_day=9, day=9), Ended(day=9), case="the-tailor"))
    note(made, "the-tailor-1-1", SHEET)
    made.save("the-tailor-2-1", run(Advanced(to_day=28, day=28), case="the-tailor", seed=2))
    return made


@pytest.fixture
def page(qtbot, shelf):
    made = LibraryPage(shelf)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    with qtbot.waitExposed(made):
        made.show()
    return made


def part(page, kind, name):
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def press(page, name):
    QTest.mouseClick(part(page, QPushButton, name), Qt.MouseButton.LeftButton)


def words(page):
    """Everything that the page says, shows on hovering, or tells a reader of the screen."""
    found = [page.windowTitle()]
    for widget in [page, *page.findChildren(QWidget)]:
        found += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.objectName()]
        for name in ("text", "placeholderText"):
            if hasattr(widget, name):
                found.append(str(getattr(widget, name)()))
        if isinstance(widget, QComboBox):
            found += [widget.itemText(place) for place in range(widget.count())]
    model = page.list.cases
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
    found += [str(model.data(model.index(row), int(role))) for row in range(model.rowCount()) for role in roles]
    return "\n".join(found).casefold()


def test_start_asks_for_a_patient_that_was_not_had(page, qtbot):
    page.list.choose("the-tailor")
    with qtbot.waitSignal(page.start_asked) as asked:
        press(page, "start_case")
    assert asked.args == [StartRequest("the-tailor", 3, "tutor", 1.0, "default")]


@pytest.mark.parametrize(
    ("place", "factor", "text"), [(0, 1.0, "20 minutes"), (1, 1.25, "25 minutes"), (3, 2.0, "40 minutes")]
)
def test_an_examination_with_an_accommodation(page, qtbot, place, factor, text):
    page.list.choose("two-tickets")
    time = part(page, QComboBox, "time_factor")
    assert not time.isEnabled()
    part(page, QRadioButton, "mode_exam").click()
    assert time.isEnabled() and time.itemText(place).startswith(text)
    time.setCurrentIndex(place)
    part(page, QComboBox, "policy").setCurrentIndex(1)
    with qtbot.waitSignal(page.start_asked) as asked:
        press(page, "start_case")
    assert asked.args == [StartRequest("two-tickets", 1, "exam", factor, "second-defect")]
    part(page, QRadioButton, "mode_tutor").click()
    with qtbot.waitSignal(page.start_asked) as asked:
        press(page, "start_case")
    assert (asked.args[0].mode, asked.args[0].time_factor) == ("tutor", 1.0)


def test_a_case_is_started_on_an_imported_chest(page, qtbot):
    ours, theirs = ChestName("ward-3", "a" * 64), ChestName("ward-4", "b" * 64)
    box = part(page, QComboBox, "chest")
    assert box.count() == 1 and "atoll chest import" in box.toolTip()
    page.detail.set_chests([ours, theirs])
    box.setCurrentIndex(2)
    assert box.currentText().startswith("ward-4") and "whatever the patient's sex" in box.toolTip()
    page.detail.set_chests([theirs])
    assert box.currentData() == theirs, "what was chosen stays chosen"
    page.list.choose("the-tailor")
    with qtbot.waitSignal(page.start_asked) as asked:
        press(page, "start_case")
    assert asked.args == [StartRequest("the-tailor", 3, "tutor", 1.0, "default", theirs)]
    page.detail.set_chests([ours])
    assert box.currentData() is None, "a chest that was removed is chosen no more"


def test_the_imported_chests_are_offered_as_they_are_now(page, monkeypatch, tmp_path):
    monkeypatch.setattr("trainer.ui.library.page.chests_dir", lambda: tmp_path)
    monkeypatch.setattr(
        "trainer.chest.chests.imported_chests", lambda: (SimpleNamespace(named=ChestName("reef", "c" * 64)),)
    )
    page.refresh()
    assert [part(page, QComboBox, "chest").itemText(n) for n in range(2)][1].startswith("reef")


def test_resume_and_debrief(page, qtbot):
    page.list.choose("the-tailor")
    assert "day 28" in part(page, QPushButton, "resume_case").text()
    with qtbot.waitSignal(page.resume_asked) as asked:
        press(page, "resume_case")
    assert asked.args == ["the-tailor-2-1"]
    with qtbot.waitSignal(page.debrief_asked) as asked:
        press(page, "open_debrief")
    assert asked.args == ["the-tailor-1-1"]
    with qtbot.waitSignal(page.debrief_asked) as asked:
        press(page, "run_open_the-tailor-1-1")
    assert asked.args == ["the-tailor-1-1"]
    dials = part(page, QWidget, "last_dials")
    assert dials.accessibleDescription() == "perception 64, standard error 6; safety 100, standard error 0"
    page.list.choose("two-tickets")
    assert not part(page, QPushButton, "resume_case").isVisible()
    assert not part(page, QPushButton, "open_debrief").isVisible()


def test_by_keys_alone(page, qtbot):
    assert page.list.hasFocus()
    assert page.row.case == "the-tailor", "what is in play comes first"
    with qtbot.waitSignal(page.resume_asked):
        QTest.keyClick(page.list, Qt.Key.Key_Return)
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    assert page.row.case == "wandering-shadows"
    assert part(page, QLabel, "case_title").text() == "The wandering shadows"
    with qtbot.waitSignal(page.start_asked) as asked:
        QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert asked.args[0].case == "wandering-shadows"
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    QTest.keyClick(page.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = part(page, QLineEdit, "case_search")
    assert search.hasFocus()
    QTest.keyClicks(search, "lisbon")
    assert [row.case for row in page.list.cases.rows] == ["two-tickets"] and page.row.case == "two-tickets"
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert page.list.hasFocus()


def test_tab_reaches_whatever_can_be_done(page):
    page.list.choose("the-tailor")
    seen, widget = [], page.list
    for _ in range(30):
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        seen.append(widget.objectName())
    wanted = {
        "case_search", "filter_setting", "filter_difficulty", "filter_state", "case_list", "mode_tutor", "policy",
        "start_case", "resume_case", "open_debrief", "run_open_the-tailor-1-1", "open_preferences", "open_shortcuts",
        "learner_choice", "open_learner", "open_review", "open_results", "open_assessment",
    }  # fmt: skip
    assert wanted <= set(seen)


def test_the_choice_stays_when_the_list_is_narrowed_and_nothing_found_is_said(page):
    page.list.choose("two-tickets")
    state = part(page, QComboBox, "filter_state")
    state.setCurrentIndex(state.findData("new"))
    assert page.row.case == "two-tickets"
    state.setCurrentIndex(state.findData("done"))
    assert page.row is None and "nothing fits" in part(page, QLabel, "case_count").text()
    assert not part(page, QPushButton, "start_case").isVisible()
    state.setCurrentIndex(0)
    assert page.row is not None and part(page, QPushButton, "start_case").isVisible()


def test_a_damaged_run_is_told_in_one_line(page, shelf):
    shelf.save("the-night-shift-1-1", run(case="the-night-shift"))
    with shelf.records.begin() as connection:
        connection.execute(update(table.run).where(table.run.c.case_id == "the-night-shift").values(mode="none"))
    page.refresh()
    line = part(page, QLabel, "library_line").text()
    assert "the-night-shift-1-1" in line and "\n" not in line


def test_no_word_of_the_page_tells_a_diagnosis(page):
    known = library()
    secret = set()
    for name in case_names():
        case = read_case(name, known)
        disease = known.diseases[case.disease]
        secret |= {disease.name, *disease.synonyms, disease.summary, *case.objectives, case.ends}
        secret.add(disease.id)
    for name in case_names():
        page.list.choose(name)
        said = words(page)
        opening = page.row.opening.casefold()
        assert opening in said and read_case(name, known).title.casefold() in said
        said = said.replace(opening, "")  # what the author lets be told, a colleague's wrong word among it
        assert [one for one in secret if re.search(rf"\b{re.escape(one.casefold().strip())}\b", said)] == []


def test_every_part_has_a_name_and_room_for_a_finger(page):
    page.list.choose("the-tailor")
    for kind in (QPushButton, QComboBox, QLineEdit, QRadioButton):
        for widget in page.findChildren(kind):
            if not widget.isVisible() or isinstance(widget.parent(), QComboBox):
                continue
            assert widget.objectName() and widget.accessibleName(), widget
            assert min(widget.width(), widget.height()) >= 24, (widget.objectName(), widget.size())
    interface = QAccessible.queryAccessibleInterface(page.list)
    assert "In play, day 28" in interface.child(0).text(QAccessible.Text.Name)


@pytest.mark.parametrize("size", [(1180, 700), (1366, 768), (1920, 1080)])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.6])
def test_nothing_is_cut_off(page, qapp, size, scale):
    theme.apply(qapp, "dark", scale)
    try:
        page.resize(*size)
        page.list.choose("the-tailor")
        qapp.processEvents()
        for label in page.findChildren(QLabel):
            if label.isVisible() and label.text():
                need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
                assert label.height() >= need - 1, label.objectName()
        for button in page.findChildren(QPushButton):
            if button.isVisible():
                assert button.width() >= button.sizeHint().width() - 1, button.objectName()
        inside = part(page, QWidget, "case_detail_inside")
        assert inside.width() <= page.detail.viewport().width()
    finally:
        theme.apply(qapp, "dark", 1.0)


def test_the_theme_may_change_while_the_page_is_shown(page, qapp):
    class Watch(QObject):
        painted = 0

        def eventFilter(self, _, event):  # noqa: N802 - Qt's name
            self.painted += event.type() == QEvent.Type.Paint
            return False

    watch = Watch()
    page.list.viewport().installEventFilter(watch)
    dark = page.grab().toImage().pixelColor(5, 5)
    try:
        theme.apply(qapp, "light")
        qapp.processEvents()
        assert watch.painted
        assert page.grab().toImage().pixelColor(5, 5).lightness() > dark.lightness() + 100
    finally:
        theme.apply(qapp, "dark")
