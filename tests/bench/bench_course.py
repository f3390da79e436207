"""The engine's speed and memory: figures are printed, nothing is asserted about them."""

import json
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.bench

COHORT = """
import json, resource, time
from trainer.course.cohort import Engine, simulate
from trainer.course.warming import warm
from trainer.knowledge.library import library
engine = Engine.of(library())
warm(engine.parameters)
begun = time.perf_counter()
simulate(engine, "cop", engine.library.plans["germop-24w"], 10_000, 365, 1)
seconds = time.perf_counter() - begun
print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def test_ten_thousand_patients_for_a_year(engine):
    done = subprocess.run([sys.executable, "-c", COHORT], capture_output=True, text=True, check=True)
    print(f"\n10,000 COP patients, 365 days and their history (target 10 s, 1 GB): {json.loads(done.stdout)}")


def test_import_of_the_engine():
    times = []
    for _ in range(5):
        code = "import time; t = time.perf_counter(); import trainer.course.cohort; print(time.perf_counter() - t)"
        times.append(
            float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        )
    print(f"\nimport of trainer.course and its cohort module (target 0.5 s): {min(times):.3f} to {max(times):.3f} s")


def test_one_patient_for_a_year(engine):
    from trainer.course.history import follow

    onset = engine.patients("cop", 1, 0, 1)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        follow(engine.parameters, onset, engine.library.plans["germop-24w"], engine.library.treatments, 365)
        times.append(time.perf_counter() - begun)
    print(f"\none patient for a year: {min(times) * 1000:.0f} to {max(times) * 1000:.0f} ms")


def test_knowledge_read():
    from trainer.knowledge.library import library

    library.cache_clear()
    begun = time.perf_counter()
    library()
    print(f"\nall knowledge read and checked: {time.perf_counter() - begun:.2f} s")
