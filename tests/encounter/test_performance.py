"""What a learner claimed, held against what came: on the right day, in the right patient, and only where it is fair."""

import pytest

from trainer.course.state import NEVER
from trainer.encounter.event import (
    Advance,
    BeliefStated,
    CourseStarted,
    Ended,
    ForecastStated,
    RolledBack,
    WaitingChosen,
)
from trainer.encounter.event import TestOrdered as Ordered
from trainer.encounter.performance import claims_of, performance_of
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Rejected, Session
from trainer.knowledge.casebook import TEXTBOOK, case_plan, read_case
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import Belief, Forecast
from trainer.reasoning.ctread import trend_of
from trainer.reasoning.dial import ScoreSheet

CASE = "wandering-shadows"


def begin(engine, case=CASE, seed=3, mode="tutor"):
    read = read_case(case, engine.library)
    return Session(engine, read, Run(header=Header(case=case, version=read.version, seed=seed, mode=mode)))


def do(session, *commands):
    for command in commands:
        answer = session.submit(command)
        assert not isinstance(answer, Rejected), answer
    return session


def forecast(day, better=0.5, same=0.3, worse=0.2, relapse=0.1):
    return ForecastStated(forecast=Forecast(day=day, better=better, same=same, worse=worse, relapse=relapse))


def belief(day, **shares):
    return BeliefStated(belief=Belief(day=day, shares={name.replace("_", "-"): s for name, s in shares.items()}))


def go(day, stops="urgent"):
    return Advance(to_day=day, stops=stops)


def of(session, kind):
    return [claim for claim in claims_of(session) if claim.kind == kind]


def prednisolone(day):
    return CourseStarted(course=Course(give="prednisolone", day=day, steps=(Step(dose=0.5, unit="mg/kg", days=14),)))


def test_a_forecast_is_held_against_the_day_that_it_speaks_of(engine):
    session = do(begin(engine), forecast(0), go(14))
    day = session.now.day
    came = ("better", "same", "worse")[
        int(trend_of(session.bedside.state(0).patients, session.bedside.state(day).patients)[0])
    ]
    claims = claims_of(session)
    assert [claim.kind for claim in claims] == ["better", "same", "worse", "relapse"]
    assert [claim.share for claim in claims] == [0.5, 0.3, 0.2, 0.1]
    assert {claim.kind for claim in claims[:3] if claim.came} == {came}
    assert claims[3].came == any(session.bedside.relapsing(d) for d in range(1, day + 1))


def test_what_has_not_come_yet_is_no_claim(engine):
    assert claims_of(do(begin(engine), forecast(0))) == ()
    assert claims_of(do(begin(engine), forecast(0), Ended(day=0))) == ()


def test_a_result_on_the_way_does_not_end_a_forecast_but_another_treatment_does(engine):
    order = Ordered(request=Request(test="sputum-culture", day=0))
    plain = do(begin(engine), order, forecast(0), go(14, "anything"))
    assert 0 < plain.now.day < 14, "the blood is back before"
    assert claims_of(plain) == ()
    waited = do(begin(engine), order, forecast(0), go(14, "anything"), go(14))
    assert len(of(waited, "worse")) == 1
    day = plain.now.day
    turned = do(begin(engine), order, forecast(0), go(14, "anything"), prednisolone(day), go(14))
    assert of(turned, "worse") == []


def test_who_goes_back_has_seen_what_comes(engine):
    session = do(begin(engine), forecast(0), go(14))
    there = session.now.day
    first = claims_of(session)
    do(session, RolledBack(to=0), forecast(0, 1.0, 0.0, 0.0), go(there))
    assert session.now.day == there
    assert first and claims_of(session) == (), "the branch that was left no longer counts, nor does hindsight"
    do(session, forecast(there, 0.4, 0.4, 0.2), go(there + 28))
    assert len(of(session, "worse")) == 1, "beyond what was seen it is a forecast again"


@pytest.mark.parametrize(
    ("shares", "share", "came"),
    [
        ({"cop": 0.7, "bacterial": 0.3}, 0.7, True),
        ({"cop": 0.3, "bacterial": 0.7}, 0.7, False),
        ({"other": 0.6, "bacterial": 0.4}, 0.6, True),
        ({"other": 0.6, "cop": 0.4}, 0.6, False),
    ],
)
def test_the_leading_diagnosis_of_each_visit(engine, shares, share, came):
    session = do(begin(engine), WaitingChosen(day=0, return_day=7), belief(0, **shares))
    (lead,) = claims_of(session)
    assert (lead.kind, lead.share, lead.came, lead.event) == ("lead", share, came, 2)
    do(session, go(7))
    do(session, belief(session.now.day, cop=1.0))
    assert [(claim.event, claim.came) for claim in of(session, "lead")] == [(2, came), (4, True)]


def test_death_is_worse_and_is_seen(engine):
    session = begin(engine, "the-side-room", 1)
    for _ in range(40):
        day = session.now.day
        do(session, forecast(day), go(day + 30))
        if session.now.over:
            break
    if not session.now.over:
        pytest.fail("an untreated fungal infection ends in death")
    assert session.bedside.patient(session.now.day)["death_tick"] != NEVER
    last = of(session, "worse")[-1]
    assert last.came and last.event == len(session.run.events) - 1


def test_what_is_kept_of_a_run(examiner):
    case = read_case(CASE, examiner.engine.library)
    session = examiner.session(case, 3)
    examiner.play(session, case_plan(case, TEXTBOOK, examiner.engine.library))
    kept = performance_of(session, ScoreSheet(0.0, {}, (), ()))
    assert (kept.disease, kept.difficulty, kept.policy) == ("cop", case.difficulty, "default")
    assert kept.engine == session.run.header.engine
    leads = [claim for claim in kept.claims if claim.kind == "lead"]
    assert len(leads) >= 4 and all(claim.came for claim in leads)
    assert len({claim.event for claim in kept.claims if claim.kind == "worse"}) >= 3
    shares = {}
    for claim in kept.claims:
        if claim.kind in {"better", "same", "worse"}:
            shares[claim.event] = shares.get(claim.event, 0.0) + claim.share
    assert all(abs(total - 1.0) < 1e-6 for total in shares.values())
    assert len({(claim.event, claim.kind) for claim in kept.claims}) == len(kept.claims)
