"""The CTs of the run once more, with what is there outlined and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from trainer.ui.reading.room import ReadingRoom
    from trainer.ui.reading.scan import Scan


class TruthView(QWidget):
    """A reading room whose pictures can be overlaid with the truth."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("truth_view")
        self._room: ReadingRoom | None = None
        self._names: Mapping[int, str] = {}
        self._show = QCheckBox("Show what is there: every opacity outlined, with its number and signs")
        self._show.setObjectName("show_truth")
        self._show.setMinimumHeight(24)
        self._show.setChecked(True)
        self._show.toggled.connect(self._overlay)
        self._none = QLabel("No CT was taken in this run.")
        self._none.setObjectName("no_ct")
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(4, 4, 4, 4)
        self._whole.addWidget(self._show)
        self._whole.addWidget(self._none)

    @property
    def room(self) -> ReadingRoom | None:
        """The reading room, once it was wanted."""
        return self._room

    def set_room(self, room: ReadingRoom) -> None:
        """Take a reading room in."""
        self._room = room
        self._whole.addWidget(room, 1)

    def show_scans(self, scans: Sequence[Scan], names: Mapping[int, str]) -> None:
        """Show CTs and the names of what is in them."""
        self._names = names
        self._none.setVisible(not scans)
        if self._room is None:
            return
        self._room.setVisible(bool(scans))
        self._room.set_scans(scans, max((scan.day for scan in scans), default=0))
        for scan in scans:
            self._room.lock(scan.day)
        self._overlay(self._show.isChecked())

    def _overlay(self, shown: bool) -> None:
        if self._room is not None:
            self._room.set_overlay(self._names if shown else None)

    def rest(self) -> None:
        """Let go of the reading room."""
        if self._room is not None:
            self._whole.removeWidget(self._room)
            self._room.hide()
            self._room.deleteLater()
            self._room = None
