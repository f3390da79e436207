"""A start that cannot be says why in one line; an end, however it comes, is clean. Each in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trainer.ui.platform import obstacle, of_import

ROOT = Path(__file__).resolve().parents[2]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the libraries of a Linux desktop")
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from trainer.ui import application as start

class Window(QWidget):
    def tell(self, line):
        print("told:", line, flush=True)
        QTimer.singleShot(0, self.close)

    def closeEvent(self, event):
        print("closed", flush=True)

def ready():
    print("ready", flush=True)

def stumble():
    raise ValueError("a stumble\\nin two lines")

application = QApplication(sys.argv[:1])
start.keep_log()
window = Window()
"""


def environment(home, **changes):
    wanted = {**os.environ, "PYTHONPATH": str(ROOT), "ATOLL_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", **changes}
    return {name: value for name, value in wanted.items() if value is not None}


def atoll(home, **changes):
    command = [sys.executable, "-m", "trainer.app"]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(home, **changes), cwd=ROOT, timeout=60
    )


def refused(done):
    """Return the one line with which a start was refused."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("atoll: ")
    return line


@pytest.fixture
def without(tmp_path):
    """Make a folder with useless libraries, which the loader meets before those of the system."""

    def make(*names):
        folder = tmp_path / "useless"
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_bytes(b"")
        return str(folder)

    return make


NO_PLATFORM = {"QT_QPA_PLATFORM": None, "WAYLAND_DISPLAY": None}


@LINUX
@pytest.mark.parametrize("asked", [None, "xcb", "wayland"])
def test_no_display(tmp_path, asked):
    done = atoll(tmp_path, **{**NO_PLATFORM, "DISPLAY": None, "QT_QPA_PLATFORM": asked})
    assert "no display; start it in a desktop session" in refused(done)


@LINUX
@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ],
)
def test_a_missing_library_of_the_x_window(tmp_path, without, library, package):
    done = atoll(tmp_path, **NO_PLATFORM, DISPLAY=":7654", LD_LIBRARY_PATH=without(library))
    line = refused(done)
    assert library in line and "on Debian: apt-get install" in line and package in line.split()


@LINUX
def test_several_missing_libraries_are_told_together(tmp_path, without):
    folder = without("libxcb-cursor.so.0", "libxcb-keysyms.so.1")
    line = refused(atoll(tmp_path, **NO_PLATFORM, DISPLAY=":7654", LD_LIBRARY_PATH=folder))
    assert line.endswith("apt-get install libxcb-cursor0 libxcb-keysyms1")


@LINUX
@pytest.mark.parametrize(("library", "package"), [("libGL.so.1", "libgl1"), ("libEGL.so.1", "libegl1")])
@pytest.mark.parametrize("display", [{}, {**NO_PLATFORM, "DISPLAY": ":7654"}])
def test_missing_opengl(tmp_path, without, library, package, display):
    line = refused(atoll(tmp_path, **display, LD_LIBRARY_PATH=without(library)))
    assert line.endswith(f"Qt misses the library {library} of the system; on Debian: apt-get install {package}")


@LINUX
def test_a_display_that_does_not_answer(tmp_path):
    if "misses" in obstacle({"DISPLAY": ":7654"}):
        pytest.skip("the libraries of the X window are not here")
    line = refused(atoll(tmp_path, **NO_PLATFORM, DISPLAY=":7654"))
    assert "the display :7654 does not answer" in line
    line = refused(
        atoll(tmp_path, QT_QPA_PLATFORM=None, DISPLAY=None, WAYLAND_DISPLAY="none-such", XDG_RUNTIME_DIR="/tmp")
    )
    assert "the display none-such does not answer" in line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("libGL.so.1: cannot open shared object file: No such file or directory", "apt-get install libgl1"),
        ("libfoo-2.so.7: cannot open shared object file", "libfoo-2.so.7 of the system; install the package"),
        ("DLL load failed", "Qt cannot be loaded (DLL load failed)"),
    ],
)
def test_what_an_import_of_qt_misses(text, says):
    assert says in of_import(ImportError(text))


@pytest.mark.parametrize("asked", ["offscreen", "minimal", "vnc:size=1x1"])
def test_other_platforms_need_no_display(asked):
    assert obstacle({"QT_QPA_PLATFORM": asked}) is None


def test_a_home_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be made" in refused(atoll(tmp_path / "file"))


def started(home, code):
    command = [sys.executable, "-c", WINDOW + code]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(home), cwd=ROOT
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_the_window_cleanly(tmp_path, number):
    made = started(tmp_path, "QTimer.singleShot(0, ready)\nsys.exit(start.run(application, window))")
    assert made.stdout.readline() == "ready\n"
    begun = time.monotonic()
    made.send_signal(number)
    out, err = made.communicate(timeout=20)
    assert (out, err, made.returncode) == ("closed\n", "", 128 + number)
    assert time.monotonic() - begun < 5.0


def test_a_defect_is_told_in_one_line_and_kept_in_the_log(tmp_path):
    made = started(tmp_path, "QTimer.singleShot(0, stumble)\nsys.exit(start.run(application, window))")
    out, err = made.communicate(timeout=20)
    told, closed = out.splitlines()
    assert "ValueError: a stumble in two lines" in told and str(tmp_path / "logs") in told
    assert (closed, err, made.returncode) == ("closed", "", 0)
    log = (tmp_path / "logs" / "atoll.log").read_text()
    assert "Traceback" in log and "in stumble" in log


def test_a_defect_in_a_thread_is_told_too(tmp_path):
    code = """
