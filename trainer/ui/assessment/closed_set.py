"""The result of a set that was closed: overall and by dial, case by case, and what it can and cannot tell."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from trainer.knowledge.marking import DIALS
from trainer.records.assessment import Assessment, Sitting
from trainer.records.setresult import Mean
from trainer.ui.assessment.leaf import Leaf, button, clear, words
from trainer.ui.assessment.word import (
    conditions_of,
    figure_of,
    headline_of,
    plural,
    state_of,
    tells,
    time_of,
    title_of,
)
from trainer.ui.theme import colours


class MeanBar(QWidget):
    """A mean as a bar from 0 to 100, with a whisker of one standard error."""

    def __init__(self, mean: Mean, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mean = mean
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the bar."""
        return QSize(160, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and arguments
        """Paint the bar."""
        c = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, width = self.height() / 2.0, float(self.width())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.line))
        painter.drawRoundedRect(QRectF(0, middle - 3, width, 6), 3, 3)
        painter.setBrush(QColor(c.accent))
        painter.drawRoundedRect(QRectF(0, middle - 3, width * self._mean.value / 100.0, 6), 3, 3)
        if self._mean.se is not None:
            ends = (min(max(self._mean.value + sign * self._mean.se, 0.0), 100.0) for sign in (-1, 1))
            low, high = (width * end / 100.0 for end in ends)
            painter.setPen(QPen(QColor(c.text), 1.5))
            painter.drawLine(int(low), int(middle), int(high), int(middle))
            for end in (low, high):
                painter.drawLine(int(end), int(middle) - 4, int(end), int(middle) + 4)
        painter.end()


class ClosedSet(Leaf):
    """A closed set.

    Attributes
    ----------
    score_asked : Signal(tuple of str)
        Runs that are to be scored.
    stop_asked : Signal()
        The scoring is to stop.
    debrief_asked : Signal(str)
        Name of the run.
    """

    score_asked = Signal(object)
    stop_asked = Signal()
    debrief_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("closed_set", parent)
        self._assessment: Assessment | None = None
        self._title, self._conditions = words("closed_set_title", "title"), words("closed_set_conditions", "dim")
        self._headline = words("closed_set_headline", "lead")
        self._unscored = words("closed_set_unscored")
        self._score = button("score_set", "Score now", "primary")
        self._bar, self._stop = QProgressBar(), button("cancel_scoring", "Cancel")
        self._dials, self._places, self._tells = QGridLayout(), QVBoxLayout(), QVBoxLayout()
        self._dials_title = words("closed_set_dials", "section", "The dials, mean ± standard error over cases")
        self._lay_out()
        self._score.clicked.connect(self._ask_score)
        self._stop.clicked.connect(self.stop_asked)

    def _lay_out(self) -> None:
        column = self.column
        self._bar.setObjectName("score_progress")
        self._bar.setAccessibleName("Progress of the scoring")
        self._bar.setRange(0, 1000)
        self._bar.setMaximumWidth(420)
        self._bar.hide()
        self._stop.hide()
        self._dials.setColumnStretch(1, 1)
        self._dials.setHorizontalSpacing(14)
        row = QHBoxLayout()
        row.addWidget(self._score)
        row.addStretch(1)
        for part in (self._title, self._conditions, self._headline, self._unscored):
            column.addWidget(part)
        column.addLayout(row)
        under_way = QHBoxLayout()
        under_way.addWidget(self._bar, 1)
        under_way.addWidget(self._stop)
        under_way.addStretch(1)
        column.addLayout(under_way)
        column.addSpacing(4)
        column.addWidget(self._dials_title)
        column.addLayout(self._dials)
        column.addSpacing(4)
        column.addWidget(words("closed_set_cases", "section", "The cases"))
        column.addLayout(self._places)
        column.addSpacing(4)
        column.addWidget(words("closed_set_tells", "section", "What this can tell, and what it cannot"))
        column.addLayout(self._tells)
        column.addStretch(1)

    def show_set(self, assessment: Assessment, means: Mapping[str, Mean]) -> None:
        """Show a set that was closed, with the means over its cases."""
        self._assessment = assessment
        missing = len(assessment.unscored)
        self._title.setText(title_of(assessment))
        self._conditions.setText(conditions_of(assessment))
        self._headline.setText(headline_of(assessment, means))
        others = " The result is that of the others." if means else ""
        self._unscored.setText(f"{plural(missing, 'case')} not scored yet.{others}")
        for part in (self._unscored, self._score):
            part.setVisible(missing > 0)
        self._show_dials({name: mean for name, mean in means.items() if name in DIALS})
        for layout in (self._places, self._tells):
            clear(layout)
        for one in assessment.sittings:
            line = self._line(one)
            self._places.addWidget(line)
            line.show()
        for number, text in enumerate(tells(assessment, means), 1):
            told = words(f"closed_set_tell_{number}", "dim", text)
            self._tells.addWidget(told)
            told.show()
        self.fit()

    def _show_dials(self, dials: Mapping[str, Mean]) -> None:
        clear(self._dials)
        self._dials_title.setVisible(bool(dials))
        for row, (name, mean) in enumerate(dials.items()):
            bar = MeanBar(mean)
            bar.setObjectName(f"mean_bar_{name}")
            for column, part in enumerate(
                (
                    QLabel(name.capitalize()), bar, QLabel(figure_of(mean)),
                    words(f"mean_count_{name}", "dim", plural(mean.count, "case")),
                )
            ):  # fmt: skip
                if isinstance(part, QLabel):
                    part.setWordWrap(False)
                    part.setObjectName(part.objectName() or f"mean_{('name', '', 'value')[column]}_{name}")
                self._dials.addWidget(part, row, column)
                part.show()

    def _line(self, sitting: Sitting) -> QWidget:
        line = QWidget()
        line.setObjectName(f"sat_{sitting.place}")
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        counts = sitting.state == "done"
        used = f"  ·  {time_of(sitting)}" if counts else ""
        met = "  ·  met before" if counts and sitting.met_before else ""
        says = f"{sitting.title}  ·  {state_of(sitting, of_open_set=False)}{used}{met}"
        row.addWidget(words(f"sat_text_{sitting.place}", "" if counts else "dim", says), 1)
        if counts:
            debrief = button(f"sat_debrief_{sitting.place}", "Debrief")
            debrief.setAccessibleName(f"Debrief of case {sitting.place}")
            debrief.clicked.connect(lambda _=False, run=sitting.run: self.debrief_asked.emit(run))
            row.addWidget(debrief)
        return line

    def _ask_score(self) -> None:
        if self._assessment is not None:
            self.score_asked.emit(self._assessment.unscored)

    def show_progress(self, share: float, text: str) -> None:
        """Show how far the scoring has come; 1 puts the bar away."""
        self._bar.setVisible(share < 1.0)
        self._stop.setVisible(share < 1.0)
        self._score.setEnabled(share >= 1.0)
        self._bar.setValue(round(1000 * share))
        self._bar.setFormat(f"{text}  %p %")
        self.fit()
