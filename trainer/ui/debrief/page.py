"""The debrief: score, belief, choices, search, pictures, twin and what to take home, after the case is over."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from trainer.core.chance import key_of
from trainer.core.error import AtollError
from trainer.encounter.debrief import Debrief, Visit, debrief_of
from trainer.encounter.run import Run
from trainer.ui.debrief.audit import AuditView
from trainer.ui.debrief.belief import BeliefChart
from trainer.ui.debrief.choice import ChoiceList
from trainer.ui.debrief.dial import DialList
from trainer.ui.debrief.prose import Prose
from trainer.ui.debrief.report import ReportButton
from trainer.ui.debrief.truth import Place, TruthView
from trainer.ui.debrief.twin import TwinView
from trainer.ui.debrief.word import (
    NEVER_SCORED,
    Block,
    at_visit,
    failed_in_a_line,
    in_short,
    names_of_opacities,
    of_choice,
    of_dial,
    to_take_home,
)
from trainer.ui.mind import Thinker
from trainer.ui.reading.scan import Scan
from trainer.ui.theme import icon
from trainer.ui.work import Call, Lanes

if TYPE_CHECKING:
    from trainer.ui.reading.pictures import Pictures

_BELIEF_WORDS = Block(
    "dim",
    "The observer knows the engine and has seen exactly what you had seen; nothing of the hidden truth enters. "
    "A differential that was not stated cannot be scored.",
)
_CHOICE_WORDS = Block(
    "dim",
    "Regret is what your orders were worth less than the best act on the table, on what could be known: filled the "
    "part that comes from the belief, hatched the part of the act beside what that belief called for; where the "
    "hatching lies over the filling, you did better than your belief. Luck stands apart, in outline. " + NEVER_SCORED,
)


class DebriefPage(QWidget):
    """The debrief of one run.

    Parameters
    ----------
    lanes : Lanes
    thinker : Thinker
        Who scores.
    scale : int
        Of the anatomy: 1 for the full grid.

    Attributes
    ----------
    report : ReportButton
        Saves the report; whoever has the records tells it whose run it is.

    Signals
    -------
    again_asked : str
        The case is to be played again with another seed.
    library_asked : ()
    done : Debrief
        The run has been scored.
    """

    again_asked = Signal(str)
    library_asked = Signal()
    done = Signal(object)

    def __init__(self, lanes: Lanes, thinker: Thinker, scale: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("debrief_page")
        self._lanes, self._thinker, self._scale = lanes, thinker, scale
        self._run: Run | None = None
        self._debrief: Debrief | None = None
        self._call: Call | None = None
        self._chest = QLabel()
        self._title, self._gates = QLabel(), Prose("failed_gates", "Safety gates that failed", self, fitting=True)
        self._again = self._button("play_again", "Play again with another seed")
        self._back = self._button("back_to_library", " Library")
        self.report, self._report_line = ReportButton(lanes, thinker, self), QLabel()
        self._bar, self._stop, self._line = QProgressBar(), self._button("cancel_debrief", "Cancel"), QLabel()
        self._retry = self._button("retry_debrief", "Make the debrief")
        self._tabs, self._stack = QTabWidget(self), QStackedWidget(self)
        self._dials, self._items = DialList(self), Prose("items", "Items of the chosen dial", self)
        self._beliefs = BeliefChart(self)
        self._choices, self._choice = ChoiceList(self), Prose("choice", "The chosen step", self)
        self._search, self._home = AuditView(self), Prose("take_home", "What to take home", self)
        self._truth, self._twin = TruthView(self), TwinView(self)
        self._drawn: dict[QWidget, Pictures] = {}  # where the pictures of a tab come from, once it was opened
        self._lay_out()
        self._tabs.currentChanged.connect(self._open_tab)
        self._again.clicked.connect(self._play_again)
        self._back.clicked.connect(self.library_asked)
        self.report.told.connect(self._tell_report)
        self._stop.clicked.connect(self.cancel)
        self._retry.clicked.connect(self._begin)
        self._dials.chosen.connect(self._show_dial)
        self._search.place_asked.connect(self._show_opacity)
        self._choices.chosen.connect(self._show_choice)
        self._dress()

    @staticmethod
    def _button(name: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setMinimumHeight(28)
        return button

    def _dress(self) -> None:
        self._again.setIcon(icon("arrow-clockwise"))
        self._back.setIcon(icon("arrow-left"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icons of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_retry"):
            self._dress()

    def _lay_out(self) -> None:
        self._chest.setObjectName("chest_line")
        self._chest.setAccessibleName("Notice on the pictures")
        self._title.setObjectName("debrief_title")
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head = QHBoxLayout()
        head.setContentsMargins(10, 4, 10, 4)
        head.setSpacing(14)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        head.addWidget(self.report)
        head.addWidget(self._again)
        self._stack.addWidget(self._waiting())
        self._stack.addWidget(self._tabs)
        self._tabs.setObjectName("debrief_tabs")
        self._tabs.setAccessibleName("Parts of the debrief")
        for title, part in (
            ("Score", self._beside(self._dials, self._items)),
            ("Belief", self._belief_tab()),
            ("Choices", self._choice_tab()),
            ("Search", self._scrolled(self._search, "search_area")),
            ("CTs", self._truth),
            ("Twin", self._twin),
            ("To take home", self._home),
        ):
            self._tabs.addTab(part, title)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 8, 10, 8)
        whole.addLayout(head)
        whole.addWidget(self._gates)
        whole.addWidget(self._stack, 1)
        whole.addWidget(self._report_line)
        whole.addWidget(self._chest)
        self._gates.hide()
        self._chest.hide()
        self._report_line.setObjectName("report_line")
        self._report_line.setAccessibleName("Notice on the report")
        self._report_line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._report_line.setWordWrap(True)
        self._report_line.hide()

    def _waiting(self) -> QWidget:
        self._bar.setObjectName("debrief_progress")
        self._bar.setAccessibleName("Progress")
        self._bar.setRange(0, 1000)
        self._line.setObjectName("debrief_line")
        self._line.setAccessibleName("Notice")
        self._line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._line.setWordWrap(True)
        middle = QVBoxLayout()
        for widget in (self._line, self._bar, self._stop, self._retry):
            widget.setMaximumWidth(520)
            middle.addWidget(widget)
        box = QWidget()
        across = QHBoxLayout(box)
        across.addStretch(1)
        across.addLayout(middle, 2)
        across.addStretch(1)
        middle.insertStretch(0, 1)
        middle.addStretch(2)
        return box

    @staticmethod
    def _beside(left: QWidget, right: QWidget) -> QSplitter:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        return split

    @staticmethod
    def _holding(layout: QVBoxLayout) -> QWidget:
        box = QWidget()
        box.setLayout(layout)
        return box

    @staticmethod
    def _scrolled(inner: QWidget, name: str) -> QScrollArea:
        area = QScrollArea()
        area.setObjectName(name)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        return area

    def _belief_tab(self) -> QWidget:
        words = Prose("belief_words", "What the observer is", fitting=True)
        words.show_blocks([_BELIEF_WORDS])
        layout = QVBoxLayout()
        layout.addWidget(words)
        layout.addWidget(self._scrolled(self._beliefs, "belief_area"), 1)
        return self._holding(layout)

    def _choice_tab(self) -> QWidget:
        words = Prose("choice_words", "What regret is", fitting=True)
        words.show_blocks([_CHOICE_WORDS])
        layout = QVBoxLayout()
        layout.addWidget(words)
        layout.addWidget(self._beside(self._choices, self._choice), 1)
        return self._holding(layout)

    def open_run(self, run: Run) -> None:
        """Make and show the debrief of a run."""
        self.rest()
        self._run = run
        self._title.setText("Debrief (SIMULATED)")
        self._again.setEnabled(True)
        self._begin()

    def _begin(self) -> None:
        run = self._run
        if run is None:
            return

        def job(call: Call) -> Debrief:
            session, examiner = self._thinker.scorer(run, run.header.policy, call)
            from trainer.ui.debrief.extent import extent_on

            return debrief_of(examiner, session, call.tell, partial(extent_on, call.check))

        self._wait(0.0, "The debrief is being made: everything is weighed on what could be known at the time.")
        self._call = self._lanes.mind.run(job, self.show_debrief, self._complain, progress=self._wait)

    def _wait(self, share: float, text: str) -> None:
        self._stack.setCurrentIndex(0)
        self._bar.show()
        self._stop.show()
        self._retry.hide()
        self._bar.setValue(round(1000 * share))
        self._line.setText(f"{text[:1].upper()}{text[1:]}")

    def _stand_still(self, text: str) -> None:
        self._call = None
        self._stack.setCurrentIndex(0)
        self._bar.hide()
        self._stop.hide()
        self._retry.show()
        self._line.setText(text)

    def cancel(self) -> None:
        """Stop making the debrief."""
        if self._call is not None:
            self._call.cancel()
            self._stand_still("The debrief was stopped.")

    def _complain(self, error: Exception) -> None:
        self._stand_still(f"{error}" if isinstance(error, AtollError) else f"{type(error).__name__}: {error}")

    @property
    def debrief(self) -> Debrief | None:
        """What is shown, None while it is being made."""
        return self._debrief

    def show_debrief(self, debrief: Debrief) -> None:
        """Show a debrief that is ready."""
        kept, self._call, self._debrief = self._run, None, debrief
        same = kept is not None and (kept.header, kept.events) == (debrief.run.header, debrief.run.events)
        self._run = kept if kept is not None and same else debrief.run  # as it was kept it has its time and its state
        self.report.offer(self._run, debrief)
        header, sheet = debrief.run.header, debrief.sheet
        mode = "examination" if header.mode == "exam" else "tutor"
        self._title.setText(
            f"<b>{escape(debrief.title)}</b> &nbsp; overall {sheet.overall:.0f} of 100 &nbsp; {mode}, "
            f"seed {header.seed}, policy {header.policy} &nbsp; SIMULATED"
        )
        failed = failed_in_a_line(sheet.gates)
        self._gates.setVisible(bool(failed))
        self._gates.show_blocks(failed)
        self._dials.show_sheet(sheet)
        self._beliefs.show_visits(debrief.visits, debrief.names)
        self._choice.show_blocks([Block("body", "No choice was weighed in this run.")])
        self._choices.show_visits(debrief.visits)
        self._search.show_searches(debrief.searches)
        self._home.show_blocks(to_take_home(debrief))
        self._twin.show_twin(debrief.twin, debrief.person)
        self._stack.setCurrentIndex(1)
        self._tabs.setCurrentIndex(0)
        self._dials.setFocus(Qt.FocusReason.OtherFocusReason)
        self.done.emit(debrief)

    def _open_tab(self, _: int) -> None:
        """Begin to draw what is looked at; the chest is not made ready before anybody wants to see it."""
        debrief, tab = self._debrief, self._tabs.currentWidget()
        if debrief is None or tab not in (self._truth, self._twin) or tab in self._drawn:
            return
        pictures = self._pictures()
        self._drawn[tab] = pictures
        if tab is self._twin:
            pictures.progressed.connect(self._say_drawing)  # the reading room says so itself
            self._twin.set_pictures(pictures)
        else:
            from trainer.ui.reading.room import ReadingRoom

            self._truth.set_room(ReadingRoom(pictures, self._truth))
            key = debrief.person.key
            pictures.ready_changed.connect(partial(self._truth.begin, pictures))
            scans = [Scan(day, chest, key_of("visit", key, day)) for day, chest in debrief.scans]
            self._truth.show_scans(scans, names_of_opacities(debrief.scans))
        pictures.open_patient(debrief.person, self._scale)

    def _pictures(self) -> Pictures:
        from trainer.ui.reading.pictures import Pictures

        made = Pictures(self._lanes.chest, self)
        made.failed.connect(self._tell)
        return made

    def _say_drawing(self, share: float, text: str) -> None:
        self._tell(f"{text[:1].upper()}{text[1:]}: {100 * share:.0f} %" if share < 1.0 else "")

    def _tell(self, text: str) -> None:
        self._chest.setText(text)
        self._chest.setVisible(bool(text))

    def _tell_report(self, text: str) -> None:
        self._report_line.setText(text)
        self._report_line.setVisible(bool(text))

    def _show_dial(self, name: str) -> None:
        if self._debrief is None:
            return
        sheet, references, names = self._debrief.sheet, self._debrief.references, self._debrief.names
        blocks = of_dial(sheet, name, references, names) if name else in_short(sheet, references, names)
        self._items.show_blocks(blocks)

    def _show_choice(self, visit: Visit) -> None:
        if self._debrief is not None:
            self._choice.show_blocks([*of_choice(visit), *at_visit(self._debrief, visit)])

    def _show_opacity(self, day: int, place_mm: Place) -> None:
        self._tabs.setCurrentWidget(self._truth)
        self._truth.show_place(day, place_mm)

    def _play_again(self) -> None:
        if self._run is not None:
            self.again_asked.emit(self._run.header.case)

    def rest(self) -> None:
        """Let go of the run."""
        if self._call is not None:
            self._call.cancel()
        self._call = self._run = self._debrief = None
        self.report.rest()
        self._tell_report("")
        self._twin.rest()
        self._truth.rest()
        for pictures in self._drawn.values():
            pictures.close()
            pictures.deleteLater()
        self._drawn.clear()
