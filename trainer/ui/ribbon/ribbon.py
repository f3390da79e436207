"""The time ribbon under the pictures."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trainer.ui.desk import Desk
from trainer.ui.ribbon.body import Body
from trainer.ui.ribbon.painting import button_style
from trainer.ui.ribbon.row import VISIT_ROW
from trainer.ui.ribbon.timeline import MEASURED, Timeline, timeline_of
from trainer.ui.theme import colours, icon

_GUTTER = 152
_HEADINGS = ("Day", "Week", "Kind", "What", "Details")
_SHARE = 0.17  # of the window's height
_FIRST = ("crp", "spo2")


class TimeRibbon(QWidget):
    """Visits, doses, drugs, events and what was measured, over one axis of days.

    Signals
    -------
    day_chosen : int
        The day of a CT that the learner wants to see.
    """

    day_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_ribbon")
        self.setAccessibleName("Time ribbon")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._body = Body(self)
        self._body.day_chosen.connect(self.day_chosen)
        self.setFocusProxy(self._body)
        self._table = _table()
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self._table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_table)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._body)
        self._stack.addWidget(self._table)
        self._day = QLabel("")
        self._day.setObjectName("ribbon_day")
        self._folded, self._asked = False, 0
        self._fold = self._tool("ribbon_fold", "Fold the ribbon to its visits", checkable=False)
        self._fold.clicked.connect(self._fold_clicked)
        self._as_table = self._tool("ribbon_table_toggle", "Show the ribbon as a table", checkable=True)
        self._as_table.clicked.connect(self._table_clicked)
        self._picks = {name: self._pick(name, short) for name, short, _ in MEASURED}
        self._lay_out()
        # Loading pyqtgraph takes a third of a second: the ribbon is painted first, then its plots are made.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._body.make_lanes)
        self._fit()
        self.restyle()
        self._body.pick(self.picked)

    def _fit(self) -> None:
        """Give the left side the width that its words need at this size of text."""
        day = self.fontMetrics().horizontalAdvance("Day 365 of 365")
        self._gutter.setFixedWidth(max(_GUTTER, day + 48))
        self.updateGeometry()

    def _tool(self, name: str, text: str, *, checkable: bool) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setCheckable(checkable)
        button.setMinimumSize(24, 24)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _pick(self, name: str, short: str) -> QToolButton:
        button = self._tool(f"plot_{name}", f"Plot {short}", checkable=True)
        button.setText(short)
        button.setChecked(name in _FIRST)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(self._picks_clicked)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        head.addWidget(self._fold)
        head.addWidget(self._day, 1)
        self._grid = QWidget()
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        for index, button in enumerate([*self._picks.values(), self._as_table]):
            grid.addWidget(button, index // 2, index % 2)
        gutter = QVBoxLayout()
        gutter.setContentsMargins(4, 2, 2, 2)
        gutter.setSpacing(4)
        gutter.addLayout(head)
        gutter.addWidget(self._grid)
        gutter.addStretch(1)
        self._gutter = QWidget()
        self._gutter.setLayout(gutter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._gutter)
        row.addWidget(self._stack, 1)

    @property
    def timeline(self) -> Timeline | None:
        """What is shown."""
        return self._body.timeline

    @property
    def body(self) -> Body:
        """The painted part."""
        return self._body

    @property
    def picked(self) -> tuple[str, ...]:
        """Identifiers of the quantities that are plotted."""
        return tuple(name for name, button in self._picks.items() if button.isChecked())

    @property
    def folded(self) -> bool:
        """Whether only the visits are shown."""
        return self._folded

    def show_desk(self, desk: Desk) -> None:
        """Show an encounter as it stands."""
        timeline = timeline_of(desk)
        if timeline == self._body.timeline:
            return
        self._body.show_timeline(timeline)
        self._day.setText(f"Day {timeline.today} of {timeline.last_day}")
        self.setAccessibleDescription(timeline.in_words())
        if self._as_table.isChecked():
            self._fill_table()

    def set_shown_days(self, days: Iterable[int]) -> None:
        """Mark the visits that are on show in the panes."""
        self._body.set_shown_days(tuple(sorted(set(days))))

    def fold(self, folded: bool) -> None:
        """Show only the visits, or everything."""
        if folded != self._folded:
            self._fold_clicked()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height that the ribbon wants: what it needs, and more in a tall window."""
        tall = max(self._body.least_height, round(_SHARE * self.window().height()))
        return QSize(900, VISIT_ROW if self.folded else tall)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height below which it cannot go."""
        return QSize(480, VISIT_ROW if self.folded else self._body.least_height)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for another height where the window has become taller or lower."""
        super().resizeEvent(event)
        if self.sizeHint().height() != self._asked:
            self._asked = self.sizeHint().height()
            self.updateGeometry()

    def restyle(self) -> None:
        """Take the colours and icons of the theme that is worn now."""
        c = colours()
        self._fold.setIcon(icon("caret-up" if self.folded else "caret-down"))
        self._gutter.setStyleSheet(button_style(c))
        self._as_table.setIcon(icon("table", c.on_accent if self._as_table.isChecked() else c.text))
        self._body.restyle()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow a change of theme while running."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_later"):
            self.restyle()
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_later"):
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Make the plots after the first painting."""
        super().showEvent(event)
        if self._body.lanes is None:
            self._later.start(0)

    def close_plots(self) -> None:
        """Let go of the plots; they come back when the ribbon is shown again."""
        self._later.stop()
        self._body.drop_lanes()

    def copy_table(self) -> None:
        """Put the table into the clipboard, separated by tabs."""
        timeline = self._body.timeline
        if timeline is not None:
            lines = [_HEADINGS, *timeline.rows()]
            QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def _picks_clicked(self) -> None:
        self._body.pick(self.picked)
        self.updateGeometry()

    def _fold_clicked(self) -> None:
        folded = self._folded = not self._folded
        self._grid.setVisible(not folded)
        self._body.set_collapsed(folded)
        self.setMaximumHeight(VISIT_ROW if folded else 16_777_215)
        self._fold.setIcon(icon("caret-up" if folded else "caret-down"))
        said = "Unfold the ribbon" if folded else "Fold the ribbon to its visits"
        self._fold.setToolTip(said)
        self._fold.setAccessibleName(said)
        if folded:
            self._as_table.setChecked(False)
            self._stack.setCurrentWidget(self._body)
        self.updateGeometry()

    def _table_clicked(self) -> None:
        shown = self._as_table.isChecked()
        if shown:
            self._fill_table()
        self._stack.setCurrentWidget(self._table if shown else self._body)
        self._as_table.setIcon(icon("table", colours().on_accent if shown else colours().text))

    def _fill_table(self) -> None:
        rows = self._body.timeline.rows() if self._body.timeline is not None else []
        self._table.setRowCount(len(rows))
        for index, row in enumerate(rows):
            for column, text in enumerate(row):
                self._table.setItem(index, column, QTableWidgetItem(text))
        self._table.resizeColumnsToContents()


def _table() -> QTableWidget:
    table = QTableWidget(0, len(_HEADINGS))
    table.setObjectName("ribbon_table")
    table.setMinimumSize(1, 1)  # it gives way where the ribbon is folded
    table.setAccessibleName("Time ribbon as a table")
    table.setHorizontalHeaderLabels(list(_HEADINGS))
    table.verticalHeader().hide()
    table.horizontalHeader().setStretchLastSection(True)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    return table
