"""How much of a treatment, and how long."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from trainer.core.error import BadInput
from trainer.encounter.order import written_steps
from trainer.knowledge.orderset import OrderSet
from trainer.knowledge.plan import Course, Step
from trainer.knowledge.treatment import Treatment
from trainer.ui.step.section import button, column, label, scrolled
from trainer.ui.step.standing import Standing
from trainer.ui.step.taper import in_text
from trainer.ui.step.taper_editor import TaperEditor


class DoseLine(QWidget):
    """A line for the dose; for a steroid the whole taper."""

    wanted = Signal(object, str)
    """A `Course`, and what was typed to find its drug."""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dose_line")
        self.setAccessibleName("Dose")
        self._treatment: Treatment | None = None
        self._typed, self._day = "", 0
        self.title = label(heading=True, name="dose_title")
        self.line = QLineEdit()
        self.line.setObjectName("dose_text")
        self.line.setMaxLength(400)
        self.line.returnPressed.connect(self._queue)
        self.line.textEdited.connect(self._typed_on)
        self.editor = TaperEditor()
        self.editor.changed.connect(self._drawn)
        self.editor.said.connect(self._fault)
        self.fault = label(name="dose_fault")
        self.fault.hide()
        self.queue = button("Queue", "dose_queue", main=True)
        self.queue.clicked.connect(self._queue)
        self.cancel = button("Cancel", "dose_cancel")
        self.cancel.clicked.connect(self.left)
        inner = QWidget()
        body = column(inner, 4)
        body.addWidget(self.title)
        body.addWidget(self.line)
        body.addWidget(self.fault)
        body.addWidget(self.editor)
        body.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.queue, 1)
        row.addWidget(self.cancel, 1)
        whole = column(self, 0)
        whole.addWidget(scrolled(inner, "dose_area"), 1)
        whole.addLayout(row)

    def show_templates(self, templates: Sequence[OrderSet]) -> None:
        """Offer courses of others."""
        self.editor.show_templates(templates)

    def open_for(self, treatment: Treatment, standing: Standing, typed: str) -> None:
        """Ask for the dose of a treatment."""
        self._treatment, self._typed, self._day = treatment, typed, standing.day
        steroid = treatment.group == "glucocorticoid"
        self.title.setText(f"{treatment.name}: {'how much and how long?' if steroid else 'how long?'}")
        self.line.setPlaceholderText("0.75 mg/kg 4 weeks, 20 mg 28 days" if steroid else "7 days")
        self.line.setAccessibleName(self.title.text())
        self.line.clear()
        self.fault.hide()
        self.editor.setVisible(steroid)
        if steroid:
            self.editor.open_for(treatment, standing.weight_kg, standing.day)
        self.line.setFocus()

    def _queue(self) -> None:
        if self._treatment is None:
            return
        try:
            steps = written_steps(self.line.text(), self._treatment)
            course = Course(give=self._treatment.id, day=self._day, steps=steps)
        except (BadInput, ValueError) as error:
            self._fault(str(error) if isinstance(error, BadInput) else "more steps than a course can have")
            return
        self.wanted.emit(course, f"{self._typed} {self.line.text()}".strip())

    def _fault(self, text: str) -> None:
        self.fault.setText(text)
        self.fault.show()

    def _typed_on(self, text: str) -> None:
        """Let the curve follow what is typed, as soon as it can be read."""
        if self._treatment is None or self.editor.isHidden():
            return
        try:
            self.editor.show_steps(written_steps(text, self._treatment))
        except BadInput:
            return
        self.fault.hide()

    def _drawn(self, steps: tuple[Step, ...]) -> None:
        self.line.setText(in_text(steps))
        self.line.setCursorPosition(0)
        self.fault.hide()
