"""Whether what a learner stated with a share came true as often as that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trainer.encounter.performance import FORECAST_KINDS, ClaimKind
from trainer.reasoning.probability import Calibration, calibration
from trainer.records.estimate import Estimate, ratio, share_of
from trainer.records.result import Finished

LEAST_STATEMENTS: Final = 30
"""Below so many there is no calibration curve; judgement."""

_BINS: Final = 5
_STEP: Final = 0.05  # shares are stated in tokens of 5 %


@dataclass(frozen=True)
class Bin:
    """Statements of like shares.

    Parameters
    ----------
    share : float
        Their mean.
    frequency : float
        How many of them came true.
    low, high : float
        95 % interval of the frequency.
    count, cases : int
        Statements, and the cases that they come from.
    """

    share: float
    frequency: float
    low: float
    high: float
    count: int
    cases: int


@dataclass(frozen=True)
class Curve:
    """How often what was stated with a share came true.

    Parameters
    ----------
    bins : tuple of Bin
        Those that hold statements, from the smallest share.
    parts : Calibration
        Murphy's, over shares rounded to 5 %.
    brier : Estimate or None
        Mean Brier score of a statement; None below `LEAST_CASES`.
    bias : Estimate or None
        Mean share less frequency; above 0 is overconfident. None likewise.
    count, cases : int
    """

    bins: tuple[Bin, ...]
    parts: Calibration
    brier: Estimate | None
    bias: Estimate | None
    count: int
    cases: int


def curve(runs: Iterable[Finished], kinds: Sequence[ClaimKind] = FORECAST_KINDS) -> Curve | int:
    """Return the calibration of statements of some kinds, or how many there are if they are too few.

    Notes
    -----
    Statements of one case are not independent: the shares of one forecast sum to 1, and a leading diagnosis that is
    right at one visit is mostly right at the next. The interval of a bin counts the statements of one case as if they
    came true together, so with Kish's effective number (Survey Sampling, 1965), (sum m)^2 / sum m^2 over the m
    statements of each case; it is wide rather than too narrow. The standard errors of score and bias are those of a
    ratio of sums over cases (Cochran, Sampling Techniques, 1977). Murphy's reliability is biased upwards where
    statements are few (Broecker, Clim Dyn 2012).
    """
    said = [
        (run.case, claim.share, claim.came)
        for run in runs
        for claim in (run.result.claims if run.result is not None else ())
        if claim.kind in kinds
    ]
    if len(said) < LEAST_STATEMENTS:
        return len(said)
    case, share, came = (np.array(column) for column in zip(*said, strict=True))
    share, came = share.astype(float), came.astype(bool)
    place = np.minimum((share * _BINS + 1e-9).astype(int), _BINS - 1)
    bins = tuple(
        _bin(case[place == b], share[place == b], came[place == b]) for b in range(_BINS) if (place == b).any()
    )
    return Curve(
        bins=bins,
        parts=calibration(np.round(share / _STEP) * _STEP, came),
        brier=_over_cases(case, (share - came) ** 2),
        bias=_over_cases(case, share - came),
        count=len(said),
        cases=len(np.unique(case)),
    )


def _bin(case: np.ndarray, share: np.ndarray, came: np.ndarray) -> Bin:
    of_case = np.unique(case, return_counts=True)[1].astype(float)
    effective = float(of_case.sum() ** 2 / (of_case**2).sum())
    found = share_of(int(came.sum()), len(came), effective)
    return Bin(float(share.mean()), float(came.mean()), found.low, found.high, len(came), len(of_case))


def _over_cases(case: np.ndarray, values: np.ndarray) -> Estimate | None:
    """Return the mean over statements, its error over the cases that they come from."""
    number = np.unique(case, return_inverse=True)[1]
    return ratio(np.bincount(number, values), np.bincount(number).astype(float))
