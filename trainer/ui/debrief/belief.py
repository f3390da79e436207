"""Belief against the observer: one small chart a visit, a row a disease, two bars a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from trainer.encounter.debrief import Visit
from trainer.ui.debrief.word import BeliefRow, belief_rows, beliefs_told
from trainer.ui.theme import Colours, colours

_LEAST_COLUMN, _MOST_COLUMN, _GAP = 96, 240, 16
_TOLD = 0.005  # share below which there is no bar
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class BeliefChart(QWidget):
    """What the learner believed (filled) and what the findings supported (hatched), visit by visit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("belief_chart")
        self.setAccessibleName("Your differential beside what the findings supported")
        self._visits: Sequence[Visit] = ()
        self._rows: list[BeliefRow] = []

    def show_visits(self, visits: Sequence[Visit], names: Mapping[str, str]) -> None:
        """Show other visits."""
        self._visits, self._rows = visits, belief_rows(visits, names) if visits else []
        self.setAccessibleDescription(beliefs_told(visits, self._rows) if visits else "")
        self.setMinimumSize(self.sizeHint())
        self.update()

    @property
    def _line(self) -> int:
        return self.fontMetrics().height()

    @property
    def _names_px(self) -> int:
        return 12 + max((self.fontMetrics().horizontalAdvance(row.name) for row in self._rows), default=0)

    @property
    def _row_px(self) -> int:
        return 2 * self._line + 12

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for every row and column."""
        return QSize(
            self._names_px + (_LEAST_COLUMN + _GAP) * max(1, len(self._visits)) + 8,
            self._top + self._row_px * len(self._rows) + 8,
        )

    @property
    def _top(self) -> int:
        return 5 * self._line + 14

    @property
    def _column_px(self) -> float:
        room = (self.width() - self._names_px - 8) / max(1, len(self._visits)) - _GAP
        return min(max(room, _LEAST_COLUMN), _MOST_COLUMN)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and arguments
        """Paint the legend, the names and the small charts."""
        c, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._legend(painter, c)
        top = self._top
        for n, row in enumerate(self._rows):
            y = top + n * self._row_px
            painter.setPen(QPen(QColor(c.line), 1))
            painter.drawLine(0, y - 3, self.width(), y - 3)
            painter.setPen(QColor(c.text))
            painter.drawText(QRectF(0, y, self._names_px, self._row_px - 6), _LEFT, row.name)
        for n, visit in enumerate(self._visits):
            self._column(painter, c, n, visit, top)
        painter.end()

    def _legend(self, painter: QPainter, c: Colours) -> None:
        x = 0.0
        for stated, words in ((True, "you (filled)"), (False, "what the findings up to then support (hatched)")):
            self._bar(painter, c, QRectF(x, 2, 28, self._line - 2), stated)
            painter.setPen(QColor(c.text))
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.drawText(QRectF(x + 34, 0, width + 4, self._line), _LEFT, words)
            x += 34 + width + 24

    def _column(self, painter: QPainter, c: Colours, n: int, visit: Visit, top: int) -> None:
        column = self._column_px
        x = self._names_px + n * (column + _GAP)
        metrics = painter.fontMetrics()
        painter.setPen(QColor(c.text))
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QRectF(x, 1.5 * self._line, column, self._line), _LEFT, f"Day {visit.day}")
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(c.dim))
        words = metrics.elidedText(visit.step, Qt.TextElideMode.ElideRight, int(column))
        painter.drawText(QRectF(x, 2.5 * self._line + 2, column, self._line), _LEFT, words)
        if visit.stated is None:
            painter.drawText(QRectF(x, 3.5 * self._line + 4, column, self._line), _LEFT, "nothing stated")
        number = metrics.horizontalAdvance("100 %") + 6
        for r, row in enumerate(self._rows):
            y = top + r * self._row_px
            for stated, value, line in ((True, row.stated[n], 0), (False, row.observer[n], 1)):
                if value is None:
                    continue
                height = self._line - 3
                length = (column - number) * value
                box = QRectF(x, y + line * (self._line + 1), length, height)
                told = value >= _TOLD
                if told:
                    self._bar(painter, c, box, stated)
                painter.setPen(QColor(c.text if told else c.dim))
                painter.drawText(
                    QRectF(x + length + 5, box.top() - 2, number, self._line), _LEFT, f"{100 * value:.0f} %"
                )

    @staticmethod
    def _bar(painter: QPainter, c: Colours, box: QRectF, stated: bool) -> None:
        colour = QColor(c.series[0] if stated else c.series[1])
        painter.setPen(Qt.PenStyle.NoPen if stated else QPen(colour, 1.2))
        painter.setBrush(QBrush(colour, Qt.BrushStyle.SolidPattern if stated else Qt.BrushStyle.BDiagPattern))
        painter.drawRect(box)
