"""The reading room on real slices: how soon they come, how long the window stands still, what is held; prints only.

A clock of 5 ms runs in the window and another in a process of its own, which shows what the machine itself holds up.
Scrolling alone is timed beside its peers in `bench_scroll.py`; here it goes on while slices are drawn.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from tests.bench.bench_scroll import wheel
from tests.chest.example import EXAMPLES
from trainer.chest.anatomy.build import anatomy_of
from trainer.course.person import Person
from trainer.ui.reading.pictures import Pictures
from trainer.ui.reading.room import ReadingRoom
from trainer.ui.reading.scan import Ask, Scan
from trainer.ui.work import Lane

pytestmark = pytest.mark.bench

PERSON = Person(42, "F", 61.0, 165.0, 70.0)
SCANS = [
    Scan(30 * n, EXAMPLES[name], 1000 + n) for n, name in enumerate(("cop", "cop treated", "uip", "nsip", "cep", "hp"))
]
TICK_MS = 5
OTHER = """
import sys, time
last, gaps = time.perf_counter(), []
print("on", flush=True)
import select
while not select.select([sys.stdin], [], [], 0)[0]:
    time.sleep(0.005)
    now = time.perf_counter()
    gaps.append(now - last)
    last = now
print(1e3 * max(gaps))
"""


class Clock:
    """Notes when the window's thread comes round, and when another process does."""

    def __init__(self):
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def __enter__(self):
        self._other = subprocess.Popen([sys.executable, "-c", OTHER], stdin=-1, stdout=-1, text=True)
        self._other.stdout.readline()
        self._gaps, self._last = [], time.perf_counter()
        self._timer.start()
        return self

    def __exit__(self, *_):
        self._timer.stop()
        self.elsewhere = float(self._other.communicate("off\n")[0])

    def _tick(self):
        now = time.perf_counter()
        self._gaps.append(1e3 * (now - self._last))
        self._last = now

    def __str__(self):
        gaps = np.array(self._gaps)
        return (
            f"window comes round every {np.median(gaps):.1f} ms, p99 {np.percentile(gaps, 99):.0f}, worst"
            f" {gaps.max():.0f} ms, {(gaps > 50).sum()} over 50; worst of another process {self.elsewhere:.0f} ms"
        )


@pytest.fixture
def lane(qapp):
    made = Lane("chest")
    yield made
    made.close()


@pytest.fixture
def pictures(lane):
    made = Pictures(lane)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, pictures):
    anatomy_of(PERSON)
    pictures.set_scans(SCANS)
    pictures.open_patient(PERSON)
    qtbot.waitUntil(lambda: pictures.ready, timeout=600_000)
    return pictures


def until(true, seconds=600.0):
    """Let the window work until something is so, and return the seconds."""
    begin = time.perf_counter()
    while not true():
        assert time.perf_counter() - begin < seconds
        QApplication.processEvents()
        time.sleep(0.0003)
    return time.perf_counter() - begin


def let(seconds):
    end = time.perf_counter() + seconds
    until(lambda: time.perf_counter() > end)


def there(pictures, ask):
    frame = pictures.now(ask)
    return frame is not None and frame.ask == ask


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1024**2


