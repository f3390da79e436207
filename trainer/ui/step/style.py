"""How the panel wears the colours of the theme."""

from __future__ import annotations

from trainer.ui.theme import Colours


def sheet(c: Colours) -> str:
    """Return the style sheet of the panel in a theme's colours."""
    return f"""
    QWidget#step_panel {{ background: {c.panel}; }}
    QScrollArea, QWidget[inner="true"] {{ background: transparent; }}
    QLabel {{ color: {c.text}; background: transparent; }}
    QLabel[dim="true"] {{ color: {c.dim}; }}
    QLabel[heading="true"] {{ font-weight: 600; }}
    QLabel#step_next {{ background: {c.accent}; color: {c.on_accent}; padding: 6px 8px; border-radius: 4px;
        font-weight: 600; }}
    QLabel#step_message {{ border: 1px solid {c.warn}; border-radius: 4px; padding: 4px 6px; color: {c.text}; }}
    QLabel#step_arrival {{ border-left: 3px solid {c.warn}; padding: 2px 6px; }}
    QLabel[badge="true"] {{ border: 1px solid {c.line}; border-radius: 8px; padding: 1px 6px; color: {c.dim}; }}
    QLabel[badge="warn"] {{ border: 1px solid {c.warn}; border-radius: 8px; padding: 1px 6px; color: {c.warn}; }}
    QLabel[badge="good"] {{ border: 1px solid {c.good}; border-radius: 8px; padding: 1px 6px; color: {c.good}; }}
    QPushButton, QToolButton {{ background: {c.panel}; color: {c.text}; border: 1px solid {c.line};
        border-radius: 4px; padding: 3px 8px; min-height: 20px; }}
    QPushButton:hover, QToolButton:hover {{ border-color: {c.accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {c.dim}; border-style: dashed; }}
    QPushButton:checked, QToolButton:checked {{ background: {c.accent}; color: {c.on_accent};
        border-color: {c.accent}; }}
    QPushButton[main="true"]:enabled {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent};
        font-weight: 600; }}
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {c.text}; padding: 2px 7px; }}
    QPushButton[tab="true"] {{ text-align: left; padding: 1px 6px; min-height: 36px; }}
    QPushButton[tab="true"]:focus {{ padding: 0px 5px; }}
    QToolButton[small="true"] {{ padding: 0px; min-height: 22px; min-width: 22px; }}
    QSpinBox[small="true"] {{ padding: 0px 2px; min-height: 22px; }}
    QSpinBox[small="true"]:focus {{ padding: 0px 1px; }}
    QSpinBox[small="true"]::up-button, QSpinBox[small="true"]::down-button {{ width: 0px; }}
    QSpinBox[small="true"]::up-arrow, QSpinBox[small="true"]::down-arrow {{ image: none; width: 0px; }}
    QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ padding: 0px 4px; border: none; min-height: 18px; }}
    QSpinBox[small="true"] QLineEdit, QSpinBox[small="true"] QLineEdit:focus {{ padding: 0px; }}
    QLineEdit {{ padding: 1px 4px; }}
    QLineEdit:focus {{ padding: 0px 3px; }}
    QToolButton[small="true"]:focus {{ padding: 0px; }}
    QListWidget, QTableWidget {{ background: {c.field}; color: {c.text}; border: 1px solid {c.line};
        border-radius: 4px; }}
    QListWidget:focus, QTableWidget:focus {{ border: 2px solid {c.accent}; }}
    QListWidget::item {{ min-height: 24px; padding: 0 2px; }}
    QListWidget#signs::indicator {{ width: 0px; height: 0px; }}
    QListWidget::item:selected, QTableWidget::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
    QHeaderView::section {{ background: {c.panel}; color: {c.dim}; border: none;
        border-bottom: 1px solid {c.line}; padding: 2px; }}
    """
