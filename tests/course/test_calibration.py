"""Joint facts of cryptogenic organizing pneumonia that no table of separate figures holds."""

import numpy as np
import pytest

from trainer.course.cohort import simulate
from trainer.course.outcome import meets
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Step

PATIENTS = 400
DAYS = 365


def abrupt():
    """The first four weeks of the 24-week course and nothing after it."""
    course = Course(give="prednisolone", day=0, steps=(Step(dose=0.75, unit="mg/kg", days=28),))
    again = next(c for c in library().plans["germop-24w"].treatments if c.when == "relapse")
    return Plan(id="abrupt", title="abrupt", source="judgement", treatments=(course, again))


@pytest.fixture(scope="module")
def cohorts(engine):
    plans = {
        name: library().plans[name]
        for name in ("germop-24w", "prednisone-12w", "epler", "clarithromycin-12w", "untreated")
    }
    plans["abrupt"] = abrupt()
    return {name: simulate(engine, "cop", plan, PATIENTS, DAYS, 7) for name, plan in plans.items()}


def share(cohort, column):
    return np.nanmean(cohort[column])


def test_the_faster_the_taper_the_more_relapse(cohorts):
    long, short, stopped = (share(cohorts[name], "relapsed") for name in ("germop-24w", "prednisone-12w", "abrupt"))
    assert short > 1.15 * long
    assert stopped > short


def test_a_high_dose_for_a_year_keeps_relapse_down_while_it_lasts(cohorts):
    long, heavy = (np.mean(cohorts[name]["relapse_on_treatment"] == 1) for name in ("germop-24w", "epler"))
    assert heavy < 0.7 * long


def test_relapse_comes_at_low_doses(cohorts):
    dose = cohorts["germop-24w"]["relapse_dose_mg"]
    dose = dose[dose > 0]
    assert np.median(dose) <= 10
    assert np.mean(dose > 20) < 0.1


def test_those_who_relapse_were_treated_later_and_sicker(cohorts):
    cohort = cohorts["germop-24w"]
    again = cohort["relapsed"] == 1
    for column, sign in (
        ("symptom_to_treatment_weeks", 1),
        ("severity", 1),
        ("crp_mg_l", 1),
        ("fever", 1),
        ("dlco_percent", -1),
    ):
        assert sign * (cohort[column][again].mean() - cohort[column][~again].mean()) > 0, column


def test_those_who_relapse_had_cleared_no_slower(cohorts):
    cohort = cohorts["germop-24w"]
    again = cohort["relapsed"] == 1
    assert np.nanmean(cohort["clearing_weeks"][again]) < np.nanmean(cohort["clearing_weeks"][~again]) + 2


def test_relapse_comes_months_after_treatment_began(cohorts):
    after = cohorts["germop-24w"]["relapse_after_treatment_start_days"]
    assert 100 < np.nanmedian(after) < 180


def test_mild_illness_may_pass_by_itself_and_severe_illness_does_not(cohorts):
    cohort = cohorts["untreated"]
    mild = meets(cohort, ["severity < 0.5", "crp_mg_l < 100"])
    severe = meets(cohort, ["severity >= 1"])
    assert cohort["spontaneous_remission"][mild].mean() > 2 * cohort["spontaneous_remission"][severe].mean()


def test_an_immune_macrolide_is_followed_by_fewer_relapses_than_a_short_course_of_steroids(cohorts):
    relapse = {
        name: cohorts[name]["relapsed"][cohorts[name]["severity"] < 1].mean()
        for name in ("clarithromycin-12w", "prednisone-12w")
    }
    assert relapse["clarithromycin-12w"] < 0.5 * relapse["prednisone-12w"]
