"""The panes and what they show together: drawing, scrolling, cine, and how long each slice was on show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from trainer.chest.display import Plane, Slab
from trainer.chest.protocol import Kernel
from trainer.ui.reading import view
from trainer.ui.reading.canvas import Canvas
from trainer.ui.reading.cine import Cine
from trainer.ui.reading.composer import Composer
from trainer.ui.reading.hang import MOST_PANES, Layout, after
from trainer.ui.reading.pane import Pane
from trainer.ui.reading.reader import Reader
from trainer.ui.reading.scan import Ask
from trainer.ui.reading.scene import nearest
from trainer.ui.reading.tool import POINTING, Tool
from trainer.ui.reading.view import Name, Place, ViewState
from trainer.ui.reading.views import Views
from trainer.ui.reading.watch import Watch

if TYPE_CHECKING:
    from trainer.ui.reading.pictures import Pictures

_NEAR_PX: Final = 12.0


class Stage(QWidget):
    """Up to four panes.

    Parameters
    ----------
    pictures : Pictures
    reader : Reader
        What is set down on the pictures.
    parent : QWidget, optional

    Signals
    -------
    shown
        Something else is on show.
    said : str
        A line for the reader.
    """

    shown = Signal()
    said = Signal(str)

    def __init__(self, pictures: Pictures, reader: Reader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panes")
        self._pictures, self._reader = pictures, reader
        self.views = Views(pictures)
        self.cuts = True
        self.missing = "Waiting for the chest"
        self.watch = Watch()
        self._wholes: set[tuple[Name, Kernel]] = set()
        self._composer = Composer(pictures, reader, self.views, self.draw)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(3)
        self.panes = [Pane(n + 1, self) for n in range(MOST_PANES)]
        for n, pane in enumerate(self.panes):
            canvas = pane.canvas
            canvas.activated.connect(partial(self._activate, n))
            canvas.scrolled.connect(partial(self._scroll, n))
            canvas.changed.connect(partial(self._look, n))
            canvas.pointed.connect(partial(self._point, n))
            canvas.spanned.connect(partial(self._span, n))
            canvas.maximise_asked.connect(partial(self._maximise, n))
            pane.visit_chosen.connect(partial(self._choose_visit, n))
            pane.plane_chosen.connect(partial(self._choose_plane, n))
            pane.index_chosen.connect(partial(self._to_index, n))
        self._spin = QTimer(self)
        self._spin.setInterval(90)
        self._spin.timeout.connect(self._turn)
        self.cine = Cine(self._run_on, self)
        self.cine.changed.connect(self.shown)
        pictures.arrived.connect(self._arrived)
        reader.changed.connect(self.draw)
        self._lay()

    @property
    def canvas(self) -> Canvas:
        """The canvas of the active pane."""
        return self.panes[self.views.active].canvas

    # scans

    def open_scans(self, names: Sequence[Name]) -> None:
        """Hang these visits; without any, show why there is nothing."""
        if not names:
            self.views.panes, self.views.names = [], ()
        else:
            own = [name for name in names if not name[0]] or list(names)
            self.views.hang(self.views.layout, names, own[-1])
            for name in names:
                self.watch.open(name, self._pictures.count(name, "axial"))
            for pane in self.panes:
                pane.set_names(self.views.names)
        self._lay()
        self.draw()

    def forget(self) -> None:
        """Another patient: nothing was on show."""
        self.watch.forget()
        self._wholes.clear()
        self._composer.forget()
        self.views.cursor = None
        self.open_scans(())

    def set_layout(self, layout: Layout) -> None:
        """Show a layout; the visit of the active pane is the current one of it, unless it is the first of all."""
        here = self.views.current
        if here is None:
            self.views.layout = layout
        else:
            first = min(name for name in self.views.names if name[0] == here.scan[0])
            beside = layout in {"1x2", "2x2"} and here.scan == first and after(first, self.views.names)
            self.views.hang(layout, self.views.names, beside or here.scan)
        self._lay()
        self.draw()

    def _lay(self) -> None:
        """Put the panes that are on show into their places."""
        shown = self.views.visible
        focused = any(pane.canvas.hasFocus() for pane in self.panes)
        for pane in self.panes:
            self._grid.removeWidget(pane)
        for row in range(2):
            self._grid.setRowStretch(row, 0)
            self._grid.setColumnStretch(row, 0)
        for n, pane in enumerate(self.panes):
            if n in shown or (not self.views.panes and n == 0):
                row, column, rows, columns = (0, 0, 1, 1) if len(shown) <= 1 else self.views.places[n]
                self._grid.addWidget(pane, row, column, rows, columns)
                for k in range(row, row + rows):
                    self._grid.setRowStretch(k, 1)
                for k in range(column, column + columns):
                    self._grid.setColumnStretch(k, 1)
            pane.setVisible(n in shown or (not self.views.panes and n == 0))
        if focused:
            self.focus_picture()

    def focus_picture(self) -> None:
        """Give the keyboard to the active pane."""
        self.panes[self.views.active].canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _activate(self, n: int) -> None:
        if n < len(self.views.panes) and n != self.views.active and n in self.views.visible:
            self.views.active = n
            self.draw()

    def step_pane(self, steps: int) -> None:
        """Make the next pane the active one."""
        self.views.step_pane(steps)
        if self.views.alone:
            self._lay()
        self.focus_picture()
        self.draw()

    def _maximise(self, n: int) -> None:
        self.views.active = n if n < len(self.views.panes) else 0
        self.maximise()

    def maximise(self) -> None:
        """Show the active pane alone, or all of them again."""
        self.views.maximise()
        self._lay()
        self.focus_picture()
        self.draw()

    def _scroll(self, n: int, steps: int) -> None:
        if n < len(self.views.panes):
            self.views.scroll(n, steps)
            self.draw()

    def scroll_by(self, steps: int) -> None:
        """Go some slices on in the active pane."""
        self._scroll(self.views.active, steps)

    def _to_index(self, n: int, index: int) -> None:
        if n < len(self.views.panes):
            self.views.to_index(n, index)
            self.draw()

    def scroll_to_end(self, highest: bool) -> None:
        """Go to the highest or lowest slice."""
        self._to_index(self.views.active, 1 << 30 if highest else 0)

    def _look(self, n: int, state: ViewState) -> None:
        if n < len(self.views.panes):
            self.views.look(n, state)
            self.draw()

    def change(self, act: Callable[[ViewState], ViewState]) -> None:
        """Show the active pane otherwise."""
        self.views.change(act)
        self.draw()

    def set_preset(self, name: str) -> None:
        """Show a window of `trainer.chest.display.WINDOWS`."""
        self.change(lambda state: view.preset(state, name))

    def set_window(self, level_hu: float, width_hu: float) -> None:
        """Show a window."""
        self.change(lambda state: view.windowed(state, level_hu, width_hu))

    def set_slab(self, kind: Slab, thickness_mm: float) -> None:
        """Show a slab; the single slice where the thickness is 0."""
        self.change(lambda state: view.slabbed(state, kind, thickness_mm))

    def zoom(self, factor: float) -> None:
        """Enlarge the active pane about its middle."""
        geometry = self.canvas.geometry_now
        if geometry is not None:
            middle = 0.5 * geometry.size[0], 0.5 * geometry.size[1]
            self.change(lambda state: view.zoomed(state, factor, geometry, middle))

    def pan(self, right_px: float, down_px: float) -> None:
        """Move the picture in the active pane."""
        geometry = self.canvas.geometry_now
        if geometry is not None:
            right, down = right_px / geometry.scale, down_px / geometry.scale
            self.change(lambda state: view.panned(state, right, down, geometry.extent_mm))

    def _choose_visit(self, n: int, name: Name) -> None:
        self.views.choose_visit(n, name)
        self.draw()

    def _choose_plane(self, n: int, plane: Plane) -> None:
        self.views.choose_plane(n, plane)
        self.draw()

    def show_visit(self, name: Name) -> None:
        """Show a visit in the active pane."""
        if self.views.panes and name in self.views.names:
            self._choose_visit(self.views.active, name)

    def step_visit(self, steps: int) -> None:
        """Show the visit before or after in the active pane."""
        if not self.views.step_visit(steps):
            self.said.emit("There is no CT before." if steps < 0 else "There is no CT after.")
        self.draw()

    def next_plane(self) -> None:
        """Show the next plane in the active pane."""
        self.views.next_plane()
        self.draw()

    def link(self, linked: bool) -> None:
        """Scroll visits together, or each by itself."""
        self.views.linked = linked
        self.draw()

    def set_layers(self, layers: Mapping[int, str] | None) -> None:
        """Outline opacities by their number in the series, with a name for each; None takes the outlines away."""
        self._composer.set_layers(layers)
        self.draw()

    def show_cuts(self, on: bool) -> None:
        """Show where the other panes cut, or not."""
        self.cuts = on
        self.draw()

    def flick(self) -> None:
        """Show the other visit in the active pane, or the first again."""
        if not self.views.flick((float(self.canvas.width()), float(self.canvas.height()))):
            self.said.emit("There is no other CT to flicker with.")
        self.draw()

    # the crosshair, and tools at places

    def move_cursor(self, right_px: float, down_px: float) -> None:
        """Move the crosshair in the active pane."""
        geometry, frame = self.canvas.geometry_now, self.canvas.frame
        if geometry is not None and frame is not None:
            self.views.move_cursor(frame, geometry, right_px, down_px)
            self.draw()

    def point_at_cursor(self, tool: Tool) -> None:
        """Act with a tool at the crosshair, or in the middle of the pane."""
        if self.views.cursor is None:
            self.move_cursor(0.0, 0.0)
        frame = self.canvas.frame
        at = None if frame is None else self.views.cursor_in(frame)
        if at is not None:
            self._point(self.views.active, tool, *at)

    def drop_cursor(self) -> None:
        """Take the crosshair away."""
        self.views.cursor = None
        self.draw()

    def _point(self, n: int, tool: Tool, row: float, column: float) -> None:
        canvas = self.panes[n].canvas
        frame, geometry = canvas.frame, canvas.geometry_now
        if frame is None or geometry is None or n >= len(self.views.panes):
            return
        if tool is Tool.LOCATE:
            self.views.locate(n, frame.place_mm(row, column))
            self.draw()
        elif canvas.scene.waiting and tool is not Tool.WINDOW:
            self.said.emit("The slice is still being drawn.")
        else:
            within = _NEAR_PX / (min(frame.pixel_mm) * geometry.scale)
            self._reader.point(tool, frame, row, column, nearest(canvas.scene.dots, row, column, within))

    def _span(self, n: int, tool: Tool, row: float, column: float, end_row: float, end_column: float) -> None:
        canvas = self.panes[n].canvas
        if canvas.frame is not None and not canvas.scene.waiting:
            self._reader.span(tool, canvas.frame, (row, column), (end_row, end_column))

    def take(self, tool: Tool) -> None:
        """Put a tool into the left button."""
        for pane in self.panes:
            pane.canvas.tool = tool
            pane.canvas.setCursor(Qt.CursorShape.CrossCursor if tool in POINTING else Qt.CursorShape.ArrowCursor)

    def show_place(self, name: Name, place: Place) -> None:
        """Show a place of a visit in the active pane."""
        self.views.visit(name, place)
        self.draw()

    def _run_on(self) -> None:
        here = self.views.current
        if here is None or self.canvas.scene.waiting:
            return
        count = self._pictures.count(here.scan, here.plane)
        self._to_index(self.views.active, here.index + 1 if here.index + 1 < count else 0)

    # drawing

    def draw(self) -> None:
        """Show the panes as the views have them, and ask for what is not ready."""
        shown = [n for n in self.views.visible if n < len(self.views.panes)]
        frames = {n: self._pictures.now(self.views.panes[n].ask) for n in shown}
        waiting = False
        for n in shown:
            state = self.views.panes[n]
            count = self._pictures.count(state.scan, state.plane)
            scene = self._composer.scene(n, frames, count, self.cuts)
            waiting = waiting or scene.waiting
            self.panes[n].canvas.active = n == self.views.active and len(shown) > 1
            self.panes[n].show_view(
                state, frames[n], scene, count, "The slice is being drawn" if count else self.missing
            )
        if not shown:
            self.panes[0].canvas.show_nothing(self.missing)
        if waiting != self._spin.isActive():
            self._spin.start() if waiting else self._spin.stop()
        self._want(shown)
        exact = [f.ask for n, f in frames.items() if f is not None and f.ask == self.views.panes[n].ask]
        self.watch.show([(ask, self._pictures.spacing_mm(ask.scan)[0]) for ask in exact])
        self.shown.emit()

    def _want(self, shown: Sequence[int]) -> None:
        """Ask for what is on show, the active pane first, and for whole volumes where planes cut across slices."""
        order = sorted(shown, key=lambda n: n != self.views.active)
        states = [self.views.panes[n] for n in order]
        self._pictures.want([state.ask for state in states])
        wholes = {(state.scan, state.kernel) for state in states if state.plane != "axial"}
        for name, kernel in wholes - self._wholes:
            self._pictures.want_whole(name, kernel)
        self._wholes = wholes

    def _arrived(self, ask: Ask) -> None:
        if any(self.views.panes[n].ask == ask for n in self.views.visible if n < len(self.views.panes)):
            self.draw()

    def _turn(self) -> None:
        for n in self.views.visible:
            canvas = self.panes[n].canvas
            if canvas.scene.waiting:
                canvas.turn += 1
                canvas.update()

    # how long each slice was on show

    def event(self, event: QEvent) -> bool:
        """Count time only while the window is in use."""
        kind = event.type()
        if kind in {QEvent.Type.WindowDeactivate, QEvent.Type.Hide}:
            self.watch.stop()
            self.cine.run(False)
        elif (kind == QEvent.Type.WindowActivate and self.isVisible()) or (
            kind == QEvent.Type.Show and self.isActiveWindow()
        ):
            self.watch.start()
        return super().event(event)
