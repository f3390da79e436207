"""Whether what the files of knowledge name is there: sources, findings, tests, treatments and diseases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trainer.core.error import Fault
from trainer.knowledge.disease import Disease
from trainer.knowledge.document import Document, Where
from trainer.knowledge.finding import Finding, Source
from trainer.knowledge.investigation import OTHERWISE, Investigation
from trainer.knowledge.number import JUDGEMENT
from trainer.knowledge.orderset import OrderSet
from trainer.knowledge.plan import Plan
from trainer.knowledge.policy import Policy
from trainer.knowledge.statement import OTHER
from trainer.knowledge.treatment import Treatment, objection


def check_sources(document: Document, sources: Mapping[str, Source]) -> Iterator[Fault]:
    """Every ``source`` and ``where_source`` must be a key of the sources or a judgement with its reason."""

    def walk(value: Any, where: Where) -> Iterator[Fault]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key.endswith("source") and isinstance(inner, str):
                    if inner != JUDGEMENT and inner not in sources:
                        yield document.fault((*where, key), f"no source is called {inner!r}")
                else:
                    yield from walk(inner, (*where, key))
        elif isinstance(value, list):
            for i, inner in enumerate(value):
                yield from walk(inner, (*where, i))

    yield from walk(document.value, ())


def check_references(
    documents: Iterable[Document],
    findings: Mapping[str, Finding],
    tests: Mapping[str, Investigation],
    treatments: Mapping[str, Treatment],
    diseases: Mapping[str, Disease],
    plans: Mapping[str, Plan],
    policies: Mapping[str, Policy],
) -> Iterator[Fault]:
    """What a test, a plan or a policy names must be known."""
    by_stem = {document.path: document for document in documents}
    whole = bool(findings and tests and treatments and diseases)  # without one, each use of it would be a fault
    for document in by_stem.values():
        if document.path.parent.name == "tests":
            yield from _check_tests(document, findings, tests, diseases)
        if document.path.parent.name == "plans" and document.path.stem in plans:
            yield from check_plan(plans[document.path.stem], document, treatments, tests, diseases, findings)
        if whole and document.path.parent.name == "policies" and document.path.stem in policies:
            yield from _check_policy(policies[document.path.stem], document, findings, tests, treatments, diseases)
            yield from _check_valuation(policies[document.path.stem], document, treatments, tests, diseases)


def check_names(documents: Iterable[Document], diseases: Mapping[str, Disease]) -> Iterator[Fault]:
    """No two diseases may answer to the same word, and a variant is one of another that is known."""
    taken: dict[str, str] = {}
    for document in documents:
        disease = diseases.get(document.path.stem) if document.path.parent.name == "diseases" else None
        if disease is None:
            continue
        if disease.variant_of is not None and disease.variant_of not in set(diseases) - {disease.id}:
            yield document.fault(("variant_of",), f"no other disease is called {disease.variant_of!r}")
        synonyms = [(("synonyms", i), word) for i, word in enumerate(disease.synonyms)]
        for where, word in ((("id",), disease.id), (("name",), disease.name), *synonyms):
            other = taken.setdefault(word.strip().lower(), disease.id)
            if other != disease.id:
                yield document.fault(where, f"{word!r} is what {other} is called too")


def check_order_sets(
    documents: Iterable[Document],
    order_sets: Mapping[str, OrderSet],
    tests: Mapping[str, Investigation],
    treatments: Mapping[str, Treatment],
) -> Iterator[Fault]:
    """An order set must hold something, of things that are known and in doses that may be given."""
    for document in documents:
        found = order_sets.get(document.path.stem) if document.path.parent.name == "ordersets" else None
        if found is None:
            continue
        if not found.tests and not found.treatments:
            yield document.fault((), "orders nothing")
        if found.kind == "course" and (found.tests or len(found.treatments) != 1):
            yield document.fault(("kind",), "a course is one treatment and no test")
        for i, name in enumerate(found.tests):
            if name not in tests:
                yield document.fault(("tests", i), f"no test is called {name!r}")
        for i, regimen in enumerate(found.treatments):
            if regimen.give not in treatments:
                yield document.fault(("treatments", i, "give"), f"no treatment is called {regimen.give!r}")
                continue
            for j, step in enumerate(regimen.steps):
                reason = objection(treatments[regimen.give], step.dose, step.unit)
                if reason is not None:
                    yield document.fault(("treatments", i, "steps", j, "dose"), reason)


def _check_tests(
    document: Document,
    findings: Mapping[str, Finding],
    tests: Mapping[str, Investigation],
    diseases: Mapping[str, Disease],
) -> Iterator[Fault]:
    """Findings must be known, and each report must cover every disease."""
    groups = {disease.group for disease in diseases.values()}
    listed = document.value.get("tests") if isinstance(document.value, dict) else None
    for i, raw in enumerate(listed if isinstance(listed, list) else ()):
        test = tests.get(str(raw.get("id"))) if isinstance(raw, dict) else None
        for j, report in enumerate(test.reports if test else ()):
            where: Where = ("tests", i, "reports", j)
            if findings and report.finding not in findings:
                yield document.fault((*where, "finding"), f"no finding is called {report.finding!r}")
            for name in ("probability", "values", "shares"):
                table = getattr(report, name, None)
                if table is None:
                    continue
                for key in set(table) - set(diseases) - groups - {OTHERWISE}:
                    yield document.fault((*where, name, key), f"no disease or group is called {key!r}")
                bare = [d.id for d in diseases.values() if not {d.id, d.variant_of, d.group, OTHERWISE} & set(table)]
                if bare:
                    yield document.fault((*where, name), f"says nothing for {', '.join(bare)}")


def check_plan(
    plan: Plan,
    document: Document,
    treatments: Mapping[str, Treatment],
    tests: Mapping[str, Investigation],
    diseases: Mapping[str, Disease],
    findings: Mapping[str, Finding],
) -> Iterator[Fault]:
    """Treatments and tests must be known, what is said of them as well, and doses within what may be given."""
    for i, course in enumerate(plan.treatments):
        treatment = treatments.get(course.give)
        if treatment is None:
            yield document.fault(("treatments", i, "give"), f"no treatment is called {course.give!r}")
            continue
        for j, step in enumerate(course.steps):
            reason = objection(treatment, step.dose, step.unit)
            if reason is not None:
                yield document.fault(("treatments", i, "steps", j, "dose"), reason)
    for i, request in enumerate(plan.tests):
        if request.test not in tests:
            yield document.fault(("tests", i, "test"), f"no test is called {request.test!r}")
    for i, name in enumerate(plan.answers):
        if name not in tests:
            yield document.fault(("answers", i), f"no test is called {name!r}")
    yield from _check_statements(plan, document, diseases, findings)


def _check_statements(
    plan: Plan, document: Document, diseases: Mapping[str, Disease], findings: Mapping[str, Finding]
) -> Iterator[Fault]:
    """Diseases and findings must be known."""
    for i, belief in enumerate(plan.beliefs):
        for name in set(belief.shares) - set(diseases) - {OTHER}:
            yield document.fault(("beliefs", i, "shares", name), f"no disease is called {name!r}")
    for i, read in enumerate(plan.reads):
        for j, sign in enumerate(read.signs):
            if sign not in findings:
                yield document.fault(("reads", i, "signs", j), f"no finding is called {sign!r}")
    for i, citation in enumerate(plan.evidence):
        if citation.disease not in diseases:
            yield document.fault(("evidence", i, "disease"), f"no disease is called {citation.disease!r}")
        for side in ("supports", "opposes"):
            for j, name in enumerate(getattr(citation, side)):
                if name not in findings:
                    yield document.fault(("evidence", i, side, j), f"no finding is called {name!r}")


def _check_policy(
    policy: Policy,
    document: Document,
    findings: Mapping[str, Finding],
    tests: Mapping[str, Investigation],
    treatments: Mapping[str, Treatment],
    diseases: Mapping[str, Disease],
) -> Iterator[Fault]:
    """Diseases, findings, tests and treatments that the prior and the marking name must be known."""
    for name in set(policy.prior) - set(diseases):
        yield document.fault(("prior", name), f"no disease is called {name!r}")
    marking = policy.marking
    for name in set(marking.perception.signs) - set(findings):
        yield document.fault(("marking", "perception", "signs", name), f"no finding is called {name!r}")
    safety = marking.safety
    if safety.uncovered_steroid is not None:
        for name in set(safety.uncovered_steroid.infections) - set(diseases):
            where: Where = ("marking", "safety", "uncovered_steroid", "infections", name)
            yield document.fault(where, f"no disease is called {name!r}")
    if safety.prophylaxis is not None:
        where = ("marking", "safety", "prophylaxis")
        for name in set(safety.prophylaxis.defects) - set(findings):
            yield document.fault((*where, "defects"), f"no finding is called {name!r}")
        for name in set(safety.prophylaxis.drugs) - set(treatments):
            yield document.fault((*where, "drugs"), f"no treatment is called {name!r}")
    if safety.hypoxaemia is not None:
        if safety.hypoxaemia.finding not in findings:
            where = ("marking", "safety", "hypoxaemia", "finding")
            yield document.fault(where, f"no finding is called {safety.hypoxaemia.finding!r}")
        for name in set(safety.hypoxaemia.below) - set(tests):
            yield document.fault(("marking", "safety", "hypoxaemia", "below", name), f"no test is called {name!r}")


def _check_valuation(
    policy: Policy,
    document: Document,
    treatments: Mapping[str, Treatment],
    tests: Mapping[str, Investigation],
    diseases: Mapping[str, Disease],
) -> Iterator[Fault]:
    """Treatments, tests and diseases that acts and their consequences name must be known, and no harm a stranger.

    A policy that takes all of it from another has nothing of its own to be checked.
    """
    value = policy.value
    if "value" not in document.value:
        return
    for name, regimen in value.regimens.items():
        for i, course in enumerate(regimen.courses):
            where: Where = ("value", "regimens", name, "courses", i)
            if course.give not in treatments:
                yield document.fault((*where, "give"), f"no treatment is called {course.give!r}")
                continue
            for j, step in enumerate(course.steps):
                reason = objection(treatments[course.give], step.dose, step.unit)
                if reason is not None:
                    yield document.fault((*where, "steps", j, "dose"), reason)
    for i, act in enumerate(value.acts):
        for name in set(act.tests) - set(tests):
            yield document.fault(("value", "acts", i, "tests"), f"no test is called {name!r}")
    for part, known in (("burdens", tests), ("names", tests), ("proper", diseases)):
        for name in set(getattr(value, part)) - set(known):
            yield document.fault(("value", part, name), f"nothing is called {name!r}")
    groups = {disease.group for disease in diseases.values()}
    for test, table in value.names.items():
        for key in set(table) - set(diseases) - groups - {OTHERWISE}:
            yield document.fault(("value", "names", test, key), f"no disease or group is called {key!r}")
    named = {c.name for test in tests.values() for c in test.complications}
    named |= {c.name for treatment in treatments.values() for c in treatment.harms} | {OTHERWISE}
    for name in set(value.harms) - named:
        yield document.fault(("value", "harms", name), f"no test or treatment does {name!r}")
