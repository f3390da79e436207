"""The chart, as the page gives it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from trainer.ui.desk import Desk
from trainer.ui.step.draft import Draft
from trainer.ui.step.section import SectionView, column, label
from trainer.ui.step.standing import Standing


class ChartSection(SectionView):
    """Holds the chart; until one is given, the opening text."""

    def __init__(self) -> None:
        super().__init__("chart", "Chart")
        self._body = column(self, 0)
        self.opening = label(name="chart_opening")
        self._body.addWidget(self.opening)
        self._body.addStretch(1)
        self._widget: QWidget | None = None

    def set_widget(self, widget: QWidget) -> None:
        """Show a widget as the chart."""
        while self._body.count():
            self._body.takeAt(0)
        self.opening.hide()
        if self._widget is not None:
            self._widget.setParent(None)
        self._widget = widget
        self._body.addWidget(widget, 1)

    def refresh(self, desk: Desk, _standing: Standing, _draft: Draft, /) -> None:
        """Show the opening text; a chart that was given is told by the page."""
        if self._widget is None:
            self.opening.setText(desk.session.opening)

    def start(self) -> QWidget:
        """Return the chart."""
        return self._widget if self._widget is not None else self
