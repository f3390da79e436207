"""A course of steroid as a whole: its steps, how much it sums to, and whether prophylaxis covers it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.core.time import DAYS_PER_WEEK
from trainer.knowledge.treatment import Channel

PROPHYLAXIS_MG = 20.0
"""Prednisolone a day that a taper's figures call high; from it, taken for four weeks, Pneumocystis prophylaxis is
advised by many (practice in rheumatology, Park 2018 and 2019). What is demanded the policy says."""

PAUSE_DAYS = 14
"""A course ends when none is taken for so many days; judgement."""

STOP_DAYS = 3
"""Without a dose make a stop, and not a prescription that was renewed a little late; and a dose lowered only in so many
last days was not tapered. Judgement."""


@dataclass(frozen=True, eq=False)
class Taper:
    """What is taken of glucocorticoid, day by day, with the prophylaxis beside it.

    Parameters
    ----------
    mg : numpy.ndarray
        Prednisolone equivalent of each day in mg, shape (days,), from day 0.
    covered : numpy.ndarray
        Whether Pneumocystis prophylaxis is taken on the day, bool, shape (days,).
    """

    mg: np.ndarray
    covered: np.ndarray

    @classmethod
    def of(cls, drugs: np.ndarray) -> Taper:
        """Return the taper in what is taken, shape (days, channels)."""
        return cls(drugs[:, Channel.GLUCOCORTICOID], drugs[:, Channel.PNEUMOCYSTIS] > 0)

    @property
    def first_day(self) -> int | None:
        """Day of the first dose; None if there is none."""
        taken = np.flatnonzero(self.mg > 0)
        return int(taken[0]) if len(taken) else None

    @property
    def steps(self) -> tuple[tuple[int, int, float], ...]:
        """Stretches at one dose, in order: first day, days, mg a day; pauses between them are left out."""
        edges = np.flatnonzero(np.diff(self.mg)) + 1
        starts = np.concatenate([[0], edges])
        ends = np.concatenate([edges, [len(self.mg)]])
        return tuple((int(a), int(b - a), float(self.mg[a])) for a, b in zip(starts, ends, strict=True) if self.mg[a])

    @property
    def cumulative_mg(self) -> float:
        """Sum of all doses."""
        return float(self.mg.sum())

    def days_at(self, least_mg: float) -> int:
        """Return the days on which at least so much is taken."""
        return int((self.mg >= least_mg).sum())

    def longest_at(self, least_mg: float) -> int:
        """Return the days of the longest stretch at so much or more; gaps of less than `STOP_DAYS` do not end it."""
        return max((last + 1 - first for first, last, _ in _stretches(self.mg >= least_mg)), default=0)

    @property
    def high_weeks(self) -> float:
        """Weeks at `PROPHYLAXIS_MG` or more."""
        return self.days_at(PROPHYLAXIS_MG) / DAYS_PER_WEEK

    @property
    def covered_share(self) -> float:
        """Share of the days at `PROPHYLAXIS_MG` or more that prophylaxis covers; 1 if there are none."""
        high = self.mg >= PROPHYLAXIS_MG
        return float(self.covered[high].mean()) if high.any() else 1.0

    @property
    def course_weeks(self) -> float:
        """Weeks from the first dose of the first course to its last; pauses below `PAUSE_DAYS` belong to it."""
        taken = np.flatnonzero(self.mg > 0)
        if not len(taken):
            return 0.0
        pauses = np.flatnonzero(np.diff(taken) > PAUSE_DAYS)
        last = taken[pauses[0]] if len(pauses) else taken[-1]
        return float(last - taken[0] + 1) / DAYS_PER_WEEK

    def abrupt_stop(self, weeks: float, from_mg: float) -> int | None:
        """Return the first day without a dose after a stop at once.

        Parameters
        ----------
        weeks : float
            A steroid taken without a stop for more than so many weeks.
        from_mg : float
            And at least at this dose on one of its last `STOP_DAYS`: a day or two at less is no taper.

        Returns
        -------
        int or None
            None if there was no such stop; what the end of the array cuts off is none.
        """
        for begun, last, gap in _stretches(self.mg > 0):
            high = self.mg[last + 1 - STOP_DAYS : last + 1].max() >= from_mg
            if gap >= STOP_DAYS and last + 1 - begun > weeks * DAYS_PER_WEEK and high:
                return last + 1
        return None


def _stretches(taken: np.ndarray) -> list[tuple[int, int, int]]:
    """Return stretches of days: first, last, and days without after it; gaps of less than `STOP_DAYS` end none."""
    days = np.flatnonzero(taken)
    without = np.diff(np.append(days, len(taken))) - 1
    ends = [n for n in range(len(days)) if without[n] >= STOP_DAYS or n == len(days) - 1]
    firsts = [0, *(n + 1 for n in ends[:-1])]
    return (
        [(int(days[a]), int(days[b]), int(without[b])) for a, b in zip(firsts, ends, strict=True)] if len(days) else []
    )
