"""Whether a window can be opened here, found out before Qt is asked, which would abort. Knows no Qt."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PACKAGES: Final = {
    "libGL.so.1": "libgl1", "libEGL.so.1": "libegl1", "libOpenGL.so.0": "libopengl0", "libGLX.so.0": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0", "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libglib-2.0.so.0": "libglib2.0-0", "libgthread-2.0.so.0": "libglib2.0-0", "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1", "libfreetype.so.6": "libfreetype6", "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1", "libxcb.so.1": "libxcb1", "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4", "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1", "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0", "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0", "libxcb-shm.so.0": "libxcb-shm0", "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1", "libxcb-xfixes.so.0": "libxcb-xfixes0", "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}  # fmt: skip
"""The Debian package of each library that Qt's window plugins want from the system."""

_GRAPHICS: Final = ("libGL.so.1", "libEGL.so.1", "libxkbcommon.so.0", "libfontconfig.so.1", "libglib-2.0.so.0")
_XCB: Final = tuple(name for name in _PACKAGES if name.startswith(("libxcb", "libX11", "libxkbcommon-x11")))
_LIBRARY: Final = re.compile(r"lib[\w.+-]+?\.so(?:\.\d+)*")


def obstacle(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return one line that says why no window can be opened and what to do, or None if one can.

    Parameters
    ----------
    environ : mapping
        The environment.
    """
    if not sys.platform.startswith("linux"):
        return None
    return _no_display(environ) or _graphics() or _plugin(environ) or _silent_display(environ)


def of_import(error: ImportError) -> str:
    """Return one line about a part of Qt that could not be loaded."""
    found = _LIBRARY.search(str(error))
    return _missing([found.group()]) if found else f"Qt cannot be loaded ({error}); install Atoll again"


def _displays(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the X display and the Wayland display that Qt may take, "" for none; None if it needs neither."""
    asked = environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if asked not in {"", "xcb", "wayland"}:
        return None
    x11 = environ.get("DISPLAY", "") if asked != "wayland" else ""
    wayland = environ.get("WAYLAND_DISPLAY", "") if asked != "xcb" else ""
    return x11, wayland


def _no_display(environ: Mapping[str, str]) -> str | None:
    if _displays(environ) == ("", ""):
        return "no display; start it in a desktop session, or see `atoll --help` for the commands"
    return None


def _silent_display(environ: Mapping[str, str]) -> str | None:
    displays = _displays(environ)
    if displays is None:
        return None
    x11, wayland = displays
    if (wayland and _wayland_answers(environ)) or (x11 and _x11_answers(x11)):
        return None
    return f"the display {wayland or x11} does not answer; start Atoll in a desktop session that you are logged in to"


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    path = Path(environ.get("XDG_RUNTIME_DIR", "")) / environ["WAYLAND_DISPLAY"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        try:
            end.connect(str(path))
        except OSError:
            return False
    return True


def _x11_answers(display: str) -> bool:
    """Return whether the X server lets us in."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    error = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not error


def _graphics() -> str | None:
    """Return what Qt's drawing, on any display, misses."""
    missing = [name for name in _GRAPHICS if not _loads(name)]
    return _missing(missing) if missing else None


def _plugin(environ: Mapping[str, str]) -> str | None:
    """Return what the plugin of the X display misses, where it is the one that Qt will take."""
    asked = environ.get("QT_QPA_PLATFORM", "")
    if not asked.startswith("xcb") and (asked or environ.get("WAYLAND_DISPLAY")):
        return None
    missing = [name for name in _XCB if not _loads(name)]
    if missing:
        return _missing(missing)
    spec = importlib.util.find_spec("PySide6")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        plugin = Path(folder) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
        if plugin.exists() and (error := _fault_of(str(plugin))) is not None:
            found = _LIBRARY.search(error.replace(str(plugin), ""))
            return _missing([found.group()]) if found else f"Qt cannot open a window here ({error})"
    return None


def _loads(name: str) -> bool:
    return _fault_of(name) is None


def _fault_of(name: str) -> str | None:
    try:
        ctypes.CDLL(name)
    except OSError as error:
        return str(error)
    return None


def _missing(names: list[str]) -> str:
    packages = sorted({_PACKAGES[name] for name in names if name in _PACKAGES})
    what = "library" if len(names) == 1 else "libraries"
    how = f"on Debian: apt-get install {' '.join(packages)}" if packages else "install the package that has it"
    return f"Qt misses the {what} {', '.join(names)} of the system; {how}"
