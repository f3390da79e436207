"""Where an encounter stands: a fold of its events, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from trainer.encounter.event import (
    Advanced,
    BeliefStated,
    CourseStarted,
    CourseStopped,
    Ended,
    Event,
    EvidenceCited,
    ForecastStated,
    Interrupt,
    Looked,
    Moved,
    Place,
    ReadStated,
    RolledBack,
    TestOrdered,
    WaitingChosen,
)
from trainer.encounter.run import Numbered
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import Belief, Citation, Forecast, Read

Statement = Read | Belief | Citation | Forecast
S = TypeVar("S", Read, Belief, Citation, Forecast)


@dataclass(frozen=True)
class Ordered:
    """A test that was ordered, with the number of its event."""

    event: int
    request: Request


@dataclass(frozen=True)
class Begun:
    """A course that was begun or, with a dose of nothing, stopped; with the number of its event."""

    event: int
    course: Course


@dataclass(frozen=True)
class Stated:
    """A statement, with the number of its event."""

    event: int
    statement: Statement


@dataclass(frozen=True)
class Situation:
    """Where an encounter stands.

    Parameters
    ----------
    day : int
    place : {"home", "clinic", "ward", "icu"}
    begun : tuple of Begun
    tests : tuple of Ordered
    stated : tuple of Stated
    waits : tuple of tuple of int
        Event number, day and return day of each choice to watch and wait.
    visits : tuple of int
        Days on which the clock stood, day 0 first.
    stops : tuple of tuple
        Event number, day and interrupts of each advance of the clock.
    over : bool
        Whether the learner has closed the case or the patient has died.
    last_event : int
        Number of the last event that counts, 0 before the first.
    """

    day: int = 0
    place: Place = "clinic"
    begun: tuple[Begun, ...] = ()
    tests: tuple[Ordered, ...] = ()
    stated: tuple[Stated, ...] = ()
    waits: tuple[tuple[int, int, int], ...] = ()
    visits: tuple[int, ...] = (0,)
    stops: tuple[tuple[int, int, tuple[Interrupt, ...]], ...] = ()
    over: bool = False
    last_event: int = 0

    @property
    def courses(self) -> tuple[Course, ...]:
        """Everything that is taken, in the order in which it was begun."""
        return tuple(begun.course for begun in self.begun)

    def said(self, kind: type[S]) -> list[tuple[int, S]]:
        """Return the statements of a kind with their event numbers."""
        return [(s.event, s.statement) for s in self.stated if isinstance(s.statement, kind)]

    def after(self, numbered: Numbered) -> Situation:
        """Return the situation after one more event.

        Raises
        ------
        ValueError
            Of a return to an earlier event: that is for `trainer.encounter.run.live` to resolve.
        """
        number, event = numbered
        return replace(self, last_event=number, **self._changes(number, event))

    def _changes(self, number: int, event: Event) -> dict[str, Any]:
        match event:
            case TestOrdered(request=request):
                return {"tests": (*self.tests, Ordered(number, request))}
            case CourseStarted(course=course):
                return {"begun": (*self.begun, Begun(number, course))}
            case CourseStopped(give=give, day=day):
                return {"begun": (*self.begun, Begun(number, stopping(give, day)))}
            case WaitingChosen(day=day, return_day=back):
                return {"waits": (*self.waits, (number, day, back))}
            case Advanced(day=day, why=why):
                died = any(one.kind == "death" for one in why)
                stops = (*self.stops, (number, day, why))
                return {"day": day, "visits": (*self.visits, day), "stops": stops, "over": died}
            case Looked():
                return {}  # what was on the screen changes nothing in the encounter
            case RolledBack():
                raise ValueError("a return to an earlier event is no step forward")
            case Moved() | Ended():
                return {"over": True} if isinstance(event, Ended) else {"place": event.place}
            case _:
                return {"stated": (*self.stated, Stated(number, said_in(event)))}


def said_in(event: ReadStated | BeliefStated | EvidenceCited | ForecastStated) -> Statement:
    """Return the statement that an event carries."""
    match event:
        case ReadStated(read=read):
            return read
        case BeliefStated(belief=belief):
            return belief
        case EvidenceCited(citation=citation):
            return citation
        case ForecastStated(forecast=forecast):
            return forecast


def stopping(give: str, day: int) -> Course:
    """Return the course of nothing that ends a treatment."""
    return Course(give=give, day=day, steps=(Step(dose=0.0, unit="1", days=1),))


def situation_of(events: Iterable[Numbered], place: Place = "clinic") -> Situation:
    """Return where the events lead.

    Parameters
    ----------
    events : iterable of tuple
        As `trainer.encounter.run.live` gives them.
    place : {"clinic", "ward"}
        Where the case begins.
    """
    situation = Situation(place=place)
    for numbered in events:
        situation = situation.after(numbered)
    return situation


def died(now: Situation) -> bool:
    """Return whether the patient has died."""
    return any(one.kind == "death" for _, _, why in now.stops for one in why)
