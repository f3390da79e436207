"""The window of the first start: it says how far the compile is, answers, and leaves nothing running."""

import os
import sys

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton

from tests.ui.checks import faults
from trainer.ui import theme
from trainer.ui.first_start import FirstStart, compiling_command

SLOW = """
import json, os, sys, time
print(json.dumps({"share": 0.4, "text": "the chest"}), flush=True)
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def started(qtbot, tmp_path):
    """Start with a program in the place of the compile, which finds a free path in its first word."""

    def make(code):
        window = FirstStart((sys.executable, "-c", code, str(tmp_path / "word")))
        qtbot.addWidget(window)
        window.show()
        return window

    return make


def part(window, kind, name):
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def test_it_closes_when_all_is_compiled(qtbot, started):
    window = started('print("noise\\n[]\\n{\\"share\\": 1.0, \\"text\\": \\"compiled\\"}", flush=True)')
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert window.ready
    assert part(window, QProgressBar, "compiling_progress").value() == 1000


def test_it_says_how_far_it_is_and_a_cancel_ends_the_compile(qtbot, started, tmp_path):
    window = started(SLOW)
    qtbot.waitUntil(lambda: (tmp_path / "word").exists() and (tmp_path / "word").stat().st_size > 0, timeout=20_000)
    line, bar = part(window, QLabel, "compiling_line"), part(window, QProgressBar, "compiling_progress")
    qtbot.waitUntil(lambda: bar.value() == 400, timeout=5000)
    assert line.text() == "Compiling the chest"
    part(window, QPushButton, "cancel_compiling").click()
    assert not window.isVisible() and not window.ready
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "word").read_text()), 0)


def test_a_failure_says_why_and_may_be_tried_again(qtbot, started, tmp_path):
    window = started(
        "import os, sys\n"
        "if os.path.exists(sys.argv[1]): raise SystemExit(0)\n"
        "open(sys.argv[1], 'w').close()\n"
        "raise SystemExit('first\\natoll: the disk is full')"
    )
    again, line = part(window, QPushButton, "compile_again"), part(window, QLabel, "compiling_line")
    qtbot.waitUntil(again.isVisible, timeout=20_000)
    assert line.text() == "It could not be compiled: atoll: the disk is full"
    assert not window.ready
    again.click()
    qtbot.waitUntil(lambda: window.ready, timeout=20_000)


def test_a_compile_that_cannot_be_started_says_so(qtbot, tmp_path):
    window = FirstStart((str(tmp_path / "nothing"),))
    qtbot.addWidget(window)
    window.show()
    line = part(window, QLabel, "compiling_line")
    qtbot.waitUntil(lambda: line.text().startswith("It could not be compiled"), timeout=20_000)


def test_in_a_bundle_the_console_executable_compiles(monkeypatch, tmp_path):
    assert compiling_command() == (sys.executable, "-P", "-m", "trainer.app", "warm", "--json")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for name, wanted in (("atoll-window", "atoll"), ("atoll-window.exe", "atoll.exe")):
        monkeypatch.setattr(sys, "executable", str(tmp_path / name))
        assert compiling_command() == (str(tmp_path / wanted), "warm", "--json")


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("scale", [0.8, 1.6])
def test_it_can_be_read_and_reached(qtbot, qapp, started, tmp_path, look, scale):
    theme.apply(qapp, look, scale)
    window = started(SLOW)
    qtbot.waitUntil(lambda: part(window, QProgressBar, "compiling_progress").value() == 400, timeout=20_000)
    assert faults(window) == []
    window.close()
    theme.apply(qapp, "dark")
