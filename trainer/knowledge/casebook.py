"""The casebook: cases read from their folders, one a folder: Atoll's own, and those of the packs in the home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trainer.core.error import BadFiles, BadInput
from trainer.core.place import cases_dir
from trainer.knowledge.case import Case, Outlook
from trainer.knowledge.document import parse, read_document
from trainer.knowledge.library import Library, read_plan
from trainer.knowledge.pack import installed
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


def shelves(folder: Path | None = None) -> Iterator[Path]:
    """Yield the folders of cases: the one that is given or Atoll's own and then those of the installed packs."""
    yield folder or cases_dir()
    if folder is None:
        yield from (pack.cases for pack in installed()[0])


def case_names(folder: Path | None = None) -> list[str]:
    """Return the identifiers of the cases in a folder (default: Atoll's own and those of the installed packs)."""
    return sorted(path.parent.name for shelf in shelves(folder) for path in shelf.glob(f"*/{CASE_FILE}"))


def read_case(name: str, library: Library, folder: Path | None = None) -> Case:
    """Return a case.

    Raises
    ------
    BadInput
        If there is none of this name.
    BadFiles
        If its file has a fault.
    """
    path = _case_dir(name, folder) / CASE_FILE
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


def _case_dir(name: str, folder: Path | None) -> Path:
    """Return the folder of a case, one of those that are there: a name leads nowhere else."""
    for shelf in shelves(folder):
        if name in {path.parent.name for path in shelf.glob(f"*/{CASE_FILE}")}:
            return shelf / name
    raise BadInput(f"no case is called {name!r}; there are: {', '.join(case_names(folder))}")


def case_plan(case: Case, word: str, library: Library, folder: Path | None = None) -> Plan:
    """Return the plan of this name that lies beside a case, or else the library's or the one in a file."""
    path = _case_dir(case.id, folder) / f"{word}.yaml"
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
