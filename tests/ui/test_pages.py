"""The whole window, page by page: names, targets and contrast in both themes; and nothing of it outlives it."""

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QPushButton
from shiboken6 import isValid

from tests.records.kept import shelf_in
from tests.ui.checks import faults
from tests.ui.shots import run_to, wait
from trainer.ui import theme
from trainer.ui.preference import Preferences
from trainer.ui.window import MainWindow


def opened(folder):
    """A window on day 28 of the classic case, with its pictures."""
    shelf = shelf_in(folder)
    shelf.save("wandering-shadows-1-1", run_to(28))
    window = MainWindow(shelf, Preferences(), scale=4)
    window.resize(1366, 768)
    window.show()
    window.library.resume_asked.emit("wandering-shadows-1-1")
    wait(lambda: window.encounter is not None and window.encounter.desk is not None)
    wait(lambda: window.encounter.room.stage.canvas.frame is not None)
    return window


@pytest.fixture
def window(qtbot, tmp_path, engine):
    made = opened(tmp_path)
    yield made
    made.close()
    made.deleteLater()


def test_every_control_has_a_name_a_size_and_contrast(qapp, window):
    found = []
    for look in ("light", "dark"):
        theme.apply(qapp, look)
        for section in ("chart", "read", "differential", "evidence", "orders", "visit"):
            window.encounter.panel.choose(section)
            QApplication.processEvents()
            found += [f"{look}, {section}: {line}" for line in faults(window.encounter)]
    assert not found, "\n".join(dict.fromkeys(found))


def settle():
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def running():
    """The threads, the active timers and the windows that are there."""
    timers = [one for one in gc.get_objects() if isinstance(one, QTimer) and isValid(one) and one.isActive()]
    return {thread.name for thread in threading.enumerate()}, len(timers), len(QApplication.topLevelWidgets())


def test_nothing_outlives_the_window(qapp, tmp_path, engine):
    settle()
    before = running()
    window = opened(tmp_path)
    window.show_shortcuts()
    window.show_preferences()
    window.encounter.room.stage.set_layout("2x2")
    QApplication.processEvents()
    window.close()
    window.deleteLater()
    del window
    settle()
    assert running() == before


def test_the_button_to_the_library_says_first_what_would_be_lost(qtbot, window):
    panel = window.encounter.panel
    panel._edit(panel.draft.rated("right-lower", 3))
    button = window.encounter.findChild(QPushButton, "to_library")
    button.click()
    assert window.encounter.desk is not None and "Not committed" in panel.message.text()
    button.click()
    assert window.encounter.desk is None
