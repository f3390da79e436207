"""The same voxels in any order, thread count and process; geometry; cancel; padding."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numba
import numpy as np
import pytest

from trainer.chest.deformation import visit_deformation
from trainer.chest.field import Field
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.scanner import GRID_STEP
from trainer.chest.series import Series

from .conftest import make_anatomy  # noqa: F401 - for the other process
from .example import EXAMPLES

PROTOCOL = Protocol(kernel="lung", matrix=256)
PICKED = (20, 60, 85)


def digest(series, order=PICKED):
    slices = {i: series.slice(i) for i in order}
    return hashlib.sha256(b"".join(slices[i].tobytes() for i in sorted(slices))).hexdigest()


def noise_of(anatomy, protocol):
    """Return the noise of a slice: the same chest in the same place, scanned twice, less the mean of both."""
    place = visit_deformation(anatomy, atlas_of(anatomy), 11)
    one, two = (Series(anatomy, EXAMPLES["cop"], protocol, key, place).slice(60).astype(float) for key in (11, 12))
    return (one - two) / np.sqrt(2.0)


@pytest.fixture(scope="module")
def series(anatomy):
    return Series(anatomy, EXAMPLES["cop"], PROTOCOL, 11)


def test_order_does_not_matter(anatomy, series):
    backwards = Series(anatomy, EXAMPLES["cop"], PROTOCOL, 11)
    assert digest(series) == digest(backwards, PICKED[::-1])


def test_threads_do_not_matter(anatomy):
    before = numba.get_num_threads()
    try:
        seen = set()
        for threads in (1, min(2, before)):
            numba.set_num_threads(threads)
            seen.add(digest(Series(anatomy, EXAMPLES["cop"], PROTOCOL, 11)))
    finally:
        numba.set_num_threads(before)
    assert len(seen) == 1


def test_processes_do_not_matter(series):
    code = "from tests.chest.test_series import *; print(digest(Series(make_anatomy(), EXAMPLES['cop'], PROTOCOL, 11)))"
    root = Path(__file__).parents[2]
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "NUMBA_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert other.stdout.split()[-1] == digest(series)


def test_a_volume_is_its_slices(anatomy):
    series = Series(anatomy, EXAMPLES["cop"], replace(PROTOCOL, spacing_mm=6.0), 11)
    done = []
    volume = series.volume(progress=lambda n, total: done.append((n, total)))
    assert volume.shape == series.shape
    assert done[-1] == (series.count, series.count)
    for i in (3, 10):
        assert np.array_equal(volume[i], series.slice(i))


def test_a_volume_can_be_cancelled(series):
    asked = iter([False, False, True])
    assert series.volume(cancelled=lambda: next(asked)) is None


def test_values_and_padding(series):
    image = series.slice(60)
    assert image.dtype == np.int16
    assert image.min() == -1024
    assert image.max() <= 3071
    y, x = np.mgrid[:256, :256] - 127.5
    outside = np.hypot(y, x) > 128
    assert np.unique(image[outside]).tolist() == [-1024]
    assert len(np.unique(image[~outside])) > 500


def test_slices_outside_are_refused(series):
    for index in (-1, series.count):
        with pytest.raises(IndexError):
            series.slice(index)


def test_positions_grow_to_the_head(series):
    z = [series.position_mm(i) for i in range(series.count)]
    assert np.allclose(np.diff(z), series.spacing_mm[0])


def test_kernels_share_their_acquisition(anatomy, series):
    soft = series.with_kernel("soft")
    assert np.array_equal(soft.clean(60), series.clean(60))
    lung_noise, soft_noise = noise_of(anatomy, PROTOCOL), noise_of(anatomy, replace(PROTOCOL, kernel="soft"))
    muscle = np.abs(series.clean(60) - 45.0) < 2.0
    assert 3.0 < lung_noise[muscle].std() / soft_noise[muscle].std() < 7.0
    assert np.corrcoef(lung_noise[muscle], soft_noise[muscle])[0, 1] > 0.2


@pytest.mark.parametrize(("change", "factor"), [({"thickness_mm": 4.0}, 0.5), ({"dose": 0.25}, 2.0)])
def test_noise_falls_with_thickness_and_dose(anatomy, change, factor):
    base = replace(PROTOCOL, kernel="soft")
    muscle = np.abs(Series(anatomy, EXAMPLES["cop"], base, 11).clean(60) - 45.0) < 2.0
    sds = [noise_of(anatomy, protocol)[muscle].std() for protocol in (base, replace(base, **change))]
    assert sds[1] / sds[0] == pytest.approx(factor, rel=0.12)


def test_two_visits_never_subtract_to_nothing(anatomy):
    one, two = (Series(anatomy, EXAMPLES["cop"], PROTOCOL, key) for key in (1, 2))
    difference = one.clean(60) - two.clean(60)
    assert np.abs(difference).mean() > 20.0


def test_tissue_lies_where_the_deformation_says(anatomy):
    """A vessel found in one visit is found again in another at the linked place."""
    from trainer.chest.display import linked_mm

    one, two = (Series(anatomy, EXAMPLES["cop"], PROTOCOL, key) for key in (1, 2))
    first, second = cache(one.clean), cache(two.clean)
    rng = np.random.default_rng(0)
    hits = []
    for _ in range(60):
        i = int(rng.choice(range(30, 90, 5)))
        image = first(i)
        bright = np.argwhere((image > 0) & (image < 60))
        y, x = bright[rng.integers(len(bright))]
        here = (one.position_mm(i), one.origin_mm[1] + y * one.pixel_mm, one.origin_mm[2] + x * one.pixel_mm)
        z, yy, xx = linked_mm(here, one.deformation, two.deformation)
        k = round((z - two.origin_mm[0]) / two.spacing_mm[0])
        row, column = round((yy - two.origin_mm[1]) / two.pixel_mm), round((xx - two.origin_mm[2]) / two.pixel_mm)
        if 0 <= k < two.count and 1 <= row < 255 and 1 <= column < 255:
            hits.append(second(k)[row - 1 : row + 2, column - 1 : column + 2].max() > -150.0)
    assert len(hits) > 40
    assert np.mean(hits) > 0.97


def test_the_couch_lies_under_the_patient(series):
    image = series.clean(60)
    body = np.nonzero((image > -500).any(axis=1))[0].max()
    scanned = series.slice(60)
    assert (scanned[body + 8 :] > -700).sum() > 50


def test_interpolated_places_are_exact_to_a_tenth_of_a_millimetre(anatomy):
    rng = np.random.default_rng(3)
    for key in range(8):
        series = Series(anatomy, EXAMPLES["cop"], Protocol(), key)
        z = series.position_mm(60)
        field = Field(anatomy, series.protocol, series.deformation, key)
        grid = (field.nodes_mm(z, series.deformation) - anatomy.grid.origin_mm) / anatomy.grid.spacing_mm
        row, column = rng.uniform(1, 510, (2, 400))
        y, x = (row / GRID_STEP).astype(int), (column / GRID_STEP).astype(int)
        fy, fx = (row / GRID_STEP - y)[:, None], (column / GRID_STEP - x)[:, None]
        between = (1 - fy) * ((1 - fx) * grid[y, x] + fx * grid[y, x + 1])
        between += fy * ((1 - fx) * grid[y + 1, x] + fx * grid[y + 1, x + 1])
        points = np.stack(
            [np.full(400, z), *(series.origin_mm[k] + v * series.pixel_mm for k, v in ((1, row), (2, column)))], 1
        )
        exact = (series.deformation.to_reference(points) - anatomy.grid.origin_mm) / anatomy.grid.spacing_mm
        assert np.abs((between - exact) * anatomy.grid.spacing_mm).max() < 0.1
