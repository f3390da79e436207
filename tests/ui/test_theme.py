"""Colours: text that can be read in both themes, as the theme says it and as it comes out on the screen."""

from collections import Counter
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QToolButton,
    QWidget,
)

from trainer.ui import theme

THEMES = ("dark", "light")
LEAST = 4.5  # WCAG 2.2, 1.4.3


def luminance(colour):
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    shares = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * shares[0] + 0.7152 * shares[1] + 0.0722 * shares[2]


def contrast(one, other):
    low, high = sorted((luminance(QColor(one)), luminance(QColor(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=THEMES)
def worn(request, qapp):
    theme.apply(qapp, request.param)
    yield request.param
    theme.apply(qapp, "dark")


def test_the_measure_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("ground", ["ground", "panel", "field"])
@pytest.mark.parametrize("text", ["text", "dim", "accent", "good", "warn", "bad"])
def test_every_text_on_every_ground(name, ground, text):
    c = theme.COLOURS[name]
    assert contrast(getattr(c, text), getattr(c, ground)) >= LEAST


@pytest.mark.parametrize("name", THEMES)
def test_text_on_the_accent_and_on_a_bar(name):
    c = theme.COLOURS[name]
    assert contrast(c.on_accent, c.accent) >= LEAST
    assert contrast(c.text, c.line) >= LEAST


@pytest.mark.parametrize("name", THEMES)
def test_lines_of_a_series_stand_out_from_the_ground(name):
    c = theme.COLOURS[name]
    assert len(set(c.series)) == len(c.series) >= 6
    assert all(contrast(colour, c.ground) >= 3.0 for colour in c.series), "WCAG 2.2, 1.4.11"


@pytest.mark.parametrize("name", THEMES)
def test_colours_are_written_in_full(name):
    c = theme.COLOURS[name]
    for field in fields(c):
        value = getattr(c, field.name)
        for colour in value if isinstance(value, tuple) else (value,):
            assert len(colour) == 7 and QColor(colour).isValid()


PAIRS = [
    ("WindowText", "Window"), ("Text", "Base"), ("Text", "AlternateBase"), ("ButtonText", "Button"),
    ("HighlightedText", "Highlight"), ("ToolTipText", "ToolTipBase"), ("PlaceholderText", "Base"), ("Link", "Window"),
    ("LinkVisited", "Window"), ("BrightText", "Window"),
]  # fmt: skip


def test_the_palette_that_widgets_have(worn, qapp):
    role = QPalette.ColorRole
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        for widget in (None, QWidget(), QLineEdit(), QTableWidget()):
            palette = (widget or QApplication).palette()
            for text, ground in PAIRS:
                got = contrast(palette.color(group, getattr(role, text)), palette.color(group, getattr(role, ground)))
                assert got >= LEAST, (worn, group, text, ground, type(widget).__name__)


def placeholder():
    made = QLineEdit()
    made.setPlaceholderText("Mmmm")
    return made


def label(kind):
    made = QLabel("Mmmm")
    made.setProperty("kind", kind)
    return made


def primary():
    made = QPushButton("Mmmm")
    made.setProperty("kind", "primary")
    return made


def tool():
    made = QToolButton()
    made.setText("Mmmm")
    return made


def spin():
    made = QSpinBox()
    made.setValue(88)
    return made


def combo():
    made = QComboBox()
    made.addItem("Mmmm")
    return made


def table():
    made = QTableWidget(1, 1)
    made.setHorizontalHeaderLabels(["Mmmm"])
    made.setItem(0, 0, QTableWidgetItem("Mmmm"))
    made.setCurrentCell(0, 0)
    return made


def listed():
    made = QListWidget()
    made.addItems(["Mmmm"])
    return made


def tabs():
    made = QTabWidget()
    made.addTab(QWidget(), "Mmmm")
    made.addTab(QWidget(), "Mmmm")
    return made


def menu():
    made = QMenu()
    made.addAction("Mmmm")
    return made


def bar():
    made = QProgressBar()
    made.setValue(50)
    return made


WIDGETS = {
    "label": lambda: label(""), "dim": lambda: label("dim"), "title": lambda: label("title"),
    "key": lambda: label("key"), "placeholder": placeholder, "line": lambda: QLineEdit("Mmmm"),
    "button": lambda: QPushButton("Mmmm"),
    "primary": primary, "tool": tool, "spin": spin, "combo": combo, "radio": lambda: QRadioButton("Mmmm"),
    "check": lambda: QCheckBox("Mmmm"), "table": table, "list": listed, "tabs": tabs, "menu": menu, "bar": bar,
}  # fmt: skip


def shown_contrast(widget):
    """Return the contrast between the ground of a widget and what stands out from it most, as it is painted."""
    image = widget.grab().toImage()
    seen = Counter(
        image.pixelColor(x, y).name() for x in range(2, image.width() - 2) for y in range(2, image.height() - 2)
    )
    ground = seen.most_common(1)[0][0]
    return max(contrast(ground, colour) for colour in seen)


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("name", WIDGETS)
def test_what_is_painted_can_be_read(worn, qtbot, name, enabled):
    widget = WIDGETS[name]()
    qtbot.addWidget(widget)
    widget.setEnabled(enabled)
    widget.adjustSize()
    widget.resize(min(widget.width(), 160), min(widget.height(), 80))
    assert shown_contrast(widget) >= LEAST


@pytest.mark.parametrize("name", ["button", "primary", "tool", "line", "combo", "spin", "radio", "check"])
def test_the_focus_can_be_seen_and_a_finger_finds_it(worn, qtbot, name):
    parent = QWidget()
    qtbot.addWidget(parent)
    widget = WIDGETS[name]()
    widget.setParent(parent)
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.adjustSize()
    other = QLineEdit(parent)
    other.move(0, 100)
    with qtbot.waitActive(parent):
        parent.show()
        parent.activateWindow()
    other.setFocus()
    without = widget.grab().toImage()
    size = widget.sizeHint()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    assert widget.grab().toImage() != without
    assert widget.sizeHint() == size, "nothing moves when the focus comes"
    assert min(size.width(), size.height()) >= 24


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.6])
def test_the_text_has_the_size_that_is_asked_for(qapp, qtbot, scale):
    theme.apply(qapp, "dark", scale)
    try:
        title = label("title")
        qtbot.addWidget(title)
        title.ensurePolished()
        assert qapp.font().pointSizeF() == pytest.approx(10.0 * scale)
        assert title.font().pointSizeF() == pytest.approx(17.0 * scale)
    finally:
        theme.apply(qapp, "dark")


def test_an_icon_takes_the_colour_of_the_theme(worn):
    image = theme.icon("gear-six").pixmap(32, 32).toImage()
    solid = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 250]
    assert solid and {colour.name() for colour in solid} == {theme.colours().text}
