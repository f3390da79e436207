"""Results: what is kept of each finished run of a learner, and read back for the page, the tables and the files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from trainer.core.error import BadInput
from trainer.encounter.performance import FORECAST_KINDS, Claim, ClaimKind, Performance
from trainer.knowledge.marking import DIALS
from trainer.reasoning.dial import DialReading
from trainer.records import table
from trainer.records.database import Records
from trainer.records.selfassessment import withheld

_KINDS_OF_TWO_WORDS: Final = ("economy",)
_MODES: Final = ("tutor", "exam")
_KINDS: Final[dict[str, ClaimKind]] = {kind: kind for kind in (*FORECAST_KINDS, "lead")}


@dataclass(frozen=True)
class Loss:
    """What one kind of item took from a dial in a run, in points of that dial, 0 to 100.

    Parameters
    ----------
    dial : str
    kind : str
        As items of this kind begin: "signs", "belief", "key".
    points : float
    """

    dial: str
    kind: str
    points: float


@dataclass(frozen=True, eq=False)
class Result:
    """The score of a run.

    Parameters
    ----------
    overall : float
    policy, engine, disease, difficulty : str
        As `trainer.encounter.performance.Performance` has them.
    gates_failed : int
    dials : mapping of str to DialReading
        In the order of `DIALS`; one that was not asked for is absent.
    losses : tuple of Loss
        Of each kind of item that was asked for, also where nothing was lost.
    claims : tuple of Claim
    scored_at : datetime
    """

    overall: float
    policy: str
    engine: str
    disease: str
    difficulty: str
    gates_failed: int
    dials: Mapping[str, DialReading]
    losses: tuple[Loss, ...]
    claims: tuple[Claim, ...]
    scored_at: datetime


@dataclass(frozen=True, eq=False)
class Finished:
    """A run that is over.

    Parameters
    ----------
    name, case : str
    version, seed : int
    engine, mode, policy : str
    time_factor : float
    made_at, played_at : datetime
        When it was begun, and last saved.
    went_back : int
        How often the learner went back on the way; the score is of the last path, on which what comes was known.
    result : Result or None
        None of a run that has not been scored yet.
    chest, chest_digest : str
        Name and content of the imported chest that the pictures showed, "" of a built one.
    """

    name: str
    case: str
    version: int
    seed: int
    engine: str
    mode: str
    policy: str
    time_factor: float
    made_at: datetime
    played_at: datetime
    went_back: int = 0
    result: Result | None = None
    chest: str = ""
    chest_digest: str = ""


def note_result(records: Records, learner_id: str, name: str, performance: Performance, now: datetime) -> None:
    """Keep what became of a run; the same again changes nothing, another score takes the place of the first.

    Parameters
    ----------
    records : Records
    learner_id, name : str
        Whose run, and its name.
    performance : Performance
    now : datetime
        When it was scored, with its time zone.

    Raises
    ------
    BadInput
        If the learner has no such run, it cannot be written, or another process writes here.
    """
    records.claim()
    with records.begin() as connection:
        wanted = select(table.run.c.id).where(table.run.c.learner_id == learner_id, table.run.c.name == name)
        run = connection.execute(wanted.with_for_update()).scalar_one_or_none()
        if run is None:
            raise BadInput(f"{name}: this learner has no such run; nothing was noted")
        _note(connection, run, performance, now)


def _note(connection: Connection, run: str, performance: Performance, now: datetime) -> None:
    sheet = performance.sheet
    row: dict[str, Any] = {
        "overall": sheet.overall,
        "policy": performance.policy,
        "engine": performance.engine,
        "disease": performance.disease,
        "difficulty": performance.difficulty,
        "gates_failed": sum(gate.failed for gate in sheet.gates),
        "sheet": json.dumps(sheet.as_json()),
    }
    before = _score_of(connection, run)
    same = all(before.get(column) == value for column, value in row.items())
    row["scored_at"] = before["scored_at"] if same else now
    dials = [{"dial": name, "value": dial.value, "se": dial.se} for name, dial in sheet.dials.items()]
    claims = [{"event": c.event, "kind": c.kind, "share": c.share, "came": c.came} for c in performance.claims]
    for into, rows in ((table.score, [row]), (table.dial, dials), (table.statement, claims)):
        connection.execute(delete(into).where(into.c.run_id == run))
        if rows:
            connection.execute(insert(into), [{"run_id": run, **one} for one in rows])


def _score_of(connection: Connection, run: str) -> Mapping[str, Any]:
    """Return the row of a run's score, empty if there is none that can be read."""
    try:
        row = connection.execute(select(table.score).where(table.score.c.run_id == run)).mappings().one_or_none()
    except (ValueError, TypeError):
        return {}
    return {} if row is None else dict(row)


