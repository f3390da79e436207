"""One CT as a strip of its slices, from the feet to the head: what was never shown, glimpsed and seen."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from trainer.encounter.search import Search
from trainer.knowledge.statement import ZONES
from trainer.ui.theme import Colours, colours

_BAR = 26
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_REACH = {"seen": "seen", "glimpsed": "glimpsed", "never": "not shown"}


class SearchStrip(QWidget):
    """The slices of one CT, and its six zones."""

    def __init__(self, search: Search, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = search
        self.setObjectName(f"search_strip_{search.day}")
        self.setAccessibleName(f"What was on the screen of the CT of day {search.day}")
        self.setAccessibleDescription(" ".join(search.said))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the strip, its ends and its zones."""
        line = self.fontMetrics().height()
        return QSize(560, _BAR + 2 * line + 14 + (3 * (line + 8) if self._search.zones else 0))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and arguments
        """Paint the strip, what it means and the zones."""
        c, painter = colours(), QPainter(self)
        line = self.fontMetrics().height()
        width, count = self.width() - 2, max(1, len(self._search.shown))
        at = 0
        for digit, run in groupby(self._search.shown):
            length = len(list(run))
            fill(painter, c, QRectF(1 + width * at / count, 1, width * length / count, _BAR), digit)
            at += length
        painter.setPen(QPen(QColor(c.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(1, 1, width, _BAR))
        painter.setPen(QColor(c.dim))
        below = QRectF(1, _BAR + 4, width, line)
        painter.drawText(below, _LEFT, "feet")
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), "head")
        self._legend(painter, c, QRectF(60, _BAR + 4, width - 120, line))
        for n, zone in enumerate(ZONES if self._search.zones else ()):
            coverage = self._search.zones[zone]
            column, row = divmod(n, 3)
            box = QRectF(
                1 + column * (width / 2 + 16), _BAR + 2 * line + 4 + row * (line + 8), width / 2 - 16, line + 4
            )
            self._zone(painter, c, box, zone.replace("-", " "), coverage.seen, coverage.glimpsed, coverage.whole)
            painter.setPen(QColor(c.text))
            painter.drawText(
                box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), _REACH[coverage.reach]
            )
        painter.end()

    @staticmethod
    def _legend(painter: QPainter, c: Colours, box: QRectF) -> None:
        x = box.left()
        for digit, words in (("2", "seen"), ("1", "glimpsed, under half a second"), ("0", "never shown")):
            fill(painter, c, QRectF(x, box.top() + 3, 18, box.height() - 5), digit)
            painter.setPen(QColor(c.dim))
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.drawText(QRectF(x + 24, box.top(), width + 4, box.height()), _LEFT, words)
            x += 24 + width + 20

    @staticmethod
    def _zone(painter: QPainter, c: Colours, box: QRectF, name: str, seen: int, glimpsed: int, whole: int) -> None:
        painter.setPen(QColor(c.text))
        painter.drawText(box, _LEFT, name)
        names = painter.fontMetrics().horizontalAdvance("right middle") + 12
        words = painter.fontMetrics().horizontalAdvance("not shown") + 12
        bar = QRectF(box.left() + names, box.top() + 3, box.width() - names - words, box.height() - 6)
        unit = bar.width() / max(1, whole)
        fill(painter, c, bar, "0")
        fill(painter, c, QRectF(bar.left() + seen * unit, bar.top(), glimpsed * unit, bar.height()), "1")
        fill(painter, c, QRectF(bar.left(), bar.top(), seen * unit, bar.height()), "2")


def fill(painter: QPainter, c: Colours, box: QRectF, digit: str) -> None:
    """Fill a box so that the three classes differ in pattern and in colour."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(c.field))
    painter.drawRect(box)
    brushes = {
        "0": QBrush(QColor(c.bad), Qt.BrushStyle.BDiagPattern),
        "1": QBrush(QColor(c.accent), Qt.BrushStyle.Dense5Pattern),
        "2": QBrush(QColor(c.accent), Qt.BrushStyle.SolidPattern),
    }
    painter.setBrush(brushes[digit])
    painter.drawRect(box)
