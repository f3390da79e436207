"""What the library shows, without Qt: a row for each case with what the learner has played of it, and the filter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from trainer.course.person import ChestName
from trainer.encounter.run import Header, Mode
from trainer.knowledge.case import Case
from trainer.records.shelf import Entry, ScoreNote

State = Literal["new", "in play", "done"]
STATES: Final[tuple[State, ...]] = ("new", "in play", "done")
SETTINGS: Final = ("clinic", "ward", "emergency")
DIFFICULTIES: Final = ("introductory", "intermediate", "advanced")
_DAYS_PER_MONTH: Final = 30.44
_MONTHS_FROM: Final = 4
TIME_FACTORS: Final = (1.0, 1.25, 1.5, 2.0)

_WHO = re.compile(r"\{person\}, \{age\} years old,")
_ANYONE: Final = {
    "person": "A patient", "man": "patient", "they": "the patient", "They": "The patient", "them": "the patient",
    "their": "their", "Their": "Their", "age": "some", "weeks": "some", "weight": "some", "duration": "some time",
}  # fmt: skip


@dataclass(frozen=True)
class StartRequest:
    """What is to be started.

    Parameters
    ----------
    case : str
    seed : int
        Which patient.
    mode : {"tutor", "exam"}
    time_factor : float
        The time of an examination is the case's minutes times this.
    policy : str
    chest : ChestName, optional
        The imported chest that stands for the patient's own.
    """

    case: str
    seed: int
    mode: Mode
    time_factor: float
    policy: str
    chest: ChestName | None = None

    @classmethod
    def again(cls, header: Header, seed: int) -> StartRequest:
        """Return what starts another patient as a run was started."""
        chest = None if header.chest is None else header.chest.named
        return cls(header.case, seed, header.mode, header.time_factor, header.policy, chest)


@dataclass(frozen=True)
class Row:
    """A case in the list. It holds nothing that tells the diagnosis.

    Parameters
    ----------
    case, title, setting : str
    minutes : int
    difficulty : str
    opening : str
        The opening text before there is a patient, in general words.
    last_day : int
        Day on which the case ends at the latest. What the case itself says of its end may tell the diagnosis.
    runs : tuple of Entry
        What the learner has played of it, the last first.
    silent : frozenset of str
        Names of those of which nothing is said before the self-assessment that they belong to is closed.
    """

    case: str
    title: str
    setting: str
    minutes: int
    difficulty: str
    opening: str
    last_day: int
    runs: tuple[Entry, ...] = ()
    silent: frozenset[str] = frozenset()

    @property
    def open_run(self) -> Entry | None:
        """The run that is in play; the last played, if there are several."""
        return next((run for run in self.runs if not run.over and run.playable), None)

    @property
    def done_run(self) -> Entry | None:
        """The run that was finished last, of those that may be discussed."""
        return next((run for run in self.runs if run.over and run.playable and run.name not in self.silent), None)

    @property
    def last_score(self) -> ScoreNote | None:
        """The score of the run that was scored last."""
        return next((run.score for run in self.runs if run.score is not None and run.name not in self.silent), None)

    @property
    def state(self) -> State:
        """Where the learner stands with the case."""
        if self.open_run is not None:
            return "in play"
        return "done" if any(run.over and run.playable for run in self.runs) else "new"

    @property
    def state_text(self) -> str:
        """The state in words."""
        if self.open_run is not None:
            return f"In play, day {self.open_run.day}"
        if self.last_score is not None:
            return f"Done, {self.last_score.overall:.0f} of 100"
        return "Done" if self.state == "done" else "New"

    @property
    def end_text(self) -> str:
        """When the case is over."""
        months = round(self.last_day / _DAYS_PER_MONTH)
        span = f"{months} months" if months >= _MONTHS_FROM else f"{self.last_day // 7} weeks"
        return f"It ends when you close it, when the patient dies, or after {span}."

    @property
    def facts(self) -> str:
        """Setting, time and difficulty in one line."""
        return f"{self.setting.capitalize()}  ·  {self.minutes} min  ·  {self.difficulty}"


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; "" is anything."""

    text: str = ""
    setting: str = ""
    difficulty: str = ""
    state: str = ""

    def lets_pass(self, row: Row) -> bool:
        """Return whether a row has every word of the text, and what else is asked for."""
        found = f"{row.title} {row.facts} {row.opening} {row.state_text}".casefold()
        return (
            all(word in found for word in self.text.casefold().split())
            and self.setting in {"", row.setting}
            and self.difficulty in {"", row.difficulty}
            and self.state in {"", row.state}
        )


def catalogue(cases: Iterable[Case], entries: Iterable[Entry], silent: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """Return the rows: what is in play first, the last played at the top, then from the easiest to the hardest."""
    of: dict[str, list[Entry]] = {}
    for entry in entries:
        of.setdefault(entry.case, []).append(entry)
    rows = [
        Row(
            case.id, case.title, case.setting, case.minutes, case.difficulty, general(case.opening), case.last_day,
            tuple(sorted((_held(run, case) for run in of.get(case.id, ())), key=lambda run: -run.played_ns)), silent,
        )
        for case in cases
    ]  # fmt: skip
    return tuple(sorted(rows, key=_place))


def _held(run: Entry, case: Case) -> Entry:
    """Return a run, not to be played on where the case has changed since."""
    return replace(run, playable=run.playable and run.version == case.version)


def _place(row: Row) -> tuple[int, int, str]:
    if row.open_run is not None:
        return (-row.open_run.played_ns, 0, row.title)
    return (0, DIFFICULTIES.index(row.difficulty), row.title)


def chosen(rows: Iterable[Row], wanted: Filter) -> tuple[Row, ...]:
    """Return the rows that a filter lets pass."""
    return tuple(row for row in rows if wanted.lets_pass(row))


def general(text: str) -> str:
    """Return a text of a case before there is a patient to fill it in from."""
    return _WHO.sub("A patient", text).format(**_ANYONE)


def dials_of(note: ScoreNote) -> Mapping[str, tuple[float, float]]:
    """Return value and standard error of each dial of a score."""
    return {name: (dial.value, dial.se) for name, dial in note.dials.items()}
