"""Colours of the two themes, fonts and icons: the one place that decides how Atoll looks."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from trainer.core.place import home_dir
from trainer.ui.preference import Theme

TEXT_POINTS: Final = 10.0
_PICTURE: Final = 48  # sharp on a screen of twice the pixels, too


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
    """Give the application a theme's palette and style, and its text a size, also while it runs."""
    c = COLOURS[theme]
    application.setProperty("theme", theme)  # whoever hears of the new palette asks for the colours at once
    if application.style().name() != "fusion":
        application.setStyle("Fusion")
    font = application.font()
    font.setPointSizeF(TEXT_POINTS * text_scale)
    application.setFont(font)
    application.setPalette(_palette(c))
    application.setStyleSheet(_style_sheet(c, TEXT_POINTS * text_scale))


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, c.ground), (role.Base, c.field), (role.AlternateBase, c.panel), (role.Button, c.panel),
        (role.WindowText, c.text), (role.Text, c.text), (role.ButtonText, c.text), (role.ToolTipText, c.text),
        (role.BrightText, c.text), (role.ToolTipBase, c.panel), (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent), (role.PlaceholderText, c.dim), (role.Link, c.accent),
        (role.LinkVisited, c.accent), (role.Light, c.line), (role.Midlight, c.line), (role.Mid, c.line),
        (role.Dark, c.line), (role.Shadow, c.field), (role.Accent, c.accent),
    ):  # fmt: skip
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.dim))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(c.line))
    palette.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(c.text))
    return palette


def _pictures(c: Colours) -> str:
    """Return arrows and ticks of boxes. A style sheet takes a picture from a file alone; no file, no picture."""
    folder = home_dir() / "look"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    rules = ""
    boxes = (
        ("caret-down", c.dim, "QComboBox::down-arrow, QAbstractSpinBox::down-arrow"),
        ("caret-up", c.dim, "QAbstractSpinBox::up-arrow"),
        ("check", c.on_accent, "QCheckBox::indicator:checked, QAbstractItemView::indicator:checked"),
    )
    for name, colour, of in boxes:
        path = folder / f"{name}-{colour[1:]}.png"
        if path.exists() or icon(name, colour).pixmap(_PICTURE, _PICTURE).save(str(path)):
            rules += f'{of} {{ image: url("{path.as_posix()}"); width: 12px; height: 12px; }}\n'
    return rules


