"""The debrief of a run is what its score says, and more; a tutor speaks of what was just committed alone."""

import dataclasses

import pytest

from trainer.encounter.debrief import debrief_of, feedback_of, reference_of
from trainer.encounter.event import Advance, BeliefStated, Ended, Looked, RolledBack
from trainer.encounter.performance import claims_of
from trainer.encounter.search import Extent
from trainer.encounter.session import Session
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
from trainer.knowledge.statement import Belief


@pytest.fixture(scope="module")
def case():
    return read_case("wandering-shadows", library())


@pytest.fixture(scope="module")
def resident(examiner, case):
    """The resident's run, looked at on the day of each CT."""
    plain = examiner.play(examiner.session(case, 1), case_plan(case, "resident", library()))
    session = examiner.session(case, 1)
    for event in plain.run.events:
        if event.kind == "advanced":
            if event.day > 0 and session.now.day in (0, 84):
                session.submit(Looked(day=session.now.day, scan=session.now.day, shown="0" * 100 + "2" * 150))
            session.submit(Advance(to_day=event.to_day, stops=event.stops))
        else:
            session.submit(event)
    return session


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def debrief(examiner, resident, told):
    return debrief_of(examiner, resident, lambda share, text: told.append((share, text)))


def test_it_says_what_the_score_says(examiner, resident, debrief):
    assert debrief.sheet.as_json() == examiner.score(resident).as_json()
    assert [(v.day, v.luck) for v in debrief.visits if v.choice] == examiner.luck(resident)
    decisions = {item.event: item for item in debrief.sheet.items if item.id.startswith("decision-")}
    choices = [visit for visit in debrief.visits if visit.choice is not None]
    assert len(choices) == len(decisions) > 2
    for visit in choices:
        assert abs(visit.choice.total - visit.choice.belief - visit.choice.act) < 1e-9
        told = next(item for item in decisions.values() if item.evidence == (visit.choice.own, visit.choice.best))
        assert (told.lost == 0.0) == (visit.choice.equally_right or visit.choice.total <= 0.0)


def test_what_is_kept_of_it_is_the_score_and_what_was_claimed(resident, debrief):
    kept = debrief.performance
    assert kept.sheet is debrief.sheet and kept.disease == resident.case.disease
    assert kept.claims == claims_of(resident) and {claim.kind for claim in kept.claims} >= {"lead", "better", "relapse"}


def test_there_is_a_visit_for_every_stand_of_the_clock(resident, debrief):
    assert [visit.day for visit in debrief.visits] == list(resident.now.visits)
    stated = {belief.day: belief.shares for _, belief in resident.now.said(Belief)}
    assert {v.day: v.stated for v in debrief.visits if v.stated is not None} == stated
    for visit in debrief.visits:
        assert sum(visit.observer.values()) == pytest.approx(1.0)


def test_the_observer_beside_a_differential_is_the_one_it_was_scored_against(debrief):
    day = debrief.visits[0]
    item = next(i for i in debrief.sheet.items if i.id == f"belief-{day.day}")
    first, percent = item.evidence[0].split(" ")[:2]
    assert round(100 * day.observer[first]) == int(percent)


def test_search_is_held_against_the_read(debrief):
    assert [search.day for search in debrief.searches] == [day for day, _ in debrief.scans]
    first = debrief.searches[0]
    assert first.slices.never == 100 and first.slices.seen == 150
    assert not first.zones and not first.missed  # nobody said here where anything lies


def test_search_knows_where_everything_lies_if_told(examiner, resident):
    asked = []

    def where(session, day):
        asked.append(day)
        labels = [int(label) for label in session.chest(day).opacities["label"]]
        return Extent(250, (0.0, 249.0), (0.0, 249.0), dict.fromkeys(labels, (20, 60)))

    found = debrief_of(examiner, resident, where=where)
    assert asked == [day for day, _ in found.scans]
    first = found.searches[0]
    assert first.zones["right-lower"].reach == "never" and first.zones["right-upper"].reach == "seen"
    listed = [int(o["label"]) for o in resident.chest(0).opacities if o["volume_ml"] >= 1.0]
    assert {one.label for one in first.missed} <= set(listed) and len(first.missed) > 2
    assert {one.cause for one in first.missed} == {"search"}


