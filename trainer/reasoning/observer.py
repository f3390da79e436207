"""What could be known: the posterior over diseases of someone who knows the engine and has seen what the learner saw.

Of each disease many patients are imagined and carried through time under the learner's own orders
(`trainer.reasoning.imagined`). What was seen is worked through in order of time. Each finding is foretold for each
disease from the imagined patients, weighted by how well they agree with everything seen before; the product of these
forecasts is the likelihood of the disease. Times its prior it is its share.

Exact, up to the number of imagined patients: the prior, the course under the orders, the chance of findings that
depend on the disease alone, the error of the CT report, survival. Approximate:

- Some dozen findings leave few imagined patients that agree with all of them. Their product is therefore flattened
  (raised to a power below 1) as far as is needed for `LEAST_EFFECTIVE` to remain: of a disease's patients the
  observer then remembers less than could be known. While more remain, nothing is flattened. What a finding itself
  said before is kept whole where it is foretold again, so that what stays as it was is no news.
- Quantities are smoothed between the imagined patients (`trainer.reasoning.likelihood.of_quantity`).
- No finding counts as rarer than one in a thousand in a disease, and a told yes or no as wrong once in fifty times.
- Sex and age are told; sex counts by its share in the disease alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from trainer.course.cohort import Engine
from trainer.course.result import Value
from trainer.knowledge.investigation import ImageReport, Report, StateReport
from trainer.knowledge.plan import Course
from trainer.reasoning.answer import NO_ANSWER, answered
from trainer.reasoning.ctread import CHANGE, STILL, changes_between, log_likelihood, trend_of
from trainer.reasoning.imagined import Imagined, View
from trainer.reasoning.likelihood import (
    LEAST,
    Finding,
    always,
    as_imagined,
    effective_size,
    expected,
    flattening,
    log_ratios,
    of_disease,
    of_flag,
    shares_of,
    smoothed,
    tempered,
    without,
)

LEAST_EFFECTIVE = 100.0
"""Imagined patients of a disease that remain, in effect; by the log score on patients other than the tests'."""

_AGE_ERROR = 0.1  # width with which the age of imagined patients is compared; judgement
_HALVED, _RAISED_MG_L = 0.5, 20.0  # fall of a raised CRP that counts as an answer; judgement
FINDING_OF_COLUMN = {
    "crp_mg_l": "c-reactive-protein", "fever": "fever", "symptom_weeks": "tempo", "dlco_percent": "diffusing-capacity",
    "migrated": "migration", "consolidation": "consolidation", "ground_glass": "ground-glass-opacity",
    "reversed_halo": "reversed-halo", "rim_mm": "thick-rim", "perilobular": "perilobular-pattern",
    "bilateral": "bilateral-opacities", "effusion": "pleural-effusion",
}  # fmt: skip
"""Finding that each column of the outcomes tells of, when an opening tells it."""

_LEAST_SHARE = 1e-12  # keeps a forecast defined where all imagined patients of the likely diseases have died
_RECALLED = 0.25  # share of `LEAST_EFFECTIVE` that must remain when a finding's own past is kept whole
_NUMBERS = ("age_years", "severity", "crp_mg_l", "symptom_weeks", "dlco_percent", "rim_mm")


@dataclass(frozen=True)
class Told:
    """What the opening tells.

    Parameters
    ----------
    sex : {"F", "M"}
    age_years : float
    columns : mapping of str to float
        Columns of the outcome table that are known at presentation.
    """

    sex: Literal["F", "M"]
    age_years: float
    columns: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """One result that the learner has seen.

    Parameters
    ----------
    day : int
        On which the patient was as the result says.
    report : Report
        What kind of result it is. Pictures are seen as a `Scan`, not so.
    value : float, str or bool
    """

    day: int
    report: Report
    value: Value


