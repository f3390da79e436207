"""The chest beside what others offer for parts of it, timed in one run; prints ratios, asserts nothing about them.

Slices: gecatsim 1.6.9 (XCIST) simulates the physics of the scanner, which Atoll does not; its 26 s a slice (512 x 512,
500 views, 4 rows, 2 cores, version with its prebuilt library) were measured apart from this run, since it cannot be
installed with pip. Distance transform: scipy. Image update: napari, where it is installed
(run with ``-W default``: its own warnings fail the test otherwise).
"""

import importlib.util
import time

import edt
import numpy as np
import pytest
from scipy import ndimage as ndi

from tests.chest.example import EXAMPLES
from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.display import WINDOWS, window_level
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import Person
from trainer.ui.viewer import SliceView

GECATSIM_S = 26.0
UPDATES = 60


@pytest.fixture(scope="module")
def series():
    return Series(build_anatomy(Person(42, "F", 61, 165, 70)), EXAMPLES["cop"], Protocol(), 1)


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@pytest.mark.bench
def test_slice_beside_gecatsim(series, capsys):
    series.slice(100)
    own = np.median([timed(lambda i=i: series.slice(i)) for i in range(60, 200, 7)])
    with capsys.disabled():
        print(f"\nslice {1e3 * own:.0f} ms; gecatsim, with physics, quoted {GECATSIM_S:.0f} s: {GECATSIM_S / own:.0f}x")


@pytest.mark.bench
def test_distance_beside_scipy(series, capsys):
    lungs = np.ascontiguousarray(series.anatomy.lobe[::2, ::2, ::2] > 0)
    spacing = tuple(2.0 * mm for mm in series.anatomy.grid.spacing_mm)
    own = timed(lambda: edt.edt(lungs, anisotropy=spacing))
    peer = timed(lambda: ndi.distance_transform_edt(lungs, spacing))
    with capsys.disabled():
        print(
            f"\ndistance to the pleura {own:.2f} s, scipy {peer:.2f} s: {peer / own:.0f}x (2 mm lattice {lungs.shape})"
        )


@pytest.mark.bench
def test_image_update_beside_napari(series, qtbot, capsys):
    volume = np.stack([series.slice(i) for i in range(100, 100 + UPDATES)])
    view = SliceView()
    view.resize(900, 900)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()

    def show(i):
        view.show_picture(window_level(volume[i], *WINDOWS["lung"]), str(i))
        view.repaint()

    show(0)
    own = np.median([timed(lambda i=i: show(i)) for i in range(UPDATES)])
    text = f"\nimage update, 900 px: {1e3 * own:.1f} ms"
    if importlib.util.find_spec("napari") is None:
        text += "; napari is not installed"
    else:
        peer = np.median(napari_updates(volume))
        text += f"; napari {1e3 * peer:.1f} ms: {peer / own:.0f}x"
    with capsys.disabled():
        print(text)


def napari_updates(volume):
    """Return the seconds of each of napari's image updates, its window 900 px high."""
    import napari
    from qtpy.QtWidgets import QApplication

    viewer = napari.Viewer(show=True)
    viewer.window.resize(1200, 980)
    layer = viewer.add_image(volume[0], contrast_limits=(-1350, 150))
    QApplication.processEvents()

    def show(i):
        layer.data = volume[i]
        QApplication.processEvents()

    times = [timed(lambda i=i: show(i)) for i in range(len(volume))]
    viewer.close()
    return times
