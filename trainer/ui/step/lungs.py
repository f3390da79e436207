"""Two lungs in thirds, each rated 0 to 4 by mouse or keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from trainer.knowledge.statement import ZONES, Zone
from trainer.ui.theme import colours

MOST = 4
WORDS: Final = ("sound", "unlikely", "possible", "likely", "certain")
_COLUMNS: Final = {"right": 0, "left": 1}  # as one looks at a CT: the patient's right is on the left
_ROWS: Final = {"upper": 0, "middle": 1, "lower": 2}
_AT: Final[dict[Zone, tuple[int, int]]] = {
    zone: (_COLUMNS[zone.split("-")[0]], _ROWS[zone.split("-")[1]]) for zone in ZONES
}
_STRONGEST = 0.75  # share of the accent in a zone rated 4


class Lungs(QWidget):
    """The figure; arrows move between zones, 0 to 4 rate one, a click rates one higher, a right click lower."""

    rated = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("zones")
        self.setAccessibleName("Zones of the lungs, rated 0 sound to 4 certainly diseased")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(QSize(166, 164))
        self._ratings: Mapping[Zone, int] = {}
        self._locked = False
        self.zone: Zone = "right-upper"
        self._describe()

    def show_ratings(self, ratings: Mapping[Zone, int], locked: bool) -> None:
        """Show ratings; a signed read cannot be changed."""
        self._ratings, self._locked = ratings, locked
        self._describe()
        self.update()

    def _describe(self) -> None:
        rating = self._ratings.get(self.zone, 0)
        told = ", ".join(f"{zone.replace('-', ' ')} {self._ratings.get(zone, 0)}" for zone in ZONES)
        here = f"{self.zone.replace('-', ' ')}: {rating}, {WORDS[rating]}"
        self.setAccessibleDescription(f"At {here}. All: {told}.")
        self.setToolTip(f"{here}\nArrows choose a zone, 0 to 4 rate it; click for one more, right click for one less.")

    def rectangle(self, zone: Zone) -> QRectF:
        """Return where a zone lies."""
        column, row = _AT[zone]
        width, height = (self.width() - 36.0) / 2.0, (self.height() - 24.0) / 3.0
        return QRectF(8.0 + column * (width + 20.0), 18.0 + row * height, width, height)

    def _lung(self, column: int) -> QPainterPath:
        box = self.rectangle("right-upper" if column == 0 else "left-upper")
        box = box.united(self.rectangle("right-lower" if column == 0 else "left-lower"))
        outer, inner = (box.left(), box.right()) if column == 0 else (box.right(), box.left())
        lean = (inner - outer) / 10.0
        path = QPainterPath(QPointF(inner - 3 * lean, box.top()))
        path.cubicTo(
            QPointF(outer + 2 * lean, box.top()), QPointF(outer, box.center().y()), QPointF(outer, box.bottom() - 4)
        )
        path.quadTo(QPointF(outer + 5 * lean, box.bottom() - 14), QPointF(inner, box.bottom() - 6))
        path.cubicTo(
            QPointF(inner - lean, box.center().y()), QPointF(inner + lean / 2, box.top() + 10),
            QPointF(inner - 3 * lean, box.top()),
        )  # fmt: skip
        return path

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the lungs, the ratings as figures and as depth of colour, and where the keyboard is."""
        c = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(c.dim))
        for word, column in (("R", 0), ("L", 1)):
            box = self.rectangle("right-upper" if column == 0 else "left-upper")
            painter.drawText(QRectF(box.left(), 0.0, box.width(), 16.0), Qt.AlignmentFlag.AlignCenter, word)
        bold = QFont(self.font())
        bold.setBold(True)
        for zone in ZONES:
            box, rating = self.rectangle(zone), self._ratings.get(zone, 0)
            painter.save()
            painter.setClipPath(self._lung(_AT[zone][0]))
            fill = QColor(c.accent)
            fill.setAlphaF(_STRONGEST * rating / MOST)
            painter.fillRect(box, fill)
            painter.setPen(QPen(QColor(c.line), 1.0))
            painter.drawLine(box.bottomLeft(), box.bottomRight())
            painter.restore()
            painter.setFont(bold)
            painter.setPen(QColor(c.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(rating))
        painter.setPen(QPen(QColor(c.dim), 1.5))
        for column in (0, 1):
            painter.drawPath(self._lung(column))
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.text), 2.0))
            painter.drawRoundedRect(self.rectangle(self.zone).adjusted(1, 1, -1, -1), 4.0, 4.0)
        painter.end()

    def _rate(self, rating: int) -> None:
        if not self._locked:
            self.rated.emit(self.zone, rating)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Rate the zone under the pointer one higher, round to 0 again, or with the right button one lower."""
        for zone in ZONES:
            if self.rectangle(zone).contains(event.position()):
                self.zone = zone
                more = -1 if event.button() == Qt.MouseButton.RightButton else 1
                self._rate((self._ratings.get(zone, 0) + more) % (MOST + 1))
        self._describe()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move with the arrows, rate with 0 to 4, or with + and -."""
        column, row = _AT[self.zone]
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        key, rating = Qt.Key(event.key()), self._ratings.get(self.zone, 0)
        if key in steps:
            at = (min(max(column + steps[key][0], 0), 1), min(max(row + steps[key][1], 0), 2))
            self.zone = next(zone for zone, place in _AT.items() if place == at)
        elif event.text() in {"0", "1", "2", "3", "4"}:
            self._rate(int(event.text()))
        elif event.text() in {"+", "-"}:
            self._rate(min(max(rating + (1 if event.text() == "+" else -1), 0), MOST))
        else:
            super().keyPressEvent(event)
            return
        self._describe()
        self.update()
