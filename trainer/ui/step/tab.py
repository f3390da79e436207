"""The button of a section, with how it stands in a sign and a word."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton

from trainer.ui.step.need import TITLES, Kind, Section, Sign
from trainer.ui.theme import colours, icon

_ICONS: Final[dict[Kind, str]] = {
    "done": "lock-simple", "ready": "check-circle", "missing": "warning-circle", "open": "clipboard-text",
    "none": "minus-circle",
}  # fmt: skip


class SectionTab(QPushButton):
    """Chooses a section.

    Parameters
    ----------
    section : str
    number : int
        Its key: Ctrl with the number.
    """

    chosen = Signal(str)

    def __init__(self, section: Section, number: int) -> None:
        super().__init__()
        self.section = section
        self._number = number
        self._sign = Sign("none", "")
        self.setObjectName(f"tab_{section}")
        self.setCheckable(True)
        self.setProperty("tab", True)
        self.setIconSize(QSize(18, 18))
        self.setMinimumHeight(40)
        self.setMinimumWidth(40)
        self.setToolTip(f"{TITLES[section]}: Ctrl+{number}")
        self.toggled.connect(self._paint_sign)
        self.clicked.connect(self.open)

    def open(self) -> None:
        """Ask for the section, as a click does."""
        self.chosen.emit(self.section)

    def show_sign(self, sign: Sign) -> None:
        """Show how the section stands."""
        self._sign = sign
        self.setText(f"{TITLES[self.section]}\n{sign.word}")
        self.setAccessibleName(f"{TITLES[self.section]}: {sign.word}")
        self._paint_sign()

    @property
    def sign(self) -> Sign:
        """How the section stands, as it is shown."""
        return self._sign

    def _paint_sign(self) -> None:
        c = colours()
        colour = {"done": c.good, "ready": c.good, "missing": c.warn, "open": c.text, "none": c.dim}[self._sign.kind]
        self.setIcon(icon(_ICONS[self._sign.kind], c.on_accent if self.isChecked() else colour))
