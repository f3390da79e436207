"""Better, same and worse sum to 1 whatever is moved."""

from hypothesis import given
from hypothesis import strategies as st

from trainer.knowledge.statement import TRENDS
from trainer.ui.step.prospect import STEP_PERCENT, Prospect, moved, with_relapse

MOVES = st.lists(st.tuples(st.sampled_from(TRENDS), st.integers(-20, 130)), min_size=1, max_size=12)


@given(MOVES, st.integers(0, 20))
def test_a_forecast_always_sums_to_one(moves, relapse):
    made = None
    for trend, percent in moves:
        made = moved(made, trend, percent)
        assert made.better + made.same + made.worse == 100
        assert made.percent(trend) == min(max(round(percent / STEP_PERCENT) * STEP_PERCENT, 0), 100)
    made = with_relapse(made, relapse * STEP_PERCENT)
    stated = made.forecast(7)
    assert abs(stated.better + stated.same + stated.worse - 1) < 1e-9 and stated.relapse == relapse / 20
    assert Prospect.of(stated) == made


def test_the_other_two_keep_their_proportion():
    assert moved(Prospect(60, 30, 10), "better", 20) == Prospect(20, 60, 20)
    assert moved(None, "worse", 50) == Prospect(25, 25, 50)
    assert moved(Prospect(100, 0, 0), "better", 50) in (Prospect(50, 25, 25), Prospect(50, 30, 20))


def test_a_relapse_alone_is_no_forecast():
    assert with_relapse(None, 10) is None
