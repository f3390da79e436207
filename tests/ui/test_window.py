"""The window on one patient, driven as a person would."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton

from trainer.chest.anatomy.build import anatomy_of
from trainer.encounter.run import Header, Run, decode
from trainer.encounter.session import Session
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.ui.window import MainWindow


@pytest.fixture(scope="module")
def session(engine):
    """A patient whose chest, at half resolution, is built and kept."""
    case = read_case("wandering-shadows", library())
    made = Session(engine, case, Run(header=Header(case=case.id, seed=3)))
    anatomy_of(made.person, scale=2)
    return made


@pytest.fixture
def window(qtbot, engine, session):
    made = MainWindow(Session(engine, session.case, Run(header=session.run.header)), scale=2)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.view.picture is not None, timeout=120_000)
    yield made
    made.close()


def press(qtbot, window, name):
    qtbot.mouseClick(window.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def wheel(view, steps):
    at = QPointF(view.rect().center())
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_order_advance_see_and_save(qtbot, window, tmp_path):
    first = window.view.picture
    assert first.dtype == np.uint8 and first.std() > 20
    assert "coughed for" in window.findChild(QLabel, "opening").text()
    wheel(window.view, 3)
    qtbot.waitUntil(lambda: window.view.picture is not first, timeout=60_000)
    assert not np.array_equal(window.view.picture, first)

    choice = window.findChild(QComboBox, "order_choice")
    choice.setCurrentIndex(choice.findText("Prednisolone 0.75 mg/kg for 4 weeks"))
    press(qtbot, window, "give_order")
    assert "prednisolone from day 0" in window.findChild(QLabel, "state").text()

    before = window.view.picture
    press(qtbot, window, "advance")
    qtbot.waitUntil(lambda: window.view.picture is not before, timeout=60_000)
    assert "Day 28" in window.findChild(QLabel, "state").text()
    assert window.view.accessibleDescription().startswith("day 28")

    window.save(tmp_path / "run.json")
    saved = decode((tmp_path / "run.json").read_text(), "run.json")
    assert saved.events[-1].day == 28 and len(saved.events) == 2


def test_a_refused_command_and_a_bad_folder_are_said(qtbot, window, tmp_path):
    for _ in range(20):
        press(qtbot, window, "advance")
    assert "the clock goes on" in window.statusBar().currentMessage()
    window.save(tmp_path / "no" / "run.json")
    assert "cannot be written" in window.statusBar().currentMessage()
