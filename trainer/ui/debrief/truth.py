"""The CTs of the run once more, with what is there outlined and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from trainer.ui.debrief.probe import Probe
from trainer.ui.reading.scan import Ask, Scan

if TYPE_CHECKING:
    from trainer.ui.reading.pictures import Pictures
    from trainer.ui.reading.room import ReadingRoom

Place = tuple[float, float, float]


class TruthView(QWidget):
    """A reading room whose pictures can be overlaid with the truth."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("truth_view")
        self._room: ReadingRoom | None = None
        self._names: Mapping[int, str] = {}
        self._sought: tuple[int, Place] | None = None
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

    def show_place(self, day: int, place_mm: Place) -> None:
        """Show a place of the CT of a day, as soon as the chest is there."""
        self._sought = day, place_mm
        self.go_on()

    def go_on(self) -> None:
        """Show what is sought, if the chest is there by now."""
        if self._room is None or self._sought is None:
            return
        day, place_mm = self._sought
        if ("", day) in self._room.stage.views.names:
            self._sought = None
            self._show.setChecked(True)
            self._room.stage.show_place(("", day), place_mm)

    def begin(self, pictures: Pictures) -> None:
        """Show what is sought, or else the first CT, now that the chest is there."""
        self._open_first(pictures)
        self.go_on()

    def _open_first(self, pictures: Pictures) -> None:
        """Open the first CT beside the second, where the first shows most disease, unless a place is sought."""
        room, names = self._room, [scan.name for scan in pictures.scans]
        if room is None or not pictures.ready or not names or self._sought is not None:
            return
        for name, pane in ((names[min(1, len(names) - 1)], 1), (names[0], 0)):
            if pane < len(room.stage.views.panes):
                room.stage.step_pane(pane - room.stage.views.active)
                room.stage.show_visit(name)

        def show(index: int) -> None:
            current = room.stage.views.current
            if current is not None and current.scan == names[0]:
                room.stage.show_place(names[0], (pictures.position_mm(Ask(names[0], index)), 0.0, 0.0))

        Probe(pictures, names[0], show)

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
        self._sought = None
