"""What must hold of every widget: a name, a target of 24 pixels, text that can be read."""

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTableView,
    QTextEdit,
    QWidget,
)

_DRIVEN = (
    QAbstractButton, QAbstractSpinBox, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit,
    QAbstractItemView, QTabBar,
)  # fmt: skip
_LEAST_TARGET = 24  # WCAG 2.2, 2.5.8
_BORDER = 3  # px at the edge of a widget that are no text
_LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    """Contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _inner(widget):
    """Whether a widget is a part that Qt itself put into another, such as the line of a combo box."""
    if widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView, QTabBar)):
            return True
        parent = parent.parentWidget()
    return False


def _called(widget):
    return f"{type(widget).__name__} {widget.objectName() or '(no name)'}"


def _named(widget):
    words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
    if words.strip():
        return True
    root = widget.window()
    return any(label.buddy() is widget for label in root.findChildren(QLabel))


def _of_names(widget):
    if not widget.objectName():
        yield f"{_called(widget)} has no objectName"
    if not _named(widget):
        yield f"{_called(widget)} has no accessible name"


def _height_of(view):
    if isinstance(view, QTableView):
        return view.rowHeight
    return lambda row: view.visualRect(view.model().index(row, 0)).height()


def _of_size(widget):
    wide, tall = widget.width(), widget.height()
    if isinstance(widget, QAbstractItemView):
        model = widget.model()
        rows = range(min(model.rowCount(), 50)) if model is not None else ()
        low = min((size for size in map(_height_of(widget), rows) if size > 0), default=_LEAST_TARGET)
        if low < _LEAST_TARGET:
            yield f"{_called(widget)} has a row of {low} px"
    elif isinstance(widget, QTabBar):
        for index in range(widget.count()):
            rect: QRect = widget.tabRect(index)
            if min(rect.width(), rect.height()) < _LEAST_TARGET:
                yield f"{_called(widget)}: tab {index} is {rect.width()} x {rect.height()} px"
    elif min(wide, tall) < _LEAST_TARGET:
        yield f"{_called(widget)} is {wide} x {tall} px"


class _Picture:
    """What a window looks like, to see what text stands on."""

    def __init__(self, root):
        self.root = root
        pixmap = root.grab()
        image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGB32)
        self.scale = pixmap.devicePixelRatio()
        rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
        self.pixels = rows[:, : image.width()].copy()

    def text_and_ground(self, widget):
        """Return the colours of the visible part of a widget that stand out most, and that are most common.

        Palettes are no help: a style sheet's colours of a pressed button are in none of them.
        """
        seen = widget.visibleRegion().boundingRect()
        seen = seen.intersected(widget.rect().adjusted(_BORDER, _BORDER, -_BORDER, -_BORDER))
        corner = widget.mapTo(self.root, seen.topLeft())
        left, top = (round(self.scale * max(0, at)) for at in (corner.x(), corner.y()))
        wide, tall = round(self.scale * seen.width()), round(self.scale * seen.height())
        part = self.pixels[top : top + tall, left : left + wide]
        if not part.size:
            return None
        colours, counts = np.unique(part, return_counts=True)
        ground = QColor.fromRgb(int(colours[counts.argmax()]))
        return max((QColor.fromRgb(int(one)) for one in colours), key=lambda one: contrast(one, ground)), ground


def _of_text(widget, picture):
    """Check a text against what is seen around it; of several colours the clearest counts."""
    text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""
    colours = picture.text_and_ground(widget) if text else None
    if colours is not None and contrast(*colours) < _LEAST_CONTRAST:
        front, ground = colours
        said = f"contrast {contrast(front, ground):.1f} of {front.name()} on {ground.name()}"
        yield f"{_called(widget)}: {said} for {text[:30]!r}"


def faults(root):
    """Return what is wrong with the visible widgets under one, line by line; nothing when all is well."""
    found, picture = [], _Picture(root)
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisibleTo(root) or _inner(widget):
            continue
        if isinstance(widget, _DRIVEN):
            found += [*_of_names(widget), *_of_size(widget)]
        found += _of_text(widget, picture)
    return found
