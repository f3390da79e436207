"""The chest beside what others offer for parts of it, timed in one run; prints ratios, asserts nothing about them.

Slices: gecatsim 1.6.9 (XCIST) simulates the physics of the scanner, which Atoll does not; its 26 s a slice (512 x 512,
500 views, 4 rows, 2 cores, version with its prebuilt library) were measured apart from this run, since it cannot be
installed with pip. Distance transform: scipy. `bench_scroll.py` has the peers of the reading room.
"""

import time

import edt
import numpy as np
import pytest
from scipy import ndimage as ndi

from tests.chest.example import EXAMPLES
from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import Person

GECATSIM_S = 26.0


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
