"""How fast a visit's slices come, and what six visits hold; prints figures and asserts nothing about them."""

import resource
import time
from dataclasses import replace

import numpy as np
import pytest

from tests.chest.example import EXAMPLES
from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import Person

VISITS = ("cop", "cop treated", "uip", "nsip", "cep", "hp")


def resident_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.fixture(scope="module")
def chest():
    return build_anatomy(Person(42, "F", 61, 165, 70))


def shrunk(state, factor):
    """Return the same chest with every opacity at a share of its volume: a further visit of the same patient."""
    records = state.opacities.copy()
    records["volume_ml"] *= factor
    return replace(state, opacities=records)


@pytest.mark.bench
def test_slices_and_volumes(chest, capsys):
    Series(chest, EXAMPLES["cop"], Protocol(), 1).slice(100)
    Series(chest, EXAMPLES["uip"], Protocol(), 1).slice(100)
    lines = []
    for name in VISITS:
        first = Series(chest, EXAMPLES[name], Protocol(), 2)
        begin = time.perf_counter()
        first.slice(120)
        opened = time.perf_counter() - begin
        later = Series(chest, shrunk(EXAMPLES[name], 0.7), Protocol(), 3)
        begin = time.perf_counter()
        later.slice(120)
        further = time.perf_counter() - begin
        times = []
        for index in range(40, 220, 9):
            begin = time.perf_counter()
            later.slice(index)
            times.append(time.perf_counter() - begin)
        lines.append(
            f"{name:12s} first visit {1e3 * opened:5.0f} ms, first slice of a further visit {1e3 * further:4.0f} ms, "
            f"slice median {1e3 * np.median(times):3.0f} ms, worst {1e3 * max(times):3.0f} ms"
        )
    series = Series(chest, EXAMPLES["cop"], Protocol(), 4)
    begin = time.perf_counter()
    volume = series.volume()
    seconds = time.perf_counter() - begin
    lines.append(f"volume of {series.count} slices {seconds:.1f} s ({seconds / series.count * 300:.1f} s for 300)")
    del volume
    with capsys.disabled():
        print("\n" + "\n".join(lines))


@pytest.mark.bench
def test_memory_of_six_visits(chest, capsys):
    before = resident_mb()
    visits = [Series(chest, EXAMPLES[name], Protocol(), n) for n, name in enumerate(VISITS)]
    held = 0
    for series in visits:
        series.slice(120)
        layer = series.drawing.layer
        held += layer.rank.nbytes + layer.edge.nbytes + layer.shell.nbytes + layer.branch.nbytes
    with capsys.disabled():
        print(
            f"\nsix visits hold {held / 1e6:.0f} MB of drawings; peak resident {before:.0f} -> {resident_mb():.0f} MB"
        )
