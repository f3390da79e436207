"""What each key of the viewer does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from trainer.ui.reading import view
from trainer.ui.reading.hang import LAYOUTS
from trainer.ui.reading.tool import Tool
from trainer.ui.shortcut import SHORTCUTS, bind

if TYPE_CHECKING:
    from trainer.ui.reading.room import ReadingRoom

_CURSOR_PX: Final = 6.0
_PAN_PX: Final = 40.0
_WINDOW_PX: Final = 20.0
_ZOOM: Final = 1.25


def acts_of(room: ReadingRoom) -> Mapping[str, Callable[[], None]]:
    """Return what each shortcut of the viewer does, by its id in `trainer.ui.shortcut.SHORTCUTS`."""
    stage, reader = room.stage, room.reader

    def changes(act: Callable[[view.ViewState], view.ViewState]) -> Callable[[], None]:
        return lambda: stage.change(act)

    def drags(right_px: float, down_px: float) -> Callable[[], None]:
        return changes(lambda state: view.window_dragged(state, right_px, down_px))

    acts: dict[str, Callable[[], None]] = {
        "next-slice": partial(stage.scroll_by, 1),
        "previous-slice": partial(stage.scroll_by, -1),
        "ten-up": partial(stage.scroll_by, 10),
        "ten-down": partial(stage.scroll_by, -10),
        "first-slice": partial(stage.scroll_to_end, False),
        "last-slice": partial(stage.scroll_to_end, True),
        "pane-left": partial(stage.step_pane, -1),
        "pane-right": partial(stage.step_pane, 1),
        "window-lung": partial(stage.set_preset, "lung"),
        "window-mediastinum": partial(stage.set_preset, "mediastinum"),
        "window-bone": partial(stage.set_preset, "bone"),
        "invert": changes(view.inverted),
        "wider": drags(_WINDOW_PX, 0.0),
        "narrower": drags(-_WINDOW_PX, 0.0),
        "brighter": drags(0.0, -_WINDOW_PX),
        "darker": drags(0.0, _WINDOW_PX),
        "zoom-in": partial(stage.zoom, _ZOOM),
        "zoom-out": partial(stage.zoom, 1.0 / _ZOOM),
        "fit": changes(view.fitted),
        "reset": changes(view.reset),
        "link": lambda: stage.link(not stage.views.linked),
        "cross-reference": lambda: stage.show_cuts(not stage.cuts),
        "flicker": stage.flick,
        "cine": lambda: stage.cine.run(not stage.cine.running),
        "key-image": room.keep_image,
        "slab": changes(view.next_slab),
        "thicker": changes(lambda state: view.thicker(state, 1)),
        "thinner": changes(lambda state: view.thicker(state, -1)),
        "kernel": room.other_kernel,
        "undo": reader.book.stack.undo,
        "redo": reader.book.stack.redo,
        "delete": reader.delete,
        "next-mark": room.next_mark,
        "escape": room.put_away,
        "maximise": stage.maximise,
        "visit-before": partial(stage.step_visit, -1),
        "visit-after": partial(stage.step_visit, 1),
        "plane": stage.next_plane,
    }
    for name, right, down in (("up", 0, -1), ("down", 0, 1), ("left", -1, 0), ("right", 1, 0)):
        acts[f"cursor-{name}"] = partial(stage.move_cursor, right * _CURSOR_PX, down * _CURSOR_PX)
        acts[f"pan-{name}"] = partial(stage.pan, right * _PAN_PX, down * _PAN_PX)
    for tool in (Tool.WINDOW, Tool.LOCATE, Tool.DISTANCE, Tool.REGION, Tool.MARK, Tool.CHANGE):
        acts[tool.value] = partial(room.use, tool)
    return acts


def bind_keys(acts: Mapping[str, Callable[[], None]], canvases: Sequence[QWidget], room: ReadingRoom) -> None:
    """Let keys act: single ones in the pictures alone, those of layouts in the whole window."""
    for shortcut in SHORTCUTS:
        if shortcut.scope == "viewer":
            for canvas in canvases:
                bind(canvas, shortcut.id, acts[shortcut.id])
    for name, layout in zip(("layout-1", "layout-2", "layout-4", "layout-mpr"), LAYOUTS, strict=True):
        bind(room, name, partial(room.stage.set_layout, layout))
    bind(room, "focus-viewer", room.stage.focus_picture)
