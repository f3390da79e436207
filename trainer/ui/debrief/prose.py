"""Paragraphs in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from trainer.ui.debrief.word import Block
from trainer.ui.theme import colours

_MARGIN = 14


class Prose(QTextBrowser):
    """Shows blocks of text, to be read and copied.

    Parameters
    ----------
    name, title : str
        Object name and accessible name.
    fitting : bool
        Be as high as the text, and never scroll.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None, *, fitting: bool = False) -> None:
        super().__init__(parent)
        self._fitting = fitting
        if fitting:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.viewport().setAutoFillBackground(False)
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

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of the text where it is to fit."""
        if not self._fitting:
            return super().sizeHint()
        return QSize(super().sizeHint().width(), self.heightForWidth(self.viewport().width()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return less than a scroll area takes where the text is to fit."""
        return QSize(80, 24) if self._fitting else super().minimumSizeHint()

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return how high the text is at a width."""
        copy = self.document().clone()
        copy.setTextWidth(max(80, width))
        return int(copy.size().height()) + 2

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Be as high as the text at the new width."""
        super().resizeEvent(event)
        if self._fitting and event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def _render(self) -> None:
        c = colours()
        looks = {
            "head": f"font-size:large; font-weight:600; color:{c.text}; margin-top:10px; margin-bottom:4px",
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
            look = (
                looks[block.kind].replace("margin-top:12px", "margin-top:2px") if self._fitting else looks[block.kind]
            )
            parts.append(f'<p style="{look}">{text}</p>')
        at = self.verticalScrollBar().value()
        self.setHtml("".join(parts))
        self.document().setDocumentMargin(4 if self._fitting else _MARGIN)
        if self._fitting:
            self.updateGeometry()
        self.verticalScrollBar().setValue(at)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._render()