def own_mb():
    """Return resident memory without mapped files, which the system takes back when it needs room."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def test_first_slices(qtbot, pictures, capsys):
    anatomy_of(PERSON)
    pictures.set_scans(SCANS)
    first, further = (Ask(scan.name, 140) for scan in SCANS[:2])
    begin = time.perf_counter()
    pictures.open_patient(PERSON)
    until(lambda: pictures.ready)
    pictures.want([first])
    until(lambda: there(pictures, first))
    opened = time.perf_counter() - begin
    lines = [f"cached chest to first slice {opened:.2f} s (target 3 s)"]
    pictures.want([first, further])
    lines.append(f"first slice of a further visit {1e3 * until(lambda: there(pictures, further)):.0f} ms (150 ms)")
    soft = Ask(SCANS[1].name, 140, kernel="soft")
    pictures.want([first, soft])
    lines.append(f"the same slice with the other kernel {1e3 * until(lambda: there(pictures, soft)):.0f} ms")
    for scan, name in zip(SCANS[2:], ("uip", "nsip", "cep", "hp"), strict=True):
        ask = Ask(scan.name, 140)
        pictures.want([ask])
        lines.append(f"first slice of {name} {1e3 * until(lambda at=ask: there(pictures, at)):.0f} ms")
    with capsys.disabled():
        print("\n" + "; ".join(lines))


def test_the_window_while_pictures_are_made(qtbot, pictures, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    said = []
    with Clock() as clock:
        pictures.open_patient(PERSON)
        seconds = until(lambda: pictures.ready)
    said.append(f"chest built in {seconds:.1f} s: {clock}")
    pictures.set_scans(SCANS)
    for scan, name in ((SCANS[0], "cop"), (SCANS[2], "uip"), (SCANS[5], "hp")):
        ask = Ask(scan.name, 140)
        with Clock() as clock:
            pictures.want([ask])
            until(lambda at=ask: there(pictures, at))
            let(0.3)
        said.append(f"drawing of {name}: {clock}")
    with Clock() as clock:
        for index in range(80, 200):
            pictures.want([Ask(SCANS[0].name, index), Ask(SCANS[2].name, index)])
            let(0.04)
    said.append(f"two series scrolled at 25 slices a second: {clock}")
    progress = []
    pictures.progressed.connect(lambda share, text: progress.append(share))
    with Clock() as clock:
        pictures.want([Ask(SCANS[3].name, 256, "coronal"), Ask(SCANS[3].name, 256, "sagittal")])
        pictures.want_whole(SCANS[3].name, "lung")
        seconds = until(lambda: bool(progress) and progress[-1] == 1.0)
    said.append(f"whole volume in {seconds:.1f} s: {clock}")
    with capsys.disabled():
        print("\n" + "\n".join(said))


@pytest.mark.parametrize(("layout", "panes"), [("1x2", 2), ("2x2", 4)])
def test_scrolling_real_slices(qtbot, opened, capsys, layout, panes):
    room = ReadingRoom(opened)
    qtbot.addWidget(room)
    room.set_scans(SCANS[:panes], SCANS[panes - 1].day)
    room.stage.set_layout(layout)
    room.resize(1856, 932 * (panes // 2) + 120)
    room.show()
    asks = [room.stage.views.panes[n].ask for n in range(panes)]
    until(lambda: all(there(opened, ask) for ask in asks))
    size = room.stage.panes[0].canvas.size()
    canvases = [pane.canvas for pane in room.stage.panes[:panes]]

    def steps(number):
        wall, processor = [], []
        for n in range(number):
            begin, used = time.perf_counter(), time.thread_time()
            wheel(canvases[-1], 1 if n % 100 < 50 else -1)
            for canvas in canvases:
                canvas.repaint()
            wall.append(1e3 * (time.perf_counter() - begin))
            processor.append(1e3 * (time.thread_time() - used))
            until(lambda begin=begin: time.perf_counter() - begin > 0.04)
        return (
            f"p50 {np.median(wall):.1f}, p95 {np.percentile(wall, 95):.1f} ms"
            f" (processor p95 {np.percentile(processor, 95):.1f} ms)"
        )

    busy = steps(100)
    for ask in asks:
        opened.want_whole(ask.scan, ask.kernel)
    until(lambda: all(opened.now(Ask(a.scan, 10, "coronal")).complete for a in asks))
    still = steps(100)
    with capsys.disabled():
        print(
            f"\n{panes} views of {size.width()} x {size.height()}, wheel to painted, target p95"
            f" {10 if panes == 2 else 16} ms: all slices there {still}; while slices are drawn {busy}"
        )


def test_what_giving_out_a_picture_costs(opened, capsys):
    name = SCANS[0].name
    opened.want([Ask(name, 140)])
    opened.want_whole(name, "lung")
    until(lambda: there(opened, Ask(name, 10)) and opened.now(Ask(name, 10, "coronal")).complete)
    out = []
    for what, make in {
        "axial": lambda n: Ask(name, 60 + n),
        "coronal": lambda n: Ask(name, 150 + n, "coronal"),
        "sagittal": lambda n: Ask(name, 150 + n, "sagittal"),
        "axial mean of 8 mm": lambda n: Ask(name, 60 + n, slab_mm=8.0),
        "axial MIP of 10 mm": lambda n: Ask(name, 60 + n, slab_mm=10.0, slab="maximum"),
        "coronal MinIP of 10 mm": lambda n: Ask(name, 150 + n, "coronal", slab_mm=10.0, slab="minimum"),
        "sagittal MIP of 10 mm (in the lane)": lambda n: Ask(name, 150 + n, "sagittal", slab_mm=10.0, slab="maximum"),
    }.items():
        times, late = [], []
        for n in range(40):
            ask = make(n)
            begin = time.perf_counter()
            opened.want([ask])
            opened.now(ask)
            times.append(1e3 * (time.perf_counter() - begin))
            late.append(1e3 * until(lambda at=ask: there(opened, at)))
        out.append(
            f"{what} p50 {np.median(times):.2f}, p95 {np.percentile(times, 95):.2f} ms, there after {max(late):.0f}"
        )
    with capsys.disabled():
        print("\nwant and now on the window's thread: " + "; ".join(out))


def test_memory_of_long_scrolling(opened, capsys):
    before, steps, said = own_mb(), 6000, []
    rng = np.random.default_rng(2)
    at = [140] * 6
    for n in range(steps):
        if n % 40 == 0:
            pair = rng.permutation(6)[:2]
            kernel = "soft" if n % 200 == 160 else "lung"
            way = int(rng.choice((-1, 1)))
        asks = []
        for k in pair:
            at[k] = int(np.clip(at[k] + way, 5, 260))
            slab = 8.0 if n % 400 > 300 else 0.0
            asks.append(Ask(SCANS[k].name, at[k], kernel=kernel, slab_mm=slab, slab="maximum"))
        opened.want(asks)
        for ask in asks:
            opened.now(ask)
        let(0.012)
        if n in (steps // 3, 2 * steps // 3, steps - 1):
            said.append(f"after {n + 1} steps {own_mb():.0f} MB ({resident_mb():.0f} MB with mapped files)")
    with capsys.disabled():
        print(f"\nsix visits, own memory {before:.0f} MB; " + ", ".join(said))
