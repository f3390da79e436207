"""Every key that does something: one table, which the sheet on `?`, the preferences and the tests read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

Scope = Literal["viewer", "page", "window"]


@dataclass(frozen=True)
class Shortcut:
    """A key and what it does.

    Parameters
    ----------
    id : str
    keys : str
        As `QKeySequence` reads them.
    text : str
        What it does, in a few words.
    scope : {"viewer", "page", "window"}
        Single letters and digits act in the viewer alone, so that nobody loses them while typing.
    """

    id: str
    keys: str
    text: str
    scope: Scope


SHORTCUTS: Final[tuple[Shortcut, ...]] = (
    Shortcut("next-slice", "Up", "one slice towards the head", "viewer"),
    Shortcut("previous-slice", "Down", "one slice towards the feet", "viewer"),
    Shortcut("ten-up", "PgUp", "ten slices towards the head", "viewer"),
    Shortcut("ten-down", "PgDown", "ten slices towards the feet", "viewer"),
    Shortcut("first-slice", "Home", "the lowest slice", "viewer"),
    Shortcut("last-slice", "End", "the highest slice", "viewer"),
    Shortcut("pane-left", "Left", "the pane before", "viewer"),
    Shortcut("pane-right", "Right", "the next pane", "viewer"),
    Shortcut("window-lung", "1", "lung window", "viewer"),
    Shortcut("window-mediastinum", "2", "mediastinal window", "viewer"),
    Shortcut("window-bone", "3", "bone window", "viewer"),
    Shortcut("invert", "I", "invert the greys", "viewer"),
    Shortcut("wider", "Shift+Right", "wider window", "viewer"),
    Shortcut("narrower", "Shift+Left", "narrower window", "viewer"),
    Shortcut("brighter", "Shift+Up", "brighter", "viewer"),
    Shortcut("darker", "Shift+Down", "darker", "viewer"),
    Shortcut("zoom-in", "+", "zoom in", "viewer"),
    Shortcut("zoom-out", "-", "zoom out", "viewer"),
    Shortcut("fit", "0", "fit to the pane", "viewer"),
    Shortcut("reset", "R", "window, zoom and place as they were", "viewer"),
    Shortcut("link", "L", "scroll visits together, or each by itself", "viewer"),
    Shortcut("cross-reference", "X", "show where the other panes cut", "viewer"),
    Shortcut("flicker", "Space", "flicker between this visit and the one before", "viewer"),
    Shortcut("cine", "C", "run through the slices", "viewer"),
    Shortcut("distance", "D", "measure a distance", "viewer"),
    Shortcut("region", "O", "measure the density of a region", "viewer"),
    Shortcut("mark", "M", "mark a finding", "viewer"),
    Shortcut("change", "G", "say what became of an opacity", "viewer"),
    Shortcut("key-image", "K", "keep this as a key image", "viewer"),
    Shortcut("slab", "S", "next slab: single slice, MIP, MinIP, mean", "viewer"),
    Shortcut("kernel", "N", "lung or soft kernel", "viewer"),
    Shortcut("window", "W", "put the window back into the left button", "viewer"),
    Shortcut("locate", "H", "bring the other panes to this place", "viewer"),
    Shortcut("cursor-up", "Alt+Up", "crosshair up", "viewer"),
    Shortcut("cursor-down", "Alt+Down", "crosshair down", "viewer"),
    Shortcut("cursor-left", "Alt+Left", "crosshair left", "viewer"),
    Shortcut("cursor-right", "Alt+Right", "crosshair right", "viewer"),
    Shortcut("pan-up", "Ctrl+Up", "move the picture up", "viewer"),
    Shortcut("pan-down", "Ctrl+Down", "move the picture down", "viewer"),
    Shortcut("pan-left", "Ctrl+Left", "move the picture left", "viewer"),
    Shortcut("pan-right", "Ctrl+Right", "move the picture right", "viewer"),
    Shortcut("visit-before", ",", "the visit before, in this pane", "viewer"),
    Shortcut("visit-after", ".", "the visit after, in this pane", "viewer"),
    Shortcut("plane", "P", "next plane: axial, coronal, sagittal", "viewer"),
    Shortcut("thicker", "T", "thicker slab", "viewer"),
    Shortcut("thinner", "Shift+T", "thinner slab", "viewer"),
    Shortcut("next-mark", "J", "to the next mark", "viewer"),
    Shortcut("delete", "Del", "delete the chosen mark", "viewer"),
    Shortcut("redo", "Ctrl+Shift+Z", "do it again", "viewer"),
    Shortcut("undo", "Ctrl+Z", "take back the last mark or measurement", "viewer"),
    Shortcut("escape", "Esc", "put the tool away", "viewer"),
    Shortcut("maximise", "Return", "this pane alone, and back", "viewer"),
    Shortcut("layout-1", "Ctrl+Alt+1", "one pane", "page"),
    Shortcut("layout-2", "Ctrl+Alt+2", "prior and current", "page"),
    Shortcut("layout-4", "Ctrl+Alt+3", "four panes", "page"),
    Shortcut("layout-mpr", "Ctrl+Alt+4", "three planes", "page"),
    Shortcut("focus-viewer", "Ctrl+0", "to the pictures", "page"),
    Shortcut("section-1", "Ctrl+1", "to the chart", "page"),
    Shortcut("section-2", "Ctrl+2", "to the read", "page"),
    Shortcut("section-3", "Ctrl+3", "to the differential", "page"),
    Shortcut("section-4", "Ctrl+4", "to the evidence", "page"),
    Shortcut("section-5", "Ctrl+5", "to the orders", "page"),
    Shortcut("section-6", "Ctrl+6", "to the next visit and its forecast", "page"),
    Shortcut("send-orders", "Ctrl+Shift+Return", "send the queued orders now", "page"),
    Shortcut("sign-read", "Ctrl+Shift+R", "sign the read of the CT", "page"),
    Shortcut("commit", "Ctrl+Return", "commit the step", "page"),
    Shortcut("advance", "Ctrl+Shift+N", "move the clock to the next visit", "page"),
    Shortcut("search", "Ctrl+F", "search the cases", "page"),
    Shortcut("library", "Ctrl+L", "back to the library", "window"),
    Shortcut("preferences", "Ctrl+,", "preferences", "window"),
    Shortcut("shortcuts", "?", "this sheet", "window"),
    Shortcut("full-screen", "F11", "full screen", "window"),
    Shortcut("quit", "Ctrl+Q", "leave Atoll", "window"),
)

_TABLE: Final = {shortcut.id: shortcut for shortcut in SHORTCUTS}
_CONTEXT: Final = {
    "viewer": Qt.ShortcutContext.WidgetWithChildrenShortcut,
    "page": Qt.ShortcutContext.WindowShortcut,
    "window": Qt.ShortcutContext.WindowShortcut,
}


_PREFIX: Final = "shortcut_"
_chosen: dict[str, str] = {}  # keys by id, where a person prefers others; of the process, as the table is


def keys_of(name: str) -> str:
    """Return the keys of a shortcut: those preferred, or those of the table.

    Raises
    ------
    KeyError
        If the table has no such shortcut.
    """
    return _chosen.get(name) or _TABLE[name].keys


def prefer(keys: Mapping[str, str]) -> None:
    """Let shortcuts act on other keys, those that are bound already and those to come.

    Parameters
    ----------
    keys : mapping
        Keys by id, where they differ from the table. An unknown id is passed over, as one of another version is, and
        so are keys to which there is an objection: a file may have been edited by hand.
    """
    _chosen.clear()
    known = {name: wanted for name, wanted in keys.items() if name in _TABLE}
    _chosen.update({name: wanted for name, wanted in known.items() if objection(name, wanted, known) is None})
    for widget in QApplication.topLevelWidgets():
        for made in widget.findChildren(QShortcut):
            name = made.objectName().removeprefix(_PREFIX).replace("_", "-")
            if name in _TABLE:
                made.setKey(QKeySequence(keys_of(name)))


def objection(name: str, keys: str, chosen: Mapping[str, str]) -> str | None:
    """Return why a shortcut cannot have these keys, if it cannot.

    The scopes lie in one another, the viewer in its page and the page in its window, so a key that is used twice
    would be heard by both or by neither.

    Parameters
    ----------
    name : str
    keys : str
        As `QKeySequence` reads them.
    chosen : mapping
        The preferred keys of the others.
    """
    wanted = QKeySequence(keys)
    text = wanted.toString()
    if wanted.count() != 1 or not text:
        return "one key, with or without Ctrl, Alt and Shift, is needed"
    if text.split("+")[-1] in {"Tab", "Backtab"}:
        return "Tab goes from one part to the next, and stays so"
    letter = len(text.removeprefix("Shift+")) == 1
    if _TABLE[name].scope != "viewer" and letter and text != _TABLE[name].keys:
        return "a single letter acts in the viewer alone; add Ctrl or Alt"
    for other in SHORTCUTS:
        if other.id != name and QKeySequence(chosen.get(other.id) or other.keys) == wanted:
            return f"{text} is there already: {other.text}"
    return None


def bind(widget: QWidget, name: str, act: Callable[[], None]) -> QShortcut:
    """Let the key of a shortcut act in, or under, a widget.

    Raises
    ------
    KeyError
        If the table has no such shortcut.
    """
    made = QShortcut(QKeySequence(keys_of(name)), widget)
    made.setObjectName(f"{_PREFIX}{name.replace('-', '_')}")
    made.setContext(_CONTEXT[_TABLE[name].scope])
    made.setAutoRepeat(_TABLE[name].scope == "viewer")  # a key held down would say yes to what was just asked
    made.activated.connect(act)
    return made
