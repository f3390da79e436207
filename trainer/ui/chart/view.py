"""The chart in the step panel."""

from __future__ import annotations

import html
from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from trainer.encounter.session import Session
from trainer.ui.chart.page import Page, Reports, page_of
from trainer.ui.chart.table import FindingTable
from trainer.ui.desk import Desk
from trainer.ui.theme import colours


class ChartView(QWidget):
    """Everything told and found, the newest first, with a filter.

    Signals
    -------
    finding_picked : str
        Identifier of a finding whose row was double-clicked, or chosen with Enter.
    """

    finding_picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart_view")
        self.setAccessibleName("Chart")
        self._page: Page | None = None
        self._session: Session | None = None
        self._written = Reports()
        self._today = 0
        self._filter = QLineEdit()
        self._filter.setObjectName("chart_filter")
        self._filter.setAccessibleName("Filter the chart")
        self._filter.setPlaceholderText("Filter: crp, fever, high, new ...")
        self._filter.setClearButtonEnabled(True)
        self._filter.setMinimumHeight(28)
        self._filter.textChanged.connect(self._fill)
        self.setFocusProxy(self._filter)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(8, 4, 8, 8)
        self._column.setSpacing(4)
        self._texts: dict[str, QLabel] = {}
        self._titles: dict[str, QLabel] = {}
        self._text("opening", "Presentation")
        self._text("news", "What happened")
        self._text("pending", "Results to come")
        self._hint = QLabel("Double-click a finding, or press Enter on it, to cite it as evidence.")
        self._hint.setObjectName("chart_hint")
        self._hint.setProperty("kind", "dim")
        self._hint.setProperty("dim", "true")  # as the step panel says it
        self._hint.setWordWrap(True)
        self._hint.setContentsMargins(0, 6, 0, 0)
        self._column.addWidget(self._hint)
        self._numbers = self._table("numbers", "Measured")
        self._words = self._table("words", "Found and told")
        self._text("history", "In the patient's words")
        self._text("reports", "Reports of the CTs")
        self._nothing = QLabel("Nothing in the chart has these words.")
        self._nothing.setObjectName("chart_nothing")
        self._column.addWidget(self._nothing)
        self._column.addStretch(1)
        self._lay_out()

    def _title(self, name: str, title: str) -> None:
        label = QLabel(title)
        label.setObjectName(f"chart_{name}_title")
        label.setProperty("kind", "section")
        label.setContentsMargins(0, 6, 0, 0)
        self._titles[name] = label
        self._column.addWidget(label)

    def _text(self, name: str, title: str) -> None:
        self._title(name, title)
        label = QLabel()
        label.setObjectName(f"chart_{name}")
        label.setAccessibleName(title)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._texts[name] = label
        self._column.addWidget(label)

    def _table(self, name: str, title: str) -> FindingTable:
        self._title(name, title)
        table = FindingTable(f"chart_{name}", title)
        table.picked.connect(self.finding_picked)
        self._column.addWidget(table)
        return table

    def _lay_out(self) -> None:
        self._inner = QWidget()
        self._inner.setObjectName("chart_page")
        self._inner.setLayout(self._column)
        self._area = QScrollArea()
        self._area.setObjectName("chart_scroll")
        self._area.setAccessibleName("Chart")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setWidget(self._inner)
        for table in (self._numbers, self._words):
            table.currentCellChanged.connect(self._follow)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addWidget(self._filter)
        outer.addWidget(self._area, 1)

    @property
    def page(self) -> Page | None:
        """What is known, whatever the filter."""
        return self._page

    def show_desk(self, desk: Desk) -> None:
        """Show an encounter as it stands."""
        if desk.session is not self._session:
            self._session, self._written = desk.session, Reports()
            self._filter.clear()
        page = page_of(desk, self._written)
        if page != self._page or desk.day != self._today:
            self._page, self._today = page, desk.day
            self._fill()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow a change of theme while running."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_area"):
            self._fill()

    def _follow(self) -> None:
        """Keep the row that the keys have come to in sight."""
        table = self.sender()
        if isinstance(table, FindingTable) and table.hasFocus():
            place = table.visualItemRect(table.currentItem()).center() if table.currentItem() is not None else None
            if place is not None:
                inner = table.viewport().mapTo(self._inner, place)
                self._area.ensureVisible(inner.x(), inner.y(), 0, 40)

    def _fill(self) -> None:
        if self._page is None:
            return
        wanted = self._filter.text()
        page = self._page.matching(wanted)
        dim = colours().dim
        opening = "" if wanted.strip() else _paragraph(page.opening)
        self._say("opening", [opening] if opening else [])
        self._say("news", (_dated(day, text, dim) for day, text in page.news))
        self._say("pending", (f"{html.escape(name)}: due day {day}" for day, name in page.pending))
        self._say(
            "history",
            (f"{_paragraph(text)}<br>{_small(f'{name}, day {day}', dim)}" for day, name, text in page.history),
        )
        unread = (
            []
            if wanted.strip()
            else [f"CT of day {day}: read it first, then its report is here." for day in page.unread]
        )
        self._say("reports", [*unread, *(_paragraph(text) for _, text in page.reports)])
        self._numbers.show_numbers(page.numbers, page.days, self._today)
        self._words.show_words(page.words)
        for name, table, rows in (("numbers", self._numbers, page.numbers), ("words", self._words, page.words)):
            table.setVisible(bool(rows))
            self._titles[name].setVisible(bool(rows))
        self._hint.setVisible(bool(page.numbers or page.words))
        shown = page.news or page.history or page.numbers or page.words or page.pending or page.reports
        self._nothing.setVisible(bool(wanted.strip()) and not shown)

    def _say(self, name: str, paragraphs: Iterable[str]) -> None:
        told = "".join(f"<p style='margin: 0 0 5px 0'>{one}</p>" for one in paragraphs)
        self._texts[name].setText(told)
        self._texts[name].setVisible(bool(told))
        self._titles[name].setVisible(bool(told))


def _paragraph(text: str) -> str:
    return html.escape(text, quote=False)


def _small(text: str, colour: str) -> str:
    return f"<span style='color: {colour}'>{html.escape(text)}</span>"


def _dated(day: int, text: str, colour: str) -> str:
    return f"{_small(f'Day {day}', colour)}  {_paragraph(text)}"