def test_a_run_that_was_not_read_on_the_screen_has_no_search(examiner, case):
    session = examiner.session(case, 1)
    session.submit(Ended(day=0))
    assert debrief_of(examiner, session).searches == ()


def test_the_twin_lives_the_same_days_and_begins_alike(debrief):
    twin = debrief.twin
    assert twin is not None and twin.plan and twin.mine == debrief.ending
    assert "left as they stood, alive on day" in debrief.ending, "what comes after the case is no part of it"
    days = [pair.day for pair in twin.days]
    assert days == sorted(set(days)) and set(range(0, days[-1], 7)) <= set(days)
    assert {visit.day for visit in debrief.visits} <= set(days)
    first = twin.days[0]
    assert first.mine.filled_ml == first.theirs.filled_ml
    assert (first.my_chest.opacities == first.their_chest.opacities).all()
    assert any(pair.mine != pair.theirs for pair in twin.days)


def test_points_and_losses_name_their_source_in_full(debrief, case):
    assert len(debrief.points) == len(case.debrief)
    assert all(point.reference and "{" not in point.text for point in debrief.points)
    for item in debrief.sheet.items:
        assert debrief.references[item.source]
    assert "n = 48" in reference_of(library(), "lazor-2000")
    assert reference_of(library(), "judgement") == "the authors' judgement"


def test_progress_grows_and_can_stop_the_work(examiner, resident, debrief, told):
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[0] == 0.0 and shares[-1] == 1.0 and all(text for _, text in told)

    class Enough(Exception):
        pass

    def stop(share, text):
        if share > 0.0:
            raise Enough

    with pytest.raises(Enough):
        debrief_of(examiner, resident, stop)


def test_a_path_that_was_left_keeps_its_worth(examiner, case):
    session = examiner.session(case, 1)
    session.submit(Advance(to_day=30))
    session.submit(RolledBack(to=0))
    session.submit(Ended(day=0))
    left = debrief_of(examiner, session).left
    assert len(left) == 1 and left[0].event == 1 and left[0].day > 0
    path = examiner.session(case, 1)
    path.submit(Advance(to_day=30))
    assert left[0].overall == examiner.score(path).overall


def test_the_debrief_is_frozen(debrief):
    with pytest.raises(dataclasses.FrozenInstanceError):
        debrief.ending = "well"


def test_a_tutor_speaks_of_what_came_since_and_of_nothing_that_is_missing(examiner, case, engine, resident):
    session = Session(engine, case, examiner.session(case, 1).run)
    reference = {"cop": 0.5, "bacterial": 0.5}
    session.submit(BeliefStated(belief=Belief(day=0, shares=reference)))
    early = feedback_of(examiner, session, 0)
    assert [item.id for item in early.items] == ["belief-0"]  # nothing about what may still be said today
    assert [visit.stated for visit in early.visits] == [reference] and early.visits[0].choice is None
    session.submit(Advance(to_day=7))
    later = feedback_of(examiner, session, 1)
    assert [item.id for item in later.items] == ["belief-0", "decision-0"]  # of the whole visit
    assert later.gates == () and later.visits[0].choice is not None
    done = feedback_of(examiner, session, 2)
    assert done.items == () and done.visits == ()


def test_a_tutor_says_of_a_whole_run_what_the_score_says(examiner, resident, debrief):
    """What was stated once in a step is judged alike on the way and in the end."""
    scored = {item.id: item for item in debrief.sheet.items}
    for item in feedback_of(examiner, resident, 0).items:
        end = scored.get(item.id)
        if end is not None and not end.reason.startswith("The mean of"):
            assert item == end


def test_the_work_of_a_tutor_can_be_stopped_before_each_thought(examiner, case, engine):
    class Stopped(Exception):
        pass

    left = [3]

    def heed():
        left[0] -= 1
        if not left[0]:
            raise Stopped

    session = examiner.session(case, 77)  # a patient of whom nothing was thought yet
    session.submit(BeliefStated(belief=Belief(day=0, shares={"cop": 1.0})))
    session.submit(Advance(to_day=7))
    examiner.heed = heed
    try:
        with pytest.raises(Stopped):
            feedback_of(examiner, session, 0)
    finally:
        examiner.heed = None
    assert feedback_of(examiner, session, 0).items, "what was thought before is no worse for it"
