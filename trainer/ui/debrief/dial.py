"""The dials of a score, as bars with a whisker of one standard error."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from trainer.reasoning.dial import ScoreSheet
from trainer.ui.debrief.row import RowList
from trainer.ui.theme import Colours


class DialList(RowList):
    """The overall figure and under it the dials; one is chosen.

    Signals
    -------
    chosen : str
        Name of a dial, "" for the overall figure.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("dial_list", "Dials", parent)
        self._rows: list[tuple[str, float, float | None]] = []
        self.currentRowChanged.connect(self._choose)
        self.setMinimumWidth(300)

    def show_sheet(self, sheet: ScoreSheet) -> None:
        """Show a score."""
        self._rows = [("", sheet.overall, None), *((name, d.value, d.se) for name, d in sheet.dials.items())]
        told = [f"Overall {sheet.overall:.0f} of 100"]
        told += [f"{name}: {d.value:.0f} of 100, standard error {d.se:.0f}" for name, d in sheet.dials.items()]
        self.set_rows(told)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._rows):
            self.chosen.emit(self._rows[row][0])

    def row_height(self) -> int:
        """Return the height of a row in pixels."""
        return 2 * self.fontMetrics().height() + 16

    def paint_row(self, painter: QPainter, box: QRect, row: int, c: Colours) -> None:
        """Paint a name, its bar, its whisker and its number."""
        name, value, se = self._rows[row]
        line = self.fontMetrics().height()
        top = QRect(box.left(), box.top() + 6, box.width(), line)
        font = painter.font()
        font.setBold(not name)
        painter.setFont(font)
        painter.setPen(QColor(c.text))
        painter.drawText(top, int(Qt.AlignmentFlag.AlignLeft), name.capitalize() or "Overall")
        number = f"{value:.0f}" if se is None else f"{value:.0f} ± {se:.0f}"
        painter.drawText(top, int(Qt.AlignmentFlag.AlignRight), number)
        middle = box.top() + 6 + line + (box.height() - line - 6) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.line))
        painter.drawRoundedRect(QRectF(box.left(), middle - 4, box.width(), 8), 4, 4)
        painter.setBrush(QColor(c.accent))
        painter.drawRoundedRect(QRectF(box.left(), middle - 4, max(2.0, box.width() * value / 100), 8), 4, 4)
        if se is None:
            return
        low, high = (box.left() + box.width() * min(max(edge, 0.0), 100.0) / 100 for edge in (value - se, value + se))
        for width, colour in ((4.0, c.ground), (1.6, c.text)):  # a border, so that the whisker shows on the bar too
            painter.setPen(QPen(QColor(colour), width))
            painter.drawLine(round(low), round(middle), round(high), round(middle))
            for end in (low, high):
                painter.drawLine(round(end), round(middle) - 6, round(end), round(middle) + 6)
