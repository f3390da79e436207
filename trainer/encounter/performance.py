"""What is kept of a finished run: its score, and what the learner claimed with whether it came true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from trainer.encounter.event import Advanced
from trainer.encounter.played import Stop, stops_of
from trainer.encounter.session import Session
from trainer.encounter.situation import Situation, died, situation_of
from trainer.knowledge.case import Case
from trainer.knowledge.statement import OTHER, TRENDS, Belief, Forecast
from trainer.reasoning.ctread import trend_of
from trainer.reasoning.dial import ScoreSheet
from trainer.reasoning.forecast import forecast_record

ClaimKind = Literal["better", "same", "worse", "relapse", "lead"]
FORECAST_KINDS: Final[tuple[ClaimKind, ...]] = (*TRENDS, "relapse")


@dataclass(frozen=True)
class Claim:
    """A share that a learner gave to something, and whether it came true; never scored.

    Parameters
    ----------
    event : int
        Number of the event by which it was stated.
    kind : {"better", "same", "worse", "relapse", "lead"}
        Of the next visit; or that the leading diagnosis is what the patient has.
    share : float
    came : bool
    """

    event: int
    kind: ClaimKind
    share: float
    came: bool


@dataclass(frozen=True, eq=False)
class Performance:
    """What is kept of a finished run.

    Parameters
    ----------
    sheet : ScoreSheet
    policy, engine : str
        Under which it was scored, and the version of Atoll that did; scores of others do not compare.
    disease : str
        Identifier of what the patient had.
    difficulty : str
        Of the case.
    claims : tuple of Claim
    """

    sheet: ScoreSheet
    policy: str
    engine: str
    disease: str
    difficulty: str
    claims: tuple[Claim, ...]


def performance_of(session: Session, sheet: ScoreSheet) -> Performance:
    """Return what is to be kept of a run that was scored under its own policy."""
    header, case = session.run.header, session.case
    return Performance(sheet, header.policy, header.engine, case.disease, case.difficulty, claims_of(session))


def claims_of(session: Session) -> tuple[Claim, ...]:
    """Return every claim of what counts of a run that can be held against what came.

    Notes
    -----
    A forecast is held against the patient on the day to which the clock was to be moved; where the patient forced an
    earlier visit, against that. It is left out where that day was not reached, where another treatment was begun on
    the way (it spoke of what was ordered then), and where the learner had seen those days before going back.
    """
    stops = stops_of(session.events, situation_of((), session.place))
    found: list[Claim] = []
    for number, stop in enumerate(stops):
        beliefs = [(n, said) for n, said in stop.after.said(Belief) if n > stop.before.last_event]
        if beliefs:
            found.append(_lead(*beliefs[-1], session.case))
        forecasts = [(n, said) for n, said in stop.after.said(Forecast) if n > stop.before.last_event]
        due = _due(stop, stops[number + 1 :], session.now) if forecasts else None
        if due is not None and due > _seen(session, forecasts[-1][0]):
            found += _forecast(session, *forecasts[-1], stop.before.day, due)
    return tuple(found)


def _lead(event: int, belief: Belief, case: Case) -> Claim:
    name, share = max(belief.shares.items(), key=lambda one: one[1])
    came = case.disease not in belief.shares if name == OTHER else name == case.disease
    return Claim(event, "lead", share, came)


def _forecast(session: Session, event: int, forecast: Forecast, day: int, due: int) -> Iterator[Claim]:
    bedside = session.bedside
    came = TRENDS[int(trend_of(bedside.state(day).patients, bedside.state(due).patients)[0])]
    relapsed = any(bedside.relapsing(one) for one in range(day + 1, due + 1))
    record = forecast_record(forecast, came, relapsed)
    for kind, (share, true) in zip(FORECAST_KINDS, record, strict=True):
        yield Claim(event, kind, share, true)


def _due(first: Stop, later: Sequence[Stop], last: Situation) -> int | None:
    """Return the day on which what was foretold at a stop could be seen."""
    if first.next_day is None:
        return None
    places = [(stop.before, stop.after) for stop in later]
    places += [(last, last)] if died(last) else []  # the clock does not stand there, so it is no stop
    for here, leaving in places:
        forced = any(one.kind != "result" for one in here.stops[-1][2])
        if here.day >= first.next_day or forced:
            return here.day
        if leaving.begun != first.after.begun:
            return None
    return None


def _seen(session: Session, event: int) -> int:
    """Return the last day that the learner had seen by an event, on paths that were left as well."""
    moved = [one.day for one in session.run.events[: event - 1] if isinstance(one, Advanced)]
    return max(moved, default=0)
