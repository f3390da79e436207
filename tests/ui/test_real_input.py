"""Under an X server with a window manager: real wheel, drag and key events reach the viewer."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

_NEEDED = ("Xvfb", "openbox", "xdotool")
_PATIENCE_S = 240


def _lines(process):
    """Yield what a process says, line by line, in words."""
    for line in process.stdout:
        yield line.split()


@pytest.fixture
def window(tmp_path):
    """The real window under Xvfb and openbox: its process, and what runs xdotool on its display."""
    missing = [tool for tool in _NEEDED if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")
    with ExitStack() as stack:
        ask, tell = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
            pass_fds=[tell], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        stack.callback(server.wait)
        stack.callback(server.terminate)
        os.close(tell)
        with os.fdopen(ask) as answer:
            display = f":{answer.readline().strip()}"
        around = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        manager = subprocess.Popen(["openbox"], env=around, stderr=subprocess.DEVNULL)
        stack.callback(manager.wait)
        stack.callback(manager.terminate)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.real", str(tmp_path)], env=around, stdout=subprocess.PIPE, text=True
        )
        stack.callback(process.stdout.close)
        stack.callback(process.wait)
        stack.callback(process.kill)

        def do(*words):
            subprocess.run(["xdotool", *map(str, words)], env=around, check=True, timeout=20)

        yield process, do


def after(lines, do, changed, *gestures):
    """Make gestures and return the first state that they lead to in which something holds."""
    for words in gestures:
        do(*words)
        time.sleep(0.1)
    end = time.monotonic() + 30
    for words in lines:
        assert time.monotonic() < end
        if words[0] == "state":
            state = tuple(float(word) for word in words[1:])
            if changed(state):
                return state
    raise AssertionError("the window has gone")


@pytest.mark.long
def test_real_wheel_drag_and_keys_reach_the_viewer(window):
    process, do = window
    lines = _lines(process)
    x, y, width, height = (int(word) for word in next(words for words in lines if words[0] == "pane")[1:])
    index, level, broad, zoom = (float(word) for word in next(lines)[1:])
    middle = (x + width // 2, y + height // 2)
    do("mousemove", *middle)
    state = after(lines, do, lambda s: s[0] == index + 3, *[("click", 4)] * 3)
    assert state[1:] == (level, broad, zoom)
    state = after(
        lines, do, lambda s: s[2] > broad,
        ("mousedown", 1), ("mousemove", middle[0] + 40, middle[1]), ("mouseup", 1),
    )  # fmt: skip
    assert state[0] == index + 3
    do("mousemove", *middle)
    state = after(lines, do, lambda s: s[1:3] == (40, 400), ("key", "2"))
    state = after(lines, do, lambda s: s[0] == index + 4, ("key", "Up"))
    state = after(lines, do, lambda s: s[3] > zoom, ("keydown", "ctrl"), ("click", 4), ("keyup", "ctrl"))
    assert state[0] == index + 4
    assert process.poll() is None
