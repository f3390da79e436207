"""Self-assessment: a set of cases drawn by lot, played under exam conditions, with one result at the end.

A set is open from its drawing until its last case has ended or it is closed; a learner has one open set at a time.
What was played in it is kept as every run is, so a set goes on after a kill where it stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, and_, func, insert, select, update

from trainer import __version__
from trainer.core.error import BadInput
from trainer.knowledge.case import Case
from trainer.records import table
from trainer.records.assessment import Assessment, Sitting, State
from trainer.records.database import Records

MOST_TIME: Final = 4.0  # times what the case gives, as a run's header allows
_SECONDS_PER_DAY: Final = 86_400.0


def plan_minutes(
    records: Records, learner_id: str, cases: Sequence[Case], count: int, time_factor: float, now: datetime
) -> float:
    """Return how many minutes the next set would be given in all, were it drawn now."""
    with records.begin() as connection:
        drawn = _draw(connection, learner_id, cases, count, now)[1]
    minutes = {case.id: case.minutes for case in cases}
    return time_factor * sum(minutes[case] for case, _ in drawn)


def open_set(
    records: Records,
    learner_id: str,
    cases: Sequence[Case],
    count: int,
    time_factor: float,
    policy: str,
    now: datetime,
) -> str:
    """Draw a set and return its identifier.

    Raises
    ------
    BadInput
        If one is open already, or so many cases cannot be drawn.
    """
    from trainer.encounter.lot import LEAST, MOST

    if not 1.0 <= time_factor <= MOST_TIME:
        raise BadInput(f"a set has 1 to {MOST_TIME:g} times the time of its cases, not {time_factor:g}")
    if not LEAST <= count <= min(MOST, len(cases)):
        raise BadInput(f"a set has {LEAST} to {min(MOST, len(cases))} cases, not {count}")
    made = str(uuid4())
    with records.begin() as connection:
        # of two windows on one server that find none open at the same moment, the second fails at this row
        who = table.learner.c
        connection.execute(update(table.learner).where(who.id == learner_id).values(pseudonym=who.pseudonym))
        of = table.assessment.c
        if connection.execute(select(of.id).where(of.learner_id == learner_id, of.ended_at.is_(None))).first():
            raise BadInput("a set is open already; finish or close it first")
        seed, drawn = _draw(connection, learner_id, cases, count, now)
        connection.execute(
            insert(table.assessment).values(
                id=made, learner_id=learner_id, seed=seed, time_factor=time_factor, policy=policy, made_at=now
            )
        )
        rows = [
            {"assessment_id": made, "place": place, "case_id": case, "seed": patient}
            for place, (case, patient) in enumerate(drawn, 1)
        ]
        connection.execute(insert(table.sitting), rows)
    return made


def _draw(
    connection: Connection, learner_id: str, cases: Sequence[Case], count: int, now: datetime
) -> tuple[int, list[tuple[str, int]]]:
    """Return the seed and the patients of the learner's next set: the same until something more is met."""
    from trainer.core.chance import key_of
    from trainer.encounter.lot import Met, draw

    of = table.assessment.c
    number = connection.execute(select(func.count()).where(of.learner_id == learner_id)).scalar_one()
    seed = key_of("assessment", learner_id, number)
    seeds = _seeds_met(connection, learner_id)
    run = table.run.c
    last = connection.execute(
        select(run.case_id, func.max(run.played_at)).where(run.learner_id == learner_id).group_by(run.case_id)
    )
    days = {case: (now - at).total_seconds() / _SECONDS_PER_DAY for case, at in last}
    met = {case: Met(days.get(case, float("inf")), seeds.get(case, frozenset())) for case in {*days, *seeds}}
    return seed, [(lot.case, lot.seed) for lot in draw(cases, met, count, seed)]


def _seeds_met(connection: Connection, learner_id: str, but: str = "") -> dict[str, set[int]]:
    """Return the patients whom a learner has met or is to meet, by case, without those of one set of his."""
    run, sitting, of, card, answer = (
        one.c for one in (table.run, table.sitting, table.assessment, table.card, table.answer)
    )
    asked = (
        select(run.case_id, run.seed).where(run.learner_id == learner_id),
        select(sitting.case_id, sitting.seed)
        .join(table.assessment, of.id == sitting.assessment_id)
        .where(of.learner_id == learner_id, of.id != but),
        select(card.case_id, card.last_seed).where(card.learner_id == learner_id),
        select(card.case_id, answer.seed)
        .join(table.answer, answer.card_id == card.id)
        .where(card.learner_id == learner_id),
    )
    found: dict[str, set[int]] = {}
    for one in asked:
        for case, seed in connection.execute(one):
            found.setdefault(case, set()).add(seed)
    return found


