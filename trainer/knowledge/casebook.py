"""The casebook: cases read from their folders, one a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trainer.core.error import BadFiles, BadInput
from trainer.core.place import cases_dir
from trainer.knowledge.case import Case, Outlook
from trainer.knowledge.document import parse, read_document
from trainer.knowledge.library import Library, read_plan
from trainer.knowledge.plan import Plan

CASE_FILE = "case.yaml"
TEXTBOOK = "textbook"


@dataclass(frozen=True)
class Cohort:
    """Patients of a disease, or those of them that a case is about."""

    name: str
    disease: str
    requires: tuple[str, ...] = ()
    findings: Mapping[str, bool | str] = field(default_factory=dict)
    outlook: Outlook | None = None


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


def cohort_of_case(case: Case) -> Cohort:
    """Return the patients whom a case may tell of."""
    return Cohort(case.id, case.disease, case.requires, case.findings, case.outlook)


def cohort_of(word: str, library: Library) -> Cohort:
    """Return the cohort that a disease or a case names.

    Raises
    ------
    BadInput
        If neither has this name.
    """
    if word in case_names():
        case = read_case(word, library)
        return cohort_of_case(case)
    try:
        return Cohort(word, library.disease(word).id)
    except BadInput as error:
        raise BadInput(f"{error}; and the cases: {', '.join(case_names())}") from error


def summary_of(case: Case) -> Mapping[str, object]:
    """Return what a list of cases shows; nothing that tells the diagnosis."""
    return {
        "id": case.id, "title": case.title, "setting": case.setting, "minutes": case.minutes,
        "difficulty": case.difficulty,
    }  # fmt: skip
