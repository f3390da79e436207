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
from trainer.course.result import reports_of, result_of
from trainer.course.state import State
from trainer.knowledge.casebook import Cohort
from trainer.knowledge.library import Library
from trainer.knowledge.plan import Plan

BLOCK = 1000  # fits the cache nearly, and the memory easily
MAX_DRAWS = 4000
TOGETHER = 16  # drawn at once: a batch costs little more than one patient
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
            Conditions on the outcome columns at presentation.

        Raises
        ------
        BadInput
            If patients who meet the conditions are too rare.
        """
        return self.members(Cohort(disease, disease, tuple(requires)), seed, first, count)

    def members(self, cohort: Cohort, seed: int, first: int, count: int) -> State:
        """Return members ``first`` to ``first + count - 1`` of a cohort, at onset.

        Whoever does not meet the cohort's conditions is replaced by another, drawn again until one does. Cohorts of
        different names share no patient, so that no two cases tell of the same one.

        Parameters
        ----------
        cohort : Cohort
        seed, first, count : int

        Raises
        ------
        BadInput
            If patients who meet the conditions are too rare.
        """
        row = self.parameters.row(cohort.disease)
        story = () if cohort.name == cohort.disease else (cohort.name,)
        keys = keys_of("person", cohort.disease, *story, seed, count=count, first=first)
        state = present(self.parameters, np.full(count, row), keys)
        waiting = np.flatnonzero(~self._meets(state, cohort))
        attempt = 1
        while len(waiting) and attempt <= MAX_DRAWS:
            attempts = np.arange(attempt, min(attempt + max(TOGETHER // len(waiting), 1), MAX_DRAWS + 1))
            again = np.concatenate([keys_again(keys[waiting], DRAW_SALT + int(a)) for a in attempts])
            drawn = present(self.parameters, np.full(len(again), row), again)
            fits = self._meets(drawn, cohort).reshape(len(attempts), len(waiting))
            found = fits.any(axis=0)
            chosen = fits.argmax(axis=0) * len(waiting) + np.arange(len(waiting))  # the earliest attempt that fits
            state.patients[waiting[found]] = drawn.patients[chosen[found]]
            waiting = waiting[~found]
            attempt += len(attempts)
        if len(waiting):
            wanted = [*cohort.requires, *(f"{name} {value}" for name, value in cohort.findings.items())]
            wanted += cohort.outlook.requires if cohort.outlook is not None else ()
            raise BadInput(f"{cohort.disease}: nobody in {MAX_DRAWS} draws meets {', '.join(wanted)}")
        return state

    def _meets(self, onset: State, cohort: Cohort) -> np.ndarray:
        keep = np.ones(len(onset), dtype=bool)
        if cohort.findings:
            reports = reports_of(self.library.tests.values(), cohort.findings)
            disease = self.library.diseases[cohort.disease]
            for row, patient in enumerate(onset.patients):
                keep[row] = all(result_of(r, patient, disease, 0) == cohort.findings[r.finding] for r in reports)
        if cohort.requires:
            self._narrow(keep, onset, _NOTHING, 0, cohort.requires)
        if cohort.outlook is not None:
            plan = self.library.plan(cohort.outlook.plan)
            self._narrow(keep, onset, plan, cohort.outlook.days, cohort.outlook.requires)
        return keep

    def _narrow(self, keep: np.ndarray, onset: State, plan: Plan, days: int, requires: Sequence[str]) -> None:
        """Strike out those still in ``keep`` whose outcome columns do not meet the conditions."""
        rows = np.flatnonzero(keep)
        if not len(rows):
            return
        left = onset.select(rows)
        begin = min(first_day(left), 0)
        wanted = {day for day in NEEDED_DAYS if day >= begin} | {0, days}
        history = follow(self.parameters, left, plan, self.library.treatments, days, wanted)
        keep[rows] = meets(outcomes(self.parameters, history), requires)


def simulate(
    engine: Engine,
    of: str | Cohort,
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
    of : str or Cohort
        A cohort, or the identifier of a disease.
    plan : Plan
    patients : int
    days : int
        Follow-up from presentation.
    seed : int
    progress : callable, optional
        Told the share that is done.
    requires : sequence of str
        As in `Engine.patients`, where ``of`` is a disease.
    """
    cohort = Cohort(of, of, tuple(requires)) if isinstance(of, str) else of
    blocks: list[Mapping[str, np.ndarray]] = []
    for first in range(0, patients, BLOCK):
        count = min(BLOCK, patients - first)
        onset = engine.members(cohort, seed, first, count)
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
