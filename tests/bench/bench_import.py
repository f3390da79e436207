"""What an import costs, what a slice of an imported chest costs beside a built one, and what it looks like.

``ATOLL_REALISM_REFERENCE`` names the folder of a real chest CT. Run with
``pytest -m bench -s tests/bench/bench_import.py``; the place of the picture is printed.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from PIL import Image

from trainer.chest import chests
from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.deformation import reference_deformation
from trainer.chest.display import WINDOWS, window_level
from trainer.chest.montage import level_slice
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.cli.engine import engine
from trainer.course.beginning import person_of
from trainer.course.history import chest_of, follow
from trainer.course.opacity import OPACITY, ChestState
from trainer.dicom.reading import read_series
from trainer.knowledge.casebook import cohort_of

REFERENCE = os.environ.get("ATOLL_REALISM_REFERENCE")
HEALTHY = ChestState(tick=0, opacities=np.zeros(0, OPACITY))
LEVELS = (0.7, 0.45, 0.2)
SLICES = 12

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not REFERENCE, reason="set ATOLL_REALISM_REFERENCE to a folder with a real chest CT"),
]


@pytest.fixture(scope="module")
def imported(capfd_off):
    begun = perf_counter()
    command = [sys.executable, "-P", "-m", "trainer.app", "chest", "import", REFERENCE, "--name", "bench"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak = perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0
    with capfd_off():
        print(f"\n{done.stdout}import {seconds:.1f} s, {peak:.0f} MB at most")
    yield chests.open_chest(chests.chest_called("bench").named)
    chests.remove_chest("bench")


@pytest.fixture(scope="module")
def capfd_off(request):
    return request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled


def state_of(disease, seed):
    ready = engine()
    onset = ready.members(cohort_of(disease, ready.library), seed, 0, 1)
    days = follow(ready.parameters, onset, ready.library.plan("untreated"), ready.library.treatments, 0, [0])
    return person_of(onset.patients[0]), chest_of(days.snapshots[0], 0, 0)


def milliseconds(series):
    middle = series.count // 2
    series.slice(middle)
    times = []
    for index in range(middle - SLICES, middle + SLICES):
        begun = perf_counter()
        series.slice(index)
        times.append(1000.0 * (perf_counter() - begun))
    return float(np.median(times))


def test_slices_beside_those_of_a_built_chest(imported, capfd_off):
    person, cop = state_of("cop", 7)
    built = build_anatomy(person)
    found = {
        f"{name}, {what}": milliseconds(Series(anatomy, state, Protocol(), 9))
        for name, anatomy in (("built", built), ("imported", imported))
        for what, state in (("healthy", HEALTHY), ("COP", cop))
    }
    with capfd_off():
        print("\n" + "\n".join(f"{name}: {value:.0f} ms a slice" for name, value in found.items()))


def test_before_and_after(imported, capfd_off, tmp_path):
    _, cop = state_of("cop", 7)
    source = read_series(Path(REFERENCE)).source
    still = reference_deformation(imported, atlas_of(imported))
    visits = [Series(imported, state, Protocol(), 9, deformation) for state, deformation in
              ((HEALTHY, still), (HEALTHY, None), (cop, None))]  # fmt: skip
    first = len(source.hu) - visits[0].count  # where nothing above the lungs was cut away
    rows = []
    for level in LEVELS:
        at = level_slice(visits[0], level)
        pictures = [source.hu[first + at], *(one.slice(level_slice(one, level)) for one in visits)]
        rows += [np.hstack([window_level(np.ascontiguousarray(p), *WINDOWS[w]) for p in pictures])
                 for w in ("lung", "mediastinum")]  # fmt: skip
    path = tmp_path / "before-and-after.png"
    Image.fromarray(np.vstack(rows)).save(path)
    with capfd_off():
        print(f"\nsource, at rest, healthy visit, COP: {path}")
