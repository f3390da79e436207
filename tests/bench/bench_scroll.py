"""Scrolling the reading room through slices that are ready: milliseconds from the wheel to the painted panes.

Beside it, in the same run, pyqtgraph's ImageView with as many views of the same size, the painter's own enlargement,
and napari where it is installed (run with ``-W default``: its own warnings fail the test otherwise).
"""

import importlib.util
import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from tests.ui.reading.fake import FakePictures, scan
from trainer.chest.display import WINDOWS
from trainer.ui.reading import marks
from trainer.ui.reading.paint import paint, table
from trainer.ui.reading.room import ReadingRoom
from trainer.ui.reading.view import Geometry

SLICES = 40
STEPS = 120
PANE = 900


def stack():
    rng = np.random.default_rng(1)
    z, y, x = np.ogrid[:SLICES, :512, :512]
    hu = (400 * np.sin(y / 20.0 + z) * np.cos(x / 25.0) - 500).astype(np.int16)
    return hu + rng.integers(-80, 80, hu.shape, np.int16)


def p95(times):
    return 1e3 * float(np.percentile(times, 95))


def wheel(widget, steps):
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


class Painted(QObject):
    """Counts how often widgets are painted."""

    def __init__(self, widgets):
        super().__init__()
        self.times = dict.fromkeys(widgets, 0)
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, widget, event):  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self.times[widget] += 1
        return False

    def all(self):
        return all(self.times.values())

    def clear(self):
        self.times = dict.fromkeys(self.times, 0)


def timed(widgets, step):
    """Return wall and processor seconds of each step, from its event until all widgets are painted."""
    watch = Painted(widgets)
    wall, processor = [], []
    for n in range(STEPS):
        watch.clear()
        begin, used = time.perf_counter(), time.process_time()
        step(n)
        while not watch.all() and time.perf_counter() - begin < 1.0:
            QApplication.processEvents()
        wall.append(time.perf_counter() - begin)
        processor.append(time.process_time() - used)
        QApplication.processEvents()
    for widget in widgets:
        widget.removeEventFilter(watch)
    return wall, processor


def scrolled(room, panes):
    canvases = [pane.canvas for pane in room.stage.panes[:panes]]
    span = SLICES - 12
    room.stage.panes[panes - 1].slider.setValue(10)  # no visit comes to its end on the way
    QApplication.processEvents()

    def step(n):
        wheel(canvases[-1], 1 if n % (2 * span) < span else -1)

    return timed(canvases, step)


def said(times):
    wall, processor = times
    return f"p50 {1e3 * np.median(wall):.1f}, p95 {p95(wall):.1f} ms (processor p95 {p95(processor):.1f} ms)"


@pytest.mark.bench
@pytest.mark.parametrize(("layout", "panes"), [("1x2", 2), ("2x2", 4)])
def test_scroll(qtbot, capsys, layout, panes):
    pictures = FakePictures((SLICES, 512, 512), (1.0, 0.7, 0.7), hu=stack())
    room = ReadingRoom(pictures)
    qtbot.addWidget(room)
    room.set_scans([scan(7 * n) for n in range(panes)], 7 * panes)
    room.stage.set_layout(layout)
    rows = panes // 2
    room.resize(2 * (PANE + 28), rows * (PANE + 32) + 120)
    room.show()
    sheet = room.reader.book.sheet
    for n in range(60):
        sheet = marks.marked(sheet, 0, (-100.0 + n % SLICES, 5.0 * n, 5.0 * n)) or sheet
    room.reader.book.turn(sheet)
    QApplication.processEvents()
    size = room.stage.panes[0].canvas.size()
    scrolled(room, panes)
    own = scrolled(room, panes)
    parts = {"picture alone": painted(pictures, size), "painter's enlargement": enlarged(pictures, size)}
    peer = image_views(qtbot, panes)
    with capsys.disabled():
        print(f"\n{panes} views of {size.width()} x {size.height()}, 60 marks: scroll {said(own)}")
        print(f"  pyqtgraph ImageView {said(peer)}: {p95(peer[1]) / p95(own[1]):.1f}x the processor time")
        print("  one view: " + ", ".join(f"{name} {1e3 * np.median(t):.1f} ms" for name, t in parts.items()))


def painted(pictures, size):
    """Return the processor seconds that the kernel takes for one view."""
    out = np.empty((size.height(), size.width()), np.uint32)
    geometry = Geometry((size.width(), size.height()), (512, 512), (0.7, 0.7))
    times = []
    for n in range(STEPS):
        begin = time.process_time()
        paint(pictures.hu[n % SLICES], geometry, 1.0, table(*WINDOWS["lung"]), out)
        times.append(time.process_time() - begin)
    return times


def enlarged(pictures, size):
    """Return the processor seconds that a table of greys and QPainter's smooth enlargement take for one view."""
    target = QImage(size, QImage.Format.Format_RGB32)
    greys = (table(*WINDOWS["lung"]) & 0xFF).astype(np.uint8)
    times = []
    for n in range(STEPS):
        begin = time.process_time()
        grey = greys.take(pictures.hu[n % SLICES].view(np.uint16) + np.uint16(1024), mode="clip")
        painter = QPainter(target)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target.rect(), QImage(grey.data, 512, 512, 512, QImage.Format.Format_Grayscale8))
        painter.end()
        times.append(time.process_time() - begin)
    return times


def image_views(qtbot, panes):
    """Return the seconds of each step of so many ImageViews."""
    import pyqtgraph

    hu = stack()
    holder = QWidget()
    qtbot.addWidget(holder)
    row = QHBoxLayout(holder)
    views = []
    for _ in range(panes):
        one = pyqtgraph.ImageView()
        one.ui.histogram.hide()
        one.ui.roiBtn.hide()
        one.ui.menuBtn.hide()
        one.setFixedSize(PANE, PANE)
        one.setImage(hu, axes={"t": 0, "y": 1, "x": 2}, levels=(-1350, 150), autoHistogramRange=False)
        row.addWidget(one)
        views.append(one)
    holder.show()
    QApplication.processEvents()

    def step(n):
        for one in views:
            one.setCurrentIndex(n % SLICES)

    times = timed([one.ui.graphicsView.viewport() for one in views], step)
    for one in views:
        one.close()
    return times


@pytest.mark.bench
@pytest.mark.skipif(importlib.util.find_spec("napari") is None, reason="napari is not installed")
def test_scroll_of_napari(qtbot, capsys):
    import napari

    viewer = napari.Viewer(show=True)
    viewer.window._qt_window.resize(PANE + 400, PANE + 200)
    viewer.add_image(stack(), contrast_limits=(-1350, 150))
    QApplication.processEvents()
    times = []
    for n in range(STEPS):
        begin = time.perf_counter()
        viewer.dims.set_current_step(0, n % SLICES)
        viewer.window._qt_viewer.canvas.native.repaint()
        QApplication.processEvents()
        times.append(time.perf_counter() - begin)
    viewer.close()
    with capsys.disabled():
        print(f"\nnapari, one view: scroll p95 {p95(times):.1f} ms")
