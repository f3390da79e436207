"""Regret step by step: belief and act stacked, and luck apart."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from trainer.encounter.debrief import Visit
from trainer.reasoning.item import inline
from trainer.ui.debrief.row import RowList
from trainer.ui.debrief.word import weighed
from trainer.ui.theme import Colours

_LEAST_SCALE = 5.0  # points: regret below the band of indifference must not fill the row
_TOLD = 0.01
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ChoiceList(RowList):
    """The weighed choices of a run; one is chosen.

    Signals
    -------
    chosen : Visit
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("choice_list", "Regret, step by step", parent)
        self._visits: Sequence[Visit] = ()
        self.currentRowChanged.connect(self._choose)

    def show_visits(self, visits: Sequence[Visit]) -> None:
        """Show the choices of other visits."""
        self._visits = weighed(visits)
        told = []
        for visit in self._visits:
            choice = visit.choice
            assert choice is not None
            right = ", as right as any" if choice.equally_right else ""
            told.append(
                f"Day {visit.day}: {choice.own}. Regret {choice.total:.1f}, belief {choice.belief:.1f}, "
                f"act {choice.act:.1f}{right}. Luck {visit.luck or 0.0:+.1f}, never scored"
            )
        self.set_rows(told)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._visits):
            self.chosen.emit(self._visits[row])

    def row_height(self) -> int:
        """Return the height of a row in pixels."""
        return 2 * self.fontMetrics().height() + 18

    def _scales(self) -> tuple[float, float]:
        """Return how many points of regret, and of luck, a full bar stands for."""
        choices = [visit.choice for visit in self._visits if visit.choice is not None]
        regret = max((max(c.total, c.belief) for c in choices), default=0.0)
        luck = max((abs(visit.luck or 0.0) for visit in self._visits), default=0.0)
        return max(_LEAST_SCALE, regret), max(_LEAST_SCALE, luck)

    def paint_row(self, painter: QPainter, box: QRect, row: int, c: Colours) -> None:
        """Paint a choice, its regret in two parts and its luck."""
        visit = self._visits[row]
        choice = visit.choice
        assert choice is not None
        regret, luck = self._scales()
        line = self.fontMetrics().height()
        first = QRect(box.left(), box.top() + 6, box.width(), line)
        painter.setPen(QColor(c.text))
        verdict = "as right as any" if choice.equally_right else f"regret {choice.total:.1f}"
        words = f"Day {visit.day}: {inline(choice.own)}"
        room = box.width() - painter.fontMetrics().horizontalAdvance(verdict) - 16
        painter.drawText(first, _LEFT, painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room))
        painter.setPen(QColor(c.good if choice.equally_right else c.bad))
        painter.drawText(first, int(Qt.AlignmentFlag.AlignRight), verdict)
        y, height = box.top() + 6 + line + 4, line - 4
        third = box.width() // 3
        self._regret(painter, c, QRectF(box.left(), y, 1.55 * third, height), choice.belief, choice.act, regret)
        self._luck(painter, c, QRectF(box.left() + 2 * third, y, third, height), visit.luck, luck)

    @staticmethod
    def _regret(painter: QPainter, c: Colours, box: QRectF, belief: float, act: float, scale: float) -> None:
        painter.setPen(QPen(QColor(c.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        unit = (box.width() - 40) / scale
        begin, end = sorted((belief, belief + act))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.series[0]))
        painter.drawRect(QRectF(box.left(), box.top(), max(0.0, belief) * unit, box.height()))
        colour = QColor(c.series[1])
        painter.setPen(QPen(colour, 1.2))
        painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        if end - begin > _TOLD:
            painter.drawRect(QRectF(box.left() + begin * unit, box.top() + 1, (end - begin) * unit, box.height() - 2))
        painter.setPen(QColor(c.text))
        x = box.left() + max(end, belief, 0.0) * unit + 6
        painter.drawText(QRectF(x, box.top() - 3, 60, box.height() + 6), _LEFT, f"{belief + act:.1f}")

    @staticmethod
    def _luck(painter: QPainter, c: Colours, box: QRectF, luck: float | None, scale: float) -> None:
        if luck is None:
            return
        number = 92.0
        middle = box.left() + (box.width() - number) / 2
        painter.setPen(QPen(QColor(c.line), 1))
        painter.drawLine(round(middle), round(box.top()) - 2, round(middle), round(box.bottom()) + 2)
        length = (box.width() - number) / 2 * luck / scale
        painter.setPen(QPen(QColor(c.dim), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(min(middle, middle + length), box.top() + 2, abs(length), box.height() - 4))
        painter.setPen(QColor(c.dim))
        painter.drawText(
            QRectF(box.right() - number + 8, box.top() - 3, number - 8, box.height() + 6), _LEFT, f"luck {luck:+.1f}"
        )
