"""The sheet of a learner: name, examination, export, erasure, and another learner."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QDate, QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from trainer.core.error import AtollError
from trainer.records.database import Records
from trainer.records.learner import (
    Learner,
    add_learner,
    change_learner,
    current_learner,
    erase_learner,
    export_learner,
)

_LONGEST = 60  # characters of a pseudonym, as the table holds them
_LETTERS = 62  # in a line
_MONTHS_AHEAD = 3  # a first guess at an examination


class LearnerSheet(QDialog):
    """A learner, beside the window and never in its way. What is changed holds at once.

    Parameters
    ----------
    records : Records
    learner : Learner

    Attributes
    ----------
    changed : Signal(Learner)
        The same learner has another name or another day of the examination.
    switched : Signal(Learner)
        Another learner plays: one who was added, or who is left after an erasure.
    """

    changed = Signal(object)
    switched = Signal(object)

    def __init__(self, records: Records, learner: Learner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("learner_sheet")
        self.setWindowTitle("Learner")
        self.setAccessibleName("Learner")
        self.setModal(False)
        self._records, self._learner = records, learner
        self._name, self._other = QLineEdit(), QLineEdit()
        self._has_date, self._date = QCheckBox("On"), QDateEdit()
        self._export, self._erase = QPushButton("Export everything..."), QPushButton("Erase this learner...")
        self._yes, self._no = QPushButton("Erase for good"), QPushButton("Keep")
        self._sure, self._sure_words = QWidget(), _text("erase_words")
        self._add = QPushButton("Add")
        self._line = _text("learner_line", "dim")
        self._name_parts()
        self._lay_out()
        self._show()
        self._connect()
        self._fit()

    def _name_parts(self) -> None:
        for part, name, spoken in (
            (self._name, "learner_name", "Pseudonym"), (self._other, "other_name", "Pseudonym of another learner"),
            (self._has_date, "has_exam_date", "An examination is on a certain day"),
            (self._date, "exam_date", "Day of the examination"), (self._export, "export_learner", "Export everything"),
            (self._erase, "erase_learner", "Erase this learner"), (self._yes, "erase_yes", "Erase for good"),
            (self._no, "erase_no", "Keep"), (self._add, "add_learner", "Add another learner"),
            (self._sure, "erase_sure", ""),
        ):  # fmt: skip
            part.setObjectName(name)
            part.setAccessibleName(spoken)
            if isinstance(part, QPushButton):
                part.setAutoDefault(False)
        for field in (self._name, self._other):
            field.setMaxLength(_LONGEST)
        self._other.setPlaceholderText("Pseudonym")
        self._date.setDisplayFormat("yyyy-MM-dd")
        self._date.setKeyboardTracking(False)
        self._line.setMinimumHeight(2 * self.fontMetrics().height())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(10)
        form.addRow("Pseudonym", self._name)
        day = QHBoxLayout()
        day.setSpacing(12)
        day.addWidget(self._has_date)
        day.addWidget(self._date)
        day.addStretch(1)
        form.addRow("Examination", day)
        kept = _row(self._export, self._erase)
        sure = QVBoxLayout(self._sure)
        sure.setContentsMargins(0, 0, 0, 0)
        sure.addWidget(self._sure_words)
        sure.addLayout(_row(self._no, self._yes))
        self._sure.hide()
        other = QHBoxLayout()
        other.addWidget(self._other, 1)
        other.addWidget(self._add)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(12)
        whole.addWidget(_text("this_learner", "section", "This learner"))
        whole.addLayout(form)
        whole.addWidget(
            _text(
                "learner_words", "dim",
                "No card comes due later than the day before the examination. Take a pseudonym, not your name: nothing "
                "leaves this computer by itself, but an exported file carries it.",
            )
        )  # fmt: skip
        whole.addLayout(kept)
        whole.addWidget(self._sure)
        whole.addSpacing(6)
        whole.addWidget(_text("another_learner", "section", "Another learner"))
        whole.addLayout(other)
        whole.addWidget(self._line)
        whole.addStretch(1)

    def _connect(self) -> None:
        self._name.editingFinished.connect(self._rename)
        self._has_date.toggled.connect(self._take_date)
        self._date.dateChanged.connect(self._take_date)
        self._export.clicked.connect(self._ask_where)
        self._erase.clicked.connect(self._ask_sure)
        self._no.clicked.connect(self._forget)
        self._yes.clicked.connect(self._erase_all)
        self._add.clicked.connect(self._add_other)
        self._other.returnPressed.connect(self._add_other)

    def _show(self) -> None:
        """Show the learner as the records have it."""
        day, today = self._learner.exam_date, QDate.currentDate()
        for part in (self._name, self._has_date, self._date):
            part.blockSignals(True)
        self._name.setText(self._learner.pseudonym)
        self._has_date.setChecked(day is not None)
        self._date.setEnabled(day is not None)
        shown = today.addMonths(_MONTHS_AHEAD) if day is None else QDate(day.year, day.month, day.day)
        self._date.setMinimumDate(min(today, shown))
        self._date.setDate(shown)
        for part in (self._name, self._has_date, self._date):
            part.blockSignals(False)

    def _tell(self, line: str) -> None:
        self._line.setText(line)
        self._fit()

    def _fit(self) -> None:
        """Be as large as the texts want: a window asks its layout for no height at its width."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setMinimumWidth(_LETTERS * self.fontMetrics().averageCharWidth())
            self.setMinimumHeight(layout.totalHeightForWidth(max(self.width(), self.minimumWidth())))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the texts the height that they need at the new width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Give the texts the height that they need in other letters."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _rename(self) -> None:
        if self._name.text().strip() != self._learner.pseudonym:
            self._change(self._name.text(), self._learner.exam_date)

    def _take_date(self) -> None:
        self._date.setEnabled(self._has_date.isChecked())
        shown = self._date.date()
        day = date(shown.year(), shown.month(), shown.day())
        self._change(self._learner.pseudonym, day if self._has_date.isChecked() else None)

    def _change(self, pseudonym: str, exam_date: date | None) -> None:
        try:
            self._learner = change_learner(self._records, self._learner, pseudonym, exam_date)
        except AtollError as error:
            self._tell(f"Not changed: {error}.")
        else:
            self._tell("Kept.")
            self.changed.emit(self._learner)
        self._show()

    def _ask_where(self) -> None:
        suggested = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in self._learner.pseudonym)
        path, _ = QFileDialog.getSaveFileName(self, "Export everything", f"{suggested}.zip", "Zip (*.zip)")
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write all that is kept of the learner into a file."""
        try:
            export_learner(self._records, self._learner.id, path)
        except AtollError as error:
            self._tell(f"Not exported: {error}.")
        else:
            self._tell(f"Everything that is kept of {self._learner.pseudonym} is in {path}.")

    def _ask_sure(self) -> None:
        self._sure_words.setText(
            f"All that is kept of {self._learner.pseudonym} goes for good: runs, results, cards and sets. Files that "
            "were exported stay where they are."
        )
        self._sure.show()
        self._fit()
        self._erase.setEnabled(False)
        self._no.setFocus()

    def _forget(self) -> None:
        self._sure.hide()
        self._fit()
        self._erase.setEnabled(True)
        self._erase.setFocus()

    def _erase_all(self) -> None:
        name = self._learner.pseudonym
        try:
            left = erase_learner(self._records, self._learner.id)
            told = "; ".join(left)
            self._switch(current_learner(self._records), f"{name} is erased. What may hold some of it still: {told}.")
        except AtollError as error:
            self._tell(f"Not erased: {error}.")
        self._forget()

    def _add_other(self) -> None:
        try:
            made = add_learner(self._records, self._other.text())
        except AtollError as error:
            self._tell(f"Not added: {error}.")
            return
        self._other.clear()
        self._switch(made, f"{made.pseudonym} plays from now on.")

    def _switch(self, learner: Learner, line: str) -> None:
        self._learner = learner
        self._show()
        self._tell(line)
        self.switched.emit(learner)


def _text(name: str, kind: str = "", words: str = "") -> QLabel:
    label = QLabel(words)
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # a long name widens nothing
    return label


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    for one in buttons:
        row.addWidget(one)
    row.addStretch(1)
    return row
