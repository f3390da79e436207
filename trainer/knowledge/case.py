"""Cases: a constraint on the generative model and a frame to teach in, one folder a case."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from trainer.knowledge.keyfeature import KeyFeature
from trainer.knowledge.number import Frozen
from trainer.knowledge.statement import Day, Identifier
from trainer.knowledge.validation import ColumnAtPresentation, Filter, FilterAtPresentation

WORDS = (
    "age", "person", "man", "they", "them", "their", "They", "Their", "weeks", "duration", "weight",
)  # fmt: skip
"""What a text may take from the patient: see `trainer.course.telling`."""

Ask = Literal["read", "belief", "evidence", "forecast", "orders"]


def _with_known_words(text: str) -> str:
    """Refuse whatever formatting the text could reach beyond plain words."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{error}; a brace that is meant is written twice") from error
    for _, name, form, conversion in parts:
        if name is not None and (name not in WORDS or form or conversion):
            known = ", ".join(f"{{{word}}}" for word in WORDS)
            raise ValueError(f"{{{name}}} cannot be filled in; there are {known}, nothing else in their braces")
    return text


Text = Annotated[str, AfterValidator(_with_known_words)]


class Told(Frozen):
    """Something that the opening tells, as the observer must know it.

    Parameters
    ----------
    finding : str
        Identifier of a finding.
    present : bool
    """

    finding: Identifier
    present: bool = True


class Outlook(Frozen):
    """What must become of the patient under a plan, so that the case has the course it is about.

    Nobody in the case may know it, the observer least of all: it only chooses whom the case tells of.

    Parameters
    ----------
    plan : str
        Identifier of one of the library's plans.
    days : int
        Follow-up from presentation.
    requires : tuple of str
        Conditions on the outcome columns, such as "relapsed == 1".
    """

    plan: Identifier
    days: Annotated[int, Field(ge=1, le=730)]
    requires: Annotated[tuple[Filter, ...], Field(min_length=1)]


class HistoryText(Frozen):
    """What the patient says when a test of the history is asked for, beside its findings.

    Parameters
    ----------
    test : str
    text : str
        As `Case.opening`. It must not contradict what the patient's findings say.
    """

    test: Identifier
    text: Text


class Step(Frozen):
    """A step at which the learner decides.

    Parameters
    ----------
    id : str
    title : str
    day : int
        First day of the step; it lasts until the next one begins or the case ends.
    asks : tuple of str
        What is asked for: "read" where a CT of the step is there, "belief", "evidence", "forecast", "orders".
    ends : str
        When the step is over, told beforehand.
    """

    id: Identifier
    title: str
    day: Day
    asks: Annotated[tuple[Ask, ...], Field(min_length=1)] = ("read", "belief", "evidence", "forecast", "orders")
    ends: str = "It ends when the clock is moved on to the next visit."


class DebriefPoint(Frozen):
    """A point that the debrief makes, with where it comes from."""

    point: Text
    source: str


class Case(Frozen):
    """What ``case.yaml`` says. Its folder is named by the story, never by the diagnosis.

    Parameters
    ----------
    id : str
        Also the name of the folder.
    version : int
        Raised when a change makes runs of the version before unplayable.
    title : str
    setting : {"clinic", "ward", "emergency"}
    minutes : int
        Estimated time to play it.
    difficulty : {"introductory", "intermediate", "advanced"}
    disease : str
        Identifier of the patient's disease.
    requires : tuple of str
        Conditions on the outcome columns at presentation, such as "reversed_halo == 1"; patients are drawn until
        one meets them.
    findings : dict of str to bool or str
        Findings that the patient's tests must give, present or absent or by category; patients are drawn until one
        does.
    outlook : Outlook, optional
    told : tuple of str or Told
        Columns of the outcome table at presentation ("symptom_weeks", "fever", "migrated") and findings that the
        opening tells. Age and sex are always told.
    opening : str
        Text of the first screen; words of `WORDS` in braces come from the patient.
    history : tuple of HistoryText
    objectives : tuple of str
    steps : tuple of Step
    ends : str
        When the case is over, told beforehand.
    key_features : tuple of KeyFeature
    debrief : tuple of DebriefPoint
    last_day : int
        Day on which the case ends at the latest.
    """

    id: Identifier
    version: Annotated[int, Field(ge=1, le=10_000)] = 1
    title: str
    setting: Literal["clinic", "ward", "emergency"]
    minutes: Annotated[int, Field(ge=5, le=120)]
    difficulty: Literal["introductory", "intermediate", "advanced"]
    disease: Identifier
    requires: tuple[FilterAtPresentation, ...] = ()
    findings: dict[Identifier, bool | Identifier] = Field(default_factory=dict)
    outlook: Outlook | None = None
    told: tuple[ColumnAtPresentation | Told, ...] = ()
    opening: Text
    history: tuple[HistoryText, ...] = ()
    objectives: Annotated[tuple[str, ...], Field(min_length=1)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=12)]
    ends: str
    key_features: tuple[KeyFeature, ...] = ()
    debrief: tuple[DebriefPoint, ...] = ()
    last_day: Annotated[int, Field(ge=7, le=730)]


def step_of(case: Case, day: int) -> Step:
    """Return the step that runs on a day."""
    return next((step for step in reversed(case.steps) if step.day <= day), case.steps[0])
