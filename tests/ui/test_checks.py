"""The checks over widgets find what they are there to find."""

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTableWidget, QToolButton, QVBoxLayout, QWidget

from tests.ui.checks import contrast, faults


def page(qtbot, *widgets):
    root = QWidget()
    qtbot.addWidget(root)
    column = QVBoxLayout(root)
    for widget in widgets:
        column.addWidget(widget)
    root.show()
    return root


def named(widget, name="thing"):
    widget.setObjectName(name)
    widget.setAccessibleName("a thing")
    widget.setMinimumSize(30, 30)
    return widget


def test_a_good_page_has_no_faults(qtbot):
    assert faults(page(qtbot, named(QPushButton("go")), named(QLineEdit()), QLabel("words"))) == []


@pytest.mark.parametrize("kind", [QToolButton, QLineEdit, QTableWidget])
def test_a_nameless_widget_is_found(qtbot, kind):
    found = faults(page(qtbot, kind()))
    assert any("no objectName" in one for one in found) and any("no accessible name" in one for one in found)


def test_a_small_target_is_found(qtbot):
    button = named(QToolButton())
    button.setStyleSheet("QToolButton { min-width: 0; min-height: 0; padding: 0; border: 0; }")
    button.setFixedSize(20, 20)
    assert len(faults(page(qtbot, button))) == 1


def test_low_rows_are_found(qtbot):
    table = named(QTableWidget(2, 1))
    table.verticalHeader().setMinimumSectionSize(10)
    table.setRowHeight(1, 15)
    assert faults(page(qtbot, table)) == ["QTableWidget thing has a row of 15 px"]


def test_pale_text_is_found_however_it_came_about(qtbot):
    label = QLabel("pale")
    label.setStyleSheet("color: #777777; background: #888888")
    assert "contrast" in faults(page(qtbot, label))[0]
    label = QLabel("pale")
    root = page(qtbot, label)
    root.setStyleSheet("QLabel { color: #c0c0c0 } QWidget { background: white }")
    assert "contrast" in faults(root)[0]


def test_text_is_held_against_what_is_drawn_behind_it(qtbot):
    button = named(QPushButton("go"))
    button.setStyleSheet("background: #56b4e9; color: #0b0d10; border: 0")  # the palette knows nothing of this ground
    root = page(qtbot, button)
    assert faults(root) == []
    button.setCheckable(True)
    button.setChecked(True)
    button.setStyleSheet(
        "QPushButton { color: white; background: black }QPushButton:checked { color: #0b0d10; background: #222222 }"
    )
    assert "contrast" in faults(root)[0]


def test_what_is_hidden_is_left_out(qtbot):
    hidden = QToolButton()
    root = page(qtbot, hidden)
    assert faults(root)
    hidden.hide()
    assert faults(root) == []


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
