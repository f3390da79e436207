"""What is expected of the next visit, in steps of 5 %; better, same and worse always sum to 100. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from trainer.knowledge.statement import TRENDS, Forecast, Trend

STEP_PERCENT = 5
_PARTS = 100 // STEP_PERCENT


@dataclass(frozen=True)
class Prospect:
    """A forecast as it is drafted, in %.

    Parameters
    ----------
    better, same, worse : int
        Multiples of 5 that sum to 100.
    relapse : int
        Chance that a relapse is noticed by then.
    """

    better: int
    same: int
    worse: int
    relapse: int = 0

    def __post_init__(self) -> None:
        if self.better + self.same + self.worse != 100 or min(self.better, self.same, self.worse) < 0:
            raise ValueError(f"better, same and worse sum to {self.better + self.same + self.worse} %, not to 100")

    @classmethod
    def of(cls, stated: Forecast) -> Self:
        """Return the prospect that was stated."""
        better, same = round(100 * stated.better), round(100 * stated.same)
        return cls(better, same, 100 - better - same, relapse=round(100 * stated.relapse))

    def percent(self, trend: Trend) -> int:
        """Return the share of a trend."""
        return {"better": self.better, "same": self.same, "worse": self.worse}[trend]

    def forecast(self, day: int) -> Forecast:
        """Return what is stated."""
        return Forecast(
            day=day, better=self.better / 100, same=self.same / 100, worse=self.worse / 100, relapse=self.relapse / 100
        )


def moved(prospect: Prospect | None, trend: Trend, percent: int) -> Prospect:
    """Return the prospect with another share of a trend; the other two share what is left as they did before.

    Parameters
    ----------
    prospect : Prospect or None
        None where nothing was expected yet: the other two then share alike.
    trend : {"better", "same", "worse"}
    percent : int
        Taken to the nearest step within 0 to 100.
    """
    parts = min(max(round(percent / STEP_PERCENT), 0), _PARTS)
    one, two = (other for other in TRENDS if other != trend)
    was = (prospect.percent(one), prospect.percent(two)) if prospect is not None else (1, 1)
    left = _PARTS - parts
    first = round(left * was[0] / sum(was)) if sum(was) else left - left // 2
    shares = {trend: parts, one: first, two: left - first}
    relapse = prospect.relapse if prospect is not None else 0
    better, same, worse = (shares[each] * STEP_PERCENT for each in TRENDS)
    return Prospect(better, same, worse, relapse=relapse)


def with_relapse(prospect: Prospect | None, percent: int) -> Prospect | None:
    """Return the prospect with another chance of a relapse; nothing where no trend is expected yet."""
    if prospect is None:
        return None
    return Prospect(prospect.better, prospect.same, prospect.worse, relapse=min(max(percent, 0), 100))