def sets(records: Records, learner_id: str, cases: Sequence[Case]) -> tuple[Assessment, ...]:
    """Return the sets of a learner, the open one first, then the last drawn.

    Parameters
    ----------
    cases : sequence of Case
        Those that can be played.
    """
    with records.begin() as connection:
        return _sets(connection, learner_id, cases)


def _sets(connection: Connection, learner_id: str, cases: Sequence[Case]) -> tuple[Assessment, ...]:
    of, run = table.assessment.c, table.run.c
    _note_unnoted(connection, learner_id)
    begun = connection.execute(
        select(run.case_id, func.min(run.made_at)).where(run.learner_id == learner_id).group_by(run.case_id)
    )
    first_met = {row.case_id: row[1] for row in begun}
    rows = connection.execute(
        select(of.id, of.time_factor, of.policy, of.made_at, of.ended_at)
        .where(of.learner_id == learner_id)
        .order_by(of.ended_at.is_not(None), of.made_at.desc(), of.id)
    ).all()
    known = {case.id: case for case in cases}
    for row in rows:
        if not 1.0 <= row.time_factor <= MOST_TIME:
            raise BadInput(f"a self-assessment in the records is damaged: its time is {row.time_factor:g} times")
    places: dict[str, list[Any]] = {}
    for place in connection.execute(_PLACES.where(of.learner_id == learner_id)):
        places.setdefault(place.assessment_id, []).append(place)
    return tuple(
        Assessment(
            *row,
            sittings=tuple(_sitting(one, row, known.get(one.case_id), first_met) for one in places.get(row.id, ())),
        )
        for row in rows
    )


_PLACES: Final = (
    select(
        table.sitting.c.assessment_id, table.sitting.c.place, table.sitting.c.case_id, table.sitting.c.seed,
        table.run.c.id, table.run.c.name, table.run.c.second, table.run.c.over, table.run.c.engine,
        table.run.c.case_version, table.score.c.overall,
    )
    .select_from(table.assessment)
    .join(table.sitting, table.sitting.c.assessment_id == table.assessment.c.id)
    .outerjoin(table.run, table.run.c.id == table.sitting.c.run_id)
    .outerjoin(table.score, table.score.c.run_id == table.run.c.id)
    .order_by(table.sitting.c.place)
)  # fmt: skip


def _sitting(row: Any, of: Any, case: Case | None, first_met: Mapping[str, datetime]) -> Sitting:
    """Return a place from its row and that of its set."""
    minutes = 0.0 if case is None else case.minutes * of.time_factor
    return Sitting(
        row.place, row.case_id, row.case_id if case is None else case.title, minutes, row.seed,
        _state(row, case, minutes, open_set=of.ended_at is None), row.name or "", row.second or 0,
        row.case_id in first_met and first_met[row.case_id] < of.made_at, row.overall,
    )  # fmt: skip


def _note_unnoted(connection: Connection, learner_id: str) -> None:
    """Note the runs that were kept before a kill and noted no more."""
    sitting = table.sitting.c
    for row in _unnoted(connection, learner_id):
        here = (sitting.assessment_id == row.assessment_id, sitting.place == row.place)
        connection.execute(update(table.sitting).where(*here).values(run_id=row.id))


def _unnoted(connection: Connection, learner_id: str) -> Sequence[Any]:
    """Return the runs of the open set that are not noted in their places: their patients tell. Of two, the first."""
    of, sitting, run = table.assessment.c, table.sitting.c, table.run.c
    same = and_(run.learner_id == of.learner_id, run.case_id == sitting.case_id, run.seed == sitting.seed)
    found = connection.execute(
        select(sitting.assessment_id, sitting.place, run.id, run.name)
        .select_from(table.assessment)
        .join(table.sitting, sitting.assessment_id == of.id)
        .join(table.run, same)
        .where(of.learner_id == learner_id, of.ended_at.is_(None), sitting.run_id.is_(None), run.mode == "exam")
        .order_by(run.made_at.desc())
    )
    return tuple({row.place: row for row in found}.values())


def _state(row: Any, case: Case | None, minutes: float, *, open_set: bool) -> State:
    begun = row.id is not None
    if begun and (row.over or (case is not None and (row.second or 0) >= 60.0 * minutes)):
        return "done"
    playable = case is not None and (not begun or (row.engine, row.case_version) == (__version__, case.version))
    if not open_set or not playable:
        return "lost"
    return "in play" if begun else "waiting"


