"""Patients carried through time under a plan, with what is worth keeping of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from trainer.core.error import BadInput
from trainer.core.time import TICKS_PER_DAY
from trainer.course.beginning import first_day
from trainer.course.kernel import advance_day
from trainer.course.opacity import ChestState
from trainer.course.parameter import Parameters
from trainer.course.planning import PlanRun
from trainer.course.state import State
from trainer.course.watch import Watch
from trainer.knowledge.plan import Plan
from trainer.knowledge.treatment import Channel, Treatment

FIELDS = (
    "crp_mg_l", "temperature_c", "spo2_percent", "fvc_percent", "dlco_percent", "film_ml", "trace_ml", "symptom",
    "glucose_mmol_l", "drive",
)  # fmt: skip


@dataclass(frozen=True)
class History:
    """A batch through time. Everything is as it stood at the beginning of a day, before that day's drugs.

    Parameters
    ----------
    first_day, last_day : int
        Days of the first and the last column.
    series : mapping of str to numpy.ndarray
        float32, shape (n, days): the quantities of `FIELDS`, "prednisolone_mg" taken on the day, and "relapsing"
        (1 on a day on which a relapse is noticed).
    snapshots : mapping of int to State
        The whole state on the days asked for.
    """

    first_day: int
    last_day: int
    series: Mapping[str, np.ndarray]
    snapshots: Mapping[int, State]

    def at(self, name: str, day: int) -> np.ndarray:
        """Return one quantity of every patient on one day, shape (n,)."""
        return self.series[name][:, day - self.first_day]

    def from_day(self, name: str, day: int) -> np.ndarray:
        """Return one quantity from ``day`` on, shape (n, last_day - day + 1)."""
        return self.series[name][:, day - self.first_day :]


def follow(
    parameters: Parameters,
    onset: State,
    plan: Plan,
    treatments: Mapping[str, Treatment],
    last_day: int,
    snapshot_days: Iterable[int] = (),
    progress: Callable[[float], None] | None = None,
) -> History:
    """Carry patients from onset to the beginning of ``last_day`` under a plan.

    Parameters
    ----------
    parameters : Parameters
    onset : State
        From `trainer.course.beginning`; it is not changed.
    plan : Plan
    treatments : mapping of str to Treatment
    last_day : int
    snapshot_days : iterable of int
        Days whose whole state is kept.
    progress : callable, optional
        Told the share that is done.

    Raises
    ------
    BadInput
        If a snapshot lies before the history begins or after it ends.
    """
    state = onset.copy()
    begin = min(first_day(state), 0)
    wanted = set(snapshot_days)
    for day in wanted:
        if not begin <= day <= last_day:
            raise BadInput(f"day {day} lies outside this patient's history, day {begin} to {last_day}")
    run = PlanRun(plan, treatments, state.patients["weight_kg"])
    watch = Watch(len(state))
    columns = last_day - begin + 1
    series = {name: np.zeros((len(state), columns), np.float32) for name in (*FIELDS, "prednisolone_mg", "relapsing")}
    snapshots: dict[int, State] = {}
    for column, day in enumerate(range(begin, last_day + 1)):
        if day >= 0:
            watch.look(state.patients)
        drugs = run.drugs(day, {"relapse": watch.relapsing})
        for name in FIELDS:
            series[name][:, column] = state.patients[name]
        series["prednisolone_mg"][:, column] = drugs[:, Channel.GLUCOCORTICOID]
        series["relapsing"][:, column] = watch.relapsing
        if day in wanted:
            snapshots[day] = state.copy()
        if day < last_day:
            advance_day(state, parameters, drugs, day)
        if progress is not None:
            progress((column + 1) / columns)
    return History(begin, last_day, series, snapshots)


def chest_of(state: State, row: int, day: int) -> ChestState:
    """Return what the chest of one patient of a batch shows."""
    patient = state.patients[row]
    opacities = state.opacities[row]
    return ChestState(
        tick=day * TICKS_PER_DAY,
        opacities=opacities[opacities["label"] > 0].copy(),
        effusion_right_ml=float(patient["effusion_right_ml"]),
        effusion_left_ml=float(patient["effusion_left_ml"]),
        mosaic=float(patient["mosaic"]),
        node_mm=float(patient["node_mm"]),
    )
