"""Curve, text and steps of a taper say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.encounter.order import written_steps
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Step
from trainer.knowledge.treatment import objection
from trainer.ui.step.taper import curve, dragged, edited, figures, in_text, longer, of_curve

PRED = library().treatments["prednisolone"]
WEIGHT = 60.0
MG = st.builds(Step, dose=st.integers(1, 800).map(lambda n: n / 10), unit=st.just("mg"), days=st.integers(1, 400))
PER_KG = st.builds(Step, dose=st.integers(1, 26).map(lambda n: n / 20), unit=st.just("mg/kg"), days=st.integers(1, 400))
STEPS = st.lists(st.one_of(MG, PER_KG), min_size=1, max_size=8).map(tuple)


@given(STEPS)
def test_text_is_read_back_as_the_same_steps(steps):
    assert written_steps(in_text(steps), PRED) == steps


@given(st.lists(MG, min_size=1, max_size=8).map(tuple))
def test_the_curve_is_read_back_as_the_same_steps(steps):
    assert of_curve(curve(steps, WEIGHT)) == steps


@given(STEPS)
def test_the_curve_has_no_gap_and_every_day(steps):
    stretches = curve(steps, WEIGHT)
    assert [one.from_day for one in stretches] == [0, *(one.to_day for one in stretches[:-1])]
    assert stretches[-1].to_day == sum(step.days for step in steps)


@given(STEPS, st.data())
def test_drawing_moves_one_step_and_gives_what_may_be_ordered(steps, data):
    index = data.draw(st.integers(0, len(steps) - 1))
    mg = data.draw(st.none() | st.floats(-20, 300))
    end = data.draw(st.none() | st.integers(-50, 2000))
    made = dragged(steps, index, mg, end, WEIGHT, PRED)
    assert made[:index] + made[index + 1 :] == steps[:index] + steps[index + 1 :]
    one = made[index]
    assert one.unit == steps[index].unit and one.days >= 1 and one.dose > 0
    assert objection(PRED, one.dose, one.unit) is None
    begins = sum(step.days for step in steps[:index])
    assert one.days == (steps[index].days if end is None else max(end - begins, 1))
    assert written_steps(in_text(made), PRED) == Course(give="prednisolone", day=0, steps=made).steps == made
    again = dragged(made, index, curve(made, WEIGHT)[index].mg if mg is not None else None, None, WEIGHT, PRED)
    assert [step.dose for step in again] == pytest.approx([step.dose for step in made])


def test_the_published_course_comes_to_its_figures():
    steps = library().order_sets["course-24-weeks"].treatments[0].steps
    found = figures(steps, PRED, WEIGHT, today=7)
    assert found.cumulative_mg == pytest.approx(28 * 45 + 28 * 30 + 28 * 20 + 42 * 10 + 42 * 5)
    assert (found.days, found.end_day, found.high_days) == (168, 175, 84)


def test_another_steroid_counts_in_prednisolone():
    dexa = library().treatments["dexamethasone"]
    found = figures((Step(dose=6.0, unit="mg", days=10),), dexa, WEIGHT, today=0)
    assert found.cumulative_mg == pytest.approx(60 * 6.67) and found.high_days == 10


def test_a_cell_is_typed_over_or_refused_with_a_reason():
    steps = (Step(dose=40.0, days=28), Step(dose=20.0, days=28))
    assert edited(steps, 1, "dose", "15", PRED)[1] == Step(dose=15.0, days=28)
    assert edited(steps, 0, "unit", "mg/kg", PRED) == "above the highest daily dose, 2 mg/kg"
    assert edited(steps, 0, "days", "many", PRED) == "'many' is no days of a step"
    assert edited(steps, 0, "dose", "900", PRED) == "above the highest daily dose, 80 mg"


def test_a_step_more_is_half_the_last():
    assert longer(()) == (Step(dose=40.0, days=28),)
    assert longer((Step(dose=15.0, days=14),))[-1] == Step(dose=8.0, days=14)
