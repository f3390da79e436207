"""Tables of findings that a row can be picked from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableWidget, QTableWidgetItem, QWidget

from trainer.ui.chart.page import Cell, Row
from trainer.ui.chart.reference import ARROWS
from trainer.ui.theme import colours

_ROW = 26  # px, more than the 24 of a target
_NAME = 21  # letters of a finding's name beside each other; the rest wraps
_PAD = 10  # px around the words of a cell
_EDGE = 7  # px of a cell that its words cannot have
_JOIN = "\u2060"  # keeps "mg/L" on one line
_ROLE: Final = Qt.ItemDataRole.UserRole


class FindingTable(QTableWidget):
    """Findings by row, as tall as it has rows. Double-click or Enter picks the finding of a row.

    Signals
    -------
    picked : str
        Identifier of a finding.
    """

    picked = Signal(str)

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(_ROW)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.setStyleSheet("QHeaderView::section { padding: 2px 3px; }")  # in line with the cells
        self.doubleClicked.connect(self._pick)

    def show_numbers(self, rows: Sequence[Row], days: Sequence[int], today: int) -> None:
        """Show findings by days, in the order in which they are given."""
        self._begin(rows, ["Finding", "", *("Today" if day == today else f"Day {day}" for day in days)])
        for index, row in enumerate(rows):
            unit = "" if row.unit == "1" else f", {row.unit}".replace("/", f"{_JOIN}/{_JOIN}").replace("% ", "%\u00a0")
            usual = f"\nusual: {row.reference.in_words(row.unit)}" if row.reference is not None else ""
            self._name(index, row, f"{row.name}{unit}", usual)
            told = row.in_words()
            for column, day in enumerate(days, 2):
                if day in row.cells:
                    self.setItem(index, column, self._number(row, row.cells[day], told))
        self._settle()

    def _number(self, row: Row, cell: Cell, told: str) -> QTableWidgetItem:
        item = self._item(row, f"{cell.text} {ARROWS[cell.flag]} {cell.flag}" if cell.flag else cell.text, told)
        if cell.flag:
            c = colours()
            item.setForeground(QColor(c.bad if cell.flag == "high" else c.warn))
        if cell.new:
            item.setFont(self._bold)
        return item

    def show_words(self, rows: Sequence[Row]) -> None:
        """Show findings with what was said of them."""
        self._begin(rows, ["Finding", "", "Said", "Day"])
        for index, row in enumerate(rows):
            self._name(index, row, row.name, "")
            told = row.in_words()
            self.setItem(index, 2, self._item(row, row.words, told))
            self.setItem(index, 3, self._item(row, str(row.day), told))
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self._settle()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a height that holds every row."""
        rows = sum(self.rowHeight(index) for index in range(self.rowCount()))
        bar = self.horizontalScrollBar()
        extra = bar.sizeHint().height() if self.horizontalHeader().length() > self.viewport().width() else 0
        return QSize(320, self.horizontalHeader().sizeHint().height() + rows + extra + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same height: what scrolls is the page."""
        return QSize(160, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give wrapped words the height that they need."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Pick the row with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._pick(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _begin(self, rows: Sequence[Row], headings: Sequence[str]) -> None:
        finding = self._finding(self.currentIndex())
        self.clear()
        self.setRowCount(len(rows))
        self.setColumnCount(len(headings))
        self.setHorizontalHeaderLabels(list(headings))
        at = next((index for index, row in enumerate(rows) if row.finding == finding), None)
        if at is not None:
            self.setCurrentCell(at, 0)

    def _name(self, index: int, row: Row, text: str, usual: str) -> None:
        told = row.in_words()
        self.setItem(index, 0, self._item(row, text, f"{row.definition}{usual}\nfrom: {row.tests}"))
        mark = self._item(row, "new" if row.new else "", told)
        mark.setFont(self._bold)
        mark.setForeground(QColor(colours().accent))
        self.setItem(index, 1, mark)

    @staticmethod
    def _item(row: Row, text: str, tip: str) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setData(_ROLE, row.finding)
        item.setToolTip(tip)
        return item

    @property
    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    def _settle(self) -> None:
        """Give columns and rows the room that their words need.

        Measured here: asking the style for every item takes ten times as long under a style sheet.
        """
        header = self.horizontalHeader()
        metrics, plain = QFontMetrics(self._bold), QFontMetrics(self.font())
        self.setColumnWidth(0, plain.averageCharWidth() * _NAME)
        anything_new = any(self._text(index, 1) for index in range(self.rowCount()))
        self.setColumnWidth(1, metrics.horizontalAdvance("new") + _PAD if anything_new else 0)
        wrapped = [0]
        for column in range(2, self.columnCount()):
            if header.sectionResizeMode(column) == QHeaderView.ResizeMode.Stretch:
                wrapped.append(column)
                continue
            texts = [self._text(row, column) for row in range(self.rowCount())]
            wide = max((metrics.horizontalAdvance(text) for text in texts), default=0) + _PAD
            self.setColumnWidth(column, max(wide, header.sectionSizeHint(column)))
        flags = Qt.TextFlag.TextWordWrap
        for row in range(self.rowCount()):
            rooms = [
                (QRect(0, 0, self.columnWidth(column) - _EDGE, 10_000), self._text(row, column)) for column in wrapped
            ]
            tall = max(plain.boundingRect(room, flags, text).height() for room, text in rooms)
            self.setRowHeight(row, max(_ROW, tall + _PAD))
        self.updateGeometry()

    def _text(self, row: int, column: int) -> str:
        item: QTableWidgetItem | None = self.item(row, column)
        return "" if item is None else item.text()

    def _finding(self, index: QModelIndex) -> str:
        return str(index.data(_ROLE) or "") if index.isValid() else ""

    def _pick(self, index: QModelIndex) -> None:
        finding = self._finding(index)
        if finding:
            self.picked.emit(finding)
