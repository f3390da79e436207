"""The dials of a run as bars, each with its standard error."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from trainer.ui.theme import colours


class DialBars(QWidget):
    """Bars of the dials, 0 to 100, with a whisker of one standard error."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("last_dials")
        self.setAccessibleName("Dials of the last finished run")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._dials: Mapping[str, tuple[float, float]] = {}

    def show_dials(self, dials: Mapping[str, tuple[float, float]]) -> None:
        """Show other dials, value and standard error by name."""
        self._dials = dials
        told = (f"{name} {value:.0f}, standard error {se:.0f}" for name, (value, se) in dials.items())
        self.setAccessibleDescription("; ".join(told))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for two columns of bars."""
        return QSize(300, self._line * ((len(self._dials) + 1) // 2))

    @property
    def _line(self) -> int:
        return self.fontMetrics().height() + 8

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and arguments
        """Paint the bars."""
        c = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = (self.width() - 20) / 2
        lines = (len(self._dials) + 1) // 2
        name_width = 1.0 + max((self.fontMetrics().horizontalAdvance(name) for name in self._dials), default=0)
        number_width = 4.0 + self.fontMetrics().horizontalAdvance("100")
        for place, (name, (value, se)) in enumerate(self._dials.items()):
            left = (place // lines) * (half + 20)
            box = QRectF(left, (place % lines) * self._line, half, self._line)
            painter.setPen(QColor(c.dim))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), name)
            painter.setPen(QColor(c.text))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), f"{value:.0f}")
            start, width = box.left() + name_width + 8, half - name_width - number_width - 16
            middle = box.center().y()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.line))
            painter.drawRoundedRect(QRectF(start, middle - 3, width, 6), 3, 3)
            painter.setBrush(QColor(c.accent))
            painter.drawRoundedRect(QRectF(start, middle - 3, width * value / 100, 6), 3, 3)
            painter.setPen(QPen(QColor(c.text), 1.5))
            low, high = (start + width * min(max(edge, 0.0), 100.0) / 100 for edge in (value - se, value + se))
            painter.drawLine(int(low), int(middle), int(high), int(middle))
        painter.end()
