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

from trainer.course.cohort import Engine
from trainer.course.future import Programs, Regimens, Rules, Treatment, carry
from trainer.course.state import State
from trainer.knowledge.investigation import OTHERWISE
from trainer.knowledge.plan import Course
from trainer.knowledge.treatment import Channel
from trainer.knowledge.valuation import Valuation
from trainer.reasoning.sample import Sample
from trainer.reasoning.schedule import Schedule, regimens, schedule
from trainer.reasoning.utility import (
    MOST,
    course_points,
    end_points,
    test_charge,
    toll_points,
    treatment_charge,
)

RESULT_DAYS = (2, 7, 21)
"""Days after which results are acted upon; a result counts on the next of them. Judgement."""

_KEPT = ("supportive", "prophylaxis")
_HOURS = 24.0


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


@dataclass(eq=False)
class _Batch:
    """Programs and rows gathered for one run of the engine."""

    flat: list[np.ndarray] = field(default_factory=list)
    per_kg: list[np.ndarray] = field(default_factory=list)
    most_mg: list[np.ndarray] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    rows: list[slice] = field(default_factory=list)


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
        self._masks = [_felt(engine, row) for row in range(len(engine.parameters.ids))]

    def _regimens(self, disease: str, when: str) -> Schedule:
        proper = self.valuation.proper.get(disease)
        names: Sequence[str] = getattr(proper, when) if proper else ()
        courses = [course for name in names for course in self.valuation.regimens[name].courses]
        return schedule(courses, self.engine.library.treatments, 0, self.horizon)

    def points(
        self, acts: Sequence[Act], samples: Mapping[str, Sample], answered: Collection[str], day: int
    ) -> dict[str, list[np.ndarray]]:
        """Return for each disease and act the points of every patient of its sample."""
        batch = _Batch()
        seen: dict[tuple[object, ...], int] = {}
        where: dict[tuple[str, int], list[tuple[_Branch, int]]] = {}
        plans = [self._plan(act, day) for act in acts]
        sizes = np.cumsum([0, *(len(s.state) for s in samples.values())])
        for j, disease in enumerate(samples):
            row = self.engine.parameters.row(disease)
            for a, act in enumerate(acts):
                branches = self._branches(act.tests, answered, disease)
                where[disease, a] = [
                    (branch, self._program(batch, seen, plans[a], branch.known, row, j, day)) for branch in branches
                ]
        states, program = [], []
        for p, at in enumerate(batch.rows):
            states.append(np.arange(sizes[at.start], sizes[at.stop]))
            program.append(np.full(len(states[-1]), p))
        pool = State(
            np.concatenate([s.state.patients for s in samples.values()]),
            np.concatenate([s.state.opacities for s in samples.values()]),
        )
        state = pool.select(np.concatenate(states))
        futures = carry(
            state,
            self.engine.parameters,
            np.concatenate(program),
            Programs(
                Regimens(np.array(batch.flat), np.array(batch.per_kg), np.array(batch.most_mg)),
                np.array(batch.known),
                np.array(batch.begun),
            ),
            self._treatment,
            self._rules,
            day,
        )
        starts = np.cumsum([0, *(len(s) for s in states)])
        lived = course_points(self.valuation, futures) - toll_points(self.valuation, state.patients, day)
        out: dict[str, list[np.ndarray]] = {}
        for disease in samples:
            proper = self.valuation.proper.get(disease)
            delay = proper.delay.value if proper and proper.delay else 0.0
            out[disease] = []
            for a, act in enumerate(acts):
                total = np.zeros(len(samples[disease].state))
                for branch, p in where[disease, a]:
                    rows = slice(starts[p], starts[p + 1])
                    end = end_points(self.valuation, futures[rows], state.patients[rows], branch.known, delay)
                    charge = self._charge(act, plans[a], branch.known, disease, futures[rows], day)
                    total += branch.chance * np.clip(lived[rows] + end - charge, 0.0, MOST)
                out[disease].append(total)
        return out

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
        group = self.engine.library.diseases[disease].group
        chances: dict[int, float] = {}
        open_ = 1.0
        asked = [test for test in dict.fromkeys(tests) if test not in answered]
        for known, test in sorted((self._result_day(test), test) for test in asked):
            table = self.valuation.names.get(test, {})
            named = next((table[key].value for key in (disease, group, OTHERWISE) if key in table), 0.0)
            if named > 0.0 and known < settled:
                chances[known] = chances.get(known, 0.0) + open_ * named
                open_ *= 1.0 - named
        return [*(_Branch(chance, known) for known, chance in chances.items()), _Branch(open_, settled)]

    def _result_day(self, test: str) -> int:
        days = self.engine.library.tests[test].latency.value / _HOURS
        return next((d for d in RESULT_DAYS if days <= d), math.ceil(days))

    def _program(
        self,
        batch: _Batch,
        seen: dict[tuple[object, ...], int],
        plan: tuple[Schedule, Schedule],
        known: int,
        row: int,
        block: int,
        day: int,
    ) -> int:
        """Return the number of the program of a branch, a new one unless the disease cannot tell it from another."""
        full, kept = plan
        today = day - full.first_day
        change = today + known
        flat = np.concatenate([full.flat[today:change], kept.flat[change:]]) * self._masks[row]
        per_kg = np.concatenate([full.per_kg[today:change], kept.per_kg[change:]])
        most = np.concatenate([full.most_mg[today:change], kept.most_mg[change:]])
        begun = full.begun(day + known) - day
        key = (block, known, begun, flat.tobytes(), per_kg.tobytes(), most.tobytes())
        if key not in seen:
            seen[key] = len(batch.known)
            batch.flat.append(flat)
            batch.per_kg.append(per_kg)
            batch.most_mg.append(most)
            batch.known.append(known)
            batch.begun.append(begun)
            batch.rows.append(slice(block, block + 1))
        return seen[key]

    def _charge(
        self,
        act: Act,
        plan: tuple[Schedule, Schedule],
        known: int,
        disease: str,
        futures: np.ndarray,
        day: int,
    ) -> np.ndarray:
        """Return the points that the act and what follows it cost, shape (n,).

        Who begins a treatment bears its harms, however long it is taken; what runs since before today is no longer
        a choice. Money is counted by the day.
        """
        library, row = self.engine.library, self.engine.parameters.row(disease)
        tests = math.fsum(test_charge(self.valuation, library.tests[test]) for test in dict.fromkeys(act.tests))
        total = np.full(len(futures), tests)
        full = plan[0]
        today = day - full.first_day
        borne = set()
        for name, on in full.taken.items():
            kept = library.treatments[name].group in _KEPT
            given = on[today:] if kept else on[today : today + known]
            price = self.valuation.cost.value * library.treatments[name].cost.value
            total += price * given.sum()
            if today > 0 and on[today - 1]:
                borne.add(name)
            elif given.any():
                borne.add(name)
                total += treatment_charge(self.valuation, library.treatments[name])
        parts = (
            (self._always[row], np.where(futures["days"] > known, known, -1)),
            (self._if_ill[row], futures["started"]),
            (self._again[row], futures["again"]),
        )
        for proper, start in parts:
            for name, on in proper.taken.items():
                treatment = library.treatments[name]
                days = np.concatenate([[0], np.cumsum(on)])[np.clip(self.horizon - start, 0, self.horizon)]
                cost = self.valuation.cost.value * treatment.cost.value * days
                if name not in borne:
                    cost = cost + treatment_charge(self.valuation, treatment)
                total += np.where(start >= 0, cost, 0.0)
            borne |= set(proper.taken)
        return total


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
