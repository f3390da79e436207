"""A patient through the days of an encounter: carried on day by day under what is ordered, and back again."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np

from trainer.course.beginning import first_day
from trainer.course.cohort import Engine
from trainer.course.kernel import advance_day
from trainer.course.planning import PlanRun
from trainer.course.state import State
from trainer.course.watch import Watch
from trainer.knowledge.plan import Course, Plan


def as_plan(courses: Sequence[Course]) -> Plan:
    """Return orders as a plan."""
    return Plan(id="orders", title="what was ordered", source="judgement", treatments=tuple(courses))


class Bedside:
    """One patient, every day of theirs from presentation on.

    Each day is carried on from the day before alone, so a day that was reached stays as it is whatever is ordered
    later, and going back costs nothing.

    Parameters
    ----------
    engine : Engine
    onset : State
        A batch of one, from `Engine.patients`.
    """

    def __init__(self, engine: Engine, onset: State) -> None:
        self._engine = engine
        self.onset = onset
        begin = min(first_day(onset), 0)
        state, watch = onset.copy(), Watch(1)
        drugs = PlanRun(as_plan(()), engine.library.treatments, onset.patients["weight_kg"]).drugs(-1, {})
        for day in range(begin, 0):
            advance_day(state, engine.parameters, drugs, day)
        watch.look(state.patients)
        self._states, self._watches = [state], [watch]

    @property
    def last_day(self) -> int:
        """The last day that was reached."""
        return len(self._states) - 1

    def carry_to(self, day: int, courses: Sequence[Course]) -> None:
        """Carry the patient on to the beginning of a day; no courses but these are taken."""
        run = PlanRun(as_plan(courses), self._engine.library.treatments, self.onset.patients["weight_kg"])
        for today in range(self.last_day, day):
            state, watch = self._states[-1].copy(), copy.deepcopy(self._watches[-1])
            advance_day(state, self._engine.parameters, run.drugs(today, {}), today)
            watch.look(state.patients)
            self._states.append(state)
            self._watches.append(watch)

    def back_to(self, day: int) -> None:
        """Forget every day after this one."""
        del self._states[day + 1 :], self._watches[day + 1 :]

    def state(self, day: int) -> State:
        """Return the patient, a batch of one, at the beginning of a day that was reached."""
        return self._states[day]

    def patient(self, day: int) -> np.void:
        """Return the record of the patient at the beginning of a day that was reached."""
        record: np.void = self._states[day].patients[0]
        return record

    def relapsing(self, day: int) -> bool:
        """Whether a relapse was noticed on a day."""
        return bool(self._watches[day].relapsing[0])

    def drugs(self, courses: Sequence[Course], last_day: int) -> np.ndarray:
        """Return what is taken on the days 0 to ``last_day`` under some courses, shape (days, channels)."""
        run = PlanRun(as_plan(courses), self._engine.library.treatments, self.onset.patients["weight_kg"])
        return np.stack([run.drugs(day, {})[0] for day in range(last_day + 1)])
