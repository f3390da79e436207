"""The value of acts: what each on the table is worth under each disease, from simulated futures.

What follows an act stands in `trainer.reasoning.outlook`. All values are of the form: this act today, then the
reference policy.

Exact: the mixture over named early or not is a sum, never drawn; two acts that do the same to a patient of a disease
share their futures, and all acts share the patient's chance. Approximate: tests name the disease independently of
each other and never wrongly; results are acted upon after 2, 7 or 21 days, rounded up; that all is known in the end
bounds what information is worth from below; the imagined patients are a sample, with its error given. Complications
of tests are charged by their chance and not lived through.

Nothing here knows the patient: what is returned depends on the evidence alone. `Appraiser.in_truth` is apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from trainer.course.cohort import Engine
from trainer.course.state import State
from trainer.knowledge.plan import Course
from trainer.knowledge.statement import OTHER
from trainer.knowledge.valuation import Valuation
from trainer.reasoning.outlook import Act, Outlook
from trainer.reasoning.regret import Regret, equally_right, regret
from trainer.reasoning.sample import FULL, Effort, Sample, sample
from trainer.reasoning.schedule import schedule, shifted, stopped

OWN = "own"


class Imagination(Protocol):
    """Imagined patients of each disease that can be had on any day under any courses."""

    def select(self, disease: str, courses: Sequence[Course], day: int, particles: np.ndarray) -> State:
        """Return a copy of some patients (int, shape (k,)) of a disease at the beginning of a day."""
        ...


class Weighed(Protocol):
    """A posterior: shares of the diseases, and within each the weights of its imagined patients."""

    @property
    def shares(self) -> Mapping[str, float]:
        """Return the shares by disease."""
        ...

    @property
    def weights(self) -> Mapping[str, np.ndarray]:
        """Return the weights by disease, each of shape (imagined,)."""
        ...


@dataclass(frozen=True)
class Orders:
    """What a learner has ordered.

    Parameters
    ----------
    courses : tuple of Course
        All with explicit days: those that run, those begun at this step, those planned. A course of dose 0 stops one.
    tests : tuple of str
        Ordered at this step or still without a result; the wait for it is counted from today.
    answered : collection of str
        Tests whose result is known; asked again they name nothing new.
    """

    courses: tuple[Course, ...] = ()
    tests: tuple[str, ...] = ()
    answered: Collection[str] = ()


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


class Appraiser:
    """Values acts by the valuation of a policy.

    Parameters
    ----------
    engine : Engine
    valuation : Valuation
    """

    def __init__(self, engine: Engine, valuation: Valuation) -> None:
        self.engine, self.valuation = engine, valuation
        self.outlook = Outlook(engine, valuation)

    def values(
        self,
        imagined: Imagination,
        posterior: Weighed,
        courses: Sequence[Course],
        own: Orders,
        day: int,
        effort: Effort = FULL,
        stated: Mapping[str, float] | None = None,
    ) -> Values:
        """Return what each act on the table is worth, under what could be known.

        Parameters
        ----------
        imagined : Imagination
        posterior : Weighed
        courses : sequence of Course
            What the learner ordered before, with explicit days: those before ``day`` have run.
        own : Orders
            The learner's own orders at this step, one more act.
        day : int
            Today.
        effort : Effort
        stated : mapping of str to float, optional
            The learner's belief, for how many patients are worth imagining.
        """
        running = tuple(course for course in courses if course.day is not None and course.day < day)
        samples = {}
        for disease, weights in posterior.weights.items():
            share = max(posterior.shares[disease], (stated or {}).get(disease, 0.0))
            count = effort.main if share >= effort.share else effort.minor

            def select(particles: np.ndarray, disease: str = disease) -> State:
                return imagined.select(disease, running, day, particles)

            samples[disease] = sample(select, weights, count, disease, day)
        return self.weigh(samples, posterior.shares, running, own, day)

    def weigh(
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
            By disease, patients at the beginning of ``day``.
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
        points = self.outlook.points(acts, samples, own.answered, day)
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
            As for `weigh`.
        """
        acts = self._table(running, own, day)
        disease = self.engine.parameters.ids[int(state.patients["disease"][0])]
        only = {disease: Sample(state, np.zeros(1, np.int64))}
        points = self.outlook.points(acts, only, own.answered, day, mortal=True)[disease]
        return {act.id: float(points[a][0]) for a, act in enumerate(acts)}

    def _table(self, running: Sequence[Course], own: Orders, day: int) -> list[Act]:
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
            acts.append(Act(choice.id, choice.title, courses, choice.tests))
        return [*acts, Act(OWN, "your own orders", own.courses, own.tests)]


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
