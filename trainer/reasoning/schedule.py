"""Courses as tables: what is taken on each day of a stretch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.course.future import Regimens
from trainer.course.kernel import CHANNELS
from trainer.knowledge.plan import Course, Step
from trainer.knowledge.treatment import Channel, Treatment

TYPICAL_KG = 70.0
"""Weight at which doses a kg are compared with flat ones."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """What is taken on each day from ``first_day`` on.

    Parameters
    ----------
    first_day : int
    flat, per_kg, most_mg : numpy.ndarray
        One row of `trainer.course.future.Regimens`: shapes (days, channels), (days,), (days,).
    taken : mapping of str to numpy.ndarray
        By treatment, bool, shape (days,).
    """

    first_day: int
    flat: np.ndarray
    per_kg: np.ndarray
    most_mg: np.ndarray
    taken: Mapping[str, np.ndarray]

    def begun(self, day: int) -> int:
        """Return the day on which the dose of glucocorticoid that is taken the day before ``day`` was last raised."""
        mg = self.flat[:, Channel.GLUCOCORTICOID] + np.minimum(self.per_kg * TYPICAL_KG, self.most_mg)
        mg = np.concatenate([[0.0], mg[: day - self.first_day]])
        raised = np.flatnonzero(np.diff(mg) > 0)
        return self.first_day + int(raised[-1]) if len(raised) else day


def schedule(courses: Iterable[Course], treatments: Mapping[str, Treatment], first_day: int, days: int) -> Schedule:
    """Return what courses with explicit days give, day by day; one that waits for a condition gives nothing.

    A later course of the same treatment replaces an earlier one, as in `trainer.course.planning.PlanRun`. Two
    glucocorticoids dosed by weight at once share the cap of the sum of theirs.
    """
    doses: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    dated = [course for course in courses if course.day is not None]
    for course in sorted(dated, key=lambda c: c.day or 0):
        flat, per_kg = doses.setdefault(course.give, (np.zeros(days), np.zeros(days)))
        at = (course.day or 0) - first_day
        flat[max(at, 0) :] = 0.0
        per_kg[max(at, 0) :] = 0.0
        for step in course.steps:
            stretch = slice(max(at, 0), max(at + step.days, 0))
            (per_kg if step.unit == "mg/kg" else flat)[stretch] = step.dose
            at += step.days
    table, by_weight, most = np.zeros((days, CHANNELS)), np.zeros(days), np.zeros(days)
    for name, (flat, per_kg) in doses.items():
        for act in treatments[name].acts:
            channel = Channel[act.channel.upper()]
            table[:, channel] += act.strength.value * flat
            if channel is Channel.GLUCOCORTICOID:
                by_weight += act.strength.value * per_kg
                most += np.where(per_kg > 0, act.strength.value * treatments[name].highest_dose.value, 0.0)
    table[:, 1:] = np.minimum(table[:, 1:], 1.0)
    taken = {name: (flat > 0) | (per_kg > 0) for name, (flat, per_kg) in doses.items()}
    return Schedule(first_day, table, by_weight, most, taken)


def shifted(courses: Sequence[Course], day: int) -> tuple[Course, ...]:
    """Return courses that count their days from ``day``."""
    return tuple(course.model_copy(update={"day": (course.day or 0) + day}) for course in courses)


def stopped(
    courses: Sequence[Course], treatments: Mapping[str, Treatment], groups: Collection[str], day: int
) -> tuple[Course, ...]:
    """Return courses of which those of some groups of treatments end on ``day``."""
    names = sorted({course.give for course in courses if treatments[course.give].group in groups})
    nothing = (Step(dose=0.0, unit="1", days=1),)
    return (*courses, *(Course(give=name, day=day, steps=nothing) for name in names))


def regimens(schedules: Sequence[Schedule]) -> Regimens:
    """Return schedules of equal length as rows."""
    return Regimens(
        np.array([s.flat for s in schedules]),
        np.array([s.per_kg for s in schedules]),
        np.array([s.most_mg for s in schedules]),
    )
