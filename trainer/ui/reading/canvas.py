"""The picture of a pane: paints what it is given, and turns what a person does into what is wanted."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from trainer.ui.reading import view
from trainer.ui.reading.ink import Ink
from trainer.ui.reading.overlay import SIMULATED, Corners, spoken
from trainer.ui.reading.paint import paint, table
from trainer.ui.reading.scan import Frame
from trainer.ui.reading.scene import Scene
from trainer.ui.reading.tool import POINTING, SCHEMES, SPANNING, Button, Tool, gesture, scroll_steps, wheel_steps
from trainer.ui.reading.view import Geometry, ViewState, geometry_of
from trainer.ui.theme import COLOURS

_DRAG_PX: Final = 3.0
_EMPTY: Final = Scene(Corners((), (), (), ()))
_BUTTON: Final[dict[Qt.MouseButton, Button]] = {
    Qt.MouseButton.LeftButton: "left", Qt.MouseButton.MiddleButton: "middle", Qt.MouseButton.RightButton: "right",
}  # fmt: skip


class Canvas(QWidget):
    """Shows a frame with its scene.

    Signals
    -------
    activated
        It has the focus now.
    scrolled : int
        Slices to move by, towards the head positive.
    changed : object
        A `ViewState` that looks otherwise at the same slice.
    pointed : object, float, float
        A `Tool` acted at a row and a column.
    spanned : object, float, float, float, float
        A `Tool` was dragged from one row and column to another.
    maximise_asked
    """

    activated = Signal()
    scrolled = Signal(int)
    changed = Signal(object)
    pointed = Signal(object, float, float)
    spanned = Signal(object, float, float, float, float)
    maximise_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("CT picture")
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.state: ViewState | None = None
        self.frame: Frame | None = None
        self.scene = _EMPTY
        self.count = 1
        self.active = self._shown_active = False
        self.tool = Tool.WINDOW
        self.scheme = SCHEMES["window"]
        self.turn = 0
        self.missing = ""
        self._pixels: np.ndarray | None = None
        self._image: QImage | None = None
        self._painted: object = None
        self._doing: Tool | None = None
        self._from = self._last = QPointF()
        self._dragged = False
        self._carry_px, self._carry_wheel = 0.0, 0
        self._band: tuple[QPointF, QPointF] | None = None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as a slice."""
        return QSize(512, 512)

    def show_frame(self, state: ViewState, frame: Frame | None, scene: Scene, count: int, missing: str = "") -> None:
        """Show a frame with its scene.

        Parameters
        ----------
        state : ViewState
        frame : Frame or None
            None where nothing at all is ready.
        scene : Scene
        count : int
            Slices of the plane.
        missing : str
            What is said where there is no frame.
        """
        same = state == self.state and frame is self.frame and scene == self.scene and self._shown_active == self.active
        self.state, self.frame, self.scene, self.count, self.missing = state, frame, scene, count, missing
        self._shown_active = self.active
        if same:
            return
        self.setAccessibleDescription(spoken(scene.corners, scene.waiting))
        self.update()

    def show_nothing(self, missing: str) -> None:
        """Show no scan, and why."""
        self.state, self.frame, self.scene, self.missing = None, None, _EMPTY, missing
        self.active = self._shown_active = False
        self.setAccessibleDescription(f"{missing}, {SIMULATED}")
        self.update()

    @property
    def geometry_now(self) -> Geometry | None:
        """How the frame lies in the pane."""
        if self.state is None or self.frame is None:
            return None
        return geometry_of(self.state, self.frame, (float(self.width()), float(self.height())))

    @property
    def pixels(self) -> np.ndarray | None:
        """What was painted last below the scene: uint32, shape (height, width) in pixels of the screen."""
        return self._pixels

    def _render(self, geometry: Geometry) -> QImage:
        """Return the picture in pixels of the screen; only what has changed is done again."""
        state, frame = self.state, self.frame
        assert state is not None
        assert frame is not None
        ratio = self.devicePixelRatioF()
        shape = max(1, round(self.height() * ratio)), max(1, round(self.width() * ratio))
        look = (state.level_hu, state.width_hu, state.inverted, self.scene.waiting)
        what = (frame, geometry, look, shape)
        if self._image is not None and what == self._painted:
            return self._image
        if self._pixels is None or self._pixels.shape != shape:
            self._pixels = np.empty(shape, np.uint32)
            image = QImage(self._pixels.data, shape[1], shape[0], 4 * shape[1], QImage.Format.Format_RGB32)
            image.setDevicePixelRatio(ratio)
            self._image = image
        paint(frame.hu, geometry, ratio, table(*look), self._pixels)
        self._painted = what
        assert self._image is not None
        return self._image

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw picture, scene, border and spinner."""
        painter = QPainter(self)
        geometry = self.geometry_now
        if geometry is not None:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawImage(0, 0, self._render(geometry))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        else:
            painter.fillRect(self.rect(), QColor(0, 0, 0))
            geometry = Geometry((float(self.width()), float(self.height())), (2, 2), (1.0, 1.0))
        font = QFont(self.font())
        if min(self.width(), self.height()) < 380:
            font.setPointSizeF(max(7.5, font.pointSizeF() * 0.85))
        ink = Ink(painter, geometry, font)
        if self.state is not None:
            ink.draw(self.scene)
        if self._band is not None:
            painter.setPen(QPen(QColor(COLOURS["dark"].series[4]), 1.4, Qt.PenStyle.DashLine))
            if self._doing is Tool.REGION:
                painter.drawEllipse((self._band[0] + self._band[1]) / 2.0, *self._half())
            else:
                painter.drawLine(*self._band)
        if self.scene.waiting:
            ink.spinner(self.turn)
        if self.frame is None and self.missing:
            ink.text(0.5 * (self.width() - ink.metrics.horizontalAdvance(self.missing)), 0.5 * self.height() + 44.0,
                     self.missing)  # fmt: skip
            if self.state is None:
                ink.text(8.0, self.height() - 8.0, SIMULATED)
        wide = 3 if self.active else 1
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colours = COLOURS["dark"]
        painter.setPen(QPen(QColor(colours.accent if self.active else colours.line), wide))
        painter.drawRect(self.rect().adjusted(wide // 2, wide // 2, -wide + wide // 2, -wide + wide // 2))
        painter.end()

    def _half(self) -> tuple[float, float]:
        assert self._band is not None
        away = self._band[1] - self._band[0]
        return abs(away.x()) / 2.0, abs(away.y()) / 2.0

    # what a person does

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Become the active pane."""
        self.activated.emit()
        super().focusInEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll; with Ctrl zoom about the pointer."""
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(1.0015 ** event.angleDelta().y(), event.position())
            return
        steps, self._carry_wheel = wheel_steps(self._carry_wheel, event.angleDelta().y())
        if steps:
            self.scrolled.emit(steps)

    def _zoom(self, factor: float, about: QPointF) -> None:
        geometry = self.geometry_now
        if self.state is not None and geometry is not None:
            self.changed.emit(view.zoomed(self.state, factor, geometry, (about.x(), about.y())))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin what the button does."""
        button = _BUTTON.get(event.button())
        if button is None or self.state is None:
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._doing = gesture(button, shift, self.tool, self.scheme)
        self._from = self._last = event.position()
        self._dragged, self._carry_px = False, 0.0
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go on with it."""
        geometry = self.geometry_now
        if self._doing is None or self.state is None or geometry is None:
            return
        here = event.position()
        away = here - self._from
        if not self._dragged and max(abs(away.x()), abs(away.y())) < _DRAG_PX:
            return
        step = here - self._last
        self._dragged, self._last = True, here
        if self._doing is Tool.WINDOW:
            self.changed.emit(view.window_dragged(self.state, step.x(), step.y()))
        elif self._doing is Tool.PAN:
            right, down = step.x() / geometry.scale, step.y() / geometry.scale
            self.changed.emit(view.panned(self.state, right, down, geometry.extent_mm))
        elif self._doing is Tool.ZOOM:
            self._zoom(1.01 ** -step.y(), self._from)
        elif self._doing is Tool.SCROLL:
            steps, self._carry_px = scroll_steps(self._carry_px, -step.y(), self.count, float(self.height()))
            if steps:
                self.scrolled.emit(steps)
        elif self._doing in SPANNING:
            self._band = self._from, here
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End it: a drag that measures, or a click."""
        doing, self._doing, self._band = self._doing, None, None
        geometry = self.geometry_now
        if doing is None or geometry is None or self.state is None:
            return
        here = event.position()
        row, column = geometry.pixel_at(here.x(), here.y())
        if self._dragged:
            if doing in SPANNING:
                self.spanned.emit(doing, *geometry.pixel_at(self._from.x(), self._from.y()), row, column)
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if doing is Tool.ZOOM and event.button() == Qt.MouseButton.LeftButton:
            self._zoom(1.0 / 1.5 if shift else 1.5, here)
        elif doing is Tool.PAN and event.button() == Qt.MouseButton.LeftButton and not shift:
            self.changed.emit(view.centred(self.state, row, column, geometry))
        elif doing in POINTING and geometry.holds(row, column):
            self.pointed.emit(doing, row, column)
        elif event.button() == Qt.MouseButton.LeftButton and geometry.holds(row, column):
            self.pointed.emit(Tool.WINDOW, row, column)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for this pane alone, or for all of them again."""
        if event.button() == Qt.MouseButton.LeftButton and self.tool not in POINTING:
            self.maximise_asked.emit()
        else:
            self.mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Paint anew when fonts or palette change."""
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.PaletteChange}:
            self.update()
        super().changeEvent(event)
