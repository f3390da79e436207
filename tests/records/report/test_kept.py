"""What only the records know of a run: whose it is, when it was saved, what is due; and whether it may be spoken of."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fsrs import Card
from sqlalchemy import insert

from trainer.core.error import BadInput
from trainer.knowledge.contents import cases_as_written
from trainer.records import table
from trainer.records.learner import add_learner
from trainer.records.report.kept import cover_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CASES = {case.id: case for case in cases_as_written()}


@pytest.fixture
def learner(records):
    return add_learner(records, "reef-7")


def add_run(records, learner, name="wandering-shadows-3-1"):
    made = {
        "id": str(uuid4()), "learner_id": learner.id, "name": name, "case_id": "wandering-shadows", "case_version": 1,
        "seed": 3, "engine": "0", "mode": "exam", "policy": "default", "time_factor": 1.0, "format": 2, "second": 60,
        "day": 9, "over": True, "made_at": NOW, "played_at": NOW - timedelta(days=3),
    }  # fmt: skip
    with records.begin() as connection:
        connection.execute(insert(table.run).values(made))
    return made


def add_card(records, learner, case, step, days, kind="decision"):
    due = NOW + timedelta(days=days)
    made = {
        "id": str(uuid4()), "learner_id": learner.id, "kind": kind, "case_id": case, "step": step,
        "schedule": Card(due=due).to_json(), "scheduler": "fsrs 6", "due_at": due, "last_seed": 1, "made_at": NOW,
    }  # fmt: skip
    with records.begin() as connection:
        connection.execute(insert(table.card).values(made))


def test_a_run_bears_its_learner_and_the_day_of_its_last_save(records, learner):
    made = add_run(records, learner)
    cover = cover_of(records, learner, made["name"], NOW)
    assert (cover.learner, cover.finished_on, cover.next_cards) == ("reef-7", NOW.date() - timedelta(days=3), ())


def test_the_cards_of_this_learner_are_named_by_case_and_step(records, learner):
    made, other = add_run(records, learner), add_learner(records, "other")
    add_card(records, learner, "wandering-shadows", 2, 4)
    add_card(records, learner, "the-night-shift", 0, 9, "occlusion")
    add_card(records, learner, "a-case-that-went", 0, 2)
    add_card(records, other, "the-pill-box", 0, 1)
    cards = cover_of(records, learner, made["name"], NOW).next_cards
    case, first = CASES["wandering-shadows"], CASES["the-night-shift"].steps[0].title
    assert [(card.due - NOW.date()).days for card in cards] == [4, 9]
    assert cards[0].text == f"{case.title}, {case.steps[2].title}: a decision in a new patient"
    assert cards[1].text == f"{CASES['the-night-shift'].title}, {first}: name what a CT shows"


def test_an_overdue_card_is_due_today(records, learner):
    made = add_run(records, learner)
    add_card(records, learner, "wandering-shadows", 2, -30)
    assert [card.due for card in cover_of(records, learner, made["name"], NOW).next_cards] == [NOW.date()]


def test_nothing_is_said_of_a_run_of_a_set_that_goes_on(records, learner):
    made = add_run(records, learner)
    where = {"id": str(uuid4()), "learner_id": learner.id, "seed": 1, "time_factor": 1.0, "policy": "default"}
    with records.begin() as connection:
        connection.execute(insert(table.assessment).values(**where, made_at=NOW - timedelta(days=9)))
        connection.execute(
            insert(table.sitting).values(
                assessment_id=where["id"], place=1, case_id="wandering-shadows", seed=3, run_id=made["id"]
            )
        )
    with pytest.raises(BadInput, match="close it first"):
        cover_of(records, learner, made["name"], NOW)
    with records.begin() as connection:
        connection.execute(table.assessment.update().values(ended_at=NOW))
    assert cover_of(records, learner, made["name"], NOW).learner == "reef-7"
