"""One learner and one patient: commands in, events out, and the situation as a fold of the events.

Crude: tests report at once, there are no interrupts, reads or forecasts; only key features and prophylaxis score.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trainer.core.error import BadInput
from trainer.core.time import DAYS_PER_WEEK, TICKS_PER_DAY
from trainer.course.beginning import first_day, person_of
from trainer.course.cohort import Engine
from trainer.course.history import FIELDS, History, chest_of, follow
from trainer.course.opacity import ChestState
from trainer.course.person import Person
from trainer.course.planning import PlanRun
from trainer.course.result import Value, result_of
from trainer.course.state import State
from trainer.encounter.event import Advanced, BeliefStated, CourseStarted, Event, Run, TestOrdered
from trainer.knowledge.case import Case
from trainer.knowledge.plan import Course, Plan, Request
from trainer.knowledge.policy import DEFAULT
from trainer.knowledge.treatment import objection
from trainer.reasoning.item import Item, Moment
from trainer.reasoning.keyfeature import Log, Order, key_feature_items, prophylaxis_item
from trainer.reasoning.taper import Taper


@dataclass(frozen=True)
class Situation:
    """Where an encounter stands: a fold of its events.

    Parameters
    ----------
    day : int
    courses : tuple of Course
    tests : tuple of Request
    visits : tuple of int
        Days looked at, day 0 first.
    """

    day: int = 0
    courses: tuple[Course, ...] = ()
    tests: tuple[Request, ...] = ()
    visits: tuple[int, ...] = (0,)

    def after(self, event: Event) -> Situation:
        """Return the situation after one more event."""
        match event:
            case TestOrdered(request=request):
                return Situation(self.day, self.courses, (*self.tests, request), self.visits)
            case CourseStarted(course=course):
                return Situation(self.day, (*self.courses, course), self.tests, self.visits)
            case Advanced(to_day=day):
                return Situation(day, self.courses, self.tests, (*self.visits, day))
            case BeliefStated():
                return self


@dataclass(frozen=True)
class Rejected:
    """The answer to a command that cannot be carried out."""

    reason: str


def situation_of(run: Run) -> Situation:
    """Return where a run stands."""
    situation = Situation()
    for event in run.events:
        situation = situation.after(event)
    return situation


class Session:
    """The patient of a run, and what may be asked of them.

    Parameters
    ----------
    engine : Engine
    case : Case
    run : Run
        Its header names the case and the seed.

    Raises
    ------
    BadInput
        If an event of the run would have been rejected.
    """

    def __init__(self, engine: Engine, case: Case, run: Run) -> None:
        self._engine = engine
        self.case = case
        self.onset: State = engine.patients(case.disease, run.header.seed, 0, 1, case.requires)
        self.run = Run(header=run.header)
        for number, event in enumerate(run.events, 1):
            refused = self.submit(event)
            if refused is not None:
                raise BadInput(f"event {number} of the run cannot have happened: {refused.reason}")

    def submit(self, event: Event) -> Rejected | None:
        """Add an event to the run, or say why it cannot be."""
        reason = self._objection(event)
        if reason is not None:
            return Rejected(reason)
        self.run = self.run.then(event)
        return None

    def _objection(self, event: Event) -> str | None:
        if self.run.full:
            return "the run is as long as a run can be; end the case here"
        now, library = situation_of(self.run), self._engine.library
        match event:
            case TestOrdered(request=request):
                if request.test not in library.tests:
                    return f"no test is called {request.test!r}"
                return None if request.day == now.day else f"it is day {now.day}; order for today"
            case CourseStarted(course=course):
                return self._objection_to(course, now.day)
            case BeliefStated(belief=belief):
                unknown = set(belief.shares) - set(library.diseases) - {"other"}
                if unknown:
                    return f"no disease is called {min(unknown)!r}"
                return None if belief.day == now.day else f"it is day {now.day}; state what you believe today"
            case Advanced(to_day=day):
                if not now.day < day <= self.case.last_day:
                    return f"from day {now.day} the clock goes on to day {self.case.last_day} at the latest"
                return "the patient has died; the case is over" if self.died else None

    def _objection_to(self, course: Course, today: int) -> str | None:
        treatment = self._engine.library.treatments.get(course.give)
        if treatment is None:
            return f"no treatment is called {course.give!r}"
        if course.day != today:
            return f"it is day {today}; start today"
        reasons = (objection(treatment, step.dose, step.unit) for step in course.steps)
        return next((f"{treatment.name}: {reason}" for reason in reasons if reason), None)

    @property
    def person(self) -> Person:
        """Who the patient is."""
        return person_of(self.onset.patients[0])

    @property
    def opening(self) -> str:
        """The opening text, filled in from the patient."""
        person = self.person
        female = person.sex == "F"
        words = {
            "person": "A woman" if female else "A man",
            "they": "she" if female else "he",
            "They": "She" if female else "He",
            "them": "her" if female else "him",
            "their": "her" if female else "his",
            "Their": "Her" if female else "His",
            "weight": f"{person.weight_kg:.0f}",
            "age": f"{person.age_years:.0f}",
            "weeks": f"{-first_day(self.onset) / DAYS_PER_WEEK:.0f}",
        }
        return self.case.opening.format(**words)

    @property
    def history(self) -> History:
        """The patient from onset to today."""
        now = situation_of(self.run)
        return _history(self, now.courses, now.day, now.visits)

    @property
    def died(self) -> bool:
        """Whether the patient has died by today."""
        now = situation_of(self.run)
        return bool(self.history.snapshots[now.day].patients["death_tick"][0] <= now.day * TICKS_PER_DAY)

    @property
    def relapsing(self) -> bool:
        """Whether a relapse was noticed since the visit before."""
        now = situation_of(self.run)
        since = now.visits[-2] + 1 if len(now.visits) > 1 else 0
        return bool(self.history.from_day("relapsing", since)[0].any())

    def chest(self, day: int) -> ChestState:
        """Return what the chest showed on a day that was a visit."""
        return chest_of(self.history.snapshots[day], 0, day)

    def results(self) -> list[tuple[int, str, str, Value]]:
        """Return every result so far: day, test, finding and value."""
        found: list[tuple[int, str, str, Value]] = []
        disease = self._engine.library.diseases[self.case.disease]
        for request in situation_of(self.run).tests:
            patient = self.history.snapshots[request.day].patients[0]
            for report in self._engine.library.tests[request.test].reports:
                value = result_of(report, patient, disease, request.day * TICKS_PER_DAY)
                if value is not None:
                    found.append((request.day, request.test, report.finding, value))
        return found

    def vitals(self) -> dict[str, float]:
        """Return the quantities of `trainer.course.history.FIELDS` that a chart shows today."""
        day = situation_of(self.run).day
        return {name: float(self.history.at(name, day)[0]) for name in FIELDS if name not in ("drive", "symptom")}

    def score(self) -> list[Item]:
        """Return the items of the score so far."""
        now = situation_of(self.run)
        run = PlanRun(_plan_of(now.courses), self._engine.library.treatments, self.onset.patients["weight_kg"])
        nothing_met = {"relapse": np.zeros(1, dtype=bool)}
        drugs = np.stack([run.drugs(day, nothing_met)[0] for day in range(self.case.last_day + 1)])
        steroids = {t.id for t in self._engine.library.treatments.values() if t.group == "glucocorticoid"}
        orders = []
        for number, event in enumerate(self.run.events, 1):
            match event:
                case TestOrdered(request=request):
                    orders.append(Order(request.test, request.day, number))
                case CourseStarted(course=course):
                    orders.append(Order(course.give, course.day or 0, number, course.give in steroids))
        taper, weight = Taper.of(drugs), float(self.onset.patients["weight_kg"][0])
        closing = Moment(now.day, len(self.run.events))
        log = Log(tuple(orders), taper, taper, weight, now.day, closing)
        marking = self._engine.library.policy(DEFAULT).marking
        items = key_feature_items(self.case.key_features, log, marking.points)
        extra = prophylaxis_item(marking.safety.prophylaxis, log, (), marking.points)
        return items if extra is None else [*items, extra]

    def carry(self, courses: tuple[Course, ...], day: int, visits: tuple[int, ...]) -> History:
        """Return the patient's history under some courses."""
        treatments = self._engine.library.treatments
        return follow(self._engine.parameters, self.onset, _plan_of(courses), treatments, day, visits)


def _plan_of(courses: tuple[Course, ...]) -> Plan:
    return Plan(id="orders", title="what was ordered", source="judgement", treatments=courses)


@lru_cache(maxsize=8)
def _history(session: Session, courses: tuple[Course, ...], day: int, visits: tuple[int, ...]) -> History:
    return session.carry(courses, day, visits)


def sealed(session: Session) -> Run:
    """Return the run with the digest of the patient's state, as it is saved and as a replay must find it."""
    today = situation_of(session.run).day
    digest = hashlib.sha256(session.history.snapshots[today].tobytes()).hexdigest()
    return Run(header=session.run.header, events=session.run.events, state=digest)
