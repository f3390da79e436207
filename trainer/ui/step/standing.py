"""Where a step stands: what it asks for, what is committed, what runs and what is due. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from trainer.encounter import chart, sight
from trainer.encounter.event import Place
from trainer.encounter.objection import runs
from trainer.encounter.session import Session
from trainer.knowledge.case import Ask
from trainer.knowledge.statement import Belief, Citation, Forecast, Read
from trainer.ui.desk import Desk

_FAR = 100_000
S = TypeVar("S", Read, Belief, Citation, Forecast)


@dataclass(frozen=True)
class Running:
    """A treatment that is being given.

    Parameters
    ----------
    give, name : str
    dose : str
        Today's: "40 mg".
    ends : int
        First day without it.
    """

    give: str
    name: str
    dose: str
    ends: int


@dataclass(frozen=True)
class Standing:
    """Where a step stands.

    Parameters
    ----------
    day : int
    place : {"home", "clinic", "ward", "icu"}
    title, ends : str
        Of the step, and when it ends.
    asks : frozenset of str
    over, exam, late : bool
        Late: the time of an examination is up.
    last_day : int
        Of the case.
    next_day : int
        First day of the next step, or the last day of the case.
    first_visit : bool
        Whether nothing has been ordered yet in the whole encounter.
    scan : bool
        Whether there is a CT of today.
    prior : int or None
        Day of the scan before today's.
    read, belief, forecast : Read, Belief, Forecast or None
        What was committed today.
    citations : tuple of Citation
        Likewise.
    before : Belief or None
        The last differential that was stated on an earlier day.
    said : frozenset of str
        What was stated since the step began, today or at an earlier stop of it.
    ordered : bool
        Whether anything was ordered today.
    running : tuple of Running
    pending : tuple of tuple
        Day on which each result is due, and the name of the test.
    weight_kg : float
    """

    day: int
    place: Place
    title: str
    ends: str
    asks: frozenset[Ask]
    over: bool
    exam: bool
    late: bool
    last_day: int
    next_day: int
    first_visit: bool
    scan: bool
    prior: int | None
    read: Read | None
    belief: Belief | None
    forecast: Forecast | None
    citations: tuple[Citation, ...]
    before: Belief | None
    said: frozenset[Ask]
    ordered: bool
    running: tuple[Running, ...]
    pending: tuple[tuple[int, str], ...]
    weight_kg: float

    @property
    def last(self) -> bool:
        """Whether this is the last day of the case, from which the clock goes no further."""
        return self.day >= self.last_day

    @property
    def asked(self) -> frozenset[Ask]:
        """What is asked for here and now: a read only where there is a CT, a forecast only if there is a next visit."""
        none: set[Ask] = set()
        if not self.scan:
            none.add("read")
        if self.last:
            none.add("forecast")
        return self.asks - none


def standing_of(desk: Desk) -> Standing:
    """Return where the step stands."""
    session, step = desk.session, desk.step
    now, case, library = session.now, session.case, session.engine.library
    today = now.day
    scans = sight.scan_days(session.pictures())
    ahead = [one.day for one in case.steps if one.day > today]
    cited = tuple(one for _, one in now.said(Citation) if one.day == today)
    beliefs = [one for _, one in now.said(Belief)]
    said: set[Ask] = set()
    kinds: tuple[tuple[Ask, type[Read | Belief | Citation | Forecast]], ...] = (
        ("read", Read), ("belief", Belief), ("evidence", Citation), ("forecast", Forecast),
    )  # fmt: skip
    for ask, kind in kinds:
        if any(isinstance(one.statement, kind) and one.statement.day >= step.day for one in now.stated):
            said.add(ask)
    earlier = [day for day in scans if day < today]
    return Standing(
        day=today,
        place=now.place,
        title=step.title,
        ends=case.ends if today >= case.last_day else step.ends,
        asks=frozenset(step.asks),
        over=desk.over,
        exam=desk.exam,
        late=desk.over and not now.over,
        last_day=case.last_day,
        next_day=min(ahead) if ahead else case.last_day,
        first_visit=not now.tests and not now.begun,
        scan=today in scans,
        prior=earlier[-1] if earlier else None,
        read=_today(session, Read),
        belief=_today(session, Belief),
        forecast=_today(session, Forecast),
        citations=cited,
        before=next((one for one in reversed(beliefs) if one.day < today), None),
        said=frozenset(said),
        ordered=_ordered(session),
        running=_running(session),
        pending=tuple(chart.due(library, now.tests, today, _FAR)),
        weight_kg=session.person.weight_kg,
    )


def _today(session: Session, kind: type[S]) -> S | None:
    return next((one for _, one in reversed(session.now.said(kind)) if one.day == session.now.day), None)


def _ordered(session: Session) -> bool:
    now = session.now
    arrived = now.stops[-1][0] if now.stops else 0
    numbers = [one.event for one in now.tests] + [one.event for one in now.begun] + [one[0] for one in now.waits]
    return any(number > arrived for number in numbers)


def _running(session: Session) -> tuple[Running, ...]:
    now, names = session.now, session.engine.library.treatments
    found = []
    for course in {course.give: course for course in now.courses}.values():
        if not runs(now, course.give):
            continue
        day = course.day or 0
        dose = ""
        for step in course.steps:
            if day <= now.day < day + step.days:
                dose = f"{step.dose:g} {step.unit}" if step.unit != "1" else "usual dose"
            day += step.days
        found.append(Running(course.give, names[course.give].name, dose, day))
    return tuple(found)
