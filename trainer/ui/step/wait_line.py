"""Watching and waiting, and where the patient is: orders like any other."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from trainer.encounter.event import Moved, Place, WaitingChosen
from trainer.ui.step.section import button, column, guarded, label
from trainer.ui.step.standing import Standing

_PLACES: dict[Place, str] = {"home": "Home", "clinic": "Clinic", "ward": "Ward", "icu": "Intensive care"}


class WaitLine(QWidget):
    """A return day with a reason to come earlier, and a place."""

    wanted = Signal(object)
    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._day = -1
        self._shown: tuple[int, ...] = ()
        self.back = QSpinBox()
        self.back.setObjectName("wait_day")
        self.back.setAccessibleName("Day to come back on")
        self.back.setPrefix("day ")
        self.why = QLineEdit()
        self.why.setObjectName("wait_if")
        self.why.setAccessibleName("Come back earlier if")
        self.why.setPlaceholderText("earlier if: fever, breathlessness")
        self.why.setMaxLength(300)
        self.wait = button("Queue", "wait_queue", tip="Watch and wait, with a day to come back")
        self.wait.setAccessibleName("Queue: watch and wait")
        self.wait.clicked.connect(self._wait)
        self.place = QComboBox()
        self.place.setObjectName("place")
        self.place.setAccessibleName("Place to move the patient to")
        for place, name in _PLACES.items():
            self.place.addItem(name, place)
        self.move_there = button("Queue", "move_queue")
        self.move_there.setAccessibleName("Queue: move the patient")
        self.move_there.clicked.connect(self._move)
        guarded(self.back, self.place)
        self.here = label(heading=True, name="place_now")
        body = column(self, 0)
        body.addWidget(label("Watch and wait", heading=True))
        first = QHBoxLayout()
        first.addWidget(label("Back on", wrap=False))
        first.addWidget(self.back, 1)
        first.addWidget(self.wait)
        body.addLayout(first)
        body.addWidget(self.why)
        body.addWidget(self.here)
        second = QHBoxLayout()
        second.addWidget(label("Move to", wrap=False))
        second.addWidget(self.place, 1)
        second.addWidget(self.move_there)
        body.addLayout(second)

    def show_standing(self, standing: Standing) -> None:
        """Offer the next step's day, anew only when the clock has moved."""
        self.here.setText(f"Place: {_PLACES[standing.place].lower()} now")
        shown = (standing.day, standing.next_day, standing.last_day)
        if shown == self._shown:
            return
        self._day, self._shown = standing.day, shown
        self.back.setRange(min(standing.day + 1, standing.last_day + 1), standing.last_day + 1)
        self.back.setValue(standing.next_day)
        self.place.setCurrentIndex(list(_PLACES).index(standing.place))

    def _wait(self) -> None:
        text = self.why.text().strip()
        self.wanted.emit(WaitingChosen(day=self._day, return_day=self.back.value(), earlier_if=text))

    def _move(self) -> None:
        self.wanted.emit(Moved(day=self._day, place=self.place.currentData()))
