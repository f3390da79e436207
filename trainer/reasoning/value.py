"""The value of acts: what each on the table is worth under each disease, from simulated futures.

An act is what is ordered, begun and stopped today. After it a reference policy takes over: what is known is acted
upon. The disease becomes known on the day a test names it, by the chance that the policy's table gives, else when
the course of the illness and the team settle it, on a day that depends on the disease and not on the act. Then its
proper treatment is given and everything else stops, support and prophylaxis aside.

Exact: the mixture over named early or not is a sum, never drawn; two acts that do the same to a patient of a disease
share their futures, and all acts share the patient's chance. Approximate: tests name the disease independently of
each other and never wrongly; results are acted upon after 2, 7 or 21 days, rounded up; that all is known in the end
bounds what information is worth from below; the imagined patients are a sample, with its error given. Complications
of tests are charged by their chance and not lived through.

Nothing here knows the patient: what is returned depends on the evidence alone. `Appraiser.in_truth` is apart.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trainer.core.chance import key_of, uniform
from trainer.course.beginning import keys_again
from trainer.course.cohort import Engine
from trainer.course.future import Programs, Regimens, Rules, Treatment, carry
from trainer.course.state import NEVER, State
from trainer.knowledge.investigation import OTHERWISE
from trainer.knowledge.plan import Course
from trainer.knowledge.statement import OTHER
from trainer.knowledge.treatment import Channel
from trainer.knowledge.valuation import Valuation
from trainer.reasoning.regret import Regret, equally_right, regret
from trainer.reasoning.schedule import Schedule, regimens, schedule, shifted, stopped
from trainer.reasoning.utility import (
    MOST,
    course_points,
    end_points,
    test_charge,
    toll_points,
    treatment_charge,
)

OWN = "own"
RESULT_DAYS = (2, 7, 21)
"""Days after which results are acted upon; a result counts on the next of them. Judgement."""

_KEPT = ("supportive", "prophylaxis")
_FRESH_SALT = 200_000  # beyond the attempts of `trainer.course.beginning` and the draws of cohorts
_OFFSET = 17  # stream of the resampling's offset
_HOURS = 24.0


@dataclass(frozen=True)
class Orders:
    """What a learner has ordered.

    Parameters
    ----------
    courses : tuple of Course
        All with explicit days: those that run, those begun at this step, those planned. A course of dose 0 stops one.
    tests : tuple of str
        Ordered at this step or still without a result.
    answered : collection of str
        Tests whose result is known; asked again they name nothing new.
    """

    courses: tuple[Course, ...] = ()
    tests: tuple[str, ...] = ()
    answered: Collection[str] = ()


@dataclass(frozen=True)
class Effort:
    """How many patients are imagined.

    Parameters
    ----------
    main, minor : int
        Of a disease with at least ``share`` of the posterior or of the learner's belief, and of any other.
    share : float
    """

    main: int
    minor: int
    share: float


FULL = Effort(main=48, minor=8, share=0.01)
COARSE = Effort(main=8, minor=3, share=0.03)


@dataclass(frozen=True, eq=False)
class Sample:
    """Imagined patients of one disease, each as likely as another.

    Parameters
    ----------
    state : State
    source : numpy.ndarray
        int64, shape (n,): which of the observer's patients each is a copy of.
    """

    state: State
    source: np.ndarray


@dataclass(frozen=True, eq=False)
class Values:
    """What each act is worth.

    Parameters
    ----------
    acts, titles : tuple of str
        The learner's own orders are the last.
    diseases : tuple of str
    utility : numpy.ndarray
        Points from 0 to 100, shape (acts, diseases).
    expected : numpy.ndarray
        Under the posterior, shape (acts,).
    standard_error : numpy.ndarray
        Monte-Carlo error of each act's difference to the best, shape (acts,).
    shares : numpy.ndarray
        The posterior, shape (diseases,).
    """

    acts: tuple[str, ...]
    titles: tuple[str, ...]
    diseases: tuple[str, ...]
    utility: np.ndarray
    expected: np.ndarray
    standard_error: np.ndarray
    shares: np.ndarray

    @property
    def own(self) -> int:
        """Return the index of the learner's own orders."""
        return self.acts.index(OWN)

    @property
    def right(self) -> np.ndarray:
        """Return which acts are equally right, bool, shape (acts,)."""
        return equally_right(self.expected, self.standard_error)


@dataclass(frozen=True)
class Judged:
    """The regret of the learner's own orders.

    Parameters
    ----------
    regret : Regret
    right : bool
        Whether they tie with the best act.
    """

    regret: Regret
    right: bool

    @property
    def score(self) -> float:
        """Return 1 for whatever ties with the best act, to 0 for the worst."""
        return 1.0 if self.right else self.regret.score


def regret_of(values: Values, stated: Mapping[str, float]) -> Judged:
    """Return the regret of the learner's own orders under the posterior, split by the learner's own belief.

    Parameters
    ----------
    values : Values
    stated : mapping of str to float
        The learner's shares. What is left to "other" goes to the diseases that they do not name, in proportion to
        the posterior.
    """
    shares = np.array([stated.get(d, 0.0) for d in values.diseases])
    rest = max(0.0, 1.0 - float(shares.sum()))
    unnamed = np.array([d not in stated or d == OTHER for d in values.diseases])
    spread = np.where(unnamed, values.shares, 0.0)
    if rest > 0.0 and spread.sum() <= 0.0:
        spread = unnamed.astype(float) if unnamed.any() else np.ones(len(shares))
    if rest > 0.0:
        shares = shares + rest * spread / spread.sum()
    found = regret(values.utility, values.shares, shares, values.own)
    return Judged(found, bool(values.right[values.own]))


