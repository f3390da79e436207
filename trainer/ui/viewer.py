"""A pane that shows one grey picture and scrolls.

Crude: one pane, one window, no measuring.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class SliceView(QWidget):
    """Shows a picture with its caption and SIMULATED; the wheel asks for another slice.

    Signals
    -------
    scrolled : int
        Slices to move by, up positive.
    """

    scrolled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slice_view")
        self.setAccessibleName("CT slice")
        self.setMinimumSize(512, 512)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._grey: np.ndarray | None = None
        self._caption = ""

    @property
    def picture(self) -> np.ndarray | None:
        """The picture shown, uint8, shape (rows, columns)."""
        return self._grey

    def show_picture(self, grey: np.ndarray, caption: str) -> None:
        """Show a picture, uint8, shape (rows, columns), with a caption."""
        self._grey = np.ascontiguousarray(grey)
        self._caption = caption
        self.setAccessibleDescription(caption)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the picture as large as it fits, and the text over it."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(0, 0, 0))
        if self._grey is not None:
            rows, columns = self._grey.shape
            image = QImage(self._grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
            side = min(self.width(), self.height())
            place = QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
        painter.setPen(QColor(230, 230, 230))
        area = self.rect().adjusted(8, 6, -8, -6)
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, self._caption)
        painter.drawText(
            area, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, "SIMULATED, not for diagnosis"
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, "R")
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the slice above or below."""
        steps = round(event.angleDelta().y() / 120)
        if steps:
            self.scrolled.emit(steps)
        event.accept()
