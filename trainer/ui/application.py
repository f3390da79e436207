"""Starting the application."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QSplashScreen

from trainer.core.error import AtollError
from trainer.course.cohort import Engine
from trainer.course.warming import is_warm, warm
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.ui.window import MainWindow

_FIRST_CASE = "wandering-shadows"


def start() -> int:
    """Open the window on the first case and run until it is closed; return the exit status."""
    if sys.platform.startswith("linux") and not _has_display():
        print(
            "atoll: no display; start it in a desktop session, or see `atoll --help` for the commands", file=sys.stderr
        )
        return 2
    application = QApplication.instance() or QApplication(sys.argv[:1])
    try:
        window = _window()
    except AtollError as error:
        print(f"atoll: {error}", file=sys.stderr)
        return error.exit_status
    window.resize(1280, 800)
    window.show()
    return int(application.exec())


def _has_display() -> bool:
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    return bool(chosen) or bool(os.environ.get("DISPLAY")) or bool(os.environ.get("WAYLAND_DISPLAY"))


def _window() -> MainWindow:
    known = library()
    engine = Engine.of(known)
    if not is_warm():
        splash = _splash("Compiling the simulator for this machine, once (half a minute)...")
        warm(engine.parameters)
        splash.close()
    session = Session(engine, read_case(_FIRST_CASE, known), Run(header=Header(case=_FIRST_CASE, seed=1)))
    return MainWindow(session)


def _splash(text: str) -> QSplashScreen:
    board = QPixmap(480, 120)
    board.fill(Qt.GlobalColor.black)
    splash = QSplashScreen(board)
    splash.show()
    splash.showMessage(text, Qt.AlignmentFlag.AlignCenter, Qt.GlobalColor.white)
    QApplication.processEvents()
    return splash
