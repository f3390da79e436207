"""What is drafted is accepted when it is said, and nothing that was refused is lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.encounter.event import (
    Advance,
    CourseStarted,
    CourseStopped,
    Moved,
    TestOrdered,
    WaitingChosen,
)
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import TRENDS, ZONES
from trainer.reasoning.ctread import CHANGE, STILL
from trainer.reasoning.reading import MIGRATION
from trainer.ui.desk import Desk
from trainer.ui.step.citable import citable
from trainer.ui.step.draft import Draft, commands, objection, settled, today_of
from trainer.ui.step.need import SECTIONS, missing, next_thing, sign_of
from trainer.ui.step.prospect import Prospect, moved
from trainer.ui.step.sign import groups
from trainer.ui.step.standing import standing_of


def desk_of(engine):
    case = read_case("wandering-shadows", library())
    return Desk(Session(engine, case, Run(header=Header(case=case.id, seed=3))), lambda run: None, lambda: 0)


SIGNS = [sign for _, signs in groups(compared=True) for sign in signs]
DISEASES = sorted(set(library().diseases) - {"healthy"})


def ordered(name, day=0):
    return TestOrdered(request=Request(test=name, day=day))


@pytest.fixture(scope="module")
def worked_up(engine):
    """A desk on day 28 with a CT of the day and one before."""
    desk = desk_of(engine)
    assert desk.submit(ordered("thin-section-ct")) is None
    while desk.day < 28:
        assert desk.submit(Advance(to_day=28, stops="urgent")) is None
    for name in ("thin-section-ct", "crp", "full-blood-count"):
        assert desk.submit(ordered(name, desk.day)) is None
    return desk, desk.session.run, desk.session.now


@given(st.data())
@settings(max_examples=20)
def test_all_that_a_complete_draft_says_is_accepted(worked_up, data):
    desk, desk.session.run, desk.session.now = worked_up
    today = desk.day
    draft = Draft(day=today)
    for sign in data.draw(st.lists(st.sampled_from(SIGNS), max_size=12)):
        draft = draft.toggled(sign)
    for zone, rating in data.draw(st.lists(st.tuples(st.sampled_from(ZONES), st.integers(0, 4)), max_size=8)):
        draft = draft.rated(zone, rating)
    draft = replace(draft, trend=data.draw(st.sampled_from(TRENDS)))
    made = draft.differential
    for name in data.draw(st.lists(st.sampled_from(DISEASES), min_size=1, max_size=5, unique=True)):
        made = made.giving(name, data.draw(st.integers(1, 20)))
    draft = replace(draft, differential=made.filled())
    found = [one.finding for one in citable(desk.session, draft.signs)]
    for disease in made.diseases:
        for finding in data.draw(st.lists(st.sampled_from(found), min_size=1, max_size=16)):
            draft = draft.citing(disease, finding, data.draw(st.sampled_from(["for", "against", None])))
    draft = replace(draft, prospect=drawn_prospect(data))
    orders = [
        ordered("crp", today), ordered("ana", today), ordered("spirometry", today),
        CourseStarted(course=Course(give="prednisolone", day=today, steps=(Step(dose=0.5, unit="mg/kg", days=28),))),
        CourseStarted(course=Course(give="prednisolone", day=today, steps=(Step(dose=20.0, days=14),))),
        CourseStopped(give="prednisolone", day=today), Moved(day=today, place="ward"), Moved(day=today, place="home"),
        WaitingChosen(day=today, return_day=today + 7, earlier_if="fever"),
    ]  # fmt: skip
    for order in data.draw(st.permutations(orders)):
        if objection(draft, order, desk.session) is None:
            draft = draft.queued(order)
    standing = standing_of(desk)
    assert not set(missing(draft, standing)) - {"what speaks for and against"}
    wanted = commands(draft, standing)
    kinds = [command.kind for command in wanted]
    assert kinds[:2] == ["read", "belief"] and "forecast" in kinds
    assert all(desk.submit(command) is None for command in wanted)
    draft = settled(draft, today_of(desk.session))
    assert draft.orders == () and commands(draft, standing_of(desk)) == []
    signs = {section: sign_of(section, draft, standing_of(desk)).kind for section in SECTIONS}
    assert signs["read"] == signs["differential"] == signs["orders"] == signs["visit"] == "done"


def drawn_prospect(data):
    made = None
    for trend in TRENDS:
        made = moved(made, trend, data.draw(st.integers(0, 100)))
    return made


def test_what_is_said_comes_before_what_is_ordered(desk):
    draft = Draft(day=0).queued(ordered("crp"))
    draft = replace(draft, differential=draft.differential.giving("cop", 20))
    assert [command.kind for command in commands(draft, standing_of(desk))] == ["belief", "test"]


def test_tokens_that_lie_on_nothing_go_to_other(desk):
    draft = replace(Draft(day=0), differential=Draft(day=0).differential.giving("cop", 15))
    (said,) = commands(draft, standing_of(desk))
    assert said.belief.shares == {"cop": 0.75, "other": 0.25}
    assert any("5 tokens" in clause for clause in missing(draft, standing_of(desk)))


def test_an_order_is_held_against_those_before_it_in_the_queue(desk):
    draft = Draft(day=0).queued(ordered("crp"))
    assert "ordered today already" in objection(draft, ordered("crp"), desk.session)
    away = draft.queued(Moved(day=0, place="home"))
    assert "patient is at home" in objection(away, ordered("bronchoscopy-lavage"), desk.session)
    assert objection(draft, CourseStopped(give="prednisolone", day=0), desk.session) is not None


def test_a_second_course_takes_the_place_of_the_first(desk):
    one, two = (
        CourseStarted(course=Course(give="prednisolone", day=0, steps=(Step(dose=dose, days=7),)))
        for dose in (40.0, 20.0)
    )
    assert Draft(day=0).queued(one).queued(two).orders == (two,)


def test_a_finding_stands_on_one_side_and_can_be_taken_back():
    draft = Draft(day=0).citing("cop", "fever", "for").citing("cop", "fever", "against")
    assert draft.citation("cop").opposes == ("fever",) and draft.citation("cop").supports == ()
    assert draft.citing("cop", "fever", None).citations == ()


def test_nothing_abnormal_is_a_read_and_a_sign_ends_it(engine):
    desk = desk_of(engine)
    desk.submit(ordered("thin-section-ct"))
    draft = replace(Draft(day=0), normal=True)
    (said,) = commands(draft, standing_of(desk))
    assert said.read.signs == () and said.read.zones == {}
    assert not draft.toggled("cavity").normal and not draft.rated("left-lower", 2).normal


def test_the_next_line_leads_from_the_first_order_to_the_clock(engine):
    desk = desk_of(engine)
    draft = Draft(day=0)
    assert next_thing(draft, standing_of(desk)).startswith("Order what you need to know")
    assert "1 order is not sent" in next_thing(draft.queued(ordered("thin-section-ct")), standing_of(desk))
    desk.submit(ordered("thin-section-ct"))
    assert next_thing(draft, standing_of(desk)).startswith("Read the CT")
    draft = draft.toggled("consolidation")
    assert next_thing(draft, standing_of(desk)).startswith("Sign the read")
    desk.submit(commands(draft, standing_of(desk))[0])
    draft = replace(draft, differential=draft.differential.giving("cop", 8))
    assert next_thing(draft, standing_of(desk)) == "Say what you believe: 12 of 20 tokens left."
    draft = replace(draft, differential=draft.differential.filled())
    assert next_thing(draft, standing_of(desk)).startswith("Cite what speaks")
    draft = draft.citing("cop", "fever", "for")
    assert next_thing(draft, standing_of(desk)).startswith("Say what you expect")
    draft = replace(draft, prospect=Prospect(50, 30, 20))
    assert next_thing(draft, standing_of(desk)) == "Commit, then move the clock."
    for command in commands(draft, standing_of(desk)):
        assert desk.submit(command) is None
    assert next_thing(draft, standing_of(desk)) == "All is said for today. Move the clock to day 7."


def test_on_the_last_day_no_forecast_is_asked_and_a_step_without_ct_asks_no_read(engine):
    desk = desk_of(engine)
    assert sign_of("read", Draft(day=0), standing_of(desk)).word == "no CT"
    while desk.day < desk.session.case.last_day and not desk.over:
        desk.submit(Advance(to_day=desk.session.case.last_day, stops="urgent"))
    standing = standing_of(desk)
    if not standing.over:
        assert sign_of("visit", Draft(day=desk.day), standing).word == "last day"
        assert not any("next visit" in clause for clause in missing(Draft(day=desk.day), standing))


def test_what_can_be_cited_is_what_was_told_found_and_read(engine):
    desk = desk_of(engine)
    told = {one.finding for one in citable(desk.session)}
    assert {"cough", "fever", "migration", "tempo", "no-response-to-antibiotics"} <= told
    desk.submit(ordered("crp"))
    words = {one.finding: one.words for one in citable(desk.session, ["cavity"])}
    assert words["c-reactive-protein"].startswith("C-reactive protein") and words["c-reactive-protein"].endswith("mg/L")
    assert words["cavity"] == "cavity, on the CT" and "mass" not in words
    desk.submit(ordered("thin-section-ct"))
    desk.submit(commands(Draft(day=0).toggled("consolidation"), standing_of(desk))[0])
    found = citable(desk.session)
    words = {one.finding: one.words for one in found}
    assert words["consolidation"] == "consolidation, on the CT" and words["mass"] == "no mass, on the CT"
    assert not found[-1].seen and found[0].seen and len(words) == len(found)


def test_every_sign_that_can_be_read_stands_in_one_group():
    listed = [sign for _, signs in groups(compared=True) for sign in signs]
    assert sorted(listed) == sorted([*STILL, *CHANGE, MIGRATION])
    assert set(listed) <= set(library().findings)
