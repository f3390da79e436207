"""Preferences: kept, holding at once, and never in the way of a start."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QKeySequenceEdit,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
)

from trainer.core.error import AtollError
from trainer.ui import theme
from trainer.ui.preference import Preferences, read_preferences, write_preferences
from trainer.ui.preference_sheet import PreferenceSheet
from trainer.ui.shortcut import SHORTCUTS, keys_of, prefer


@pytest.fixture
def sheet(qtbot, qapp, tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    made = PreferenceSheet(Preferences())
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    prefer({})
    theme.apply(qapp, "dark")


def part(sheet, kind, name):
    found = sheet.findChild(kind, name)
    assert found is not None, name
    return found


def choose_key(sheet, name, keys):
    part(sheet, QTableWidget, "preferred_keys").setCurrentCell([one.id for one in SHORTCUTS].index(name), 0)
    edit = part(sheet, QKeySequenceEdit, "new_key")
    edit.setKeySequence(QKeySequence(keys))
    edit.editingFinished.emit()
    return part(sheet, QLabel, "preference_line").text()


def test_what_is_kept_is_read(tmp_path):
    assert read_preferences(tmp_path) == (Preferences(), None)
    kept = Preferences(theme="light", text_scale=1.3, mouse="scroll", keys={"mark": "B"}, layout="2x2")
    write_preferences(kept, tmp_path / "new")
    assert read_preferences(tmp_path / "new") == (kept, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"theme": "pink"}',
        '{"text_scale": 9}',
        '{"odd": 1}',
        '{"keys": {"mark": 3}}',
        "\xff",
        "[" * 60_000,
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(tmp_path, text):
    (tmp_path / "preferences.json").write_bytes(text.encode("latin-1"))
    preferences, line = read_preferences(tmp_path)
    assert preferences == Preferences()
    assert "preferences.json" in line and "as at the first start" in line and "\n" not in line


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AtollError, match="cannot be made"):
        write_preferences(Preferences(), tmp_path / "file" / "home")


def test_the_look_holds_at_once_and_is_kept(sheet, qtbot, tmp_path):
    box = part(sheet, QComboBox, "preferred_theme")
    with qtbot.waitSignal(sheet.changed) as changed:
        box.setCurrentIndex(box.findData("light"))
    assert changed.args[0].theme == "light"
    assert theme.colours() == theme.COLOURS["light"]
    assert sheet.palette().window().color().name() == theme.COLOURS["light"].ground
    part(sheet, QSpinBox, "preferred_text").setValue(130)
    assert QApplication.font().pointSizeF() == pytest.approx(13.0)
    mouse = part(sheet, QComboBox, "preferred_mouse")
    mouse.setCurrentIndex(1)
    kept, _ = read_preferences(tmp_path)
    assert (kept.theme, kept.text_scale, kept.mouse) == ("light", 1.3, "scroll")


def test_a_key_is_changed_by_pressing_it(sheet, tmp_path):
    table = part(sheet, QTableWidget, "preferred_keys")
    row = [one.id for one in SHORTCUTS].index("mark")
    table.setCurrentCell(row, 0)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    edit = part(sheet, QKeySequenceEdit, "new_key")
    assert edit.hasFocus() or edit.isAncestorOf(QApplication.focusWidget())
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_B)
    edit.editingFinished.emit()
    assert table.item(row, 2).text() == "B" and keys_of("mark") == "B"
    assert read_preferences(tmp_path)[0].keys == {"mark": "B"}
    part(sheet, QPushButton, "key_back").click()
    assert keys_of("mark") == "M" and read_preferences(tmp_path)[0].keys == {}


def test_a_key_that_is_there_already_is_refused(sheet, tmp_path):
    assert "commit the step" in choose_key(sheet, "mark", "Ctrl+Return")
    assert keys_of("mark") == "M" and not (tmp_path / "preferences.json").exists()
    assert choose_key(sheet, "distance", "F6") == "Kept."
    assert choose_key(sheet, "mark", "D") == "Kept."
    part(sheet, QTableWidget, "preferred_keys").setCurrentCell([one.id for one in SHORTCUTS].index("distance"), 0)
    part(sheet, QPushButton, "key_back").click()
    assert "mark a finding" in part(sheet, QLabel, "preference_line").text()
    part(sheet, QPushButton, "keys_back").click()
    assert (keys_of("mark"), keys_of("distance")) == ("M", "D")


def test_what_cannot_be_kept_still_holds_and_is_told(sheet, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "file"))
    part(sheet, QSpinBox, "preferred_text").setValue(120)
    assert QApplication.font().pointSizeF() == pytest.approx(12.0)
    assert "cannot be" in part(sheet, QLabel, "preference_line").text()


def test_the_sheet_is_in_nobodys_way(sheet):
    assert not sheet.isModal()
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_a_crash_report_is_written_where_the_user_says(sheet, tmp_path, monkeypatch):
    asked = tmp_path / "report.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(asked), ""))
    button = part(sheet, QPushButton, "crash_report")
    button.click()
    assert asked.read_bytes()[:2] == b"PK"
    assert "sends nothing by itself" in part(sheet, QLabel, "preference_line").text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "none" / "report.zip"), ""))
    button.click()
    assert "cannot be written" in part(sheet, QLabel, "preference_line").text()
