"""The axis of days: where a day lies, what is written along it, and how things are kept apart. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trainer.core.time import DAYS_PER_WEEK

_HORIZONS: Final = (28, 56, 91, 119, 182, 273, 365, 547, 730)  # days that an axis may end on
_STEPS: Final = (1, 7, 14, 28, 56, 91, 182, 364)  # days between two labels
_AHEAD: Final = 1.15  # how much of the future is shown beside the past


def horizon(today: int, last_day: int) -> int:
    """Return the day on which an axis ends, so that today is near its end but not at it."""
    wanted = today * _AHEAD + DAYS_PER_WEEK
    return min(max(last_day, today, 1), next((day for day in _HORIZONS if day >= wanted), max(last_day, today)))


@dataclass(frozen=True)
class Axis:
    """Days along a stretch of a widget.

    Parameters
    ----------
    last : int
        Day at its end; day 0 is at its beginning.
    left, width : float
        In pixels.
    """

    last: int
    left: float
    width: float

    def x_of(self, day: float) -> float:
        """Return where a day lies, in pixels."""
        return self.left + self.width * day / self.last

    def day_at(self, x: float) -> float:
        """Return the day that lies at a place."""
        return (x - self.left) / self.width * self.last if self.width > 0 else 0.0

    def labels(self, room: float) -> list[tuple[int, str]]:
        """Return days and what is written at them.

        Parameters
        ----------
        room : float
            Pixels that a label needs.
        """
        step = next((s for s in _STEPS if self.width * s / self.last >= room), self.last)
        return [(day, _label(day)) for day in range(0, self.last + 1, step)]


def _label(day: int) -> str:
    """Return a day and its week: "28 · 4 wk"."""
    return f"{day} · {day // DAYS_PER_WEEK} wk" if day and day % DAYS_PER_WEEK == 0 else f"{day}"


def spread(places: Sequence[float], size: float, low: float, high: float) -> list[float]:
    """Return places moved apart as little as need be, in order.

    Parameters
    ----------
    places : sequence of float
        Middles, ascending, in pixels.
    size : float
        Least distance between two; less where there is no room for it.
    low, high : float
        Where the first and the last may lie.
    """
    if not places:
        return []
    gap = min(size, (high - low) / max(len(places) - 1, 1))
    groups: list[list[float]] = []  # sum of what the members of a group would have its first one at, and how many
    for index, place in enumerate(places):
        groups.append([min(max(place, low), high) - index * gap, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            total, count = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += count
    firsts = [total / count for total, count in groups for _ in range(int(count))]
    most = high - (len(places) - 1) * gap
    return [min(max(first, low), most) + index * gap for index, first in enumerate(firsts)]


def nearest(days: Sequence[int], day: float) -> int | None:
    """Return the nearest of some days, the later of two as near."""
    return min(days, key=lambda one: (abs(one - day), -one), default=None)
