"""The taper as curve, table and templates; the text of it stands in the line above."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from trainer.core.time import DAYS_PER_WEEK
from trainer.knowledge.orderset import OrderSet
from trainer.knowledge.plan import Step
from trainer.knowledge.treatment import Treatment
from trainer.ui.step.order_words import source_name, source_words
from trainer.ui.step.section import button, column, guarded, label
from trainer.ui.step.taper import curve, dragged, edited, figures, longer
from trainer.ui.step.taper_curve import TaperCurve

_HEADS = ("From week", "Dose", "Unit", "Days")
_ROW, _MOST_ROWS = 26, 6
_NUMBER = ("dose", "unit", "days")


class TaperEditor(QWidget):
    """Curve and table of the same steps; what is changed in one shows in the other."""

    changed = Signal(object)
    """The steps as they are wanted, a tuple of `Step`."""
    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("taper_editor")
        self.setAccessibleName("Taper")
        self.steps: tuple[Step, ...] = ()
        self._treatment: Treatment | None = None
        self._weight_kg, self._day, self._at = 70.0, 0, 0
        self._busy = False
        self._sets: Sequence[OrderSet] = ()
        self.templates = QComboBox()
        self.templates.setObjectName("taper_templates")
        self.templates.setAccessibleName("Courses of others, to begin from")
        self.templates.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.templates.setMinimumContentsLength(8)
        guarded(self.templates)
        self.templates.activated.connect(self._take_template)
        self.curve = TaperCurve()
        self.curve.drawn.connect(self._draw)
        self.curve.chosen.connect(self._choose)
        self.table = QTableWidget(0, len(_HEADS))
        self.table.setObjectName("taper_table")
        self.table.setAccessibleName("Steps of the taper")
        self.table.setHorizontalHeaderLabels(list(_HEADS))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.itemChanged.connect(self._typed)
        self.table.currentCellChanged.connect(self._row_chosen)
        self.more = button("Add a step", "taper_more")
        self.less = button("Remove the step", "taper_less")
        self.more.clicked.connect(self._longer)
        self.less.clicked.connect(self._shorter)
        self.told = label(name="taper_figures")
        body = column(self, 0)
        for widget in (self.templates, self.curve, self.told, self.table):
            body.addWidget(widget)
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addWidget(self.less)
        body.addLayout(row)

    def show_templates(self, sets: Sequence[OrderSet]) -> None:
        """Offer courses of others."""
        self._sets = sets

    def open_for(self, treatment: Treatment, weight_kg: float, day: int) -> None:
        """Begin a course of a steroid."""
        self._treatment, self._weight_kg, self._day, self._at = treatment, weight_kg, day, 0
        self.templates.clear()
        self.templates.addItem("Begin from a course of others", "")
        for one in self._sets:
            if one.treatments[0].give == treatment.id:
                self.templates.addItem(f"{one.title} ({source_name(one.source)})", one.id)
                last = self.templates.count() - 1
                self.templates.setItemData(last, source_words(one), Qt.ItemDataRole.ToolTipRole)
        self.templates.setVisible(self.templates.count() > 1)
        self.show_steps(())

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show steps that were made elsewhere."""
        if self._treatment is None:
            return
        self.steps = tuple(steps)
        self._at = min(self._at, max(len(self.steps) - 1, 0))
        stretches = curve(self.steps, self._weight_kg)
        self.curve.show_stretches(stretches, self._at)
        self._busy = True
        self.table.setRowCount(len(self.steps))
        for row, (step, one) in enumerate(zip(self.steps, stretches, strict=True)):
            week = f"{one.from_day / DAYS_PER_WEEK:.1f}".removesuffix(".0")
            for place, text in enumerate((week, f"{step.dose:g}", step.unit, f"{step.days}")):
                self._cell(row, place, text)
        self.table.setFixedHeight(self.table.horizontalHeader().height() + _ROW * min(len(self.steps), _MOST_ROWS) + 6)
        self.table.setCurrentCell(self._at, max(self.table.currentColumn(), 1))
        self._busy = False
        self.table.setVisible(bool(self.steps))
        self.less.setEnabled(len(self.steps) > 1)
        self.told.setText(self._figures())

    def _cell(self, row: int, place: int, text: str) -> None:
        item = self.table.item(row, place)
        if item is None:
            item = QTableWidgetItem()
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            if place == 0:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.table.setItem(row, place, item)
        if item.text() != text:
            item.setText(text)

    def _figures(self) -> str:
        if not self.steps or self._treatment is None:
            return "Type the course above, or begin from one below it; draw its points to change it."
        found = figures(self.steps, self._treatment, self._weight_kg, self._day)
        weeks = f"{found.days / DAYS_PER_WEEK:.1f}".removesuffix(".0")
        kilos = f" At {self._weight_kg:.0f} kg." if any(step.unit == "mg/kg" for step in self.steps) else ""
        return (
            f"In all {found.cumulative_mg:,.0f} mg of prednisolone over {weeks} weeks; last dose on day "
            f"{found.end_day - 1}. {found.high_days} days at 20 mg or more.{kilos}"
        )

    def _offer(self, steps: Sequence[Step]) -> None:
        self.show_steps(steps)
        self.changed.emit(self.steps)

    def _draw(self, index: int, mg: float | None, end_day: int | None) -> None:
        if self._treatment is not None:
            self._at = index
            self._offer(dragged(self.steps, index, mg, end_day, self._weight_kg, self._treatment))

    def _choose(self, index: int) -> None:
        self._at = index
        self.show_steps(self.steps)

    def _row_chosen(self, row: int, _column: int, _was: int, _was_column: int) -> None:
        if not self._busy and row >= 0:
            self._at = row
            self.curve.show_stretches(curve(self.steps, self._weight_kg), row)

    def _typed(self, item: QTableWidgetItem) -> None:
        if self._busy or self._treatment is None or item.column() == 0:
            return
        self._at = item.row()
        made = edited(self.steps, item.row(), _NUMBER[item.column() - 1], item.text(), self._treatment)
        if isinstance(made, str):
            self.said.emit(made)
            self.show_steps(self.steps)
        else:
            self._offer(made)

    def _longer(self) -> None:
        self._at = len(self.steps)
        self._offer(longer(self.steps))

    def _shorter(self) -> None:
        if len(self.steps) > 1:
            self._offer((*self.steps[: self._at], *self.steps[self._at + 1 :]))

    def _take_template(self, _index: int) -> None:
        chosen = next((one for one in self._sets if one.id == self.templates.currentData()), None)
        if chosen is not None:
            self._at = 0
            self._offer(chosen.treatments[0].steps)
