"""Key features of safe steroid treatment, read from what was ordered and nothing hidden.

Crude: two features with equal points and no windows in time. What a learner believed, saw and could have known is
not scored yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.knowledge.plan import Request
from trainer.reasoning.taper import PROPHYLAXIS_MG, Taper

PROPHYLAXIS_DAYS = 28  # of `PROPHYLAXIS_MG` or more, from which PJP prophylaxis is advised (ATS 2011)
_COVERED = 0.8  # share of those days that prophylaxis must cover; judgement
_INFECTION_TESTS = frozenset({"bronchoscopy-lavage", "sputum-culture", "blood-cultures", "afb-smear-pcr"})


@dataclass(frozen=True)
class Item:
    """One thing that was scored.

    Parameters
    ----------
    id : str
    points, most : float
    reason : str
        What was done, what it was worth and why.
    source : str
    """

    id: str
    points: float
    most: float
    reason: str
    source: str


def key_features(drugs: np.ndarray, tests: Sequence[Request]) -> list[Item]:
    """Return the items of an encounter.

    Parameters
    ----------
    drugs : numpy.ndarray
        Shape (days, len(Channel)): what is taken on each day from day 0 on, as ordered so far; any glucocorticoid
        counts as its equivalent of prednisolone.
    tests : sequence of Request
    """
    taper = Taper.of(drugs)
    first = taper.first_day
    if first is None:
        reason = "No steroid was given, so none was given before infection was excluded."
        return [Item("infection-first", 1, 1, reason, "king-2022")]
    return [_infection_first(first, tests), _prophylaxis(taper)]


def _infection_first(first_day: int, tests: Sequence[Request]) -> Item:
    sent = [t for t in tests if t.test in _INFECTION_TESTS and t.day <= first_day]
    if sent:
        reason = f"{sent[0].test} was sent on day {sent[0].day}, no later than the first steroid on day {first_day}."
        return Item("infection-first", 1, 1, reason, "king-2022")
    reason = f"A steroid was begun on day {first_day} with no sample sent: an infection would have spread under it."
    return Item("infection-first", 0, 1, reason, "king-2022")


def _prophylaxis(taper: Taper) -> Item:
    days = taper.days_at(PROPHYLAXIS_MG)
    dose = f"{days} days at {PROPHYLAXIS_MG:g} mg or more"
    if days < PROPHYLAXIS_DAYS:
        return Item("prophylaxis", 1, 1, f"Only {dose}: no prophylaxis is needed.", "park-2018")
    covered = round(taper.covered_share * days)
    if taper.covered_share >= _COVERED:
        return Item("prophylaxis", 1, 1, f"{dose}, {covered} of them covered against Pneumocystis.", "park-2018")
    reason = f"{dose}, {covered} of them covered: prophylaxis cuts Pneumocystis pneumonia to about a fourteenth."
    return Item("prophylaxis", 0, 1, reason, "park-2018")
