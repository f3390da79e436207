"""Bronchi as tubes: how far a point lies from a lumen, and what fills a bronchiole."""

import numpy as np
import pytest

from trainer.chest.anatomy.model import Branches
from trainer.chest.opacity.distance import distance_mm, smooth
from trainer.chest.opacity.tube import FAR, lumen_mm, plug, tubes_of

F = np.float32


def straight(radius, parent=(-1,)):
    """Return branches 20 mm long, one behind the other along x."""
    n = len(parent)
    start = np.array([(50.0, 50.0, 20.0 * i) for i in range(n)], F)
    return Branches(
        start, start + np.array([0.0, 0.0, 20.0], F), np.array(radius, F),
        np.array(parent, np.int32), np.arange(n, dtype=np.int16), np.ones(n, np.int16),
    )  # fmt: skip


@pytest.mark.parametrize("x", [2.0, 10.0, 18.0])
@pytest.mark.parametrize("away", [0.0, 0.7, 2.0])
def test_the_lumen_is_where_the_branch_is(x, away):
    near, plain = lumen_mm(tubes_of(straight([1.5])), F(50.0 + away), F(50.0), F(x), F(0.0), 1)
    assert near == plain == pytest.approx(away - 1.5, abs=0.02)


def test_a_bronchus_narrows_without_a_step():
    tubes = tubes_of(straight([1.5, 1.0], (-1, 0)))
    lumen = [-lumen_mm(tubes, F(50.0), F(50.0), F(x), F(0.0), 1)[1] for x in np.arange(21.0, 40.0, 0.5)]
    assert lumen[0] > 1.2
    assert lumen[-1] < 1.02
    assert np.all(np.diff(lumen) < 1e-4)


def test_traction_widens_and_never_narrows():
    tubes = tubes_of(straight([0.8]))
    line = np.arange(1.0, 19.0, 0.5)
    pulled = [[lumen_mm(tubes, F(50.0), F(50.0), F(x), F(1.0), seed) for x in line] for seed in range(12)]
    extra = np.array([[plain - near for near, plain in one] for one in pulled])
    assert extra.min() >= 0.0
    assert 0.6 < extra.mean() < 1.8
    assert extra.std(axis=1).mean() > 0.25


def test_thin_bronchioles_are_not_open_but_can_be_plugged():
    tubes = tubes_of(straight([0.3]))
    assert lumen_mm(tubes, F(50.0), F(50.0), F(10.0), F(0.0), 1)[0] == FAR
    assert plug(tubes, F(50.0), F(50.0), F(10.0), F(2.0), 1) > 0.8
    assert plug(tubes, F(50.0), F(51.6), F(10.0), F(2.0), 1) == 0.0
    assert plug(tubes, F(50.0), F(51.1), F(20.0), F(2.0), 1) > 0.5  # the bud is wider than its stem
    assert plug(tubes, F(50.0), F(50.0), F(10.0), F(0.0), 1) == 0.0


def test_a_point_far_away_meets_no_bronchus():
    assert lumen_mm(tubes_of(straight([1.5])), F(500.0), F(50.0), F(10.0), F(1.0), 1) == (FAR, FAR)


def test_distances_are_exact_up_to_their_reach():
    import edt

    rng = np.random.default_rng(3)
    mask = rng.random((17, 23, 29)) > 0.995
    spacing = (2.0, 1.4, 1.4)
    expected = np.minimum(edt.edt(~mask, anisotropy=spacing), 9.0)
    assert np.allclose(distance_mm(mask, spacing, 9.0), expected, atol=1e-4)


def test_smoothing_keeps_planes():
    ramp = np.tile(np.arange(9, dtype=F), (5, 6, 1))
    assert np.allclose(smooth(ramp)[..., 1:-1], ramp[..., 1:-1])
