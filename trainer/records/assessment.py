"""A set of cases for self-assessment, and where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Literal

State = Literal["waiting", "in play", "done", "lost"]


@dataclass(frozen=True)
class Sitting:
    """One place of a set.

    Parameters
    ----------
    place : int
        From 1.
    case, title : str
    minutes : float
        What the learner is given, with the accommodation.
    seed : int
    state : {"waiting", "in play", "done", "lost"}
        Lost is what this version of Atoll cannot play, and what had not ended when the set was closed.
    run : str
        Name of the run, "" before it is begun.
    used_s : int
        Real seconds that were used.
    met_before : bool
        Whether another patient of the case had been met before the set was drawn.
    overall : float, optional
        Absent until the run is scored.
    """

    place: int
    case: str
    title: str
    minutes: float
    seed: int
    state: State
    run: str = ""
    used_s: int = 0
    met_before: bool = False
    overall: float | None = None


@dataclass(frozen=True)
class Assessment:
    """A set.

    Parameters
    ----------
    id : str
    time_factor : float
    policy : str
    made_at : datetime
    ended_at : datetime, optional
        Absent while it is open.
    sittings : tuple of Sitting
        In the order in which they come.
    """

    id: str
    time_factor: float
    policy: str
    made_at: datetime
    ended_at: datetime | None
    sittings: tuple[Sitting, ...]

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None

    @property
    def minutes(self) -> float:
        """Minutes given in all."""
        return sum(one.minutes for one in self.sittings)

    @property
    def next(self) -> Sitting | None:
        """What is to be played now: the cases come in their order."""
        return next((one for one in self.sittings if one.state in {"waiting", "in play"}), None)

    @property
    def overall(self) -> float | None:
        """Mean of the scores of the cases that count, as far as they are scored; for a list, without its error."""
        found = [one.overall for one in self.sittings if one.state == "done" and one.overall is not None]
        return fmean(found) if found else None

    @property
    def unscored(self) -> tuple[str, ...]:
        """Names of the runs that count and have no score yet."""
        return tuple(one.run for one in self.sittings if one.state == "done" and one.overall is None)
