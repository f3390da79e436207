"""What only the records know of a run that is kept in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from trainer.knowledge.case import Case
from trainer.knowledge.contents import cases_as_written
from trainer.records import table
from trainer.records.database import Records
from trainer.records.learner import Learner
from trainer.records.report.value import Cover, NextCard
from trainer.records.review import Card, upcoming
from trainer.records.selfassessment import check_told

_KINDS = {"decision": "a decision in a new patient", "occlusion": "name what a CT shows"}


def cover_of(records: Records, learner: Learner, name: str, now: datetime) -> Cover:
    """Return whose run it is, when it was last saved, and which cards fall due.

    Parameters
    ----------
    records : Records
    learner : Learner
    name : str
        Of the run.
    now : datetime
        In UTC.

    Raises
    ------
    BadInput
        If the run belongs to a self-assessment that is not closed: nothing is said of it until then.
    """
    check_told(records, learner.id, name)
    run = table.run.c
    with records.begin() as connection:
        saved = connection.scalar(select(run.played_at).where(run.learner_id == learner.id, run.name == name))
    cases = {case.id: case for case in cases_as_written()}
    cards = tuple(_card(card, cases[card.case], now) for card in upcoming(records, learner, now) if card.case in cases)
    return Cover(learner.pseudonym, None if saved is None else saved.date(), cards)


def _card(card: Card, case: Case, now: datetime) -> NextCard:
    """Return a card by its case and step, which tell no answer; what is overdue is due today."""
    kind = _KINDS.get(card.kind, card.kind)
    return NextCard(max(card.due_at, now).date(), f"{case.title}, {case.steps[card.step].title}: {kind}")
