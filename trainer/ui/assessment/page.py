"""The page of self-assessment: the sets of a learner, and the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from trainer.core.error import AtollError
from trainer.knowledge.contents import cases_as_written, policy_titles
from trainer.records import selfassessment
from trainer.records.assessment import Assessment, Sitting
from trainer.records.database import Records
from trainer.records.learner import Learner
from trainer.records.setresult import Mean, means_of
from trainer.ui.assessment.closed_set import ClosedSet
from trainer.ui.assessment.leaf import button, words
from trainer.ui.assessment.list import SetList
from trainer.ui.assessment.new_set import NewSet
from trainer.ui.assessment.open_set import OpenSet
from trainer.ui.assessment.word import line_of, moment_of, plural
from trainer.ui.library.catalogue import StartRequest
from trainer.ui.theme import icon

_NEW = ""  # identifier of what is no set yet


class AssessmentPage(QWidget):
    """The sets of a learner.

    Parameters
    ----------
    records : Records

    Attributes
    ----------
    library_asked : Signal()
    sit_asked : Signal(StartRequest, int)
        A case of the open set is to be begun, and its place. Whoever begins it calls `note_run` once it is kept.
    resume_asked, debrief_asked : Signal(str)
        Name of the run.
    score_asked : Signal(tuple of str)
        Runs of a closed set that have no score. Whoever scores them calls `show_progress` and `refresh`.
    stop_asked : Signal()
        The scoring is to stop.
    """

    library_asked = Signal()
    sit_asked = Signal(object, int)
    resume_asked = Signal(str)
    debrief_asked = Signal(str)
    score_asked = Signal(object)
    stop_asked = Signal()

    def __init__(self, records: Records, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("assessment_page")
        self._records = records
        self._learner: Learner | None = None
        self._cases = cases_as_written()
        self._sets: tuple[Assessment, ...] = ()
        self._list = SetList()
        self._new, self._open, self._closed = NewSet(policy_titles()), OpenSet(), ClosedSet()
        self._leaves = QStackedWidget()
        self._back = button("assessment_to_library", " Library")
        self._who = words("assessment_learner", "dim")
        self._line = words("assessment_line", "dim")
        self._lay_out()
        self._connect()
        self._dress()

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(20, 12, 20, 12)
        header.setSpacing(18)
        header.addWidget(self._back)
        title = words("assessment_title", "title", "Self-assessment")
        title.setWordWrap(False)
        header.addWidget(title)
        self._who.setWordWrap(False)
        self._who.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # a long name widens nothing
        header.addWidget(self._who, 1)
        side = QWidget()
        left = QVBoxLayout(side)
        left.setContentsMargins(20, 16, 12, 12)
        left.addWidget(self._list)
        self._leaves.setObjectName("set_leaves")
        for leaf in (self._new, self._open, self._closed):
            self._leaves.addWidget(leaf)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("assessment_split")
        split.setChildrenCollapsible(False)
        split.addWidget(side)
        split.addWidget(self._leaves)
        split.setStretchFactor(1, 1)
        split.setSizes([380, 900])
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setProperty("kind", "rule")
        self._line.setContentsMargins(28, 4, 28, 8)
        self._line.hide()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addLayout(header)
        page.addWidget(rule)
        page.addWidget(split, 1)
        page.addWidget(self._line)
        for before, after in pairwise((self._back, self._list, self._leaves)):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        self._back.clicked.connect(self.library_asked)
        self._list.currentRowChanged.connect(self._show_chosen)
        self._list.itemActivated.connect(self._activate)
        self._new.changed.connect(self._tell_length)
        self._new.begin_asked.connect(self._begin)
        self._open.go_asked.connect(self._go)
        self._open.close_asked.connect(self._close)
        self._closed.score_asked.connect(self.score_asked)
        self._closed.stop_asked.connect(self.stop_asked)
        self._closed.debrief_asked.connect(self.debrief_asked)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look at the records again, and be ready for the keys."""
        super().showEvent(event)
        self.refresh()
        self._list.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Hand the focus on to the list."""
        super().focusInEvent(event)
        self._list.setFocus()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icons of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_line"):
            self._dress()
            self._new.dress()
            self._show_chosen()

    def _dress(self) -> None:
        self._back.setIcon(icon("arrow-left"))

    def show_learner(self, learner: Learner) -> None:
        """Show the sets of a learner."""
        self._learner = learner
        self._who.setText(learner.pseudonym)
        self.tell("")
        self.refresh()

    def refresh(self) -> None:
        """Look at the records again; a set whose last case has ended is closed, and shown."""
        if self._learner is None:
            return
        before = self._list.chosen
        try:
            selfassessment.close_if_over(self._records, self._learner.id, self._cases, datetime.now(UTC))
            self._sets = selfassessment.sets(self._records, self._learner.id, self._cases)
        except AtollError as error:
            self.tell(str(error))
        self._fill(before)

    def note_run(self, place: int, name: str) -> None:
        """Note which run is played in a place of the open set.

        Raises
        ------
        BadInput
            If it is not the run of this place, or cannot be noted. The run goes on all the same: its patient tells
            where it belongs.
        """
        going = self._going
        if going is not None:
            selfassessment.note_run(self._records, going.id, place, name)

    def show_progress(self, share: float, text: str) -> None:
        """Show how far the scoring of a closed set has come; 1 when it is over."""
        self._closed.show_progress(share, text)

    def tell(self, line: str) -> None:
        """Say something in the line at the foot."""
        self._line.setText(line)
        self._line.setVisible(bool(line))

    @property
    def _going(self) -> Assessment | None:
        return next((one for one in self._sets if one.open), None)

    def _fill(self, chosen: str) -> None:
        """Fill the list; what was chosen stays so, but an open set comes before a new one."""
        self._list.blockSignals(True)
        self._list.clear()
        if self._going is None:
            self._list.add("A new set", "under exam conditions", "plus-circle", _NEW)
        for one in self._sets:
            self._list.add(moment_of(one), line_of(one), "play-circle" if one.open else "check-circle", one.id)
        self._list.choose(chosen)
        self._list.blockSignals(False)
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = next((one for one in self._sets if one.id == self._list.chosen), None)
        if chosen is None:
            self._leaves.setCurrentWidget(self._new)
            self._tell_length()
        elif chosen.open:
            self._open.show_set(chosen)
            self._leaves.setCurrentWidget(self._open)
        else:
            self._closed.show_set(chosen, self._means(chosen))
            self._leaves.setCurrentWidget(self._closed)

    def _means(self, of: Assessment) -> Mapping[str, Mean]:
        try:
            return means_of(self._records, self._learner.id, of) if self._learner is not None else {}
        except AtollError as error:
            self.tell(str(error))
            return {}

    def _tell_length(self) -> None:
        if self._learner is None:
            return
        count, factor = self._new.count, self._new.time_factor
        try:
            minutes = selfassessment.plan_minutes(
                self._records, self._learner.id, self._cases, count, factor, datetime.now(UTC)
            )
        except AtollError as error:
            self.tell(str(error))
            return
        self._new.tell_length(f"{plural(count, 'case')}, {minutes:.0f} minutes in all")

    def _begin(self) -> None:
        if self._learner is None:
            return
        try:
            selfassessment.open_set(
                self._records, self._learner.id, self._cases, self._new.count, self._new.time_factor,
                self._new.policy, datetime.now(UTC),
            )  # fmt: skip
        except AtollError as error:
            self.tell(str(error))
            return
        self.tell("")
        self.refresh()
        self._open.go.setFocus()

    def _go(self, sitting: Sitting) -> None:
        going = self._going
        if going is None:
            return
        if sitting.state == "in play":
            self.resume_asked.emit(sitting.run)
            return
        try:
            seed = selfassessment.prepare(self._records, going.id, sitting.place)
        except AtollError as error:
            self.tell(str(error))
            return
        request = StartRequest(sitting.case, seed, "exam", going.time_factor, going.policy)
        self.sit_asked.emit(request, sitting.place)

    def _close(self) -> None:
        if self._learner is None:
            return
        try:
            selfassessment.close_set(self._records, self._learner.id, self._cases, datetime.now(UTC))
        except AtollError as error:
            self.tell(str(error))
            return
        self.refresh()
        self._list.setFocus()

    def _activate(self) -> None:
        """Go to the most wanted button; a clock begins to run only when that is pressed."""
        leaf = self._leaves.currentWidget()
        if leaf is not self._closed:
            (self._new.begin if leaf is self._new else self._open.go).setFocus()
