"""The speed and memory of building and opening a chest: figures are printed, nothing is asserted about them."""

import resource
import time

import pytest

from trainer.chest.anatomy import store
from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.anatomy.habitus import grid_of, habitus_of
from trainer.chest.anatomy.outer import outer
from trainer.course.person import Person

pytestmark = pytest.mark.bench


def test_build_and_open(tmp_path):
    person = Person(11, "M", 58.0, 174.0, 78.0)
    build_anatomy(person, scale=4)  # compiles
    begun = time.perf_counter()
    outer(person, grid_of(habitus_of(person)))
    around = time.perf_counter() - begun
    begun = time.perf_counter()
    anatomy = build_anatomy(person)
    whole = time.perf_counter() - begun
    store.save(tmp_path / "kept", anatomy)
    begun = time.perf_counter()
    kept = store.load(tmp_path / "kept")
    assert kept is not None
    opened = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"\nbody around the lungs {around:.1f} s; anatomy {anatomy.grid.shape} {whole:.1f} s (target 12 s);"
        f" from disk {opened:.3f} s (target 1 s); peak {peak:.2f} GB (target 2.5 GB)"
    )
