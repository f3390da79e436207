"""The list of sets: painted, two lines each."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from trainer.ui.theme import colours, icon

_Index = QModelIndex | QPersistentModelIndex
_OF: Final = int(Qt.ItemDataRole.UserRole)
_LINE: Final = _OF + 1
_PICTURE: Final = _OF + 2
_PAD: Final = 12
_ICON: Final = 20


class SetDelegate(QStyledItemDelegate):
    """Paints a set: its icon, when it was drawn, and where it stands."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002, N802 - Qt's
        """Return the height of two lines and their air."""
        return QSize(240, 2 * QFontMetrics(option.font).height() + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a set."""
        c = colours()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(2, 2, -2, -2)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.panel))
            painter.drawRoundedRect(box, 6, 6)
        if chosen:
            painter.setBrush(QColor(c.accent))
            painter.drawRoundedRect(QRect(box.left(), box.top() + 8, 4, box.height() - 16), 2, 2)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
        place = QRect(box.left() + _PAD, box.center().y() - _ICON // 2, _ICON, _ICON)
        icon(index.data(_PICTURE), c.accent if index.data(_PICTURE) == "play-circle" else c.dim).paint(painter, place)
        words = box.adjusted(2 * _PAD + _ICON, _PAD - 3, -_PAD, -_PAD + 3)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        for font, text, colour, flag in (
            (bold, index.data(), c.text, Qt.AlignmentFlag.AlignTop),
            (option.font, index.data(_LINE), c.dim, Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            short = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, int(flag), short)
        painter.restore()


class SetList(QListWidget):
    """The sets of a learner."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("set_list")
        self.setAccessibleName("Sets")
        self.setItemDelegate(SetDelegate(self))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumWidth(260)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    @property
    def chosen(self) -> str:
        """Identifier of the set that is chosen, "" for one to come."""
        item = self.currentItem()
        return str(item.data(_OF)) if item is not None else ""

    def add(self, title: str, line: str, picture: str, of: str) -> None:
        """Add a set at the end."""
        item = QListWidgetItem(title)
        for role, value in ((_OF, of), (_LINE, line), (_PICTURE, picture)):
            item.setData(role, value)
        said = f"{title}. {line}."
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        item.setToolTip(said)
        self.addItem(item)

    def choose(self, of: str) -> None:
        """Choose a set; the first, if it is not there."""
        rows = [str(self.item(row).data(_OF)) for row in range(self.count())]
        self.setCurrentRow(rows.index(of) if of in rows else 0)