def _style_sheet(c: Colours, points: float) -> str:
    """Return what the palette cannot say: room, focus, tabs, and the kinds of labels and buttons."""
    return f"""{_pictures(c)}
QPushButton {{ min-height: 20px; padding: 4px 14px; border: 1px solid {c.line}; border-radius: 5px;
  background: {c.panel}; color: {c.text}; }}
QPushButton:hover {{ border-color: {c.dim}; }}
QPushButton:pressed, QPushButton:checked {{ background: {c.field}; border-color: {c.accent}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 3px 13px; }}
QPushButton:disabled {{ color: {c.dim}; background: {c.ground}; }}
QPushButton[kind="primary"] {{ background: {c.accent}; border-color: {c.accent}; color: {c.on_accent};
  font-weight: 600; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {c.ground}; border-color: {c.line}; color: {c.dim}; }}
QToolButton {{ min-height: 24px; min-width: 24px; padding: 2px 6px; border: 1px solid transparent;
  border-radius: 5px; color: {c.text}; }}
QToolButton:hover {{ border-color: {c.line}; }}
QToolButton:checked {{ background: {c.field}; border-color: {c.accent}; }}
QToolButton:focus {{ border: 2px solid {c.accent}; padding: 1px 5px; }}
QToolButton:disabled {{ color: {c.dim}; }}
QLineEdit {{ min-height: 24px; padding: 1px 8px; border: 1px solid {c.line}; border-radius: 5px;
  background: {c.field}; color: {c.text}; placeholder-text-color: {c.dim}; }}
QLineEdit:focus {{ border: 2px solid {c.accent}; padding: 0 7px; }}
QComboBox, QAbstractSpinBox {{ padding: 1px 8px; border: 1px solid {c.line}; border-radius: 5px;
  background: {c.panel}; color: {c.text}; }}
QComboBox:focus, QComboBox:on, QAbstractSpinBox:focus {{ border: 2px solid {c.accent}; padding: 0 7px; }}
QComboBox:disabled, QAbstractSpinBox:disabled {{ background: {c.ground}; color: {c.dim}; }}
QComboBox::drop-down {{ width: 24px; border: none; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 24px; border: none; }}
QComboBox QAbstractItemView {{ border: 1px solid {c.line}; background: {c.panel}; color: {c.text}; }}
QComboBox, QAbstractSpinBox, QRadioButton, QCheckBox {{ min-height: 24px; }}
QRadioButton:focus, QCheckBox:focus {{ color: {c.accent}; }}
QRadioButton::indicator, QCheckBox::indicator {{ width: 12px; height: 12px; border: 2px solid {c.dim};
  background: {c.field}; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator {{ border-radius: 3px; }}
QRadioButton::indicator:checked {{ border: 4px solid {c.accent}; width: 8px; height: 8px; background: {c.on_accent}; }}
QAbstractItemView::indicator {{ width: 12px; height: 12px; border: 2px solid {c.dim}; border-radius: 3px;
  background: {c.field}; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ border-color: {c.accent};
  background: {c.accent}; }}
QRadioButton::indicator:disabled, QCheckBox::indicator:disabled {{ border-color: {c.line}; }}
QTabBar::tab {{ min-height: 24px; padding: 3px 12px; border: none; border-bottom: 2px solid transparent;
  color: {c.dim}; background: transparent; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabBar::tab:focus {{ color: {c.accent}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {c.line}; }}
QHeaderView::section {{ min-height: 24px; padding: 2px 8px; border: none; border-bottom: 1px solid {c.line};
  background: {c.ground}; color: {c.dim}; }}
QTableView {{ gridline-color: {c.line}; }}
QToolTip {{ padding: 4px 8px; border: 1px solid {c.line}; background: {c.panel}; color: {c.text}; }}
QScrollBar:vertical {{ width: 14px; margin: 0; border: none; background: transparent; }}
QScrollBar:horizontal {{ height: 14px; margin: 0; border: none; background: transparent; }}
QScrollBar::handle {{ margin: 3px; border-radius: 4px; background: {c.line}; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.dim}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ min-height: 8px; border: 1px solid {c.line}; border-radius: 5px; background: {c.field};
  color: {c.text}; text-align: center; }}
QProgressBar::chunk {{ border-radius: 4px; background: {c.line}; }}
QMenu {{ padding: 4px; border: 1px solid {c.line}; background: {c.panel}; color: {c.text}; }}
QMenu::item {{ min-height: 24px; padding: 2px 24px 2px 12px; }}
QMenu::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
QSplitter::handle {{ background: {c.ground}; }}
QSplitter::handle:hover {{ background: {c.line}; }}
QFrame[kind="rule"] {{ border: none; background: {c.line}; max-height: 1px; }}
QListView#case_list {{ background: transparent; }}
QScrollArea#case_detail, QWidget#case_detail_inside {{ background: {c.panel}; }}
QLabel[kind="brand"] {{ font-size: {points * 2.0:.1f}pt; font-weight: 700; }}
QLabel[kind="title"] {{ font-size: {points * 1.7:.1f}pt; font-weight: 600; }}
QLabel[kind="lead"] {{ font-size: {points * 1.1:.1f}pt; }}
QLabel[kind="section"] {{ font-weight: 600; }}
QLabel[kind="key"] {{ padding: 1px 7px; border: 1px solid {c.line}; border-radius: 4px; background: {c.field}; }}
QLabel[kind="dim"] {{ color: {c.dim}; }}
"""


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
    return _icon(name, colour or colours().text, colours().dim)


@cache
def _icon(name: str, colour: str, disabled: str) -> QIcon:
    made: QIcon = _icons().icon(f"ph.{name}", color=colour, color_disabled=disabled)  # type: ignore[attr-defined]
    return made
