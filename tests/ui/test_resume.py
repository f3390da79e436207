"""A window that is killed in the middle of a step, and the next one."""

import subprocess
import sys

import pytest

from tests.records.kept import shelf_in
from trainer.ui.preference import Preferences
from trainer.ui.window import MainWindow


@pytest.fixture
def killed(tmp_path):
    """A shelf whose window was killed after three committed events."""
    command = [sys.executable, "-m", "tests.ui.dying", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline().strip() for _ in range(4)]
        process.kill()
    assert said == ["1", "2", "3", "half done"]
    return shelf_in(tmp_path)


def test_nothing_committed_is_lost_when_the_window_is_killed(qtbot, killed, engine):
    entry = killed.entries()[0]
    assert (entry.day, entry.over) == (0, False)
    window = MainWindow(killed, Preferences(), scale=4)
    qtbot.addWidget(window)
    window.show()
    window.library.resume_asked.emit(entry.name)
    qtbot.waitUntil(lambda: window.encounter is not None and window.encounter.desk is not None, timeout=60_000)
    desk = window.encounter.desk
    assert [event.kind for event in desk.run.events] == ["test", "test", "belief"]
    assert desk.submit(desk.run.events[0]) is not None  # it was ordered already
    window.encounter.panel.choose("differential")
    assert window.encounter.panel.sections["differential"].rest.text() == "Committed"
    window.close()
