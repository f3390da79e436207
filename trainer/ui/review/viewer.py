"""The CTs of a card: a reading room without marks, with what is there outlined once the answer is told."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from trainer.core.chance import key_of
from trainer.ui.debrief.probe import Probe
from trainer.ui.debrief.word import names_of_opacities
from trainer.ui.reading.pictures import Pictures
from trainer.ui.reading.room import ReadingRoom
from trainer.ui.reading.scan import Ask, Scan
from trainer.ui.review.fetch import Ready
from trainer.ui.review.word import filled_ml
from trainer.ui.work import Lane


class Viewer(QWidget):
    """Shows prior and current, or the slice of a picture card.

    Parameters
    ----------
    lane : Lane
        Where pictures are drawn.
    scale : int
        Of the anatomy.
    parent : QWidget, optional
    """

    def __init__(self, lane: Lane, scale: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_viewer")
        self._scale = scale
        self._ready: Ready | None = None
        self._told = False
        self.pictures = Pictures(lane, self)
        self.room = ReadingRoom(self.pictures, self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.room)
        self.pictures.ready_changed.connect(self._begin)

    def show_card(self, ready: Ready) -> None:
        """Show the CTs of a card, nothing of what is in them named but what a picture card gives away."""
        self._ready, self._told = ready, False
        question, room = ready.question, self.room
        room.set_overlay(None)
        room.clear()
        room.stage.set_layout("1x2" if len(question.scans) > 1 else "1x1")
        self.pictures.open_patient(question.person, self._scale)
        key = question.person.key
        scans = [Scan(day, chest, key_of("visit", key, day)) for day, chest in question.scans]
        room.set_scans(scans, question.day)
        for scan in scans:
            room.lock(scan.day)

    def tell(self) -> None:
        """Outline and name what is there."""
        self._told = True
        self._outline()

    def rest(self) -> None:
        """Let go of the patient."""
        self._ready = None
        self.pictures.close()
        self.room.set_overlay(None)
        self.room.clear()

    def _outline(self) -> None:
        ready = self._ready
        if ready is None:
            return
        if ready.puzzle is not None:
            self.room.set_overlay(ready.puzzle.revealed() if self._told else ready.puzzle.covered())
        else:
            self.room.set_overlay(names_of_opacities(ready.question.scans) if self._told else None)

    def _begin(self) -> None:
        """Go to the slice that is asked about, or to where the CT with more in it shows most."""
        ready, pictures = self._ready, self.pictures
        if ready is None or not pictures.ready or not pictures.scans:
            return
        self._outline()
        names = [scan.name for scan in pictures.scans]
        if ready.puzzle is not None:
            self._go_to(ready, names[0], ready.puzzle.index)
            return
        fullest = names[max(range(len(names)), key=lambda n: filled_ml(ready.question.scans[n][1]))]
        Probe(pictures, fullest, partial(self._go_to, ready, fullest))

    def _go_to(self, ready: Ready, name: tuple[str, int], index: int) -> None:
        """Show a slice in the active pane, or the same tissue where that shows another visit; the rest goes along."""
        here = self.room.stage.views.current
        if self._ready is not ready or here is None or self._told:
            return
        place = self.pictures.position_mm(Ask(name, index)), 0.0, 0.0
        self.room.stage.show_place(here.scan, self.pictures.linked_mm(place, name, here.scan))
