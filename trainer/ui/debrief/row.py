"""A list whose rows are painted, chosen by mouse or arrows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from trainer.ui.theme import Colours, colours

_Index = QModelIndex | QPersistentModelIndex


class RowList(QListWidget):
    """Rows of one height; a subclass paints them, and each has words for those who hear it.

    Parameters
    ----------
    name, title : str
        Object name and accessible name.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self._delegate = _Delegate(self)
        self.setItemDelegate(self._delegate)

    def set_rows(self, told: Sequence[str]) -> None:
        """Have so many rows, each with what is heard of it; the first is chosen."""
        self.blockSignals(True)
        self.clear()
        self.addItems(list(told))
        self.blockSignals(False)
        if told:
            self.setCurrentRow(0)

    @abstractmethod
    def row_height(self) -> int:
        """Return the height of a row in pixels."""

    @abstractmethod
    def paint_row(self, painter: QPainter, box: QRect, row: int, c: Colours) -> None:
        """Paint one row."""


class _Delegate(QStyledItemDelegate):
    def __init__(self, rows: RowList) -> None:
        super().__init__(rows)
        self._rows = rows

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802, ARG002 - Qt's
        return QSize(120, self._rows.row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        c = colours()
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(c.panel))
            painter.fillRect(QRect(box.left(), box.top() + 4, 4, box.height() - 8), QColor(c.accent))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(c.accent), 1.5))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        self._rows.paint_row(painter, box.adjusted(14, 0, -10, 0), index.row(), c)
        painter.restore()
