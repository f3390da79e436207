"""What the sections of the panel have in common."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from trainer.ui.desk import Desk
from trainer.ui.step.draft import Draft
from trainer.ui.step.standing import Standing

MARGIN = 8


class SectionView(QWidget):
    """A section: shows a draft and offers another; it decides nothing.

    Parameters
    ----------
    name : str
        Of the section, and of the widget.
    title : str
        As it is read out.
    """

    edited = Signal(object)
    """A `Draft` that is wanted instead."""
    said = Signal(str)
    """A line for the learner."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"section_{name}")
        self.setAccessibleName(title)
        self.draft = Draft(day=0)
        self.desk: Desk | None = None
        self.standing: Standing | None = None

    def show_state(self, desk: Desk, standing: Standing, draft: Draft) -> None:
        """Show a draft where the step stands."""
        self.desk, self.standing, self.draft = desk, standing, draft
        self.refresh(desk, standing, draft)

    def refresh(self, desk: Desk, standing: Standing, draft: Draft, /) -> None:
        """Bring the widgets in line; each section has its own way."""
        raise NotImplementedError

    def start(self) -> QWidget:
        """Return the widget that gets the keyboard when the section is chosen."""
        return self


class WheelGuard(QObject):
    """Keeps the wheel, which is meant for the scroll area, from changing what the pointer happens to be on."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Pass the wheel on unless the widget has the keyboard."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class OneClick(QObject):
    """Takes a double click for one click, lest its second half say yes to what the first has asked."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let the second press of a double click be none."""
        return event.type() == QEvent.Type.MouseButtonDblClick or super().eventFilter(watched, event)


def clicked_once(*buttons: QPushButton) -> None:
    """Let buttons whose act cannot be taken back hear a double click once."""
    for one in buttons:
        one.installEventFilter(OneClick(one))


def guarded(*widgets: QWidget) -> None:
    """Guard widgets against the wheel."""
    for widget in widgets:
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(WheelGuard(widget))


def scrolled(inner: QWidget, name: str) -> QScrollArea:
    """Return a scroll area, up and down alone, around a widget."""
    area = QScrollArea()
    area.setObjectName(name)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inner.setProperty("inner", True)
    area.setWidget(inner)
    return area


def column(widget: QWidget, margin: int = MARGIN) -> QVBoxLayout:
    """Return the layout of a widget whose parts stand below one another."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(6)
    return layout


def label(text: str = "", *, name: str = "", dim: bool = False, heading: bool = False, wrap: bool = True) -> QLabel:
    """Return a line of text."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setProperty("dim", dim)
    made.setProperty("heading", heading)
    if name:
        made.setObjectName(name)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
        made.setMinimumWidth(10)
    return made


def button(text: str, name: str, *, main: bool = False, tip: str = "") -> QPushButton:
    """Return a push button that can be found by name and is read out by its text."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setProperty("main", main)
    made.setMinimumHeight(26)
    made.setAutoDefault(False)
    if tip:
        made.setToolTip(tip)
    return made


def in_tab_order(*widgets: QWidget) -> None:
    """Let Tab go through widgets in this order; what was made later would else come last."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def emptied(layout: QVBoxLayout) -> None:
    """Take everything out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
