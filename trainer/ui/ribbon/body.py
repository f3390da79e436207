"""The painted part of the ribbon: visits, events, doses, drugs and the axis, with the plots laid into it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QToolTip, QWidget

from trainer.ui.ribbon.axis import Axis, horizon, nearest, spread
from trainer.ui.ribbon.lane import Lanes
from trainer.ui.ribbon.painting import BUTTON, LEFT, MARGIN, Painting, button_style
from trainer.ui.ribbon.row import Rows, least_height, rows_of
from trainer.ui.ribbon.timeline import Timeline, packed
from trainer.ui.theme import colours, icon


class Body(QWidget):
    """Draws a `Timeline`; clicking, dragging and the arrow keys choose the visit of a CT.

    Signals
    -------
    day_chosen : int
    """

    day_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ribbon_body")
        self.setAccessibleName("Time ribbon")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._timeline: Timeline | None = None
        self._shown: tuple[int, ...] = ()
        self._chosen: int | None = None
        self._collapsed = False
        self._buttons: dict[int, QToolButton] = {}
        self._lanes: Lanes | None = None
        self._picked: tuple[str, ...] = ()

    @property
    def timeline(self) -> Timeline | None:
        """What is shown."""
        return self._timeline

    @property
    def lanes(self) -> Lanes | None:
        """The plots, once they are there."""
        return self._lanes

    def show_timeline(self, timeline: Timeline) -> None:
        """Show a timeline; the visits of its CTs get a button each."""
        if timeline == self._timeline:
            return
        self._timeline = timeline
        self.setAccessibleDescription(timeline.in_words())
        if self._chosen not in timeline.scan_days:
            self._chosen = None
        for day in set(self._buttons) - set(timeline.scan_days):
            self._buttons.pop(day).deleteLater()
        for day in timeline.scan_days:
            if day not in self._buttons:
                self._buttons[day] = self._button(day)
        self._fill_lanes()
        self._place()
        self._mark_buttons()
        self.update()

    def set_shown_days(self, days: tuple[int, ...]) -> None:
        """Mark the visits that are on show in the panes."""
        if days == self._shown:
            return
        self._shown = days
        self._mark_buttons()
        self._fill_lanes()
        self.update()

    def set_collapsed(self, collapsed: bool) -> None:
        """Show the visits alone, or everything."""
        self._collapsed = collapsed
        self._place()
        self.update()

    def pick(self, measured: tuple[str, ...]) -> None:
        """Choose the quantities that are plotted, by their identifiers."""
        self._picked = measured
        self._fill_lanes()
        self._place()
        self.update()

    def make_lanes(self) -> None:
        """Make the plots, if they are not there yet; the first time this loads pyqtgraph."""
        if self._lanes is None:
            self._lanes = Lanes(self)
            self._fill_lanes()
            self._place()

    def drop_lanes(self) -> None:
        """Let go of the plots and all that they hold."""
        if self._lanes is not None:
            self._lanes.close()
            self._lanes.setParent(None)
            self._lanes.deleteLater()
            self._lanes = None

    def restyle(self) -> None:
        """Take the colours of the theme that is worn now."""
        self.setStyleSheet(button_style(colours()))
        self._mark_buttons()
        if self._lanes is not None:
            self._lanes.restyle()
        self.update()

    def _button(self, day: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"visit_{day}")
        button.setText(f"{day}")
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(14, 14))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("day", day)
        button.clicked.connect(self._button_clicked)
        button.show()
        return button

    def _button_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.choose(int(button.property("day")))

    def _mark_buttons(self) -> None:
        c = colours()
        for day, button in self._buttons.items():
            shown = day in self._shown
            button.setChecked(shown)
            button.setIcon(icon("stack", c.on_accent if shown else c.text))
            today = self._timeline is not None and day == self._timeline.today
            button.setAccessibleName(f"CT of day {day}{', today' if today else ''}{', on show' if shown else ''}")
            button.setToolTip(f"CT of day {day}{' (on show)' if shown else ''}: show it")
            font = button.font()
            font.setBold(today)
            button.setFont(font)

    def x_of(self, day: float) -> float:
        """Return where a day lies, in pixels from the left."""
        return self._axis().x_of(day)

    def choose(self, day: int) -> None:
        """Choose the visit of a CT, as a click on it does."""
        self._chosen = day
        self._mark_buttons()
        self.day_chosen.emit(day)

    def _axis(self) -> Axis:
        timeline = self._timeline
        last = 28 if timeline is None else horizon(timeline.today, timeline.last_day)
        return Axis(last, LEFT, max(self.width() - LEFT - self._margin(), 40.0))

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.5, self.font().pointSizeF() * 0.82))
        return font

    @property
    def rows(self) -> Rows:
        """Where the rows lie."""
        drugs = len(packed(self._timeline.drugs)) if self._timeline is not None else 0
        return rows_of(self.height(), self._line, drugs, len(self._picked))

    @property
    def _line(self) -> float:
        return QFontMetricsF(self._small()).height()

    @property
    def least_height(self) -> int:
        """What height all rows need, in pixels."""
        return least_height(self._line, len(self._picked))

    def _margin(self) -> float:
        """Return the room to the right of the axis, where the rows have their names and the last values stand."""
        return max(118.0, QFontMetricsF(self._small()).horizontalAdvance("SpO₂ not measured") + 16)

    def _place(self) -> None:
        """Put the visit buttons and the plots where their days are."""
        if self._timeline is None:
            return
        axis = self._axis()
        days = sorted(self._buttons)
        metrics = QFontMetricsF(self.font())
        widths = {day: max(34.0, metrics.horizontalAdvance(str(day)) + 28.0) for day in days}
        size = max(widths.values(), default=34.0) + 2
        places = spread([axis.x_of(d) for d in days], size, size / 2, self.width() - size / 2)
        tight = len(places) > 1 and min(b - a for a, b in pairwise(places)) < size - 1
        for day, x in zip(days, places, strict=True):
            width = BUTTON if tight else int(widths[day])
            self._buttons[day].setGeometry(int(x - width / 2), 2, width, BUTTON)
        if self._lanes is not None:
            top, height = self.rows.plots
            self._lanes.setVisible(not self._collapsed and bool(self._picked) and height > 8)
            left, wide = int(axis.left - MARGIN), int(axis.width + 2 * MARGIN)
            self._lanes.setGeometry(left, int(top), wide, max(1, int(height)))
            self._lanes.set_days(axis.day_at(left), axis.day_at(left + wide))

    def _fill_lanes(self) -> None:
        if self._lanes is not None and self._timeline is not None:
            chosen = tuple(m for m in self._timeline.measured if m.id in self._picked)
            self._lanes.show_measured(chosen, self._timeline.today, self._shown)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep everything at its day."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow a change of the text's size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the nearest CT."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._chosen = None  # what the panes show may have changed since it was chosen
            self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the nearest CT while the button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def _scrub(self, x: float) -> None:
        if self._timeline is None:
            return
        day = nearest(self._timeline.scan_days, self._axis().day_at(x))
        if day is not None and day != self._chosen:
            self.choose(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the CT before or after the one chosen, or the first or last."""
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -10_000, Qt.Key.Key_End: 10_000}
        days = self._timeline.scan_days if self._timeline is not None else ()
        move = moves.get(Qt.Key(event.key()))
        if move is None or not days:
            super().keyPressEvent(event)
            return
        at = self._chosen if self._chosen is not None else max((d for d in self._shown if d in days), default=days[-1])
        index = min(max(days.index(at) + move, 0), len(days) - 1)
        if days[index] != self._chosen:
            self.choose(days[index])

    def event(self, event: QEvent) -> bool:
        """Say under the pointer what is known of the day."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._timeline is not None:
            QToolTip.showText(event.globalPos(), self.told_at(event.pos().x(), event.pos().y()), self)
            return True
        return super().event(event)

    def told_at(self, x: float, y: float) -> str:
        """Return what the tool tip at a place says."""
        timeline = self._timeline
        if timeline is None:
            return ""
        axis = self._axis()
        rows = self.rows
        if rows.drugs[0] <= y < sum(rows.drugs) and timeline.drugs:
            day = round(axis.day_at(x))
            there = [d for d in timeline.drugs if d.day <= day < d.until]
            return "\n".join(f"{d.name}: day {d.day} to {d.until - 1}" for d in there or timeline.drugs)
        known = {v.day for v in timeline.visits} | {h.day for h in timeline.happenings}
        known |= {day for m in timeline.measured for day in m.days} | {d.day for d in timeline.doses}
        close = nearest(sorted(known), axis.day_at(x))
        near = close is not None and abs(axis.x_of(close) - x) <= 8
        return timeline.at(close if near and close is not None else max(0, min(axis.last, round(axis.day_at(x)))))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Draw all but the buttons and the plots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c = colours()
        painter.fillRect(self.rect(), QColor(c.ground))
        if self._timeline is not None:
            painter.setFont(self._small())
            Painting(painter, c, self._axis(), self.rows, self._timeline).all(
                self._collapsed, self._shown, self._picked, self._button_places()
            )
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3, 3)
        painter.end()

    def _button_places(self) -> dict[int, QRectF]:
        return {day: QRectF(button.geometry()) for day, button in self._buttons.items()}
