"""A chest as an import gives it, small enough for tests: nothing of it is a real one."""

from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType

import numpy as np

from trainer.chest.acquisition import Acquisition
from trainer.chest.anatomy.model import Anatomy, Branches
from trainer.chest.grid import Grid


def tree(rows=3) -> Branches:
    rng = np.random.default_rng(rows)
    return Branches(
        rng.random((rows, 3)).astype(np.float32), rng.random((rows, 3)).astype(np.float32),
        rng.random(rows).astype(np.float32), np.arange(-1, rows - 1, dtype=np.int32),
        np.arange(rows, dtype=np.int16), np.zeros(rows, np.int16),
    )  # fmt: skip


def small_chest(seed=3) -> Anatomy:
    """Return an imported anatomy of labels drawn at random."""
    rng = np.random.default_rng(seed)
    shape, half = (8, 10, 12), (4, 5, 6)
    bytes_ = {n: rng.integers(0, 256, shape).astype(np.uint8) for n in ("vessel", "airway")}
    scan = Acquisition(
        grid=Grid((3, 10, 12), (3.0, 0.7, 0.7), (-5.0, -3.5, 1.25)),
        coefficients=rng.integers(-1000, 900, (3, 10, 12)).astype(np.int16),
        kept=rng.integers(0, 256, (3, 10, 12)).astype(np.uint8), thickness_mm=3.0, noise_hu=11.0,
        modulation=rng.uniform(0.8, 1.2, 3).astype(np.float32),
        power=rng.random(32).astype(np.float32), transfer=np.linspace(1, 0, 32, dtype=np.float32), blood_hu=160.0,
    )  # fmt: skip
    return Anatomy(
        grid=Grid(shape, (1.0, 0.7, 0.7), (-5.0, -3.5, 1.25)), hu=rng.integers(-1000, 900, shape).astype(np.int16),
        organ=rng.integers(0, 15, shape).astype(np.uint8), lobe=rng.integers(0, 6, shape).astype(np.uint8),
        segment=rng.integers(0, 19, half).astype(np.uint8), depth_mm=rng.random(half).astype(np.float16),
        lobule=rng.integers(0, 9, half).astype(np.int32), septum_mm=rng.random(half).astype(np.float16),
        airways=tree(), arteries=tree(4), veins=tree(0), landmarks=MappingProxyType({"carina": (1.0, 2.5, -3.25)}),
        source="imported", acquisition=scan, **bytes_,
    )  # fmt: skip


def scanned_as(anatomy: Anatomy, thickness_mm=1.5, step=1) -> Anatomy:
    """Return a built chest as if it had been imported: its own densities are the scan."""
    from scipy.ndimage import spline_filter

    nz = anatomy.grid.shape[0] // step
    (dz, dy, dx), (_, ny, nx) = anatomy.grid.spacing_mm, anatomy.grid.shape
    hu = anatomy.hu[: nz * step : step]
    scan = Acquisition(
        grid=Grid((nz, ny, nx), (dz * step, dy, dx), anatomy.grid.origin_mm),
        coefficients=np.clip(spline_filter(hu.astype(np.float32), 3), -32000, 32000).astype(np.int16),
        kept=np.full(hu.shape, 128, np.uint8), thickness_mm=thickness_mm, noise_hu=10.0,
        modulation=np.ones(nz, np.float32),
        power=np.ones(32, np.float32), transfer=np.linspace(1, 0.1, 32, dtype=np.float32), blood_hu=45.0,
    )  # fmt: skip
    return replace(anatomy, source="imported", acquisition=scan)


def alike(one, other) -> bool:
    """Return whether two values hold the same, arrays and what is within them too."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if is_dataclass(one):
        return all(alike(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return one == other
