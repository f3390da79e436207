"""The sheet of shortcuts: every key of the table, grouped by where it acts."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from trainer.ui.preference import Mouse
from trainer.ui.shortcut import SHORTCUTS, Scope, keys_of

SCOPES: Final[dict[Scope, str]] = {
    "viewer": "In the pictures, when they have the focus",
    "page": "Anywhere on the page",
    "window": "Anywhere in Atoll",
}
_COLUMNS: Final = 3


def _mouse_lines(mouse: Mouse) -> list[tuple[str, str]]:
    own = [("Left drag", "window"), ("Right drag", "zoom")]
    if mouse == "scroll":
        own = [("Left drag", "scroll"), ("Right drag", "window")]
    return [
        ("", "With the mouse, in the pictures"),
        ("Wheel", "scroll"),
        ("Ctrl+Wheel", "zoom"),
        *own,
        ("Middle drag", "move the picture"),
        ("Double click", "this pane alone, and back"),
    ]


def columns(mouse: Mouse = "window") -> list[list[tuple[str, str]]]:
    """Return the sheet's lines, keys and text, in columns of like length; a heading has no keys."""
    lines: list[tuple[str, str]] = []
    for scope, title in SCOPES.items():
        lines.append(("", title))
        lines += [(shown_keys(one.id), one.text) for one in SHORTCUTS if one.scope == scope]
    lines += _mouse_lines(mouse)
    most = -(-len(lines) // _COLUMNS)
    found: list[list[tuple[str, str]]] = [[]]
    for line in lines:
        heading_last = not line[0] and len(found[-1]) == most - 1
        if (len(found[-1]) >= most or heading_last) and len(found) < _COLUMNS:
            found.append([])
        found[-1].append(line)
    return found


def shown_keys(name: str) -> str:
    """Return the keys of a shortcut as this system writes them."""
    return QKeySequence(keys_of(name)).toString(QKeySequence.SequenceFormat.NativeText)


class ShortcutSheet(QDialog):
    """The sheet, beside the window and never in its way; Esc puts it away.

    Parameters
    ----------
    mouse : {"window", "scroll"}
        As preferred.
    """

    def __init__(self, parent: QWidget | None = None, mouse: Mouse = "window") -> None:
        super().__init__(parent)
        self.setObjectName("shortcut_sheet")
        self.setWindowTitle("Shortcuts")
        self.setAccessibleName("Shortcuts")
        self.setModal(False)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(24, 20, 24, 20)
        row.setSpacing(32)
        for lines in columns(mouse):
            row.addLayout(_column(lines), 1)
        area = QScrollArea()
        area.setObjectName("shortcut_area")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.resize(min(inside.sizeHint().width() + 40, 1300), min(inside.sizeHint().height() + 10, 720))


def _column(lines: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    for place, (keys, text) in enumerate(lines):
        words = QLabel(text)
        if not keys:
            words.setProperty("kind", "section")
            words.setWordWrap(True)
            grid.addWidget(words, place, 0, 1, 2)
            continue
        cap = QLabel(keys)
        cap.setProperty("kind", "key")
        cap.setTextFormat(Qt.TextFormat.PlainText)
        grid.addWidget(cap, place, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(words, place, 1)
    grid.setRowStretch(len(lines), 1)
    return grid
