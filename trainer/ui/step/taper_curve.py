"""The curve of a taper: dose over weeks, drawn by hand or by keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from trainer.core.time import DAYS_PER_WEEK
from trainer.ui.step.taper import Stretch, grain_mg
from trainer.ui.theme import colours

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 12.0, 10.0, 20.0
_HANDLE, _REACH = 5.0, 14.0  # radius of a point, and how far from it a press still takes it
_ROOM = 1.15
_NICE = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
_MOST_TICKS = 6


class TaperCurve(QWidget):
    """Shows the stretches of a course; each ends in a point that can be drawn up, down and along."""

    drawn = Signal(int, object, object)
    """Number of a step, dose in mg or None, day of its end or None."""
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("taper_curve")
        self.setAccessibleName("Curve of the dose")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(132)
        self.setMinimumWidth(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "Draw a point: up and down for the dose, along for the weeks (Shift: days).\n"
            "Keys: Left and Right choose a step, Up and Down its dose, Shift+Left and Shift+Right its weeks."
        )
        self._stretches: tuple[Stretch, ...] = ()
        self._at = 0
        self._held: int | None = None
        self._both = False
        self._span = (28.0, 40.0)

    def show_stretches(self, stretches: Sequence[Stretch], at: int) -> None:
        """Show a course, with the step at which the keyboard is."""
        self._stretches = tuple(stretches)
        self._at = min(max(at, 0), max(len(self._stretches) - 1, 0))
        if self._held is None and self._stretches:
            days = self._stretches[-1].to_day
            self._span = (max(days * _ROOM, 14.0), max(max(one.mg for one in self._stretches) * _ROOM, 5.0))
        told = ", ".join(
            f"step {number}: {one.mg:g} mg from week {_week(one.from_day)} to {_week(one.to_day)}"
            for number, one in enumerate(self._stretches, 1)
        )
        self.setAccessibleDescription(f"At step {self._at + 1}. {told}" if told else "No step yet")
        self.update()

    def place(self, day: float, mg: float) -> QPointF:
        """Return where a day and a dose lie."""
        days, most = self._span
        across, down = self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM
        return QPointF(_LEFT + across * day / days, _TOP + down * (1.0 - mg / most))

    def value(self, at: QPointF) -> tuple[float, float]:
        """Return the day and the dose that lie at a place."""
        days, most = self._span
        across, down = self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM
        return days * (at.x() - _LEFT) / across, most * (1.0 - (at.y() - _TOP) / down)

    def handle(self, index: int) -> QPointF:
        """Return where the point of a step lies."""
        one = self._stretches[index]
        return self.place(one.to_day, one.mg)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw axes, curve and points."""
        c = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(c.field))
        self._axes(painter)
        if self._stretches:
            outline = [self.place(0, 0)]
            for one in self._stretches:
                outline += [self.place(one.from_day, one.mg), self.place(one.to_day, one.mg)]
            outline.append(self.place(self._stretches[-1].to_day, 0))
            fill = QColor(c.accent)
            fill.setAlphaF(0.22)
            painter.setBrush(fill)
            painter.setPen(QPen(QColor(c.accent), 2.0))
            painter.drawPolygon(QPolygonF(outline))
            for index in range(len(self._stretches)):
                here = index == self._at
                painter.setBrush(QColor(c.accent if here else c.field))
                painter.setPen(QPen(QColor(c.text if here else c.accent), 2.0))
                radius = _HANDLE + (2.0 if here else 0.0)
                painter.drawEllipse(self.handle(index), radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(c.accent), 2.0))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _axes(self, painter: QPainter) -> None:
        c = colours()
        days, most = self._span
        weeks = days / DAYS_PER_WEEK
        for week in range(0, int(weeks) + 1, _pitch(weeks)):
            at = self.place(week * DAYS_PER_WEEK, 0)
            painter.setPen(QPen(QColor(c.line), 1.0))
            painter.drawLine(QPointF(at.x(), _TOP), at)
            painter.setPen(QColor(c.dim))
            box = QRectF(at.x() - 24, at.y() + 2, 48, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, f"{week}")
        for dose in range(0, int(most) + 1, _pitch(most)):
            at = self.place(0, dose)
            painter.setPen(QPen(QColor(c.line), 1.0))
            painter.drawLine(at, QPointF(self.width() - _RIGHT, at.y()))
            painter.setPen(QColor(c.dim))
            box = QRectF(0, at.y() - 8, _LEFT - 4, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{dose}")
        right = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT - 4.0, 20.0)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight, "mg a day, by week")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take the nearest point, or the flat of a step for its dose alone."""
        at = event.position()
        near = sorted((_distance(self.handle(i), at), -i) for i in range(len(self._stretches)))
        day = self.value(at)[0]
        flat = next((i for i, one in enumerate(self._stretches) if one.from_day <= day < one.to_day), None)
        self._both = bool(near) and near[0][0] <= _REACH
        self._held = -near[0][1] if self._both else flat
        if self._held is not None:
            self.chosen.emit(self._held)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Draw the point that is held; without one show what can be taken."""
        if self._held is None:
            near = any(_distance(self.handle(i), event.position()) <= _REACH for i in range(len(self._stretches)))
            self.setCursor(Qt.CursorShape.SizeAllCursor if near else Qt.CursorShape.ArrowCursor)
            return
        day, mg = self.value(event.position())
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        end = round(day) if fine else round(day / DAYS_PER_WEEK) * DAYS_PER_WEEK
        begins = self._stretches[self._held].from_day
        self.drawn.emit(self._held, mg, max(end, begins + 1) if self._both else None)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """Let the point go; the axes fit the course again."""
        self._held = None
        self.show_stretches(self._stretches, self._at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Choose a step, and move its dose and its end."""
        if not self._stretches:
            super().keyPressEvent(event)
            return
        one, key = self._stretches[self._at], event.key()
        along = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key))
        up = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(key))
        if along is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.drawn.emit(self._at, None, max(one.to_day + along * DAYS_PER_WEEK, one.from_day + 1))
        elif along is not None:
            self.chosen.emit(min(max(self._at + along, 0), len(self._stretches) - 1))
        elif up is not None:
            self.drawn.emit(self._at, max(one.mg + up * grain_mg(one.mg + min(up, 0)), 0.0), None)
        else:
            super().keyPressEvent(event)


def _week(day: int) -> str:
    return f"{day / DAYS_PER_WEEK:.1f}".removesuffix(".0")


def _distance(one: QPointF, other: QPointF) -> float:
    return float((one - other).manhattanLength())


def _pitch(span: float) -> int:
    return next((nice for nice in _NICE if span / nice <= _MOST_TICKS), _NICE[-1])
