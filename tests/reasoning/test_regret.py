import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trainer.reasoning.regret import equally_right, luck, regret

# prednisolone, antibiotic, biopsy, observe under OP, infection, lymphoma
UTILITY = np.array([[90, 55, 40], [55, 85, 40], [75, 65, 80], [45, 30, 20]], float)
Q, P = np.array([0.6, 0.25, 0.15]), np.array([0.2, 0.65, 0.15])
tables = arrays(float, (4, 3), elements=st.floats(0, 100))
shares = arrays(float, 3, elements=st.floats(0.01, 1.0)).map(lambda a: a / a.sum())


@pytest.mark.parametrize(
    ("chosen", "total", "act"),
    [(1, 13.5, 0.0), (0, 0.0, -13.5), (3, 36.25, 22.75)],
    ids=["as believed", "right", "worst"],
)
def test_worked_example(chosen, total, act):
    found = regret(UTILITY, Q, P, chosen)
    assert (found.total, found.belief, found.act, found.best) == pytest.approx((total, 13.5, act, 0))
    assert found.score == pytest.approx(1.0 - total / 36.25)


@given(tables, shares, shares, st.integers(0, 3))
def test_the_split_is_exact(utility, q, p, chosen):
    found = regret(utility, q, p, chosen)
    assert found.belief + found.act == pytest.approx(found.total, abs=1e-9)
    assert found.total >= 0.0
    assert found.belief >= -1e-9
    assert -1e-9 <= found.score <= 1.0 + 1e-9


@given(tables, shares, shares, st.integers(0, 3))
def test_luck_is_nothing_on_average_and_never_scored(utility, q, p, chosen):
    assert sum(q[h] * luck(utility, q, chosen, h) for h in range(3)) == pytest.approx(0.0, abs=1e-9)


def test_near_ties_are_equally_right():
    expected = UTILITY @ Q
    assert equally_right(expected, np.zeros(4)).tolist() == [True, False, True, False]
    assert equally_right(expected, np.full(4, 10.0)).tolist() == [True, True, True, False]
