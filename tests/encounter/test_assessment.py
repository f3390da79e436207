"""The score of a run: what is lost has an event and a reason, and nothing hidden decides what it should not."""

import json

import pytest

from trainer.encounter import chart
from trainer.encounter.event import Advance, BeliefStated, CourseStarted, CourseStopped, Ended, RolledBack, TestOrdered
from trainer.encounter.examiner import Examiner
from trainer.encounter.run import decode
from trainer.encounter.session import Rejected, Session, sealed
from trainer.encounter.speaker import in_tokens
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
from trainer.knowledge.marking import DIALS
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import Belief
from trainer.reasoning.sample import COARSE

UNSEEING = ("diagnosis", "calibration", "evidence", "management", "safety", "economy")


@pytest.fixture(scope="module")
def case():
    return read_case("wandering-shadows", library())


def played(examiner, case, name, seed=1):
    return examiner.play(examiner.session(case, seed), case_plan(case, name, library()))


@pytest.fixture(scope="module")
def resident(examiner, case):
    return played(examiner, case, "resident")


@pytest.fixture(scope="module")
def sheet(examiner, resident):
    return examiner.score(resident)


def test_every_lost_point_names_an_event_and_a_reason(sheet, resident):
    assert set(sheet.dials) == set(DIALS)
    lost = [item for item in sheet.items if item.lost > 1e-9]
    assert len(lost) > 5
    for item in lost:
        assert 1 <= item.event <= len(resident.run.events), item.id
        assert len(item.reason) > 20 and item.source, item.id
    assert all(0.0 <= dial.value <= 100.0 and dial.se > 0.0 for dial in sheet.dials.values())
    assert 0.0 < sheet.overall < 100.0


def test_the_score_is_as_the_commands_promise(sheet):
    value = json.loads(json.dumps(sheet.as_json()))
    assert set(value) == {"overall", "dials", "gates", "items"}
    assert all(set(dial) == {"value", "se"} for dial in value["dials"].values())
    assert all(set(gate) == {"id", "failed", "reason"} for gate in value["gates"])


def test_a_run_scored_again_is_scored_alike(engine, examiner, case, resident, sheet):
    again = Session(engine, case, decode(sealed(resident).encode(), "run"))
    fresh = Examiner(engine, library().policy("default"), examiner.observer.imagined, COARSE)
    assert fresh.score(again).as_json() == sheet.as_json()


def test_another_policy_changes_what_it_differs_in_and_nothing_else(engine, imagined, resident, sheet):
    other = Examiner(engine, library().policy("second-defect"), imagined, COARSE).score(resident)
    was, now = ({i.id: i for i in s.items} for s in (sheet, other))
    changed = {i for i in was.keys() | now.keys() if was.get(i) != now.get(i)}
    assert any("prophylaxis" in i for i in changed)
    for dial in ("perception", "response", "diagnosis", "calibration", "evidence", "economy"):
        assert other.dials[dial] == sheet.dials[dial]


def test_the_textbook_is_best_where_it_matters(examiner, case, sheet):
    best = examiner.score(played(examiner, case, "textbook"))
    assert best.overall > sheet.overall
    assert best.dials["management"].value > sheet.dials["management"].value


def test_belief_and_acts_are_judged_on_the_evidence_and_not_on_the_truth(engine, examiner, case, monkeypatch):
    """The same chart in a patient who has something else gives the same score, but for what a picture shows."""
    session = played(examiner, case, "textbook")
    before = examiner.score(session)
    library_, disease = session.engine.library, session.disease
    known = {
        (tests, day): chart.results(library_, disease, session.bedside, tests, day)
        for tests, day in {(session.now.tests[:n], d) for n in range(len(session.now.tests) + 1) for d in range(366)}
        if all(o.request.day <= session.now.day for o in tests)
    }
    monkeypatch.setattr(chart, "results", lambda _, __, ___, tests, day: known[tuple(tests), day])
    monkeypatch.setattr(session, "case", case.model_copy(update={"disease": "fungal"}))
    row = session.engine.parameters.row("fungal")
    for day in range(session.now.day + 1):
        session.bedside.state(day).patients["disease"] = row
    assert session.disease.id == "fungal"
    forgetful = Examiner(engine, library().policy("default"), examiner.observer.imagined, COARSE)
    monkeypatch.setattr(forgetful, "_reference", examiner._reference)
    after = forgetful.score(session)
    assert {name: after.dials[name] for name in UNSEEING} == {name: before.dials[name] for name in UNSEEING}


def advance_to(session, day):
    while session.now.day < day and not session.now.over:
        assert not isinstance(session.submit(Advance(to_day=day, stops="urgent")), Rejected)


