"""What a tutor says after a step, narrow enough for the panel."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from trainer.encounter.debrief import Feedback
from trainer.ui.debrief.prose import Prose
from trainer.ui.debrief.word import of_feedback


class FeedbackView(QWidget):
    """Items and beliefs of what was just committed, in 400 pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("feedback_view")
        self.setAccessibleName("The tutor's feedback")
        self._prose = Prose("feedback_text", "What the tutor says", self)
        self.setFocusProxy(self._prose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._prose)

    def show_feedback(self, feedback: Feedback) -> None:
        """Show what is said of the last step."""
        self._prose.show_blocks(of_feedback(feedback))
