"""A case rehearsed: its patients drawn and an author's plan carried out on them to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trainer.core.error import AtollError
from trainer.course.cohort import Engine
from trainer.course.history import follow
from trainer.course.state import State
from trainer.knowledge.case import Case
from trainer.knowledge.casebook import cohort_of_case
from trainer.knowledge.plan import Plan

SEEDS = range(1, 21)
Play = Callable[[Case, Plan, int], None]


@dataclass(frozen=True)
class Failure:
    """A seed on which a case could not be played, and why."""

    seed: int
    reason: str


def patient_of(engine: Engine, case: Case, seed: int) -> State:
    """Return the patient whom a seed draws for a case, at onset."""
    return engine.members(cohort_of_case(case), seed, 0, 1)


def rehearse(
    engine: Engine, case: Case, plan: Plan, seeds: Iterable[int] = SEEDS, play: Play | None = None
) -> list[Failure]:
    """Return the seeds on which a plan cannot be carried out to the end of a case.

    Parameters
    ----------
    engine : Engine
    case : Case
    plan : Plan
    seeds : iterable of int
    play : callable, optional
        Plays the case, plan and seed, and raises `trainer.core.error.AtollError` where it cannot; by default the
        patient is only drawn and carried through time.
    """

    def carry(case: Case, plan: Plan, seed: int) -> None:
        onset = patient_of(engine, case, seed)
        days = {0, *plan.visits, *(step.day for step in case.steps)}
        follow(engine.parameters, onset, plan, engine.library.treatments, case.last_day, days)

    failures = []
    for seed in seeds:
        try:
            (play or carry)(case, plan, seed)
        except AtollError as error:
            failures.append(Failure(seed, str(error)))
    return failures
