"""The real window on day 28 of the classic case, for real events: `python -m tests.ui.real HOME`.

It says where the active pane lies, and then its slice, level, width and zoom whenever one of them changes.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from tests.records.kept import shelf_in
from tests.ui.shots import CASE, run_to, still, wait
from trainer.ui import theme
from trainer.ui.preference import Preferences
from trainer.ui.window import MainWindow

application = QApplication([])
theme.apply(application, "dark")
shelf = shelf_in(Path(sys.argv[1]))
shelf.save(f"{CASE}-1-1", run_to(28))
window = MainWindow(shelf, Preferences(), scale=4)
window.resize(1366, 768)
window.move(0, 0)
window.show()
still(500)
window.library.resume_asked.emit(f"{CASE}-1-1")
wait(lambda: window.encounter is not None and window.encounter.room.stage.canvas.frame is not None)
room = window.encounter.room


def say() -> None:
    """Say how the active pane looks."""
    state = room.stage.views.current
    if state is not None:
        print("state", state.index, round(state.level_hu), round(state.width_hu), round(state.zoom, 2), flush=True)


still(1000)
canvas = room.stage.canvas
corner = canvas.mapToGlobal(QPoint(0, 0))
print("pane", corner.x(), corner.y(), canvas.width(), canvas.height(), flush=True)
say()
room.state_changed.connect(say)
application.exec()
