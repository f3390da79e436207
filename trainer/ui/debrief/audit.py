"""The search audit of a run: a strip of each CT, what is said of it, and a way to each opacity that was missed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from trainer.encounter.search import Search
from trainer.ui.debrief.prose import Prose
from trainer.ui.debrief.strip import SearchStrip
from trainer.ui.debrief.word import NO_SEARCH, SEARCH_SOURCE, of_search
from trainer.ui.theme import icon

_BUTTONS = 5  # of the largest; more would not fit beside each other


class AuditView(QWidget):
    """What of each CT was on the screen.

    Signals
    -------
    place_asked : int, tuple of float
        Day of a CT, and a place in it that is to be shown.
    """

    place_asked = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_audit")
        self._whole = QVBoxLayout(self)

    def show_searches(self, searches: Sequence[Search]) -> None:
        """Show other audits; none where nothing was recorded."""
        _empty(self._whole)
        for search in searches:
            self._whole.addWidget(QLabel(f"<b>CT of day {search.day}</b>"))
            self._whole.addWidget(SearchStrip(search))
            text = Prose(f"search_text_{search.day}", f"Search of the CT of day {search.day}", fitting=True)
            text.show_blocks(of_search(search))
            self._whole.addWidget(text)
            self._whole.addLayout(self._ways_to(search))
        closing = Prose("search_words", "Where the classes of error come from", fitting=True)
        closing.show_blocks([SEARCH_SOURCE if searches else NO_SEARCH])
        self._whole.addWidget(closing)
        self._whole.addStretch(1)

    def _ways_to(self, search: Search) -> QHBoxLayout:
        """Return a button for each opacity that was missed, which shows it."""
        row = QHBoxLayout()
        for missed in search.missed[:_BUTTONS]:
            if missed.place_mm is not None:
                button = QPushButton(icon("crosshair"), f"Show opacity {missed.label} in the CT")
                button.setObjectName(f"show_opacity_{search.day}_{missed.label}")
                button.setMinimumHeight(28)
                button.clicked.connect(partial(self._ask, search.day, missed.place_mm))
                row.addWidget(button)
        row.addStretch(1)
        return row

    def _ask(self, day: int, place_mm: tuple[float, float, float], _checked: bool = False) -> None:
        self.place_asked.emit(day, place_mm)


def _empty(layout: QLayout) -> None:
    """Let go of all that a layout holds."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        if inner is not None:
            _empty(inner)
