"""The plots of the ribbon: one lane a quantity, all on the ribbon's own days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QGraphicsRectItem, QSizePolicy, QVBoxLayout, QWidget

from trainer.ui.ribbon.timeline import Measured
from trainer.ui.theme import colours

_SYMBOLS = ("o", "s", "t", "d", "+")  # never colour alone


def plotting() -> Any:
    """Load pyqtgraph (a third of a second, once) and set it up; its colours are those of the theme now."""
    import pyqtgraph

    c = colours()
    pyqtgraph.setConfigOptions(antialias=True, background=c.ground, foreground=c.text)
    return pyqtgraph


class Lane:
    """One quantity: its range, its points, today and the visits on show.

    A bare view box: a plot item with axes and menus that nobody sees takes ten times as long to make.
    """

    def __init__(self, box: Any) -> None:
        graph = plotting()
        self.box = box
        self._range = QGraphicsRectItem()
        self._range.setZValue(-10)
        self._shown, self._today = graph.PlotCurveItem(connect="pairs"), graph.PlotCurveItem(connect="pairs")
        self._line, self._points = graph.PlotCurveItem(), graph.ScatterPlotItem(pxMode=True)
        for item in (self._range, self._shown, self._today, self._line, self._points):
            box.addItem(item, ignoreBounds=True)

    def draw(self, m: Measured, index: int) -> None:
        """Draw a quantity in the colours of the theme."""
        graph, c = plotting(), colours()
        low, high = m.span
        self.box.setYRange(low, high, padding=0)
        shade = graph.mkColor(c.good)
        shade.setAlpha(38)
        self._range.setPen(Qt.PenStyle.NoPen)
        self._range.setBrush(shade)
        self._range.setVisible(m.reference is not None and bool(m.values))
        if m.reference is not None:
            below = low if m.reference.low is None else m.reference.low
            above = high if m.reference.high is None else m.reference.high
            self._range.setRect(QRectF(-1e4, below, 2e4, above - below))
        colour = c.series[index % len(c.series)]
        self._line.setData(list(m.days), list(m.values), pen=graph.mkPen(colour, width=1.5))
        self._points.setData(
            list(m.days), list(m.values), symbol=_SYMBOLS[index % len(_SYMBOLS)], size=6,
            brush=graph.mkBrush(colour), pen=graph.mkPen(c.text),
        )  # fmt: skip

    def mark(self, m: Measured, today: int, shown_days: Sequence[int]) -> None:
        """Draw today and the visits on show as lines over the whole height."""
        graph, c = plotting(), colours()
        for item, days, pen in (
            (self._shown, shown_days, graph.mkPen(c.accent, width=1)),
            (self._today, (today,), graph.mkPen(c.text, width=1.5)),
        ):
            item.setData([day for day in days for _ in range(2)], [*m.span] * len(days), pen=pen)


class Lanes(QWidget):
    """The chosen quantities, each in a lane of its own with its own scale. The mouse goes through to the ribbon."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ribbon_plots")
        self.setAccessibleName("Plots")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._view = plotting().GraphicsLayoutWidget(self)
        self._view.setObjectName("ribbon_plots_view")
        self._view.setAccessibleName("Plots")
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMinimumSize(1, 1)
        self._view.ci.setContentsMargins(0, 0, 0, 0)
        self._view.ci.setSpacing(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self._lanes: list[Lane] = []
        self._days = (0.0, 28.0)
        self._measured: tuple[Measured, ...] = ()
        self._marks: tuple[int, tuple[int, ...]] = (0, ())

    @property
    def lanes(self) -> list[Lane]:
        """The lanes, from top to bottom."""
        return list(self._lanes)

    @property
    def view(self) -> Any:
        """The widget of pyqtgraph that holds them."""
        return self._view

    def show_measured(self, measured: tuple[Measured, ...], today: int, shown_days: tuple[int, ...] = ()) -> None:
        """Show quantities, with today and the visits on show marked; draws only what has changed."""
        changed = measured != self._measured
        if not changed and (today, shown_days) == self._marks:
            return
        self._measured, self._marks = measured, (today, shown_days)
        while len(self._lanes) > len(measured):
            self._view.ci.removeItem(self._lanes.pop().box)
        while len(self._lanes) < len(measured):
            self._lanes.append(self._lane())
        self._draw(everything=changed)

    def set_days(self, first: float, last: float) -> None:
        """Say which days lie at the left and the right edge."""
        if (first, last) != self._days:
            self._days = (first, last)
            for lane in self._lanes:
                lane.box.setXRange(first, last, padding=0)

    def restyle(self) -> None:
        """Take the colours of the theme that is worn now."""
        self._view.setBackground(colours().ground)
        self._draw(everything=True)

    def close(self) -> bool:
        """Let go of everything that pyqtgraph holds."""
        self._lanes.clear()
        self._view.close()
        return super().close()

    def _lane(self) -> Lane:
        box = self._view.ci.addViewBox(
            row=len(self._lanes), col=0, enableMenu=False, enableMouse=False, defaultPadding=0.0
        )
        box.setXRange(*self._days, padding=0)
        return Lane(box)

    def _draw(self, *, everything: bool) -> None:
        for index, (lane, m) in enumerate(zip(self._lanes, self._measured, strict=True)):
            if everything:
                lane.draw(m, index)
            lane.mark(m, *self._marks)
