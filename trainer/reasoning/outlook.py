"""What lies ahead after an act: the futures of imagined patients under it and the reference policy, in points.

An act is what is ordered, begun and stopped today. After it a reference policy takes over: what is known is acted
upon. The disease becomes known on the day a test names it, by the chance that the policy's table gives, else when
the course of the illness and the team settle it, on a day that depends on the disease and not on the act. Then its
proper treatment is given and everything else stops, support and prophylaxis aside.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trainer.core.time import DAYS_PER_WEEK
from trainer.course.cohort import Engine
from trainer.course.future import Programs, Regimens, Rules, Treatment, carry
from trainer.course.result import for_disease
from trainer.course.state import State
from trainer.knowledge.plan import Course
from trainer.knowledge.treatment import Channel
from trainer.knowledge.valuation import Valuation
from trainer.reasoning.sample import Sample
from trainer.reasoning.schedule import Schedule, regimens, schedule
from trainer.reasoning.utility import (
    MOST,
    charge_of_test,
    charge_of_treatment,
    course_points,
    end_points,
    toll_points,
)

RESULT_DAYS = (2, 7, 21)
"""Days after which results are acted upon; a result counts on the next of them. Judgement."""

_KEPT = ("supportive", "prophylaxis")
_HOURS = 24.0
_NEVER_BEGUN = -1


@dataclass(frozen=True, eq=False)
class Act:
    """An act.

    Parameters
    ----------
    id, title : str
    courses : tuple of Course
        All that is taken from today on and was before, with explicit days.
    tests : tuple of str
        Ordered today, or still without a result.
    """

    id: str
    title: str
    courses: tuple[Course, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True)
class _Branch:
    """One way in which a disease becomes known after an act: by chance ``chance`` on day ``known``."""

    chance: float
    known: int


@dataclass(frozen=True)
class _Charge:
    """What an act costs until the disease is known, and the treatments whose harms are borne by then."""

    points: float
    borne: frozenset[str]


@dataclass(eq=False)
class _Batch:
    """Programs gathered for one run of the engine; ``block`` is the sample that each is for."""

    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)
    flat: list[np.ndarray] = field(default_factory=list)
    per_kg: list[np.ndarray] = field(default_factory=list)
    most_mg: list[np.ndarray] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    block: list[int] = field(default_factory=list)


class Outlook:
    """Carries patients into the future by the valuation of a policy.

    Parameters
    ----------
    engine : Engine
    valuation : Valuation
    """

    def __init__(self, engine: Engine, valuation: Valuation) -> None:
        self.engine, self.valuation = engine, valuation
        self.horizon = round(valuation.horizon.value)
        ill, quality = valuation.ill, valuation.quality
        self._rules = Rules(
            ill.symptom.value,
            ill.spo2.value,
            round(ill.look.value),
            valuation.oxygen_below.value,
            quality.hypoxaemia_from.value,
            quality.hypoxaemia_worst.value,
        )
        self._always = [self._regimens(d, "always") for d in engine.parameters.ids]
        self._if_ill = [self._regimens(d, "if_ill") for d in engine.parameters.ids]
        self._again = [self._regimens(d, "again") for d in engine.parameters.ids]
        self._treatment = Treatment(regimens(self._always), regimens(self._if_ill), regimens(self._again))
        self._proper_charges: dict[tuple[int, int, frozenset[str]], np.ndarray] = {}
        self._masks = [_felt(engine, row) for row in range(len(engine.parameters.ids))]

    def _regimens(self, disease: str, when: str) -> Schedule:
        proper = self.valuation.proper.get(disease)
        names: Sequence[str] = getattr(proper, when) if proper else ()
        courses = [course for name in names for course in self.valuation.regimens[name].courses]
        return schedule(courses, self.engine.library.treatments, 0, self.horizon)

    def points(
        self,
        acts: Sequence[Act],
        samples: Mapping[str, Sample],
        answered: Collection[str],
        day: int,
        *,
        mortal: bool = False,
    ) -> dict[str, list[np.ndarray]]:
        """Return for each disease and act the points of every patient of its sample; ``mortal`` as in `carry`."""
        plans = [self._plan(act, day) for act in acts]
        batch = _Batch()
        where: dict[tuple[str, int], list[tuple[_Branch, int]]] = {}
        for block, disease in enumerate(samples):
            for a, act in enumerate(acts):
                where[disease, a] = [
                    (branch, self._program(batch, plans[a], branch.known, disease, block, day))
                    for branch in self._branches(act.tests, answered, disease)
                ]
        futures, state, starts = self._run(batch, list(samples.values()), day, mortal)
        lived = course_points(self.valuation, futures) - toll_points(self.valuation, futures, state.patients, day)
        after = end_points(self.valuation, futures, state.patients)
        charges: dict[tuple[int, int], _Charge] = {}
        out: dict[str, list[np.ndarray]] = {}
        for disease in samples:
            row = self.engine.parameters.row(disease)
            out[disease] = []
            for a, act in enumerate(acts):
                total = np.zeros(len(samples[disease].state))
                for branch, p in where[disease, a]:
                    rows = slice(starts[p], starts[p + 1])
                    kept = self._left(disease, branch.known)
                    if (a, branch.known) not in charges:
                        charges[a, branch.known] = self._charge_of_act(act, plans[a][0], branch.known, day)
                    charge = self._charge(charges[a, branch.known], branch.known, row, futures[rows])
                    points = lived[rows] + kept * after[rows] - charge
                    total += branch.chance * np.minimum(np.maximum(points, 0.0), MOST)
                out[disease].append(total)
        return out

    def _run(
        self, batch: _Batch, samples: Sequence[Sample], day: int, mortal: bool
    ) -> tuple[np.ndarray, State, np.ndarray]:
        """Return the futures of every program, the patients at their end, and where each program's rows begin."""
        sizes = np.cumsum([0, *(len(s.state) for s in samples)])
        rows = [np.arange(sizes[block], sizes[block + 1]) for block in batch.block]
        pool = State(
            np.concatenate([s.state.patients for s in samples]), np.concatenate([s.state.opacities for s in samples])
        )
        state = pool.select(np.concatenate(rows))
        program = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
        programs = Programs(
            Regimens(np.array(batch.flat), np.array(batch.per_kg), np.array(batch.most_mg)),
            np.array(batch.known),
            np.array(batch.begun),
        )
        futures = carry(
            state, self.engine.parameters, program, programs, self._treatment, self._rules, day, mortal=mortal
        )
        return futures, state, np.cumsum([0, *(len(r) for r in rows)])

    def _left(self, disease: str, known: int) -> float:
        """Return what the delay until a disease is known leaves of the years after the horizon."""
        proper = self.valuation.proper.get(disease)
        weekly = proper.delay.value if proper and proper.delay else 0.0
        return max(0.0, 1.0 - weekly * known / DAYS_PER_WEEK)

    def _plan(self, act: Act, day: int) -> tuple[Schedule, Schedule]:
        """Return all that an act gives, and of it what is kept beside the treatment of a known disease."""
        treatments = self.engine.library.treatments
        first = min([day, *(course.day or 0 for course in act.courses)])
        days = day - first + self.horizon
        kept = [c for c in act.courses if treatments[c.give].group in _KEPT]
        return schedule(act.courses, treatments, first, days), schedule(kept, treatments, first, days)

    def _branches(self, tests: Sequence[str], answered: Collection[str], disease: str) -> list[_Branch]:
        """Return when the disease becomes known, and how likely."""
        proper = self.valuation.proper.get(disease)
        settled = round(proper.settled.value) if proper else self.horizon
        chances: dict[int, float] = {}
        open_ = 1.0
        asked = [test for test in dict.fromkeys(tests) if test not in answered]
        for known, test in sorted((self._result_day(test), test) for test in asked):
            table = self.valuation.names.get(test)
            named = for_disease(table, self.engine.library.diseases[disease]).value if table else 0.0
            if named > 0.0 and known < settled:
                chances[known] = chances.get(known, 0.0) + open_ * named
                open_ *= 1.0 - named
        return [*(_Branch(chance, known) for known, chance in chances.items()), _Branch(open_, settled)]

    def _result_day(self, test: str) -> int:
        days = self.engine.library.tests[test].latency.value / _HOURS
        return next((d for d in RESULT_DAYS if days <= d), math.ceil(days))

    def _program(
        self, batch: _Batch, plan: tuple[Schedule, Schedule], known: int, disease: str, block: int, day: int
    ) -> int:
        """Return the number of the program of a branch, a new one unless the disease cannot tell it from another."""
        full, kept = plan
        today = day - full.first_day
        change = today + known
        mask = self._masks[self.engine.parameters.row(disease)]
        flat = np.concatenate([full.flat[today:change], kept.flat[change:]]) * mask
        per_kg = np.concatenate([full.per_kg[today:change], kept.per_kg[change:]])
        most = np.concatenate([full.most_mg[today:change], kept.most_mg[change:]])
        begun = full.begun(day + known) - day
        key = (block, known, begun, flat.tobytes(), per_kg.tobytes(), most.tobytes())
        if key not in batch.numbers:
            batch.numbers[key] = len(batch.known)
            batch.flat.append(flat)
            batch.per_kg.append(per_kg)
            batch.most_mg.append(most)
            batch.known.append(known)
            batch.begun.append(begun)
            batch.block.append(block)
        return batch.numbers[key]

    def _charge_of_act(self, act: Act, given: Schedule, known: int, day: int) -> _Charge:
        """Return what the tests and treatments of an act cost until the disease is known.

        Who begins a treatment bears its harms, however long it is taken; what runs since before today is no longer
        a choice. Money is counted by the day.
        """
        library, today = self.engine.library, day - given.first_day
        points = [charge_of_test(self.valuation, library.tests[test]) for test in dict.fromkeys(act.tests)]
        borne = set()
        for name, on in given.taken.items():
            treatment = library.treatments[name]
            taken = on[today:] if treatment.group in _KEPT else on[today : today + known]
            points.append(self.valuation.cost.value * treatment.cost.value * float(taken.sum()))
            if today > 0 and on[today - 1]:
                borne.add(name)
            elif taken.any():
                borne.add(name)
                points.append(charge_of_treatment(self.valuation, treatment))
        return _Charge(math.fsum(points), frozenset(borne))

    def _charge(self, act: _Charge, known: int, row: int, futures: np.ndarray) -> np.ndarray:
        """Return the points that an act and what follows it cost, shape (n,)."""
        borne = act.borne
        at_once = known if known < self.horizon else _NEVER_BEGUN
        total = act.points + self._charge_by_start(0, row, borne)[at_once]
        borne = borne | self._always[row].taken.keys()
        total = total + self._charge_by_start(1, row, borne)[futures["started"]]
        borne = borne | self._if_ill[row].taken.keys()
        out: np.ndarray = total + self._charge_by_start(2, row, borne)[futures["again"]]
        return out

    def _charge_by_start(self, part: int, row: int, borne: frozenset[str]) -> np.ndarray:
        """Return what a part of the proper treatment costs by the day it begins; the last entry is for never."""
        proper = (self._always, self._if_ill, self._again)[part][row]
        key = (part, row, frozenset(borne & proper.taken.keys()))
        if key not in self._proper_charges:
            charges = np.zeros(self.horizon + 1)
            for name, on in proper.taken.items():
                treatment = self.engine.library.treatments[name]
                days = np.cumsum(on)[::-1]  # that are left of the horizon from each day on
                charges[:-1] += self.valuation.cost.value * treatment.cost.value * days
                if name not in borne:
                    charges[:-1] += charge_of_treatment(self.valuation, treatment)
            self._proper_charges[key] = charges
        return self._proper_charges[key]


def _felt(engine: Engine, row: int) -> np.ndarray:
    """Return which channels a disease or the body feels, as 0 and 1; the others change nothing in the engine."""
    q = engine.parameters.diseases[row]
    felt = np.ones(len(Channel))
    inflamed = q["inflammation_production"] > 0.0
    for channel, does in (
        (Channel.TYPICAL_BACTERIA, q["microbe_kind"] == 1),
        (Channel.ATYPICAL_BACTERIA, q["microbe_kind"] == 1),
        (Channel.RESISTANT_BACTERIA, q["microbe_kind"] == 1),
        (Channel.MOULD, q["microbe_kind"] == 2),
        (Channel.MYCOBACTERIA, q["microbe_kind"] == 3),
        (Channel.MACROLIDE_IMMUNE, inflamed),
        (Channel.STEROID_SPARING, inflamed),
        (Channel.CULPRIT_WITHDRAWAL, inflamed and q["inflammation_exposure_half_life"] > 0.0),
        (Channel.ANTIFIBROTIC, q["fibrosis_antifibrotic_slows"] > 0.0),
        (Channel.ANTICOAGULATION, q["thrombus_recurrence"] > 0.0),
    ):
        felt[channel] = float(does)
    return felt
