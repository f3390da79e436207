"""Means, trends and frequencies over few cases, each with how far it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import stdtrit

LEAST_CASES: Final = 5
"""Below so many there is no mean: a standard error of fewer is itself off by a third or more. Judgement."""

LEAST_TREND: Final = 10
"""Below so many there is no trend; judgement."""

CONFIDENCE: Final = 0.95
_Z: Final = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True)
class Estimate:
    """A mean over cases.

    Parameters
    ----------
    mean, se : float
    low, high : float
        95 % interval by Student's t; it may reach beyond what can be scored.
    count : int
        Of cases.
    """

    mean: float
    se: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Trend:
    """How a measure changed with the cases.

    Parameters
    ----------
    slope, se : float
        Points for each ten cases.
    low, high : float
        Interval of 95 % for all measures together that were looked at.
    start, end : float
        Of the line, at the first and the last case.
    count : int
    """

    slope: float
    se: float
    low: float
    high: float
    start: float
    end: float
    count: int

    @property
    def direction(self) -> Literal["rises", "falls", "no trend"]:
        """Which way it goes, if chance alone would seldom go so far."""
        return "rises" if self.low > 0.0 else "falls" if self.high < 0.0 else "no trend"


@dataclass(frozen=True)
class Share:
    """How often something happened: how many of how many, and the 95 % interval of the frequency (Wilson 1927)."""

    hits: int
    count: int
    low: float
    high: float


def estimate(
    values: Sequence[float], within: Sequence[float], cases: Sequence[str], least: int = LEAST_CASES
) -> Estimate | None:
    """Return the mean over runs with its standard error over cases, None below the least number of cases.

    Parameters
    ----------
    values, within : sequence of float
        Of each run, and its standard error within the run.
    cases : sequence of str
        Of which case each run is.
    least : int
        Not below 2. Whoever takes fewer than the default says how little such a mean tells.

    Notes
    -----
    The spread between cases holds both how cases differ and how uncertain each is: with variance S2 between n runs of
    as many cases the standard error is sqrt(S2 / n). Should few cases agree better by luck than their own uncertainty
    allows, that counts instead: sqrt(max(S2, mean within2) / n), which is the random-effects estimate of DerSimonian
    and Laird (Control Clin Trials 1986) with equal weights. Runs of one case are not independent: where they are
    alike, the larger standard error of `ratio`, with the cases drawn, counts.
    """
    known, own = np.asarray(values, float), np.asarray(within, float)
    number = np.unique(np.asarray(cases, str), return_inverse=True)[1]
    drawn = ratio(np.bincount(number, known), np.bincount(number).astype(float), least) if len(known) else None
    if drawn is None:
        return None
    alone = float(np.sqrt(max(known.var(ddof=1), (own**2).mean()) / len(known)))
    return _estimate(drawn.mean, max(drawn.se, alone), drawn.count)


def trend(values: Sequence[float], within: Sequence[float], looked_at: int = 1) -> Trend | None:
    """Return the straight line through a measure in the order of the cases, None below `LEAST_TREND`.

    Parameters
    ----------
    values, within : sequence of float
        As for `estimate`, in the order in which the cases were played.
    looked_at : int
        How many measures are looked at side by side: of eight lines one would else seem to rise or fall by chance
        alone for every third learner, so the interval is widened (Bonferroni).
    """
    n = len(values)
    if n < LEAST_TREND:
        return None
    at, known, own = np.arange(n, dtype=float), np.asarray(values, float), np.asarray(within, float)
    spread = float(((at - at.mean()) ** 2).sum())
    slope = float(((at - at.mean()) * known).sum()) / spread
    start = float(known.mean()) - slope * float(at.mean())
    left = float(((known - start - slope * at) ** 2).sum()) / (n - 2)
    se = float(np.sqrt(max(left, (own**2).mean()) / spread))
    reach = float(stdtrit(n - 2, 1.0 - (1.0 - CONFIDENCE) / 2.0 / looked_at)) * se
    ten = 10.0
    low, high = ten * (slope - reach), ten * (slope + reach)
    return Trend(ten * slope, ten * se, low, high, start, start + slope * (n - 1), n)


def share_of(hits: int, count: int, effective: float | None = None) -> Share:
    """Return a frequency with its 95 % interval (Wilson, J Am Stat Assoc 1927).

    Parameters
    ----------
    hits, count : int
    effective : float, optional
        How many independent trials they are worth; all of them if not given.
    """
    n = float(count) if effective is None else effective
    p = hits / count
    middle = (p + _Z**2 / (2.0 * n)) / (1.0 + _Z**2 / n)
    reach = _Z / (1.0 + _Z**2 / n) * float(np.sqrt(p * (1.0 - p) / n + _Z**2 / (4.0 * n**2)))
    return Share(hits, count, max(0.0, middle - reach), min(1.0, middle + reach))


def ratio(totals: np.ndarray, sizes: np.ndarray, least: int = LEAST_CASES) -> Estimate | None:
    """Return the mean of all statements with a standard error over the cases, None below the least number of cases.

    Parameters
    ----------
    totals, sizes : numpy.ndarray
        Sum over the statements of each case and how many they are, shape (n,).

    Notes
    -----
    The standard error is that of a ratio of sums (Cochran, Sampling Techniques, 1977): cases are drawn, not statements.
    """
    n = len(sizes)
    if n < least:
        return None
    mean = float(totals.sum() / sizes.sum())
    se = float(np.sqrt(((totals - mean * sizes) ** 2).sum() * n / (n - 1)) / sizes.sum())
    return _estimate(mean, se, n)


def _estimate(mean: float, se: float, n: int) -> Estimate:
    reach = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0)) * se
    return Estimate(mean, se, mean - reach, mean + reach, n)
