"""How long it takes to keep a run, and to list a hundred."""

import statistics
import time

import pytest

from tests.records.kept import shelf_in
from tests.records.test_shelf import long_run


@pytest.mark.bench
def test_saving_and_listing(tmp_path):
    shelf, took = shelf_in(tmp_path), []
    for seed in range(1, 101):
        made = long_run(seed)
        begun = time.perf_counter()
        shelf.save(f"wandering-shadows-{seed}-1", made)
        took.append(1e3 * (time.perf_counter() - begun))
    print(f"\nsave, 90 events: median {statistics.median(took):.1f} ms, p95 {sorted(took)[94]:.1f} ms")
    for which in ("first", "second"):
        begun = time.perf_counter()
        shelf = shelf_in(tmp_path) if which == "first" else shelf
        count = len(shelf.entries())
        print(f"listing {count} runs, {which} time: {1e3 * (time.perf_counter() - begun):.1f} ms")
