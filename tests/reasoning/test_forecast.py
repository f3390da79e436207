from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import AT, MARKING, sound
from trainer.knowledge.statement import Forecast
from trainer.reasoning.forecast import forecast_item, forecast_record


@dataclass(frozen=True)
class Expected:
    better: float
    same: float
    worse: float
    relapse: float


def forecast(better, same, worse, relapse=0.0):
    return Forecast(day=14, better=better, same=same, worse=worse, relapse=relapse)


def credit(stated, expected):
    return sound([forecast_item(stated, expected, MARKING.reasoning, AT)])[0].points


def test_by_hand():
    due = Expected(0.6, 0.3, 0.1, 0.2)
    assert credit(forecast(0.6, 0.3, 0.1, 0.2), due) == 1.0
    # 0.2 squared and 0.2 squared of the trend, twice 0.1 squared of the relapse, over 0.5
    assert credit(forecast(0.8, 0.1, 0.1, 0.3), due) == pytest.approx(1 - (0.08 + 0.02) / 0.5)
    assert credit(forecast(0.0, 0.0, 1.0), due) == 0.0
    assert credit(None, due) == 0.0


def test_the_reason_says_where_it_was_off():
    made = forecast_item(forecast(0.0, 0.0, 1.0), Expected(0.6, 0.3, 0.1, 0.0), MARKING.reasoning, AT)
    assert "100 % to 'worse'" in made.reason and "10 % was to be expected" in made.reason
    assert "surer than anybody" in made.reason
    again = forecast_item(forecast(0.6, 0.3, 0.1, 0.8), Expected(0.6, 0.3, 0.1, 0.1), MARKING.reasoning, AT)
    assert "relapse at 80 %" in again.reason


@given(st.tuples(*[st.integers(1, 50)] * 3), st.tuples(*[st.integers(1, 50)] * 3), st.integers(0, 20))
def test_the_expected_credit_is_highest_for_what_one_expects(a, b, relapse):
    q, p = [x / sum(a) for x in a], [x / sum(b) for x in b]
    due = Expected(*q, relapse / 20)
    assert credit(forecast(*p, relapse / 20), due) <= credit(forecast(*q, relapse / 20), due) + 1e-9


def test_the_record_of_what_came():
    record = forecast_record(forecast(0.6, 0.3, 0.1, 0.2), "same", False)
    assert record == ((0.6, False), (0.3, True), (0.1, False), (0.2, False))
