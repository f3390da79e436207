"""How much of a treatment, and how long."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from trainer.core.error import BadInput
from trainer.encounter.order import written_steps
from trainer.knowledge.orderset import OrderSet
from trainer.knowledge.plan import Course
from trainer.knowledge.treatment import Treatment
from trainer.ui.step.section import button, column, label
from trainer.ui.step.standing import Standing


class DoseLine(QFrame):
    """A line for the dose; for a steroid the whole taper."""

    wanted = Signal(object, str)
    """A `Course`, and what was typed to find its drug."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dose_line")
        self.setAccessibleName("Dose")
        self._treatment: Treatment | None = None
        self._typed, self._day = "", 0
        self._templates: Sequence[OrderSet] = ()
        self.title = label(heading=True, name="dose_title")
        self.line = QLineEdit()
        self.line.setObjectName("dose_text")
        self.line.setMaxLength(400)
        self.line.returnPressed.connect(self._queue)
        self.fault = label(name="dose_fault")
        self.fault.hide()
        self.queue = button("Queue", "dose_queue", main=True)
        self.queue.clicked.connect(self._queue)
        self.cancel = button("Cancel", "dose_cancel")
        self.cancel.clicked.connect(self.hide)
        body = column(self, 6)
        body.addWidget(self.title)
        body.addWidget(self.line)
        body.addWidget(self.fault)
        row = QHBoxLayout()
        row.addWidget(self.queue)
        row.addWidget(self.cancel)
        row.addStretch(1)
        body.addLayout(row)

    def show_templates(self, templates: Sequence[OrderSet]) -> None:
        """Offer courses of others."""
        self._templates = templates

    def open_for(self, treatment: Treatment, standing: Standing, typed: str) -> None:
        """Ask for the dose of a treatment."""
        self._treatment, self._typed, self._day = treatment, typed, standing.day
        steroid = treatment.group == "glucocorticoid"
        self.title.setText(f"{treatment.name}: {'how much and how long?' if steroid else 'how long?'}")
        self.line.setPlaceholderText("0.75 mg/kg 4 weeks, 20 mg 28 days" if steroid else "7 days")
        self.line.setAccessibleName(self.title.text())
        self.line.clear()
        self.fault.hide()
        self.show()
        self.line.setFocus()

    def _queue(self) -> None:
        if self._treatment is None:
            return
        try:
            steps = written_steps(self.line.text(), self._treatment)
            course = Course(give=self._treatment.id, day=self._day, steps=steps)
        except (BadInput, ValueError) as error:
            self.fault.setText(str(error) if isinstance(error, BadInput) else "more steps than a course can have")
            self.fault.show()
            return
        self.wanted.emit(course, f"{self._typed} {self.line.text()}".strip())
