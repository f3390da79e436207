"""Plans carried out: doses by day and weight, replacement, conditions."""

import numpy as np
import pytest

from trainer.course.planning import PlanRun
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Step
from trainer.knowledge.treatment import Channel

NOBODY = {"relapse": np.zeros(2, dtype=bool)}
WEIGHT = np.array([70.0, 100.0])


def runner(*courses):
    return PlanRun(Plan(id="p", title="p", source="judgement", treatments=courses), library().treatments, WEIGHT)


def doses(run, days, met=NOBODY):
    return np.array([run.drugs(day, met)[:, Channel.GLUCOCORTICOID] for day in days])


def test_germop_gives_its_published_doses_and_total():
    run = PlanRun(library().plans["germop-24w"], library().treatments, WEIGHT)
    taken = doses(run, range(-5, 200))[:, 0]
    assert taken[:5].sum() == 0
    assert taken[5] == pytest.approx(52.5) and taken[5 + 28] == pytest.approx(35)
    assert taken[5 + 56] == 20 and taken[5 + 84] == 10 and taken[5 + 126] == 5 and taken[5 + 168] == 0
    assert taken.sum() == pytest.approx(3640)


def test_prednisone_12w_starts_alike_and_is_over_in_12_weeks():
    long, short = (
        PlanRun(library().plans[name], library().treatments, WEIGHT) for name in ("germop-24w", "prednisone-12w")
    )
    a, b = doses(long, range(100)), doses(short, range(100))
    assert (a[:28] == b[:28]).all()
    assert b[83, 0] > 0 and b[84, 0] == 0


def test_a_later_course_replaces_an_earlier_one_and_others_add_up():
    run = runner(
        Course(give="prednisolone", day=0, steps=(Step(dose=40.0, days=20),)),
        Course(give="prednisolone", day=5, steps=(Step(dose=10.0, days=3),)),
        Course(give="methylprednisolone", day=1, steps=(Step(dose=100.0, days=1),)),
    )
    taken = doses(run, range(10))[:, 0]
    assert taken[0] == 40 and taken[1] == pytest.approx(40 + 125) and taken[5] == 10
    assert taken[8] == 0, "the replaced course does not come back"


def test_a_condition_starts_a_course_in_those_who_meet_it_and_again():
    run = runner(Course(give="prednisolone", when="relapse", steps=(Step(dose=20.0, days=10),)))
    assert (doses(run, range(5)) == 0).all()
    first = run.drugs(5, {"relapse": np.array([True, False])})[:, 0]
    assert first.tolist() == [20, 0]
    assert doses(run, range(6, 15))[:, 0].sum() == 9 * 20
    assert doses(run, [15])[0, 0] == 0
    assert run.drugs(40, {"relapse": np.array([True, True])})[:, 0].tolist() == [20, 20]


def test_a_dose_by_weight_is_capped_at_the_highest():
    run = PlanRun(library().plans["epler"], library().treatments, WEIGHT)
    assert run.drugs(0, NOBODY)[:, Channel.GLUCOCORTICOID].tolist() == [70, 80]


def test_strengths_never_exceed_full_effect():
    run = runner(
        Course(give="co-amoxiclav", day=0, steps=(Step(dose=1.0, unit="1", days=5),)),
        Course(give="ceftriaxone", day=0, steps=(Step(dose=1.0, unit="1", days=5),)),
    )
    assert run.drugs(0, NOBODY)[:, Channel.TYPICAL_BACTERIA].max() <= 1
