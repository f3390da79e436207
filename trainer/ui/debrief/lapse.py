"""The two courses of one patient as scans of a time-lapse. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.core.chance import key_of
from trainer.course.opacity import ChestState
from trainer.course.person import Person
from trainer.encounter.debrief import Pair, Twin
from trainer.ui.reading.scan import Ask, Scan

MINE, THEIRS = "your course", "twin"
"""Whose a scan of the time-lapse is, as panes name it."""


@dataclass(frozen=True, eq=False)
class Lapse:
    """A twin, and what is asked of the chest to show both courses side by side.

    Every day is drawn in the breath-hold of day 0, so that from day to day, and from one course to the other, the
    same slice shows the same place and only the disease moves.

    Parameters
    ----------
    twin : Twin
    person : Person
    """

    twin: Twin
    person: Person

    def scans(self) -> list[Scan]:
        """Return every day of both courses on which the patient lives."""
        made = [self._scan(MINE, pair.day, pair.my_chest) for pair in self.twin.days]
        made += [self._scan(THEIRS, pair.day, pair.their_chest) for pair in self.twin.days]
        return [scan for scan in made if scan is not None]

    def _scan(self, course: str, day: int, chest: ChestState | None) -> Scan | None:
        return Scan(day, chest, key_of("visit", self.person.key, 0), course) if chest is not None else None

    def asks(self, at: int, index: int) -> tuple[Ask | None, Ask | None]:
        """Return what both panes show at one of the days; None after death."""
        pair = self.twin.days[at]
        mine = Ask((MINE, pair.day), index) if pair.my_chest is not None else None
        theirs = Ask((THEIRS, pair.day), index) if pair.their_chest is not None else None
        return mine, theirs

    def wanted(self, at: int, index: int) -> list[Ask]:
        """Return what is on show and what comes next when time runs on."""
        following = min(at + 1, len(self.twin.days) - 1)
        asks = [*self.asks(at, index), *(self.asks(following, index) if following != at else ())]
        return [ask for ask in asks if ask is not None]


def told(pair: Pair) -> str:
    """Return a day of both courses in a line."""
    parts = []
    for name, course in (("You", pair.mine), ("Twin", pair.theirs)):
        if course is None:
            parts.append(f"{name}: dead")
        else:
            parts.append(
                f"{name}: {course.filled_ml:.0f} mL of lung filled, SpO2 {course.spo2_percent:.0f} %, "
                f"prednisolone {course.prednisolone_mg:.0f} mg"
            )
    return f"Day {pair.day}. {'. '.join(parts)}."
