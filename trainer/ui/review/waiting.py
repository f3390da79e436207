"""What is shown where no card is: how far the next one is, or why there is none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

_WIDEST = 520


class Waiting(QWidget):
    """A line, a bar and a button.

    Signals
    -------
    go_on_asked : ()
    """

    go_on_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_waiting")
        self._line, self._bar, self._again = QLabel(), QProgressBar(), QPushButton("Go on")
        self._bar.setObjectName("review_progress")
        self._bar.setAccessibleName("Progress")
        self._bar.setRange(0, 1000)
        self._line.setObjectName("review_line")
        self._line.setAccessibleName("Notice")
        self._line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._line.setWordWrap(True)
        self._again.setObjectName("review_retry")
        self._again.setMinimumHeight(28)
        self._again.clicked.connect(self.go_on_asked)
        middle = QVBoxLayout()
        middle.addStretch(1)
        for widget in (self._line, self._bar, self._again):
            widget.setMaximumWidth(_WIDEST)
            middle.addWidget(widget)
        middle.addStretch(2)
        across = QHBoxLayout(self)
        across.addStretch(1)
        across.addLayout(middle, 2)
        across.addStretch(1)

    def wait(self, share: float, text: str) -> None:
        """Show how far it is."""
        self._bar.show()
        self._again.hide()
        self._bar.setValue(round(1000 * share))
        if text:
            self._line.setText(f"{text[:1].upper()}{text[1:]}")

    def stand_still(self, text: str, *, more: bool) -> None:
        """Say why there is no card; with ``more`` one can go on to the next."""
        self._bar.hide()
        self._again.setVisible(more)
        self._line.setText(text)
