"""The main window before a case is begun: sheets beside it, and nothing left behind when it closes."""

import threading
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QStatusBar

from tests.records.kept import shelf_in
from tests.ui.checks import faults
from trainer.core.error import BadInput
from trainer.encounter.event import Ended
from trainer.encounter.run import Chest, Header, Run
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import read_case
from trainer.ui import theme
from trainer.ui.library.catalogue import StartRequest
from trainer.ui.preference import Preferences, read_preferences
from trainer.ui.preference_sheet import PreferenceSheet
from trainer.ui.sheet import ShortcutSheet
from trainer.ui.shortcut import prefer
from trainer.ui.window import MainWindow
from trainer.ui.work import Priority


@pytest.fixture
def window(qtbot, qapp, tmp_path, monkeypatch, engine):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    made = MainWindow(shelf_in(tmp_path), Preferences(), scale=2)
    made.resize(1366, 768)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    made.close()
    made.deleteLater()
    theme.apply(qapp, "dark")
    prefer({})


def ended(case):
    run = Run(header=Header(case=case, seed=1)).then(Ended(day=0))
    return run.sealed("0" * 64)


def sheet_of(qtbot, kind):
    def found():
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]

    qtbot.waitUntil(lambda: bool(found()))
    (sheet,) = found()
    return sheet


def test_a_report_out_of_the_window_says_whose_run_it_is(window, monkeypatch):
    given = []
    report = SimpleNamespace(set_cover=given.append)
    monkeypatch.setattr(window, "debrief", SimpleNamespace(report=report, rest=lambda: None))
    monkeypatch.setattr(window.study, "keep", lambda *_: None)
    window.study.shelf.save("wandering-shadows-1-1", ended("wandering-shadows"))
    window._kept = "wandering-shadows-1-1"
    window._keep(None)
    assert [(cover.learner, cover.finished_on is not None) for cover in given] == [("tester", True)]


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_nothing_is_wrong_with_any_part_of_the_library(window, qapp, name, size):
    theme.apply(qapp, name)
    window.resize(*size)
    qapp.processEvents()
    found = faults(window.library)
    # a style sheet paints this button without telling its palette; how it is painted is held in test_theme
    assert [one for one in found if not one.startswith("QPushButton start_case: contrast")] == []
    assert window.library.list.hasFocus()


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(("kind", "key", "modifier"), [
    (ShortcutSheet, Qt.Key.Key_Question, Qt.KeyboardModifier.NoModifier),
    (PreferenceSheet, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier),
])  # fmt: skip
def test_a_sheet_comes_by_its_key_and_goes_by_esc(window, qtbot, qapp, name, kind, key, modifier):
    theme.apply(qapp, name)
    QTest.keyClick(window.library.list, key, modifier)
    sheet = sheet_of(qtbot, kind)
    assert faults(sheet) == []
    assert window.isEnabled(), "nothing is blocked"
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not [one for one in QApplication.topLevelWidgets() if isinstance(one, kind)])


def test_a_theme_chosen_in_the_sheet_holds_in_the_window(window, qtbot, tmp_path):
    window.show_preferences()
    box = sheet_of(qtbot, PreferenceSheet).findChild(QComboBox, "preferred_theme")
    box.setCurrentIndex(box.findData("light"))
    assert window.grab().toImage().pixelColor(3, 300).name() == theme.COLOURS["light"].ground
    assert read_preferences(tmp_path)[0].theme == "light"


def test_a_key_that_is_preferred_holds_in_the_window(window, qtbot):
    prefer({"preferences": "F4"})
    QTest.keyClick(window.library.list, Qt.Key.Key_F4)
    sheet_of(qtbot, PreferenceSheet)


def test_a_line_is_told_below_the_page(window):
    window.tell("a line")
    assert window.findChild(QStatusBar).currentMessage() == "a line"


