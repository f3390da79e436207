"""Simulated figures beside published ones: every row taken from cohorts, with its Monte-Carlo interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from trainer.course.cohort import Engine, simulate
from trainer.course.outcome import meets
from trainer.course.result import result_of
from trainer.knowledge.validation import CohortName, Row

Columns = dict[str, np.ndarray]
Estimate = tuple[float, float, float]
_Z = 1.96
SEED = 20_000


@dataclass(frozen=True)
class Checked:
    """A row with what the simulation gives.

    Parameters
    ----------
    row : Row
    value : float
    low, high : float
        95 % Monte-Carlo interval of ``value``.
    patients : int
        Patients it rests on.
    """

    row: Row
    value: float
    low: float
    high: float
    patients: int

    @property
    def inside(self) -> bool | None:
        """Whether the value lies in the published interval; None where there is none."""
        if self.row.low is None or self.row.high is None:
            return None
        return self.row.low <= self.value <= self.row.high

    @property
    def verdict(self) -> str:
        """The word for the table: inside, outside, known miss, or not judged."""
        if self.inside is None:
            return "not judged"
        if self.inside:
            return "inside"
        return "known miss" if self.row.known_miss else "outside"


def validate(
    engine: Engine, rows: Iterable[Row], seed: int = SEED, tell: Callable[[str], None] | None = None
) -> list[Checked]:
    """Return every row with its simulated figure; a cohort that several rows name is simulated once.

    Parameters
    ----------
    engine : Engine
    rows : iterable of Row
    seed : int
    tell : callable, optional
        Told the name of each cohort as it is begun.
    """
    cohorts: dict[CohortName, Columns] = {}

    def cohort(name: CohortName) -> Columns:
        if name not in cohorts:
            if tell is not None:
                tell(f"{name.disease} {name.plan}, {name.patients} patients, {name.days} days")
            plan = engine.library.plans[name.plan]
            cohorts[name] = simulate(engine, name.disease, plan, name.patients, name.days, seed)
        return cohorts[name]

    return [_check(engine, row, cohort, seed) for row in rows]


def _check(engine: Engine, row: Row, cohort: Callable[[CohortName], Columns], seed: int) -> Checked:
    columns = _filtered(cohort(row.cohort), row.where)
    if row.measure == "odds_ratio":
        assert row.by is not None
        (value, low, high), count = _odds_ratio(columns[row.column], columns[row.by])
    elif row.measure == "event_ratio":
        assert row.versus is not None
        other = _filtered(cohort(row.versus), row.where)
        (value, low, high), count = _event_ratio(columns[row.column], other[row.column])
    else:
        values = _drawn(engine, row, seed) if row.measure.startswith("test_") else columns[row.column]
        values = values[np.isfinite(values)]
        (value, low, high), count = _simple(row, values), len(values)
    return Checked(row, value, low, high, count)


def _filtered(columns: Columns, where: Iterable[str]) -> Columns:
    keep = meets(columns, where)
    return {name: values[keep] for name, values in columns.items()}


def _simple(row: Row, values: np.ndarray) -> Estimate:
    if not len(values):
        return math.nan, math.nan, math.nan
    if row.measure in ("share_above", "test_share_above"):
        assert row.above is not None
        values = (values > row.above).astype(float)
    if row.measure == "median":
        ordered = np.sort(values)
        half = _Z * math.sqrt(len(values)) / 2
        low, high = (int(np.clip(len(values) / 2 + s * half, 0, len(values) - 1)) for s in (-1, 1))
        return float(np.median(values)), float(ordered[low]), float(ordered[high])
    mean, error = float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else 0.0
    return mean, mean - _Z * error, mean + _Z * error


def _ratio(log_ratio: float, error: float) -> Estimate:
    return math.exp(log_ratio), math.exp(log_ratio - _Z * error), math.exp(log_ratio + _Z * error)


def _odds_ratio(exposed: np.ndarray, outcome: np.ndarray) -> tuple[Estimate, int]:
    """Return the odds ratio (Woolf 1955), with half a patient added to every cell."""
    a, b, c, d = (float(((exposed == e) & (outcome == o)).sum()) + 0.5 for e, o in ((1, 1), (0, 1), (1, 0), (0, 0)))
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return _ratio(math.log(a * d / (b * c)), error), len(exposed)


def _event_ratio(first: np.ndarray, second: np.ndarray) -> tuple[Estimate, int]:
    """Return the ratio of two shares (Katz 1978), with half an event added to each."""
    a, b = float(first.sum()) + 0.5, float(second.sum()) + 0.5
    error = math.sqrt(1 / a - 1 / len(first) + 1 / b - 1 / len(second))
    return _ratio(math.log(a / len(first)) - math.log(b / len(second)), error), len(first)


def _drawn(engine: Engine, row: Row, seed: int) -> np.ndarray:
    """Return the results of a test for the patients of a cohort."""
    assert row.test is not None
    report = next(r for r in engine.library.tests[row.test].reports if r.finding == row.column)
    disease = engine.library.diseases[row.cohort.disease]
    patients = engine.patients(row.cohort.disease, seed, 0, row.cohort.patients).patients
    return np.array([float(result_of(report, patient, disease, 0) or 0.0) for patient in patients])
