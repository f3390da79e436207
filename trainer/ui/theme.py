"""Colours of the two themes, fonts and icons: the one place that decides how Atoll looks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

Theme = Literal["dark", "light"]


@dataclass(frozen=True)
class Colours:
    """The colours of a theme, as "#rrggbb".

    Parameters
    ----------
    ground, panel, field : str
        Behind everything, of panels, of what is typed into.
    text, dim : str
        Of words, and of words that matter less; both at least 4.5:1 on ground, panel and field.
    line : str
        Of borders.
    accent, on_accent : str
        Of what is chosen, and of text on it.
    good, warn, bad : str
        Always with a word or a sign beside them.
    series : tuple of str
        Okabe and Ito (2008), those that carry on this ground.
    """

    ground: str
    panel: str
    field: str
    text: str
    dim: str
    line: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str
    series: tuple[str, ...]


COLOURS: Final[dict[Theme, Colours]] = {
    "dark": Colours(
        ground="#121417", panel="#1b1f24", field="#0d0f12", text="#e8eaed", dim="#a9b1bb", line="#3a424c",
        accent="#56b4e9", on_accent="#0b0d10", good="#2fc39a", warn="#f0b429", bad="#ff8a5c",
        series=("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00"),
    ),
    "light": Colours(
        ground="#f4f5f7", panel="#ffffff", field="#ffffff", text="#16191d", dim="#565e68", line="#b9c0c8",
        accent="#0072b2", on_accent="#ffffff", good="#00694d", warn="#7a5600", bad="#a83e00",
        series=("#0072b2", "#a83e00", "#00694d", "#8a3a6b", "#7a5600", "#333333"),
    ),
}  # fmt: skip


def apply(application: QApplication, theme: Theme, text_scale: float = 1.0) -> None:
    """Give the application a theme's palette and style, and its text a size."""
    c = COLOURS[theme]
    application.setStyle("Fusion")
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, c.ground), (role.Base, c.field), (role.AlternateBase, c.panel), (role.Button, c.panel),
        (role.WindowText, c.text), (role.Text, c.text), (role.ButtonText, c.text), (role.ToolTipText, c.text),
        (role.ToolTipBase, c.panel), (role.Highlight, c.accent), (role.HighlightedText, c.on_accent),
        (role.PlaceholderText, c.dim), (role.Link, c.accent), (role.Mid, c.line), (role.Accent, c.accent),
    ):  # fmt: skip
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.dim))
    application.setPalette(palette)
    application.setProperty("theme", theme)
    font = application.font()
    font.setPointSizeF(10.0 * text_scale)
    application.setFont(font)


def colours() -> Colours:
    """Return the colours of the theme that the application wears."""
    application = QApplication.instance()
    theme = application.property("theme") if application is not None else None
    return COLOURS["light" if theme == "light" else "dark"]


@cache
def _icons() -> object:
    os.environ.setdefault("QT_API", "pyside6")
    import qtawesome

    return qtawesome


def icon(name: str, colour: str | None = None) -> QIcon:
    """Return an icon of the Phosphor set by its name ("stack", "ruler"), in the text's colour."""
    made: QIcon = _icons().icon(f"ph.{name}", color=colour or colours().text)  # type: ignore[attr-defined]
    return made
