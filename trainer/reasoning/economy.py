"""The economy dial: what was spent beside what the reference spends on the same patient.

Doing nothing is cheap and keeps the whole of this dial; what it misses is lost elsewhere, and the dial weighs little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.knowledge.investigation import Investigation
from trainer.knowledge.marking import Economy
from trainer.knowledge.treatment import Treatment
from trainer.reasoning.item import Item, Moment, listed
from trainer.reasoning.keyfeature import Order

_NAMED = 3  # needless orders that a reason names; judgement


@dataclass(frozen=True)
class Charge:
    """What one order costs.

    Parameters
    ----------
    order : Order
    name : str
    eur, msv, invasive : float
        Money, effective dose, and 1 for a test that enters the body.
    """

    order: Order
    name: str
    eur: float
    msv: float = 0.0
    invasive: float = 0.0

    @classmethod
    def of_test(cls, order: Order, test: Investigation) -> Charge:
        """Return the charge of a test."""
        return cls(order, test.name, test.cost.value, test.radiation.value, float(test.invasive))

    @classmethod
    def of_treatment(cls, order: Order, treatment: Treatment, days: int) -> Charge:
        """Return the charge of a course of which so many days were taken."""
        return cls(order, treatment.name, treatment.cost.value * days)


def economy_items(
    charges: Sequence[Charge], reference: Sequence[Charge], economy: Economy, closing: Moment
) -> list[Item]:
    """Return what was saved, three items of 1: money, radiation, invasive tests.

    Parameters
    ----------
    charges : sequence of Charge
        The learner's, up to the day of the score.
    reference : sequence of Charge
        Those of the textbook plan on the same patient up to the same day. Only sums and identifiers count.
    economy : Economy
    closing : Moment
        The event that closed the last step.

    Notes
    -----
    The credit is full up to the slack times the reference's sum and falls evenly to none. A loss is laid to the
    dearest order that the reference does not have, or has less often; where there is none, to the dearest of all.
    """
    needless = _needless(charges, reference)
    parts = (
        ("cost", "Money spent", "eur", "EUR", economy.least_eur.value),
        ("radiation", "Radiation", "msv", "mSv", economy.least_msv.value),
        ("invasive", "Invasive tests", "invasive", "invasive", economy.least_invasive.value),
    )
    items = []
    for name, title, field, unit, least in parts:
        spent, own = (sum(getattr(charge, field) for charge in each) for each in (charges, reference))
        due = max(least, own)
        full, none = economy.slack.value * due, economy.nothing.value * due
        credit = 1.0 if spent <= full else max(0.0, (none - spent) / (none - full))
        dear = sorted((c for c in needless if getattr(c, field) > 0), key=lambda c: -getattr(c, field))
        dear = dear or sorted(charges, key=lambda c: -getattr(c, field))[:1]
        reason = f"{spent:.0f} {unit}; up to {full:.0f} loses nothing, and the reference comes to {own:.0f}."
        if credit < 1.0:
            told = [f"{c.name} on day {c.order.day} (event {c.order.event})" for c in dear[:_NAMED]]
            reason += f" The dearest that it does without: {listed(told)}."
        at = Moment(dear[0].order.day, dear[0].order.event) if credit < 1.0 else closing
        items.append(Item(f"economy-{name}", "economy", title, credit, 1.0, at.day, at.event, reason, "judgement"))
    return items


def _needless(charges: Sequence[Charge], reference: Sequence[Charge]) -> list[Charge]:
    """Return the charges beyond the reference's number of each order, the later ones of a kind."""
    left = Counter(charge.order.id for charge in reference)
    found = []
    for charge in sorted(charges, key=lambda c: c.order.event):
        left[charge.order.id] -= 1
        if left[charge.order.id] < 0:
            found.append(charge)
    return found
