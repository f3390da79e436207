"""Cases: a constraint on the generative model and a frame to teach in, one folder a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from trainer.core.error import BadFiles, BadInput, Fault
from trainer.core.place import cases_dir
from trainer.knowledge.document import parse, read_document
from trainer.knowledge.keyfeature import KeyFeature
from trainer.knowledge.library import Library, read_plan
from trainer.knowledge.number import Frozen
from trainer.knowledge.plan import Plan
from trainer.knowledge.statement import Day, Identifier
from trainer.knowledge.validation import ColumnAtPresentation, FilterAtPresentation

CASE_FILE = "case.yaml"
TEXTBOOK = "textbook"
WORDS = ("age", "person", "they", "them", "their", "They", "Their", "weeks", "weight")
"""What a text may take from the patient. ``{person}`` is "A woman" or "A man", ``{they}`` "she" or "he"."""

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
    findings : dict of str to bool
        Findings that the patient's tests must give; patients are drawn until one does.
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
    findings: dict[Identifier, bool] = Field(default_factory=dict)
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


@dataclass(frozen=True)
class Cohort:
    """Patients of a disease, or those of them that a case is about."""

    name: str
    disease: str
    requires: tuple[str, ...] = ()


def case_names(folder: Path | None = None) -> list[str]:
    """Return the identifiers of the cases in a folder (default: Atoll's own)."""
    return sorted(path.parent.name for path in (folder or cases_dir()).glob(f"*/{CASE_FILE}"))


def read_case(name: str, library: Library, folder: Path | None = None) -> Case:
    """Return a case.

    Raises
    ------
    BadInput
        If there is none of this name.
    BadFiles
        If its file has a fault.
    """
    if name not in case_names(folder):
        raise BadInput(f"no case is called {name!r}; there are: {', '.join(case_names(folder))}")
    path = (folder or cases_dir()) / name / CASE_FILE
    document = read_document(path)
    case = parse(Case, document)
    faults = []
    if case.id != name:
        faults.append(document.fault(("id",), f"differs from its folder's name, {name!r}"))
    if case.disease not in library.diseases:
        faults.append(document.fault(("disease",), f"no disease is called {case.disease!r}"))
    if faults:
        raise BadFiles(faults)
    return case


def case_plan(case: Case, word: str, library: Library, folder: Path | None = None) -> Plan:
    """Return the plan of this name that lies beside a case, or else the library's or the one in a file."""
    path = (folder or cases_dir()) / case.id / f"{word}.yaml"
    return read_plan(path, library) if word.isidentifier() and path.is_file() else library.plan(word)


def cohort_of(word: str, library: Library) -> Cohort:
    """Return the cohort that a disease or a case names.

    Raises
    ------
    BadInput
        If neither has this name.
    """
    if word in case_names():
        case = read_case(word, library)
        return Cohort(case.id, case.disease, case.requires)
    try:
        return Cohort(word, library.disease(word).id)
    except BadInput as error:
        raise BadInput(f"{error}; and the cases: {', '.join(case_names())}") from error


def lint_cases(library: Library, folder: Path | None = None) -> list[Fault]:
    """Return everything that is wrong with the cases in a folder."""
    return [fault for name in case_names(folder) for fault in lint_case(name, library, folder or cases_dir())]


def lint_case(name: str, library: Library, folder: Path) -> list[Fault]:
    """Return everything that is wrong with one case and the plans beside it."""
    faults: list[Fault] = []
    try:
        read_case(name, library, folder)
    except BadFiles as error:
        faults += error.faults
    plans = sorted(path for path in (folder / name).glob("*.yaml") if path.name != CASE_FILE)
    if TEXTBOOK not in [path.stem for path in plans]:
        faults.append(Fault(folder / name / CASE_FILE, 1, f"every case has its {TEXTBOOK}.yaml; there is none"))
    for path in plans:
        try:
            read_plan(path, library)
        except BadFiles as error:
            faults += error.faults
    return faults


def summary_of(case: Case) -> Mapping[str, object]:
    """Return what a list of cases shows; nothing that tells the diagnosis."""
    return {
        "id": case.id, "title": case.title, "setting": case.setting, "minutes": case.minutes,
        "difficulty": case.difficulty,
    }  # fmt: skip
