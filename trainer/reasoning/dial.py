"""The dials, each with how far it can be trusted, and the one figure where one is demanded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from trainer.knowledge.marking import DIALS, Dial, Marking
from trainer.reasoning.gate import Gate
from trainer.reasoning.item import Item

LEAST_DIAL = 0.05
"""A dial below this share counts as this share in the overall figure, which else a blank would end."""


@dataclass(frozen=True)
class DialReading:
    """One dial, 0 to 100, and its standard error."""

    value: float
    se: float


@dataclass(frozen=True)
class ScoreSheet:
    """The score of a run.

    Parameters
    ----------
    overall : float
        0 to 100.
    dials : mapping
        The dials that were asked for; one without an item is absent.
    gates : tuple of Gate
    items : tuple of Item
    """

    overall: float
    dials: Mapping[Dial, DialReading]
    gates: tuple[Gate, ...]
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, object]:
        """Return the score as plain values."""
        return {
            "overall": round(self.overall, 2),
            "dials": {
                name: {"value": round(dial.value, 2), "se": round(dial.se, 2)} for name, dial in self.dials.items()
            },
            "gates": [gate.as_json() for gate in self.gates],
            "items": [item.as_json() for item in self.items],
        }


def score_sheet(items: Sequence[Item], gates: Sequence[Gate], marking: Marking) -> ScoreSheet:
    """Return the score that items and gates make under a policy.

    Notes
    -----
    The overall figure is a weighted geometric mean of the dials asked for, so that none buys back another; with a
    failed gate it is at most the policy's cap.
    """
    found = {name: [item for item in items if item.dial == name] for name in DIALS}
    dials = {name: reading_of(name, own) for name, own in found.items() if own}
    weight = {name: marking.weights[name].value for name in dials}
    whole = sum(weight.values())
    shares = {name: max(dial.value / 100.0, LEAST_DIAL) for name, dial in dials.items()}
    overall = 100.0 * prod(shares[name] ** (weight[name] / whole) for name in dials) if dials else 0.0
    if any(gate.failed for gate in gates):
        overall = min(overall, marking.safety.cap.value)
    return ScoreSheet(overall, dials, tuple(gates), tuple(items))


def reading_of(dial: Dial, items: Sequence[Item]) -> DialReading:
    """Return a dial's value and standard error.

    Parameters
    ----------
    dial : str
    items : sequence of Item
        The dial's own; at least one.

    Notes
    -----
    Points over most, not below 0; but the safety dial starts full and loses what its items lose, so that many gates
    passed do not dilute one that was failed.

    The standard error is that of a ratio of sums (Cochran, Sampling Techniques, 1977), with one more item that earned
    half of the average: a dial on one item never looks certain. Items of one case are no random sample, so it says
    how much a dial rests on few items, not how another case would go.
    """
    points = np.array([item.points for item in items])
    most = np.array([item.most for item in items])
    if dial == "safety":
        value = 1.0 - float((most - points).sum())
    else:
        value = float(points.sum() / most.sum()) if most.sum() > 0.0 else 1.0 + float(points.sum())
    typical = float(most[most > 0.0].mean()) if (most > 0.0).any() else 1.0
    points, most = np.append(points, 0.5 * typical), np.append(most, typical)
    ratio = points.sum() / most.sum()
    spread = ((points - ratio * most) ** 2).sum() * len(most) / (len(most) - 1)
    return DialReading(100.0 * min(1.0, max(0.0, value)), 100.0 * float(np.sqrt(spread) / most.sum()))
