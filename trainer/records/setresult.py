"""What a set of cases came to: means over few cases, each with how little it may tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.records.assessment import Assessment
from trainer.records.database import Records
from trainer.records.estimate import estimate
from trainer.records.gradebook import MEASURES, measured
from trainer.records.result import finished_runs


@dataclass(frozen=True)
class Mean:
    """A mean over the cases of a set.

    Parameters
    ----------
    value : float
    count : int
        Of cases.
    se : float, optional
        Standard error over cases, as `trainer.records.estimate.estimate` has it. Absent for a single case.
    interval : tuple of float, optional
        Where the mean over many such cases lies with 95 % confidence, within 0 to 100.
    """

    value: float
    count: int
    se: float | None = None
    interval: tuple[float, float] | None = None


def means_of(records: Records, learner_id: str, assessment: Assessment) -> Mapping[str, Mean]:
    """Return the mean of the overall figure and of each dial, by name, over the cases that count and asked for it."""
    names = {one.run for one in assessment.sittings if one.state == "done"}
    runs = [run for run in finished_runs(records, learner_id) if run.name in names]
    found = {}
    for measure in MEASURES:
        read = measured(runs, measure)
        if read:
            found[measure] = mean_of([value for _, value, _ in read], [se for _, _, se in read])
    return found


def mean_of(values: Sequence[float], within: Sequence[float]) -> Mean:
    """Return the mean of one figure for each case, given with its standard error within the case."""
    made = estimate(values, within, [str(place) for place in range(len(values))], least=2)
    if made is None:
        return Mean(values[0], 1)
    return Mean(made.mean, made.count, made.se, (max(0.0, made.low), min(100.0, made.high)))
