"""What the left button does, and what drags mean. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Button = Literal["left", "middle", "right"]


class Tool(StrEnum):
    """What the left button does in a pane; all tools can be worked by keys as well."""

    WINDOW = "window"
    SCROLL = "scroll"
    PAN = "pan"
    ZOOM = "zoom"
    LOCATE = "locate"
    DISTANCE = "distance"
    REGION = "region"
    MARK = "mark"
    CHANGE = "change"


POINTING: Final = frozenset({Tool.LOCATE, Tool.DISTANCE, Tool.REGION, Tool.MARK, Tool.CHANGE})
"""Tools that act at a place: by a click, or at the crosshair by their key."""
SPANNING: Final = frozenset({Tool.DISTANCE, Tool.REGION})
"""Those that need two places."""


@dataclass(frozen=True)
class Face:
    """How a tool looks and what it says it does.

    Parameters
    ----------
    icon : str
        Phosphor name.
    title, hint : str
    shortcut : str
        Its entry in `trainer.ui.shortcut.SHORTCUTS`, "" where it has none.
    """

    icon: str
    title: str
    hint: str
    shortcut: str = ""


FACES: Final = {
    Tool.WINDOW: Face("circle-half", "Window", "Drag: right is wider, down darker. Keys: Shift with arrows.", "window"),
    Tool.SCROLL: Face("arrows-down-up", "Scroll", "Drag up or down through the slices. Keys: arrows, Page keys."),
    Tool.PAN: Face("hand", "Pan", "Drag, or click what shall come to the middle. Keys: Ctrl with arrows."),
    Tool.ZOOM: Face("magnifying-glass-plus", "Zoom", "Drag; click enlarges, Shift-click shrinks. Keys: + and −."),
    Tool.LOCATE: Face("crosshair-simple", "Locate", "Click: the other panes go to that place.", "locate"),
    Tool.DISTANCE: Face("ruler", "Distance", "Drag, or click both ends.", "distance"),
    Tool.REGION: Face("selection", "Density of a region", "Drag, or click two corners.", "region"),
    Tool.MARK: Face("map-pin", "Mark a finding", "Click the finding, then say how sure you are.", "mark"),
    Tool.CHANGE: Face(
        "git-diff", "Change of an opacity", "Click it in either visit, then say what became of it.", "change"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Scheme:
    """What each button does when no tool has been taken up."""

    title: str
    left: Tool
    middle: Tool
    right: Tool


SCHEMES: Final = {
    "window": Scheme("left windows, right zooms", Tool.WINDOW, Tool.PAN, Tool.ZOOM),
    "scroll": Scheme("left scrolls, right windows", Tool.SCROLL, Tool.PAN, Tool.WINDOW),
}


def gesture(button: Button, shift: bool, tool: Tool, scheme: Scheme) -> Tool:
    """Return what a button does: Shift with the left one pans, whatever the tool."""
    if button == "left":
        return Tool.PAN if shift and tool is not Tool.ZOOM else tool
    return scheme.middle if button == "middle" else scheme.right


def scroll_steps(carried_px: float, moved_px: float, count: int, height_px: float) -> tuple[int, float]:
    """Return how many slices a drag upwards goes, and what is carried over.

    A drag over the whole pane goes through all slices, one over 4 px through one at least.

    Parameters
    ----------
    carried_px, moved_px : float
        Left over from before, and new, upwards positive.
    count : int
        Slices.
    height_px : float
        Of the pane.
    """
    step = min(max(height_px / max(count, 1), 1.0), 4.0)
    total = carried_px + moved_px
    steps = int(total / step)
    return steps, total - steps * step


def wheel_steps(carried: int, turned: int) -> tuple[int, int]:
    """Return how many notches a wheel has turned, and what is carried over; fine wheels turn parts of a notch.

    Parameters
    ----------
    carried, turned : int
        In eighths of a degree; a notch has 120.
    """
    total = carried + turned
    steps = int(total / 120)
    return steps, total - steps * 120
