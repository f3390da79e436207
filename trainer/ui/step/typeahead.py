"""A line to type into, with what it may mean below it; no window of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

_ROW = 26


class TypeAhead(QWidget):
    """Finds things while one types; Return takes the first, Down goes into the list.

    Parameters
    ----------
    name : str
        Of the line; the list is called after it.
    prompt : str
        Shown in the empty line, and read out.
    find : callable
        From what is typed to pairs of identifier and text.
    """

    chosen = Signal(str, str)
    """Identifier, and what was typed."""

    def __init__(self, name: str, prompt: str, find: Callable[[str], Sequence[tuple[str, str]]]) -> None:
        super().__init__()
        self._find = find
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setAccessibleName(prompt)
        self.line.setPlaceholderText(prompt)
        self.line.setClearButtonEnabled(True)
        self.line.setMaxLength(200)
        self.list = QListWidget()
        self.list.setObjectName(f"{name}_matches")
        self.list.setAccessibleName(f"{prompt}: matches")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self._typed)
        self.line.textChanged.connect(self._cleared)
        self.line.returnPressed.connect(self._take_first)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(self._take)
        self.list.itemActivated.connect(self._take)
        self.list.installEventFilter(self)

    def _typed(self, text: str) -> None:
        found = self._find(text)
        self.list.clear()
        for identifier, words in found:
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, identifier)
            item.setToolTip(words)
            self.list.addItem(item)
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(_ROW * max(len(found), 1) + 4)

    def _cleared(self, text: str) -> None:
        if not text:
            self.list.clear()
            self.list.hide()

    def _take_first(self) -> None:
        if self.list.count():
            self._take(self.list.item(max(self.list.currentRow(), 0)))

    def _take(self, item: QListWidgetItem) -> None:
        identifier, typed = str(item.data(Qt.ItemDataRole.UserRole)), self.line.text()
        self.line.clear()
        self.line.setFocus()
        self.chosen.emit(identifier, typed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let Down and Up go between line and list, and Escape close the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if watched is self.line and key == Qt.Key.Key_Down and self.list.count():
                self.list.setCurrentRow(0)
                self.list.setFocus()
                return True
            if watched is self.list and key == Qt.Key.Key_Up and self.list.currentRow() == 0:
                self.list.setCurrentRow(-1)
                self.line.setFocus()
                return True
            if watched is self.list and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentItem():
                self._take(self.list.currentItem())
                return True
            if key == Qt.Key.Key_Escape and self.line.text():
                self.line.clear()
                self.line.setFocus()
                return True
        return super().eventFilter(watched, event)
