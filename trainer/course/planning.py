"""A plan carried out on a batch of patients: what each takes on each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trainer.course.kernel import CHANNELS
from trainer.knowledge.plan import Course, Plan
from trainer.knowledge.treatment import Channel, Treatment

_NOT_YET = 2**30


@dataclass(frozen=True)
class _Prepared:
    """A course with its dose of each day, and the channels it acts on.

    Parameters
    ----------
    treatment : str
    day : int
        First day, or ``_NOT_YET`` for one that waits for its condition.
    when : str or None
    flat, per_kg : numpy.ndarray
        Daily dose of each day of the course, in mg and in mg/kg (or as a strength).
    highest_mg : float
        What a dose by weight is capped at.
    strength : numpy.ndarray
        Shape (channels,): what one unit of dose does.
    """

    treatment: str
    day: int
    when: str | None
    flat: np.ndarray
    per_kg: np.ndarray
    highest_mg: float
    strength: np.ndarray


class PlanRun:
    """A plan in progress on a batch; it remembers when each course started in each patient.

    Parameters
    ----------
    plan : Plan
    treatments : mapping of str to Treatment
    weight_kg : numpy.ndarray
        Shape (n,), for doses by weight.
    """

    def __init__(self, plan: Plan, treatments: Mapping[str, Treatment], weight_kg: np.ndarray) -> None:
        self._courses = [_prepare(course, treatments[course.give]) for course in plan.treatments]
        self._weight = weight_kg.astype(np.float64)
        self._started = np.array([np.full(len(weight_kg), c.day) for c in self._courses], dtype=np.int64)
        self._started = self._started.reshape(len(self._courses), len(weight_kg))

    def drugs(self, day: int, met: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return what is taken on ``day``, float64, shape (n, channels).

        Parameters
        ----------
        day : int
            The days must be asked for in order.
        met : mapping of str to numpy.ndarray
            For each condition, bool, shape (n,): whether it is met on this day.
        """
        taken = np.zeros((len(self._weight), CHANNELS))
        if day < 0:
            return taken
        for row, course in enumerate(self._courses):
            if course.when is not None:
                self._started[row][met[course.when]] = day
        for row, course in enumerate(self._courses):
            since = day - self._started[row]
            running = (since >= 0) & (since < len(course.flat)) & ~self._replaced(row, day)
            index = np.clip(since, 0, len(course.flat) - 1)
            by_weight = np.minimum(course.per_kg[index] * self._weight, course.highest_mg)
            dose = np.where(running, course.flat[index] + by_weight, 0.0)
            taken += dose[:, None] * course.strength[None, :]
        taken[:, 1:] = np.minimum(taken[:, 1:], 1.0)
        return taken

    def _replaced(self, row: int, day: int) -> np.ndarray:
        """Return where a later course of the same treatment has taken over."""
        over = np.zeros(len(self._weight), dtype=bool)
        for other, course in enumerate(self._courses):
            if other != row and course.treatment == self._courses[row].treatment:
                later = (self._started[other] > self._started[row]) & (self._started[other] <= day)
                same = (self._started[other] == self._started[row]) & (other > row)
                over |= later | same
        return over


def _prepare(course: Course, treatment: Treatment) -> _Prepared:
    flat = np.concatenate([np.full(s.days, 0.0 if s.unit == "mg/kg" else s.dose) for s in course.steps])
    per_kg = np.concatenate([np.full(s.days, s.dose if s.unit == "mg/kg" else 0.0) for s in course.steps])
    strength = np.zeros(CHANNELS)
    for act in treatment.acts:
        strength[Channel[act.channel.upper()]] = act.strength.value
    return _Prepared(
        treatment=course.give,
        day=_NOT_YET if course.day is None else course.day,
        when=course.when,
        flat=flat,
        per_kg=per_kg,
        highest_mg=treatment.highest_dose.value,
        strength=strength,
    )
