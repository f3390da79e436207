import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trainer.reasoning.probability import (
    absorbed,
    brier,
    brier_skill,
    calibration,
    divergence,
    excess_brier,
    log_skill,
)

P = np.array([0.5, 0.3, 0.1, 0.1])
Q = np.array([0.6, 0.25, 0.1, 0.05])
shares = arrays(float, 5, elements=st.floats(0.02, 1.0)).map(lambda a: a / a.sum())


def test_published_worked_example():
    assert brier(P, 0) == pytest.approx(0.36)
    assert brier_skill(P, 0) == pytest.approx(0.52)
    assert log_skill(P, 0) == pytest.approx(0.5)
    assert excess_brier(P, Q) == pytest.approx(0.015)
    assert divergence(Q, P) == pytest.approx(0.0292, abs=5e-5)


def test_a_zero_costs_no_infinity():
    assert np.isfinite(log_skill(np.array([0.0, 1.0]), 0))
    assert np.isfinite(divergence(np.array([0.5, 0.5]), np.array([0.0, 1.0])))


@given(shares, shares)
def test_the_excess_is_the_difference_of_expectations(p, q):
    expected = sum(q[k] * (brier(p, k) - brier(q, k)) for k in range(5))
    assert excess_brier(p, q) == pytest.approx(expected, abs=1e-12)


@given(shares, shares)
def test_the_reference_itself_is_the_best_answer(p, q):
    assert divergence(q, p) >= -1e-12
    assert divergence(q, q) == pytest.approx(0.0, abs=1e-12)


def test_news_taken_up():
    before = np.full(4, 0.25)
    assert absorbed(before, Q, Q) == pytest.approx(1.0)
    assert absorbed(before, before, Q) == pytest.approx(0.0)
    assert absorbed(before, Q[::-1], Q) < 0.0
    assert absorbed(Q, P, Q) is None


def test_calibration_in_parts():
    forecasts = np.repeat([0.9, 0.6, 0.2], [4, 2, 4])
    outcomes = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 0], bool)
    found = calibration(forecasts, outcomes)
    assert found.score == pytest.approx(0.212, abs=1e-9)
    assert (found.reliability, found.resolution, found.uncertainty) == pytest.approx((0.012, 0.05, 0.25), abs=5e-4)
    assert found.score == pytest.approx(np.mean((forecasts - outcomes) ** 2))
    with pytest.raises(ValueError, match="no forecasts"):
        calibration(np.array([]), np.array([], bool))
