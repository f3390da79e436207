"""The painted part of the ribbon: visits, events, doses, drugs and the axis, with the plots laid into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
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
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QToolTip, QWidget

from trainer.ui.ribbon.axis import Axis, horizon, nearest, spread
from trainer.ui.ribbon.lane import Lanes
from trainer.ui.ribbon.timeline import Dose, Drug, Happening, Timeline, packed
from trainer.ui.theme import Colours, colours, icon

VISIT_ROW = 28  # px: a button of 24 and its margins
_BUTTON = 24
_LEFT, _RIGHT = 14.0, 122.0
_ICONS: Final = {
    "death": "x-circle", "deterioration": "warning", "call": "phone", "result": "flask", "procedure": "scissors",
    "move": "bed", "due": "hourglass", "return": "calendar-check",
}  # fmt: skip
_PRESSING: Final = ("death", "deterioration", "call", "procedure", "move", "return", "due", "result")
_MARGIN = 6.0  # px on either side of the plots, so that a point at the end of the axis is whole
_USUAL_MG = 80.0  # a pulse above this reaches the top and says its figure; judgement
_DRUG_ROWS = 2


@dataclass(frozen=True)
class _Rows:
    """Top and height of each row, in pixels."""

    events: tuple[float, float]
    doses: tuple[float, float]
    drugs: tuple[float, float]
    plots: tuple[float, float]
    axis: tuple[float, float]


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
            edge = c.text if today else c.line
            button.setStyleSheet(
                f"QToolButton {{ border: 1px solid {edge}; border-radius: 4px; background: {c.panel}; color: {c.text};"
                " padding: 0 3px; }"
                f"QToolButton:checked {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}"
                f"QToolButton:hover {{ border-color: {c.accent}; }}"
                f"QToolButton:focus {{ border: 2px solid {c.text}; }}"
            )

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
        return Axis(last, _LEFT, max(self.width() - _LEFT - _RIGHT, 40.0))

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.5, self.font().pointSizeF() * 0.82))
        return font

    def _rows(self) -> _Rows:
        line = QFontMetricsF(self._small()).height()
        drugs = min(_DRUG_ROWS, len(packed(self._timeline.drugs))) if self._timeline else 0
        events, doses, bars, axis = max(15.0, line), 1.9 * line, drugs * 0.95 * line, line + 1
        top, rows = float(VISIT_ROW), []
        plots = max(0.0, self.height() - top - events - doses - bars - axis - 1)
        for height in (events, doses, bars, plots, axis):
            rows.append((top, height))
            top += height
        return _Rows(*rows)

    def _place(self) -> None:
        """Put the visit buttons and the plots where their days are."""
        if self._timeline is None:
            return
        axis = self._axis()
        days = sorted(self._buttons)
        metrics = QFontMetricsF(self.font())
        widths = {day: max(34.0, metrics.horizontalAdvance(str(day)) + 28.0) for day in days}
        size = max(widths.values(), default=34.0) + 2
        places = spread([axis.x_of(d) for d in days], size, size / 2, axis.left + axis.width + _RIGHT / 2)
        tight = len(places) > 1 and min(b - a for a, b in zip(places, places[1:], strict=False)) < size - 1
        for day, x in zip(days, places, strict=True):
            width = _BUTTON if tight else int(widths[day])
            self._buttons[day].setGeometry(int(x - width / 2), 2, width, _BUTTON)
        if self._lanes is not None:
            top, height = self._rows().plots
            self._lanes.setVisible(not self._collapsed and bool(self._picked) and height > 8)
            left, width = axis.left - _MARGIN, axis.width + 2 * _MARGIN
            self._lanes.setGeometry(int(left), int(top), int(width), max(1, int(height)))
            self._lanes.set_days(axis.day_at(left), axis.day_at(left + width))

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
        rows = self._rows()
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
            _Painting(painter, c, self._axis(), self._rows(), self._timeline).all(
                self._collapsed, self._shown, self._picked, self._button_places()
            )
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3, 3)
        painter.end()

    def _button_places(self) -> dict[int, QRectF]:
        return {day: QRectF(button.geometry()) for day, button in self._buttons.items()}


class _Painting:
    """One painting of a timeline."""

    def __init__(self, painter: QPainter, c: Colours, axis: Axis, rows: _Rows, timeline: Timeline) -> None:
        self._painter, self._c, self._axis, self._rows, self._timeline = painter, c, axis, rows, timeline
        self._metrics = QFontMetricsF(painter.font())

    def all(self, collapsed: bool, shown: tuple[int, ...], picked: tuple[str, ...], buttons: dict[int, QRectF]) -> None:
        """Draw every row."""
        bottom = VISIT_ROW if collapsed else self._rows.axis[0]
        self._lines(shown, buttons, bottom)
        self._visits(buttons)
        if collapsed:
            return
        self._grid()
        self._doses()
        self._drugs()
        self._events()
        self._last_values(picked)
        self._today(bottom)

    def _text(self, rect: QRectF, text: str, colour: str, flags: Qt.AlignmentFlag) -> None:
        self._painter.setPen(QColor(colour))
        shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        self._painter.drawText(rect, flags | Qt.AlignmentFlag.AlignVCenter, shown)

    def _lines(self, shown: tuple[int, ...], buttons: dict[int, QRectF], bottom: float) -> None:
        """Draw a line from each visit down, the ones on show as wide bands."""
        for visit in self._timeline.visits:
            x = self._axis.x_of(visit.day)
            if visit.day in shown:
                band = QColor(self._c.accent)
                band.setAlpha(46)
                self._painter.fillRect(QRectF(x - 3, _BUTTON + 4, 6, bottom - _BUTTON - 4), band)
            pen = QPen(QColor(self._c.accent if visit.day in shown else self._c.line), 1)
            self._painter.setPen(pen)
            if visit.day in buttons:
                button = buttons[visit.day]
                self._painter.drawLine(QPointF(button.center().x(), button.bottom()), QPointF(x, VISIT_ROW))
            self._painter.drawLine(QPointF(x, VISIT_ROW - (0 if visit.ct else 5)), QPointF(x, bottom))

    def _visits(self, buttons: dict[int, QRectF]) -> None:
        """Write the days of the visits without a CT, where there is room between the buttons."""
        taken = [(r.left() - 2, r.right() + 2) for r in buttons.values()]
        for visit in reversed(self._timeline.visits):
            if visit.ct:
                continue
            half = self._metrics.horizontalAdvance(str(visit.day)) / 2 + 2
            x = self._axis.x_of(visit.day)
            if any(x - half < right and left < x + half for left, right in taken):
                continue
            taken.append((x - half, x + half))
            colour = self._c.text if visit.day == self._timeline.today else self._c.dim
            self._text(QRectF(x - half, 3, 2 * half, 20), str(visit.day), colour, Qt.AlignmentFlag.AlignHCenter)

    def _grid(self) -> None:
        top, height = self._rows.axis
        self._painter.setPen(QPen(QColor(self._c.line), 1))
        left, right = self._axis.left, self._axis.left + self._axis.width
        for y in (VISIT_ROW, self._rows.doses[0] + self._rows.doses[1], top):
            self._painter.drawLine(QPointF(left, y), QPointF(right, y))
        room = self._metrics.horizontalAdvance("000 · 00 wk") + 10
        for day, label in self._axis.labels(room):
            x = self._axis.x_of(day)
            self._painter.setPen(QPen(QColor(self._c.dim), 1))
            self._painter.drawLine(QPointF(x, top), QPointF(x, top + 3))
            wide = self._metrics.horizontalAdvance(label) + 2
            at = min(max(0.0, x - wide / 2), right + _MARGIN - wide)
            self._text(QRectF(at, top + 2, wide, height - 2), label, self._c.dim, Qt.AlignmentFlag.AlignHCenter)
        self._text(QRectF(right + 8, top + 2, _RIGHT - 10, height - 2), "day · week", self._c.dim,
                   Qt.AlignmentFlag.AlignLeft)  # fmt: skip

    def _doses(self) -> None:
        top, height = self._rows.doses
        right = self._axis.left + self._axis.width
        doses = [d for d in self._timeline.doses if d.day < self._axis.last]
        caption = "steroid, mg/day" if doses else "no steroid"
        self._text(QRectF(right + 8, top, _RIGHT - 10, height), caption, self._c.dim, Qt.AlignmentFlag.AlignLeft)
        if not doses:
            return
        most = min(max(d.mg for d in doses), max(_USUAL_MG, min(d.mg for d in doses)))
        written = -1e9
        for dose in doses:
            written = self._dose(dose, most, top, height, written)

    def _dose(self, dose: Dose, most: float, top: float, height: float, written: float) -> float:
        """Draw one stretch, the days to come paler; return where its figure ends."""
        base, line = top + height, self._metrics.height() * 0.95
        tall = max(2.0, (height - line) * min(1.0, dose.mg / most))
        x, end = self._axis.x_of(dose.day), self._axis.x_of(min(dose.until, self._axis.last))
        now = self._axis.x_of(self._timeline.today)
        colour = QColor(self._c.series[1])
        for left, right, alpha in ((x, min(end, now), 150), (max(x, now), end, 60)):
            if right > left:
                colour.setAlpha(alpha)
                self._painter.fillRect(QRectF(left, base - tall, right - left, tall), colour)
        colour.setAlpha(255)
        self._painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine if x < now else Qt.PenStyle.DashLine))
        self._painter.drawLine(QPointF(x, base - tall), QPointF(end, base - tall))
        self._painter.drawLine(QPointF(x, base - tall), QPointF(x, base))
        label = f"{'▲' if dose.mg > most else ''}{dose.mg:.3g}"
        wide = self._metrics.horizontalAdvance(label) + 3
        if x + 2 < written:
            return written
        self._text(QRectF(x + 2, base - tall - line, wide, line), label, self._c.text, Qt.AlignmentFlag.AlignLeft)
        return x + 2 + wide

    def _drugs(self) -> None:
        top, height = self._rows.drugs
        rows = packed(self._timeline.drugs)
        if not rows:
            return
        tall = height / min(_DRUG_ROWS, len(rows))
        for index, row in enumerate(rows[:_DRUG_ROWS]):
            for drug in row:
                self._drug(drug, QRectF(0, top + index * tall, 0, tall))
        right = self._axis.left + self._axis.width
        hidden = sum(len(row) for row in rows[_DRUG_ROWS:])
        caption = f"drugs, {hidden} more" if hidden else "drugs"
        self._text(QRectF(right + 8, top, _RIGHT - 10, tall), caption, self._c.dim, Qt.AlignmentFlag.AlignLeft)

    def _drug(self, drug: Drug, row: QRectF) -> None:
        x, end = self._axis.x_of(drug.day), self._axis.x_of(min(drug.until, self._axis.last))
        if drug.day >= self._axis.last:
            return
        bar = QRectF(x, row.top() + 1, max(4.0, end - x), row.height() - 2)
        fill = QColor(self._c.good)
        running = drug.day <= self._timeline.today < drug.until
        fill.setAlpha(80 if running else 40)
        self._painter.setBrush(fill)
        self._painter.setPen(QPen(QColor(self._c.good), 1))
        self._painter.drawRoundedRect(bar, 3, 3)
        wide = self._metrics.horizontalAdvance(drug.name) + 6
        inside = bar.width() >= wide
        left = bar.left() + 3 if inside else bar.right() + 3
        space = bar.width() - 4 if inside else self._room(drug, bar)
        if inside or space > 20:
            place = QRectF(left, row.top(), space, row.height())
            self._text(place, drug.name, self._c.text, Qt.AlignmentFlag.AlignLeft)

    def _room(self, drug: Drug, bar: QRectF) -> float:
        """Return how much room there is beside a bar, before the next one of its row or the end of the axis."""
        row = next(row for row in packed(self._timeline.drugs) if drug in row)
        later = [d.day for d in row if d.day >= drug.until]
        end = self._axis.x_of(min(later)) if later else self._axis.left + self._axis.width
        return max(0.0, end - bar.right() - 6)

    def _events(self) -> None:
        top, height = self._rows.events
        there: dict[int, list[Happening]] = {}
        for one in self._timeline.happenings:
            if one.day <= self._axis.last:
                there.setdefault(one.day, []).append(one)
        written: list[tuple[float, float]] = []
        order = sorted(there.items(), key=lambda pair: min(_PRESSING.index(h.kind) for h in pair[1]))
        for day, ones in order:
            kind = min((h.kind for h in ones), key=_PRESSING.index)
            x, size = self._axis.x_of(day), 14.0
            if any(x - size / 2 < right and left < x + size / 2 for left, right in written):
                self._painter.setPen(Qt.PenStyle.NoPen)
                self._painter.setBrush(QColor(self._c.dim))
                self._painter.drawEllipse(QPointF(x, top + height - 1.5), 1.5, 1.5)
                continue
            written.append((x - size / 2, x + size / 2))
            colour = {"death": self._c.bad, "deterioration": self._c.bad, "call": self._c.warn}.get(kind, self._c.text)
            made = icon(_ICONS[kind], self._c.dim if kind in ("due", "return", "result") else colour)
            made.paint(self._painter, int(x - size / 2), int(top + (height - size) / 2), int(size), int(size))
        right = self._axis.left + self._axis.width
        self._text(QRectF(right + 8, top, _RIGHT - 10, height), "events", self._c.dim, Qt.AlignmentFlag.AlignLeft)

    def _last_values(self, picked: tuple[str, ...]) -> None:
        chosen = [m for m in self._timeline.measured if m.id in picked]
        top, height = self._rows.plots
        right = self._axis.left + self._axis.width
        for index, m in enumerate(chosen):
            tall = height / len(chosen)
            rect = QRectF(right + 8, top + index * tall, _RIGHT - 10, tall)
            flag = m.reference.flag(m.values[-1]) if m.values and m.reference else ""
            arrow = {"high": " ↑", "low": " ↓", "": ""}[flag]
            self._text(rect, f"{m.name} {m.last}{arrow}", self._c.text if m.values else self._c.dim,
                       Qt.AlignmentFlag.AlignLeft)  # fmt: skip
        if not chosen:
            self._text(QRectF(self._axis.left + 4, top, self._axis.width - 8, height),
                       "nothing chosen to plot", self._c.dim, Qt.AlignmentFlag.AlignLeft)  # fmt: skip

    def _today(self, bottom: float) -> None:
        x = self._axis.x_of(self._timeline.today)
        self._painter.setPen(QPen(QColor(self._c.text), 1.5))
        self._painter.drawLine(QPointF(x, VISIT_ROW - 3), QPointF(x, bottom))
        self._painter.setBrush(QColor(self._c.text))
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.drawPolygon(
            QPolygonF([QPointF(x - 4, bottom + 4), QPointF(x + 4, bottom + 4), QPointF(x, bottom)])
        )
