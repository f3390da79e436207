"""What the reader has set down, with undo and redo."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from trainer.ui.reading.marks import Jotting


class _Step(QUndoCommand):
    def __init__(self, book: Book, text: str, before: Jotting, after: Jotting) -> None:
        super().__init__(text)
        self._book, self._before, self._after = book, before, after

    def undo(self) -> None:
        self._book.turn(self._before)

    def redo(self) -> None:
        self._book.turn(self._after)


class Book(QObject):
    """Keeps a `Jotting` and all those before it.

    Signals
    -------
    changed
        Something was set down, taken back or done again.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet = Jotting()
        self.stack = QUndoStack(self)

    def write(self, text: str, after: Jotting) -> None:
        """Set something down; ``text`` says what, for the undo button."""
        if after != self.sheet:
            self.stack.push(_Step(self, text, self.sheet, after))

    def turn(self, sheet: Jotting) -> None:
        """Show a jotting, without a way back; only undo and redo do so."""
        self.sheet = sheet
        self.changed.emit()
