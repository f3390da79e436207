"""The results of a learner: what they say together, how sure that is, and the runs themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from trainer.core.error import AtollError, BadInput
from trainer.encounter.run import Run
from trainer.knowledge.contents import cases_as_written, policy_titles
from trainer.records.database import Records
from trainer.records.gradebook import MEASURES, policies, repeats, scored
from trainer.records.learner import Learner
from trainer.records.result import Finished, finished_runs
from trainer.records.run_file import write_run
from trainer.records.shelf import Shelf
from trainer.records.spreadsheet import RESULT_COLUMNS, results_csv, write_table
from trainer.ui.mind import Thinker
from trainer.ui.results.account import (
    CLAIMS,
    calibration_figure,
    dial_figure,
    group_figure,
    loss_figure,
    name_of,
    time_figure,
    what_to_do,
)
from trainer.ui.results.figure import Figure, enumerated
from trainer.ui.results.foreign import foreign_run
from trainer.ui.results.run_list import RunList
from trainer.ui.results.view import FigureView
from trainer.ui.scoring import Scoring
from trainer.ui.theme import icon
from trainer.ui.work import Call, Lanes, Priority

_FIGURES: Final = {
    "dials": "Dials",
    "time": "Over time",
    "calibration": "Calibration",
    "groups": "By disease",
    "losses": "By skill",
}
_MODES: Final = {"": "Any mode", "tutor": "Tutor", "exam": "Examination"}
_COUNTED: Final = {"first": "First run of each case", "all": "Every run"}
_BY: Final = {"disease": "disease", "group": "kind of disease", "difficulty": "difficulty", "mode": "mode"}
_LEAST_BOX: Final = 90
_RUN_FILES: Final = "Run files (*.json)"


class ResultsPage(QWidget):
    """The results of one learner.

    Parameters
    ----------
    records : Records
    lanes : Lanes
    thinker : Thinker
        Who scores runs that have no score.

    Signals
    -------
    library_asked : ()
    debrief_asked : str
        Name of a run of the learner.
    run_opened : Run
        A finished run out of a file, whose debrief is wanted; it is nobody's here, so nothing is noted of it.
    """

    library_asked = Signal()
    debrief_asked = Signal(str)
    run_opened = Signal(object)

    def __init__(self, records: Records, lanes: Lanes, thinker: Thinker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("results_page")
        self._records, self._lanes = records, lanes
        self._learner: Learner | None = None
        self._runs: list[Finished] = []
        self._titles: Mapping[str, str] = {}
        self._policy_titles: Mapping[str, str] = {}
        self._diseases: Mapping[str, tuple[str, str]] = {}
        self._scoring = Scoring(records, lanes, thinker, self)
        self._title, self._count, self._line = QLabel(), QLabel(), QLabel()
        self._back = QPushButton(" Library")
        self._export = QPushButton(" Save all results...")
        self._mode = _choice("results_mode", "Mode", _MODES)
        self._policy = _choice("results_policy", "Policy", {})
        self._counted = _choice("results_counted", "Runs that count", _COUNTED)
        self._measure = _choice("results_measure", "Measure", {name: name_of(name) for name in MEASURES})
        self._by = _choice("results_by", "By", {name: f"By {text}" for name, text in _BY.items()})
        self._claims = _choice("results_claims", "Statements", {name: text for name, (text, _) in CLAIMS.items()})
        self._filters, self._tabs = QWidget(), QTabWidget()
        self._views = {name: FigureView(f"figure_{name}") for name in _FIGURES}
        self.runs = RunList()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._title.setObjectName("results_title")
        self._title.setProperty("kind", "title")
        for label, name in ((self._count, "results_count"), (self._line, "results_line")):
            label.setObjectName(name)
            label.setWordWrap(True)
        for label in (self._title, self._count, self._line):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setProperty("kind", "dim")
        self._back.setObjectName("results_to_library")
        self._export.setObjectName("export_results")
        self._export.setToolTip("A CSV with one row a scored run, and what its columns mean beside it")
        what = QLabel("SIMULATED, for training; no measure of clinical competence")
        what.setObjectName("results_simulated")
        what.setProperty("kind", "dim")
        header = QHBoxLayout()
        header.setContentsMargins(20, 12, 20, 8)
        header.setSpacing(14)
        names = QVBoxLayout()
        names.setSpacing(0)
        for label in (self._title, what):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # pseudonyms may be long
            names.addWidget(label)
        header.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)
        header.addLayout(names, 1)
        header.addWidget(self._export)
        filters = QHBoxLayout(self._filters)
        filters.setContentsMargins(20, 8, 20, 4)
        filters.setSpacing(8)
        for box in (self._counted, self._mode, self._policy, self._measure, self._by, self._claims):
            filters.addWidget(box)
            box.hide()
        filters.addWidget(self._count, 1)
        self._tabs.setObjectName("results_tabs")
        self._tabs.tabBar().setObjectName("results_tab_bar")
        self._tabs.tabBar().setAccessibleName("Results")
        self._tabs.setDocumentMode(True)
        for name, text in _FIGURES.items():
            self._tabs.addTab(self._views[name], text)
        self._tabs.addTab(self.runs, "Runs")
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setProperty("kind", "rule")
        self._line.setContentsMargins(20, 4, 20, 8)
        self._line.hide()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addLayout(header)
        page.addWidget(rule)
        page.addWidget(self._filters)
        page.addWidget(self._tabs, 1)
        page.addWidget(self._line)

    def _connect(self) -> None:
        for box in (self._mode, self._policy, self._counted, self._measure, self._by, self._claims):
            box.currentIndexChanged.connect(self._draw)
        for view in self._views.values():
            view.told.connect(self.tell)
        self._tabs.currentChanged.connect(self._draw)
        self._back.clicked.connect(self.library_asked)
        self._export.clicked.connect(self._save_all)
        self.runs.debrief_asked.connect(self.debrief_asked)
        self.runs.export_asked.connect(self._save_run)
        self.runs.import_asked.connect(self._open_file)
        self.runs.score_asked.connect(self.score_now)
        self.runs.cancel_asked.connect(self.cancel)
        self._scoring.progressed.connect(self.runs.show_progress)
        self._scoring.failed.connect(self._complain)
        self._scoring.ended.connect(self.refresh)
        self._dress()

    def show_learner(self, learner: Learner) -> None:
        """Show the results of a learner."""
        if self._learner is not None and learner.id != self._learner.id:
            self.cancel()
            self.tell("")
        self._learner = learner
        self._title.setText(f"Results of {learner.pseudonym}")
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Read the records again: a debrief may have noted a result."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read the records again, if the page is on show."""
        if self._learner is None or not self.isVisible():
            return
        try:
            self._runs = finished_runs(self._records, self._learner.id)
            self._titles = {case.id: case.title for case in cases_as_written()}
            self._policy_titles = policy_titles()
        except AtollError as error:
            self._runs = []
            self.tell(str(error))
        self._offer_policies()
        self.runs.show_runs(self._runs, self._titles, self._policy_titles)
        if not self._diseases and self._runs:
            self._lanes.mind.run(_diseases, self._name_diseases, self._complain, priority=Priority.NEXT)
        self._draw()

    def _offer_policies(self) -> None:
        """Offer the policies that there are results under; of several, one at a time, for they do not compare."""
        before, there = self._policy.currentData(), list(policies(self._runs))
        self._policy.blockSignals(True)
        self._policy.clear()
        for name in there:
            self._policy.addItem(f"Policy: {self._policy_titles.get(name, name)}", name)
        self._policy.setCurrentIndex(max(0, self._policy.findData(before)))
        self._policy.blockSignals(False)

    def _name_diseases(self, names: Mapping[str, tuple[str, str]]) -> None:
        self._diseases = names
        self._draw()

    @property
    def counted(self) -> list[Finished]:
        """The scored runs that what is chosen lets count."""
        first = self._counted.currentData() == "first"
        policy = self._policy.currentData() or ""
        return scored(self._runs, mode=self._mode.currentData(), policy=policy, first_only=first)

    def _draw(self) -> None:
        name = next((name for name, view in self._views.items() if view is self._tabs.currentWidget()), "")
        self._measure.setVisible(name in {"time", "groups"})
        self._by.setVisible(name == "groups")
        self._claims.setVisible(name == "calibration")
        for box in (self._counted, self._mode):
            box.show()
        self._policy.setVisible(self._policy.count() > 1)
        self._filters.setVisible(bool(name))
        self._count.setText(self._said())
        if not name:
            return
        counted = self.counted
        self._export.setEnabled(any(run.result is not None for run in self._runs))
        figure = self._figure(name, counted)
        todo = what_to_do(self._runs, counted)
        if todo:
            figure = Figure(figure.id, figure.title, (todo,), figure.columns)
        self._views[name].show_figure(figure)

    def _figure(self, name: str, counted: list[Finished]) -> Figure:
        measure = self._measure.currentData()
        if name == "dials":
            return dial_figure(counted)
        if name == "time":
            return time_figure(counted, measure, self._titles)
        if name == "calibration":
            return calibration_figure(counted, self._claims.currentData())
        if name == "losses":
            return loss_figure(counted)
        what = self._by.currentData()
        return group_figure(
            counted, measure, _BY[what], partial(self._group_of, what), f"{_BY[what]} of finished cases"
        )

    def _group_of(self, what: str, run: Finished) -> str:
        assert run.result is not None
        if what == "difficulty":
            return run.result.difficulty.capitalize()
        if what == "mode":
            return _MODES[run.mode]
        name, kind = self._diseases.get(run.result.disease, (run.result.disease, "unknown"))
        return name if what == "disease" else kind

    def _said(self) -> str:
        """Return how many runs count, and what is left out."""
        counted = self.counted
        have = [run for run in self._runs if run.result is not None]
        parts = [f"{len(counted)} of {enumerated(len(have), 'scored run')} counted."]
        again = repeats(self.counted)
        if again:
            parts.append(f"{again} of them repeat a case, when it was known what it is.")
        back = sum(run.went_back > 0 for run in counted)
        if back:
            parts.append(f"In {back} the learner went back, and knew what would come.")
        versions = {run.result.engine for run in counted if run.result is not None}
        if len(versions) > 1:
            parts.append(f"Scored by versions {', '.join(sorted(versions))} of Atoll, which need not agree.")
        return " ".join(parts) if have else ""

    def tell(self, line: str) -> None:
        """Say something in the line at the foot."""
        self._line.setText(line)
        self._line.setVisible(bool(line))

    def _complain(self, error: Exception) -> None:
        self.tell(f"{error}" if isinstance(error, AtollError) else f"{type(error).__name__}: {error}")

    def _save_all(self) -> None:
        if self._learner is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(self, "Save all results", "results.csv", "CSV table (*.csv)")
        if not chosen:
            return
        path = Path(chosen)
        path = path if path.suffix.lower() == ".csv" else path.with_name(f"{path.name}.csv")
        try:
            write_table(path, results_csv(self._learner.pseudonym, self._runs), RESULT_COLUMNS)
        except AtollError as error:
            self.tell(str(error))
        else:
            self.tell(f"Saved: {path}, and what its columns mean beside it.")

    def _save_run(self, name: str) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the run", f"{name}.json", _RUN_FILES)
        if not chosen:
            return
        try:
            write_run(Path(chosen), self._load(name))
        except AtollError as error:
            self.tell(str(error))
        else:
            self.tell(f"Saved: {chosen}. Another workstation opens it here, or by `atoll replay` and `atoll score`.")

    def _load(self, name: str) -> Run:
        if self._learner is None:
            raise BadInput("no learner is chosen")
        return Shelf(self._records, self._learner.id).load(name)

    def _open_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a run file", "", _RUN_FILES)
        if not chosen or self._learner is None:
            return
        try:
            run = foreign_run(self._records, self._learner, Path(chosen))
        except AtollError as error:
            self.tell(str(error))
        else:
            self.tell("")
            self.run_opened.emit(run)

    def score_now(self) -> None:
        """Score every finished run that has no score, one after the other; each is kept as soon as it is there."""
        if self._learner is not None:
            self.tell("")
            self._scoring.begin(self._learner.id, [run.name for run in self._runs if run.result is None])

    def cancel(self) -> None:
        """Stop scoring; what was scored is kept."""
        if self._scoring.busy:
            self._scoring.cancel()
            self.tell("Scoring was stopped; what was scored is kept.")

    def _dress(self) -> None:
        self._back.setIcon(icon("arrow-left"))
        self._export.setIcon(icon("table"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icons of the new theme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "runs"):
            self._dress()
        super().changeEvent(event)


def _diseases(_: Call) -> Mapping[str, tuple[str, str]]:
    """Return the name and the kind of each disease."""
    from trainer.knowledge.library import library

    return {name: (one.name, one.group.replace("-", " ").capitalize()) for name, one in library().diseases.items()}


def _choice(name: str, spoken: str, words: Mapping[str, str]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(spoken)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumWidth(_LEAST_BOX)  # large text may cut words short, but not widen the window
    for value, text in words.items():
        box.addItem(text, value)
    return box
