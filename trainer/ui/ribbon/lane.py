"""The plots of the ribbon: one lane a quantity, all on the ribbon's own days."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from trainer.ui.ribbon.timeline import Measured
from trainer.ui.theme import colours

_SYMBOLS = ("o", "s", "t", "d", "+")  # never colour alone


def plotting() -> Any:
    """Load pyqtgraph (a third of a second, once) and set it up; its colours are those of the theme now."""
    import pyqtgraph

    c = colours()
    pyqtgraph.setConfigOptions(antialias=True, background=c.ground, foreground=c.text)
    return pyqtgraph


class Lanes(QWidget):
    """The chosen quantities, each in a lane of its own with its own scale. The mouse goes through to the ribbon."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ribbon_plots")
        self.setAccessibleName("Plots")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._plots: list[Any] = []
        self._days = (0.0, 28.0)
        self._what: tuple[tuple[Measured, ...], int, tuple[int, ...]] = ((), 0, ())

    @property
    def count(self) -> int:
        """How many lanes there are."""
        return len(self._plots)

    @property
    def plots(self) -> list[Any]:
        """The plots, from top to bottom."""
        return list(self._plots)

    def show_measured(self, measured: tuple[Measured, ...], today: int, shown_days: tuple[int, ...] = ()) -> None:
        """Show quantities, with today and the visits on show marked."""
        if self._what == (measured, today, shown_days):
            return
        self._what = (measured, today, shown_days)
        while len(self._plots) > len(measured):
            self._drop(self._plots.pop())
        while len(self._plots) < len(measured):
            self._plots.append(self._plot())
        self._draw()

    def set_days(self, first: float, last: float) -> None:
        """Say which days lie at the left and the right edge."""
        self._days = (first, last)
        for plot in self._plots:
            plot.getPlotItem().setXRange(first, last, padding=0)

    def restyle(self) -> None:
        """Take the colours of the theme that is worn now."""
        plotting()
        self._draw()

    def close(self) -> bool:
        """Close every plot, so that nothing of pyqtgraph stays behind."""
        while self._plots:
            self._drop(self._plots.pop())
        return super().close()

    def _plot(self) -> Any:
        plot = plotting().PlotWidget(self)
        plot.setObjectName(f"ribbon_plot_{len(self._plots)}")
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMinimumSize(1, 1)
        plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        item = plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.layout.setContentsMargins(0, 0, 0, 0)  # it has one of 1 px, by which the days would be shifted
        for side in ("left", "bottom", "top", "right"):
            item.hideAxis(side)
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0)
        self._column.addWidget(plot)
        return plot

    def _drop(self, plot: Any) -> None:
        self._column.removeWidget(plot)
        plot.clear()
        plot.close()
        plot.setParent(None)
        plot.deleteLater()

    def _draw(self) -> None:
        graph, c = plotting(), colours()
        measured, today, shown = self._what
        for index, (plot, m) in enumerate(zip(self._plots, measured, strict=True)):
            plot.setBackground(c.ground)
            plot.setAccessibleName(f"{m.long_name} by day")
            item = plot.getPlotItem()
            item.clear()
            low, high = m.span
            item.setRange(xRange=self._days, yRange=(low, high), padding=0, disableAutoRange=True)
            self._range(graph, item, m)
            for day in shown:
                item.addItem(graph.InfiniteLine(day, pen=graph.mkPen(c.accent, width=1)))
            item.addItem(graph.InfiniteLine(today, pen=graph.mkPen(c.text, width=1.5)))
            colour = c.series[index % len(c.series)]
            item.plot(
                list(m.days), list(m.values), pen=graph.mkPen(colour, width=1.5),
                symbol=_SYMBOLS[index % len(_SYMBOLS)], symbolSize=6, symbolBrush=colour, symbolPen=c.text,
            )  # fmt: skip

    @staticmethod
    def _range(graph: Any, item: Any, m: Measured) -> None:
        """Shade what is usual."""
        if m.reference is None:
            return
        low, high = m.span
        edges = (
            low if m.reference.low is None else m.reference.low,
            high if m.reference.high is None else m.reference.high,
        )
        shade = graph.mkColor(colours().good)
        shade.setAlpha(38)
        region = graph.LinearRegionItem(
            edges, orientation="horizontal", movable=False, brush=shade, pen=graph.mkPen(None)
        )
        region.setZValue(-10)
        item.addItem(region)
