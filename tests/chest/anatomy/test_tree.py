"""Trees that fill a cloud of points."""

import numpy as np
import pytest

from trainer.chest.anatomy import tree


@pytest.fixture
def cloud() -> np.ndarray:
    return tree.lattice(np.zeros(3), np.array((60.0, 50.0, 40.0)), 6.0, 5, 1, 0.8, 0.0)


def _grown(cloud: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tree.grow(cloud, np.array((30.0, 25.0, -10.0)), np.array((0.0, 0.0, 1.0)), 5, 7)


def test_every_point_is_served(cloud: np.ndarray) -> None:
    start, end, parent = _grown(cloud)
    last = np.setdiff1d(np.arange(len(end)), parent)
    assert len(last) == len(cloud)
    assert len(start) == 2 * len(cloud) - 2
    nearest = np.array([np.linalg.norm(end[last] - point, axis=1).min() for point in cloud])
    assert np.median(nearest) < 3.0


def test_branches_leave_at_moderate_angles(cloud: np.ndarray) -> None:
    start, end, parent = _grown(cloud)
    way = (end - start) / np.linalg.norm(end - start, axis=1, keepdims=True)
    child = np.flatnonzero(parent >= 0)
    angle = np.degrees(np.arccos(np.clip((way[child] * way[parent[child]]).sum(axis=1), -1, 1)))
    assert angle.max() < 49.0
    mothers, count = np.unique(parent[child], return_counts=True)
    assert (count == 2).all()
    forks = np.array([np.flatnonzero(parent == m) for m in mothers])
    between = np.degrees(np.arccos(np.clip((way[forks[:, 0]] * way[forks[:, 1]]).sum(axis=1), -1, 1)))
    assert 40.0 < np.median(between) < 85.0


def test_flow_adds_up(cloud: np.ndarray) -> None:
    _, _, parent = _grown(cloud)
    flow = tree.flow_of(parent)
    assert flow[parent < 0].sum() == len(cloud)
    assert flow.min() == 1.0


def test_same_tree_twice_and_another_for_another_key(cloud: np.ndarray) -> None:
    a, b = _grown(cloud), _grown(cloud)
    assert all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))
    other = tree.grow(cloud, np.array((30.0, 25.0, -10.0)), np.array((0.0, 0.0, 1.0)), 6, 7)
    assert not np.array_equal(a[1], other[1])


def test_lattices_lie_in_each_others_gaps() -> None:
    low, high = np.zeros(3), np.full(3, 30.0)
    a = tree.lattice(low, high, 8.0, 1, 1, 0.0, 0.0)
    b = tree.lattice(low, high, 8.0, 1, 2, 0.0, 0.5)
    nearest = np.linalg.norm(a[:, None] - b[None], axis=2).min(axis=1)
    assert nearest.min() == pytest.approx(np.sqrt(3.0) * 4.0)
