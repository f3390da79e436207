"""The slider through a pane's slices."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from trainer.ui.theme import colours

_WIDTH = 24
_GROOVE, _HANDLE = 4, 16


class SliceSlider(QSlider):
    """An upright slider that paints itself: it is painted at every step of scrolling.

    By a style sheet a slider as high as a pane takes some 2.5 ms, more than the picture beside it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFixedWidth(_WIDTH)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw groove, what lies below the handle, the handle, and where the keyboard is."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control = QStyle.ComplexControl.CC_Slider
        handle = self.style().subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, self)
        c = colours()
        left = (self.width() - _GROOVE) // 2
        middle = handle.center().y()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(c.ground))
        painter.fillRect(QRect(left, 2, _GROOVE, self.height() - 4), QColor(c.line))
        painter.fillRect(QRect(left, middle, _GROOVE, self.height() - 2 - middle), QColor(c.accent))
        side = (self.width() - _HANDLE) // 2
        knob = QRect(side, middle - _HANDLE // 2, _HANDLE, _HANDLE)
        painter.fillRect(knob, QColor(c.accent if self.hasFocus() else c.dim))
        painter.fillRect(knob.adjusted(2, 2, -2, -2), QColor(c.panel))
        painter.end()
