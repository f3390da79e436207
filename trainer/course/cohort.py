"""Cohorts: many patients of one disease under one plan, in blocks that fit the cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from trainer.core.chance import keys_of
from trainer.course.beginning import first_day, present
from trainer.course.history import follow
from trainer.course.outcome import NEEDED_DAYS, outcomes
from trainer.course.parameter import Parameters, parameters_of
from trainer.course.state import State
from trainer.knowledge.library import Library
from trainer.knowledge.plan import Plan

BLOCK = 1000
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Engine:
    """The knowledge in the form that patients are carried through time with.

    Parameters
    ----------
    library : Library
    parameters : Parameters
    """

    library: Library
    parameters: Parameters

    @classmethod
    def of(cls, library: Library) -> Engine:
        """Return the engine of a library."""
        return cls(library, parameters_of(library.diseases, library.body))

    def patients(self, disease: str, seed: int, first: int, count: int) -> State:
        """Return patients ``first`` to ``first + count - 1`` of a disease and seed, at onset."""
        row = self.parameters.row(disease)
        keys = keys_of("patient", disease, seed, count=count, first=first)
        return present(self.parameters, np.full(count, row), keys)


def simulate(
    engine: Engine,
    disease: str,
    plan: Plan,
    patients: int,
    days: int,
    seed: int,
    progress: Progress | None = None,
) -> dict[str, np.ndarray]:
    """Return the outcome columns of a cohort.

    Parameters
    ----------
    engine : Engine
    disease : str
        Identifier.
    plan : Plan
    patients : int
    days : int
        Follow-up from presentation.
    seed : int
    progress : callable, optional
        Told the share that is done.
    """
    blocks: list[Mapping[str, np.ndarray]] = []
    for first in range(0, patients, BLOCK):
        count = min(BLOCK, patients - first)
        onset = engine.patients(disease, seed, first, count)
        begin = min(first_day(onset), 0)
        wanted = {day for day in NEEDED_DAYS if day >= begin} | {0, days}
        done = first / patients

        def tell(share: float, done: float = done, count: int = count) -> None:
            if progress is not None:
                progress(done + share * count / patients)

        history = follow(engine.parameters, onset, plan, engine.library.treatments, days, wanted, tell)
        columns = outcomes(engine.parameters, history)
        columns["patient"] = columns["patient"] + first
        blocks.append(columns)
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
