"""The encounter on the screen: strip, pictures, step and ribbon around one desk, and the one route between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from trainer.core.error import AtollError
from trainer.encounter.debrief import Feedback, feedback_of
from trainer.encounter.event import Advance, Command, Ended, Looked, ReadStated, RolledBack
from trainer.knowledge.statement import Read
from trainer.ui.chart.view import ChartView
from trainer.ui.debrief.feedback import FeedbackView
from trainer.ui.desk import Desk
from trainer.ui.mind import Thinker
from trainer.ui.reading.pictures import Pictures
from trainer.ui.reading.room import ReadingRoom
from trainer.ui.reading.scan import scan_of
from trainer.ui.ribbon.ribbon import TimeRibbon
from trainer.ui.step.panel import StepPanel
from trainer.ui.step.sign import PATTERN, SIGN
from trainer.ui.strip import PatientStrip
from trainer.ui.work import Call, Lanes

_KEEP_TIME_MS = 15_000  # how much of an examination's time a killed window gives back at most
_PANEL, _WIDEST = 400, 4000  # pixels at first: all that the panel leaves goes to the pictures


class EncounterPage(QWidget):
    """One encounter.

    Parameters
    ----------
    lanes : Lanes
    thinker : Thinker
        Who gives feedback in tutor mode.
    scale : int
        Of the anatomy: 1 for the full grid.

    Signals
    -------
    finished : Run
        The case is over and is to be discussed.
    left : ()
        Back to the library; the run is kept as it stands.
    """

    finished = Signal(object)
    left = Signal()

    def __init__(self, lanes: Lanes, thinker: Thinker, scale: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("encounter_page")
        self._lanes, self._thinker, self._scale = lanes, thinker, scale
        self._desk: Desk | None = None
        self._told: dict[int, str] = {}
        self._feedback_call: Call | None = None
        self._pictures = Pictures(lanes.chest, self)
        self.strip, self.room, self.panel = PatientStrip(self), ReadingRoom(self._pictures, self), StepPanel(self)
        self.chart, self.ribbon, self.feedback = ChartView(self), TimeRibbon(self), FeedbackView(self)
        self.panel.set_chart(self.chart)
        self.feedback.hide()
        self._notice = QLabel()
        self._notice.setObjectName("notice")
        self._notice.setAccessibleName("Notice")
        self._notice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._debrief = QPushButton("To the debrief")
        self._debrief.setObjectName("to_debrief")
        self._debrief.setProperty("kind", "primary")
        self._leave = QPushButton("Library")
        self._leave.setObjectName("to_library")
        self._leave.setToolTip("Back to the library; what is committed is kept (Ctrl+L)")
        self._time_up = QTimer(self)
        self._time_up.setSingleShot(True)
        self._passing = QTimer(self)
        self._passing.setInterval(_KEEP_TIME_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setObjectName("encounter_splitter")
        self._split.addWidget(self.room)
        self._split.addWidget(self.panel)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setChildrenCollapsible(False)
        self._split.setSizes([_WIDEST, _PANEL])
        below = QHBoxLayout()
        below.setContentsMargins(8, 0, 8, 2)
        below.addWidget(self._leave)
        below.addWidget(self._notice, 1)
        below.addWidget(self._debrief)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addWidget(self.strip)
        whole.addWidget(self._split, 1)
        whole.addWidget(self.ribbon)
        whole.addLayout(below)
        self._debrief.hide()

    def _connect(self) -> None:
        self.panel.submitted.connect(self.submit)
        self.panel.day_asked.connect(self.room.show_day)
        self.ribbon.day_chosen.connect(self.room.show_day)
        self.room.marks_changed.connect(self._pass_marks)
        self.room.state_changed.connect(self._pass_days)
        self.chart.finding_picked.connect(self.panel.pick)
        self.strip.announced.connect(self.tell)
        self._leave.clicked.connect(self.left)
        self._debrief.clicked.connect(self.finish)
        self._time_up.timeout.connect(self._refresh)
        self._passing.timeout.connect(self._keep_time)

    def open(self, desk: Desk) -> None:
        """Show an encounter."""
        self._desk = desk
        self._told = {}
        self._notice.clear()
        session = desk.session
        self.panel.set_feedback(None)
        names = session.engine.library.findings
        self.room.clear()
        self.room.clear_marks_sign_choices([(sign, names[sign].name) for sign in (*PATTERN, *SIGN)])
        policy = session.engine.library.policy(session.run.header.policy)
        self._pictures.open_patient(session.person, self._scale, policy.marking.perception.radius_mm.value)
        left = desk.seconds_left
        if left is not None:
            self._time_up.start(max(0, round(1000 * left)) + 500)
            self._passing.start()
        self._refresh()

    @property
    def desk(self) -> Desk | None:
        """The encounter that is shown."""
        return self._desk

    def submit(self, commands: Sequence[Command]) -> None:
        """Carry out commands one after the other, as far as none is refused, and show what has become of it."""
        desk = self._desk
        if desk is None:
            return
        before, begun = desk.day, len(desk.run.events)
        try:
            for command in commands:
                if isinstance(command, ReadStated | Advance | Ended):
                    self._note_looks(desk)
                reason = desk.submit(command)
                if reason is not None:
                    self.panel.refused(reason)
                    break
        except AtollError as error:
            self.panel.tell(f"Not kept, so it has not happened: {error}.")
        if any(isinstance(command, RolledBack) for command in commands):
            self._told.clear()  # what was kept of looks since then does not count any more
        self._refresh()
        if desk.day != before and not desk.exam and not any(isinstance(c, RolledBack) for c in commands):
            self._ask_feedback(desk, begun)

    def _keep_time(self) -> None:
        if self._desk is not None:
            try:
                self._desk.keep_time()
            except AtollError as error:
                self.tell(f"The time that has gone cannot be kept: {error}.")

    def _note_looks(self, desk: Desk) -> None:
        """Keep what was looked at since it was last kept."""
        for day in desk.scan_days:
            shown = self.room.audit.digits(("", day))
            if "1" in shown or "2" in shown:
                if self._told.get(day) != shown:
                    desk.submit(Looked(day=desk.day, scan=day, shown=shown))
                self._told[day] = shown

    def _refresh(self) -> None:
        desk = self._desk
        if desk is None:
            return
        session = desk.session
        self.room.set_scans([scan_of(session, day) for day in desk.scan_days], desk.day)
        for _, read in session.now.said(Read):
            self.room.lock(read.day, read.marks)
        for part in (self.strip, self.panel, self.chart, self.ribbon):
            part.show_desk(desk)
        self._pass_marks()
        self._pass_days()
        self._debrief.setVisible(desk.over)
        if desk.over:
            self.tell("The case is over." if session.now.over else "The time is up.")

    def _pass_marks(self) -> None:
        if self._desk is not None:
            day = self._desk.day
            self.panel.set_marks(self.room.marks(day), self.room.changes(day))

    def _pass_days(self) -> None:
        self.ribbon.set_shown_days(self.room.shown_days)

    def _ask_feedback(self, desk: Desk, since: int) -> None:
        run, policy = desk.run, desk.session.run.header.policy
        if self._feedback_call is not None:
            self._feedback_call.cancel()

        def job(call: Call) -> Feedback:
            session, examiner = self._thinker.scorer(run, policy, call)
            return feedback_of(examiner, session, since)

        self.tell("The tutor is looking at what you committed ...")
        self._feedback_call = self._lanes.mind.run(job, self._show_feedback, self._complain)

    def _show_feedback(self, feedback: Feedback) -> None:
        self._notice.clear()
        self.feedback.show_feedback(feedback)
        self.panel.set_feedback(self.feedback)

    def _complain(self, error: Exception) -> None:
        self.tell(f"{error}")

    def tell(self, text: str) -> None:
        """Show a line below."""
        self._notice.setText(text)

    def finish(self) -> None:
        """Go to the debrief."""
        if self._desk is not None:
            self.finished.emit(self._desk.run)

    def close_encounter(self) -> None:
        """Let go of the encounter; what is kept of it is kept already."""
        self._time_up.stop()
        self._passing.stop()
        self._keep_time()
        if self._feedback_call is not None:
            self._feedback_call.cancel()
        self._desk = None
        self._pictures.close()
        self.room.clear()
