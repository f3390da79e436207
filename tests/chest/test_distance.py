"""Distances to the nearest border."""

import threading
import time

import edt
import numpy as np
import pytest
from scipy import ndimage as ndi

from trainer.chest.distance import border_mm

SPACING = (1.25, 0.7, 0.8)


def blobs(shape=(40, 48, 56), seed=3):
    field = ndi.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 3)
    labels = np.zeros(shape, np.uint8)
    labels[field > 0.01], labels[field < -0.012] = 1, 2
    return labels


@pytest.mark.parametrize("labels", [blobs(), blobs() > 0, blobs(seed=4)[:, :1], np.ones((5, 6, 7), bool)])
def test_it_is_the_distance_of_the_package(labels):
    own, package = border_mm(labels, SPACING), edt.edt(np.ascontiguousarray(labels), anisotropy=SPACING)
    assert own.dtype == np.float32
    finite = np.isfinite(package)
    assert np.array_equal(np.isfinite(own), finite)
    assert own[finite] == pytest.approx(package[finite], abs=2e-6)


def test_it_is_the_distance_to_the_nearest_voxel_of_another_label():
    labels = blobs((14, 12, 13), 5)
    own = border_mm(labels, SPACING)
    places = np.argwhere(labels >= 0) * SPACING
    flat = labels.ravel()
    for n in np.random.default_rng(1).integers(0, flat.size, 200):
        if flat[n]:
            others = places[flat != flat[n]]
            assert own.ravel()[n] == pytest.approx(np.sqrt(((others - places[n]) ** 2).sum(axis=1).min()), rel=1e-5)
        else:
            assert own.ravel()[n] == 0.0


def test_other_threads_work_meanwhile():
    labels = np.ones((160, 300, 300), np.uint8)
    labels[:, ::50] = 0
    border_mm(labels[:2], SPACING)  # loads the kernel
    gaps, stop = [], threading.Event()

    def tick():
        last = time.perf_counter()
        while not stop.is_set():
            time.sleep(0.002)
            gaps.append(time.perf_counter() - last)
            last = time.perf_counter()

    other = threading.Thread(target=tick)
    other.start()
    begin = time.perf_counter()
    border_mm(labels, SPACING)
    whole = time.perf_counter() - begin
    stop.set()
    other.join()
    assert np.median(gaps) < 0.1 * whole and len(gaps) > 10
