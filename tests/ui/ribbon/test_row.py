"""The rows of the ribbon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.ui.ribbon.row import VISIT_ROW, least_height, rows_of


@given(st.floats(9, 40), st.integers(0, 6), st.integers(0, 5), st.integers(0, 400))
def test_the_rows_fill_the_height_and_each_lane_has_a_line(line, drug_rows, lanes, more):
    height = least_height(line, lanes) + more
    made = rows_of(height, line, drug_rows, lanes)
    order = [made.events, made.doses, made.drugs, made.plots, made.axis]
    top = VISIT_ROW
    for place, tall in order:
        assert place == pytest.approx(top) and tall >= 0
        top += tall
    assert top == pytest.approx(height, abs=1.01)
    assert made.plots[1] >= lanes * line - 1


def test_it_is_as_tall_as_the_window_grants_at_the_usual_size_of_text():
    assert least_height(13.0, 2) == 150
    assert least_height(13.0, 5) < 200
