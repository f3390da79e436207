"""The standalone bundle: built by its one command, it runs alone, from anywhere, and never compiles.

A bundle that is there already may be named by ``ATOLL_BUNDLE``.
"""

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the bundle of a Linux")
CASE = "wandering-shadows"
pytestmark = [pytest.mark.long, LINUX]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The folder of the bundle, moved from where it was built."""
    built = os.environ.get("ATOLL_BUNDLE")
    if built:
        return Path(built)
    folder = tmp_path_factory.mktemp("bundle")
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--log-level", "WARN", "--distpath", str(folder / "dist"),
         "--workpath", str(folder / "build"), str(ROOT / ".bundle" / "atoll.spec")],
        check=True, cwd=folder,
    )  # fmt: skip
    print(f"\nbuilt in {time.monotonic() - begun:.0f} s, {size_mb(folder / 'dist' / 'atoll'):.0f} MB")
    moved = folder / "moved here" / "atoll"
    moved.parent.mkdir()
    shutil.move(folder / "dist" / "atoll", moved)
    return moved


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that is empty at first."""
    return tmp_path_factory.mktemp("home")


def size_mb(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def around(home, **more):
    """Return an environment in which no Python can be found."""
    return {"HOME": str(home), "ATOLL_HOME": str(home / "atoll"), "PATH": "/nowhere", "LANG": "C.UTF-8", **more}


def kept(bundle):
    """Return what is compiled in the bundle, with the time of each file."""
    return {path: path.stat().st_mtime_ns for path in bundle.rglob("*.nb[ic]")}


def atoll(bundle, home, *words, said=None):
    done = subprocess.run(
        [str(bundle / "atoll"), *map(str, words)], capture_output=True, text=True, cwd=home, timeout=600, input=said,
        env=around(home),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_it_holds_its_kernels_and_no_place_of_the_machine_that_built_it(bundle, home):
    found = kept(bundle)
    assert len(found) > 400  # an index and at least one kernel each
    done = atoll(bundle, home, "warm", "--json")
    assert json.loads(done.stdout) == {"share": 1.0, "text": "nothing to compile"}
    own = [str(ROOT).encode(), str(bundle).encode()]
    for path in bundle.rglob("*"):
        if path.is_file() and (path.suffix in {".nbi", ".nbc", ".pyc", ".yaml", ".txt"} or path.parent == bundle):
            raw = path.read_bytes()
            assert not any(place in raw for place in own), path
    assert (bundle / "_internal" / "LICENSE").is_file()


def test_its_commands_play_score_and_report_without_compiling(bundle, home):
    before = kept(bundle)
    run = home / "run.json"
    assert CASE in atoll(bundle, home, "cases").stdout
    atoll(bundle, home, "play", CASE, "--plan", "textbook", "--out", run)
    assert "verified" in atoll(bundle, home, "replay", run).stdout
    assert json.loads(atoll(bundle, home, "score", run, "--json").stdout)
    atoll(bundle, home, "scan", CASE, "--day", "0", "--montage", home / "sheet.png")
    assert (home / "sheet.png").read_bytes().startswith(b"\x89PNG")
    for name, start in (("report.pdf", b"%PDF"), ("report.html", b"<!DOCTYPE html")):
        atoll(bundle, home, "report", run, "--out", home / name)
        assert (home / name).read_bytes()[:15].lower().startswith(start.lower())
    atoll(bundle, home, "crash-report", "--out", home / "crash.zip")
    assert (home / "crash.zip").stat().st_size > 500
    assert kept(bundle) == before, "something was compiled"
    assert not list((home / "atoll").glob("compiled/*")), "something was compiled"


def test_a_bundle_that_cannot_be_written_serves_every_user(bundle, tmp_path):
    """Root may write anywhere, so this is somebody else."""
    if os.geteuid() != 0:
        pytest.skip("only root may run something as another user")
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    os.chown(nobody, 65534, 65534)
    for folder in [nobody, *nobody.parents][:4]:
        folder.chmod(folder.stat().st_mode | 0o055)
    for folder in [bundle, *bundle.parents][:5]:
        folder.chmod(folder.stat().st_mode | 0o055)
    begun = time.monotonic()
    done = subprocess.run(
        [str(bundle / "atoll"), "warm", "--json"], capture_output=True, text=True, cwd=nobody, timeout=600,
        env=around(nobody), user=65534, group=65534, extra_groups=[],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "nothing to compile" in done.stdout
    assert len(list((nobody / "atoll" / "compiled").rglob("*.nbc"))) == len(list(bundle.rglob("*.nbc")))
    print(f"\nthe kernels were copied for another user in {time.monotonic() - begun:.1f} s with the start")


def test_the_window_opens_offscreen_and_closes_cleanly(bundle, home):
    made = subprocess.Popen(
        [str(bundle / "atoll-window")], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=around(home, QT_QPA_PLATFORM="offscreen"),
    )  # fmt: skip
    time.sleep(20)
    assert made.poll() is None, made.communicate()
    made.send_signal(signal.SIGTERM)
    out, err = made.communicate(timeout=60)
    assert made.returncode == 128 + signal.SIGTERM, err
    assert out == "" and "Traceback" not in err
    assert not (home / "atoll" / "logs" / "atoll.log").exists(), "nothing went wrong on the way"


class Screen:
    """An X server with a window manager, whose picture lies in a file."""

    def __init__(self, stack, folder):
        self.folder = folder
        ask, tell = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1400x900x24", "-nolisten", "tcp",
             "-fbdir", str(folder)],
            pass_fds=[tell], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        stack.callback(server.wait)
        stack.callback(server.terminate)
        os.close(tell)
        with os.fdopen(ask) as answer:
            self.display = f":{answer.readline().strip()}"
        manager = subprocess.Popen(["openbox"], env=self.environment(), stderr=subprocess.DEVNULL)
        stack.callback(manager.wait)
        stack.callback(manager.terminate)

    def environment(self):
        return {**os.environ, "DISPLAY": self.display}

    def do(self, *words):
        done = subprocess.run(["xdotool", *words], env=self.environment(), capture_output=True, text=True, timeout=20)
        return done.stdout.split()

    def await_window(self, name, patience_s):
        """Wait until a window of a name is there; return how long it took."""
        begun = time.monotonic()
        while not self.do("search", "--onlyvisible", "--name", name):
            assert time.monotonic() < begun + patience_s, f"no window {name!r}"
            time.sleep(0.1)
        return time.monotonic() - begun

    def pixels(self):
        """Return what is on the screen: uint8, shape (rows, columns, 3)."""
        raw = (self.folder / "Xvfb_screen0").read_bytes()
        head = struct.unpack(">25I", raw[:100])  # X window dump: sizes of header and colour table, then the rows
        high, stride, begin = head[5], head[12], head[0] + 12 * head[19]
        rows = np.frombuffer(raw, np.uint8, high * stride, begin).reshape(high, stride // 4, 4)
        return rows[:, : head[4], 2::-1]

    def greys(self):
        """Return how many greys cover more than a few pixels each: few in a window, hundreds in a CT."""
        picture = self.pixels()
        flat = picture[(picture[..., 0] == picture[..., 1]) & (picture[..., 1] == picture[..., 2])][:, 0]
        return int((np.bincount(flat, minlength=256) > 50).sum())


def test_a_case_goes_on_in_the_real_window_and_its_ct_is_drawn(bundle, home, tmp_path):
    missing = [tool for tool in ("Xvfb", "openbox", "xdotool") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")
    before = kept(bundle)
    atoll(bundle, home, "play", CASE, "--out", home / "begun.json", said="order HRCT\n")
    atoll(bundle, home, "runs", "import", home / "begun.json")
    with ExitStack() as stack:
        screen = Screen(stack, tmp_path)
        for time_of in ("first", "second"):
            made = subprocess.Popen(
                [str(bundle / "atoll-window")], cwd="/", stderr=subprocess.DEVNULL,
                env=around(home, DISPLAY=screen.display),
            )  # fmt: skip
            stack.callback(made.wait)
            stack.callback(made.kill)
            print(f"\n{time_of} start to the library: {screen.await_window('^Atoll$', 120):.1f} s")
            time.sleep(3)
            if time_of == "first":
                assert screen.greys() < 100
                made.send_signal(signal.SIGTERM)
                made.wait(60)
        screen.do("key", "Return")
        print(f"case shown: {screen.await_window('SIMULATED', 240):.1f} s")
        begun = time.monotonic()
        while screen.greys() < 120:
            assert time.monotonic() < begun + 400, "no CT on the screen"
            time.sleep(0.5)
        print(f"slice drawn: {time.monotonic() - begun:.1f} s later")
        made.send_signal(signal.SIGTERM)
        assert made.wait(60) == 128 + signal.SIGTERM
    assert kept(bundle) == before, "something was compiled"
