"""What an act cost against the best that could be known, and how much of that was belief and how much the act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

INDIFFERENCE = 5.0
"""Points of utility within which two acts are equally right; judgement. Two standard errors widen it."""


@dataclass(frozen=True)
class Regret:
    """Expected utility lost by an act, in points.

    Parameters
    ----------
    total : float
        Under the reference belief, against the best act there was; never negative.
    belief : float
        What even the best act on the learner's own belief would have lost; never negative.
    act : float
        The rest: below 0 for the right act despite the belief. ``total`` is ``belief`` + ``act``.
    best : int
        Index of the best act under the reference belief.
    reach : float
        Best less worst expected utility under the reference belief.
    """

    total: float
    belief: float
    act: float
    best: int
    reach: float

    @property
    def score(self) -> float:
        """Return 1 for the best act to 0 for the worst."""
        return 1.0 if self.reach == 0.0 else 1.0 - self.total / self.reach


def regret(utility: np.ndarray, reference: np.ndarray, stated: np.ndarray, chosen: int) -> Regret:
    """Return the regret of an act. Nothing of the hidden truth enters.

    Parameters
    ----------
    utility : numpy.ndarray
        Utility of each act under each hypothesis, shape (acts, hypotheses).
    reference, stated : numpy.ndarray
        Shares of the reference and of the learner, shape (hypotheses,).
    chosen : int
        Index of the act.

    Notes
    -----
    The split is an identity. Of acts that tie on the learner's belief the chosen one counts as the learner's best,
    else the first.
    """
    by_reference = utility @ reference
    by_learner = utility @ stated
    own = chosen if by_learner[chosen] >= by_learner.max() else int(np.argmax(by_learner))
    best = int(np.argmax(by_reference))
    total = float(by_reference[best] - by_reference[chosen])
    belief = float(by_reference[best] - by_reference[own])
    return Regret(total, belief, total - belief, best, float(by_reference[best] - by_reference.min()))


def equally_right(expected: np.ndarray, standard_error: np.ndarray) -> np.ndarray:
    """Return which acts count as best: within `INDIFFERENCE` or two standard errors of the difference.

    Parameters
    ----------
    expected, standard_error : numpy.ndarray
        Expected utility of each act and the standard error of its difference to the best, shape (acts,).
    """
    band = np.maximum(INDIFFERENCE, 2.0 * standard_error)
    out: np.ndarray = expected >= expected.max() - band
    return out


def luck(utility: np.ndarray, reference: np.ndarray, chosen: int, truth: int) -> float:
    """Return how much better the act fared in truth than could be expected; shown, never scored."""
    return float(utility[chosen, truth] - utility[chosen] @ reference)
