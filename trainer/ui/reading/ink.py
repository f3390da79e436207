"""How a scene is drawn over a picture."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from trainer.ui.reading.overlay import SIMULATED
from trainer.ui.reading.scene import Dot, Line, Outline, Oval, Scene
from trainer.ui.reading.view import Geometry
from trainer.ui.theme import COLOURS

# Pictures are black in both themes, so what lies over them has the dark theme's colours.
_C: Final = COLOURS["dark"]
_TEXT: Final = QColor(_C.text)
_SHADE: Final = QColor(0, 0, 0, 190)
_PLATE: Final = QColor(0, 0, 0, 190)
_ACCENT: Final = QColor(_C.accent)
_MARK: Final = QColor(_C.warn)
_CHANGE: Final = QColor(_C.series[3])
_MEASURE: Final = QColor(_C.series[4])
_CUT: Final = QColor(_C.good)
_DASHES: Final = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_MARGIN: Final = 8.0
_RADIUS: Final = 9.0


class Ink:
    """Draws over a picture.

    Parameters
    ----------
    painter : QPainter
    geometry : Geometry
        Of the picture in the pane.
    font : QFont
        Of the texts.
    """

    def __init__(self, painter: QPainter, geometry: Geometry, font: QFont) -> None:
        self.painter = painter
        self.width, self.height = geometry.size
        painter.setFont(font)
        self.metrics = QFontMetricsF(font)
        self._corner = geometry.screen_of(0.0, 0.0)
        self._down, self._across = (mm * geometry.scale for mm in geometry.pixel_mm)
        self.step = self.metrics.height()

    def draw(self, scene: Scene) -> None:
        """Draw all of a scene."""
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for outline in scene.outlines:
            self._outline(outline)
        for line in scene.lines:
            self._line(line)
        for oval in scene.ovals:
            self._oval(oval)
        for dot in scene.dots:
            self._dot(dot)
        if scene.pending is not None:
            self.painter.setPen(QPen(_MEASURE, 1.6))
            at = self._at(*scene.pending)
            self.painter.drawEllipse(at, 3.0, 3.0)
        if scene.crosshair is not None:
            self._crosshair(*scene.crosshair)
        self._texts(scene)

    def _at(self, row: float, column: float) -> QPointF:
        return QPointF(self._corner[0] + column * self._across, self._corner[1] + row * self._down)

    def text(self, x: float, y: float, text: str, colour: QColor = _TEXT) -> None:
        """Write a line with its left end at x and its baseline at y, on a shade that keeps it legible."""
        wide = self.metrics.horizontalAdvance(text)
        plate = QRectF(x - 2.0, y - self.metrics.ascent(), wide + 4.0, self.step)
        self.painter.fillRect(plate.toAlignedRect(), _PLATE)  # a whole rectangle is filled without antialiasing
        self.painter.setPen(colour)
        self.painter.drawText(QPointF(x, y), text)

    def _right(self, y: float, text: str) -> None:
        self.text(self.width - _MARGIN - self.metrics.horizontalAdvance(text), y, text)

    def _texts(self, scene: Scene) -> None:
        c, rise = scene.corners, self.metrics.ascent()
        link = ("linked",) if scene.linked else ()
        for n, line in enumerate((*c.top_left, *link, *((scene.flicker,) if scene.flicker else ()))):
            self.text(_MARGIN, _MARGIN + rise + n * self.step, line)
        for n, line in enumerate(c.top_right):
            self._right(_MARGIN + rise + n * self.step, line)
        foot = self.height - _MARGIN - self.metrics.descent()
        for n, line in enumerate(reversed((*c.bottom_left, SIMULATED))):
            self.text(_MARGIN, foot - n * self.step, line)
        for n, line in enumerate(reversed(c.bottom_right)):
            self._right(foot - n * self.step, line)
        if scene.letters is None:
            return
        left, right, above, below = scene.letters
        middle = 0.5 * self.height + 0.5 * rise
        self.text(_MARGIN, middle, left)
        self._right(middle, right)
        centre = 0.5 * (self.width - self.metrics.horizontalAdvance("H"))
        lowest = max(self.metrics.horizontalAdvance(line) for line in (*c.bottom_left, SIMULATED))
        clear = 0.0 if 2.0 * _MARGIN + lowest < centre else self.step * (1 + len(c.bottom_left))
        for letter, y in ((above, _MARGIN + rise), (below, foot - clear)):
            self.text(centre, y, letter)

    def _line(self, line: Line) -> None:
        start, end = self._at(*line.start), self._at(*line.end)
        if line.kind == "cut":
            self.painter.setPen(QPen(_CUT, 2.0 if line.active else 1.0, Qt.PenStyle.DashLine))
            self.painter.drawLine(QLineF(start, end))
            return
        self.painter.setPen(QPen(_MEASURE, 1.6))
        self.painter.drawLine(QLineF(start, end))
        for at in (start, end):
            self.painter.drawLine(QLineF(at.x() - 4, at.y(), at.x() + 4, at.y()))
            self.painter.drawLine(QLineF(at.x(), at.y() - 4, at.x(), at.y() + 4))
        self._beside(max(start, end, key=lambda p: p.x()), (line.text,))

    def _oval(self, oval: Oval) -> None:
        middle = self._at(*oval.centre)
        corner = self._at(oval.centre[0] + oval.half[0], oval.centre[1] + oval.half[1])
        rx, ry = corner.x() - middle.x(), corner.y() - middle.y()
        self.painter.setPen(QPen(_MEASURE, 1.6))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawEllipse(middle, rx, ry)
        self._beside(QPointF(corner.x(), middle.y()), oval.lines)

    def _beside(self, at: QPointF, lines: tuple[str, ...]) -> None:
        """Write lines to the right of a place, or to its left where they would not fit."""
        wide = max((self.metrics.horizontalAdvance(line) for line in lines), default=0.0)
        x = at.x() + 8.0
        if x + wide > self.width - 4.0:
            x = max(at.x() - 8.0 - wide, 4.0)
        y = min(max(at.y() - 0.5 * self.step * len(lines), 4.0), self.height - self.step * len(lines) - 4.0)
        for n, line in enumerate(lines):
            self.text(x, y + self.metrics.ascent() + n * self.step, line, _MEASURE)

    def _dot(self, dot: Dot) -> None:
        at = self._at(dot.row, dot.column)
        colour = QColor(_MARK if dot.kind == "mark" else _CHANGE)
        if dot.faint:
            colour.setAlpha(110)
        pen = QPen(colour, 2.6 if dot.chosen else 1.0 if dot.faint else 1.6)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(pen)
        if dot.kind == "mark":
            self.painter.drawEllipse(at, _RADIUS, _RADIUS)
        else:
            r = _RADIUS + 1.0
            self.painter.drawPolygon([at + QPointF(*p) for p in ((0.0, -r), (r, 0.0), (0.0, r), (-r, 0.0))])
        if dot.chosen:
            self.painter.drawEllipse(at, _RADIUS + 4.0, _RADIUS + 4.0)
        if not dot.faint:
            text = dot.text + (" · signed" if dot.locked else "")
            self.text(at.x() + _RADIUS + 6.0, at.y() + 0.35 * self.step, text, colour)

    def _outline(self, outline: Outline) -> None:
        colour = QColor(_C.series[outline.order % len(_C.series)])
        self.painter.setPen(QPen(colour, 1.6, _DASHES[outline.order % len(_DASHES)]))
        lines = [QLineF(self._at(a, b), self._at(c, d)) for a, b, c, d in outline.segments]
        self.painter.drawLines(lines)
        if lines:
            top = min(lines, key=lambda line: line.y1())
            self.text(top.x1() + 4.0, max(top.y1() - 4.0, self.step), outline.text)

    def _crosshair(self, row: float, column: float) -> None:
        at = self._at(row, column)
        for width, colour in ((3.0, _SHADE), (1.2, _ACCENT)):
            self.painter.setPen(QPen(colour, width))
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                self.painter.drawLine(QLineF(at.x() + 4 * dx, at.y() + 4 * dy, at.x() + 16 * dx, at.y() + 16 * dy))

    def spinner(self, turn: int) -> None:
        """Draw that the slice is being drawn, an eighth of a turn on at each call with ``turn`` one more."""
        box = QRectF(0.5 * self.width - 18.0, 0.5 * self.height - 18.0, 36.0, 36.0)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.setPen(QPen(_SHADE, 7.0))
        self.painter.drawEllipse(box)
        self.painter.setPen(QPen(_ACCENT, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        self.painter.drawArc(box, -turn * 45 * 16, 100 * 16)
