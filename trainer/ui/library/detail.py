"""The chosen case: what it is about in general words, how to start it, and what was played of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from trainer.course.person import ChestName
from trainer.encounter.run import Mode
from trainer.records.shelf import Entry
from trainer.ui.library.catalogue import TIME_FACTORS, Row, dials_of
from trainer.ui.library.dials import DialBars
from trainer.ui.theme import colours, icon

_RUNS_SHOWN: Final = 6
_READING_WIDTH: Final = 760  # longer lines are hard to follow
_BOX_WIDTH: Final = 460
_BUILT: Final = "Built for the patient"
_NO_CHESTS: Final = "A normal chest CT of your own can stand for the patient's: atoll chest import FOLDER --name NAME"
_ANY_BODY: Final = (
    "The CT shows this chest, whatever the patient's sex, age and build, "
    "with the slices, the kernel and any contrast medium of its own scan."
)
_GUIDE: Final = (
    "Read the chart, order what you need to know, mark what you see on the CT, and sign the read.\n"
    "Spend 20 tokens on the differential, and cite findings for and against.\n"
    "Treat, say what the next visit will show, commit, and move the clock.\n"
    "At the end the debrief shows what could have been known, what each choice was worth, and the truth on the CT."
)


class CaseDetail(QScrollArea):
    """The chosen case.

    Attributes
    ----------
    start_asked : Signal(str, float, str, ChestName or None)
        Mode, time factor, policy, and the imported chest, if one is chosen.
    resume_asked, debrief_asked : Signal(str)
        Name of the run on the shelf.
    """

    start_asked = Signal(str, float, str, object)
    resume_asked = Signal(str)
    debrief_asked = Signal(str)

    def __init__(self, policies: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("case_detail")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = QWidget()
        self._row: Row | None = None
        self._title = _label("case_title", "title")
        self._facts = _label("case_facts", "dim")
        self._opening = _label("case_opening", "lead")
        self._ends = _label("case_ends", "dim")
        self._tutor = QRadioButton("Tutor")
        self._exam = QRadioButton("Exam")
        self._time = QComboBox()
        self._policy = QComboBox()
        self._chest = QComboBox()
        self._start = QPushButton()
        self._resume = QPushButton()
        self._debrief = QPushButton(" Open the last debrief")
        self._dials_title = _label("dials_title", "section")
        self._dials = DialBars()
        self._runs_title = _label("runs_title", "section")
        self._runs = QVBoxLayout()
        self._guide_title = _label("guide_title", "section", "How a case goes")
        self._guide = _label("guide", "dim", _GUIDE)
        for policy, title in policies.items():
            self._policy.addItem(title, policy)
        self._opening.setMaximumWidth(_READING_WIDTH)
        for box in (self._time, self._policy, self._chest):
            box.setMaximumWidth(_BOX_WIDTH)
        self._name_parts()
        self._lay_out()
        self._tutor.setChecked(True)
        self._show_mode()
        self.set_chests(())

    def _name_parts(self) -> None:
        for widget, name, spoken in (
            (self._tutor, "mode_tutor", "Tutor mode"), (self._exam, "mode_exam", "Exam mode"),
            (self._time, "time_factor", "Time of the examination"), (self._policy, "policy", "Policy"),
            (self._chest, "chest", "Chest that the CT shows"),
            (self._start, "start_case", "Start with a new patient"), (self._resume, "resume_case", "Resume"),
            (self._debrief, "open_debrief", "Open the last debrief"),
        ):  # fmt: skip
            widget.setObjectName(name)
            widget.setAccessibleName(spoken)
        self._modes = QButtonGroup(self)
        self._modes.addButton(self._tutor)
        self._modes.addButton(self._exam)
        self._exam.toggled.connect(self._show_mode)
        self._start.clicked.connect(self._ask_start)
        self._resume.clicked.connect(self._ask_resume)
        self._debrief.clicked.connect(self._ask_debrief)
        self._start.setProperty("kind", "primary")

    def _lay_out(self) -> None:
        inside = self._inside
        inside.setObjectName("case_detail_inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._facts)
        column.addSpacing(4)
        column.addWidget(self._opening)
        column.addWidget(self._ends)
        column.addSpacing(8)
        column.addWidget(_label("play_title", "section", "Play"))
        for button, text in (
            (self._tutor, "What you commit is held against the observer at once. You may go back."),
            (self._exam, "The clock runs, nothing is said before the end, and nothing is taken back."),
        ):
            column.addWidget(button)
            explained = _label(f"{button.objectName()}_text", "dim", text)
            explained.setContentsMargins(26, 0, 0, 4)
            column.addWidget(explained)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow("Time", self._time)
        form.addRow("Policy", self._policy)
        form.addRow("Chest", self._chest)
        column.addLayout(form)
        column.addSpacing(6)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        for action in (self._resume, self._start):
            buttons.addWidget(action)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addSpacing(10)
        last = QHBoxLayout()
        last.addWidget(self._dials_title, 1)
        last.addWidget(self._debrief)
        column.addLayout(last)
        column.addWidget(self._dials)
        column.addSpacing(6)
        column.addWidget(self._guide_title)
        column.addWidget(self._guide)
        column.addWidget(self._runs_title)
        column.addLayout(self._runs)
        column.addStretch(1)
        self.setWidget(inside)

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What can have the focus, in the order of Tab; the runs come after."""
        choices = (self._tutor, self._exam, self._time, self._policy, self._chest)
        return (*choices, self._resume, self._start, self._debrief)

    @property
    def mode(self) -> Mode:
        """The mode that is chosen."""
        return "exam" if self._exam.isChecked() else "tutor"

    @property
    def time_factor(self) -> float:
        """The accommodation that is chosen, 1 outside an examination."""
        return float(self._time.currentData() or 1.0) if self.mode == "exam" else 1.0

    def set_chests(self, chests: Sequence[ChestName]) -> None:
        """Offer imported chests, beside the one that is built for the patient; a choice that is still there stays."""
        before = self._chest.currentData()
        self._chest.clear()
        self._chest.addItem(_BUILT, None)
        for chest in chests:
            self._chest.addItem(f"{chest.name}  (imported)", chest)
        known = [None, *chests]
        self._chest.setCurrentIndex(known.index(before) if before in known else 0)
        self._chest.setToolTip(_ANY_BODY if chests else _NO_CHESTS)
        self._chest.setAccessibleDescription(self._chest.toolTip())

    def show_row(self, row: Row | None) -> None:
        """Show a case, or nothing."""
        self._row = row
        self._inside.setVisible(row is not None)
        if row is None:
            return
        self._title.setText(row.title)
        self._facts.setText(row.facts)
        self._opening.setText(row.opening)
        self._ends.setText(row.end_text)
        factor = max(self._time.currentIndex(), 0)
        self._time.clear()
        for known in TIME_FACTORS:
            extra = "" if known == 1.0 else f"  ({known:g} times, accommodation)"
            self._time.addItem(f"{row.minutes * known:g} minutes{extra}", known)
        self._time.setCurrentIndex(factor)
        self._show_buttons(row)
        self._show_runs(row)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the texts the height that they need at the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Scroll rather than squeeze: a scroll area asks no layout how high it is at its width."""
        layout = self._inside.layout()
        if layout is not None:
            self._inside.setMinimumHeight(layout.heightForWidth(self.viewport().width()))

    def _show_buttons(self, row: Row) -> None:
        self._resume.setVisible(row.open_run is not None)
        self._debrief.setVisible(row.done_run is not None)
        self._start.setText(" Start with a new patient")
        if row.open_run is not None:
            self._resume.setText(f" Resume on day {row.open_run.day}")
            self._start.setText(" New patient")  # both side by side, also in large letters
        _set_kind(self._resume, "primary")
        _set_kind(self._start, "" if row.open_run is not None else "primary")
        self._start.setIcon(icon("user-plus", None if row.open_run is not None else colours().on_accent))
        self._resume.setIcon(icon("play", colours().on_accent))
        self._debrief.setIcon(icon("chart-bar"))

    def _show_runs(self, row: Row) -> None:
        while (item := self._runs.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        score = row.last_score
        self._dials_title.setVisible(row.done_run is not None)
        self._dials.setVisible(score is not None)
        self._dials_title.setText("Ended, not scored yet")
        if score is not None:
            self._dials_title.setText(f"Last score: {score.overall:.0f} of 100")
            self._dials.show_dials(dials_of(score))
        self._guide.setVisible(not row.runs)
        self._guide_title.setVisible(not row.runs)
        self._runs_title.setVisible(bool(row.runs))
        hidden = len(row.runs) - _RUNS_SHOWN
        more = f" (the last {_RUNS_SHOWN} of {len(row.runs)})" if hidden > 0 else ""
        self._runs_title.setText(f"Your patients{more}")
        for entry in row.runs[:_RUNS_SHOWN]:
            line = self._line(entry, silent=entry.name in row.silent)
            self._runs.addWidget(line)
            line.show()  # Qt would only do so in a moment, too late for the height to be known

    def _line(self, entry: Entry, *, silent: bool) -> QWidget:
        line = QWidget()
        line.setObjectName(f"run_{entry.name}")
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(_label(f"run_text_{entry.name}", "", run_text(entry, silent=silent)), 1)
        button = QPushButton("Debrief" if entry.over else "Resume")
        button.setObjectName(f"run_open_{entry.name}")
        button.setAccessibleName(f"{button.text()} of patient {entry.seed}")
        button.setEnabled(entry.playable and not (silent and entry.over))
        ask = self.debrief_asked if entry.over else self.resume_asked
        button.clicked.connect(lambda _=False, name=entry.name: ask.emit(name))
        row.addWidget(button)
        return line

    def _show_mode(self) -> None:
        self._time.setEnabled(self.mode == "exam")

    def _ask_start(self) -> None:
        self.start_asked.emit(self.mode, self.time_factor, self._policy.currentData(), self._chest.currentData())

    def _ask_resume(self) -> None:
        if self._row is not None and self._row.open_run is not None:
            self.resume_asked.emit(self._row.open_run.name)

    def _ask_debrief(self) -> None:
        if self._row is not None and self._row.done_run is not None:
            self.debrief_asked.emit(self._row.done_run.name)

    def go_on(self) -> None:
        """Do what the most wanted button does: resume what is in play, or start."""
        if self._row is not None:
            (self._resume if self._row.open_run is not None else self._start).click()


def run_text(entry: Entry, *, silent: bool = False) -> str:
    """Return a run in one line; of one that belongs to an open self-assessment, not how it went."""
    if not entry.playable:
        return f"Patient {entry.seed}  ·  {entry.mode}  ·  of another version"
    if silent:
        stands = "ended" if entry.over else f"in play, day {entry.day}"
        return f"Patient {entry.seed}  ·  self-assessment  ·  {stands}; discussed once the set is closed"
    if entry.score is not None:
        stands = f"{entry.score.overall:.0f} of 100"
    else:
        stands = f"ended on day {entry.day}, not scored yet" if entry.over else f"in play, day {entry.day}"
    return f"Patient {entry.seed}  ·  {entry.mode}  ·  {stands}"


def _label(name: str, kind: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _set_kind(widget: QWidget, kind: str) -> None:
    """Give a widget another look of the style sheet."""
    widget.setProperty("kind", kind)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
