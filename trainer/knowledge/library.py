"""All of the knowledge in one value, read from ``assets`` and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from trainer.core.error import BadFiles, BadInput, Fault
from trainer.core.place import assets_dir
from trainer.knowledge.body import Body
from trainer.knowledge.checking import check_names, check_order_sets, check_plan, check_references, check_sources
from trainer.knowledge.disease import Disease
from trainer.knowledge.document import Document, Where, fault_of, parse, read_document
from trainer.knowledge.finding import Finding, Source
from trainer.knowledge.investigation import Investigation
from trainer.knowledge.orderset import OrderSet
from trainer.knowledge.plan import Plan
from trainer.knowledge.policy import Policy
from trainer.knowledge.treatment import Treatment
from trainer.knowledge.validation import Row, Validation

EXTENDS = "extends"
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Library:
    """Everything known, by identifier."""

    sources: Mapping[str, Source]
    findings: Mapping[str, Finding]
    tests: Mapping[str, Investigation]
    treatments: Mapping[str, Treatment]
    diseases: Mapping[str, Disease]
    body: Body
    plans: Mapping[str, Plan]
    policies: Mapping[str, Policy]
    validation: tuple[Row, ...]
    order_sets: Mapping[str, OrderSet]

    def disease(self, word: str) -> Disease:
        """Return the disease with this identifier or synonym.

        Raises
        ------
        BadInput
            If there is none.
        """
        wanted = word.strip().lower()
        for disease in self.diseases.values():
            if wanted == disease.id or wanted in (s.lower() for s in (disease.name, *disease.synonyms)):
                return disease
        raise BadInput(f"no disease is called {word!r}; there are: {', '.join(sorted(self.diseases))}")

    def policy(self, word: str) -> Policy:
        """Return the policy with this identifier.

        Raises
        ------
        BadInput
            If there is none.
        """
        if word not in self.policies:
            raise BadInput(f"no policy is called {word!r}; there are: {', '.join(sorted(self.policies))}")
        return self.policies[word]

    def plan(self, word: str) -> Plan:
        """Return the plan with this identifier, or the one in the file of this name.

        Raises
        ------
        BadInput
            If there is none.
        """
        if word in self.plans:
            return self.plans[word]
        path = Path(word)
        if path.suffix in (".yaml", ".yml") or path.exists():
            return read_plan(path, self)
        raise BadInput(f"no plan is called {word!r}; there are: {', '.join(sorted(self.plans))}, or name a file")


@dataclass
class _Reading:
    """Documents read so far and the faults found in them."""

    faults: list[Fault]
    documents: list[Document]

    def document(self, path: Path) -> Document | None:
        try:
            found = read_document(path)
        except BadFiles as error:
            self.faults += error.faults
            return None
        self.documents.append(found)
        return found

    def whole(self, model: type[M], path: Path) -> M | None:
        """Read a file that is one value."""
        document = self.document(path)
        if document is None:
            return None
        try:
            return parse(model, document)
        except BadFiles as error:
            self.faults += error.faults
            return None

    def named_by_file(self, model: type[M], path: Path) -> Iterator[tuple[str, M]]:
        """Read a file that is one value whose ``id`` is the file's name."""
        made = self.whole(model, path)
        if made is not None:
            name = str(getattr(made, "id", ""))
            if name != path.stem:
                self.faults.append(Fault(path, 1, f"the identifier {name!r} differs from the file's name"))
            yield name, made

    def policy(self, path: Path) -> Iterator[tuple[str, Policy]]:
        """Read a policy; one that extends another says only where it differs from it."""
        document = self.document(path)
        if document is None:
            return
        whole = document.value
        wanted = whole.get(EXTENDS) if isinstance(whole, dict) else None
        try:
            if wanted is not None:
                whole = _laid_over(_base(document, wanted), document.value)
            made = parse(Policy, Document(path, whole, document.lines))
        except BadFiles as error:
            self.faults += error.faults
            return
        if made.id != path.stem:
            self.faults.append(Fault(path, 1, f"the identifier {made.id!r} differs from the file's name"))
        yield made.id, made

    def entries(self, model: type[M], path: Path, key: str | None = None) -> Iterator[tuple[str, M]]:
        """Read a file that maps identifiers to values, or with ``key`` lists values that carry their ``id``."""
        document = self.document(path)
        if document is None:
            return
        if key is None:
            if not isinstance(document.value, dict) or not document.value:
                self.faults.append(document.fault((), "a mapping is expected"))
                return
            rows: Iterable[tuple[Where, Any]] = [((name,), value) for name, value in document.value.items()]
        else:
            listed = document.value.get(key) if isinstance(document.value, dict) else None
            if not isinstance(listed, list) or set(document.value) != {key}:
                self.faults.append(document.fault((), f"a list under the one key {key!r} is expected"))
                return
            rows = [((key, i), value) for i, value in enumerate(listed)]
        for where, value in rows:
            try:
                made = model.model_validate(value)
            except ValidationError as error:
                self.faults += [fault_of(document, dict(item), where) for item in error.errors()]
                continue
            yield str(getattr(made, "id", where[-1])), made

    def gather(self, found: Iterable[tuple[str, M]], into: dict[str, M], path: Path) -> None:
        for name, value in found:
            if name in into:
                self.faults.append(Fault(path, 1, f"the identifier {name!r} is used twice"))
            into[name] = value


