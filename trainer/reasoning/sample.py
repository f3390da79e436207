"""Imagined patients drawn by their weights, to be carried into a future."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.core.chance import key_of, uniform
from trainer.course.beginning import keys_again
from trainer.course.state import State

_FRESH_SALT = 200_000  # beyond the attempts of `trainer.course.beginning` and the draws of cohorts
_OFFSET = 17  # stream of the offset


@dataclass(frozen=True)
class Effort:
    """How many patients are imagined.

    Parameters
    ----------
    main, minor : int
        Of a disease with at least ``share`` of the posterior or of the learner's belief, and of any other.
    share : float
    """

    main: int
    minor: int
    share: float


FULL = Effort(main=48, minor=8, share=0.01)
COARSE = Effort(main=8, minor=2, share=0.08)


@dataclass(frozen=True, eq=False)
class Sample:
    """Imagined patients of one disease, each as likely as another.

    Parameters
    ----------
    state : State
    source : numpy.ndarray
        int64, shape (n,): which of the observer's patients each is a copy of.
    """

    state: State
    source: np.ndarray


def sample(select: Callable[[np.ndarray], State], weights: np.ndarray, count: int, disease: str, day: int) -> Sample:
    """Return patients drawn by their weights, each as likely as another.

    Systematic resampling: each patient comes as often as the weight says, rounded up or down, by one keyed offset.
    A second copy of a patient has a past in common with the first and a future of its own: it gets a fresh key,
    from which only what is still to come is drawn, since traits were drawn at onset. (The side of an effusion and
    whether an opacity will hollow out are the two things of the past that hang on the key; neither is felt.)

    Parameters
    ----------
    select : callable
        Given rows (int, shape (k,)) of the observer's patients of the disease, returns a copy of them at the
        beginning of ``day``.
    weights : numpy.ndarray
        Of these patients, shape (n,).
    count : int
    disease : str
    day : int
    """
    offset = uniform(key_of("futures", disease, day), _OFFSET, 0, 0)
    edges = np.cumsum(weights) / np.sum(weights)
    source = np.searchsorted(edges, (offset + np.arange(count)) / count)
    source = np.minimum(source, len(weights) - 1)
    state = select(source)
    copy = np.arange(count) - np.searchsorted(source, source)
    for c in range(1, int(copy.max()) + 1):
        rows = copy == c
        state.patients["key"][rows] = keys_again(state.patients["key"][rows], _FRESH_SALT + c)
    return Sample(state, source)