from threading import Thread
QTimer.singleShot(0, lambda: Thread(target=stumble).start())
sys.exit(start.run(application, window))
"""
    out, err = started(tmp_path, code).communicate(timeout=20)
    assert "ValueError: a stumble" in out and err == ""


def test_a_crash_leaves_its_trace(tmp_path):
    made = started(tmp_path, "import ctypes\nctypes.string_at(0)")
    made.communicate(timeout=20)
    assert made.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in (tmp_path / "logs" / "crash.log").read_text()


def test_where_no_log_can_be_written_the_window_opens_all_the_same(tmp_path):
    (tmp_path / "logs").write_text("")
    made = started(tmp_path, "QTimer.singleShot(0, window.close)\nsys.exit(start.run(application, window))")
    out, err = made.communicate(timeout=20)
    assert (out, err, made.returncode) == ("closed\n", "", 0)


HEAVY = {"numpy", "pyqtgraph", "pydicom", "highdicom", "scipy", "napari", "numba", "PIL", "rich"}


def test_the_library_is_on_the_screen_before_anything_heavy_is_loaded(tmp_path):
    code = """
import sys
from PySide6.QtWidgets import QApplication
from trainer.ui import application as start
from trainer.ui.preference import Preferences
from tests.records.kept import shelf_in
from trainer.core.place import home_dir
application = QApplication(sys.argv[:1])
window = start.window_of(application, shelf_in(home_dir()), Preferences())
window.show()
window.repaint()
print(*sys.modules)
print(window.library.list.cases.rowCount(), flush=True)
import os
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(tmp_path), cwd=ROOT, timeout=60
    )
    modules, cases = done.stdout.splitlines()
    assert int(cases) == 12, done.stderr
    assert not {name.split(".")[0] for name in modules.split()} & HEAVY


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_main_window_ends_by_a_signal(tmp_path, engine, number):
    code = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from trainer.ui import application as start
QApplication(sys.argv[:1])
QTimer.singleShot(1500, lambda: print("ready", flush=True))
sys.exit(start.start())
"""
    made = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path), cwd=ROOT,
    )  # fmt: skip
    assert made.stdout.readline() == "ready\n"
    made.send_signal(number)
    out, err = made.communicate(timeout=60)
    assert (out, made.returncode) == ("", 128 + number), err
    assert "Traceback" not in err
    assert not (tmp_path / "logs" / "atoll.log").exists(), "nothing went wrong on the way"


def test_a_second_window_is_refused_in_one_line(tmp_path):
    code = "from trainer.records.database import Records\nRecords().claim()\nprint(1, flush=True)\ninput()"
    holding = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(tmp_path), cwd=ROOT,
    )  # fmt: skip
    try:
        assert holding.stdout.readline() == "1\n"
        assert "Atoll is open already" in refused(atoll(tmp_path))
    finally:
        holding.communicate("\n")
