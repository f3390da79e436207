"""How a set is begun: how many cases, how much time, under which policy, and on what terms."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QWidget

from trainer.encounter.lot import LEAST, MOST
from trainer.ui.assessment.leaf import Leaf, button, words
from trainer.ui.assessment.word import SIMULATED, TERMS, WHAT
from trainer.ui.library.catalogue import TIME_FACTORS
from trainer.ui.theme import colours, icon

_USUAL = 4
_BOX_WIDTH = 460


class NewSet(Leaf):
    """What the next set is to be.

    Attributes
    ----------
    changed : Signal()
        Something else is wanted, so another time must be told.
    begin_asked : Signal()
    """

    changed = Signal()
    begin_asked = Signal()

    def __init__(self, policies: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__("new_set", parent)
        self._count, self._time, self._policy = QComboBox(), QComboBox(), QComboBox()
        self._length = words("set_length", "section")
        self.begin = button("begin_set", " Begin the set", "primary")
        for count in range(LEAST, MOST + 1):
            self._count.addItem(f"{count} cases", count)
        self._count.setCurrentIndex(self._count.findData(_USUAL))
        for factor in TIME_FACTORS:
            self._time.addItem("As the cases give" if factor == 1.0 else f"{factor:g} times (accommodation)", factor)
        for policy, title in policies.items():
            self._policy.addItem(title, policy)
        for part, name, spoken in (
            (self._count, "set_size", "Number of cases"), (self._time, "set_time", "Time"),
            (self._policy, "set_policy", "Policy"),
        ):  # fmt: skip
            part.setObjectName(name)
            part.setAccessibleName(spoken)
            part.setMaximumWidth(_BOX_WIDTH)
        self._lay_out()
        self._count.currentIndexChanged.connect(self.changed)
        self._time.currentIndexChanged.connect(self.changed)
        self.begin.clicked.connect(self.begin_asked)

    def _lay_out(self) -> None:
        column = self.column
        column.addWidget(words("new_set_title", "title", "A new set"))
        column.addWidget(words("new_set_what", "lead", WHAT))
        column.addSpacing(8)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow("Cases", self._count)
        form.addRow("Time", self._time)
        form.addRow("Policy", self._policy)
        column.addLayout(form)
        column.addWidget(self._length)
        row = QHBoxLayout()
        row.addWidget(self.begin)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(8)
        column.addWidget(words("new_set_terms", "section", "How it goes"))
        for number, term in enumerate((*TERMS, SIMULATED), 1):
            column.addWidget(words(f"new_set_term_{number}", "dim", term))
        column.addStretch(1)
        self.dress()

    def dress(self) -> None:
        """Take the icons of the theme."""
        self.begin.setIcon(icon("timer", colours().on_accent))

    @property
    def count(self) -> int:
        """How many cases are wanted."""
        return int(self._count.currentData())

    @property
    def time_factor(self) -> float:
        """The accommodation that is chosen."""
        return float(self._time.currentData())

    @property
    def policy(self) -> str:
        """The policy that is chosen."""
        return str(self._policy.currentData())

    def tell_length(self, text: str) -> None:
        """Say how long the set is."""
        self._length.setText(text)
        self.fit()
