"""An encounter: commands are accepted or answered, and a run is its events."""

import pytest

from trainer.core.error import BadInput
from trainer.course.history import follow
from trainer.encounter import chart
from trainer.encounter.bedside import as_plan
from trainer.encounter.event import (
    Advance,
    BeliefStated,
    CourseStarted,
    CourseStopped,
    Ended,
    EvidenceCited,
    ForecastStated,
    Moved,
    ReadStated,
    RolledBack,
    TestOrdered,
    WaitingChosen,
)
from trainer.encounter.player import Written, play
from trainer.encounter.run import Header, Run, branches, decode
from trainer.encounter.session import Rejected, Session, sealed
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Request, Step
from trainer.knowledge.statement import Belief, Citation, Forecast, Read


@pytest.fixture(scope="module")
def case():
    return read_case("wandering-shadows", library())


def session(engine, case, seed=1, **header):
    return Session(engine, case, Run(header=Header(case=case.id, seed=seed, **header)))


def done(one, *commands):
    for command in commands:
        answer = one.submit(command)
        assert not isinstance(answer, Rejected), answer.reason
    return answer


def refused(one, command):
    before = one.run
    answer = one.submit(command)
    assert isinstance(answer, Rejected) and one.run == before
    return answer.reason


def ordering(name, day=0):
    return TestOrdered(request=Request(test=name, day=day))


def prednisolone(day, dose=40.0, days=60):
    return CourseStarted(course=Course(give="prednisolone", day=day, steps=(Step(dose=dose, days=days),)))


def belief(day, **shares):
    return BeliefStated(belief=Belief(day=day, shares=shares or {"cop": 1.0}))


def test_a_command_is_carried_out_or_answered(engine, case):
    one = session(engine, case)
    done(one, ordering("crp"), Advance(to_day=28, stops="urgent"))
    assert one.now.day == 28 and one.now.visits == (0, 28)
    for command, says in (
        (ordering("crp"), "it is day 28"),
        (ordering("tarot", 28), "no test is called"),
        (prednisolone(3), "it is day 28"),
        (Advance(to_day=28), "the clock goes on"),
        (Advance(to_day=case.last_day + 1), "the clock goes on"),
        (CourseStopped(give="prednisolone", day=28), "not being given"),
        (CourseStopped(give="snake-oil", day=28), "no treatment is called"),
        (Moved(day=28, place="clinic"), "already in the clinic"),
        (ordering("cryobiopsy", 28), "on the ward; the patient is in the clinic"),
        (WaitingChosen(day=28, return_day=28), "must lie ahead"),
        (ReadStated(read=Read(day=28)), "no CT of today"),
        (belief(28, tarot=1.0), "no disease is called"),
        (EvidenceCited(citation=Citation(day=28, disease="cop", supports=("runes",))), "no finding is called"),
        (Ended(day=3), "it is day 28"),
    ):
        assert says in refused(one, command)
    done(one, Moved(day=28, place="ward"), ordering("cryobiopsy", 28), Ended(day=28))
    assert "the case is over" in refused(one, ordering("esr", 28))


def test_what_is_said_is_locked_until_the_clock_moves(engine, case):
    one = session(engine, case)
    said = (
        belief(0),
        EvidenceCited(citation=Citation(day=0, disease="cop", supports=("cough",))),
        ForecastStated(forecast=Forecast(day=0, better=0.5, same=0.5, worse=0.0)),
    )
    done(one, ordering("thin-section-ct"), ReadStated(read=Read(day=0, signs=("consolidation",))), *said)
    for command in (*said, ReadStated(read=Read(day=0))):
        assert "locked" in refused(one, command)
    done(one, EvidenceCited(citation=Citation(day=0, disease="bacterial", opposes=("cough",))))
    done(one, Advance(to_day=3, stops="urgent"), belief(3))


def test_steroids_change_the_patient_and_nothing_before(engine, case):
    alone, treated = session(engine, case), session(engine, case)
    done(treated, prednisolone(0))
    for one in (alone, treated):
        done(one, Advance(to_day=28, stops="urgent"))
    assert alone.chest(0).opacities.tobytes() == treated.chest(0).opacities.tobytes()
    assert treated.vitals()["crp_mg_l"] < 0.5 * alone.vitals()["crp_mg_l"]
    stopped = session(engine, case)
    done(stopped, prednisolone(0), CourseStopped(give="prednisolone", day=0), Advance(to_day=28, stops="urgent"))
    assert stopped.bedside.state(28).tobytes() == alone.bedside.state(28).tobytes()


def test_the_bedside_is_the_engine(engine, case):
    one = session(engine, case, seed=4)
    done(one, Advance(to_day=5, stops="urgent"), prednisolone(5), Advance(to_day=40, stops="urgent"))
    history = follow(
        engine.parameters, one.bedside.onset, as_plan(one.now.courses), library().treatments, 40, {0, 5, 40}
    )
    for day in (0, 5, 40):
        assert history.snapshots[day].tobytes() == one.bedside.state(day).tobytes()


def test_a_run_repeats_itself_from_its_text(engine, case):
    plan = case_plan(case, "textbook", library())
    one = session(engine, case, seed=9)
    play(one, plan, Written(plan))
    text = sealed(one).encode()
    assert len(text) < 20_000
    again = Session(engine, case, decode(text, "run"))
    assert sealed(again) == decode(text, "run") and again.run.events == one.run.events
    other = session(engine, case, seed=10)
    play(other, plan, Written(plan))
    assert sealed(other).state != sealed(one).state


