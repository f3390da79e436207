"""Keys: each does one thing, and may be another one."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from trainer.ui.sheet import SCOPES, ShortcutSheet, columns
from trainer.ui.shortcut import SHORTCUTS, bind, objection, prefer


@pytest.fixture(autouse=True)
def as_at_first():
    yield
    prefer({})


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def test_no_key_and_no_id_is_there_twice():
    assert Counter(one.id for one in SHORTCUTS).most_common(1)[0][1] == 1
    assert Counter(QKeySequence(one.keys).toString() for one in SHORTCUTS).most_common(1)[0][1] == 1


@pytest.mark.parametrize("one", SHORTCUTS, ids=lambda one: one.id)
def test_the_table_obeys_its_own_rules(one):
    assert not QKeySequence(one.keys).isEmpty()
    assert one.text and one.scope in SCOPES
    assert objection(one.id, one.keys, {}) is None
    single = len(one.keys) == 1
    assert one.scope == "viewer" or not single or one.keys == "?"


def test_a_key_acts_and_then_another(window):
    heard = []
    bind(window, "commit", lambda: heard.append(1))
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert heard == [1]
    prefer({"commit": "Ctrl+Shift+M", "of-another-version": "Ctrl+Y"})
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert heard == [1]
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_M, both)
    assert heard == [1, 1]
    bind(window, "advance", lambda: heard.append(2))
    prefer({"advance": "F6"})
    QTest.keyClick(window, Qt.Key.Key_F6)
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert heard == [1, 1, 2, 1], "what is not preferred is as at first"


def test_a_preferred_key_holds_for_what_is_bound_later(window):
    prefer({"commit": "F6"})
    assert bind(window, "commit", lambda: None).key() == QKeySequence("F6")


def test_a_letter_of_the_viewer_is_not_heard_elsewhere(window):
    heard = []
    viewer = QWidget(window)
    viewer.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    line = QLineEdit(window)
    for widget in (viewer, line):
        widget.show()
    bind(viewer, "mark", lambda: heard.append("m"))
    bind(window, "shortcuts", lambda: heard.append("?"))
    line.setFocus()
    QTest.keyClicks(line, "m?")
    assert line.text() == "m?" and heard == []
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_M)
    QTest.keyClick(viewer, Qt.Key.Key_Question)
    assert heard == ["m", "?"]


@pytest.mark.parametrize(
    ("name", "keys", "chosen", "says"),
    [
        ("commit", "Ctrl+Z", {}, "take back the last mark"),
        ("mark", "Ctrl+Return", {}, "commit the step"),
        ("mark", "F6", {"advance": "F6"}, "move the clock"),
        ("mark", "Tab", {}, "Tab goes"),
        ("commit", "B", {}, "in the viewer alone"),
        ("commit", "Shift+B", {}, "in the viewer alone"),
        ("commit", "", {}, "is needed"),
        ("commit", "Ctrl+K, Ctrl+C", {}, "is needed"),
        ("mark", "B", {}, None),
        ("mark", "M", {}, None),
        ("mark", "D", {"distance": "F6"}, None),
        ("commit", "F6", {}, None),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_a_reason(name, keys, chosen, says):
    reason = objection(name, keys, chosen)
    assert (reason is None) == (says is None)
    assert says is None or says in reason


def test_the_sheet_has_every_key_once(qtbot):
    prefer({"commit": "F6"})
    lines = [line for column in columns() for line in column]
    assert Counter(lines).most_common(1)[0][1] == 1
    assert ("Left drag", "window") in lines
    assert ("Left drag", "scroll") in [line for column in columns("scroll") for line in column]
    assert len(lines) == len(SHORTCUTS) + len(SCOPES) + 7
    assert ("F6", "commit the step") in lines
    assert max(map(len, columns())) - min(map(len, columns())) <= 3
    sheet = ShortcutSheet()
    qtbot.addWidget(sheet)
    sheet.show()
    assert not sheet.isModal()
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_an_unknown_shortcut_is_a_defect(window):
    with pytest.raises(KeyError):
        bind(window, "nothing", lambda: None)


def test_a_key_held_down_commits_once_and_scrolls_on(window):
    heard = []
    commit, scroll = bind(window, "commit", lambda: heard.append(1)), bind(window, "next-slice", lambda: None)
    assert not commit.autoRepeat()
    assert scroll.autoRepeat()


@pytest.mark.parametrize("keys", ["A", "", "no such key", "Tab", "Ctrl+Q"])
def test_a_key_that_would_do_harm_is_not_taken_from_a_file(window, keys):
    heard = []
    made = bind(window, "commit", lambda: heard.append(1))
    prefer({"commit": keys})
    assert made.key() == QKeySequence("Ctrl+Return")


def test_two_keys_that_change_places_are_taken(window):
    commit, advance = bind(window, "commit", lambda: None), bind(window, "advance", lambda: None)
    prefer({"commit": "Ctrl+Shift+N", "advance": "Ctrl+Return"})
    assert (commit.key(), advance.key()) == (QKeySequence("Ctrl+Shift+N"), QKeySequence("Ctrl+Return"))
