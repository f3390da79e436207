"""One figure of the results: its words, the plot, the numbers, and both to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trainer.core.error import AtollError
from trainer.core.storage import write_atomically
from trainer.records.spreadsheet import Value, write_table
from trainer.ui.results.figure import Figure, shown
from trainer.ui.results.plot import Plot
from trainer.ui.theme import icon

_LEAST_ROW: Final = 26  # pixels
_NAME_LETTERS: Final = 26
_PICTURES: Final = "PNG picture (*.png);;SVG drawing (*.svg)"


class FigureView(QWidget):
    """A figure with its numbers.

    Parameters
    ----------
    name : str
        Object name.

    Signals
    -------
    told : str
        A line about what was saved, or why it was not.
    """

    told = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._name = name
        self._figure: Figure | None = None
        self._plot: Plot | None = None
        self._words, self._legend = QLabel(), QLabel()
        self.table = QTableWidget()
        self._picture = QPushButton(" Save the picture...")
        self._numbers = QPushButton(" Save the numbers...")
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._dress()

    def _lay_out(self) -> None:
        for label, name in ((self._words, "words"), (self._legend, "legend")):
            label.setObjectName(f"{self._name}_{name}")
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._legend.setProperty("kind", "dim")
        self.table.setObjectName(f"{self._name}_numbers")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setAlternatingRowColors(True)
        self.table.verticalHeader().hide()
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setWordWrap(False)
        for button, name, what in (
            (self._picture, "picture", "Save the figure as PNG or SVG"),
            (self._numbers, "csv", "Save the numbers as CSV, with what the columns mean beside it"),
        ):
            button.setObjectName(f"{self._name}_{name}")
            button.setToolTip(what)
        self._picture.clicked.connect(self._save_picture)
        self._numbers.clicked.connect(self._save_numbers)
        self._area = QScrollArea()
        self._area.setObjectName(f"{self._name}_area")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._split.setObjectName(f"{self._name}_split")
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._area)
        self._split.addWidget(self.table)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        foot = QHBoxLayout()
        foot.addWidget(self._legend, 1)
        foot.addWidget(self._picture)
        foot.addWidget(self._numbers)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(10)
        self._column.addWidget(self._words)
        self._column.addWidget(self._split, 1)
        self._column.addLayout(foot)

    @property
    def figure(self) -> Figure | None:
        """What is shown."""
        return self._figure

    @property
    def plot(self) -> Plot | None:
        """The plot, once there was something to draw."""
        return self._plot

    def show_figure(self, figure: Figure) -> None:
        """Show a figure; the plot is made when there is first something to draw."""
        self._figure = figure
        self._words.setText("\n".join(figure.words))
        self._legend.setText("     ".join(figure.legend))
        self._fill(figure)
        self._area.setVisible(figure.drawn)
        self._split.setVisible(bool(figure.rows))
        self._picture.setVisible(figure.drawn)
        self._numbers.setVisible(bool(figure.rows))
        empty = not figure.rows
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter if empty else Qt.AlignmentFlag.AlignLeft)
        self._column.setStretchFactor(self._words, 1 if empty else 0)
        if figure.drawn:
            if self._plot is None:
                self._plot = Plot()
                self._area.setWidget(self._plot)
                self._split.setSizes([3000, 2000])
            self._plot.show_figure(figure)

    def _fill(self, figure: Figure) -> None:
        table = self.table
        table.setAccessibleName(f"Numbers: {figure.title}")
        table.clear()
        table.clearSpans()
        table.setColumnCount(len(figure.columns))
        table.setRowCount(len(figure.rows))
        for place, column in enumerate(figure.columns):
            head = QTableWidgetItem(column.name)
            head.setToolTip(f"{column.meaning} [{column.unit}]" if column.unit else column.meaning)
            table.setHorizontalHeaderItem(place, head)
        for at, row in enumerate(figure.rows):
            for place, value in enumerate(row):
                table.setItem(at, place, _cell(value, figure.columns[place].unit))
            if None in row and isinstance(row[-1], str):  # what there is no number for is said in their place
                first = row.index(None)
                table.setItem(at, first, _cell(row[-1], ""))
                table.setSpan(at, first, 1, len(row) - first)
        table.resizeColumnsToContents()
        if figure.drawn:  # beside a plot there is not room for every name
            most = _NAME_LETTERS * self.fontMetrics().averageCharWidth()
            table.setColumnWidth(0, min(table.columnWidth(0), most))
        table.horizontalHeader().setStretchLastSection(True)
        table.verticalHeader().setDefaultSectionSize(max(_LEAST_ROW, self.fontMetrics().height() + 10))

    def _save_picture(self) -> None:
        if self._figure is None or self._plot is None:
            return
        chosen, kind = QFileDialog.getSaveFileName(self, "Save the picture", f"{self._figure.id}.png", _PICTURES)
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() not in {".png", ".svg"}:
            path = path.with_name(f"{path.name}{'.svg' if 'svg' in kind else '.png'}")
        try:
            write_atomically(path, self._plot.picture(path.suffix.lower().removeprefix(".")))
        except AtollError as error:
            self.told.emit(str(error))
        else:
            self.told.emit(f"Saved: {path}")

    def _save_numbers(self) -> None:
        figure = self._figure
        if figure is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the numbers", f"{figure.id}.csv", "CSV table (*.csv)")
        if not chosen:
            return
        path = Path(chosen)
        path = path if path.suffix.lower() == ".csv" else path.with_name(f"{path.name}.csv")
        try:
            write_table(path, figure.csv(), figure.csv_columns)
        except AtollError as error:
            self.told.emit(str(error))
        else:
            self.told.emit(f"Saved: {path}, and what its columns mean beside it.")

    def _dress(self) -> None:
        self._picture.setIcon(icon("image"))
        self._numbers.setIcon(icon("table"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours and the size of text of the new theme."""
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and hasattr(self, "_area"):
            self._dress()
            if self._figure is not None:
                self.show_figure(self._figure)
        super().changeEvent(event)


def _cell(value: Value, unit: str) -> QTableWidgetItem:
    made = QTableWidgetItem(shown(value, unit))
    made.setToolTip(made.text())  # a long name is cut short
    side = Qt.AlignmentFlag.AlignLeft if isinstance(value, str) else Qt.AlignmentFlag.AlignRight
    made.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return made