@dataclass(frozen=True, eq=False)
class Scan:
    """One CT report that the learner has seen, or could have written.

    Parameters
    ----------
    day : int
    still : numpy.ndarray
        bool, shape (len(STILL),).
    before : int or None
        Day of the scan that it is compared with.
    change : numpy.ndarray or None
        bool, shape (len(CHANGE),).
    """

    day: int
    still: np.ndarray
    before: int | None = None
    change: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that the learner has seen by a day.

    Parameters
    ----------
    told : Told
    seen : tuple of Seen
        A finding that does not change with time counts once, one of the patient's state once a day.
    scans : tuple of Scan
    courses : tuple of Course
        What was ordered, each with a day of its own.
    day : int
        Today.
    alive : bool
        Whether the patient lives.
    """

    told: Told
    seen: tuple[Seen, ...] = ()
    scans: tuple[Scan, ...] = ()
    courses: tuple[Course, ...] = ()
    day: int = 0
    alive: bool = True


@dataclass(frozen=True, eq=False)
class Posterior:
    """What could be known of the diagnosis.

    Parameters
    ----------
    shares : mapping of str to float
        By disease; they sum to 1.
    evidence : mapping of str to mapping of str to float
        By finding and disease: log of how much likelier what was found is in this disease than in the others
        together, these weighted by their shares; by itself, given what was known the day before. Above 0 speaks for
        the disease. Of a finding seen more than once, the last.
    present : mapping of str to bool
        Of the findings of ``evidence`` that are a yes or no, which it was.
    effective : mapping of str to float
        By disease, how many imagined patients carry the weight, before anything is flattened.
    weights : mapping of str to numpy.ndarray
        By disease, weights of its imagined patients, shape (imagined,), which sum to 1; flattened where needed.
    """

    shares: Mapping[str, float]
    evidence: Mapping[str, Mapping[str, float]]
    present: Mapping[str, bool]
    effective: Mapping[str, float]
    weights: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Expected:
    """What is expected by the next visit.

    Parameters
    ----------
    better, same, worse : float
        Shares of `trainer.reasoning.ctread.trend_of`; they sum to 1.
    relapse : float
        Chance that a relapse is noticed by then (`trainer.course.watch`).
    """

    better: float
    same: float
    worse: float
    relapse: float


class Observer:
    """The ideal observer of a learner's patients.

    Parameters
    ----------
    engine : Engine
    prior : mapping of str to float
        Case mix: share of each disease. One that is not named is not thought of.
    imagined : Imagined
    least_effective : float
        As `LEAST_EFFECTIVE`.
    """

    def __init__(
        self,
        engine: Engine,
        prior: Mapping[str, float],
        imagined: Imagined,
        least_effective: float = LEAST_EFFECTIVE,
    ) -> None:
        self.engine = engine
        self.imagined = imagined
        self.diseases = imagined.diseases
        self.prior = {disease: float(prior.get(disease, 0.0)) for disease in self.diseases}
        self.least_effective = least_effective
        self._known = [engine.library.diseases[disease] for disease in self.diseases]

    def posterior(self, evidence: Evidence) -> Posterior:
        """Return what could be known after this evidence."""
        shape = (len(self.diseases), self.imagined.count)
        log_weight, log_marginal = np.zeros(shape), np.zeros(shape[0])
        weight = np.full(shape, 1.0 / shape[1])
        chances: dict[str, np.ndarray] = {}
        earlier: dict[str | None, np.ndarray] = {}
        present: dict[str, bool] = {}
        for day in _days(evidence):
            alive = self._shaped(self.imagined.view(evidence.courses, day).alive)
            log_marginal += without(alive if evidence.alive or day < evidence.day else ~alive, weight, log_weight)
            before = weight = tempered(log_weight, self.least_effective)
            for finding in self._findings(evidence, day):
                own = earlier.get(finding.name) if finding.counts and finding.name else None
                like = weight if own is None else self._recalling(log_weight, own)
                log = finding.log(like)
                if finding.name is not None:
                    chances[finding.name] = expected(log, before)
                    present.pop(finding.name, None)
                    if finding.present is not None:
                        present[finding.name] = finding.present
                if not finding.counts:
                    continue
                log_marginal += expected(log, like)
                if log.shape[1] > 1:
                    log_weight += log
                    weight = tempered(log_weight, self.least_effective)
                    earlier[finding.name] = log if own is None else own + log
        shares = shares_of(
            {d: math.log(max(self.prior[d], 1e-300)) + log_marginal[i] for i, d in enumerate(self.diseases)}
        )
        belief = np.array([shares[d] for d in self.diseases])
        ratios = {name: log_ratios(chance, belief) for name, chance in chances.items()}
        raw = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        return Posterior(
            shares=shares,
            evidence={
                name: {d: float(ratio[i]) for i, d in enumerate(self.diseases)} for name, ratio in ratios.items()
            },
            present=present,
            effective={d: float(effective_size(raw[i])) for i, d in enumerate(self.diseases)},
            weights={d: weight[i] for i, d in enumerate(self.diseases)},
        )

    def _recalling(self, log_weight: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Return weights that keep what a finding itself said before whole while all else is flattened."""
        power = flattening(log_weight, self.least_effective)
        return tempered(power * log_weight + (1.0 - power) * own, _RECALLED * self.least_effective)

    def forecast(self, evidence: Evidence, next_day: int, posterior: Posterior | None = None) -> Expected:
        """Return what is expected at the next visit, under the courses that the evidence names.

        Parameters
        ----------
        evidence : Evidence
        next_day : int
            After the evidence's own day.
        posterior : Posterior, optional
            That of the evidence, if it is at hand.

        Raises
        ------
        ValueError
            If the patient is dead.
        """
        known = self.posterior(evidence) if posterior is None else posterior
        now = self.imagined.view(evidence.courses, evidence.day)
        then = self.imagined.view(evidence.courses, next_day)
        trend = trend_of(now.patients, then.patients)
        relapse = then.relapses > now.relapses
        if not evidence.alive:
            raise ValueError("nothing is expected of the dead")
        each = [max(known.shares[d], _LEAST_SHARE) * known.weights[d] for d in self.diseases]
        weight = np.concatenate(each) * now.alive
        weight /= weight.sum()
        better, same, worse = (float(weight[trend == i].sum()) for i in range(3))
        return Expected(better, same, worse, float(weight[relapse].sum()))

    def _shaped(self, values: np.ndarray) -> np.ndarray:
        """Return an array over all imagined patients by disease, shape (d, n, ...)."""
        return values.reshape(len(self.diseases), self.imagined.count, *values.shape[1:])

    def _findings(self, evidence: Evidence, day: int) -> Iterator[Finding]:
        """Yield the findings of a day in the order in which they count."""
        view = self.imagined.view(evidence.courses, day)
        if day == 0:
            yield from self._told(evidence.told)
        compared = False
        for scan in evidence.scans:
            if scan.day == day:
                yield from self._still(scan, view)
                if scan.before is not None and scan.change is not None:
                    compared = True
                    yield from self._change(evidence, scan, view)
        yield from self._results(evidence, day, view, composite=not compared)

    def _told(self, told: Told) -> Iterator[Finding]:
        female = self._shaped(self.imagined.view((), 0).patients["female"] > 0)
        sex = np.log(np.clip(np.mean(female == (told.sex == "F"), axis=1), LEAST, 1.0))[:, None]
        yield as_imagined(None, sex)
        for name, value in {"age_years": told.age_years, **told.columns}.items():
            column = self._shaped(self.imagined.columns[name])
            finding = FINDING_OF_COLUMN.get(name)
            if not math.isfinite(value):
                continue
            if name in _NUMBERS:
                error = _AGE_ERROR if name == "age_years" else 0.0
                yield Finding(finding, smoothed(value, column, error))
            else:
                yield as_imagined(finding, of_flag(bool(value), column > 0), bool(value))

    def _still(self, scan: Scan, view: View) -> Iterator[Finding]:
        chance = self._shaped(log_likelihood(scan.still, view.still))
        for i, name in enumerate(STILL):
            yield as_imagined(name, chance[..., i], bool(scan.still[i]))

    def _change(self, evidence: Evidence, scan: Scan, view: View) -> Iterator[Finding]:
        assert scan.before is not None
        assert scan.change is not None
        early = self.imagined.view(evidence.courses, scan.before)
        moves = changes_between(early.parts, view.parts)
        chance = self._shaped(log_likelihood(scan.change, moves, CHANGE))
        said = dict(zip(CHANGE, (bool(c) for c in scan.change), strict=True))
        moved = said["opacity-gone"] and said["new-opacity"]
        gone, new = (CHANGE.index(one) for one in ("opacity-gone", "new-opacity"))
        both = log_likelihood(np.ones(len(CHANGE), dtype=bool), moves, CHANGE)[:, [gone, new]].sum(axis=1)
        migration = self._shaped(both if moved else np.log1p(-np.exp(both)))
        yield Finding("migration", always(migration), moved, counts=False)
        name = answered(self.engine, evidence.courses, scan.before, scan.day)
        if name is not None:
            smaller = said["opacities-smaller"]
            present = not smaller if name == NO_ANSWER else smaller
            yield Finding(name, always(chance[..., CHANGE.index("opacities-smaller")]), present, counts=False)
        for i, change in enumerate(CHANGE):
            yield as_imagined(change, chance[..., i], said[change])

    def _results(self, evidence: Evidence, day: int, view: View, *, composite: bool) -> Iterator[Finding]:
        constant = {s.report.finding for s in evidence.seen if s.day < day and not isinstance(s.report, StateReport)}
        known: set[str] = set(constant)
        for one in evidence.seen:
            report = one.report
            if one.day != day or report.finding in known or isinstance(report, ImageReport):
                continue
            known.add(report.finding)
            if isinstance(report, StateReport):
                true = self._shaped(view.patients[report.variable])
                if composite and report.variable == "crp_mg_l":
                    yield from self._fall(evidence, one, true)
                yield Finding(report.finding, smoothed(float(one.value), true, report.error.value))
            else:
                log = of_disease(report, one.value, self._known)
                yield as_imagined(report.finding, log, one.value if isinstance(one.value, bool) else None)

    def _fall(self, evidence: Evidence, late: Seen, true: np.ndarray) -> Iterator[Finding]:
        """Yield what a fall of a raised CRP, or its failing to fall, says of the treatment between two readings."""
        earlier = [s for s in evidence.seen if s.report.finding == late.report.finding and s.day < late.day]
        if not earlier:
            return
        early = max(earlier, key=lambda s: s.day)
        name = answered(self.engine, evidence.courses, early.day, late.day)
        if name is None or float(early.value) < _RAISED_MG_L:
            return
        fell = float(late.value) <= _HALVED * float(early.value)
        was = self._shaped(self.imagined.view(evidence.courses, early.day).patients["crp_mg_l"])
        present = not fell if name == NO_ANSWER else fell
        yield Finding(name, always(of_flag(fell, true <= _HALVED * was)), present, counts=False)


def _days(evidence: Evidence) -> list[int]:
    days = {0, evidence.day} | {s.day for s in evidence.seen} | {s.day for s in evidence.scans}
    return sorted(day for day in days if day <= evidence.day)
