"""What a learner can ask for, and what can happen: commands go in, events come out.

Most commands become events as they are. Moving the clock is the exception: how far it comes depends on the patient,
so the command is `Advance` and the event, which says where the clock stopped and why, `Advanced`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.knowledge.number import Frozen
from trainer.knowledge.plan import Course, Request
from trainer.knowledge.statement import LAST_DAY, Belief, Citation, Day, Forecast, Identifier, Read

Place = Literal["home", "clinic", "ward", "icu"]
InterruptKind = Literal["death", "deterioration", "call", "result"]
MOST_SLICES = 2000
_Typed = Annotated[str, Field(max_length=200)]
_Text = Annotated[str, Field(max_length=300)]


class _Event(Frozen):
    """What every event may carry.

    Parameters
    ----------
    second : int, optional
        Real time since the encounter began, if whoever drives it keeps one; an examination is timed by it.
    """

    second: Annotated[int, Field(ge=0, le=10**7)] | None = None


class TestOrdered(_Event):
    """A test was ordered; ``typed`` is what the learner wrote to find it."""

    __test__ = False
    kind: Literal["test"] = "test"
    request: Request
    typed: _Typed = ""


class CourseStarted(_Event):
    """A treatment was started, or the running course of it replaced."""

    kind: Literal["course"] = "course"
    course: Course
    typed: _Typed = ""


class CourseStopped(_Event):
    """A treatment was stopped."""

    kind: Literal["stop"] = "stop"
    give: Identifier
    day: Day


class WaitingChosen(_Event):
    """To watch and wait was chosen, with a return day and what should bring the patient back earlier."""

    kind: Literal["observe"] = "observe"
    day: Day
    return_day: Day
    earlier_if: _Text = ""


class Moved(_Event):
    """The patient was moved."""

    kind: Literal["move"] = "move"
    day: Day
    place: Place


class ReadStated(_Event):
    """A CT was read."""

    kind: Literal["read"] = "read"
    read: Read


class BeliefStated(_Event):
    """A differential diagnosis was stated."""

    kind: Literal["belief"] = "belief"
    belief: Belief


class EvidenceCited(_Event):
    """Findings were cited for and against a disease."""

    kind: Literal["evidence"] = "evidence"
    citation: Citation


class ForecastStated(_Event):
    """What the next visit will show was forecast."""

    kind: Literal["forecast"] = "forecast"
    forecast: Forecast


class Looked(_Event):
    """How long each slice of a CT was on the screen; it tells what was searched and is never scored.

    Parameters
    ----------
    day : int
    scan : int
        Day of the CT.
    shown : str
        One digit a slice from the feet: 0 never shown, 1 glimpsed, 2 seen. Several of one scan are put together slice
        by slice, the highest counts.
    """

    kind: Literal["looked"] = "looked"
    day: Day
    scan: Day
    shown: Annotated[str, Field(pattern=r"^[012]+$", max_length=MOST_SLICES)]


class Interrupt(Frozen):
    """Why the clock stopped.

    Parameters
    ----------
    kind : {"death", "deterioration", "call", "result"}
        From the most to the least pressing.
    text : str
        What the learner is told.
    """

    kind: InterruptKind
    text: _Text


class Advance(_Event):
    """Move the clock on, to a day or to what comes before it.

    Parameters
    ----------
    to_day : int
    stops : {"anything", "urgent"}
        Whether results that arrive stop the clock as well.
    """

    kind: Literal["advance"] = "advance"
    to_day: Annotated[int, Field(ge=1, le=LAST_DAY)]
    stops: Literal["anything", "urgent"] = "anything"


class Advanced(_Event):
    """The clock was moved on, as far as ``day``."""

    kind: Literal["advanced"] = "advanced"
    to_day: Annotated[int, Field(ge=1, le=LAST_DAY)]
    stops: Literal["anything", "urgent"] = "anything"
    day: Day
    why: Annotated[tuple[Interrupt, ...], Field(max_length=40)] = ()


class RolledBack(_Event):
    """The learner went back to after event ``to`` (0: to the beginning); what came since stays in the run."""

    kind: Literal["rollback"] = "rollback"
    to: Annotated[int, Field(ge=0, le=10_000)]


class Ended(_Event):
    """The learner closed the case with the plan as it stands."""

    kind: Literal["end"] = "end"
    day: Day


_Statement = ReadStated | BeliefStated | EvidenceCited | ForecastStated
_Order = TestOrdered | CourseStarted | CourseStopped | WaitingChosen | Moved
Event = Annotated[_Order | _Statement | Looked | Advanced | RolledBack | Ended, Field(discriminator="kind")]
Command = _Order | _Statement | Looked | Advance | RolledBack | Ended
