"""What can happen in an encounter: events, and a run of them under a header."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from trainer import __version__
from trainer.core.error import BadInput
from trainer.knowledge.number import Frozen
from trainer.knowledge.plan import Course, Request
from trainer.knowledge.statement import LAST_DAY, Belief, Identifier

MAX_EVENTS = 2000
MAX_BYTES = 100_000
_EVENT_BYTES = 12_000  # more than one event can take: sixty steps of a course at some 120 bytes
Mode = Literal["tutor", "exam"]


class TestOrdered(Frozen):
    """A test was ordered."""

    __test__ = False
    kind: Literal["test"] = "test"
    request: Request


class CourseStarted(Frozen):
    """A treatment was started."""

    kind: Literal["course"] = "course"
    course: Course


class BeliefStated(Frozen):
    """A differential diagnosis was stated."""

    kind: Literal["belief"] = "belief"
    belief: Belief


class Advanced(Frozen):
    """The clock was moved on."""

    kind: Literal["advance"] = "advance"
    to_day: Annotated[int, Field(ge=1, le=LAST_DAY)]


Event = Annotated[TestOrdered | CourseStarted | BeliefStated | Advanced, Field(discriminator="kind")]


class Header(Frozen):
    """What an encounter starts from; with the events it is all there is to know of it."""

    case: Identifier
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    engine: str = __version__
    mode: Mode = "tutor"


class Run(Frozen):
    """A header and an append-only list of events.

    Parameters
    ----------
    header : Header
    events : tuple of Event
    state : str, optional
        SHA-256 of the patient's state after the last event, written when the run is saved: what a replay must give.
    """

    format: Literal[1] = 1
    header: Header
    events: Annotated[tuple[Event, ...], Field(max_length=MAX_EVENTS)] = ()
    state: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    def then(self, event: Event) -> Run:
        """Return the run with one more event."""
        return Run(header=self.header, events=(*self.events, event))

    @property
    def full(self) -> bool:
        """Whether no further event may be added, lest the file grow larger than is read back."""
        return len(self.events) >= MAX_EVENTS or len(self.encode().encode()) > MAX_BYTES - _EVENT_BYTES

    def encode(self) -> str:
        """Return the run as JSON text."""
        return self.model_dump_json(indent=1) + "\n"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a key that is there twice would mean different things to different readers."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise KeyError(key)
        found[key] = value
    return found


def decode(text: str, name: str) -> Run:
    """Return the run in a JSON text.

    Parameters
    ----------
    text : str
    name : str
        What to call it in a complaint.

    Raises
    ------
    BadInput
        If it is no run, was cut short, or comes from another version of the engine.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: not a run file, or cut short") from error
    except KeyError as error:
        raise BadInput(f"{name}: not a valid run (the key {error} is there twice)") from error
    header = value.get("header") if isinstance(value, dict) else None
    written = header.get("engine") if isinstance(header, dict) else None
    if isinstance(header, dict) and written is None:
        raise BadInput(f"{name}: not a valid run (header.engine: missing)")
    if isinstance(written, str) and written != __version__:
        raise BadInput(f"{name}: recorded by engine {written}, this is {__version__}; replay it with that version")
    try:
        return Run.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{name}: not a valid run ({where}: {first['msg']})") from error
