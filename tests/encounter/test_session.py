"""An encounter: commands are accepted or answered, and a run is its events."""

import pytest

from trainer.core.error import BadInput
from trainer.encounter.event import Advanced, CourseStarted, Header, Run, TestOrdered, decode
from trainer.encounter.player import play
from trainer.encounter.session import Session, sealed, situation_of
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Request, Step


@pytest.fixture(scope="module")
def case():
    return read_case("wandering-shadows", library())


def session(engine, case, seed=1):
    return Session(engine, case, Run(header=Header(case=case.id, seed=seed)))


def prednisolone(day, dose=40.0, days=60):
    return CourseStarted(course=Course(give="prednisolone", day=day, steps=(Step(dose=dose, days=days),)))


def test_a_command_is_carried_out_or_answered(engine, case):
    one = session(engine, case)
    assert one.submit(TestOrdered(request=Request(test="crp", day=0))) is None
    assert one.submit(Advanced(to_day=28)) is None
    for event, says in (
        (TestOrdered(request=Request(test="crp", day=0)), "it is day 28"),
        (TestOrdered(request=Request(test="tarot", day=28)), "no test is called"),
        (prednisolone(3), "it is day 28"),
        (Advanced(to_day=28), "the clock goes on"),
        (Advanced(to_day=case.last_day + 1), "the clock goes on"),
    ):
        before = one.run
        assert says in one.submit(event).reason
        assert one.run == before
    assert situation_of(one.run).visits == (0, 28)


def test_steroids_change_the_patient_and_nothing_before(engine, case):
    alone, treated = session(engine, case), session(engine, case)
    treated.submit(prednisolone(0))
    for one in (alone, treated):
        one.submit(Advanced(to_day=28))
    assert alone.chest(0).opacities.tobytes() == treated.chest(0).opacities.tobytes()
    assert treated.vitals()["crp_mg_l"] < 0.5 * alone.vitals()["crp_mg_l"]


def test_a_run_repeats_itself_from_its_text(engine, case):
    one = session(engine, case, seed=9)
    play(one, case_plan(case, "textbook", library()))
    text = sealed(one).encode()
    again = Session(engine, case, decode(text, "run"))
    assert sealed(again) == decode(text, "run") and again.run.events == one.run.events
    other = Session(engine, case, Run(header=Header(case=case.id, seed=10), events=one.run.events[:3]))
    assert sealed(other).state != sealed(one).state
    assert [i.id for i in one.score()] == [i.id for i in again.score()]


def test_the_score_gives_a_reason_for_what_was_left_out(engine, case):
    one = session(engine, case)
    one.submit(prednisolone(0))
    items = {item.id: item for item in one.score()}
    assert items["infection-first"].points == 0 and "no sample sent" in items["infection-first"].reason
    assert items["prophylaxis"].points == 0
    one.submit(
        CourseStarted(
            course=Course(give="co-trimoxazole-prophylaxis", day=0, steps=(Step(dose=1.0, unit="1", days=60),))
        )
    )
    assert {item.id: item.points for item in one.score()}["prophylaxis"] == 1


def test_any_glucocorticoid_counts_and_a_token_prophylaxis_does_not(engine, case):
    one = session(engine, case)
    days = (Step(dose=20.0, days=60),)
    assert one.submit(CourseStarted(course=Course(give="dexamethasone", day=0, steps=days))) is None
    token = (Step(dose=1.0, unit="1", days=2),)
    one.submit(CourseStarted(course=Course(give="co-trimoxazole-prophylaxis", day=0, steps=token)))
    assert {item.id: item.points for item in one.score()} == {"infection-first": 0, "prophylaxis": 0}


def test_a_dose_beyond_the_highest_is_refused(engine, case):
    one = session(engine, case)
    assert "above the highest daily dose, 80 mg" in one.submit(prednisolone(0, dose=500.0)).reason
    heavy = Course(give="prednisolone", day=0, steps=(Step(dose=5.0, unit="mg/kg", days=3),))
    assert "2 mg/kg" in one.submit(CourseStarted(course=heavy)).reason
    assert one.run.events == ()


def test_the_opening_follows_the_patient(engine, case):
    texts = {session(engine, case, seed).opening for seed in range(4)}
    assert len(texts) == 4 and not any("{" in text for text in texts)
    one = session(engine, case, 2)
    assert f"{one.person.age_years:.0f} years" in one.opening


def test_results_agree_with_the_chart_and_with_themselves(engine, case):
    one = session(engine, case)
    for test in ("crp", "bronchoscopy-lavage"):
        one.submit(TestOrdered(request=Request(test=test, day=0)))
    found = {finding: value for _, _, finding, value in one.results()}
    assert found == {finding: value for _, _, finding, value in one.results()}
    crp = next(v for f, v in found.items() if "c-reactive" in f or f == "crp")
    assert crp == pytest.approx(one.vitals()["crp_mg_l"], rel=0.5)


def test_a_plan_that_cannot_be_played_says_so(engine, case):
    bad = Plan(id="p", title="p", source="judgement", tests=(Request(test="tarot", day=0),))
    with pytest.raises(BadInput, match="cannot be played on day 0"):
        play(session(engine, case), bad)
