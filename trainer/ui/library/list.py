"""The list of cases: its model, and how a row is painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from trainer.ui.library.catalogue import Row, State
from trainer.ui.theme import colours, icon

ROW: Final = int(Qt.ItemDataRole.UserRole)
ICONS: Final[dict[State, str]] = {"new": "circle", "in play": "play-circle", "done": "check-circle"}
_Index = QModelIndex | QPersistentModelIndex
_PAD: Final = 14
_ICON: Final = 20


class CaseModel(QAbstractListModel):
    """The rows that the filter lets pass."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows on show."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and Qt's default
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Return the row itself, or its words for a reader of the screen."""
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role == int(Qt.ItemDataRole.DisplayRole):
            return row.title
        if role in {int(Qt.ItemDataRole.AccessibleTextRole), int(Qt.ItemDataRole.ToolTipRole)}:
            return f"{row.title}. {row.setting}, {row.minutes} minutes, {row.difficulty}. {row.state_text}."
        return None


class CaseDelegate(QStyledItemDelegate):
    """Paints a row: the title above its facts, and on the right where the learner stands."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002, N802 - Qt's
        """Return the height of two lines and their air."""
        height = QFontMetrics(_title_font(option.font)).height() + QFontMetrics(_small_font(option.font)).height()
        return QSize(320, height + 2 * _PAD + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a row."""
        row: Row = index.data(ROW)
        c = colours()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        under = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(2, 2, -2, -2)
        if chosen or under:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.panel))
            painter.drawRoundedRect(box, 6, 6)
        if chosen:
            painter.setBrush(QColor(c.accent))
            painter.drawRoundedRect(QRect(box.left(), box.top() + 8, 4, box.height() - 16), 2, 2)
        if focus:
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
        self._write(painter, option.font, box.adjusted(_PAD, _PAD - 2, -_PAD, -_PAD + 2), row)
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, font: QFont, box: QRect, row: Row) -> None:
        c = colours()
        small = QFontMetrics(_small_font(font))
        state = row.state_text
        right = QRect(box)
        right.setLeft(box.right() - small.horizontalAdvance(state) - 2)
        middle = box.center().y()
        tint = {"new": c.dim, "in play": c.accent, "done": c.good}[row.state]
        place = QRect(right.left() - _ICON - 6, middle - _ICON // 2, _ICON, _ICON)
        icon(ICONS[row.state], tint).paint(painter, place)
        painter.setFont(_small_font(font))
        painter.setPen(QColor(c.dim if row.state == "new" else c.text))
        painter.drawText(right, int(Qt.AlignmentFlag.AlignVCenter), state)
        words = QRect(box)
        words.setRight(place.left() - _PAD)
        title = QFontMetrics(_title_font(font))
        painter.setFont(_title_font(font))
        painter.setPen(QColor(c.text))
        elided = title.elidedText(row.title, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignTop), elided)
        painter.setFont(_small_font(font))
        painter.setPen(QColor(c.dim))
        facts = small.elidedText(row.facts, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignBottom), facts)


class CaseList(QListView):
    """The list of cases."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("case_list")
        self.setAccessibleName("Cases")
        self.cases = CaseModel(self)
        self.setModel(self.cases)
        self.setItemDelegate(CaseDelegate(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMinimumWidth(360)
        self.viewport().setAutoFillBackground(False)

    @property
    def row(self) -> Row | None:
        """The row that is chosen."""
        index = self.currentIndex()
        return self.cases.rows[index.row()] if index.isValid() else None

    def choose(self, case: str) -> None:
        """Choose a case; the first, if it is not on show."""
        rows = self.cases.rows
        place = next((number for number, row in enumerate(rows) if row.case == case), 0)
        if rows:
            self.setCurrentIndex(self.cases.index(place))


def _title_font(font: QFont) -> QFont:
    made = QFont(font)
    made.setPointSizeF(font.pointSizeF() * 1.15)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def _small_font(font: QFont) -> QFont:
    made = QFont(font)
    made.setPointSizeF(font.pointSizeF() * 0.95)
    return made
