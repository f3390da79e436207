"""The cases of a self-assessment, drawn by lot: mixed in diseases and difficulty, what was met lately last."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trainer.core.chance import key_of
from trainer.knowledge.case import Case

LEAST: Final = 2
MOST: Final = 6
LATELY_DAYS: Final = 30.0
"""Within how many days a case that was met is remembered too well to say much. Judgement."""

_FIRST_SEED: Final = 1000  # the library counts its patients up from 1
_SEEDS: Final = 9000


@dataclass(frozen=True)
class Met:
    """What a learner has met of a case.

    Parameters
    ----------
    days : float
        Since it was met last.
    seeds : collection of int
        Which patients.
    """

    days: float
    seeds: Collection[int]


@dataclass(frozen=True)
class Lot:
    """A patient who was drawn."""

    case: str
    seed: int


def draw(cases: Sequence[Case], met: Mapping[str, Met], count: int, seed: int) -> tuple[Lot, ...]:
    """Return the patients of a set in the order in which they come.

    Parameters
    ----------
    cases : sequence of Case
    met : mapping of str to Met
        By case; one that was never met is absent.
    count : int
        How many are wanted. There are fewer where there are fewer cases.
    seed : int
        What is drawn depends on nothing else than this and the arguments above.

    Notes
    -----
    One after the other is taken that has, in this order: the disease that is in the set the least often, not been met
    lately, the difficulty that is in the set the least often, been met the longest ago; and by chance among equals.
    No case comes twice, and no patient whom the learner has met.
    """
    taken: list[Case] = []
    left = list(cases)

    def rank(case: Case) -> tuple[int, bool, int, float, int]:
        days = met[case.id].days if case.id in met else float("inf")
        same_disease = sum(one.disease == case.disease for one in taken)
        same_difficulty = sum(one.difficulty == case.difficulty for one in taken)
        return same_disease, days < LATELY_DAYS, same_difficulty, -days, key_of("lot", seed, case.id)

    while left and len(taken) < count:
        best = min(left, key=rank)
        left.remove(best)
        taken.append(best)
    taken.sort(key=lambda case: key_of("order", seed, case.id))
    return tuple(
        Lot(case.id, draw_patient(case.id, met[case.id].seeds if case.id in met else (), seed)) for case in taken
    )


def draw_patient(case: str, met: Collection[int], seed: int) -> int:
    """Return a patient of a case whom the learner has not met."""
    attempt = 0
    while True:
        found = _FIRST_SEED + key_of("patient", seed, case, attempt) % (_SEEDS * (1 + attempt))
        if found not in met:
            return found
        attempt += 1
