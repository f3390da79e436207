"""The shelf: every run of a learner, event by event in the records."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from pydantic import Field, ValidationError
from sqlalchemy import Connection, Row, insert, select, union, update

from trainer import __version__
from trainer.core.error import BadInput
from trainer.encounter.chain import canonical, links_of, next_link
from trainer.encounter.event import Event
from trainer.encounter.run import Mode, Run, live
from trainer.encounter.situation import situation_of
from trainer.knowledge.number import Frozen
from trainer.knowledge.statement import LAST_DAY
from trainer.records import table
from trainer.records.database import Records
from trainer.records.row import events_of, header_in, insert_events, run_of

_MOST_SEED: Final = 2**62  # whoever has a patient of this seed made it by hand, and a header would soon hold no more
_LONGEST_NAME: Final = 120
_MODES: Final = ("tutor", "exam")


class DialNote(Frozen):
    """A dial as it was last read."""

    value: float = Field(ge=0, le=100)
    se: float = Field(ge=0)


class ScoreNote(Frozen):
    """The score of a finished run, as the list of cases shows it.

    Parameters
    ----------
    overall : float
    dials : dict of str to DialNote
    """

    overall: float = Field(ge=0, le=100)
    dials: dict[str, DialNote]


@dataclass(frozen=True)
class Entry:
    """A run on the shelf, as a list shows it.

    Parameters
    ----------
    name : str
        By which it is loaded.
    case : str
    version : int
        Of the case.
    seed : int
    mode : {"tutor", "exam"}
    day : int
        Day on which the clock stands.
    over : bool
        Whether it has ended, or has a score.
    played_ns : int
        When it was last saved; only ever compared.
    playable : bool
        Whether this version of Atoll can play it on; one of another version stays where it is.
    score : ScoreNote, optional
    chest : str
        Name of the imported chest it is played on, "" of a built one.
    """

    name: str
    case: str
    version: int
    seed: int
    mode: Mode
    day: int
    over: bool
    played_ns: int
    playable: bool = True
    score: ScoreNote | None = None
    chest: str = ""


class Shelf:
    """The runs of a learner.

    Parameters
    ----------
    records : Records
    learner_id : str
        Whose they are; other learners' runs are neither seen nor changed.

    Notes
    -----
    A run that is not as it was saved is left as it is and no longer played; `complaints` has a line about each, and
    about what befell the records when they were opened.
    """

    def __init__(self, records: Records, learner_id: str) -> None:
        self.records, self.learner_id = records, learner_id
        self.faults: tuple[str, ...] = ()  # of these runs
        self._saved: dict[str, tuple[tuple[Event, ...], tuple[str, ...]]] = {}

    @property
    def complaints(self) -> tuple[str, ...]:
        """What the learner is to be told of the records, a line each."""
        return (*self.records.notices, *self.faults)

    def claim(self) -> None:
        """Be the one process that writes here.

        Raises
        ------
        BadInput
            If another process does, or nothing can be written here.
        """
        self.records.claim()

    def entries(self) -> tuple[Entry, ...]:
        """Return the runs, the last played first.

        Raises
        ------
        BadInput
            If the records cannot be read.
        """
        with self.records.begin() as connection:
            runs = connection.execute(select(table.run).where(table.run.c.learner_id == self.learner_id)).all()
            scores = _scores(connection, self.learner_id)
        found = []
        for row in runs:
            try:
                found.append(_entry(row, scores.get(row.id)))
            except BadInput:
                self._complain(f"the run {row.name!r}: its place in the records is damaged; it is left out")
        return tuple(sorted(found, key=lambda entry: (-entry.played_ns, entry.name)))

    def next_seed(self, case: str) -> int:
        """Return a seed of a case that this learner has not met: not in a run, a review or a self-assessment."""
        met = met_seeds(self.records, self.learner_id, case)
        with self.records.begin() as connection:
            own = select(table.run.c.seed).where(table.run.c.learner_id == self.learner_id, table.run.c.case_id == case)
            played = connection.scalars(own).all()
        seed = max((one for one in played if 0 <= one < _MOST_SEED), default=0) + 1
        while seed in met:
            seed += 1
        return seed

    def new_name(self, case: str, seed: int) -> str:
        """Return a name for a new run of a case; it is taken once the run is saved."""
        begin = f"{case}-{seed}-"
        names = select(table.run.c.name).where(table.run.c.learner_id == self.learner_id)
        with self.records.begin() as connection:
            found = [str(name).removeprefix(begin) for name in connection.scalars(names) if name.startswith(begin)]
        numbers = [int(end) for end in found if end.isascii() and end.isdigit() and len(end) < 10]
        return f"{begin}{max(numbers, default=0) + 1}"

    def load(self, name: str) -> Run:
        """Return a run.

        Raises
        ------
        BadInput
            If there is none of this name, it is of another version of Atoll, or it is not as it was saved.
        """
        with self.records.begin() as connection:
            row = self._row(connection, name)
            if row is None:
                raise BadInput(f"{name}: there is no such run")
            if row.engine != __version__:
                raise BadInput(f"{name}: recorded by engine {row.engine}, this is {__version__}; it stays as it is")
            events = events_of(connection, row.id)
        run = run_of(row, events, name)
        self._saved[name] = (run.events, tuple(event.link for event in events))
        return run

    def save(self, name: str, run: Run) -> None:
        """Keep a run: its new events are added to those that are there. When this returns, they are on disk.

        Raises
        ------
        BadInput
            If it cannot be written, another process writes here, or what was kept under this name is another run: then
            another window plays it.
        """
        _check_name(name)
        self.claim()
        links = self._links(name, run)
        with self.records.begin() as connection:
            row = self._row(connection, name, change=True)
            if row is None:
                self._insert(connection, name, run, links)
            else:
                _append(connection, row, run, links)
        self._saved[name] = (run.events, links)

    def name_of(self, run: Run) -> str | None:
        """Return the name under which the same run is here, None if it is not."""
        chosen = select(table.run.c.name).where(table.run.c.learner_id == self.learner_id, table.run.c.seal == run.seal)
        with self.records.begin() as connection:
            return connection.scalar(chosen.limit(1))

    def _links(self, name: str, run: Run) -> tuple[str, ...]:
        """Return the link of each event; those of the events that were saved last are remembered."""
        events, links = self._saved.get(name, ((), ()))
        if not events or run.events[: len(events)] != events:
            return links_of(run.header, run.events)[1:]
        found = list(links)
        for event in run.events[len(events) :]:
            found.append(next_link(found[-1], canonical(event)))
        return tuple(found)

    def _row(self, connection: Connection, name: str, change: bool = False) -> Row[Any] | None:
        chosen = select(table.run).where(table.run.c.learner_id == self.learner_id, table.run.c.name == name)
        return connection.execute(chosen.with_for_update() if change else chosen).one_or_none()

    def _insert(self, connection: Connection, name: str, run: Run, links: tuple[str, ...]) -> None:
        head, number, now = run.header, str(uuid4()), datetime.now(UTC)
        chest = head.chest
        connection.execute(
            insert(table.run).values(
                id=number, learner_id=self.learner_id, name=name, case_id=head.case, case_version=head.version,
                seed=head.seed, engine=head.engine, mode=head.mode, policy=head.policy, time_factor=head.time_factor,
                chest_name=None if chest is None else chest.name, chest_digest=None if chest is None else chest.digest,
                made_at=now, played_at=now, **_changing(run),
            )
        )  # fmt: skip
        insert_events(connection, number, run, links, 0)

    def _complain(self, line: str) -> None:
        if line not in self.faults:
            self.faults = (*self.faults, line)


def met_seeds(records: Records, learner_id: str, case: str) -> frozenset[int]:
    """Return the seeds of a case that a learner has met: in runs, reviews and self-assessments, those to come too."""
    run, card, answer, sitting = table.run.c, table.card.c, table.answer.c, table.sitting.c
    cards = (card.learner_id == learner_id, card.case_id == case)
    chosen = union(
        select(run.seed).where(run.learner_id == learner_id, run.case_id == case),
        select(card.last_seed).where(*cards),
        select(answer.seed).join(table.card, answer.card_id == card.id).where(*cards),
        select(sitting.seed)
        .join(table.assessment, sitting.assessment_id == table.assessment.c.id)
        .where(table.assessment.c.learner_id == learner_id, sitting.case_id == case),
    )
    with records.begin() as connection:
        return frozenset(connection.scalars(chosen).all())


def _check_name(name: str) -> None:
    plain = name.isprintable() and not set(name) & set("/\\:") and not name.startswith(".")
    if not name or not plain or len(name) > _LONGEST_NAME:
        raise BadInput(f"{name[:40]!r} is no name of a run")


def _changing(run: Run) -> dict[str, Any]:
    """Return what a save changes in the row of a run."""
    now = situation_of(live(run.events))
    return {
        "format": run.format, "second": run.second, "state": run.state, "seal": run.seal, "day": now.day,
        "over": now.over,
    }  # fmt: skip


def _append(connection: Connection, row: Row[Any], run: Run, links: tuple[str, ...]) -> None:
    """Add the events that are not there yet; the same again changes nothing."""
    last = select(table.event.c.number, table.event.c.link).where(table.event.c.run_id == row.id)
    newest = connection.execute(last.order_by(table.event.c.number.desc()).limit(1)).one_or_none()
    number, link = (0, "") if newest is None else newest
    same = len(links) >= number and (number == 0 or links[number - 1] == link)
    if not same or header_in(row) != run.header.model_dump():
        raise BadInput(f"{row.name}: another window plays this run; go on there, or open it again")
    if row.seal == run.seal and len(links) == number:
        return
    insert_events(connection, row.id, run, links, number)
    now = max(datetime.now(UTC), row.played_at)
    connection.execute(update(table.run).where(table.run.c.id == row.id).values(played_at=now, **_changing(run)))


def _scores(connection: Connection, learner_id: str) -> dict[str, ScoreNote]:
    """Return what is noted of each run that has a score; a note that cannot be one is left out."""
    dials: dict[str, dict[str, tuple[float, float]]] = {}
    own = table.run.c.learner_id == learner_id
    chosen = select(table.dial).join(table.run, table.dial.c.run_id == table.run.c.id).where(own)
    for row in connection.execute(chosen):
        dials.setdefault(row.run_id, {})[row.dial] = (row.value, row.se)
    overall = select(table.score.c.run_id, table.score.c.overall).join(table.run).where(own)
    found = {}
    for number, value in connection.execute(overall):
        with suppress(ValidationError):
            notes = {name: DialNote(value=float(v), se=float(se)) for name, (v, se) in dials.get(number, {}).items()}
            found[number] = ScoreNote(overall=float(value), dials=notes)
    return found


def _entry(row: Row[Any], score: ScoreNote | None) -> Entry:
    """Return a run as a list shows it.

    Raises
    ------
    BadInput
        If its row cannot be one.
    """
    right = row.mode in _MODES and 0 <= row.seed < 2**63 and 0 <= row.day <= LAST_DAY and row.case_id
    if not right:
        raise BadInput(f"{row.name}: no run")
    return Entry(
        name=row.name, case=row.case_id, version=row.case_version, seed=row.seed, mode=row.mode, day=row.day,
        over=row.over or score is not None, played_ns=int(row.played_at.timestamp() * 1e6) * 1000,
        playable=row.engine == __version__, score=score, chest=row.chest_name or "",
    )  # fmt: skip
