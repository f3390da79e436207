"""Ticks and days."""

from hypothesis import given
from hypothesis import strategies as st

from trainer.core.time import TICKS_PER_DAY, day_of, tick_of


@given(st.integers(-1000, 4000))
def test_a_tick_is_its_day(tick):
    assert tick_of(day_of(tick)) == tick


@given(st.floats(-500, 500))
def test_the_tick_of_a_moment_is_the_first_not_before_it(day):
    tick = tick_of(day)
    assert day_of(tick) >= day - 1e-9
    assert day_of(tick - 1) < day + 1e-9


def test_day_zero_is_tick_zero():
    assert tick_of(0) == 0 and tick_of(-1) == -TICKS_PER_DAY
