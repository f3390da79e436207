"""The page of self-assessment, driven as a person would."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from sqlalchemy import update

from tests.records.test_selfassessment import CASES, finish, play, score
from tests.ui.checks import faults
from trainer.knowledge.library import library
from trainer.records import table
from trainer.records.learner import add_learner
from trainer.records.selfassessment import sets, withheld
from trainer.ui import theme
from trainer.ui.assessment.page import AssessmentPage
from trainer.ui.library.catalogue import StartRequest


@pytest.fixture
def page(qtbot, records, learner):
    made = AssessmentPage(records)
    qtbot.addWidget(made)
    made.resize(1180, 700)
    made.show_learner(learner)
    with qtbot.waitExposed(made):
        made.show()
    return made


def part(page, kind, name):
    found = page.findChildren(kind, name)
    assert found, name
    return found[-1]  # what was there before is gone in a moment


def press(page, name):
    button = part(page, QPushButton, name)
    assert button.isVisible() and button.isEnabled(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def text(page, name):
    return part(page, QLabel, name).text()


def newest(records, learner):
    return sets(records, learner.id, CASES)[0]


def begun(page, records, learner):
    press(page, "begin_set")
    return newest(records, learner)


def sit_all(page, records, learner, but=0):
    """Begin a set and end its cases, the last few left out."""
    made = begun(page, records, learner)
    names = [
        play(records, learner.id, one.case, one.seed, over=True, second=600, at=made.made_at) for one in made.sittings
    ]
    if but:
        with records.begin() as connection:
            connection.execute(update(table.run).where(table.run.c.name.in_(names[-but:])).values(over=False))
    page.refresh()
    return names


def words(page):
    found = []
    for widget in (one for one in page.findChildren(QWidget) if one.isVisibleTo(page)):
        found += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        found += [str(widget.text())] if hasattr(widget, "text") else []
    items = page._list
    found += [str(items.item(row).toolTip()) for row in range(items.count())]
    return "\n".join(found).casefold()


def test_the_time_is_told_before_and_is_what_is_given(page, records, learner):
    size, time = part(page, QComboBox, "set_size"), part(page, QComboBox, "set_time")
    size.setCurrentIndex(size.findData(3))
    time.setCurrentIndex(time.findData(1.5))
    told = text(page, "set_length")
    made = begun(page, records, learner)
    assert len(made.sittings) == 3 and made.time_factor == 1.5
    assert told == f"3 cases, {made.minutes:.0f} minutes in all"
    assert f"{made.minutes:.0f} minutes (1.5 times, accommodation)" in text(page, "open_set_conditions")


def test_from_the_first_case_to_the_result(page, qtbot, records, learner):
    size = part(page, QComboBox, "set_size")
    size.setCurrentIndex(size.findData(2))
    part(page, QComboBox, "set_policy").setCurrentIndex(1)
    made = begun(page, records, learner)
    for number, one in enumerate(made.sittings, 1):
        with qtbot.waitSignal(page.sit_asked) as asked:
            press(page, "go_on")
        assert asked.args == [StartRequest(one.case, one.seed, "exam", 1.0, "second-defect"), number]
        name = play(records, learner.id, one.case, one.seed, second=30, at=made.made_at)
        page.note_run(number, name)
        page.refresh()
        assert text(page, f"place_text_{number}").startswith(f"Case {number}: {one.title}")
        with qtbot.waitSignal(page.resume_asked) as asked:
            press(page, "go_on")
        assert asked.args == [name]
        finish(records, name)
        page.refresh()
    names = tuple(one.run for one in newest(records, learner).sittings)
    with qtbot.waitSignal(page.score_asked) as asked:
        press(page, "score_set")
    assert asked.args == [names]
    page.show_progress(0.3, "scoring")
    assert not part(page, QPushButton, "score_set").isEnabled()
    with qtbot.waitSignal(page.stop_asked):
        press(page, "cancel_scoring")
    page.show_progress(1.0, "")
    for name, overall in zip(names, (50.0, 70.0), strict=True):
        score(records, name, overall, safety=overall)
    page.refresh()
    assert text(page, "closed_set_headline") == "60 of 100, standard error 10, from 2 cases"
    assert text(page, "mean_value_safety") == "60 ± 10" and text(page, "mean_count_safety") == "2 cases"
    assert not part(page, QPushButton, "score_set").isVisible()
    with qtbot.waitSignal(page.debrief_asked) as asked:
        press(page, "sat_debrief_2")
    assert asked.args == [names[1]]
    tells = text(page, "closed_set_tell_1")
    assert "2 cases are few" in tells and "between 0 and 100" in tells and "so wide" in tells
    page._list.setCurrentRow(0)
    assert part(page, QPushButton, "begin_set").isVisible(), "another set may be begun"


def test_an_open_set_says_nothing_of_how_it_goes(page, records, learner):
    known = library()
    names = sit_all(page, records, learner, but=1)
    for name in names[:-1]:
        score(records, name, 41.7, safety=41.7)
    page.refresh()
    said = words(page)
    assert "ended" in said and not re.search(r"4[12]\b|of 100|debrief of case|score", said.replace("no score is", ""))
    for one in newest(records, learner).sittings:
        disease = known.diseases[next(case.disease for case in CASES if case.id == one.case)]
        assert disease.name.casefold() not in said and one.case not in said
    assert withheld(records, learner.id) == set(names)


def test_which_case_waits_is_not_told(page, records, learner):
    made = begun(page, records, learner)
    said = words(page)
    assert all(one.title.casefold() not in said for one in made.sittings)


def test_closing_asks_once_and_what_has_not_ended_does_not_count(page, records, learner):
    sit_all(page, records, learner, but=2)
    press(page, "close_set")
    assert newest(records, learner).open
    press(page, "close_set_no")
    assert not part(page, QWidget, "close_set_sure").isVisible() and newest(records, learner).open
    press(page, "close_set")
    press(page, "close_set_yes")
    assert not newest(records, learner).open
    assert text(page, "closed_set_headline") == "Not scored yet"
    assert text(page, "closed_set_unscored") == "2 cases not scored yet."
    assert "not ended" in text(page, "sat_text_3") and page.findChild(QPushButton, "sat_debrief_3") is None
    assert "2 cases of the set did not end and do not count." in words(page)


def test_a_set_that_was_closed_with_nothing_ended(page, records, learner):
    begun(page, records, learner)
    press(page, "close_set")
    press(page, "close_set_yes")
    assert text(page, "closed_set_headline") == "No result: no case of this set ended"


def test_a_set_of_which_one_case_was_met_before(page, records, learner):
    names = sit_all(page, records, learner)
    for name in names:
        score(records, name, 66.0)
    done = newest(records, learner)
    play(records, learner.id, done.sittings[0].case, 1, mode="tutor", at=done.made_at.replace(year=2020))
    page.refresh()
    assert "You had met 1 of these cases before" in text(page, "closed_set_tell_2")
    assert text(page, "sat_text_1").endswith("met before")


def test_each_learner_has_his_own_sets(page, records, learner):
    begun(page, records, learner)
    page.show_learner(add_learner(records, "kestrel"))
    assert text(page, "assessment_learner") == "kestrel"
    assert part(page, QPushButton, "begin_set").isVisible() and page._list.count() == 1
    page.show_learner(learner)
    assert part(page, QPushButton, "go_on").isVisible()


def test_a_long_name_widens_nothing(page, records):
    page.show_learner(add_learner(records, "W" * 60))
    assert page.minimumSizeHint().width() <= 1180


def test_by_keys_alone(page, qtbot, records, learner):
    assert page._list.hasFocus()
    QTest.keyClick(page._list, Qt.Key.Key_Return)
    assert QApplication.focusWidget().objectName() == "begin_set" and not sets(records, learner.id, CASES)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert QApplication.focusWidget().objectName() == "go_on"
    with qtbot.waitSignal(page.sit_asked):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    seen, widget = set(), page._list
    for _ in range(10):
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        seen.add(widget.objectName())
    assert seen == {"assessment_to_library", "set_list", "go_on", "close_set"}
    part(page, QPushButton, "close_set").setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert QApplication.focusWidget().objectName() == "close_set_no", "the harmless answer is at hand"


def test_back_to_the_library(page, qtbot):
    with qtbot.waitSignal(page.library_asked):
        press(page, "assessment_to_library")


def test_records_that_cannot_be_written_are_told_of(page, records, learner, monkeypatch):
    with records.begin() as connection:
        connection.exec_driver_sql("DROP TABLE sitting")
    press(page, "begin_set")
    line = part(page, QLabel, "assessment_line")
    assert line.isVisible() and "records" in line.text()


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.6])
def test_nothing_is_wrong_with_what_is_seen(page, qapp, records, learner, look, scale):
    theme.apply(qapp, look, scale)
    try:
        whole(page, qapp)
        names = sit_all(page, records, learner, but=1)
        press(page, "close_set")
        whole(page, qapp)
        press(page, "close_set_yes")
        page.show_progress(0.4, "scoring")
        whole(page, qapp)
        page.show_progress(1.0, "")
        for name in names:
            score(records, name, 66.0, perception=50.0, safety=88.0)
        page.refresh()
        whole(page, qapp)
    finally:
        theme.apply(qapp, "dark", 1.0)


def whole(page, qapp):
    """Nothing is cut off, nameless or too pale."""
    qapp.processEvents()
    assert faults(page) == []
    for label in page.findChildren(QLabel):
        if label.isVisible() and label.text():
            need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            assert label.height() >= need - 1, label.objectName()
            assert label.wordWrap() or label.width() >= label.sizeHint().width() - 1, label.objectName()
    for button in page.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width() - 1, button.objectName()
    least = page.minimumSizeHint()
    assert least.width() <= 1180 and least.height() <= 700
    leaf = page._leaves.currentWidget()
    assert leaf.widget().width() <= leaf.viewport().width()
