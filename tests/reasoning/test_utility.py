import numpy as np
import pytest

from trainer.course.future import FUTURE
from trainer.course.state import empty_state
from trainer.knowledge.library import library
from trainer.reasoning.utility import charge_of_test, charge_of_treatment, course_points, end_points, toll_points

VALUE = library().policy("default").value
HORIZON = VALUE.horizon.value


def future(days=HORIZON, **sums):
    one = np.zeros(1, FUTURE)
    one["days"] = days
    one["alive"] = days == HORIZON
    for name, value in sums.items():
        one[name] = value
    return one


def test_a_healthy_future_is_worth_everything():
    patients = empty_state(1).patients
    points = course_points(VALUE, future()) + end_points(VALUE, future(), patients)
    assert points - toll_points(VALUE, future(), patients, 0) == pytest.approx(100.0)


def test_the_dead_have_the_days_they_lived_and_nothing_after():
    patients = empty_state(1).patients
    assert course_points(VALUE, future(HORIZON / 2)) == pytest.approx(VALUE.course.value / 2)
    assert end_points(VALUE, future(HORIZON / 2), patients) == 0.0


@pytest.mark.parametrize("name", ["symptom", "hypoxaemia", "sleepless", "low_mood"])
def test_a_burden_costs_days(name):
    burdened = course_points(VALUE, future(**{name: HORIZON}))
    assert 0.0 <= burdened < course_points(VALUE, future())


@pytest.mark.parametrize("name", ["fibrosis", "load", "drive"])
def test_what_lasts_costs_years(name):
    patients = empty_state(1).patients
    before = end_points(VALUE, future(), patients)
    patients[name] = 0.5
    assert end_points(VALUE, future(), patients) < before


def test_a_tumour_counts_with_its_size_when_known():
    patients = empty_state(1).patients
    small, large = (end_points(VALUE, future(growth=g), patients) for g in (1.0, 1.5))
    assert small - large == pytest.approx(0.5 * VALUE.lasting.growth.value * VALUE.end.value)


def test_only_events_from_today_on_are_charged():
    patients = empty_state(2).patients
    patients["pjp_tick"] = [4 * 9, 4 * 10]
    assert toll_points(VALUE, np.repeat(future(), 2), patients, 10).tolist() == [0.0, VALUE.toll.pneumocystis.value]


def test_the_riskier_test_and_drug_cost_more():
    tests, drugs = library().tests, library().treatments
    order = ["crp", "bronchoscopy-lavage", "cryobiopsy", "surgical-biopsy"]
    charges = [charge_of_test(VALUE, tests[name]) for name in order]
    print({name: round(charge, 2) for name, charge in zip(order, charges, strict=True)})
    assert charges == sorted(charges)
    assert charge_of_treatment(VALUE, drugs["cyclophosphamide"]) > charge_of_treatment(VALUE, drugs["mycophenolate"])
