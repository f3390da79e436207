"""A course of steroid as a whole: its steps, how much it sums to, and whether prophylaxis covers it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.core.time import DAYS_PER_WEEK
from trainer.knowledge.treatment import Channel

PROPHYLAXIS_MG = 20.0
"""Prednisolone a day from which, taken for four weeks, Pneumocystis prophylaxis is advised (ATS 2011; practice
differs, see the policy)."""


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

    @property
    def high_weeks(self) -> float:
        """Weeks at `PROPHYLAXIS_MG` or more."""
        return self.days_at(PROPHYLAXIS_MG) / DAYS_PER_WEEK

    @property
    def covered_share(self) -> float:
        """Share of the days at `PROPHYLAXIS_MG` or more that prophylaxis covers; 1 if there are none."""
        high = self.mg >= PROPHYLAXIS_MG
        return float(self.covered[high].mean()) if high.any() else 1.0
