"""One thing that was scored: what was done, what it was worth, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from trainer.knowledge.marking import Dial

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Item:
    """One thing that was scored.

    Parameters
    ----------
    id : str
    dial : str
        The dial of `DIALS` that it moves.
    title : str
    points : float
        Below 0 for what should not have been done.
    most : float
        What could be earned; 0 where only something can be lost.
    day : int
    event : int or None
        Number of the event at which something was lost; of an omission, the event that closed the step.
    reason : str
        As a teacher would say it.
    source : str
    evidence : tuple of str
        Findings, orders or figures that it rests on.

    Raises
    ------
    ValueError
        If more than the most was earned, or if something was lost without an event and a reason.
    """

    id: str
    dial: Dial
    title: str
    points: float
    most: float
    day: int
    event: int | None
    reason: str
    source: str
    evidence: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.most < 0 or self.points > self.most + _ROUNDING:
            raise ValueError(f"{self.id}: {self.points:g} points of {self.most:g}")
        if self.lost > _ROUNDING and (self.event is None or not self.reason):
            raise ValueError(f"{self.id}: {self.lost:g} points lost without an event and a reason")

    @property
    def lost(self) -> float:
        """Points that were there to be had, or to be kept, and were not."""
        return self.most - self.points

    def as_json(self) -> dict[str, object]:
        """Return the item as plain values."""
        return {**asdict(self), "points": round(self.points, 4), "evidence": list(self.evidence)}


@dataclass(frozen=True)
class Moment:
    """When something is judged.

    Parameters
    ----------
    day : int
    event : int
        Number of the event that a loss is laid to: of the statement or order, or of what closed the step.
    """

    day: int
    event: int


def share(value: float) -> str:
    """Return a share in words: "35 %"."""
    return f"{100 * value:.0f} %"


def inline(name: str) -> str:
    """Return a name as it stands within a sentence; an abbreviation and "C-reactive" keep their capitals."""
    return name if name[1:2].isupper() or name[1:2] == "-" else name[:1].lower() + name[1:]


def capital(text: str) -> str:
    """Return a text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
