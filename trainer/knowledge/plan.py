"""Plans: what is ordered, started and believed, at which day or on which condition.

One file drives `simulate`, `scan`, `play` and `twin`. Those that only advance the patient read ``treatments``; an
encounter reads the rest as well.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.knowledge.number import Frozen
from trainer.knowledge.statement import LAST_DAY, Belief, Citation, Forecast, Identifier, Read

Condition = Literal["relapse"]


class Step(Frozen):
    """One stretch of a course at one dose.

    Parameters
    ----------
    dose : float
        A day, in ``unit``.
    unit : {"mg", "mg/kg", "1"}
        "1" is the usual dose of a drug that is simply given.
    days : int
    """

    dose: Annotated[float, Field(ge=0, le=5000)]
    unit: Literal["mg", "mg/kg", "1"] = "mg"
    days: Annotated[int, Field(ge=1, le=LAST_DAY)]


class Course(Frozen):
    """A treatment from a day, or from each time a condition is met.

    Parameters
    ----------
    give : str
        Identifier of a treatment.
    day : int, optional
        First day, counted from presentation.
    when : str, optional
        Condition that starts it instead; it starts anew each time.
    steps : tuple of Step
        One after the other. A later course of the same treatment replaces an earlier one.
    """

    give: Identifier
    day: Annotated[int, Field(ge=0, le=LAST_DAY)] | None = None
    when: Condition | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _starts_once(self) -> Self:
        if (self.day is None) == (self.when is None):
            raise ValueError("a course starts on a `day` or `when` a condition is met: name one of the two")
        return self


class Request(Frozen):
    """A test ordered on a day."""

    test: Identifier
    day: Annotated[int, Field(ge=0, le=LAST_DAY)]


class Plan(Frozen):
    """A plan.

    Parameters
    ----------
    id : str
    title : str
    source : str
        Key of ``sources.yaml``, or "judgement".
    treatments : tuple of Course
    tests : tuple of Request
    beliefs : tuple of Belief
    reads : tuple of Read
    evidence : tuple of Citation
    forecasts : tuple of Forecast
    observe : tuple of int
        Days on which waiting under watch is ordered.
    says : {"written", "observer"}
        Where a statement comes from that the plan does not write out: "written" leaves it unsaid, "observer" takes
        it from the ideal observer and reads of the CT what is there. An author's own plan says what to do and takes
        from the observer what to believe, since every patient of a case differs.
    answers : tuple of str
        Tests that are ordered whenever the patient gets worse or calls between visits.
    visits : tuple of int
        Days on which an encounter under this plan stops and looks.
    """

    id: Identifier
    title: str
    source: str
    treatments: tuple[Course, ...] = ()
    tests: tuple[Request, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    reads: tuple[Read, ...] = ()
    evidence: tuple[Citation, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    observe: tuple[Annotated[int, Field(ge=0, le=LAST_DAY)], ...] = ()
    says: Literal["written", "observer"] = "written"
    answers: tuple[Identifier, ...] = ()
    visits: tuple[Annotated[int, Field(ge=0, le=LAST_DAY)], ...] = ()
