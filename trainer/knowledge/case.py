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
from trainer.knowledge.library import Library, read_plan
from trainer.knowledge.number import Frozen
from trainer.knowledge.plan import Identifier, Plan
from trainer.knowledge.validation import FilterAtPresentation

CASE_FILE = "case.yaml"
TEXTBOOK = "textbook"
OPENING_WORDS = ("age", "person", "weeks")


def _with_known_words(opening: str) -> str:
    """Refuse whatever formatting the text could reach beyond plain words."""
    try:
        parts = list(Formatter().parse(opening))
    except ValueError as error:
        raise ValueError(f"{error}; a brace that is meant is written twice") from error
    for _, name, form, conversion in parts:
        if name is not None and (name not in OPENING_WORDS or form or conversion):
            known = ", ".join(f"{{{word}}}" for word in OPENING_WORDS)
            raise ValueError(f"{{{name}}} cannot be filled in; there are {known}, nothing else in their braces")
    return opening


class Case(Frozen):
    """What ``case.yaml`` says. Its folder is named by the story, never by the diagnosis.

    Parameters
    ----------
    id : str
        Also the name of the folder.
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
    opening : str
        Text of the first screen; ``{age}``, ``{person}`` and ``{weeks}`` come from the patient.
    objectives : tuple of str
    last_day : int
        Day on which the case ends at the latest.
    """

    id: Identifier
    title: str
    setting: Literal["clinic", "ward", "emergency"]
    minutes: Annotated[int, Field(ge=5, le=120)]
    difficulty: Literal["introductory", "intermediate", "advanced"]
    disease: Identifier
    requires: tuple[FilterAtPresentation, ...] = ()
    opening: Annotated[str, AfterValidator(_with_known_words)]
    objectives: Annotated[tuple[str, ...], Field(min_length=1)]
    last_day: Annotated[int, Field(ge=7, le=730)]


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
