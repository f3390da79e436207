"""Cards, which are due, and what an answer does to them; over a simulated month with times held fixed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import insert, select, update

from trainer import __version__
from trainer.core.error import BadInput
from trainer.course.opacity import OPACITY, ChestState, Lobe
from trainer.course.person import Person
from trainer.encounter.debrief import Debrief, Visit
from trainer.encounter.run import Header, Run
from trainer.reasoning.dial import ScoreSheet
from trainer.reasoning.item import Item
from trainer.records import review, table
from trainer.records.learner import add_learner
from trainer.records.schedule import AGAIN, EASY, GOOD, LONGEST_DAYS, scheduler_name

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CASE = "wandering-shadows"  # steps on days 0, 7, 28, 91 and 189


def item(day, points, dial="diagnosis"):
    return Item(f"{dial}-{day}", dial, "An item", points, 1.0, day, 1, "Why.", "judgement")


def visit(day, lead="cop", share=0.9):
    stated = {lead: share, "other": round(1.0 - share, 2)}
    return Visit(day, "A step", day + 1, stated, {"cop": 0.95, "bacterial": 0.05})


def chest(volume_ml=40.0):
    found = np.zeros(1, OPACITY)
    found["label"], found["lobe"], found["volume_ml"], found["fill"] = 1, Lobe.LEFT_LOWER, volume_ml, 0.9
    return ChestState(0, found)


def debrief(days=(0, 7, 28, 91, 189), points=1.0, scans=(0, 91), seed=3, case=CASE, **other):
    items = tuple(item(day, points) for day in days)
    items += tuple(item(day, points, "perception") for day in scans)
    return Debrief(
        run=Run(header=Header(case=case, seed=seed)), title="A title", disease="A disease", summary="", ending="",
        person=Person(1, "F", 60.0, 165.0, 70.0), sheet=ScoreSheet(50.0, {}, (), items),
        visits=tuple(visit(day) for day in days), scans=tuple((day, chest()) for day in scans), **other,
    )  # fmt: skip


def put(records, learner, case, step, kind="decision", made=NOW - timedelta(days=30), grade=AGAIN):
    identifier = str(uuid4())
    values = review._scheduled(None, identifier, grade, learner, made)
    with records.begin() as connection:
        connection.execute(
            insert(table.card).values(
                id=identifier, learner_id=learner.id, kind=kind, case_id=case, step=step, last_seed=1, made_at=made,
                **values,
            )
        )  # fmt: skip
    return next(card for card in review.upcoming(records, learner, NOW) if card.id == identifier)


def note(records, learner, card, now, score=0.8, confidence=0.6, right=True):
    seed = review.draw_seed(records, card)
    return review.note_answer(records, learner, card, seed, score, confidence, right, {"act": "wait"}, now)


# Cards of a run


def test_a_run_makes_four_to_eight_cards(records, learner):
    assert review.make_cards(records, learner, debrief(), NOW) == 7
    cards = review.upcoming(records, learner, NOW)
    assert {(card.kind, card.step) for card in cards} == {
        *(("decision", step) for step in range(5)), ("occlusion", 0), ("occlusion", 3),
    }  # fmt: skip
    assert {card.scheduler for card in cards} == {scheduler_name()}
    assert scheduler_name().startswith("fsrs 6")


def test_more_than_eight_are_never_made_of_one_case(records, learner):
    many = debrief(days=(0, 7, 35, 91, 133, 189), scans=(0, 91, 133, 189), case="temperature-diary")
    assert review.make_cards(records, learner, many, NOW) == 8
    kinds = [card.kind for card in review.upcoming(records, learner, NOW)]
    assert kinds.count("decision") == 6 and kinds.count("occlusion") == 2


def test_only_steps_that_were_reached_and_scans_with_something_to_name(records, learner):
    short = replace(debrief(days=(0, 7), scans=(0,)), scans=((0, chest(0.2)),))
    assert review.make_cards(records, learner, short, NOW) == 2
    assert {card.kind for card in review.upcoming(records, learner, NOW)} == {"decision"}


def test_the_first_rating_is_what_the_step_scored(records, learner):
    weak = debrief(days=(0, 7), points=0.2, scans=())
    review.make_cards(records, learner, weak, NOW)
    good = debrief(days=(28,), points=0.95, scans=(), seed=4)
    review.make_cards(records, learner, good, NOW)
    days = {card.step: (card.due_at - NOW).days for card in review.upcoming(records, learner, NOW)}
    assert days[0] == days[1] == 1 and days[2] == 8  # Again, and Easy since it was sure and right


def test_a_wrong_lead_is_never_easy(records, learner):
    wrong = replace(debrief(days=(28,), scans=()), visits=(visit(28, lead="bacterial"),))
    review.make_cards(records, learner, wrong, NOW)
    with records.begin() as connection:
        assert connection.scalar(select(table.answer.c.rating)) == GOOD


def test_a_run_counts_once_however_often_its_debrief_is_opened(records, learner):
    assert review.make_cards(records, learner, debrief(), NOW) == 7
    before = review.upcoming(records, learner, NOW)
    assert review.make_cards(records, learner, debrief(), NOW + timedelta(days=5)) == 0
    assert review.upcoming(records, learner, NOW) == before
    assert review.make_cards(records, learner, debrief(seed=4), NOW + timedelta(days=5)) == 7  # played again
    assert len(review.upcoming(records, learner, NOW)) == 7


def test_a_case_that_is_not_there_makes_none(records, learner):
    assert review.make_cards(records, learner, debrief(case="no-such-case"), NOW) == 0


# What is due


def test_nothing_is_due_before_its_day(records, learner):
    review.make_cards(records, learner, debrief(points=0.2), NOW)
    assert review.due_count(records, learner, NOW) == 0
    assert review.due_count(records, learner, NOW + timedelta(hours=23)) == 0
    assert review.due_count(records, learner, NOW + timedelta(days=1)) == 7


def test_cards_are_each_learners_own(records, learner):
    other = add_learner(records, "stork")
    review.make_cards(records, learner, debrief(points=0.2), NOW)
    assert review.due_count(records, other, NOW + timedelta(days=2)) == 0
    assert review.make_cards(records, other, debrief(points=0.2), NOW) == 7


def test_no_more_than_the_cap_is_asked_on_a_day(records, learner):
    for step in range(5):
        for case in (CASE, "the-choir-singer", "the-tailor", "third-floor", "the-pill-box"):
            put(records, learner, case, step)
    assert review.due_count(records, learner, NOW) == review.DAILY
    for card in review.due(records, learner, NOW)[:12]:
        note(records, learner, card, NOW)
    assert review.due_count(records, learner, NOW) == review.DAILY - 12
    assert review.answered_today(records, learner, NOW) == 12
    assert review.due_count(records, learner, NOW + timedelta(days=1)) == 13  # what was not asked waited


def test_a_day_begins_at_the_learners_midnight(records, learner):
    east = timezone(timedelta(hours=9))
    card = put(records, learner, CASE, 0)
    late = datetime(2026, 3, 2, 23, 30, tzinfo=east)
    note(records, learner, card, late)
    assert review.answered_today(records, learner, late) == 1
    assert review.answered_today(records, learner, late + timedelta(hours=1)) == 0


def test_playing_counts_as_no_answer_of_the_day(records, learner):
    review.make_cards(records, learner, debrief(), NOW)
    assert review.answered_today(records, learner, NOW) == 0


def test_siblings_are_kept_apart(records, learner):
    for case in (CASE, "the-choir-singer", "the-tailor"):
        for step in range(3):
            put(records, learner, case, step)
    cases = [card.case for card in review.due(records, learner, NOW)]
    assert all(one != other for one, other in pairwise(cases))


def open_run(records, learner, case, over=False, engine=__version__):
    with records.begin() as connection:
        connection.execute(
            insert(table.run).values(
                id=str(uuid4()), learner_id=learner.id, name=str(uuid4()), case_id=case, case_version=1, seed=77,
                engine=engine, mode="tutor", policy="default", time_factor=1.0, format=2, day=0, over=over, made_at=NOW,
                played_at=NOW,
            )
        )  # fmt: skip


def test_nothing_is_asked_of_a_case_in_play(records, learner):
    put(records, learner, CASE, 0)
    put(records, learner, "the-tailor", 0)
    open_run(records, learner, CASE)
    assert [card.case for card in review.due(records, learner, NOW)] == ["the-tailor"]
    assert review.held_back(records, learner, NOW) == [CASE]
    with records.begin() as connection:
        connection.execute(update(table.run).values(over=True))
    assert review.due_count(records, learner, NOW) == 2 and review.held_back(records, learner, NOW) == []


def test_a_run_that_can_never_be_ended_holds_nothing_back(records, learner):
    put(records, learner, CASE, 0)
    open_run(records, learner, CASE, engine="0.0.1")
    assert review.due_count(records, learner, NOW) == 1
    open_run(records, learner, CASE)
    assert review.due_count(records, learner, NOW) == 0
    with records.begin() as connection:  # its time was up, and it was scored
        number = connection.scalar(select(table.run.c.id).where(table.run.c.engine == __version__))
        connection.execute(
            insert(table.score).values(
                run_id=number, overall=50.0, policy="default", engine=__version__, disease="cop",
                difficulty="introductory", gates_failed=0, sheet="{}", scored_at=NOW,
            )
        )  # fmt: skip
    assert review.due_count(records, learner, NOW) == 1


def test_nothing_is_asked_of_a_case_in_an_open_self_assessment(records, learner):
    put(records, learner, CASE, 0)
    with records.begin() as connection:
        connection.execute(
            insert(table.assessment).values(
                id="a", learner_id=learner.id, seed=1, time_factor=1.0, policy="default", made_at=NOW
            )
        )
        connection.execute(insert(table.sitting).values(assessment_id="a", place=1, case_id=CASE, seed=5))
    assert review.due(records, learner, NOW) == []
    with records.begin() as connection:
        connection.execute(update(table.assessment).values(ended_at=NOW))
    assert review.due_count(records, learner, NOW) == 1


def test_a_card_of_a_step_that_is_gone_is_left_out(records, learner):
    put(records, learner, CASE, 4)
    with records.begin() as connection:
        connection.execute(update(table.card).values(step=40))
    assert review.due(records, learner, NOW) == []


# Patients


def test_every_patient_is_a_new_one(records, learner):
    card = put(records, learner, CASE, 0)
    other = put(records, learner, CASE, 1)
    open_run(records, learner, CASE, over=True)
    met = {1, 77}
    for _ in range(20):
        for one in (card, other):
            seed = review.draw_seed(records, one)
            assert seed not in met and 0 <= seed < 2**63
            met.add(seed)


def test_a_patient_who_was_shown_and_not_answered_is_not_shown_again(records, learner):
    card = put(records, learner, CASE, 0)
    assert review.draw_seed(records, card) != review.draw_seed(records, card)


# Answers


def test_an_answer_moves_its_card_alone(records, learner):
    card, other = put(records, learner, CASE, 0), put(records, learner, CASE, 1)
    after = note(records, learner, card, NOW, score=0.95, confidence=0.9)
    assert after.due_at > NOW + timedelta(days=1)
    left = review.due(records, learner, NOW)
    assert [one.id for one in left] == [other.id]


def test_the_same_answer_twice_counts_once(records, learner):
    card = put(records, learner, CASE, 0)
    seed = review.draw_seed(records, card)
    first = review.note_answer(records, learner, card, seed, 0.8, 0.6, True, {}, NOW)
    again = review.note_answer(records, learner, card, seed, 0.1, 0.6, False, {}, NOW + timedelta(minutes=1))
    assert first == again
    with records.begin() as connection:
        assert len(connection.execute(select(table.answer)).all()) == 1


def test_an_answer_to_a_card_that_is_gone_is_refused(records, learner):
    card = put(records, learner, CASE, 0)
    with records.begin() as connection:
        connection.execute(table.card.delete())
    with pytest.raises(BadInput, match="gone"):
        review.note_answer(records, learner, card, 5, 0.8, 0.6, True, {}, NOW)


# The examination


def test_an_examination_that_is_moved_moves_what_is_due(records, learner):
    card = put(records, learner, CASE, 0, made=NOW, grade=EASY)
    assert (card.due_at - NOW).days == 8
    soon = replace(learner, exam_date=date(2026, 3, 6))
    (pulled,) = review.upcoming(records, soon, NOW)
    assert pulled.due_at == datetime(2026, 3, 5, tzinfo=UTC)
    assert review.due_count(records, soon, datetime(2026, 3, 5, 8, tzinfo=UTC)) == 1
    assert review.due_count(records, learner, datetime(2026, 3, 5, 8, tzinfo=UTC)) == 0


def test_a_card_answered_the_day_before_comes_after_the_examination(records, learner):
    card = put(records, learner, CASE, 0)
    soon = replace(learner, exam_date=date(2026, 3, 3))
    after = note(records, soon, card, NOW, score=0.8)
    assert after.due_at > datetime(2026, 3, 3, tzinfo=UTC)
    assert review.due_count(records, soon, NOW) == 0


# A month


def test_a_month_of_reviews(records, learner):
    """Plays a case a week for a month and answers what is due each evening, well or badly by turns."""
    cases = (CASE, "the-choir-singer", "the-tailor", "the-pill-box")
    asked, seeds, made = [], set(), 0
    for day in range(30):
        evening = NOW.replace(hour=20) + timedelta(days=day)
        if day % 7 == 0 and day // 7 < len(cases):
            played = debrief(case=cases[day // 7], points=0.6, seed=day + 1)
            made += review.make_cards(records, learner, played, evening)
        today = review.due(records, learner, evening)
        assert len(today) <= review.DAILY
        for card in today:
            seed = review.draw_seed(records, card)
            assert (card.case, seed) not in seeds
            seeds.add((card.case, seed))
            score = 0.95 if (card.step + len(card.case) + 2 * day) % 3 else 0.3
            after = review.note_answer(records, learner, card, seed, score, 0.9, score > 0.9, {}, evening)
            assert timedelta(days=1) <= after.due_at - evening <= timedelta(days=LONGEST_DAYS)
            asked.append(card.id)
        assert review.due(records, learner, evening) == []
    counts = [asked.count(identifier) for identifier in set(asked)]
    assert len(counts) == made >= 24 and min(counts) >= 1 and max(counts) <= 12


SPOILED = ("", "x", "[]", "null", "{}", "[" * 5000, "1e999", '{"due": 7}', '{"played": NaN')


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_text_that_was_spoiled_neither_hides_the_other_cards_nor_stops_the_window(records, learner, spoiled):
    review.make_cards(records, learner, debrief(scans=()), NOW)
    later = NOW + timedelta(days=400)
    before = review.due(records, learner, later)
    with records.begin() as connection:
        connection.execute(update(table.card).where(table.card.c.id == before[0].id).values(schedule=spoiled))
        connection.execute(update(table.answer).values(said=spoiled))
    found = review.due(records, learner, later)
    assert {card.id for card in found} == {card.id for card in before}
    assert review.answered_today(records, learner, NOW) == 5, "who knows not that they were played counts them"
    card = next(card for card in found if card.id == before[0].id)
    assert review.note_answer(records, learner, card, 9, 1.0, 0.9, True, {}, later).due_at > later


@pytest.mark.parametrize(
    "values",
    [{"due": "2026-03-02T09:30:00"}, {"last_review": "2026-03-02T09:30:00"}, {"stability": "x"}, {"stability": -4.0},
     {"difficulty": float("nan")}, {"state": 9}, {"step": "x"}, {"due": None}],
)  # fmt: skip
def test_a_schedule_that_cannot_be_one_begins_anew(records, learner, values):
    review.make_cards(records, learner, debrief(days=(0,), scans=()), NOW)
    with records.begin() as connection:
        schedule = json.loads(connection.scalar(select(table.card.c.schedule)))
        connection.execute(update(table.card).values(schedule=json.dumps({**schedule, **values})))
    later = NOW + timedelta(days=400)
    (card,) = review.due(records, learner, later)
    assert review.note_answer(records, learner, card, 9, 1.0, 0.9, True, {}, later).due_at > later


def test_a_clock_that_goes_back_stops_no_review(records, learner):
    review.make_cards(records, learner, debrief(days=(0,), scans=()), NOW)
    (card,) = review.upcoming(records, learner, NOW)
    for seed, days in ((8, -900), (9, -901), (10, 300)):
        at = NOW + timedelta(days=days)
        card = review.note_answer(records, learner, card, seed, 1.0, 0.9, True, {}, at)
        assert card.due_at > at