def finished_runs(records: Records, learner_id: str) -> list[Finished]:
    """Return the runs of a learner that are over, in the order in which they were begun.

    Those of a self-assessment that is still open are left out: nothing is told of them before it is closed. So is a
    row that can be no run. A score that is damaged counts as none: it can be made anew from the run.

    Raises
    ------
    BadInput
        If the records cannot be read.
    """
    run, score = table.run, table.score
    silent = withheld(records, learner_id)
    wanted = (
        select(run, score.c.overall, score.c.policy.label("scored_policy"), score.c.engine.label("scored_engine"),
               score.c.disease, score.c.difficulty, score.c.gates_failed, score.c.sheet, score.c.scored_at)
        .outerjoin(score, score.c.run_id == run.c.id)
        .where(run.c.learner_id == learner_id, or_(run.c.over, score.c.run_id.is_not(None)))
        .order_by(run.c.made_at, run.c.name)
    )  # fmt: skip
    with records.begin() as connection:
        try:
            runs = connection.execute(wanted).all()
            dials = _by_run(connection, table.dial, learner_id)
            claims = _by_run(connection, table.statement, learner_id)
            back = _went_back(connection, learner_id)
        except (ValueError, TypeError) as error:  # of a cell that is no time, or no yes or no
            raise BadInput(
                f"the records in {records.place}: a result in them is damaged ({error}); restore a backup"
            ) from error
    return [
        _finished(row, dials.get(row.id, []), claims.get(row.id, []), back.get(row.id, 0))
        for row in runs
        if row.name not in silent and row.mode in _MODES and row.case_id
    ]


def _by_run(connection: Connection, of: Any, learner_id: str) -> dict[str, list[Row[Any]]]:
    """Return the rows of a table by the run that they belong to."""
    wanted = select(of).join(table.run, table.run.c.id == of.c.run_id).where(table.run.c.learner_id == learner_id)
    if of is table.statement:
        wanted = wanted.order_by(of.c.event, of.c.kind)
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.run_id, []).append(row)
    return found


def _went_back(connection: Connection, learner_id: str) -> dict[str, int]:
    """Return how often the learner went back in each run in which that happened; a quote within a text is escaped."""
    event, run = table.event.c, table.run
    wanted = select(event.run_id, func.count()).join(run, run.c.id == event.run_id).group_by(event.run_id)
    found = connection.execute(wanted.where(run.c.learner_id == learner_id, event.body.contains('"kind":"rollback"')))
    return {row[0]: row[1] for row in found}


def _finished(row: Row[Any], dials: list[Row[Any]], claims: list[Row[Any]], went_back: int) -> Finished:
    return Finished(
        name=row.name,
        case=row.case_id,
        version=row.case_version,
        seed=row.seed,
        engine=row.engine,
        mode=row.mode,
        policy=row.policy,
        time_factor=row.time_factor,
        chest=row.chest_name or "",
        chest_digest=row.chest_digest or "",
        made_at=row.made_at,
        played_at=row.played_at,
        went_back=went_back,
        result=_result(row, dials, claims),
    )


def _result(row: Row[Any], dials: list[Row[Any]], claims: list[Row[Any]]) -> Result | None:
    """Return the score of a run, None if there is none or what is there cannot be one."""
    if row.scored_at is None:
        return None
    try:
        read = {one.dial: DialReading(_within(one.value, 100.0), _within(one.se, 1e3)) for one in dials}
        return Result(
            overall=_within(row.overall, 100.0),
            policy=row.scored_policy,
            engine=row.scored_engine,
            disease=row.disease,
            difficulty=row.difficulty,
            gates_failed=int(row.gates_failed),
            dials={name: read[name] for name in DIALS if name in read},
            losses=_losses(row.sheet),
            claims=tuple(Claim(c.event, _KINDS[c.kind], _within(c.share, 1.0), bool(c.came)) for c in claims),
            scored_at=row.scored_at,
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _within(value: object, most: float) -> float:
    """Return a number from 0 to what it can be at most; a cell of SQLite may hold anything."""
    if not isinstance(value, int | float) or not 0.0 <= value <= most:
        raise ValueError(f"{value!r} is not from 0 to {most:g}")
    return float(value)


def _losses(sheet: str) -> tuple[Loss, ...]:
    """Return what each kind of item took from its dial.

    A dial is its points over the most, so an item takes what it lost over the most of the dial; of the safety dial,
    which starts full, and of one on which nothing can be earned, what it lost itself.
    """
    items = [
        (str(i["id"]), str(i["dial"]), _finite(i["points"]), _finite(i["most"])) for i in json.loads(sheet)["items"]
    ]
    whole: dict[str, float] = {}
    for _, dial, _, most in items:
        whole[dial] = whole.get(dial, 0.0) + most
    found: dict[tuple[str, str], float] = {}
    for item, dial, points, most in items:
        unit = 1.0 if dial == "safety" or not whole[dial] else whole[dial]
        key = (dial, _kind_of(item))
        found[key] = found.get(key, 0.0) + 100.0 * (most - points) / unit
    return tuple(Loss(dial, kind, points) for (dial, kind), points in found.items())


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or not abs(value) < 1e6:
        raise ValueError(f"{value!r} is no number of points")
    return float(value)


def _kind_of(item: str) -> str:
    """Return how items of a kind begin: what follows is the day, the disease or the feature of one case."""
    words = item.split("-")
    return "-".join(words[:2]) if words[0] in _KINDS_OF_TWO_WORDS else words[0]