@dataclass(frozen=True, eq=False)
class _Act:
    """An act with what it gives and orders."""

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


class Appraiser:
    """Values acts by the valuation of a policy.

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

    def values(
        self,
        samples: Mapping[str, Sample],
        shares: Mapping[str, float],
        running: Sequence[Course],
        own: Orders,
        day: int,
    ) -> Values:
        """Return what each act on the table is worth.

        Parameters
        ----------
        samples : mapping of str to Sample
            By disease, patients at the beginning of ``day``, from `sample`.
        shares : mapping of str to float
            The posterior, of the same diseases.
        running : sequence of Course
            What had begun before today.
        own : Orders
        day : int
            Today.
        """
        acts = self._table(running, own, day)
        diseases = tuple(samples)
        points = self._points(acts, samples, own.answered, day)
        utility = np.array([[points[d][a].mean() for d in diseases] for a in range(len(acts))])
        posterior = np.array([shares[d] for d in diseases])
        expected = utility @ posterior
        best = int(np.argmax(expected))
        variance = np.zeros(len(acts))
        for j, d in enumerate(diseases):
            for a in range(len(acts)):
                variance[a] += posterior[j] ** 2 * _variance(points[d][a] - points[d][best], samples[d].source)
        return Values(
            acts=tuple(act.id for act in acts),
            titles=tuple(act.title for act in acts),
            diseases=diseases,
            utility=utility,
            expected=expected,
            standard_error=np.sqrt(variance),
            shares=posterior,
        )

    def in_truth(self, state: State, running: Sequence[Course], own: Orders, day: int) -> dict[str, float]:
        """Return what each act would have been worth to the very patient, chance included: for luck, never scored.

        Parameters
        ----------
        state : State
            One patient at the beginning of ``day``, with their own key.
        running, own, day
            As for `values`.
        """
        acts = self._table(running, own, day)
        disease = self.engine.parameters.ids[int(state.patients["disease"][0])]
        only = {disease: Sample(state, np.zeros(1, np.int64))}
        points = self._points(acts, only, own.answered, day)[disease]
        return {act.id: float(points[a][0]) for a, act in enumerate(acts)}

    def _table(self, running: Sequence[Course], own: Orders, day: int) -> list[_Act]:
        """Return the acts on the table, the learner's own last."""
        treatments = self.engine.library.treatments
        taking = schedule(running, treatments, min([day, *(c.day or 0 for c in running)]), 1 + day)
        now = {treatments[name].group for name, on in taking.taken.items() if on[day - taking.first_day]}
        acts = []
        for choice in self.valuation.acts:
            if choice.while_taking is not None and choice.while_taking not in now:
                continue
            if choice.tests and not set(choice.tests) - set(own.answered):
                continue
            begun = [course for name in choice.regimens for course in self.valuation.regimens[name].courses]
            courses = (*stopped(running, treatments, choice.stops, day), *shifted(begun, day))
            acts.append(_Act(choice.id, choice.title, courses, choice.tests))
        return [*acts, _Act(OWN, "your own orders", own.courses, own.tests)]

    def _points(
        self, acts: Sequence[_Act], samples: Mapping[str, Sample], answered: Collection[str], day: int
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

    def _plan(self, act: _Act, day: int) -> tuple[Schedule, Schedule]:
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
        act: _Act,
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


def sample(state: State, weights: np.ndarray, count: int, disease: str, day: int) -> Sample:
    """Return patients drawn by their weights, each as likely as another.

    Systematic resampling: each patient comes as often as the weight says, rounded up or down, by one keyed offset.
    A second copy of a patient has a past in common with the first and a future of its own: it gets a fresh key,
    from which only what is still to come is drawn, since traits were drawn at onset. (The side of an effusion and
    whether an opacity will hollow out are the two things of the past that hang on the key; neither is felt.)

    Parameters
    ----------
    state : State
        The observer's imagined patients of the disease at the beginning of ``day``, shape (n,).
    weights : numpy.ndarray
        Shape (n,); the dead do not count.
    count : int
    disease : str
    day : int
    """
    alive = state.patients["death_tick"] == NEVER
    mass = np.where(alive, weights, 0.0)
    if mass.sum() <= 0.0:
        mass = alive.astype(float) if alive.any() else np.ones(len(state))
    offset = uniform(key_of("futures", disease, day), _OFFSET, 0, 0)
    edges = np.cumsum(mass) / mass.sum()
    source = np.minimum(np.searchsorted(edges, (offset + np.arange(count)) / count), len(state) - 1)
    out = state.select(source)
    copy = np.arange(count) - np.searchsorted(source, source)
    for c in range(1, int(copy.max()) + 1 if count else 0):
        rows = copy == c
        out.patients["key"][rows] = keys_again(out.patients["key"][rows], _FRESH_SALT + c)
    return Sample(out, source)


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


def _variance(difference: np.ndarray, source: np.ndarray) -> float:
    """Return the variance of the mean of a difference; copies of one patient count as one where that is more."""
    n = len(difference)
    if n < 2:
        return float(difference[0] ** 2) if n else 0.0
    away = difference - difference.mean()
    single = float((away**2).sum()) / (n * (n - 1))
    sums = np.bincount(np.unique(source, return_inverse=True)[1], weights=away)
    groups = len(sums)
    return max(single, float((sums**2).sum()) / n**2 * groups / (groups - 1)) if groups > 1 else single
