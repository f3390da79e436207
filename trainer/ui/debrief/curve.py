"""A quantity over the days of two courses: the learner's in a full line, the twin's in a broken one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from trainer.ui.theme import Colours, colours

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class CurvePlot(QWidget):
    """One quantity of both courses, with a line at the day that is shown.

    Parameters
    ----------
    name, title : str
        Object name and what is plotted, with its unit.
    least_span : float
        The axis spans at least this much, so that small changes look small.
    """

    def __init__(self, name: str, title: str, least_span: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title, self._least = title, least_span
        self._days: Sequence[int] = ()
        self._mine: Sequence[float | None] = ()
        self._theirs: Sequence[float | None] = ()
        self._at = 0

    def show_courses(self, days: Sequence[int], mine: Sequence[float | None], theirs: Sequence[float | None]) -> None:
        """Show two courses; None is after death."""
        self._days, self._mine, self._theirs = days, mine, theirs
        self.show_at(0)

    def show_at(self, index: int) -> None:
        """Move the line to one of the days."""
        self._at = index
        if self._days:
            self.setAccessibleDescription(f"{self._title}, day {self._days[index]}: {self._told()}")
        self.update()

    def _told(self) -> str:
        mine, theirs = self._mine[self._at], self._theirs[self._at]
        return f"yours {_number(mine)}, twin {_number(theirs)}"

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a title and a curve."""
        return QSize(300, 76)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and arguments
        """Paint the axis, both courses and the day."""
        c, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        painter.setPen(QColor(c.dim))
        painter.drawText(QRectF(0, 0, self.width(), line), _LEFT, self._title)
        values = [value for value in (*self._mine, *self._theirs) if value is not None]
        if values:
            painter.setPen(QColor(c.text))
            painter.drawText(QRectF(0, 0, self.width(), line), _RIGHT, self._told())
            axis = self.fontMetrics().horizontalAdvance("00000") + 6
            box = QRectF(axis, line + 5, self.width() - axis - 8, self.height() - line - 10)
            low, high = min(values), max(values)
            high = max(high, low + self._least)
            self._axis(painter, c, box, axis, low, high)
            self._course(painter, box, self._mine, low, high, QPen(QColor(c.series[0]), 4.0))
            broken = QPen(QColor(c.series[1]), 2.0, Qt.PenStyle.DashLine)
            self._course(painter, box, self._theirs, low, high, broken)
            x = self._place(box, self._days[self._at])
            painter.setPen(QPen(QColor(c.text), 1))
            painter.drawLine(QPointF(x, box.top() - 2), QPointF(x, box.bottom() + 2))
        painter.end()

    def _axis(self, painter: QPainter, c: Colours, box: QRectF, axis: float, low: float, high: float) -> None:
        painter.setPen(QPen(QColor(c.line), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.drawLine(box.topLeft(), box.topRight())
        painter.setPen(QColor(c.dim))
        line = self.fontMetrics().height()
        painter.drawText(QRectF(0, box.top() - line / 2, axis - 6, line), _RIGHT, _number(high))
        painter.drawText(QRectF(0, box.bottom() - line / 2, axis - 6, line), _RIGHT, _number(low))

    def _place(self, box: QRectF, day: int) -> float:
        last = max(1, self._days[-1])
        return box.left() + box.width() * day / last

    def _course(
        self, painter: QPainter, box: QRectF, values: Sequence[float | None], low: float, high: float, pen: QPen
    ) -> None:
        points = [
            QPointF(self._place(box, day), box.bottom() - box.height() * (value - low) / (high - low))
            for day, value in zip(self._days, values, strict=True)
            if value is not None
        ]
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))


def _number(value: float | None) -> str:
    return "dead" if value is None else f"{value:.0f}"
