"""The bar above the pictures: everything that keys do, for the mouse."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from trainer.ui.reading.flow import Flow
from trainer.ui.reading.hang import LAYOUTS, Layout
from trainer.ui.reading.tool import FACES, Tool
from trainer.ui.reading.view import LEVEL_HU, PRESETS, SLAB_MM, SLABS, WIDTH_HU, ViewState, preset_text
from trainer.ui.shortcut import keys_of
from trainer.ui.theme import colours, icon

_LAYOUT_FACES: Final = {
    "1x1": ("square", "One pane", "layout-1"),
    "1x2": ("columns", "Prior and current", "layout-2"),
    "2x2": ("grid-four", "Four panes", "layout-4"),
    "mpr": ("cube", "Three planes", "layout-mpr"),
}
_ACTIONS: Final = (
    ("zoom-in", "plus", "Zoom in"),
    ("zoom-out", "minus", "Zoom out"),
    ("fit", "arrows-out", "Fit to the pane"),
    ("reset", "arrow-counter-clockwise", "Reset window, zoom and place"),
    ("invert", "swap", "Invert the greys"),
    ("flicker", "repeat", "Flicker between two visits"),
    ("key-image", "star", "Key image"),
    ("undo", "arrow-u-up-left", "Undo"),
    ("redo", "arrow-u-up-right", "Redo"),
)
_TOGGLES: Final = (
    ("link", "link", "Linked scrolling"),
    ("cross-reference", "line-segments", "Lines where the other panes cut"),
)
_STAYS: Final = frozenset({"link", "cross-reference", "flicker", "key-image", "invert"})
_PRESET_KEYS: Final = {"lung": "window-lung", "mediastinum": "window-mediastinum", "bone": "window-bone"}


def _tip(title: str, shortcut: str) -> str:
    return f"{title} ({keys_of(shortcut)})" if shortcut else title


class Toolbar(QWidget):
    """Says what is wanted; shows what is.

    Signals
    -------
    layout_asked : str
    tool_taken : object
        A `Tool`.
    preset_asked : str
    window_asked : float, float
        Level and width.
    slab_asked : str, float
        Kind and thickness; 0 is the single slice.
    kernel_asked
    asked : str
        Id of a shortcut whose act is wanted.
    cine_asked : bool
    speed_asked : int
        Frames a second.
    """

    layout_asked = Signal(str)
    tool_taken = Signal(object)
    preset_asked = Signal(str)
    window_asked = Signal(float, float)
    slab_asked = Signal(str, float)
    kernel_asked = Signal()
    asked = Signal(str)
    cine_asked = Signal(bool)
    speed_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._flow = Flow(self, gap=2)
        self._running = False
        self._as_scanned = False
        self._iconed: list[tuple[QToolButton, str]] = []
        self._tipped: list[tuple[QWidget, str, str, str]] = []
        self.layouts, self.tools = QButtonGroup(self), QButtonGroup(self)
        self._make_layouts()
        self._make_windows()
        self._make_cine()
        self._make_tools()
        self._make_actions()
        self._make_slab()
        self.show_keys()
        self._dress()

    def _group(self, name: str) -> QHBoxLayout:
        frame = QFrame(self)
        frame.setObjectName(name)
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 3, 0)
        row.setSpacing(1)
        self._flow.addWidget(frame)
        return row

    def _button(self, row: QHBoxLayout, name: str, face: str, title: str, shortcut: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setAccessibleName(title)
        self._tipped.append((button, title, shortcut, ""))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMinimumSize(28, 28)
        if face:
            button.setFixedSize(29, 28)
            self._iconed.append((button, face))
        row.addWidget(button)
        return button

    def _make_layouts(self) -> None:
        row = self._group("layouts")
        for n, layout in enumerate(LAYOUTS):
            face, title, shortcut = _LAYOUT_FACES[layout]
            button = self._button(row, f"layout_{layout}", face, title, shortcut)
            button.setCheckable(True)
            self.layouts.addButton(button, n)
        self.layouts.idClicked.connect(self._ask_layout)

    def _make_windows(self) -> None:
        row = self._group("presets")
        self.presets: dict[str, QToolButton] = {}
        for name in PRESETS:
            button = self._button(row, f"preset_{name}", "", f"{name.capitalize()} window", _PRESET_KEYS[name])
            button.setCheckable(True)
            button.clicked.connect(self._ask_preset)
            button.setProperty("preset", name)
            self.presets[name] = button
        row = self._group("window_level")
        self.level = self._spin(row, "level_hu", "L", "Level of the window in HU", LEVEL_HU)
        self.width_box = self._spin(row, "width_hu", "W", "Width of the window in HU", WIDTH_HU)
        self.kernel = self._button(row, "kernel", "", "Lung or soft kernel", "kernel")
        self.kernel.setText("lung kernel")
        self.kernel.clicked.connect(self.kernel_asked)

    def _spin(self, row: QHBoxLayout, name: str, letter: str, title: str, limits: tuple[float, float]) -> QSpinBox:
        label = QLabel(f" {letter} ", self)
        box = QSpinBox(self)
        label.setBuddy(box)
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setToolTip(title)
        box.setRange(int(limits[0]), int(limits[1]))
        box.setSingleStep(25)
        box.setKeyboardTracking(False)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.setMinimumHeight(26)
        box.valueChanged.connect(self._ask_window)
        self._narrow(box, "-1024")
        row.addWidget(label)
        row.addWidget(box)
        return box

    def _narrow(self, box: QSpinBox, longest: str) -> None:
        """Make a box no wider than its longest text: the style's hint is twice that, and a second row of buttons."""
        box.setFixedWidth(box.fontMetrics().horizontalAdvance(longest) + 36)

    def _make_tools(self) -> None:
        row = self._group("tools")
        for n, tool in enumerate(Tool):
            face = FACES[tool]
            button = self._button(row, f"tool_{tool}", face.icon, face.title, face.shortcut)
            self._tipped[-1] = (button, face.title, face.shortcut, f"\n{face.hint}")
            button.setCheckable(True)
            self.tools.addButton(button, n)
        self.tools.idClicked.connect(self._take_tool)

    def _make_actions(self) -> None:
        row = self._group("actions")
        self.actions_by_id: dict[str, QToolButton] = {}
        for name, face, title in (*_TOGGLES, *_ACTIONS):
            button = self._button(row, f"do_{name.replace('-', '_')}", face, title, name)
            button.setCheckable(name in _STAYS)
            button.setProperty("act", name)
            button.clicked.connect(self._ask)
            self.actions_by_id[name] = button

    def _make_slab(self) -> None:
        row = self._group("slab")
        self.slab = QComboBox(self)
        self.slab.setObjectName("slab_kind")
        self.slab.setAccessibleName("Slab")
        self._tipped.append((self.slab, "Single slice or slab", "slab", ""))
        self.slab.addItem("single slice", None)
        for kind, title in SLABS:
            self.slab.addItem(title, kind)
        self.thickness = QComboBox(self)
        self.thickness.setObjectName("slab_mm")
        self.thickness.setAccessibleName("Thickness of the slab")
        self._tipped.append((self.thickness, "Thickness", "thicker", ""))
        for mm in SLAB_MM:
            self.thickness.addItem(f"{mm:g} mm", mm)
        for box in (self.slab, self.thickness):
            box.setMinimumHeight(26)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.activated.connect(self._ask_slab)
            row.addWidget(box)

    def _make_cine(self) -> None:
        row = self._group("cine_group")
        self.cine = self._button(row, "do_cine", "play", "Run through the slices", "cine")
        self.cine.setCheckable(True)
        self.cine.clicked.connect(self.cine_asked)
        self.speed = QSpinBox(self)
        self.speed.setObjectName("cine_fps")
        self.speed.setAccessibleName("Frames a second")
        self.speed.setToolTip("Frames a second")
        self.speed.setRange(1, 40)
        self.speed.setValue(12)
        self.speed.setSuffix(" fps")
        self.speed.setMinimumHeight(26)
        self._narrow(self.speed, "40 fps")
        self.speed.valueChanged.connect(self.speed_asked)
        row.addWidget(self.speed)

    def _dress(self) -> None:
        c = colours()
        style = (
            "QToolButton { padding: 0px 2px; border-width: 1px; min-width: 24px; min-height: 24px; }"
            "QToolButton:focus { padding: 0px 1px; }"
            f"QToolButton:checked {{ border: 2px solid {c.accent}; padding: 0px 1px; background: {c.field}; }}"
            "QAbstractSpinBox, QComboBox { padding: 0px 2px; }"
        )
        if style != self.styleSheet():
            self.setStyleSheet(style)
        for button, face in self._iconed:
            button.setIcon(icon(face))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Wear the theme's icons."""
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "speed"):
            for box, longest in ((self.level, "-1024"), (self.width_box, "-1024"), (self.speed, "40 fps")):
                self._narrow(box, longest)
        super().changeEvent(event)

    # what is wanted

    def _ask_layout(self, number: int) -> None:
        self.layout_asked.emit(LAYOUTS[number])

    def _take_tool(self, number: int) -> None:
        self.tool_taken.emit(tuple(Tool)[number])

    def _ask_preset(self) -> None:
        self.preset_asked.emit(self.sender().property("preset"))

    def _ask(self) -> None:
        self.asked.emit(self.sender().property("act"))

    def _ask_window(self) -> None:
        self.window_asked.emit(float(self.level.value()), float(self.width_box.value()))

    def _ask_slab(self) -> None:
        kind = self.slab.currentData()
        self.slab_asked.emit(kind or SLABS[0][0], float(self.thickness.currentData()) if kind else 0.0)

    # what is

    def set_as_scanned(self, as_scanned: bool) -> None:
        """Say that the pictures have but the kernel that they were scanned with, or let it be chosen."""
        self._as_scanned = as_scanned
        self.kernel.setEnabled(not as_scanned)

    def show_state(self, state: ViewState) -> None:
        """Show the window, kernel and slab of the active pane."""
        for name, button in self.presets.items():
            button.setChecked(preset_text(name) == preset_of(state))
        for box, value in ((self.level, state.level_hu), (self.width_box, state.width_hu)):
            if box.value() != round(value) and not box.hasFocus():
                with QSignalBlocker(box):
                    box.setValue(round(value))
        kernel = "as scanned" if self._as_scanned else f"{state.kernel} kernel"
        if self.kernel.text() != kernel:
            self.kernel.setText(kernel)
        row = 0 if state.slab_mm == 0.0 else 1 + [kind for kind, _ in SLABS].index(state.slab)
        if self.slab.currentIndex() != row:
            self.slab.setCurrentIndex(row)
        self.thickness.setEnabled(row > 0)
        if row:
            self.thickness.setCurrentIndex(min(range(len(SLAB_MM)), key=lambda n: abs(SLAB_MM[n] - state.slab_mm)))
        self.actions_by_id["invert"].setChecked(state.inverted)

    def show_keys(self) -> None:
        """Show which keys do the same, as they are preferred now."""
        for widget, title, shortcut, more in self._tipped:
            widget.setToolTip(_tip(title, shortcut) + more)
        for name, button in self.presets.items():
            button.setText(f"{keys_of(_PRESET_KEYS[name])} {name} {preset_text(name)}")

    def show_layout(self, layout: Layout) -> None:
        """Show which layout there is."""
        self.layouts.button(LAYOUTS.index(layout)).setChecked(True)

    def show_tool(self, tool: Tool) -> None:
        """Show which tool is in hand."""
        self.tools.button(tuple(Tool).index(tool)).setChecked(True)

    def show_flags(self, **flags: bool) -> None:
        """Show what is on: link, cross_reference, flicker, key_image."""
        for name, on in flags.items():
            self.actions_by_id[name.replace("_", "-")].setChecked(on)

    def show_undo(self, undo: str, redo: str) -> None:
        """Show what would be taken back and done again; "" where there is nothing."""
        for name, text in (("undo", undo), ("redo", redo)):
            button = self.actions_by_id[name]
            button.setEnabled(bool(text))
            button.setToolTip(_tip(f"{name.capitalize()}: {text}" if text else name.capitalize(), name))

    def show_cine(self, running: bool) -> None:
        """Show whether the slices run."""
        if running == self.cine.isChecked() and running == self._running:
            return
        self._running = running
        self.cine.setChecked(running)
        self.cine.setIcon(icon("pause" if running else "play"))


def preset_of(state: ViewState) -> str:
    """Return the window of a view as presets write theirs."""
    return f"{state.level_hu:.0f}/{state.width_hu:.0f}".replace("-", "−")
