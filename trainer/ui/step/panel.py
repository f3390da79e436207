"""The step panel: what is asked for, what is drafted, and the way on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from trainer.encounter.event import Advance, Command, Ended, ReadStated, RolledBack
from trainer.knowledge.statement import Change, Mark
from trainer.ui.desk import Desk
from trainer.ui.shortcut import bind
from trainer.ui.step.belief_section import BeliefSection
from trainer.ui.step.chart_section import ChartSection
from trainer.ui.step.draft import Draft, commands, read_of, settled, statements, today_of
from trainer.ui.step.evidence_section import EvidenceSection
from trainer.ui.step.need import SECTIONS, Section, lacking, missing, next_thing, sign_of
from trainer.ui.step.order_section import OrderSection
from trainer.ui.step.read_section import ReadSection
from trainer.ui.step.section import MARGIN, SectionView, button, clicked_once, label
from trainer.ui.step.standing import Standing, standing_of
from trainer.ui.step.style import sheet
from trainer.ui.step.tab import SectionTab
from trainer.ui.step.visit_section import VisitSection
from trainer.ui.theme import colours

_COLUMNS = 3
_REFUSED = "Refused:"


class StepPanel(QWidget):
    """The panel beside the pictures; it asks for commands and is told where the encounter stands."""

    submitted = Signal(list)
    """Commands of `trainer.encounter.event`, to be submitted in this order."""
    day_asked = Signal(int)
    """A day whose pictures are wanted."""
    section_shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("step_panel")
        self.setAccessibleName("Step")
        self.setMinimumSize(360, 480)
        self.draft = Draft(day=0)
        self._desk: Desk | None = None
        self._standing: Standing | None = None
        self._confirmed = ""
        self._feedback: QWidget | None = None
        self._build()
        for number, section in enumerate(SECTIONS, 1):
            bind(self, f"section-{number}", self.tabs[section].open)
        bind(self, "send-orders", self.send_orders)
        bind(self, "sign-read", self.sign_read)
        bind(self, "commit", self.commit)
        bind(self, "advance", self.advance)
        self._wear()
        self.choose("chart")

    # what the panel is made of

    def _build(self) -> None:
        self.next = label(name="step_next")
        self.next.setAccessibleName("What to do next")
        self.title = label(name="step_title")
        self.title.setTextFormat(Qt.TextFormat.RichText)
        self.arrival = label(name="step_arrival")
        self.message = label(name="step_message")
        self.message.hide()
        self.sections: dict[Section, SectionView] = {
            "chart": ChartSection(), "read": ReadSection(), "differential": BeliefSection(),
            "evidence": EvidenceSection(), "orders": OrderSection(), "visit": VisitSection(),
        }  # fmt: skip
        self.tabs = {section: SectionTab(section, number) for number, section in enumerate(SECTIONS, 1)}
        self.stack = QStackedWidget()
        tabs = QGridLayout()
        tabs.setSpacing(4)
        for place, section in enumerate(SECTIONS):
            tabs.addWidget(self.tabs[section], place // _COLUMNS, place % _COLUMNS)
            tabs.setColumnStretch(place % _COLUMNS, 1)
            self.tabs[section].chosen.connect(self._open)
            view = self.sections[section]
            view.edited.connect(self._edit)
            view.said.connect(self.tell)
            self.stack.addWidget(view)
        self._wire()
        self._feedback_box = QVBoxLayout()
        self._feedback_close = button("Close the feedback", "feedback_close")
        self._feedback_close.clicked.connect(self._close_feedback)
        self._feedback_close.hide()
        self.commit_button = button("Commit", "commit", main=True, tip="Ctrl+Return")
        self.commit_button.clicked.connect(self.commit)
        self.advance_button = button("Move the clock", "advance", tip="Ctrl+Shift+N")
        self.advance_button.clicked.connect(self.advance)
        clicked_once(self.commit_button, self.advance_button)
        foot = QHBoxLayout()
        foot.addWidget(self.commit_button, 1)
        foot.addWidget(self.advance_button, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        whole.setSpacing(6)
        for widget in (self.next, self.title, self.arrival):
            whole.addWidget(widget)
        whole.addLayout(tabs)
        whole.addLayout(self._feedback_box)
        whole.addWidget(self._feedback_close)
        whole.addWidget(self.stack, 1)
        whole.addWidget(self.message)
        whole.addLayout(foot)

    def _wire(self) -> None:
        read, orders, visit = self.sections["read"], self.sections["orders"], self.sections["visit"]
        assert isinstance(read, ReadSection)
        assert isinstance(orders, OrderSection)
        assert isinstance(visit, VisitSection)
        read.sign_asked.connect(self.sign_read)
        read.day_asked.connect(self.day_asked)
        orders.send_asked.connect(self.send_orders)
        visit.advance_asked.connect(self.advance)
        visit.end_asked.connect(self.end)
        visit.back_asked.connect(self.go_back)
        clicked_once(read.sign, visit.end, visit.back)

    def _open(self, section: Section) -> None:
        self.choose(section)
        self.sections[section].start().setFocus()

    # what the page tells it

    def show_desk(self, desk: Desk) -> None:
        """Show where the encounter stands; the draft is kept until the clock has moved."""
        other = desk is not self._desk or self.draft.day != desk.day
        self._desk = desk
        self._standing = standing_of(desk)
        if other:
            self.draft = Draft(day=desk.day)
            self._confirmed = ""
            self.tell("")
            self.choose("chart")
        self.draft = settled(self.draft, today_of(desk.session))
        self._refresh()

    def refused(self, reason: str) -> None:
        """Say why a command was refused; nothing of the draft is lost."""
        shown = self.message.text() if self.message.text().startswith(_REFUSED) else ""
        self.tell(f"{shown} {_REFUSED} {reason}.".strip())

    def set_marks(self, marks: Sequence[Mark], changes: Mapping[str, Change]) -> None:
        """Take what is marked in today's pictures into the draft of the read."""
        wanted = replace(self.draft, marks=tuple(marks), changes=dict(changes))
        if wanted != self.draft:
            self.draft = wanted
            self._refresh()

    def set_chart(self, widget: QWidget) -> None:
        """Show this widget as the chart."""
        chart = self.sections["chart"]
        assert isinstance(chart, ChartSection)
        chart.set_widget(widget)

    def set_feedback(self, widget: QWidget | None) -> None:
        """Show feedback above the sections until it is closed, or take it away."""
        here = QApplication.focusWidget()
        working = here is not None and (self.stack.isAncestorOf(here) or here is self._feedback_close)
        if self._feedback is not None:
            working = working or self._feedback is here or self._feedback.isAncestorOf(here or self)
            self._feedback_box.removeWidget(self._feedback)
            self._feedback.hide()
        self._feedback = widget
        if widget is not None:
            self._feedback_box.addWidget(widget)
            widget.show()
        self._feedback_close.setVisible(widget is not None)
        self.stack.setVisible(True)
        if working:  # who types in a section must not find the keyboard on the next button, which is that of the commit
            (widget or self.sections[self.section].start()).setFocus()
        self.stack.setVisible(widget is None)

    def _close_feedback(self) -> None:
        self.set_feedback(None)

    def tell(self, text: str) -> None:
        """Say a line below the sections."""
        self.message.setText(text)
        self.message.setVisible(bool(text))

    # what the learner does

    def choose(self, section: Section) -> None:
        """Show a section."""
        if self._feedback is not None:
            self.set_feedback(None)
        for name, tab in self.tabs.items():
            tab.setChecked(name == section)
        self.stack.setCurrentWidget(self.sections[section])
        self._refresh()
        self.section_shown.emit(section)

    def pick(self, finding: str) -> None:
        """Go to a finding among the evidence, where it is cited for or against."""
        self.choose("evidence")
        evidence = self.sections["evidence"]
        assert isinstance(evidence, EvidenceSection)
        if not evidence.pick(finding):
            self.tell("This finding is cited already, or cannot be cited today.")

    @property
    def section(self) -> Section:
        """The section that is shown."""
        return next(name for name, view in self.sections.items() if view is self.stack.currentWidget())

    def _edit(self, draft: Draft) -> None:
        self.draft = draft
        self._confirmed = ""
        self.message.hide()
        self._refresh()

    def _refresh(self) -> None:
        desk, standing = self._desk, self._standing
        if desk is None or standing is None:
            return
        self.next.setText(next_thing(self.draft, standing))
        ends = "" if standing.over else f" {escape(standing.ends)}"
        self.title.setText(f"<b>Day {standing.day}: {escape(standing.title)}.</b>{ends}")
        self.title.setToolTip(desk.session.case.ends)
        why = desk.session.now.stops[-1][2] if desk.session.now.stops else ()
        self.arrival.setText("\n".join(one.text for one in why))
        self.arrival.setVisible(bool(why))
        for section, tab in self.tabs.items():
            tab.show_sign(sign_of(section, self.draft, standing))
        self.sections[self.section].show_state(desk, standing, self.draft)
        waiting = len(commands(self.draft, standing))
        self.commit_button.setEnabled(not standing.over)
        self.commit_button.setText("Commit all the same" if self._confirmed == "commit" else "Commit")
        self.commit_button.setAccessibleName(f"{self.commit_button.text()}, {waiting} to commit")
        self.advance_button.setEnabled(not standing.over)
        day = self.draft.leading_to(standing)
        words = "End the case" if standing.last else f"Move the clock to day {day}"
        again = "End all the same" if standing.last else "Move on all the same"
        self.advance_button.setText(again if self._confirmed in {"advance", "end"} else words)
        self.advance_button.setAccessibleName(self.advance_button.text())
        self._point(standing, waiting)

    def _point(self, standing: Standing, waiting: int) -> None:
        """Let the button that is next stand out."""
        on = not waiting and not missing(self.draft, standing)
        for made, main in ((self.commit_button, not on), (self.advance_button, on)):
            if made.property("main") != main:
                made.setProperty("main", main)
                made.style().unpolish(made)
                made.style().polish(made)

    def _submit(self, wanted: list[Command]) -> None:
        self._confirmed = ""
        self.tell("")
        self.submitted.emit(wanted)
        self._refresh()

    def send_orders(self) -> None:
        """Submit the queued orders, and nothing else."""
        if not self.draft.orders:
            self.tell("No order is queued.")
        else:
            self._submit(list(self.draft.orders))

    def sign_read(self) -> None:
        """Submit the read of today's CT."""
        if self._standing is None or not self._standing.scan or self._standing.read is not None:
            self.tell("There is no unread CT of today.")
            return
        lacks = lacking("read", self.draft, self._standing)
        if lacks is not None and self._confirmed != "sign":
            self._confirmed = "sign"
            self.tell(f"Still missing: {lacks[1]}. Sign again to go on without, or mark 'Nothing abnormal'.")
            return
        self._submit([ReadStated(read=read_of(self.draft))])

    def commit(self) -> None:
        """Submit all that is drafted; say first what is missing."""
        if self._standing is None:
            return
        lacks, wanted = missing(self.draft, self._standing), commands(self.draft, self._standing)
        if lacks and self._confirmed != "commit":
            self._confirmed = "commit"
            self.tell(f"Still missing: {'; '.join(lacks)}. Commit again to go on without.")
            self._refresh()
        elif wanted:
            self._submit(wanted)
        else:
            self._confirmed = ""
            self.tell("Nothing new to commit.")
            self._refresh()

    def advance(self) -> None:
        """Move the clock to the next visit, or end the case on its last day; say first what would be left out."""
        if self._standing is None or self._standing.over:
            return
        if self._standing.last:
            self.end()
            return
        if self._holds_back("advance", "move the clock"):
            return
        self._submit([Advance(to_day=self.draft.leading_to(self._standing))])

    def end(self) -> None:
        """Close the case with the plan as it stands."""
        if self._standing is None or self._standing.over:
            return
        ahead = "" if self._standing.last else "The case could go on to day " + f"{self._standing.last_day}. "
        if self._holds_back("end", "end the case", ahead):
            return
        self._submit([Ended(day=self._standing.day)])

    def _holds_back(self, what: str, words: str, first: str = "") -> bool:
        """Say once what would be left out; return whether that is being said now."""
        assert self._standing is not None
        parts = [first] if first else []
        left, lacks = self._left_out(), missing(self.draft, self._standing)
        if left:
            parts.append(f"Not committed: {left}. ")
        if lacks:
            parts.append(f"Missing: {'; '.join(lacks)}. ")
        if not parts or self._confirmed == what:
            return False
        self._confirmed = what
        self.tell("".join(parts) + f"Press again to {words} all the same.")
        self._refresh()
        return True

    def may_leave(self) -> bool:
        """Return whether the encounter may be left; say once what would be lost."""
        if self._standing is None or self._standing.over or self._confirmed == "leave":
            return True
        left = self._left_out()
        if left:
            self._confirmed = "leave"
            self.tell(f"Not committed: {left}. Commit, or press again to leave and lose it.")
            self._refresh()
        return not left

    def _left_out(self) -> str:
        assert self._standing is not None
        said, orders = len(statements(self.draft, self._standing)), len(self.draft.orders)
        parts = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in
                 ((said, "statement"), (orders, "order")) if count]  # fmt: skip
        return " and ".join(parts)

    def go_back(self) -> None:
        """Go back to the last visit, as it was before the clock was moved from it."""
        if self._desk is None or self._desk.exam or not self._desk.session.now.stops:
            self.tell("There is no visit to go back to.")
            return
        self._submit([RolledBack(to=self._desk.session.now.stops[-1][0] - 1)])

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Wear the colours of the theme when it changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._wear()

    def _wear(self) -> None:
        wanted = sheet(colours())
        if self.styleSheet() != wanted:
            self.setStyleSheet(wanted)
            self._refresh()
