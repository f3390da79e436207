import numpy as np
import pytest

from trainer.reasoning.localisation import UNMARKED, weighted_afroc, weighted_kappa, zone_merit


def test_weighted_afroc_of_the_worked_example():
    lesions = [np.array([3.0, UNMARKED]), np.array([1.0])]
    weights = [np.array([0.5, 0.5]), np.array([1.0])]
    assert weighted_afroc(np.array([UNMARKED, 1.0]), lesions, weights) == pytest.approx(0.6875)


def test_zone_merit_of_the_worked_example():
    assert zone_merit(np.array([0, 0, 1, 0, 2, 0]), np.array([3, 1])) == pytest.approx(0.875)


def test_both_kinds_are_needed():
    with pytest.raises(ValueError, match="with and without"):
        weighted_afroc(np.array([]), [np.array([1.0])], [np.array([1.0])])
    with pytest.raises(ValueError, match="sound and diseased"):
        zone_merit(np.array([]), np.array([1.0]))


def test_kappa():
    true = np.array([0, 1, 2, 3, 2])
    assert weighted_kappa(true, true, 4) == 1.0
    assert weighted_kappa(np.zeros(5, int), np.zeros(5, int), 4) == 1.0
    near, far = weighted_kappa(np.array([0, 1, 2, 3, 3]), true, 4), weighted_kappa(np.array([3, 1, 2, 0, 2]), true, 4)
    assert 1.0 > near > far
    # two classes: plain kappa; agreement 3/4, by chance 1/2
    assert weighted_kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), 2) == pytest.approx(0.5)
