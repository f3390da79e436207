"""What many results say together, and how far it can be trusted: pure figures, no database.

Every mean has a standard error over cases, and where there are too few cases there is no mean. A difference that
chance alone would often make is called none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trainer.knowledge.marking import DIALS
from trainer.records.estimate import Estimate, Share, estimate, share_of
from trainer.records.result import Finished, Result

OVERALL: Final = "overall"
MEASURES: Final = (OVERALL, *DIALS)


@dataclass(frozen=True)
class Group:
    """The results of some cases in one measure.

    Parameters
    ----------
    name : str
    values : tuple of float
        Of each run, in the order in which they were begun.
    cases : int
        How many cases they are of.
    estimate : Estimate or None
        None if there are not enough cases to say.
    """

    name: str
    values: tuple[float, ...]
    cases: int
    estimate: Estimate | None


def scored(runs: Iterable[Finished], *, mode: str = "", policy: str = "", first_only: bool = False) -> list[Finished]:
    """Return the runs with a score that count.

    Parameters
    ----------
    runs : iterable of Finished
        In the order in which they were begun.
    mode, policy : str
        "" is any.
    first_only : bool
        Leave out a run of a case that had been played before: what the patient has was known by then.
    """
    met: set[str] = set()
    found = []
    for run in runs:
        again = run.case in met
        met.add(run.case)
        fits = mode in {"", run.mode} and run.result is not None and policy in {"", run.result.policy}
        if fits and not (first_only and again):
            found.append(run)
    return found


def repeats(runs: Iterable[Finished]) -> int:
    """Return how many runs are of a case that had been played before."""
    cases = [run.case for run in runs]
    return len(cases) - len(set(cases))


def value_of(result: Result, measure: str) -> tuple[float, float] | None:
    """Return a result's value in a measure and its standard error within the case, None if it was not asked for.

    The overall figure has none of its own; it is given that of a mean of the dials, which is near enough to keep a
    few figures that agree by luck from looking certain.
    """
    if measure == OVERALL:
        own = [dial.se for dial in result.dials.values()]
        return result.overall, float(np.sqrt(np.square(own).sum())) / len(own) if own else 0.0
    dial = result.dials.get(measure)
    return None if dial is None else (dial.value, dial.se)


def measured(runs: Iterable[Finished], measure: str) -> list[tuple[Finished, float, float]]:
    """Return each scored run in which a measure was asked for, with its value and standard error."""
    found = []
    for run in runs:
        read = value_of(run.result, measure) if run.result is not None else None
        if read is not None:
            found.append((run, *read))
    return found


def group(name: str, runs: Iterable[Finished], measure: str) -> Group:
    """Return what some runs say in a measure."""
    found = measured(runs, measure)
    values = [value for _, value, _ in found]
    cases = [run.case for run, _, _ in found]
    return Group(name, tuple(values), len(set(cases)), estimate(values, [se for _, _, se in found], cases))


def dials(runs: Sequence[Finished]) -> list[Group]:
    """Return the overall figure and each dial that was asked for."""
    return [one for one in (group(measure, runs, measure) for measure in MEASURES) if one.values]


def grouped(runs: Iterable[Finished], key: Callable[[Finished], str], measure: str) -> list[Group]:
    """Return the runs of each key in a measure, by the key's name: no order of merit."""
    sets: dict[str, list[Finished]] = {}
    for run in runs:
        sets.setdefault(key(run), []).append(run)
    return [one for one in (group(name, sets[name], measure) for name in sorted(sets)) if one.values]


def lost(runs: Iterable[Finished]) -> dict[tuple[str, str], Group]:
    """Return, for each dial and kind of item, how many points of the dial it took in each run that asked for it.

    Those with enough cases come first, from the most on average; then the others by name.
    """
    points: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for run in runs:
        for loss in run.result.losses if run.result is not None else ():
            points.setdefault((loss.dial, loss.kind), []).append((run.case, loss.points))
    groups = {}
    for key, found in points.items():
        cases, values = [case for case, _ in found], [value for _, value in found]
        mean = estimate(values, [0.0] * len(values), cases)  # how few items there are is in the spread alone
        groups[key] = Group(key[1], tuple(values), len(set(cases)), mean)
    return dict(sorted(groups.items(), key=_by_loss))


def _by_loss(one: tuple[tuple[str, str], Group]) -> tuple[bool, float, tuple[str, str]]:
    key, found = one
    return (found.estimate is None, 0.0 if found.estimate is None else -found.estimate.mean, key)


def gates(runs: Sequence[Finished]) -> Share | None:
    """Return in how many of the runs a safety gate was failed, None without a run; the interval is over cases."""
    failed = [run.result.gates_failed > 0 for run in runs if run.result is not None]
    cases = len({run.case for run in runs if run.result is not None})
    return share_of(sum(failed), len(failed), cases) if failed else None


def policies(runs: Iterable[Finished]) -> Mapping[str, int]:
    """Return how many results there are under each policy, the commonest first: they do not compare."""
    found: dict[str, int] = {}
    for run in runs:
        if run.result is not None:
            found[run.result.policy] = found.get(run.result.policy, 0) + 1
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