def test_nothing_outlives_the_window(qtbot, tmp_path, engine):
    before, widgets = set(threading.enumerate()), len(QApplication.topLevelWidgets())
    for _ in range(3):
        window = MainWindow(shelf_in(tmp_path), Preferences(), scale=2)
        with qtbot.waitExposed(window):
            window.show()
        window.show_preferences()
        window.show_shortcuts()
        window.close()
        window.deleteLater()
    QApplication.processEvents()
    qtbot.waitUntil(lambda: len(QApplication.topLevelWidgets()) <= widgets)
    assert set(threading.enumerate()) <= before


def test_a_debrief_that_is_opened_while_a_patient_is_called_stays(window, qtbot, monkeypatch):
    """Else the score of the one run would be noted beside the other."""
    window.study.shelf.save("wandering-shadows-1-1", ended("wandering-shadows"))

    def no_score(*_):
        raise BadInput("no score today")

    monkeypatch.setattr(window._thinker, "scorer", no_score)
    window.library.start_asked.emit(StartRequest("wandering-shadows", 2, "tutor", 1.0, "default"))
    window.library.debrief_asked.emit("wandering-shadows-1-1")
    idle = []
    window._lanes.mind.run(lambda _: None, idle.append, idle.append, priority=Priority.AHEAD)
    qtbot.waitUntil(lambda: bool(idle), timeout=60_000)
    assert window.debrief.isVisible()
    assert window._kept == "wandering-shadows-1-1"
    assert [entry.name for entry in window.study.shelf.entries()] == ["wandering-shadows-1-1"]


def test_a_run_on_a_chest_that_is_not_here_can_be_resumed_and_says_so(window, qtbot, engine):
    header = Header(case="wandering-shadows", seed=2, chest=Chest(name="ward-3", digest="0" * 64))
    case = read_case("wandering-shadows", engine.library)
    window.study.shelf.save("wandering-shadows-2-1", sealed(Session(engine, case, Run(header=header))))
    window.library.resume_asked.emit("wandering-shadows-2-1")
    qtbot.waitUntil(lambda: window.encounter is not None and window.encounter.desk is not None, timeout=60_000)
    qtbot.waitUntil(lambda: "'ward-3'" in window.encounter.room.stage.missing, timeout=60_000)
    assert "not on this workstation" in window.encounter.room.stage.missing
    assert "CT on the chest 'ward-3'" in window.encounter.strip.accessibleDescription()


def test_leaving_an_examination_gives_no_time_back(window, qtbot):
    def desk():
        return window.encounter.desk if window.encounter is not None else None

    window.library.start_asked.emit(StartRequest("wandering-shadows", 2, "exam", 1.0, "default"))
    qtbot.waitUntil(lambda: desk() is not None, timeout=60_000)
    desk()._second = lambda: 600
    window.show_library()
    assert desk() is None
    window.library.resume_asked.emit("wandering-shadows-2-1")
    qtbot.waitUntil(lambda: desk() is not None, timeout=60_000)
    assert desk().seconds_left <= desk().session.case.minutes * 60 - 600


def test_the_key_to_the_library_says_first_what_would_be_lost(window, qtbot):
    def back():
        QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        return window.library.isVisible()

    window.library.start_asked.emit(StartRequest("wandering-shadows", 2, "tutor", 1.0, "default"))
    qtbot.waitUntil(lambda: window.encounter is not None and window.encounter.desk is not None, timeout=60_000)
    line = window.encounter.panel.sections["orders"].search.line
    window.encounter.panel.choose("orders")
    QTest.keyClicks(line, "CRP")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert not back() and "1 order" in window.encounter.panel.message.text()
    assert back()


def test_the_window_is_gone_before_its_workers_are_waited_for(window, monkeypatch):
    seen, close = [], window._lanes.close
    monkeypatch.setattr(window._lanes, "close", lambda: (seen.append(window.isVisible()), close()))
    window.close()
    assert seen == [False]
