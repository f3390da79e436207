"""Cohorts: many patients of one disease under one plan, in blocks that fit the memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.core.chance import keys_of
from trainer.core.error import BadInput
from trainer.course.beginning import first_day, keys_again, present
from trainer.course.history import follow
from trainer.course.outcome import NEEDED_DAYS, meets, outcomes
from trainer.course.parameter import Parameters, parameters_of
from trainer.course.state import State
from trainer.knowledge.library import Library
from trainer.knowledge.plan import Plan

BLOCK = 1000  # fits the cache nearly, and the memory easily
MAX_DRAWS = 400
DRAW_SALT = 100_000  # beyond the attempts of `present`
_NOTHING = Plan(id="nothing", title="no treatment", source="judgement")
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

    def patients(self, disease: str, seed: int, first: int, count: int, requires: Sequence[str] = ()) -> State:
        """Return patients ``first`` to ``first + count - 1`` of a disease and seed, at onset.

        Parameters
        ----------
        disease : str
            Identifier.
        seed, first, count : int
        requires : sequence of str
            Conditions on the outcome columns at presentation; another patient is drawn in the place of one who
            does not meet them.

        Raises
        ------
        BadInput
            If patients who meet the conditions are too rare.
        """
        rows = np.full(count, self.parameters.row(disease))
        keys = keys_of("person", disease, seed, count=count, first=first)
        state = present(self.parameters, rows, keys)
        waiting = np.flatnonzero(~self._meets(state, requires))
        for attempt in range(1, MAX_DRAWS + 1):
            if not len(waiting):
                return state
            again = present(self.parameters, rows[waiting], keys_again(keys[waiting], DRAW_SALT + attempt))
            fits = self._meets(again, requires)
            state.patients[waiting] = again.patients
            waiting = waiting[~fits]
        if len(waiting):
            raise BadInput(f"{disease}: nobody in {MAX_DRAWS} draws meets {', '.join(requires)}")
        return state

    def _meets(self, onset: State, requires: Sequence[str]) -> np.ndarray:
        if not requires or not len(onset):
            return np.ones(len(onset), dtype=bool)
        begin = min(first_day(onset), 0)
        wanted = {day for day in NEEDED_DAYS if day >= begin} | {0}
        history = follow(self.parameters, onset, _NOTHING, self.library.treatments, 0, wanted)
        return meets(outcomes(self.parameters, history), requires)


def simulate(
    engine: Engine,
    disease: str,
    plan: Plan,
    patients: int,
    days: int,
    seed: int,
    progress: Progress | None = None,
    requires: Sequence[str] = (),
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
    requires : sequence of str
        As in `Engine.patients`.
    """
    blocks: list[Mapping[str, np.ndarray]] = []
    for first in range(0, patients, BLOCK):
        count = min(BLOCK, patients - first)
        onset = engine.patients(disease, seed, first, count, requires)
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
