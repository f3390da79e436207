"""The page on which Atoll opens: the cases, and what may be done with the one that is chosen."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trainer.core.error import AtollError
from trainer.core.place import chests_dir
from trainer.course.person import ChestName
from trainer.encounter.run import Mode
from trainer.knowledge.contents import contents, policy_titles
from trainer.records.learner import Learner, choose_learner, learners
from trainer.records.selfassessment import withheld
from trainer.records.shelf import Entry, Shelf
from trainer.ui.library.catalogue import (
    DIFFICULTIES,
    SETTINGS,
    STATES,
    Filter,
    Row,
    StartRequest,
    catalogue,
    chosen,
)
from trainer.ui.library.detail import CaseDetail
from trainer.ui.library.learner_bar import LearnerBar
from trainer.ui.library.list import CaseList
from trainer.ui.shortcut import bind
from trainer.ui.theme import icon

if TYPE_CHECKING:
    from trainer.ui.library.learner_sheet import LearnerSheet

_WHAT = "Simulated patients with shadows on the chest CT, read and treated through time. For training only."


class LibraryPage(QWidget):
    """The cases.

    Parameters
    ----------
    shelf : Shelf
        Of the learner who plays.

    Attributes
    ----------
    start_asked : Signal(StartRequest)
    resume_asked, debrief_asked : Signal(str)
        Name of the run on the shelf.
    learner_changed : Signal(Learner)
        Another learner plays from now on, and is remembered as such; or the same one under another name or with
        another day of the examination. Whoever hears it answers with `show_learner`.
    review_asked, results_asked, assessment_asked, preferences_asked, shortcuts_asked : Signal()
    """

    start_asked = Signal(object)
    resume_asked = Signal(str)
    debrief_asked = Signal(str)
    learner_changed = Signal(object)
    review_asked = Signal()
    results_asked = Signal()
    assessment_asked = Signal()
    preferences_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, shelf: Shelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library_page")
        self._shelf = shelf
        self._learner: Learner | None = None
        self._contents = contents()
        self._rows: tuple[Row, ...] = ()
        self.list = CaseList()
        self.detail = CaseDetail(policy_titles())
        self.bar = LearnerBar()
        self._sheet: LearnerSheet | None = None
        self._search = QLineEdit()
        self._setting = _choice("filter_setting", "Setting", "Any setting", SETTINGS)
        self._difficulty = _choice("filter_difficulty", "Difficulty", "Any difficulty", DIFFICULTIES)
        self._state = _choice("filter_state", "State", "Any state", STATES)
        self._count = _named(QLabel(), "case_count")
        self._line = _named(QLabel(), "library_line")
        self._preferences = _tool("open_preferences", "Preferences")
        self._shortcuts = _tool("open_shortcuts", "Shortcuts")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        name = _named(QLabel("Atoll"), "product_name")
        name.setProperty("kind", "brand")
        what = _named(QLabel(_WHAT), "product_line")
        what.setProperty("kind", "dim")
        header = QHBoxLayout()
        header.setContentsMargins(28, 16, 20, 14)
        header.setSpacing(18)
        what.setWordWrap(True)
        header.addWidget(name)
        header.addWidget(what, 1)
        header.addWidget(self._shortcuts)
        header.addWidget(self._preferences)
        self._search.setObjectName("case_search")
        self._search.setAccessibleName("Search the cases")
        self._search.setPlaceholderText("Search the cases")
        self._search.setClearButtonEnabled(True)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        for choice in (self._setting, self._difficulty, self._state):
            filters.addWidget(choice, 1)
        left = QVBoxLayout()
        left.setContentsMargins(24, 18, 12, 8)
        left.setSpacing(10)
        left.addWidget(self._search)
        left.addLayout(filters)
        left.addWidget(self.list, 1)
        left.addWidget(self._count)
        side = QWidget()
        side.setLayout(left)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("library_split")
        split.setChildrenCollapsible(False)
        split.addWidget(side)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 6)
        split.setSizes([600, 760])
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setProperty("kind", "rule")
        self._line.setContentsMargins(28, 4, 28, 8)
        self._line.setWordWrap(True)
        self._line.setProperty("kind", "dim")
        self._line.hide()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addLayout(header)
        page.addWidget(self.bar)
        page.addWidget(rule)
        page.addWidget(split, 1)
        page.addWidget(self._line)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._narrow)
        for choice in (self._setting, self._difficulty, self._state):
            choice.currentIndexChanged.connect(self._narrow)
        self._search.returnPressed.connect(self.list.setFocus)
        self.list.selectionModel().currentChanged.connect(self._show_chosen)
        self.list.activated.connect(self._activate)
        self.detail.start_asked.connect(self._ask_start)
        self.detail.resume_asked.connect(self.resume_asked)
        self.detail.debrief_asked.connect(self.debrief_asked)
        self.bar.chosen.connect(self._switch)
        self.bar.sheet_asked.connect(self.show_sheet)
        self.bar.review_asked.connect(self.review_asked)
        self.bar.results_asked.connect(self.results_asked)
        self.bar.assessment_asked.connect(self.assessment_asked)
        self._preferences.clicked.connect(self.preferences_asked)
        self._shortcuts.clicked.connect(self.shortcuts_asked)
        bind(self, "search", self._search.setFocus)
        top = (self._shortcuts, self._preferences, *self.bar.parts)
        narrow = (self._search, self._setting, self._difficulty, self._state)
        for before, after in pairwise((*top, *narrow, self.list, *self.detail.parts)):
            QWidget.setTabOrder(before, after)
        self._dress()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look at the shelf again, and be ready for the keys."""
        super().showEvent(event)
        self.refresh()
        self.list.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Hand the focus on to the list; a proxy would take Tab round the page away."""
        super().focusInEvent(event)
        self.list.setFocus()

    def refresh(self) -> None:
        """Look at the shelf again, as whenever the page is shown."""
        entries: tuple[Entry, ...] = ()
        silent: frozenset[str] = frozenset()
        try:
            entries = self._shelf.entries()
            silent = withheld(self._shelf.records, self._shelf.learner_id)
            self._show_learners()
        except AtollError as error:
            self.tell(str(error))
        self.detail.set_chests(_chests())
        self._rows = catalogue(self._contents.cases, entries, silent)
        self._narrow()
        complaints = (*self._contents.left_out, *self._shelf.complaints)
        if complaints:
            self.tell("  ".join(complaints))

    def _show_learners(self) -> None:
        known = learners(self._shelf.records)
        self._learner = next((one for one in known if one.id == self._shelf.learner_id), None)
        if self._learner is not None:
            self.bar.show_learners(known, self._learner)

    def show_learner(self, learner: Learner, shelf: Shelf) -> None:
        """Show what a learner has played, and who plays."""
        self._learner, self._shelf = learner, shelf
        self.refresh()

    def show_due(self, count: int) -> None:
        """Show how many cards are due."""
        self.bar.show_due(count)

    def show_sheet(self) -> None:
        """Show the sheet of the learner who plays; there is one at a time."""
        from trainer.ui.library.learner_sheet import LearnerSheet

        if self._learner is None:
            return
        self._close_sheet()
        sheet = LearnerSheet(self._shelf.records, self._learner, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.changed.connect(self.learner_changed)
        sheet.switched.connect(self._switch_in_sheet)
        sheet.finished.connect(self._forget_sheet)
        self._sheet = sheet
        sheet.show()

    def _forget_sheet(self) -> None:
        self._sheet = None

    def _close_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.close()

    def _switch(self, learner: Learner) -> None:
        self._close_sheet()
        self._switch_in_sheet(learner)

    def _switch_in_sheet(self, learner: Learner) -> None:
        try:
            choose_learner(learner)
        except AtollError as error:
            self.tell(str(error))
        self.learner_changed.emit(learner)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Put the sheet away: nobody is to be erased while he plays."""
        self._close_sheet()
        super().hideEvent(event)

    def tell(self, line: str) -> None:
        """Say something in the line at the foot."""
        self._line.setText(line)
        self._line.setVisible(bool(line))

    @property
    def row(self) -> Row | None:
        """The case that is chosen."""
        return self.list.row

    def _narrow(self) -> None:
        before = self.list.row.case if self.list.row is not None else ""
        wanted = Filter(
            self._search.text(), self._setting.currentData(), self._difficulty.currentData(), self._state.currentData()
        )
        rows = chosen(self._rows, wanted)
        self.list.cases.show_rows(rows)
        self.list.choose(before)
        self._show_chosen()
        none = "  ·  nothing fits; clear the search or the filters" if not rows else ""
        self._count.setText(f"{len(rows)} of {len(self._rows)} cases{none}")

    def _show_chosen(self) -> None:
        self.detail.show_row(self.list.row)

    def _activate(self, _: QModelIndex) -> None:
        self.detail.go_on()

    def _ask_start(self, mode: Mode, time_factor: float, policy: str, chest: ChestName | None) -> None:
        row = self.list.row
        if row is None:
            return
        seed = self._shelf.next_seed(row.case)
        self.start_asked.emit(StartRequest(row.case, seed, mode, time_factor, policy, chest))

    def _dress(self) -> None:
        self._preferences.setIcon(icon("gear-six"))
        self._shortcuts.setIcon(icon("keyboard"))
        self.bar.dress()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the icons of the new theme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shortcuts"):
            self._dress()
            self.detail.show_row(self.list.row)
        super().changeEvent(event)


def _choice(name: str, spoken: str, anything: str, words: tuple[str, ...]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(spoken)
    box.addItem(anything, "")
    for word in words:
        box.addItem(word.capitalize(), word)
    return box


def _named(label: QLabel, name: str) -> QLabel:
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _tool(name: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setAccessibleName(text)
    button.setToolTip(text)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAutoRaise(True)
    return button


def _chests() -> list[ChestName]:
    """Return the imported chests; where none ever was, nothing is loaded that the start would wait for."""
    if not chests_dir().is_dir():
        return []
    from trainer.chest.chests import imported_chests

    return [chest.named for chest in imported_chests()]
