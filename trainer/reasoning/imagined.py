"""The patients that the observer imagines: of each disease the same many, carried under a learner's courses.

They are drawn once, by keys of their own, and know nothing of the learner's patient. Every disease begins with the
same keys (whoever would not come to a doctor is replaced), so that diseases alike in all that can be seen are imagined
alike, and what is chance in the sample mostly cancels between them. Carried under the same courses to
the same day they are always the same, so what was computed for one learner serves the next.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from trainer.core.chance import keys_of
from trainer.course.beginning import first_day, present
from trainer.course.cohort import Engine
from trainer.course.history import follow
from trainer.course.kernel import advance_day
from trainer.course.outcome import NEEDED_DAYS, outcomes
from trainer.course.planning import PlanRun
from trainer.course.state import PATIENT, State
from trainer.course.watch import Watch
from trainer.knowledge.investigation import StateReport
from trainer.knowledge.plan import Course, Plan
from trainer.knowledge.policy import HEALTHY
from trainer.knowledge.validation import AT_PRESENTATION
from trainer.reasoning.ctread import alive_on, parts_of, still_features

COUNT = 800
"""Patients imagined of each disease. More are slower and hardly better; see `trainer.reasoning.observer`."""

_SEED = 0x0B5E
_STATE_BYTES = 1_200_000_000  # of whole states that are kept besides those of day 0
_VIEW_BYTES = 400_000_000  # of findings of a day that are kept
_VIEW_ROW_BYTES = 400  # about what one patient takes in them
_NOTHING = Plan(id="nothing", title="no treatment", source="judgement")
_ALWAYS = ("age_years", "female", "burden_ml", "symptom", "death_tick")

Courses = tuple[Course, ...]
_Key = tuple[Courses, int]
_V = TypeVar("_V")


@dataclass(frozen=True, eq=False)
class View:
    """What can be found in the imagined patients at the beginning of a day.

    Parameters
    ----------
    still : numpy.ndarray
        bool, shape (n, len(STILL)): what a CT would show.
    parts : numpy.ndarray
        Records of `trainer.reasoning.ctread.PART`, shape (n, slots).
    patients : numpy.ndarray
        Some fields of `trainer.course.state.PATIENT`, shape (n,): all that tests read, and what trends need.
    alive : numpy.ndarray
        bool, shape (n,).
    relapses : numpy.ndarray
        int, shape (n,): how many relapses have been noticed since day 0.
    """

    still: np.ndarray
    parts: np.ndarray
    patients: np.ndarray
    alive: np.ndarray
    relapses: np.ndarray

    def __getitem__(self, rows: slice) -> View:
        """Return a part of the patients; nothing is copied."""
        return View(self.still[rows], self.parts[rows], self.patients[rows], self.alive[rows], self.relapses[rows])


@dataclass(frozen=True, eq=False)
class _Stand:
    """Where the imagined patients stand at the beginning of a day."""

    state: State
    watch: Watch
    relapses: np.ndarray


class Imagined:
    """Imagined patients of each disease, carried day by day under courses from a store of day 0.

    One batch holds the patients of all diseases, one disease after the other. What is asked for again comes from a
    bounded memory; a later day is reached from the nearest earlier one whose courses agree. Not for two threads at
    once.

    Parameters
    ----------
    engine : Engine
    count : int
        Patients of each disease.
    progress : callable, optional
        Told the share that is done while the patients are drawn.

    Attributes
    ----------
    diseases : tuple of str
        All but the healthy.
    count : int
    columns : mapping of str to numpy.ndarray
        float, shape (n,): the columns of the outcome table that are known at presentation.
    """

    def __init__(self, engine: Engine, count: int = COUNT, progress: Callable[[float], None] | None = None) -> None:
        self.engine = engine
        self.count = count
        self.diseases = tuple(sorted(set(engine.library.diseases) - {HEALTHY}))
        self._fields = _fields_read(engine)
        parts, tables = [], []
        for done, disease in enumerate(self.diseases):
            state, table = _first_day(engine, disease, count)
            parts.append(state)
            tables.append(table)
            if progress is not None:
                progress((done + 1) / len(self.diseases))
        self.columns: Mapping[str, np.ndarray] = {
            name: np.concatenate([table[name] for table in tables]) for name in AT_PRESENTATION
        }
        state = State(*(np.concatenate([getattr(p, side) for p in parts]) for side in ("patients", "opacities")))
        watch = Watch(len(state))
        watch.look(state.patients)
        self._first = _Stand(state, watch, np.zeros(len(state), np.int16))
        self._most_stands = max(3, _STATE_BYTES // (state.patients.nbytes + state.opacities.nbytes))
        self._most_views = max(3, _VIEW_BYTES // (len(state) * _VIEW_ROW_BYTES))
        self._stands: OrderedDict[_Key, _Stand] = OrderedDict()
        self._views: OrderedDict[_Key, View] = OrderedDict()

    def forget(self) -> None:
        """Let go of every later day; what is asked for again is carried anew."""
        self._stands.clear()
        self._views.clear()

    def rows(self, disease: str) -> slice:
        """Return where the patients of a disease are in the batch."""
        first = self.diseases.index(disease) * self.count
        return slice(first, first + self.count)

    def view(self, courses: Sequence[Course], day: int) -> View:
        """Return what can be found in all patients on a day, under courses that have days of their own."""
        key = key_before(courses, day)
        if key not in self._views:
            self._stand(key)
        return _used_now(self._views, key)

    def features(self, disease: str, courses: Sequence[Course], day: int) -> View:
        """Return what can be found in the patients of one disease on a day."""
        return self.view(courses, day)[self.rows(disease)]

    def state(self, courses: Sequence[Course], day: int) -> State:
        """Return the whole state of all patients on a day. It is shared: it must not be changed."""
        return self._stand(key_before(courses, day)).state

    def select(self, disease: str, courses: Sequence[Course], day: int, particles: np.ndarray) -> State:
        """Return a copy of some patients of a disease on a day.

        Parameters
        ----------
        disease : str
        courses : sequence of Course
        day : int
        particles : numpy.ndarray
            int, shape (k,): which of the `count`, as often as each is wanted.
        """
        return self.state(courses, day).select(self.rows(disease).start + np.asarray(particles))

    def _stand(self, key: _Key) -> _Stand:
        courses, day = key
        if day == 0:
            stand = self._first
        elif key in self._stands:
            stand = _used_now(self._stands, key)
        else:
            stand = self._carry(*self._nearest(courses, day), courses, day)
            _keep(self._stands, key, stand, self._most_stands)
        if key not in self._views:
            _keep(self._views, key, self._view_of(stand, day), self._most_views)
        return stand

    def _nearest(self, courses: Courses, day: int) -> tuple[_Stand, int]:
        """Return the latest stand before a day that these courses lead to."""
        near = [(k, s) for k, s in self._stands.items() if k[1] < day and key_before(courses, k[1]) == k]
        if not near:
            return self._first, 0
        (_, begin), stand = max(near, key=lambda one: one[0][1])
        return stand, begin

    def _carry(self, stand: _Stand, begin: int, courses: Courses, day: int) -> _Stand:
        state, watch, relapses = stand.state.copy(), copy.deepcopy(stand.watch), stand.relapses.copy()
        plan = Plan(id="orders", title="what was ordered", source="judgement", treatments=courses)
        run = PlanRun(plan, self.engine.library.treatments, state.patients["weight_kg"])
        for today in range(begin, day):
            advance_day(state, self.engine.parameters, run.drugs(today, {}), today)
            watch.look(state.patients)
            relapses += watch.relapsing
        return _Stand(state, watch, relapses)

    def _view_of(self, stand: _Stand, day: int) -> View:
        patients = np.empty(len(stand.state), [(name, PATIENT[name]) for name in self._fields])
        for name in self._fields:
            patients[name] = stand.state.patients[name]
        return View(
            still_features(stand.state),
            parts_of(stand.state),
            patients,
            alive_on(patients, day),
            stand.relapses,
        )


def key_before(courses: Sequence[Course], day: int) -> _Key:
    """Return what decides how patients stand at the beginning of a day: courses begun before it, in order of time."""
    begun = [course for course in courses if course.day is not None and course.day < day]
    return tuple(sorted(begun, key=lambda course: course.day or 0)), day


def _first_day(engine: Engine, disease: str, count: int) -> tuple[State, Mapping[str, np.ndarray]]:
    """Return patients of a disease on day 0, and their columns of the outcome table at presentation."""
    rows = np.full(count, engine.parameters.row(disease))
    onset = present(engine.parameters, rows, keys_of("imagined", _SEED, count=count))
    begin = min(first_day(onset), 0)
    wanted = {day for day in NEEDED_DAYS if day >= begin} | {0}
    history = follow(engine.parameters, onset, _NOTHING, engine.library.treatments, 0, wanted)
    table = outcomes(engine.parameters, history)
    return history.snapshots[0], {name: table[name].astype(float) for name in AT_PRESENTATION}


def _fields_read(engine: Engine) -> tuple[str, ...]:
    reports: Iterable[object] = (r for test in engine.library.tests.values() for r in test.reports)
    read = {report.variable for report in reports if isinstance(report, StateReport)}
    return tuple(sorted(read | set(_ALWAYS)))


def _used_now(memory: OrderedDict[_Key, _V], key: _Key) -> _V:
    memory.move_to_end(key)
    return memory[key]


def _keep(memory: OrderedDict[_Key, _V], key: _Key, value: _V, most: int) -> None:
    memory[key] = value
    while len(memory) > most:
        memory.popitem(last=False)
