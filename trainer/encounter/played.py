"""A run cut into the steps of its case, and each step into the stops of the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from trainer.encounter.event import Advanced, Ended
from trainer.encounter.run import Numbered
from trainer.encounter.situation import Situation, died
from trainer.knowledge.case import Step
from trainer.knowledge.statement import Belief, Citation, Forecast, Read
from trainer.reasoning.item import Moment

S = TypeVar("S", Read, Belief, Citation, Forecast)


@dataclass(frozen=True)
class Stop:
    """The clock at one place.

    Parameters
    ----------
    before : Situation
        As the clock came to stand.
    after : Situation
        Before it was moved on.
    closing : Moment
        The event that moved it on or closed the case, or else the last one.
    next_day : int or None
        To which it was to be moved on; None if the case was closed.
    """

    before: Situation
    after: Situation
    closing: Moment
    next_day: int | None


@dataclass(frozen=True)
class Played:
    """A step of the case as it was played.

    Parameters
    ----------
    step : Step
    stops : tuple of Stop
        None where the clock was moved past it.
    skipped : Moment or None
        The event that did so, or that closed the case before it.
    """

    step: Step
    stops: tuple[Stop, ...]
    skipped: Moment | None = None

    @property
    def closing(self) -> Moment:
        """The event that a loss by omission is laid to."""
        if self.stops:
            return self.stops[-1].closing
        assert self.skipped is not None
        return self.skipped

    def said(self, kind: type[S]) -> list[tuple[int, S]]:
        """Return the statements of a kind made in the step, with their event numbers."""
        if not self.stops:
            return []
        begin = self.stops[0].before.last_event
        return [(n, s) for n, s in self.stops[-1].after.said(kind) if n > begin]

    def said_since(self, kind: type[S], event: int) -> bool:
        """Return whether a statement of a kind was made in the step after an event."""
        return any(number > event for number, _ in self.said(kind))


def stops_of(events: Sequence[Numbered], place: Situation) -> list[Stop]:
    """Return where the clock stood, in order.

    Parameters
    ----------
    events : sequence of tuple
        Those that count, with their numbers.
    place : Situation
        Where the case begins.
    """
    found, before, now = [], place, place
    for number, event in events:
        if isinstance(event, Advanced | Ended):
            ahead = event.to_day if isinstance(event, Advanced) else None
            found.append(Stop(before, now, Moment(now.day, number), ahead))
            before = now.after((number, event))
        now = now.after((number, event))
    if not now.over:
        found.append(Stop(before, now, Moment(now.day, now.last_event), None))
    return found


def played(steps: Sequence[Step], stops: Sequence[Stop], last: Situation) -> list[Played]:
    """Return each step that has begun by now, or that was left out, with its stops."""
    found = []
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        until = after.day if after is not None else None
        own = tuple(s for s in stops if s.before.day >= step.day and (until is None or s.before.day < until))
        if own:
            found.append(Played(step, own))
            continue
        passed = next((s for s in stops if s.before.day < step.day and _leaps(s, step.day, stops)), None)
        if passed is not None or (last.over and not died(last)):
            closing = passed.closing if passed is not None else stops[-1].closing
            found.append(Played(step, (), closing))
    return found


def _leaps(stop: Stop, day: int, stops: Sequence[Stop]) -> bool:
    """Return whether the clock went from this stop to beyond a day."""
    later = [s.before.day for s in stops if s.before.last_event > stop.before.last_event]
    return bool(later) and later[0] > day
