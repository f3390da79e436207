"""Starting the application, and ending it well."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Final

from trainer.core.compilation import all_compiled
from trainer.core.error import AtollError
from trainer.core.place import home_dir
from trainer.records.database import Records
from trainer.records.learner import current_learner
from trainer.records.shelf import Shelf
from trainer.ui.platform import obstacle, of_import
from trainer.ui.preference import Preferences, read_preferences

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from trainer.ui.first_start import FirstStart
    from trainer.ui.window import MainWindow

_LOG: Final = logging.getLogger("atoll")
_LOG_BYTES: Final = 500_000
_WAKE_MS: Final = 200  # how often Python is let in, so that a signal is heard while Qt waits
_UNUSABLE: Final = 2
_ENDING: Final = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


def start() -> int:
    """Open the window on the library and run until it is closed; return the exit status."""
    said = obstacle()
    if said is not None:
        return _refuse(said)
    try:
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        return _refuse(of_import(error))
    try:
        records = Records()
        records.claim()
        shelf = Shelf(records, current_learner(records).id)
    except AtollError as error:
        return _refuse(str(error))
    preferences, line = read_preferences()
    keep_log()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    if not all_compiled():
        from trainer.ui.first_start import FirstStart

        dress(application, preferences)
        first = FirstStart()
        status = run(application, first)
        if not first.ready:
            return status
    try:
        window = window_of(application, shelf, preferences)
    except AtollError as error:  # a case or a table that came with Atoll was damaged
        return _refuse(str(error))
    if line is not None:
        _tell(window, line)
    return run(application, window)


def dress(application: QApplication, preferences: Preferences) -> None:
    """Give the application its name and the look that is preferred."""
    from trainer.ui import shortcut, theme

    application.setApplicationName("Atoll")
    application.setApplicationDisplayName("Atoll")
    application.setDesktopFileName("atoll")
    theme.apply(application, preferences.theme, preferences.text_scale)
    shortcut.prefer(preferences.keys)


def window_of(application: QApplication, shelf: Shelf, preferences: Preferences) -> MainWindow:
    """Return the main window in the dress that is preferred; nothing heavy is loaded for it."""
    dress(application, preferences)
    from trainer.ui.window import MainWindow

    window = MainWindow(shelf, preferences)
    window.resize(1366, 768)
    return window


def run(application: QApplication, window: MainWindow | FirstStart) -> int:
    """Show the window and run until it is closed, by its button or by a signal; return the exit status."""
    from PySide6.QtCore import QTimer

    heard: list[int] = []

    def close(number: int, _: FrameType | None) -> None:
        if heard:  # asked twice, and a worker is still busy; every event is on disk already
            os._exit(128 + number)
        heard.append(number)
        window.close()

    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    before = {number: signal.signal(number, close) for number in numbers}
    wake = QTimer(application)
    wake.timeout.connect(_do_nothing)
    wake.start(_WAKE_MS)
    watch(window)
    try:
        window.show()
        status = int(application.exec())
    finally:
        wake.stop()
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 + heard[0] if heard else status


def _do_nothing() -> None:
    """Let Python look whether a signal came."""


def keep_log(folder: Path | None = None) -> None:
    """Keep what goes wrong in files in ``logs`` of Atoll's home; where none can be written, there are none."""
    logs = folder or home_dir() / "logs"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            logs / "atoll.log", maxBytes=_LOG_BYTES, backupCount=3, encoding="utf-8", delay=True
        )
        faulthandler.enable((logs / "crash.log").open("a", encoding="utf-8"))
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False


def watch(window: MainWindow | FirstStart) -> None:
    """Say a defect of Atoll in one line in the window, and write the whole of it into the log."""
    from PySide6.QtCore import QObject, Signal

    class Bridge(QObject):
        """Brings a line from any thread to the window's."""

        came = Signal(str)

    bridge = Bridge(window)
    bridge.came.connect(lambda line: _tell(window, line))

    def say(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, AtollError):
            bridge.came.emit(str(error))
            return
        _LOG.error("a defect", exc_info=(kind, error or kind(), trace))
        words = " ".join(str(error).split())
        bridge.came.emit(f"A defect of Atoll: {kind.__name__}: {words}. The log is in {home_dir() / 'logs'}.")

    sys.excepthook = say
    threading.excepthook = lambda given: say(given.exc_type, given.exc_value, given.exc_traceback)


def _tell(window: MainWindow | FirstStart, line: str) -> None:
    """Say a line where the window says its lines."""
    window.tell(line)


def _refuse(line: str) -> int:
    print(f"atoll: {line}", file=sys.stderr)
    return _UNUSABLE
