"""Paragraphs in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from trainer.ui.debrief.word import Block
from trainer.ui.theme import colours


class Prose(QTextBrowser):
    """Shows blocks of text, to be read and copied.

    Parameters
    ----------
    name, title : str
        Object name and accessible name.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setOpenExternalLinks(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._blocks: Sequence[Block] = ()

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Show other text, from its beginning."""
        self._blocks = tuple(blocks)
        self._render()
        self.verticalScrollBar().setValue(0)

    def _render(self) -> None:
        c = colours()
        looks = {
            "head": f"font-size:large; font-weight:600; color:{c.text}; margin-top:4px; margin-bottom:4px",
            "lead": f"font-weight:600; color:{c.text}; margin-top:12px; margin-bottom:2px",
            "body": f"color:{c.text}; margin-top:0px; margin-bottom:4px",
            "dim": f"color:{c.dim}; margin-top:0px; margin-bottom:4px",
            "bad": f"font-weight:600; color:{c.bad}; margin-top:12px; margin-bottom:2px",
            "good": f"font-weight:600; color:{c.good}; margin-top:12px; margin-bottom:2px",
        }
        parts = []
        for block in self._blocks:
            text = escape(block.text)
            if block.url:
                text += f' <a style="color:{c.accent}" href="{escape(block.url)}">{escape(block.url)}</a>'
            parts.append(f'<p style="{looks[block.kind]}">{text}</p>')
        at = self.verticalScrollBar().value()
        self.setHtml("".join(parts))
        self.verticalScrollBar().setValue(at)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._render()