def careful(session):
    """Play a short, careful encounter."""
    for test in ("crp", "thin-section-ct", "bronchoscopy-lavage"):
        session.submit(TestOrdered(request=Request(test=test, day=0)))
    advance_to(session, 7)
    steps = (Step(dose=40.0, days=28), Step(dose=20.0, days=28), Step(dose=10.0, days=28))
    session.submit(CourseStarted(course=Course(give="prednisolone", day=session.now.day, steps=steps)))
    advance_to(session, 28)


@pytest.mark.parametrize(
    "harm",
    [
        CourseStarted(course=Course(give="cyclophosphamide", day=28, steps=(Step(dose=1.0, unit="1", days=60),))),
        CourseStarted(course=Course(give="voriconazole", day=28, steps=(Step(dose=1.0, unit="1", days=28),))),
        TestOrdered(request=Request(test="transbronchial-biopsy", day=28)),
        CourseStarted(course=Course(give="methylprednisolone", day=28, steps=(Step(dose=1000.0, unit="mg", days=7),))),
    ],
)  # fmt: skip
def test_a_harmful_order_never_raises_a_dial(examiner, case, harm):
    """Ordered before the case is closed, when no later result can come of it."""
    sheets = []
    for orders in ((), (harm,)):
        session = examiner.session(case, 2)
        careful(session)
        for order in orders:
            assert not isinstance(session.submit(order), Rejected)
        session.submit(Advance(to_day=29, stops="urgent"))
        session.submit(Ended(day=session.now.day))
        sheets.append(examiner.score(session))
    without, with_harm = sheets
    for name, dial in with_harm.dials.items():
        assert dial.value <= without.dials[name].value + 1e-9, name
    assert with_harm.overall <= without.overall


def test_what_is_left_out_is_laid_to_what_closed_the_step(examiner, case):
    session = examiner.session(case, 1)
    session.submit(BeliefStated(belief=Belief(day=0, shares={"cop": 1.0})))
    advance_to(session, 300)
    session.submit(Ended(day=session.now.day))
    items = {item.id: item for item in examiner.score(session).items}
    assert items["belief-0"].event == 1 and items["belief-0"].points > 0
    skipped = items[f"belief-{case.steps[1].day}"]
    assert skipped.points == 0 and skipped.event >= 2 and "stated" in skipped.reason


def test_saying_it_often_weighs_no_more(examiner, case):
    dials = []
    for often in (False, True):
        session = examiner.session(case, 1)
        session.submit(BeliefStated(belief=Belief(day=0, shares={"uip": 1.0})))
        for day in range(1, 7) if often else ():
            advance_to(session, day)
            session.submit(BeliefStated(belief=Belief(day=session.now.day, shares={"cop": 1.0})))
        advance_to(session, 8)
        session.submit(BeliefStated(belief=Belief(day=session.now.day, shares={"uip": 1.0})))
        items = [i for i in examiner.score(session).items if i.dial == "diagnosis"]
        dials.append(items)
    assert len(dials[0]) == len(dials[1]) == 2
    assert dials[0][1].points == dials[1][1].points


def test_a_course_that_is_stopped_at_once_was_not_given(examiner, case):
    def begun(stop):
        session = examiner.session(case, 1)
        advance_to(session, 7)
        for give, step in (
            ("prednisolone", Step(dose=40.0, days=60)),
            ("co-trimoxazole-prophylaxis", Step(dose=1.0, unit="1", days=60)),
        ):
            session.submit(CourseStarted(course=Course(give=give, day=session.now.day, steps=(step,))))
        if stop:
            session.submit(CourseStopped(give="co-trimoxazole-prophylaxis", day=session.now.day))
        advance_to(session, 40)
        return {i.id: i.points for i in examiner.score(session).items if "pneumocystis" in i.title.lower()}

    kept, stopped = begun(False), begun(True)
    assert any(stopped[i] < kept[i] for i in kept)


def test_the_first_path_keeps_its_own_score(examiner, case, engine):
    session = examiner.session(case, 1)
    session.submit(BeliefStated(belief=Belief(day=0, shares={"uip": 1.0})))
    session.submit(RolledBack(to=0))
    shares = in_tokens(examiner.mind(session).posterior(session.now).shares)
    session.submit(BeliefStated(belief=Belief(day=0, shares=shares)))
    items = [item for item in examiner.score(session).items if item.id == "belief-0"]
    assert items[0].points > 0.8 and items[0].event == 3


def test_twenty_tokens_are_twenty():
    for shares in (
        {"a": 0.5, "b": 0.3, "c": 0.2},
        {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3},
        dict.fromkeys("abcdefghijklmnopqrstuvwxyz", 1 / 26),
    ):
        tokens = in_tokens(shares)
        assert sum(tokens.values()) == pytest.approx(1.0)
        Belief(day=0, shares=tokens)
    assert in_tokens({"a": 0.97, "b": 0.03}) == {"a": 0.95, "b": 0.05}
