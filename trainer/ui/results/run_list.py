"""The finished runs: what may be done with the one that is chosen, and with those that have no score yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trainer.records.result import Finished
from trainer.ui.results.figure import enumerated
from trainer.ui.theme import icon

_HEADINGS: Final = ("Case", "Begun", "Mode", "Patient", "Policy", "Overall", "Safety gates failed")
_NAME: Final = int(Qt.ItemDataRole.UserRole)
_LEAST_ROW: Final = 26  # pixels


class RunList(QWidget):
    """The finished runs of a learner, the last first.

    Signals
    -------
    debrief_asked, export_asked : str
        Name of the run.
    import_asked : ()
        A run file is to be chosen and its debrief opened.
    score_asked : ()
        Every run without a score is to be scored.
    cancel_asked : ()
        That is to be stopped.
    """

    debrief_asked = Signal(str)
    export_asked = Signal(str)
    import_asked = Signal()
    score_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_list")
        self.table = QTableWidget(0, len(_HEADINGS))
        self._line = QLabel()
        self._debrief = _button("open_debrief", " Open its debrief", "Opens the debrief of the chosen run (Return)")
        self._export = _button("export_run", " Save as a run file...", "A file that another workstation replays")
        self._import = _button("open_run_file", " Open a run file...", "Opens the debrief of a run of somebody else")
        self._score = _button("score_now", " Score now", "Scores every finished run that has no score yet")
        self._bar, self._stop = QProgressBar(), _button("cancel_scoring", "Cancel", "Stops; what is scored is kept")
        self._waiting = 0
        self._lay_out()
        self._connect()
        self.show_progress(1.0, "")

    def _lay_out(self) -> None:
        self._line.setObjectName("runs_line")
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        table = self.table
        table.setObjectName("runs")
        table.setAccessibleName("Finished runs")
        table.setHorizontalHeaderLabels(list(_HEADINGS))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAlternatingRowColors(True)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.setFrameShape(QFrame.Shape.NoFrame)
        self._bar.setObjectName("scoring_progress")
        self._bar.setAccessibleName("Progress of scoring")
        self._bar.setRange(0, 1000)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for one in (self._debrief, self._export, self._import):
            buttons.addWidget(one)
        buttons.addStretch(1)
        scoring = QHBoxLayout()
        scoring.setSpacing(8)
        scoring.addWidget(self._line, 1)
        scoring.addWidget(self._bar, 1)
        scoring.addWidget(self._stop)
        scoring.addWidget(self._score)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(scoring)
        column.addWidget(table, 1)
        column.addLayout(buttons)
        self._dress()

    def _connect(self) -> None:
        self.table.itemSelectionChanged.connect(self._offer)
        self.table.activated.connect(self._open)
        self._debrief.clicked.connect(self._open)
        self._export.clicked.connect(self._save)
        self._import.clicked.connect(self.import_asked)
        self._score.clicked.connect(self.score_asked)
        self._stop.clicked.connect(self.cancel_asked)

    @property
    def name(self) -> str:
        """Name of the run that is chosen, "" if none is."""
        item = self.table.item(self.table.currentRow(), 0) if self.table.selectedItems() else None
        return "" if item is None else str(item.data(_NAME))

    def show_runs(self, runs: Sequence[Finished], titles: Mapping[str, str], policies: Mapping[str, str]) -> None:
        """Show other runs; the one that was chosen stays so."""
        before = self.name
        self.table.setRowCount(len(runs))
        chosen = 0
        for at, run in enumerate(reversed(runs)):
            self._fill(at, run, titles, policies)
            chosen = at if run.name == before else chosen
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.table.verticalHeader().setDefaultSectionSize(max(_LEAST_ROW, self.fontMetrics().height() + 10))
        if runs:
            self.table.selectRow(chosen)
        self._waiting = sum(run.result is None for run in runs)
        self._tell(len(runs))
        self._offer()

    def _fill(self, at: int, run: Finished, titles: Mapping[str, str], policies: Mapping[str, str]) -> None:
        title = titles.get(run.case, run.case)
        result = run.result
        words = (
            title, f"{run.made_at.astimezone():%Y-%m-%d %H:%M}", _mode_of(run),
            f"{run.seed}", policies.get(run.policy, run.policy),
            "no score yet" if result is None else f"{result.overall:.0f}",
            "" if result is None else f"{result.gates_failed}",
        )  # fmt: skip
        told = f"{title}, {words[2]}, begun {words[1]}: " + (
            "no score yet" if result is None else f"{words[5]} of 100, {enumerated(result.gates_failed, 'gate')} failed"
        )
        for place, text in enumerate(words):
            item = QTableWidgetItem(text)
            item.setData(_NAME, run.name)
            item.setData(int(Qt.ItemDataRole.AccessibleTextRole), told if place == 0 else text)
            self.table.setItem(at, place, item)

    def _tell(self, count: int) -> None:
        line = f"{enumerated(count, 'finished run')}." if count else "No finished run yet."
        if self._waiting:
            line += (
                f" {enumerated(self._waiting, 'run')} without a score: it is noted with the debrief, or by Score now."
            )
        self._line.setText(line)

    def _offer(self) -> None:
        for one in (self._debrief, self._export):
            one.setEnabled(bool(self.name))
        self._score.setVisible(self._waiting > 0 and not self._bar.isVisibleTo(self))

    def _open(self) -> None:
        if self.name:
            self.debrief_asked.emit(self.name)

    def _save(self) -> None:
        if self.name:
            self.export_asked.emit(self.name)

    def show_progress(self, share: float, text: str) -> None:
        """Show how far scoring is; it is over at 1."""
        on = share < 1.0
        self._bar.setVisible(on)
        self._stop.setVisible(on)
        self._bar.setValue(round(1000 * share))
        self._bar.setFormat(f"{text}  %p %")
        self._offer()

    def _dress(self) -> None:
        for button, name in (
            (self._debrief, "chat-text"),
            (self._export, "export"),
            (self._import, "folder-open"),
            (self._score, "gauge"),
        ):
            button.setIcon(icon(name))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icons of the new theme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_waiting"):
            self._dress()
        super().changeEvent(event)


def _mode_of(run: Finished) -> str:
    if run.mode == "exam":
        return "examination"
    return "tutor, went back" if run.went_back else "tutor"


def _button(name: str, text: str, what: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(text.strip())
    button.setToolTip(what)
    return button
