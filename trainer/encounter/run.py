"""A run: what an encounter starts from, and all that happened in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from trainer import __version__
from trainer.core.error import BadInput
from trainer.course.person import ChestName
from trainer.encounter.chain import broken_at, links_of
from trainer.encounter.event import Event, RolledBack
from trainer.knowledge.number import Frozen
from trainer.knowledge.statement import Identifier

MAX_EVENTS = 2000
MAX_BYTES = 100_000
_EVENT_BYTES = 12_000  # more than one event can take: sixty steps of a course at some 120 bytes
_LINK_BYTES = 71  # a link in the file, with its quotes, its comma and its place in the line
Mode = Literal["tutor", "exam"]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Chest(Frozen):
    """The imported chest that an encounter is played on, `trainer.course.person.ChestName` in a file."""

    name: Identifier
    digest: _Digest

    @property
    def named(self) -> ChestName:
        """The chest as a person wears it."""
        return ChestName(self.name, self.digest)


class Header(Frozen):
    """What an encounter starts from; with the events it is all there is to know of it.

    Parameters
    ----------
    case : str
    version : int
        Of the case.
    seed : int
    engine : str
        Version of Atoll that simulated the patient.
    mode : {"tutor", "exam"}
    policy : str
        Policy that the learner played under.
    time_factor : float
        Accommodation: the time of an examination is the case's minutes times this.
    chest : Chest, optional
        The imported chest on which the case is played. It decides pictures and marks, nothing else of the patient.
    """

    case: Identifier
    version: Annotated[int, Field(ge=1, le=10_000)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    engine: str = __version__
    mode: Mode = "tutor"
    policy: Identifier = "default"
    time_factor: Annotated[float, Field(ge=1, le=4)] = 1.0
    chest: Chest | None = None


class Run(Frozen):
    """A header and an append-only list of events.

    Parameters
    ----------
    format : {2, 3}
        3 with `links`, 2 without.
    header : Header
    events : tuple of Event
        Numbered from 1.
    second : int, optional
        Real seconds since the encounter began, as the run was saved: an examination that is left and resumed goes on
        with the time that was left.
    state : str, optional
        SHA-256 of the patient's state after the last event, written when the run is saved: what a replay must give.
    links : tuple of str, optional
        The chain of an examination (`trainer.encounter.chain`), by which the event that was changed is told.
    seal : str, optional
        SHA-256 of all else, by which a file that was changed after it was saved is told.
    """

    format: Literal[2, 3] = 2
    header: Header
    events: Annotated[tuple[Event, ...], Field(max_length=MAX_EVENTS)] = ()
    second: Annotated[int, Field(ge=0, le=10**7)] | None = None
    state: _Digest | None = None
    links: Annotated[tuple[_Digest, ...], Field(max_length=MAX_EVENTS + 1)] | None = None
    seal: _Digest | None = None

    @model_validator(mode="after")
    def _say_what_format(self) -> Self:
        if (self.format == 3) != (self.links is not None):
            raise ValueError("format 3 is with links, format 2 without")
        return self

    def then(self, event: Event) -> Run:
        """Return the run with one more event."""
        return Run(header=self.header, events=(*self.events, event))

    @property
    def elapsed_s(self) -> int:
        """Real seconds since the encounter began, as far as the run tells."""
        return max([self.second or 0, *(event.second or 0 for event in self.events)])

    @property
    def full(self) -> bool:
        """Whether no further event but the end may be added, lest the file grow larger than is read back."""
        links = _LINK_BYTES * (len(self.events) + 2) if self.header.mode == "exam" and self.links is None else 0
        most = MAX_BYTES - _EVENT_BYTES - links
        return len(self.events) >= MAX_EVENTS - 1 or len(self.encode().encode()) > most

    def sealed(self, state: str, second: int | None = None) -> Run:
        """Return the run as it is saved: with the digest of the patient's state, its time, its links and its seal."""
        links = links_of(self.header, self.events) if self.header.mode == "exam" else None
        form: Literal[2, 3] = 2 if links is None else 3
        bare = Run(format=form, header=self.header, events=self.events, second=second, state=state, links=links)
        return bare.model_copy(update={"seal": bare.digest()})

    def digest(self) -> str:
        """Return the SHA-256 of the run without its seal."""
        bare = self.model_copy(update={"seal": None})
        return hashlib.sha256(bare.encode().encode()).hexdigest()

    def encode(self) -> str:
        """Return the run as JSON text."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"


Numbered = tuple[int, Event]


def live(events: Sequence[Event]) -> tuple[Numbered, ...]:
    """Return the events that still count after every return to an earlier one, each with its number."""
    kept: list[Numbered] = []
    for number, event in enumerate(events, 1):
        if isinstance(event, RolledBack):
            kept = [(n, e) for n, e in kept if n <= event.to]
        else:
            kept.append((number, event))
    return tuple(kept)


def branches(events: Sequence[Event]) -> list[tuple[Numbered, ...]]:
    """Return what counted before each return to an earlier event, and last what counts now."""
    turns = [number for number, event in enumerate(events) if isinstance(event, RolledBack)]
    return [live(events[:turn]) for turn in turns] + [live(events)]


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
        run = Run.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{name}: not a valid run ({where}: {first['msg']})") from error
    broken = None if run.links is None else broken_at(run.header, run.events, run.links)
    if broken is not None:
        what = f"event {broken}" if broken else "its header"
        raise BadInput(f"{name}: {what} was changed after the run was saved; only a run as it was played can be used")
    if run.seal is not None and run.seal != run.digest():
        raise BadInput(f"{name}: the run was changed after it was saved; only a run as it was played can be used")
    return run
