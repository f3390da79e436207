"""What outcomes are worth, which acts are weighed against each other, and what follows once the disease is known.

All of it is a stand that can be taken otherwise; it is published, and a learner's score shows it.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from trainer.knowledge.investigation import OTHERWISE
from trainer.knowledge.number import Frozen, Number, Probability, Sourced, within
from trainer.knowledge.plan import Course
from trainer.knowledge.statement import Identifier
from trainer.knowledge.treatment import TreatmentGroup

Points = Annotated[Number, within("point", high=100)]
Days = Annotated[Number, within("day", high=365)]
Weight = Annotated[Number, within(high=1)]


class Quality(Frozen):
    """What a day is worth: 1 for a day in health, less for what burdens it.

    Parameters
    ----------
    symptom : Number
        Lost on a day with the worst symptoms.
    hypoxaemia : Number
        Lost on a day with saturation at ``hypoxaemia_worst`` or less, in proportion from ``hypoxaemia_from`` on.
    hypoxaemia_from, hypoxaemia_worst : Number
    sleep, mood : Number
        Lost on a day without sleep, and on one in psychosis.
    """

    symptom: Weight
    hypoxaemia: Weight
    hypoxaemia_from: Annotated[Number, within("%", low=50, high=100)]
    hypoxaemia_worst: Annotated[Number, within("%", low=50, high=100)]
    sleep: Weight
    mood: Weight

    @model_validator(mode="after")
    def _no_day_is_worse_than_death(self) -> Self:
        if self.symptom.value + self.hypoxaemia.value + self.sleep.value + self.mood.value > 1:
            raise ValueError("the losses of a day sum to more than the day")
        if self.hypoxaemia_worst.value >= self.hypoxaemia_from.value:
            raise ValueError("the worst saturation must lie below the one from which it counts")
        return self


class End(Frozen):
    """What is lost of the years after the horizon by what lasts: shares of them, at the worst of each.

    Parameters
    ----------
    fibrosis : Number
        At end-stage fibrosis.
    growth : Number
        By a tumour that is known at the size it typically has at presentation; in proportion, up to all.
    load : Number
        With a lung full of the organism.
    drive : Number
        With active inflammation at the level of a typical untreated case.
    """

    fibrosis: Weight
    growth: Weight
    load: Weight
    drive: Weight


class Toll(Frozen):
    """Points lost by an event of the course, beyond what it does to the days."""

    diabetes: Points
    infection: Points
    pneumocystis: Points
    fracture: Points
    mood: Points
    adrenal: Points
    embolus: Points


class Illness(Frozen):
    """When a patient is ill enough for the treatment of a known disease to begin, or to begin again."""

    symptom: Weight
    spo2: Annotated[Number, within("%", low=50, high=100)]
    look: Days
    """Days between two looks."""


class Regimen(Sourced):
    """Courses that belong together; their ``day`` counts from the beginning of the regimen."""

    courses: Annotated[tuple[Course, ...], Field(min_length=1, max_length=8)]


class Choice(Frozen):
    """An act on the table at every step.

    Parameters
    ----------
    id, title : str
    tests : tuple of str
        Ordered today.
    regimens : tuple of str
        Begun today.
    stops : tuple of str
        Groups of treatments that end today.
    while_taking : str, optional
        The act is on the table only while a treatment of this group is taken.
    """

    id: Identifier
    title: str
    tests: tuple[Identifier, ...] = ()
    regimens: tuple[Identifier, ...] = ()
    stops: tuple[TreatmentGroup, ...] = ()
    while_taking: TreatmentGroup | None = None


class Proper(Sourced):
    """What is done once a disease is known, and when it is known at the latest.

    Parameters
    ----------
    settled : Number
        Days from today to when the course and the team settle the diagnosis, if no test does before; the same for
        all acts.
    always : tuple of str
        Regimens that begin as soon as the disease is known. No glucocorticoid.
    if_ill : tuple of str
        Regimens that begin when the patient is ill, then or later.
    again : tuple of str
        Regimens that begin when the patient is ill again at a lower dose.
    delay : Number, optional
        Share of the years after the horizon that is lost in each week until the disease is known, for what the
        engine does not carry.
    """

    settled: Days
    always: tuple[Identifier, ...] = ()
    if_ill: tuple[Identifier, ...] = ()
    again: tuple[Identifier, ...] = ()
    delay: Annotated[Number, within("1/week", high=0.1)] | None = None


class Valuation(Frozen):
    """The part of a policy that says what is good for a patient.

    Parameters
    ----------
    horizon : Number
        Days that are looked ahead.
    course, end : Number
        Points for all days of the horizon in health, and for being alive at its end with nothing lasting. They sum
        to 100.
    quality : Quality
    lasting : End
    toll : Toll
    burdens : dict of str to Number
        Points lost by whoever has a test, complications or not.
    harms : dict of str to Number
        Points lost by a named complication of a test or treatment; "otherwise" for those that are not named.
    radiation, cost : Number
        Points a mSv and a Euro.
    ill : Illness
    oxygen_below : Number
        Saturation below which oxygen is given under every act, so that no act is judged by it.
    regimens : dict of str to Regimen
    acts : tuple of Choice
    proper : dict of str to Proper
        By disease.
    names : dict of str to dict of str to Number
        By test and disease, group or "otherwise": chance that the test's result settles the diagnosis.
    """

    horizon: Days
    course: Points
    end: Points
    quality: Quality
    lasting: End
    toll: Toll
    burdens: dict[Identifier, Points]
    harms: dict[str, Points]
    radiation: Annotated[Number, within("point/mSv", high=1)]
    cost: Annotated[Number, within("point/EUR", high=0.01)]
    ill: Illness
    oxygen_below: Annotated[Number, within("%", low=50, high=100)]
    regimens: dict[Identifier, Regimen]
    acts: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=20)]
    proper: dict[Identifier, Proper]
    names: dict[Identifier, dict[Identifier, Probability]]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if abs(self.course.value + self.end.value - 100) > 1e-9:
            raise ValueError("the points of the course and of the end must sum to 100")
        if OTHERWISE not in self.harms:
            raise ValueError(f"harms: {OTHERWISE!r} is missing")
        for test, table in self.names.items():
            if OTHERWISE not in table:
                raise ValueError(f"names: {test}: {OTHERWISE!r} is missing")
        if len({act.id for act in self.acts}) < len(self.acts):
            raise ValueError("two acts have the same identifier")
        named = {name for act in self.acts for name in act.regimens}
        named |= {name for p in self.proper.values() for name in (*p.always, *p.if_ill, *p.again)}
        if named - set(self.regimens):
            raise ValueError(f"no regimen is called {', '.join(sorted(named - set(self.regimens)))}")
        if any(course.day is None for one in self.regimens.values() for course in one.courses):
            raise ValueError("a course of a regimen starts on a day, not on a condition")
        return self
