"""How good a stated differential diagnosis is, against what proved true or against another posterior.

Every differential is an array of shares over the same hypotheses, "other" among them, that sums to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST_SHARE = 0.01
"""Below this a share counts as this share in logarithms, so that a single 0 is no infinite loss; judgement."""

_ABSORBED = 0.02  # nats below which there was nothing to learn at a step; judgement


def brier(shares: np.ndarray, truth: int) -> float:
    """Return the multi-class Brier score, 0 best to 2 worst (Brier, Mon Weather Rev 1950).

    Parameters
    ----------
    shares : numpy.ndarray
        Shape (k,).
    truth : int
        Index of the hypothesis that is true.
    """
    return float(((shares - np.eye(len(shares))[truth]) ** 2).sum())


def brier_skill(shares: np.ndarray, truth: int) -> float:
    """Return the Brier score beside that of equal shares: 1 certain and right, 0 no better than equal shares."""
    k = len(shares)
    return 1.0 - brier(shares, truth) / (1.0 - 1.0 / k)


def log_skill(shares: np.ndarray, truth: int) -> float:
    """Return 1 + ln p / ln k of the share given to the truth: 1 certain and right, 0 as equal shares."""
    return 1.0 + float(np.log(max(shares[truth], LEAST_SHARE)) / np.log(len(shares)))


def excess_brier(shares: np.ndarray, reference: np.ndarray) -> float:
    """Return by how much the expected Brier score exceeds the reference's own, if the reference is right.

    It does not punish being honestly unsure, and reads no hidden truth.

    Parameters
    ----------
    shares, reference : numpy.ndarray
        Shape (k,).
    """
    return float(((shares - reference) ** 2).sum())


def divergence(reference: np.ndarray, shares: np.ndarray) -> float:
    """Return the Kullback-Leibler divergence from ``shares`` to ``reference`` in nats; 0 if alike, never negative."""
    q, p = _kept_off_zero(reference), _kept_off_zero(shares)
    return float((q * np.log(q / p)).sum())


def _kept_off_zero(shares: np.ndarray) -> np.ndarray:
    raised = np.maximum(shares, LEAST_SHARE)
    out: np.ndarray = raised / raised.sum()
    return out


def absorbed(before: np.ndarray, after: np.ndarray, reference: np.ndarray) -> float | None:
    """Return how much of a step's news a learner took up: 1 all, 0 none, below 0 moved the wrong way.

    Parameters
    ----------
    before, after : numpy.ndarray
        The learner's shares before and after the news, shape (k,).
    reference : numpy.ndarray
        The posterior after the news, shape (k,).

    Returns
    -------
    float or None
        None if ``before`` was so near the reference that there was nothing to take up.
    """
    due = divergence(reference, before)
    return None if due < _ABSORBED else 1.0 - divergence(reference, after) / due


@dataclass(frozen=True)
class Calibration:
    """Murphy's parts of a mean Brier score of forecasts of yes or no (J Appl Meteorol 1973).

    Parameters
    ----------
    reliability : float
        Mean square distance of stated shares from the frequencies that followed; 0 is calibrated.
    resolution : float
        Mean square distance of those frequencies from the overall one; large is informative.
    uncertainty : float
        Variance of the outcome itself.
    bias : float
        Mean share less mean frequency; above 0 is overconfident.
    count : int
    """

    reliability: float
    resolution: float
    uncertainty: float
    bias: float
    count: int

    @property
    def score(self) -> float:
        """The mean Brier score, exact where forecasts are grouped by their very value."""
        return self.reliability - self.resolution + self.uncertainty


def calibration(forecasts: np.ndarray, outcomes: np.ndarray) -> Calibration:
    """Return the parts of the Brier score of forecasts.

    Parameters
    ----------
    forecasts : numpy.ndarray
        Shares from 0 to 1, shape (n,); those of equal value form a group.
    outcomes : numpy.ndarray
        bool, shape (n,).

    Raises
    ------
    ValueError
        If there is no forecast.
    """
    if not len(forecasts):
        raise ValueError("no forecasts")
    values, group = np.unique(np.asarray(forecasts, float), return_inverse=True)
    size = np.bincount(group)
    frequency = np.bincount(group, np.asarray(outcomes, float)) / size
    overall = float(np.mean(outcomes))
    weight = size / len(group)
    return Calibration(
        reliability=float((weight * (values - frequency) ** 2).sum()),
        resolution=float((weight * (frequency - overall) ** 2).sum()),
        uncertainty=overall * (1.0 - overall),
        bias=float(np.mean(forecasts)) - overall,
        count=len(group),
    )
