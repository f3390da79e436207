"""A figure on the screen, drawn by pyqtgraph, and as a picture to take away."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from trainer.ui.results.figure import SIMULATED, Figure, Line, Points
from trainer.ui.theme import colours

_BETWEEN: Final = 10  # pixels between the rows of a figure that counts things
_LEAST: Final = 300  # pixels of a figure that does not
_AXES: Final = 64
_TICKS: Final = 8
_SHARP: Final = 2  # pixels of a PNG to one of the screen


class Plot(QWidget):
    """A figure.

    pyqtgraph is loaded when the first is made (a third of a second, once).
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        import pyqtgraph

        self.setObjectName("figure_plot")
        self._graph: Any = pyqtgraph
        self._figure: Figure | None = None
        self._view: Any = pyqtgraph.PlotWidget(self, antialias=True)
        self._view.setObjectName("figure_view")
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setFrameShape(self._view.Shape.NoFrame)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setMouseEnabled(x=False, y=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)

    @property
    def view(self) -> Any:
        """The widget of pyqtgraph."""
        return self._view

    def show_figure(self, figure: Figure) -> None:
        """Draw a figure in the colours of the theme that is worn now."""
        self._figure = figure
        self.setAccessibleName(figure.title)
        self.setAccessibleDescription(" ".join((*figure.words, *figure.legend)))
        self._view.setAccessibleName(figure.title)
        self._view.clear()
        self._view.setBackground(colours().ground)
        self._axes(figure)
        for line in figure.lines:
            self._draw_line(line)
        for points in figure.points:
            self._draw_points(points)
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for every row, or for a square figure."""
        names = self._figure.y.names if self._figure is not None else ()
        lines = max((name.count("\n") + 1 for name in names), default=0)
        row = round(lines * self.fontMetrics().height()) + _BETWEEN
        return QSize(420, len(names) * row + _AXES if names else _LEAST)

    def _axes(self, figure: Figure) -> None:
        c, item = colours(), self._view.getPlotItem()
        box = item.getViewBox()
        box.invertY(bool(figure.y.names))
        for name, axis in (("bottom", figure.x), ("left", figure.y)):
            one = item.getAxis(name)
            one.enableAutoSIPrefix(False)
            one.setPen(self._graph.mkPen(c.line))
            one.setTextPen(self._graph.mkPen(c.text))
            one.setTickFont(self.font())
            one.setStyle(hideOverlappingLabels=False, tickLength=0 if axis.names else -5)
            one.setTicks([list(enumerate(axis.names))] if axis.names else None)
            steps = max(1, round((axis.high - axis.low) / _TICKS))
            one.setTickSpacing(*((steps, 1) if axis.whole else ()))
            one.setLabel(axis.title, **{"color": c.text, "font-size": f"{self.font().pointSizeF():.1f}pt"})
            one.showLabel(bool(axis.title))
        item.showGrid(x=True, y=not figure.y.names, alpha=0.25)
        box.setRange(xRange=(figure.x.low, figure.x.high), yRange=(figure.y.low, figure.y.high), padding=0)

    def _colour(self, series: int) -> str:
        c = colours()
        return c.series[series % len(c.series)] if series >= 0 else c.dim

    def _draw_line(self, line: Line) -> None:
        style = Qt.PenStyle.DashLine if line.broken else Qt.PenStyle.SolidLine
        pen = self._graph.mkPen(self._colour(line.series), width=1.5 if line.broken else 2.5, style=style)
        self._view.addItem(self._graph.PlotCurveItem(list(line.x), list(line.y), pen=pen), ignoreBounds=True)

    def _draw_points(self, points: Points) -> None:
        colour = self._colour(points.series)
        x, y = np.array(points.x, float), np.array(points.y, float)
        if points.low:
            ends = {"left": x - points.low, "right": np.subtract(points.high, x)}
            if not points.across:
                ends = {"bottom": y - points.low, "top": np.subtract(points.high, y)}
            pen = self._graph.mkPen(colour, width=2.5 if points.across else 1.6)
            self._view.addItem(self._graph.ErrorBarItem(x=x, y=y, pen=pen, beam=0.0, **ends), ignoreBounds=True)
        self._view.addItem(
            self._graph.ScatterPlotItem(
                x=x, y=y, symbol=points.symbol, size=points.size, pxMode=True, useCache=False,
                pen=self._graph.mkPen(colour, width=1.2),
                brush=self._graph.mkBrush(colour) if points.filled else self._graph.mkBrush(None),
            ),
            ignoreBounds=True,
        )  # fmt: skip

    def picture(self, kind: str) -> bytes:
        """Return the figure as a picture, title, legend and SIMULATED with it.

        Parameters
        ----------
        kind : {"png", "svg"}
        """
        drawing, size = self._drawing()
        if kind == "svg":
            return bytes(drawing.data())
        image = QImage(size * _SHARP, QImage.Format.Format_RGB32)
        image.setText("Description", SIMULATED)
        painter = QPainter(image)
        QSvgRenderer(drawing).render(painter)  # lines drawn straight into an image stay one pixel thin
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
        return bytes(buffer.data().data())

    def _drawing(self) -> tuple[QByteArray, QSize]:
        figure = self._figure
        if figure is None:
            raise ValueError("there is no figure yet")
        foot = [*figure.legend, SIMULATED]
        line = self.fontMetrics().height() + 4
        widest = max(self.fontMetrics().horizontalAdvance(text) for text in (figure.title, *foot))
        size = QSize(max(self.width(), widest + 48), self.height() + line * (len(foot) + 2) + 24)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        made = QSvgGenerator()
        made.setOutputDevice(buffer)
        made.setResolution(self.logicalDpiX())  # else the axes, which pyqtgraph replays, come out smaller
        made.setSize(size)
        made.setViewBox(QRectF(0, 0, size.width(), size.height()))
        made.setTitle(figure.title)
        made.setDescription(SIMULATED)
        self._paint(QPainter(made), size, foot, line)
        buffer.close()
        return buffer.data(), size

    def _paint(self, painter: QPainter, size: QSize, foot: list[str], line: int) -> None:
        c, figure = colours(), self._figure
        assert figure is not None
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(c.ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(c.text))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(16, 8, size.width() - 32, 1.5 * line), left, figure.title)
        top = 8 + 1.5 * line
        target = QRectF(0, top, self._view.width(), self._view.height())
        self._view.render(painter, target, self._view.viewport().rect())
        painter.setFont(self.font())
        for place, text in enumerate(foot):
            painter.setPen(QColor(c.text if text == SIMULATED else c.dim))
            at = top + self._view.height() + 6 + place * line
            painter.drawText(QRectF(16, at, size.width() - 32, line), left, text)
        painter.end()
