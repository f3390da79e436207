"""The first start: the simulator is compiled by a process of its own, under a window that answers and can be closed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QProcess, QProcessEnvironment, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from trainer.core.compilation import drop_half_written

_WAIT_MS: Final = 5000
_ROOT: Final = Path(__file__).resolve().parents[2]
_WHAT: Final = (
    "The simulator is compiled for this computer. That takes two or three minutes, once; later starts do without. "
    "You may cancel: the next start goes on from there."
)


def compiling_command() -> tuple[str, ...]:
    """Return the command that compiles: the bundle's own, or this Python's."""
    if getattr(sys, "frozen", False):
        own = Path(sys.executable)
        return str(own.with_name(f"atoll{own.suffix}")), "warm", "--json"
    # -P: no module of the folder that one happens to be in
    return sys.executable, "-P", "-m", "trainer.app", "warm", "--json"


class FirstStart(QWidget):
    """Shows how far the compile is, and closes when it is done.

    Parameters
    ----------
    command : sequence of str
        Compiles; each line it prints is the share that is done and what is being done, as JSON.

    Attributes
    ----------
    ready : bool
        Whether it came to its end.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        super().__init__()
        self.setObjectName("first_start")
        self.setWindowTitle("Atoll: first start")
        self.setAccessibleName("First start")
        self.ready = False
        self._command = compiling_command() if command is None else tuple(command)
        self._child = QProcess(self)
        self._bar, self._line = QProgressBar(), QLabel()
        self._again, self._cancel = QPushButton("Try again"), QPushButton("Cancel")
        self._lay_out()
        self._child.readyReadStandardOutput.connect(self._hear)
        self._child.finished.connect(self._end)
        self._child.errorOccurred.connect(self._stumble)
        self._again.clicked.connect(self._begin)
        self._cancel.clicked.connect(self.close)
        self._begin()

    def _lay_out(self) -> None:
        title, what = QLabel("Atoll"), QLabel(_WHAT)
        title.setProperty("kind", "brand")
        what.setWordWrap(True)
        for widget, name, spoken in (
            (self._bar, "compiling_progress", "Progress"), (self._line, "compiling_line", "Message"),
            (self._again, "compile_again", "Try again"), (self._cancel, "cancel_compiling", "Cancel"),
        ):  # fmt: skip
            widget.setObjectName(name)
            widget.setAccessibleName(spoken)
        self._bar.setRange(0, 1000)
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        self._line.setMinimumHeight(2 * self.fontMetrics().height())
        self._line.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._again)
        row.addWidget(self._cancel)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 24, 28, 20)
        whole.setSpacing(14)
        for widget in (title, what, self._bar, self._line):
            whole.addWidget(widget)
        whole.addStretch(1)
        whole.addLayout(row)
        self.setMinimumWidth(32 * self.fontMetrics().averageCharWidth() * 2)

    def tell(self, text: str) -> None:
        """Show a line."""
        self._line.setText(text)

    def _begin(self) -> None:
        self._again.hide()
        self._bar.setValue(0)
        self.tell("Starting ...")
        environment = QProcessEnvironment.systemEnvironment()
        path = environment.value("PYTHONPATH")
        environment.insert(
            "PYTHONPATH", f"{_ROOT}{';' if sys.platform == 'win32' else ':'}{path}" if path else str(_ROOT)
        )
        self._child.setProcessEnvironment(environment)
        self._child.start(self._command[0], list(self._command[1:]))

    def _hear(self) -> None:
        while self._child.canReadLine():
            try:
                said = json.loads(bytes(self._child.readLine().data()))
                share, text = float(said["share"]), str(said["text"])
            except (ValueError, KeyError, TypeError):
                continue  # something else printed
            self._bar.setValue(round(1000 * share))
            self.tell(f"Compiling {text}")

    def _end(self, status: int, how: QProcess.ExitStatus) -> None:
        self._hear()
        if status == 0 and how == QProcess.ExitStatus.NormalExit:
            self.ready = True
            self.close()
            return
        said = bytes(self._child.readAllStandardError().data()).decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(said) if line.strip()), f"it ended with {status}")
        self._complain(last)

    def _stumble(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._complain(self._child.errorString())

    def _complain(self, why: str) -> None:
        self.tell(f"It could not be compiled: {why}")
        self._again.show()
        self._again.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """End the compile at once; what is ready is kept, what is half-written goes."""
        if self._child.state() != QProcess.ProcessState.NotRunning:
            self._child.finished.disconnect(self._end)
            self._child.errorOccurred.disconnect(self._stumble)
            self._child.kill()
            self._child.waitForFinished(_WAIT_MS)
            drop_half_written()
        super().closeEvent(event)
