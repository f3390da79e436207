"""The axis of days."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.ui.ribbon.axis import Axis, horizon, nearest, spread


@pytest.mark.parametrize(
    ("today", "last", "end"), [(0, 365, 28), (28, 365, 56), (189, 365, 273), (365, 365, 365), (3, 10, 10)]
)
def test_the_axis_reaches_a_little_beyond_today(today, last, end):
    assert horizon(today, last) == end


@given(st.integers(0, 365))
def test_a_place_gives_its_day_back(day):
    axis = Axis(365, 14.0, 1000.0)
    assert axis.day_at(axis.x_of(day)) == pytest.approx(day)


def test_labels_have_their_room_and_name_the_week():
    axis = Axis(56, 0.0, 560.0)
    labels = axis.labels(70.0)
    assert labels[:3] == [(0, "0"), (7, "7 · 1 wk"), (14, "14 · 2 wk")]
    gaps = [axis.x_of(b) - axis.x_of(a) for (a, _), (b, _) in pairwise(labels)]
    assert min(gaps) >= 70


@given(st.lists(st.floats(0, 1000), max_size=40).map(sorted))
def test_things_moved_apart_keep_their_order_and_their_distance(places):
    moved = spread(places, 30.0, 10.0, 1100.0)
    room = min(30.0, 1090.0 / max(len(places) - 1, 1))
    assert all(b - a >= room - 1e-6 for a, b in pairwise(moved))
    assert all(10 - 1e-6 <= x <= 1100 + 1e-6 for x in moved)


def test_what_has_room_stays_where_it_is():
    assert spread([50.0, 200.0, 210.0], 30.0, 0.0, 1000.0) == [50.0, 190.0, 220.0]


def test_the_nearest_of_two_is_the_later():
    assert nearest([0, 7, 28], 17.5) == 28
    assert nearest([], 3) is None
