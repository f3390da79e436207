"""The strip over the pictures: who the patient is, what day it is, what is given, and how much time is left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFont, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from trainer.ui.chart.heading import Heading, clock, heading_of, warning
from trainer.ui.desk import Desk
from trainer.ui.theme import colours

_HEIGHT = 44
_LAST = 60.0  # seconds from which the clock is written in the colour of what is bad


class Elided(QLabel):
    """A line that ends in dots where it has no room; the tool tip has all of it."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title = title
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        """Show a text."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)
        self.setAccessibleName(f"{self._title}: {text}")

    @property
    def elided(self) -> bool:
        """Whether the text does not fit."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the first few letters."""
        return QSize(min(48, super().minimumSizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Draw as much of the line as fits."""
        painter = QPainter(self)
        place: QRect = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(place, self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class PatientStrip(QFrame):
    """What must be in sight all the time, in two lines.

    Signals
    -------
    announced : str
        What the clock of an examination says at five minutes, one minute, and when the time is up.
    """

    announced = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patient_strip")
        self.setAccessibleName("Patient")
        self._desk: Desk | None = None
        self._heading: Heading | None = None
        self._left: float | None = None
        self._title = Elided("strip_title", "Case")
        self._person = Elided("strip_person", "Patient")
        self._day = Elided("strip_day", "Day")
        self._step = Elided("strip_step", "Step")
        self._vitals = Elided("strip_vitals", "Measured today")
        self._drugs = Elided("strip_drugs", "Drugs")
        self._mode = Elided("strip_mode", "Mode")
        self._clock = Elided("strip_clock", "Time left")
        self._simulated = QLabel("SIMULATED")
        self._simulated.setObjectName("strip_simulated")
        self._simulated.setAccessibleName("SIMULATED: not a real patient")
        self._simulated.setToolTip("A simulated patient. Not for diagnosis.")
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self.restyle()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 3, 10, 3)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(0)
        for column, (above, below) in enumerate(
            ((self._title, self._person), (self._day, self._step), (self._vitals, self._drugs))
        ):
            grid.addWidget(above, 0, column)
            grid.addWidget(below, 1, column)
        grid.addWidget(self._simulated, 0, 3, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._mode, 0, 4)
        grid.addWidget(self._clock, 1, 4)
        for label in (self._mode, self._clock):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(2, 1)
        for label in (self._title, self._day, self._clock):
            font = QFont(label.font())
            font.setBold(True)
            label.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def ticking(self) -> bool:
        """Whether the clock of an examination runs."""
        return self._timer.isActive()

    def show_desk(self, desk: Desk) -> None:
        """Show an encounter as it stands."""
        if desk is not self._desk:
            self._desk, self._left = desk, None
        heading = heading_of(desk)
        if heading != self._heading:
            self._heading = heading
            self._title.say(heading.title)
            self._person.say(f"{heading.person} · {heading.place}")
            self._day.say(heading.day)
            self._step.say(heading.step)
            self._vitals.say(heading.vitals)
            self._drugs.say(heading.drugs)
            self._mode.say(heading.mode)
            self.setAccessibleDescription(heading.in_words())
            self._clock.setVisible(heading.timed)
            if not heading.timed:
                self._left = None
        self._run()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a height for two lines."""
        return QSize(1000, max(_HEIGHT, 2 * self.fontMetrics().height() + 8))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same height, and as little width as the dots allow."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def restyle(self) -> None:
        """Take the colours of the theme that is worn now."""
        c = colours()
        hurry = self._left is not None and self._left <= _LAST
        self.setStyleSheet(
            f"#patient_strip {{ background: {c.panel}; border: 0; border-bottom: 1px solid {c.line}; }}"
            f"#strip_person, #strip_step, #strip_mode {{ color: {c.dim}; }}"
            f"#strip_simulated {{ color: {c.warn}; border: 1px solid {c.warn}; border-radius: 4px; padding: 2px 6px; }}"
            f"#strip_clock {{ color: {c.bad if hurry else c.text}; }}"
        )

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow a change of theme while running."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_timer") and not self._styling:
            self._styling = True
            self.restyle()
            self._styling = False

    _styling = False

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Let the clock run while it can be seen."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop the clock's timer with its page; the time itself goes on."""
        super().hideEvent(event)
        self._timer.stop()

    def _run(self) -> None:
        timed = self._heading is not None and self._heading.timed
        if timed:
            self._tick()
        if timed and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        left = None if self._desk is None else self._desk.seconds_left
        if left is None:
            return
        before, self._left = self._left, left
        self._clock.say(f"{clock(left)} left")
        said = "" if before is None else warning(before, left)
        if said:
            self._announce(said)
        if (before is None or before > _LAST) and left <= _LAST:
            self.restyle()
        if left <= 0:
            self._timer.stop()

    def _announce(self, said: str) -> None:
        """Say it to whoever listens, by eye or by screen reader."""
        self._mode.say(f"Exam: {said}")
        self.announced.emit(said)
        QAccessible.updateAccessibility(QAccessibleEvent(self._mode, QAccessible.Event.Alert))
