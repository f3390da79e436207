"""The calibration curve: from enough statements on, and never surer than the cases behind it allow."""

from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from trainer.encounter.performance import Claim
from trainer.records.calibration import LEAST_STATEMENTS, curve

_NUMBER = count()


def run(*claims, case=None):
    """A run with claims of (share, came) about the leading diagnosis, of a case of its own."""
    made = tuple(Claim(number, "lead", share, came) for number, (share, came) in enumerate(claims, 1))
    return SimpleNamespace(case=case or f"case-{next(_NUMBER)}", result=SimpleNamespace(claims=made))


def test_there_is_no_curve_below_thirty_statements():
    assert LEAST_STATEMENTS == 30
    assert curve([run(*[(0.8, True)] * 29)], ("lead",)) == 29
    assert curve([run(*[(0.8, True)] * 15) for _ in range(2)], ("lead",)).count == 30
    assert curve([run(*[(0.8, True)] * 40)]) == 0, "the other kinds of statements are counted by themselves"
    assert curve([SimpleNamespace(case="a", result=None)], ("lead",)) == 0


def test_murphys_parts_of_the_published_example():
    claims = [(0.9, True)] * 3 + [(0.9, False), (0.6, True), (0.6, False), (0.2, True)] + [(0.2, False)] * 3
    found = curve([run(*claims) for _ in range(6)], ("lead",))
    assert found.parts.reliability == pytest.approx(0.012)
    assert found.parts.resolution == pytest.approx(0.050)
    assert found.parts.uncertainty == pytest.approx(0.250)
    assert found.brier.mean == pytest.approx(0.212) == found.parts.score
    assert found.bias.mean == pytest.approx((4 * 0.9 + 2 * 0.6 + 4 * 0.2) / 10 - 0.5)
    assert [(one.share, one.count, one.cases) for one in found.bins] == [
        (pytest.approx(0.2), 24, 6), (pytest.approx(0.6), 12, 6), (pytest.approx(0.9), 24, 6),
    ]  # fmt: skip
    assert [one.frequency for one in found.bins] == [0.25, 0.5, 0.75]


def test_edges_of_the_bins():
    found = curve([run(*[(share, True) for share in (0.0, 0.15, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)])] * 5, ("lead",))
    assert [one.count for one in found.bins] == [10, 5, 5, 5, 15]


def test_many_statements_of_few_cases_are_not_many():
    few = curve([run(*[(0.7, True)] * 20), run(*[(0.7, False)] * 20)], ("lead",))
    many = curve([run((0.7, number % 2 == 0)) for number in range(40)], ("lead",))
    assert (few.cases, many.cases) == (2, 40)
    assert few.bins[0].frequency == many.bins[0].frequency == 0.5
    assert few.bins[0].high - few.bins[0].low > 0.6
    assert many.bins[0].high - many.bins[0].low < 0.3
    again = curve([run((0.7, number % 2 == 0), case=f"case-{number // 10}") for number in range(40)], ("lead",))
    assert again.cases == 4 and again.bins[0].high - again.bins[0].low > 0.6, "nor are many runs of few cases"
    assert few.brier is None and few.bias is None, "two cases are not enough to say"
    assert many.brier is not None


def test_a_calibrated_learner_is_seldom_called_biased_whose_cases_hang_together():
    draw, wrong, trials = np.random.default_rng(5), 0, 400
    for _ in range(trials):
        runs = []
        for _ in range(12):
            share = round(float(draw.uniform(0.3, 1.0)) * 20) / 20
            runs.append(run(*[(share, bool(draw.random() < share))] * 4))  # what is right at one visit is at the next
        found = curve(runs, ("lead",))
        wrong += not found.bias.low <= 0.0 <= found.bias.high
    assert wrong / trials <= 0.09
