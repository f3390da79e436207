"""Who plays, and what there is to do for this learner beside the cases."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QToolButton, QWidget

from trainer.records.learner import Learner
from trainer.ui.theme import icon


class LearnerBar(QWidget):
    """A row of the library's header.

    Attributes
    ----------
    chosen : Signal(Learner)
        Another one plays from now on.
    sheet_asked, review_asked, results_asked, assessment_asked : Signal()
    """

    chosen = Signal(object)
    sheet_asked = Signal()
    review_asked = Signal()
    results_asked = Signal()
    assessment_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("learner_bar")
        self._learners: tuple[Learner, ...] = ()
        self._choice, self._sheet = QComboBox(), QToolButton()
        self._review, self._results, self._assessment = QPushButton(), QPushButton(), QPushButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(28, 0, 20, 12)
        row.setSpacing(8)
        for part, name, text in (
            (self._choice, "learner_choice", "Learner"), (self._sheet, "open_learner", "Profile"),
            (self._review, "open_review", "Review"), (self._results, "open_results", "Results"),
            (self._assessment, "open_assessment", "Self-assessment"),
        ):  # fmt: skip
            part.setObjectName(name)
            part.setAccessibleName(text)
            if not isinstance(part, QComboBox):
                part.setText(f" {text}")
            row.addWidget(part)
        row.insertStretch(2, 1)
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._choice.setMinimumContentsLength(12)
        self._sheet.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._sheet.setAutoRaise(True)
        self._sheet.setToolTip("Name, examination, export and erasure of this learner; add another one")
        self._choice.activated.connect(self._choose)
        self._sheet.clicked.connect(self.sheet_asked)
        self._review.clicked.connect(self.review_asked)
        self._results.clicked.connect(self.results_asked)
        self._assessment.clicked.connect(self.assessment_asked)
        self.dress()

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What can have the focus, in the order of Tab."""
        return (self._choice, self._sheet, self._review, self._results, self._assessment)

    def dress(self) -> None:
        """Take the icons of the theme."""
        self._sheet.setIcon(icon("user-gear"))
        self._review.setIcon(icon("cards"))
        self._results.setIcon(icon("chart-line"))
        self._assessment.setIcon(icon("timer"))
        for place in range(self._choice.count()):
            self._choice.setItemIcon(place, icon("user"))

    def show_learners(self, learners: Sequence[Learner], current: Learner) -> None:
        """Show who there is, and who plays."""
        self._learners = tuple(learners)
        self._choice.clear()
        for one in self._learners:
            self._choice.addItem(icon("user"), one.pseudonym, one.id)
        self._choice.setCurrentIndex(self._choice.findData(current.id))
        on = "" if current.exam_date is None else f", examination on {current.exam_date:%Y-%m-%d}"
        self._choice.setToolTip(f"{current.pseudonym} plays{on}")

    def show_due(self, count: int) -> None:
        """Show how many cards are due."""
        text = f"Review ({count} due)" if count else "Review"
        self._review.setText(f" {text}")
        self._review.setAccessibleName(text)

    def _choose(self, place: int) -> None:
        self.chosen.emit(self._learners[place])
