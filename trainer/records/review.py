"""Reviews: cards of decision points and of pictures, which are due, and what was answered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, Row, func, insert, select, update

from trainer import __version__
from trainer.core.error import BadInput
from trainer.knowledge.case import Case, step_of
from trainer.knowledge.contents import cases_as_written
from trainer.knowledge.statement import OTHER
from trainer.records import table
from trainer.records.database import Records
from trainer.records.learner import Learner
from trainer.records.schedule import Grade, capped, rating_of, reviewed, scheduled_in, scheduler_name
from trainer.records.shelf import met_seeds

if TYPE_CHECKING:
    from trainer.encounter.debrief import Debrief
    from trainer.reasoning.item import Item

Kind = Literal["decision", "occlusion"]
DAILY: Final = 20
"""Cards that are asked on one day at most; the rest waits. Judgement."""
MOST_CARDS: Final = 8
"""Of one case."""

_PICTURE_DIALS = ("perception", "response")
_SPENDING = "economy"
_SEEDS = 2**48  # beyond the small numbers that a library counts up


@dataclass(frozen=True)
class Card:
    """Something to be asked again and again, each time in another patient.

    Parameters
    ----------
    id, learner_id : str
    kind : {"decision", "occlusion"}
    case : str
    step : int
        Index of the step in the case.
    due_at : datetime
        As the examination allows.
    last_seed : int
        Of the patient who was asked about last.
    scheduler : str
        The library that schedules it, and its version.
    """

    id: str
    learner_id: str
    kind: Kind
    case: str
    step: int
    due_at: datetime
    last_seed: int
    scheduler: str


# Cards


def make_cards(records: Records, learner: Learner, debrief: Debrief, now: datetime) -> int:
    """Make the cards of a finished run, or count it as a review of those that are there, and return how many.

    Each step that the run reached becomes a card, and each of its CTs with something to be named, at most
    `MOST_CARDS` in all. Their first rating is what the step's items scored. A run counts once, however often its
    debrief is opened.

    Parameters
    ----------
    records : Records
    learner : Learner
    debrief : Debrief
    now : datetime
        With its time zone.

    Raises
    ------
    BadInput
        If the records cannot be written.
    """
    header = debrief.run.header
    case = next((one for one in cases_as_written() if one.id == header.case), None)
    if case is None:
        return 0
    wanted = _wanted(case, debrief)
    done = 0
    with records.begin() as connection:
        for kind, step in wanted:
            score, confidence, right = _first_score(case, debrief, kind, step)
            grade = rating_of(score, confidence, right)
            identifier = str(uuid5(NAMESPACE_URL, f"atoll:{learner.id}:{kind}:{case.id}:{step}"))
            event = str(uuid5(NAMESPACE_URL, f"{identifier}:run:{header.seed}:{header.mode}"))
            if connection.scalar(select(table.answer.c.id).where(table.answer.c.id == event)) is not None:
                continue
            before = connection.execute(select(table.card).where(table.card.c.id == identifier)).one_or_none()
            values = _scheduled(None if before is None else before.schedule, identifier, grade, learner, now)
            if before is None:
                connection.execute(
                    insert(table.card).values(
                        id=identifier, learner_id=learner.id, kind=kind, case_id=case.id, step=step,
                        last_seed=header.seed, made_at=now, **values,
                    )
                )  # fmt: skip
            else:
                connection.execute(update(table.card).where(table.card.c.id == identifier).values(**values))
            _note(connection, event, identifier, header.seed, score, confidence, grade, {"played": True}, now)
            done += 1
    return done


def _wanted(case: Case, debrief: Debrief) -> list[tuple[Kind, int]]:
    """Return the cards of a run: its steps, then its CTs as far as there is room, spread over the run."""
    index = {step.id: n for n, step in enumerate(case.steps)}
    steps = sorted({index[step_of(case, visit.day).id] for visit in debrief.visits})
    scans = sorted({index[step_of(case, day).id] for day, chest in debrief.scans if _nameable(chest.opacities)})
    steps = steps[:MOST_CARDS]
    room = MOST_CARDS - len(steps)
    if len(scans) > room:
        scans = [scans[n * len(scans) // room] for n in range(room)] if room else []
    return [*(("decision", step) for step in steps), *(("occlusion", step) for step in scans)]


def _nameable(opacities: Any) -> bool:
    from trainer.chest.opacity.sign import signs_of
    from trainer.reasoning.ctread import seen_of

    return any(signs_of(one) for one, seen in zip(opacities, seen_of(opacities), strict=True) if seen)


def _first_score(case: Case, debrief: Debrief, kind: Kind, step: int) -> tuple[float, float | None, bool]:
    """Return what a run scored at a step, how sure it was of its leading diagnosis, and whether that was right."""
    first = case.steps[step].day
    last = case.steps[step + 1].day if step + 1 < len(case.steps) else case.last_day + 1
    own = [item for item in debrief.sheet.items if first <= item.day < last and item.dial != _SPENDING]
    if kind == "occlusion":
        own = [item for item in own if item.dial in _PICTURE_DIALS]
    confidence, right = None, True
    for visit in (visit for visit in debrief.visits if first <= visit.day < last and visit.stated):
        stated = {name: share for name, share in (visit.stated or {}).items() if name != OTHER}
        lead = max(stated, key=lambda name: (stated[name], name), default=None)
        confidence = stated[lead] if lead is not None else None
        right = lead == max(visit.observer, key=lambda name: (visit.observer[name], name))
    return _share(own), confidence, right


def _share(items: Sequence[Item]) -> float:
    most = sum(item.most for item in items)
    return min(1.0, max(0.0, sum(item.points for item in items) / most)) if most > 0 else 0.0


def _scheduled(schedule: str | None, identifier: str, grade: Grade, learner: Learner, now: datetime) -> dict[str, Any]:
    card = reviewed(schedule, identifier, grade, now)
    due = capped(card.due, card.last_review, learner.exam_date, now)
    return {"schedule": card.to_json(), "scheduler": scheduler_name(), "due_at": due}


def _note(
    connection: Connection, event: str, card: str, seed: int, score: float, confidence: float | None, grade: Grade,
    said: object, now: datetime,
) -> None:  # fmt: skip
    connection.execute(
        insert(table.answer).values(
            id=event, card_id=card, seed=seed, score=score, confidence=confidence, rating=grade,
            said=json.dumps(said), answered_at=now,
        )
    )  # fmt: skip


# What is due


def due(records: Records, learner: Learner, now: datetime, most: int = DAILY) -> list[Card]:
    """Return the cards that are due and may be asked today, in the order in which they should be.

    The longest overdue come first, but two of one case are kept as far apart as can be: the answer to one tells much of
    the other. Of a case that the learner has in play, or in an open self-assessment, nothing is asked: the model
    answer would name its disease.

    Parameters
    ----------
    records : Records
    learner : Learner
    now : datetime
        With its time zone, which decides when the day began.
    most : int
        Of one day; what was answered today counts.
    """
    with records.begin() as connection:
        left = most - _answered_today(connection, learner, now)
        playing = _in_play(connection, learner)
        found = [card for card in _cards(connection, learner, now) if card.due_at <= now and card.case not in playing]
    return _apart(found)[: max(0, left)]


def due_count(records: Records, learner: Learner, now: datetime) -> int:
    """Return how many cards are due and may be asked today."""
    return len(due(records, learner, now))


def held_back(records: Records, learner: Learner, now: datetime) -> list[str]:
    """Return the cases of which cards are due that must wait until the case is closed."""
    with records.begin() as connection:
        playing = _in_play(connection, learner)
        return sorted({c.case for c in _cards(connection, learner, now) if c.due_at <= now and c.case in playing})


def upcoming(records: Records, learner: Learner, now: datetime) -> list[Card]:
    """Return all cards of a learner, what is due first at the head."""
    with records.begin() as connection:
        return sorted(_cards(connection, learner, now), key=lambda card: (card.due_at, card.id))


def answered_today(records: Records, learner: Learner, now: datetime) -> int:
    """Return how many cards were answered since the day began."""
    with records.begin() as connection:
        return _answered_today(connection, learner, now)


def _answered_today(connection: Connection, learner: Learner, now: datetime) -> int:
    begun = datetime.combine(now.date(), time.min, now.tzinfo)
    rows = connection.execute(
        select(table.answer.c.said)
        .join(table.card)
        .where(table.card.c.learner_id == learner.id, table.answer.c.answered_at >= begun)
    ).scalars()
    return sum(not _was_played(said) for said in rows)


def _was_played(said: str) -> bool:
    """Return whether an answer is a run that counted as one; a text that was spoiled does not say so."""
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and bool(told.get("played"))


def _in_play(connection: Connection, learner: Learner) -> frozenset[str]:
    """Return the cases that the learner has begun or drawn and can still end.

    A run whose time was up has a score and goes on no more; one of another version of Atoll cannot be played on.
    """
    run = table.run.c
    open_runs = (
        select(run.case_id)
        .outerjoin(table.score, table.score.c.run_id == run.id)
        .where(run.learner_id == learner.id, run.over.is_(False), run.engine == __version__)
        .where(table.score.c.run_id.is_(None))
    )
    open_sets = (
        select(table.sitting.c.case_id)
        .join(table.assessment, table.assessment.c.id == table.sitting.c.assessment_id)
        .where(table.assessment.c.learner_id == learner.id, table.assessment.c.ended_at.is_(None))
    )
    return frozenset([*connection.execute(open_runs).scalars(), *connection.execute(open_sets).scalars()])


def _cards(connection: Connection, learner: Learner, now: datetime) -> list[Card]:
    rows = connection.execute(select(table.card).where(table.card.c.learner_id == learner.id)).all()
    steps = _steps(frozenset(row.case_id for row in rows))
    return [_card(row, learner, now) for row in rows if row.step < steps.get(row.case_id, 0)]


@cache
def _steps(cases: frozenset[str]) -> dict[str, int]:
    """Return how many steps each of some cases has; one that is not there has none."""
    return {case.id: len(case.steps) for case in cases_as_written() if case.id in cases} if cases else {}


def _card(row: Row[Any], learner: Learner, now: datetime) -> Card:
    scheduled = scheduled_in(row.schedule)
    due, last = (row.due_at, None) if scheduled is None else (scheduled.due, scheduled.last_review)
    at = capped(due, last, learner.exam_date, now)
    return Card(row.id, row.learner_id, row.kind, row.case_id, row.step, at, row.last_seed, row.scheduler)


def _apart(cards: Iterable[Card]) -> list[Card]:
    """Return cards in rounds: of each case one a round, the earlier step and the picture first."""
    waiting: dict[str, list[Card]] = {}
    for card in sorted(cards, key=lambda card: (card.due_at.date(), card.case, card.kind != "occlusion", card.step)):
        waiting.setdefault(card.case, []).append(card)
    order: list[Card] = []
    while waiting:
        for case in list(waiting):
            order.append(waiting[case].pop(0))
            if not waiting[case]:
                del waiting[case]
    return order


# Asking and answering


def draw_seed(records: Records, card: Card, passing: Collection[int] = ()) -> int:
    """Return the seed of a patient whom the learner has never met in this case, and note that it has been met now.

    Parameters
    ----------
    records : Records
    card : Card
    passing : collection of int
        Seeds that cannot be used.
    """
    from trainer.core.chance import key_of

    met = {*passing, *met_seeds(records, card.learner_id, card.case)}
    with records.begin() as connection:
        last = connection.scalar(select(table.card.c.last_seed).where(table.card.c.id == card.id))
        seed = int(last if last is not None else card.last_seed)
        while seed in met:
            seed = key_of("review", card.id, seed) % _SEEDS + _SEEDS
        connection.execute(update(table.card).where(table.card.c.id == card.id).values(last_seed=seed))
    return seed


def note_answer(
    records: Records, learner: Learner, card: Card, seed: int, score: float, confidence: float | None, right: bool,
    said: dict[str, object], now: datetime,
) -> Card:  # fmt: skip
    """Keep an answer, and return the card with its next day. The same patient answered again changes nothing.

    Parameters
    ----------
    records : Records
    learner : Learner
    card : Card
    seed : int
        Of the patient who was asked about.
    score : float
        0 to 1.
    confidence : float or None
    right : bool
    said : dict
        What was answered, as plain values.
    now : datetime
        With its time zone.

    Raises
    ------
    BadInput
        If the card is gone, or the records cannot be written.
    """
    grade = rating_of(score, confidence, right)
    event = str(uuid5(NAMESPACE_URL, f"{card.id}:review:{seed}"))
    with records.begin() as connection:
        row = connection.execute(select(table.card).where(table.card.c.id == card.id)).one_or_none()
        if row is None:
            raise BadInput("the card is gone; its learner was erased")
        if connection.scalar(select(func.count()).select_from(table.answer).where(table.answer.c.id == event)) == 0:
            values = _scheduled(row.schedule, card.id, grade, learner, now)
            connection.execute(update(table.card).where(table.card.c.id == card.id).values(**values))
            _note(connection, event, card.id, seed, score, confidence, grade, said, now)
        row = connection.execute(select(table.card).where(table.card.c.id == card.id)).one()
    return _card(row, learner, now)
