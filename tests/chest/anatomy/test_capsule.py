"""Rods keep their volume, however thin, and do not depend on threads."""

import numpy as np
import pytest

from trainer.chest.anatomy.capsule import Capsules, coverage
from trainer.chest.grid import Grid

GRID = Grid((40, 48, 44), (1.0, 0.8, 0.8), (0.0, 0.0, 0.0))
MASK = np.ones(GRID.shape, np.uint8)


def _rod(p: tuple[float, float, float], q: tuple[float, float, float], radius: float) -> Capsules:
    r = np.array([radius], np.float32)
    return Capsules(np.array([p], np.float32), np.array([q], np.float32), r, r)


@pytest.mark.parametrize("radius", [0.25, 0.5, 1.0, 2.5])
def test_volume_is_kept(radius: float) -> None:
    drawn = coverage(_rod((8.0, 9.3, 10.2), (31.0, 27.1, 24.4), radius), GRID, MASK)
    length = np.linalg.norm(np.array((23.0, 17.8, 14.2)))
    volume = drawn.sum() / 255.0 * GRID.voxel_ml * 1000.0
    expected = np.pi * radius**2 * length + 4.0 / 3.0 * np.pi * radius**3
    assert volume == pytest.approx(expected, rel=0.15)


def test_nothing_outside_the_mask() -> None:
    mask = MASK.copy()
    mask[20:] = 0
    drawn = coverage(_rod((5.0, 15.0, 15.0), (35.0, 15.0, 15.0), 2.0), GRID, mask)
    assert drawn[:20].any()
    assert not drawn[20:].any()


def test_order_does_not_matter() -> None:
    p = np.array([(5.0, 5.0, 5.0), (30.0, 20.0, 8.0), (10.0, 30.0, 20.0)], np.float32)
    q = np.array([(30.0, 30.0, 30.0), (8.0, 10.0, 30.0), (30.0, 6.0, 10.0)], np.float32)
    r = np.array([0.4, 1.2, 2.0], np.float32)
    turn = [2, 0, 1]
    assert np.array_equal(
        coverage(Capsules(p, q, r, r), GRID, MASK), coverage(Capsules(p[turn], q[turn], r[turn], r[turn]), GRID, MASK)
    )
