"""What stands beside the list of sets: one column of words and parts that scrolls rather than being squeezed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget


class Leaf(QScrollArea):
    """A column.

    Parameters
    ----------
    name : str
        Of the object.

    Attributes
    ----------
    column : QVBoxLayout
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = QWidget()
        self._inside.setObjectName(f"{name}_inside")
        self._inside.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self._inside.setAutoFillBackground(True)
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(28, 24, 28, 24)
        self.column.setSpacing(10)
        self.setWidget(self._inside)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the texts the height that they need at the new width."""
        super().resizeEvent(event)
        self.fit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Give the texts the height that they need: those of a page that is not seen have none."""
        super().showEvent(event)
        self.fit()

    def fit(self) -> None:
        """Be as high as the texts want: a scroll area asks no layout how high it is at its width."""
        self.column.activate()
        self._inside.setMinimumHeight(self.column.heightForWidth(self.viewport().width()))


def words(name: str, kind: str = "", text: str = "") -> QLabel:
    """Return a text that wraps, of a kind that the style sheet knows."""
    label = QLabel(text)
    label.setObjectName(name)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def button(name: str, text: str, kind: str = "") -> QPushButton:
    """Return a button with a name."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text.strip())
    made.setProperty("kind", kind)
    return made


def clear(layout: QLayout) -> None:
    """Take everything out of a layout, and out of sight at once."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