def prepare(records: Records, assessment_id: str, place: int) -> int:
    """Return the patient of a place that is to be begun now; another one if this one was met since the drawing."""
    from trainer.encounter.lot import draw_patient

    of, sitting = table.assessment.c, table.sitting.c
    here = (sitting.assessment_id == assessment_id, sitting.place == place)
    with records.begin() as connection:
        row = connection.execute(
            select(of.learner_id, of.seed, sitting.case_id, sitting.seed.label("patient"))
            .join(table.sitting, sitting.assessment_id == of.id)
            .where(*here)
        ).one()
        met = _seeds_met(connection, row.learner_id, but=assessment_id).get(row.case_id, set())
        if row.patient not in met:
            return int(row.patient)
        found = draw_patient(row.case_id, met, row.seed)
        connection.execute(update(table.sitting).where(*here).values(seed=found))
        return found


def note_run(records: Records, assessment_id: str, place: int, run_name: str) -> None:
    """Note which run is played in a place; noting it again changes nothing.

    Raises
    ------
    BadInput
        If there is no such run of this patient, or the place has another one.
    """
    of, sitting, run = table.assessment.c, table.sitting.c, table.run.c
    here = (sitting.assessment_id == assessment_id, sitting.place == place)
    with records.begin() as connection:
        row = connection.execute(
            select(run.id, sitting.run_id)
            .select_from(table.assessment)
            .join(table.sitting, sitting.assessment_id == of.id)
            .join(
                table.run,
                and_(run.learner_id == of.learner_id, run.case_id == sitting.case_id, run.seed == sitting.seed),
            )
            .where(*here, run.name == run_name, run.mode == "exam")
        ).one_or_none()
        if row is None or row.run_id not in {None, row.id}:
            raise BadInput(f"{run_name}: not the run of place {place} of this set")
        connection.execute(update(table.sitting).where(*here).values(run_id=row.id))


def close_set(records: Records, learner_id: str, cases: Sequence[Case], now: datetime) -> None:
    """Close the set that is open, if one is: what has not ended by now does not count in it."""
    with records.begin() as connection:
        _close(connection, learner_id, cases, now, only_if_over=False)


def close_if_over(records: Records, learner_id: str, cases: Sequence[Case], now: datetime) -> bool:
    """Close the set that is open if its last case has ended; return whether it has."""
    with records.begin() as connection:
        return _close(connection, learner_id, cases, now, only_if_over=True)


def _close(
    connection: Connection, learner_id: str, cases: Sequence[Case], now: datetime, *, only_if_over: bool
) -> bool:
    going = next((one for one in _sets(connection, learner_id, cases) if one.open), None)
    if going is None or (only_if_over and going.next is not None):
        return False
    of, sitting, run = table.assessment.c, table.sitting.c, table.run.c
    for one in going.sittings:
        counts = one.run if one.state == "done" else ""
        played = select(run.id).where(run.learner_id == learner_id, run.name == counts).scalar_subquery()
        here = (sitting.assessment_id == going.id, sitting.place == one.place)
        connection.execute(update(table.sitting).where(*here).values(run_id=played))
    connection.execute(update(table.assessment).where(of.id == going.id).values(ended_at=now))
    return True


def withheld(records: Records, learner_id: str) -> frozenset[str]:
    """Return the names of the runs of the learner's open set: nothing is said of them until it is closed."""
    of, sitting, run = table.assessment.c, table.sitting.c, table.run.c
    with records.begin() as connection:
        noted = connection.execute(
            select(run.name)
            .select_from(table.assessment)
            .join(table.sitting, sitting.assessment_id == of.id)
            .join(table.run, run.id == sitting.run_id)
            .where(of.learner_id == learner_id, of.ended_at.is_(None))
        ).scalars()
        return frozenset([*noted, *(row.name for row in _unnoted(connection, learner_id))])


def check_told(records: Records, learner_id: str, name: str) -> None:
    """Raise `BadInput` if nothing is to be said of a run yet: it belongs to a set that is open."""
    if name in withheld(records, learner_id):
        raise BadInput(f"{name}: belongs to a self-assessment that is open; close it first")


def awaited(records: Records, learner_id: str, case: str, seed: int) -> bool:
    """Return whether a patient is one of the learner's open set, whom only the set itself may call."""
    of, sitting = table.assessment.c, table.sitting.c
    chosen = (
        select(sitting.place)
        .join(table.assessment, sitting.assessment_id == of.id)
        .where(of.learner_id == learner_id, of.ended_at.is_(None), sitting.case_id == case, sitting.seed == seed)
    )
    with records.begin() as connection:
        return connection.execute(chosen).first() is not None
