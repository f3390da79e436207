"""How long it takes to open the records, to keep an event and a run, and to list a hundred runs of ninety events."""

import statistics
import subprocess
import sys
import time

import pytest

from tests.records.kept import shelf_in
from tests.records.test_shelf import long_run
from trainer.encounter.run import Run

OPENING = """
import sys, time
import sqlalchemy
from trainer.records.database import Records
begun, used = time.perf_counter(), time.process_time()
records = Records(f"sqlite:///{sys.argv[1]}")
print(f"opening, over importing: {1e3 * (time.perf_counter() - begun):.0f} ms, "
      f"{1e3 * (time.process_time() - used):.0f} ms of them busy")
"""


@pytest.mark.bench
def test_opening_saving_and_listing(tmp_path):
    shelf, took, grown = shelf_in(tmp_path), [], []
    for seed in range(1, 101):
        made = long_run(seed)
        begun = time.perf_counter()
        shelf.save(f"wandering-shadows-{seed}-1", made)
        took.append(1e3 * (time.perf_counter() - begun))
    events, run = long_run(500).events, Run(header=long_run(500).header)
    for event in events:
        run = run.then(event)
        made = run.sealed("0" * 64)
        begun = time.perf_counter()
        shelf.save("wandering-shadows-500-1", made)
        grown.append(1e3 * (time.perf_counter() - begun))
    print(f"\nsave, 90 events at once: median {statistics.median(took):.1f} ms, p95 {sorted(took)[94]:.1f} ms")
    print(f"save, one event more: median {statistics.median(grown):.1f} ms, p95 {sorted(grown)[85]:.1f} ms")
    begun = time.perf_counter()
    count = len(shelf.entries())
    print(f"listing {count} runs: {1e3 * (time.perf_counter() - begun):.1f} ms")
    begun = time.perf_counter()
    shelf.load("wandering-shadows-7-1")
    print(f"loading one of 90 events: {1e3 * (time.perf_counter() - begun):.1f} ms")
    shelf.records.close()
    file = tmp_path / "records.sqlite"
    print(f"file: {file.stat().st_size / 1e6:.1f} MB")
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", OPENING, str(file)], capture_output=True, text=True)
        print(done.stdout.strip() or done.stderr)