def test_a_run_that_was_changed_is_told(engine, case):
    one = session(engine, case)
    done(one, ordering("crp"), Advance(to_day=60, stops="urgent"))
    text = sealed(one).encode()
    with pytest.raises(BadInput, match="changed after it was saved"):
        decode(text.replace('"crp"', '"esr"'), "run")
    unsealed = Run(header=one.run.header, events=one.run.events).encode()
    assert decode(unsealed, "run").seal is None
    moved = unsealed.replace(f'"day": {one.now.day}', f'"day": {one.now.day - 1}')
    with pytest.raises(BadInput, match="did not happen like this"):
        Session(engine, case, decode(moved, "run"))
    with pytest.raises(BadInput, match="of version 2"):
        session(engine, case, version=2)


def test_going_back_is_for_the_tutor_and_keeps_what_was(engine, case):
    one = session(engine, case)
    done(one, ordering("crp"), Advance(to_day=28, stops="urgent"), prednisolone(28), Advance(to_day=60))
    late = one.bedside.state(28).tobytes()
    done(one, RolledBack(to=2))
    assert one.now.day == 28 and one.now.courses == () and len(one.run.events) == 5
    assert one.bedside.state(28).tobytes() == late
    done(one, prednisolone(28), Advance(to_day=60))
    never = session(engine, case)
    done(never, ordering("crp"), Advance(to_day=28, stops="urgent"), prednisolone(28), Advance(to_day=60))
    assert never.bedside.state(never.now.day).tobytes() == one.bedside.state(one.now.day).tobytes()
    first, last = branches(one.run.events)
    assert [n for n, _ in first] == [1, 2, 3, 4] and [n for n, _ in last] == [1, 2, 6, 7]
    assert "does not go back" in refused(session(engine, case, mode="exam"), RolledBack(to=0))
    assert "nothing after event" in refused(one, RolledBack(to=7))


def test_an_examination_is_timed_with_accommodation(engine, case):
    limit = case.minutes * 60
    one, longer = session(engine, case, mode="exam"), session(engine, case, mode="exam", time_factor=1.5)
    late = TestOrdered(request=Request(test="crp", day=0), second=limit + 1)
    assert "the time is up" in refused(one, late)
    done(longer, late)
    done(session(engine, case), late)


def test_results_come_when_they_are_due_and_stop_the_clock(engine, case):
    one = session(engine, case)
    done(one, ordering("crp"), ordering("bronchoscopy-lavage"))
    assert {r.test for r in one.results()} == {"crp"}
    assert (2, "Bronchoscopy with bronchoalveolar lavage: result") in one.ahead(28)
    event = done(one, Advance(to_day=28))
    assert event.day == 2 and event.why[0].kind == "result"
    assert {r.test for r in one.results()} == {"crp", "bronchoscopy-lavage"}
    texts = [chart.in_words(result, library()) for result in one.results()]
    assert any(text.startswith("C-reactive protein ") and text.endswith(" mg/L") for text in texts)
    assert texts == [chart.in_words(result, library()) for result in one.results()]


def test_death_and_deterioration_stop_the_clock(engine, case):
    kinds = {}
    for seed in range(8):
        one = Session(engine, case.model_copy(update={"disease": "afop", "requires": ()}), Run(
            header=Header(case=case.id, seed=seed)
        ))  # fmt: skip
        while not one.now.over and one.now.day < case.last_day:
            event = done(one, Advance(to_day=case.last_day, stops="urgent"))
            for why in event.why:
                kinds.setdefault(why.kind, []).append((event.day, one))
    assert {"death", "deterioration"} <= set(kinds)
    day, dead = kinds["death"][0]
    assert dead.now.over and dead.now.day == day
    assert "the case is over" in refused(dead, Advance(to_day=case.last_day))


def test_a_dose_beyond_the_highest_is_refused(engine, case):
    one = session(engine, case)
    assert "above the highest daily dose, 80 mg" in refused(one, prednisolone(0, dose=500.0))
    heavy = Course(give="prednisolone", day=0, steps=(Step(dose=5.0, unit="mg/kg", days=3),))
    assert "2 mg/kg" in refused(one, CourseStarted(course=heavy))


def test_the_opening_follows_the_patient(engine, case):
    texts = {session(engine, case, seed).opening for seed in range(4)}
    assert len(texts) == 4 and not any("{" in text for text in texts)
    one = session(engine, case, 2)
    assert f"{one.person.age_years:.0f} years" in one.opening
    assert one.presentation["migrated"] == 1.0 and one.presentation["fever"] == 1.0


def test_a_plan_that_cannot_be_played_says_so(engine, case):
    bad = Plan(id="p", title="p", source="judgement", tests=(Request(test="tarot", day=0),))
    with pytest.raises(BadInput, match="cannot be played on day 0"):
        play(session(engine, case), bad, Written(bad))


def test_a_run_that_is_full_can_still_be_ended(engine, case, monkeypatch):
    monkeypatch.setattr("trainer.encounter.run.MAX_EVENTS", 3)
    one = session(engine, case)
    done(one, ordering("crp"), Advance(to_day=7))
    assert "as long as a run can be" in refused(one, ordering("crp", day=7))
    done(one, Ended(day=one.now.day))
    assert one.now.over and len(one.run.events) == 3
    assert Session(engine, case, one.run).now.over
