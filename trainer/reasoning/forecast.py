"""The calibration dial: what was expected of the next visit against what could be expected.

The item compares the stated shares with the observer's, so that no luck enters. What really came is kept apart, for
the curve over many cases.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from trainer.knowledge.marking import Reasoning
from trainer.knowledge.statement import TRENDS, Forecast, Trend
from trainer.reasoning.item import Item, Moment, share
from trainer.reasoning.probability import excess_brier


class Expectation(Protocol):
    """What the observer expects of the next visit; the first three sum to 1."""

    @property
    def better(self) -> float: ...  # noqa: D102
    @property
    def same(self) -> float: ...  # noqa: D102
    @property
    def worse(self) -> float: ...  # noqa: D102
    @property
    def relapse(self) -> float: ...  # noqa: D102


def forecast_item(stated: Forecast | None, expected: Expectation, marking: Reasoning, at: Moment) -> Item:
    """Return what a forecast is worth: 1 less its excess Brier score over that at which it earns nothing.

    Parameters
    ----------
    stated : Forecast or None
        None if it was asked for and not given.
    expected : Expectation
        The observer's.
    marking : Reasoning
    at : Moment
        Of the statement, or of what closed the step without one.

    Notes
    -----
    The two parts of a forecast, the trend and the relapse, are each a Brier score over their outcomes and add up.
    Until nothing is left the credit is linear in it, so it pays to state what one expects.
    """
    title, name = "Forecast of the next visit", f"forecast-{at.day}"
    if stated is None:
        reason = "No forecast was made, so the next visit could neither surprise nor confirm you."
        return Item(name, "calibration", title, 0.0, 1.0, at.day, at.event, reason, "judgement")
    p = np.array([stated.better, stated.same, stated.worse])
    q = np.array([expected.better, expected.same, expected.worse])
    again = np.array([stated.relapse, 1.0 - stated.relapse])
    due = np.array([expected.relapse, 1.0 - expected.relapse])
    trend, relapse = excess_brier(p, q), excess_brier(again, due)
    credit = max(0.0, 1.0 - (trend + relapse) / marking.excess.value)
    worst = int(np.argmax(np.abs(p - q)))
    parts = [
        f"You gave {share(p[worst])} to '{TRENDS[worst]}' at the next visit; from what was known {share(q[worst])} was "
        f"to be expected."
    ]
    if relapse > trend:
        parts = [f"You put the chance of a relapse at {share(again[0])}; {share(due[0])} was to be expected."]
    parts.append(f"Excess Brier score {trend + relapse:.2f}.")
    if p.max() > 0.9 > q.max():
        parts.append("That is surer than anybody could be.")
    return Item(name, "calibration", title, credit, 1.0, at.day, at.event, " ".join(parts), "judgement")


def forecast_record(stated: Forecast, came: Trend, relapsed: bool) -> tuple[tuple[float, bool], ...]:
    """Return each stated share with whether it came true, for the curve over many cases; never scored.

    Parameters
    ----------
    stated : Forecast
    came : {"better", "same", "worse"}
        The trend that the next visit showed.
    relapsed : bool
    """
    shares = (stated.better, stated.same, stated.worse)
    trends = tuple((p, trend == came) for p, trend in zip(shares, TRENDS, strict=True))
    return (*trends, (stated.relapse, relapsed))
