"""The figures that say how sure a mean is: known values, and intervals that hold as often as they say."""

import numpy as np
import pytest

from trainer.records.estimate import LEAST_CASES, LEAST_TREND, estimate, ratio, share_of, trend

FIVE = (60.0, 70.0, 80.0, 90.0, 100.0)
NAMES = tuple("abcdefghijklmnopqrstuvwxyz")


def test_a_mean_and_its_interval_by_hand():
    found = estimate(FIVE, [0.0] * 5, NAMES[:5])
    assert found.mean == 80.0 and found.count == 5
    assert found.se == pytest.approx(np.sqrt(250.0 / 5.0))
    assert found.high - found.mean == pytest.approx(2.7764451 * found.se) == found.mean - found.low


def test_below_enough_cases_there_is_no_mean():
    assert LEAST_CASES == 5
    assert estimate(FIVE[:4], [1.0] * 4, NAMES[:4]) is None
    assert estimate((), (), ()) is None
    assert estimate(FIVE * 3, [1.0] * 15, ["a", "b", "c"] * 5) is None, "fifteen runs of three cases are three cases"


def test_agreement_by_luck_does_not_look_certain():
    found = estimate([80.0] * 5, [10.0] * 5, NAMES[:5])
    assert found.se == pytest.approx(10.0 / np.sqrt(5.0))
    wide = estimate(FIVE, [10.0] * 5, NAMES[:5])
    assert wide.se == pytest.approx(np.sqrt(250.0 / 5.0)), "what is within is in the spread already, not added to it"


def test_runs_of_one_case_do_not_count_as_many():
    values = [value for value in FIVE for _ in range(8)]
    cases = [name for name in NAMES[:5] for _ in range(8)]
    once, again = estimate(FIVE, [0.0] * 5, NAMES[:5]), estimate(values, [0.0] * 40, cases)
    assert again.mean == once.mean and again.count == 5
    assert again.se == pytest.approx(once.se)


@pytest.mark.parametrize(("between", "within"), [(8.0, 6.0), (0.0, 6.0), (15.0, 1.0)])
@pytest.mark.parametrize("n", [5, 8, 30])
def test_the_interval_holds_the_truth_as_often_as_it_says(n, between, within):
    draw = np.random.default_rng(n)
    held = 0
    for _ in range(2000):
        values = 70.0 + draw.normal(0.0, between, n) + draw.normal(0.0, within, n)
        found = estimate(values, [within] * n, [str(k) for k in range(n)])
        held += found.low <= 70.0 <= found.high
    assert 0.935 <= held / 2000 <= 1.0, "never surer than it says, give or take the error of 2,000 trials"
    if between:
        assert held / 2000 <= 0.985, "nor much less sure, where cases differ"


def test_a_line_by_hand():
    found = trend([50.0 + 2.0 * n for n in range(12)], [1.0] * 12)
    assert found.slope == pytest.approx(20.0) and found.count == 12
    assert (found.start, found.end) == (pytest.approx(50.0), pytest.approx(72.0))
    assert found.se == pytest.approx(10.0 / np.sqrt(143.0)), "points on the line by luck keep their own error"
    assert found.direction == "rises"
    assert trend([90.0 - 2.0 * n for n in range(12)], [1.0] * 12).direction == "falls"


def test_too_few_cases_have_no_trend():
    assert LEAST_TREND == 10
    assert trend([float(n) for n in range(9)], [1.0] * 9) is None


def test_noise_seldom_makes_a_trend_however_many_measures_are_looked_at():
    draw, misled, trials, looked_at = np.random.default_rng(3), 0, 600, 9
    for _ in range(trials):
        lines = [trend(draw.normal(70.0, 12.0, 14), [5.0] * 14, looked_at) for _ in range(looked_at)]
        misled += any(line.direction != "no trend" for line in lines)
    assert misled / trials <= 0.08, "of learners who stay as they are"


def test_a_real_gain_is_found():
    draw, found = np.random.default_rng(4), 0
    for _ in range(200):
        values = 50.0 + 1.2 * np.arange(30) + draw.normal(0.0, 10.0, 30)
        found += trend(values, [5.0] * 30, 9).direction == "rises"
    assert found >= 180


def test_the_ratio_of_sums_weighs_statements_and_draws_cases():
    found = ratio(np.array([1.0, 2.0, 3.0, 0.0, 4.0]), np.array([2.0, 4.0, 6.0, 0.0 + 1.0, 7.0]))
    assert found.mean == pytest.approx(10.0 / 20.0) and found.count == 5
    assert ratio(np.ones(4), np.ones(4)) is None


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"), [(8, 10, 0.4901, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)]
)
def test_a_frequency_after_wilson(hits, count, low, high):
    found = share_of(hits, count)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    few = share_of(hits, count, effective=3.0)
    assert few.low < found.low + 1e-12 and few.high > found.high - 1e-12 and few.high - few.low > found.high - found.low
