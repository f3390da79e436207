"""The set that goes on: what has ended, what comes next, and nothing of how it went."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from trainer.records.assessment import Assessment, Sitting, State
from trainer.ui.assessment.leaf import Leaf, button, clear, words
from trainer.ui.assessment.word import CLOSING, TERMS, conditions_of, state_of, time_of, title_of, to_go
from trainer.ui.theme import colours, icon

_ICONS: Final[dict[State, str]] = {
    "waiting": "circle", "in play": "play-circle", "done": "check-circle", "lost": "prohibit",
}  # fmt: skip


class OpenSet(Leaf):
    """The open set.

    Attributes
    ----------
    go_asked : Signal(Sitting)
        A place is to be begun, or its run resumed.
    close_asked : Signal()
    """

    go_asked = Signal(object)
    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("open_set", parent)
        self._assessment: Assessment | None = None
        self._title, self._conditions = words("open_set_title", "title"), words("open_set_conditions", "dim")
        self._left = words("open_set_left", "section")
        self._places = QVBoxLayout()
        self.go = button("go_on", "", "primary")
        self._close = button("close_set", "Close the set")
        self._sure = QWidget()
        self._yes = button("close_set_yes", "Close it for good")
        self._no = button("close_set_no", "Keep it open")
        self._lay_out()
        self.go.clicked.connect(self._go)
        self._close.clicked.connect(self._ask)
        self._yes.clicked.connect(self.close_asked)
        self._no.clicked.connect(self._forget)

    def _lay_out(self) -> None:
        column = self.column
        column.addWidget(self._title)
        column.addWidget(self._conditions)
        column.addSpacing(8)
        column.addWidget(self._left)
        column.addLayout(self._places)
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self.go)
        row.addWidget(self._close)
        row.addStretch(1)
        column.addLayout(row)
        self._sure.setObjectName("close_set_sure")
        sure = QVBoxLayout(self._sure)
        sure.setContentsMargins(0, 0, 0, 0)
        sure.addWidget(words("close_set_words", "", CLOSING))
        answers = QHBoxLayout()
        answers.addWidget(self._no)
        answers.addWidget(self._yes)
        answers.addStretch(1)
        sure.addLayout(answers)
        self._sure.hide()
        column.addWidget(self._sure)
        column.addSpacing(8)
        for number, term in enumerate(TERMS[1:], 1):
            column.addWidget(words(f"open_set_term_{number}", "dim", term))
        column.addStretch(1)

    def show_set(self, assessment: Assessment) -> None:
        """Show a set as it stands."""
        self._assessment = assessment
        self._title.setText(title_of(assessment))
        self._conditions.setText(conditions_of(assessment))
        self._left.setText(to_go(assessment))
        clear(self._places)
        for one in assessment.sittings:
            line = self._line(one)
            self._places.addWidget(line)
            line.show()
        following = assessment.next
        self.go.setVisible(following is not None)
        if following is not None:
            begun = following.state == "in play"
            self.go.setText(f" {'Resume' if begun else 'Begin'} case {following.place}")
            self.go.setAccessibleName(self.go.text().strip())
            self.go.setIcon(icon("play", colours().on_accent))
        self._forget()

    def _line(self, sitting: Sitting) -> QWidget:
        c = colours()
        line = QWidget()
        line.setObjectName(f"place_{sitting.place}")
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(10)
        picture = QLabel()
        picture.setObjectName(f"place_icon_{sitting.place}")
        tint = {"waiting": c.dim, "in play": c.accent, "done": c.good, "lost": c.warn}[sitting.state]
        picture.setPixmap(icon(_ICONS[sitting.state], tint).pixmap(20, 20))
        row.addWidget(picture)
        begun = sitting.state in {"in play", "done"}  # which case waits is a surprise
        text = f"Case {sitting.place}" + (f": {sitting.title}" if begun else "")
        time = time_of(sitting) if begun else f"{sitting.minutes:.0f} min"
        says = f"{text}  ·  {state_of(sitting, of_open_set=True)}  ·  {time}"
        row.addWidget(words(f"place_text_{sitting.place}", "dim" if sitting.state == "waiting" else "", says), 1)
        return line

    def _go(self) -> None:
        if self._assessment is not None and self._assessment.next is not None:
            self.go_asked.emit(self._assessment.next)

    def _ask(self) -> None:
        self._sure.show()
        self._close.setEnabled(False)
        self.fit()
        self._no.setFocus()
        self.ensureWidgetVisible(self._sure)

    def _forget(self) -> None:
        self._sure.hide()
        self._close.setEnabled(True)
        self.fit()
