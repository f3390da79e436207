"""The line below the pictures: what the tool in hand does, the mark or change that is chosen, and what is under way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from trainer.knowledge.statement import CHANGES
from trainer.ui.reading.marks import RATINGS, Note, Placed
from trainer.ui.strip import Elided
from trainer.ui.theme import colours, icon


class Card(QWidget):
    """One line high.

    Signals
    -------
    rated : int
        1 to 4.
    signed : object
        The sign of the chosen mark, or None.
    said : str
        What became of the chosen opacity.
    deleted
    cancelled
        Whoever works for the pictures shall stop.
    left
        The keyboard goes back to the picture.
    """

    rated = Signal(int)
    signed = Signal(object)
    said = Signal(str)
    deleted = Signal()
    cancelled = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.hint = Elided("room_hint", "What the tool does")
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint.setMinimumHeight(28)
        self.ratings = QButtonGroup(self)
        self.changes = QButtonGroup(self)
        self.mark_row = QWidget(self)
        row = self._row(self.mark_row, "Mark, how sure:")
        for n, word in enumerate(RATINGS, 1):
            self._button(row, self.ratings, n, f"{n} {word}", f"rating_{n}")
        self.signs = QComboBox(self)
        self.signs.setObjectName("mark_sign")
        self.signs.setAccessibleName("Sign of the mark")
        self.signs.setMinimumHeight(24)
        self.signs.setMinimumContentsLength(10)
        self.signs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        row.addWidget(self.signs)
        self.change_row = QWidget(self)
        row = self._row(self.change_row, "This opacity is:")
        for n, word in enumerate(CHANGES):
            self._button(row, self.changes, n, word, f"change_{word}")
        self.delete = QToolButton(self)
        self.delete.setObjectName("delete_mark")
        self.delete.setAccessibleName("Delete the chosen mark")
        self.delete.setToolTip("Delete (Del)")
        self.delete.setMinimumSize(26, 26)
        self.progress = QProgressBar(self)
        self.progress.setObjectName("pictures_progress")
        self.progress.setAccessibleName("Pictures being made")
        self.progress.setRange(0, 100)
        self.progress.setFixedSize(80, 22)
        self.doing = QLabel(self)
        self.doing.setObjectName("pictures_doing")
        self.doing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.stop = QToolButton(self)
        self.stop.setObjectName("cancel_pictures")
        self.stop.setText("Cancel")
        self.stop.setMinimumHeight(24)
        self.stop.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 4, 0)
        for widget in (self.mark_row, self.change_row, self.delete):
            line.addWidget(widget)
        line.addWidget(self.hint, 1)
        line.addWidget(self.doing, 1)
        line.addWidget(self.progress)
        line.addWidget(self.stop)
        self.ratings.idClicked.connect(self.rated)
        self.changes.idClicked.connect(self._say)
        self.signs.activated.connect(self._sign)
        self.delete.clicked.connect(self.deleted)
        self.stop.clicked.connect(self.cancelled)
        self.show_nothing()
        self.show_progress(1.0, "")
        self._dress()

    def _row(self, where: QWidget, title: str) -> QHBoxLayout:
        row = QHBoxLayout(where)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(QLabel(title, where))
        return row

    def _button(self, row: QHBoxLayout, group: QButtonGroup, number: int, text: str, name: str) -> None:
        button = QToolButton(self)
        button.setText(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setCheckable(True)
        button.setMinimumHeight(26)
        button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        group.addButton(button, number)
        row.addWidget(button)

    def _dress(self) -> None:
        c = colours()
        style = (
            "QToolButton { padding: 0px 5px; }"
            f"QToolButton:checked {{ border: 2px solid {c.accent}; padding: 0px 4px; background: {c.field}; }}"
        )
        if style != self.styleSheet():
            self.setStyleSheet(style)
        self.delete.setIcon(icon("trash"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Wear the theme's icons."""
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Rate with 1 to 4, or say the n-th change; Return and Escape go back to the picture."""
        number = event.key() - int(Qt.Key.Key_1)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.deleted.emit()
        elif not self.mark_row.isHidden() and 0 <= number < len(RATINGS):
            self.rated.emit(number + 1)
        elif not self.change_row.isHidden() and 0 <= number < len(CHANGES):
            self.said.emit(CHANGES[number])
        else:
            super().keyPressEvent(event)

    def _say(self, number: int) -> None:
        self.said.emit(CHANGES[number])

    def _sign(self, row: int) -> None:
        self.signed.emit(self.signs.itemData(row))

    def set_signs(self, names: Sequence[tuple[str, str]]) -> None:
        """Offer signs, by identifier and name."""
        self.signs.clear()
        self.signs.addItem("no sign named", None)
        for identifier, name in names:
            self.signs.addItem(name, identifier)

    def say(self, text: str) -> None:
        """Show a line of text."""
        self.hint.say(text)

    def show_nothing(self) -> None:
        """Show no mark."""
        for row in (self.mark_row, self.change_row, self.delete):
            row.hide()

    def show_mark(self, placed: Placed, locked: bool) -> None:
        """Show the chosen mark."""
        self.change_row.hide()
        self.mark_row.show()
        self.delete.show()
        self.ratings.button(placed.mark.rating).setChecked(True)
        with QSignalBlocker(self.signs):
            self.signs.setCurrentIndex(max(0, self.signs.findData(placed.mark.sign)) if placed.mark.sign else 0)
        for part in (*self.ratings.buttons(), self.signs, self.delete):
            part.setEnabled(not locked)

    def show_note(self, note: Note, locked: bool) -> None:
        """Show the chosen opacity."""
        self.mark_row.hide()
        self.change_row.show()
        self.delete.show()
        chosen = None if note.change is None else CHANGES.index(note.change)
        self.changes.setExclusive(False)
        for button in self.changes.buttons():
            button.setChecked(self.changes.id(button) == chosen)
        self.changes.setExclusive(True)
        for part in (*self.changes.buttons(), self.delete):
            part.setEnabled(not locked)

    def focus_choice(self) -> None:
        """Take the keyboard, so that a mark made by keys is rated by keys."""
        group = self.ratings if not self.mark_row.isHidden() else self.changes
        button: QAbstractButton | None = group.checkedButton() or group.buttons()[0]
        if button is not None and not button.isHidden():
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_progress(self, share: float, text: str) -> None:
        """Show how far the pictures are; nothing once they are done."""
        under_way = share < 1.0
        self.progress.setVisible(under_way)
        self.stop.setVisible(under_way)
        self.progress.setValue(round(100.0 * share))
        self.doing.setVisible(under_way)
        self.doing.setText(text)
        self.progress.setToolTip(text)
        self.hint.setVisible(not under_way)