def _base(document: Document, name: object) -> dict[str, Any]:
    """Return the policy that another extends, as plain values; it stands beside it and extends none itself."""
    path = document.path.parent / f"{name}.yaml"
    if not isinstance(name, str) or path.name != f"{name}.yaml" or not path.is_file():
        raise BadFiles([document.fault((EXTENDS,), f"no policy is called {name!r}")])
    value = read_document(path).value
    if not isinstance(value, dict) or EXTENDS in value:
        raise BadFiles([document.fault((EXTENDS,), f"{name!r} extends another policy itself; extend that one")])
    return value


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return plain values in which those of one mapping take the place of another's, key by key at every depth.

    A number with its source is replaced as a whole.
    """
    out = dict(base)
    for key, value in own.items():
        below = base.get(key)
        deeper = isinstance(value, dict) and isinstance(below, dict) and "value" not in value
        out[key] = _laid_over(below, value) if deeper and below is not None else value
    return out


def lint(folder: Path | None = None) -> list[Fault]:
    """Return everything that is wrong with the knowledge files in ``folder`` (default: Atoll's own)."""
    return _read(folder or assets_dir())[1]


def lint_file(path: Path) -> list[Fault] | None:
    """Return everything that is wrong with one file of a folder of knowledge, or None if it is not read as such."""
    whole = path.parent.resolve() / path.name
    for folder in whole.parents:
        if (folder / "knowledge").is_dir() and whole in _files(folder):
            return [fault for fault in lint(folder) if fault.path == whole]
    return None


def is_plan(value: object) -> bool:
    """Return whether a file's content has the keys of a plan, be they right or wrong."""
    keys = set(value) if isinstance(value, dict) else set()
    return len(keys & set(Plan.model_fields)) > 1 and bool(keys & (set(Plan.model_fields) - {"id", "title"}))


@cache
def library() -> Library:
    """Return Atoll's own knowledge.

    Raises
    ------
    BadFiles
        If a file has a fault.
    """
    found, faults = _read(assets_dir())
    if found is None or faults:
        raise BadFiles(faults)
    return found


def read_plan(path: Path, known: Library) -> Plan:
    """Return the plan in a file.

    Raises
    ------
    BadFiles
        If the file or a reference in it is wrong.
    """
    document = read_document(path)
    plan = parse(Plan, document)
    faults = list(check_plan(plan, document, known.treatments, known.tests, known.diseases, known.findings))
    faults += check_sources(document, known.sources)
    if faults:
        raise BadFiles(faults)
    return plan


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder that are read."""
    knowledge = folder / "knowledge"
    single = [knowledge / f"{name}.yaml" for name in ("sources", "findings", "body", "validation")]
    several = (
        *(knowledge / name for name in ("tests", "treatments", "diseases")),
        folder / "plans",
        folder / "policies",
        folder / "ordersets",
    )
    return single + [path for part in several for path in sorted(part.glob("*.yaml"))]


def _strays(folder: Path) -> Iterator[Fault]:
    """Say which files nobody reads: they may have been meant to count."""
    read = set(_files(folder))
    for part in (folder / name for name in ("knowledge", "plans", "policies", "ordersets")):
        for path in sorted(part.rglob("*.y*ml")):
            if path not in read:
                yield Fault(path, 1, "not read; its folder or the end of its name is not one that Atoll knows")


def _read(folder: Path) -> tuple[Library | None, list[Fault]]:
    reading = _Reading([], [])
    knowledge = folder / "knowledge"
    sources: dict[str, Source] = {}
    findings: dict[str, Finding] = {}
    tests: dict[str, Investigation] = {}
    treatments: dict[str, Treatment] = {}
    diseases: dict[str, Disease] = {}
    plans: dict[str, Plan] = {}
    policies: dict[str, Policy] = {}
    order_sets: dict[str, OrderSet] = {}
    reading.gather(reading.entries(Source, knowledge / "sources.yaml"), sources, knowledge / "sources.yaml")
    reading.gather(reading.entries(Finding, knowledge / "findings.yaml"), findings, knowledge / "findings.yaml")
    for path in sorted((knowledge / "tests").glob("*.yaml")):
        reading.gather(reading.entries(Investigation, path, "tests"), tests, path)
    for path in sorted((knowledge / "treatments").glob("*.yaml")):
        reading.gather(reading.entries(Treatment, path, "treatments"), treatments, path)
    for path in sorted((knowledge / "diseases").glob("*.yaml")):
        reading.gather(reading.named_by_file(Disease, path), diseases, path)
    for path in sorted((folder / "plans").glob("*.yaml")):
        reading.gather(reading.named_by_file(Plan, path), plans, path)
    for path in sorted((folder / "policies").glob("*.yaml")):
        reading.gather(reading.policy(path), policies, path)
    for path in sorted((folder / "ordersets").glob("*.yaml")):
        reading.gather(reading.named_by_file(OrderSet, path), order_sets, path)
    body = reading.whole(Body, knowledge / "body.yaml")
    validation = reading.whole(Validation, knowledge / "validation.yaml")
    reading.faults += _strays(folder)
    for document in reading.documents if sources else ():  # without any, each use of one would be a fault
        reading.faults += check_sources(document, sources)
    reading.faults += check_references(reading.documents, findings, tests, treatments, diseases, plans, policies)
    if tests and treatments:  # without either, each use of it would be a fault
        reading.faults += check_order_sets(reading.documents, order_sets, tests, treatments)
    reading.faults += check_names(reading.documents, diseases)
    faults = sorted(set(reading.faults), key=lambda fault: (str(fault.path), fault.line, fault.message))
    if body is None or validation is None:
        return None, faults
    whole = Library(
        sources=MappingProxyType(sources),
        findings=MappingProxyType(findings),
        tests=MappingProxyType(tests),
        treatments=MappingProxyType(treatments),
        diseases=MappingProxyType(diseases),
        body=body,
        plans=MappingProxyType(plans),
        policies=MappingProxyType(policies),
        validation=validation.rows,
        order_sets=MappingProxyType(order_sets),
    )
    return whole, faults
