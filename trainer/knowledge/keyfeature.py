"""Key features: the few acts on which a case turns, as data.

A key feature says what is looked for in the orders, in which window of time it earns its points, how much it weighs
and why. What it is worth in points the policy says.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.knowledge.number import Frozen
from trainer.knowledge.statement import LAST_DAY, Day, Identifier

Weight = Literal["essential", "useful", "wasteful", "harmful", "dangerous"]
GOOD: tuple[Weight, ...] = ("essential", "useful")

OBSERVE = "observe"
"""Word for waiting under watch, beside the identifiers of tests and treatments."""


class _Feature(Frozen):
    """What every key feature says.

    Parameters
    ----------
    id : str
    title : str
        What is looked for, as a debrief names it: "Prophylaxis against Pneumocystis".
    weight : {"essential", "useful", "wasteful", "harmful", "dangerous"}
        The first two earn points when met, the others lose them when done; a dangerous one is a safety gate as well.
    reason : str
        Why it matters in this case, in a sentence or two that a teacher would say.
    source : str
        Key of ``sources.yaml``, or "judgement".
    """

    id: Identifier
    title: str
    weight: Weight
    reason: str
    source: str


class Done(_Feature):
    """One of these is ordered in time.

    Parameters
    ----------
    any_of : tuple of str
        Tests, treatments, or `OBSERVE`.
    from_day : int
        Ordered before this it does not count.
    by_day : int
        Ordered by this day it earns full credit.
    zero_day : int
        The credit falls evenly to none on this day.
    before : tuple of str
        Treatments that must not have been started earlier; on the same day is in time.
    """

    kind: Literal["done"]
    any_of: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    from_day: Day = 0
    by_day: Day
    zero_day: Day
    before: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.from_day <= self.by_day <= self.zero_day:
            raise ValueError("from_day, by_day and zero_day must follow each other")
        if self.weight not in GOOD:
            raise ValueError("what should be done is essential or useful; what should not is of kind 'avoided'")
        return self


class Avoided(_Feature):
    """None of these is ordered in a window.

    Parameters
    ----------
    any_of : tuple of str
        Tests or treatments.
    from_day, until_day : int
        The window, its ends included.
    """

    kind: Literal["avoided"]
    any_of: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    from_day: Day = 0
    until_day: Day = LAST_DAY

    @model_validator(mode="after")
    def _loses(self) -> Self:
        if self.weight in GOOD:
            raise ValueError("what should be avoided is wasteful, harmful or dangerous")
        return self


class TaperShape(_Feature):
    """The first course of steroid, written as a whole, has a shape.

    Parameters
    ----------
    from_day, by_day, zero_day : int
        When it must begin, as for `Done`.
    start_mg_per_kg : tuple of float
        Lowest and highest first daily dose, prednisolone equivalent by weight.
    weeks : tuple of float
        Shortest and longest duration.
    """

    kind: Literal["taper"]
    from_day: Day = 0
    by_day: Day
    zero_day: Day
    start_mg_per_kg: tuple[float, float]
    weeks: tuple[float, float]


class RelapseDose(_Feature):
    """After a relapse was noticed the steroid is raised, and no higher than need be; not judged without a relapse.

    Parameters
    ----------
    least_mg, most_mg : float
        Prednisolone equivalent a day.
    within_days : int
        From the visit at which the relapse was noticed.
    """

    kind: Literal["relapse"]
    least_mg: Annotated[float, Field(gt=0, le=200)]
    most_mg: Annotated[float, Field(gt=0, le=200)]
    within_days: Annotated[int, Field(ge=0, le=90)]


KeyFeature = Annotated[Done | Avoided | TaperShape | RelapseDose, Field(discriminator="kind")]
