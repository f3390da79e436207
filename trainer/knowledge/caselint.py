"""Everything that can be wrong with a case, short of playing it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from unicodedata import category

from trainer.core.error import BadFiles, Fault
from trainer.core.place import cases_dir
from trainer.knowledge.case import Case, Told
from trainer.knowledge.casebook import CASE_FILE, TEXTBOOK, case_names, read_case
from trainer.knowledge.document import Document, Where, read_document
from trainer.knowledge.investigation import BinaryReport, CategoryReport, Report
from trainer.knowledge.keyfeature import OBSERVE, Avoided, Done, KeyFeature, TaperShape
from trainer.knowledge.library import Library, read_plan
from trainer.knowledge.number import JUDGEMENT
from trainer.knowledge.plan import Plan

_LEAST_STEPS, _MOST_STEPS = 4, 6
_LEAST_FEATURES, _MOST_FEATURES = 4, 8
GIVEAWAYS = (
    "organi[sz]ing", "COP", "BOOP", "amiodarone", "radiation pneum", "antisynthetase", "anti-synthetase", "myositis",
    "bacterial", "fungal", "fungus", "mould", "aspergill", "mucor", "eosinophil", "adenocarcinoma", "cancer",
    "tumou?r", "malignan", "UIP", "IPF", "fibrosis", "fibrotic", "exacerbation", "tubercul", "NSIP",
    "hypersensitivity", "infarct", "pneumonitis",
)  # fmt: skip
"""Patterns of words by which a title, an identifier or the name of a step would tell the diagnosis."""
MOST_TEXT = 2000
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_NO_TEXT = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # orders to a terminal, turns of direction, what no font has


def lint_cases(library: Library, folder: Path | None = None) -> list[Fault]:
    """Return everything that is wrong with the cases in a folder (default: Atoll's own)."""
    place = folder or cases_dir()
    return [fault for name in case_names(place) for fault in lint_case(name, library, place)]


def lint_case(name: str, library: Library, folder: Path) -> list[Fault]:
    """Return everything that is wrong with one case and the plans beside it."""
    faults: list[Fault] = []
    case = None
    try:
        case = read_case(name, library, folder)
        document = read_document(folder / name / CASE_FILE)
        faults += [*_check(case, document, library), *check_texts(document)]
    except BadFiles as error:
        faults += error.faults
    paths = sorted(path for path in (folder / name).glob("*.yaml") if path.name != CASE_FILE)
    if TEXTBOOK not in [path.stem for path in paths]:
        faults.append(Fault(folder / name / CASE_FILE, 1, f"every case has its {TEXTBOOK}.yaml; there is none"))
    for path in paths:
        try:
            plan = read_plan(path, library)
        except BadFiles as error:
            faults += error.faults
            continue
        if case is not None:
            document = read_document(path)
            faults += [*_check_beside(plan, case, document), *check_texts(document)]
    return faults


def giveaways(text: str) -> list[str]:
    """Return the words of a text that would tell the diagnosis."""
    found = (re.search(rf"\b{word}", text, 0 if word.isupper() else re.IGNORECASE) for word in GIVEAWAYS)
    return [match.group() for match in found if match]


def check_texts(document: Document) -> Iterator[Fault]:
    """No text may be more than plain words: a window could take markup for orders to open a file or an address."""

    def walk(value: object, where: Where) -> Iterator[Fault]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(key, (*where, key))
                yield from walk(inner, (*where, key))
        elif isinstance(value, list):
            for i, inner in enumerate(value):
                yield from walk(inner, (*where, i))
        elif isinstance(value, str):
            if len(value) > MOST_TEXT:
                yield document.fault(where, f"{len(value)} characters; a text has {MOST_TEXT} at most")
            if _MARKUP.search(value):
                yield document.fault(where, "markup; only plain words are shown (put a space behind a <)")
            odd = next((c for c in value if c != "\n" and category(c) in _NO_TEXT), None)
            if odd is not None:
                yield document.fault(where, f"the character U+{ord(odd):04X} is no plain text")

    yield from walk(document.value, ())


def _check(case: Case, document: Document, library: Library) -> Iterator[Fault]:
    yield from _check_frame(case, document)
    yield from _check_patient(case, document, library)
    yield from _check_features(case, document, library)
    for i, point in enumerate(case.debrief):
        yield from _check_source(point.source, ("debrief", i, "source"), document, library)


def _check_frame(case: Case, document: Document) -> Iterator[Fault]:
    days = [step.day for step in case.steps]
    if not _LEAST_STEPS <= len(days) <= _MOST_STEPS:
        yield document.fault(("steps",), f"{len(days)} steps; {_LEAST_STEPS} to {_MOST_STEPS} are expected")
    if days[0] != 0:
        yield document.fault(("steps", 0, "day"), "the first step is that of day 0")
    for i, step in enumerate(case.steps):
        if i and step.day <= days[i - 1]:
            yield document.fault(("steps", i, "day"), "does not come after the step before")
        if step.day > case.last_day:
            yield document.fault(("steps", i, "day"), f"lies beyond the last day, {case.last_day}")
        if step.id in [other.id for other in case.steps[:i]]:
            yield document.fault(("steps", i, "id"), f"the identifier {step.id!r} is used twice")
    told: list[tuple[Where, str]] = [(("id",), case.id.replace("-", " ")), (("title",), case.title)]
    told += [(("steps", i, "title"), step.title) for i, step in enumerate(case.steps)]
    told += [(("opening",), case.opening)]
    for where, text in told:
        for word in giveaways(text):
            yield document.fault(where, f"{word!r} tells the diagnosis")
    for at, text in _plain(case):
        if "{" in text or "}" in text:
            yield document.fault(at, "a brace, where the words are not filled in from the patient")
    if not case.debrief:
        yield document.fault(("debrief",), "the debrief makes no point")


def _plain(case: Case) -> Iterator[tuple[Where, str]]:
    """Return the texts that are the same for every patient."""
    yield ("title",), case.title
    yield ("ends",), case.ends
    yield from ((("objectives", i), text) for i, text in enumerate(case.objectives))
    for i, step in enumerate(case.steps):
        yield ("steps", i, "title"), step.title
        yield ("steps", i, "ends"), step.ends
    for i, feature in enumerate(case.key_features):
        yield ("key_features", i, "title"), feature.title
        yield ("key_features", i, "reason"), feature.reason


def _check_patient(case: Case, document: Document, library: Library) -> Iterator[Fault]:
    """Findings must be ones that are drawn once a patient, and what the opening tells must be constrained."""
    reports = {report.finding: report for test in library.tests.values() for report in test.reports}
    for name, value in case.findings.items():
        wrong = _objection(reports.get(name), value)
        if wrong:
            yield document.fault(("findings", name), wrong)
    if case.outlook is not None and case.outlook.plan not in library.plans:
        yield document.fault(("outlook", "plan"), f"no plan is called {case.outlook.plan!r}")
    constrained = {condition.split()[0] for condition in case.requires}
    for i, told in enumerate(case.told):
        if isinstance(told, str):
            if told not in constrained and told not in ("symptom_weeks", "age_years"):  # those are words of the text
                yield document.fault(("told", i), f"the opening tells {told!r}, which `requires` leaves open")
        elif told.finding not in library.findings:
            yield document.fault(("told", i, "finding"), f"no finding is called {told.finding!r}")
        elif not _agrees(told, case.findings):
            yield document.fault(("told", i, "finding"), f"the opening tells {told.finding!r}, `findings` does not")
    groups = {test.id: test.group for test in library.tests.values()}
    for i, text in enumerate(case.history):
        if groups.get(text.test) != "history":
            yield document.fault(("history", i, "test"), f"no test of the history is called {text.test!r}")
        if text.test in [other.test for other in case.history[:i]]:
            yield document.fault(("history", i, "test"), f"{text.test!r} is there twice")


def _objection(report: Report | None, value: bool | str) -> str | None:
    if isinstance(report, BinaryReport):
        return None if isinstance(value, bool) else "true or false is expected"
    if isinstance(report, CategoryReport):
        return None if value in report.texts else f"one of these is expected: {', '.join(report.texts)}"
    return "no test reports such a finding, or it comes from the patient's state; see `requires`"


def _agrees(told: Told, findings: Mapping[str, bool | str]) -> bool:
    value = findings.get(told.finding)
    return value is told.present if isinstance(value, bool) else value is not None and told.present


def _check_features(case: Case, document: Document, library: Library) -> Iterator[Fault]:
    if not _LEAST_FEATURES <= len(case.key_features) <= _MOST_FEATURES:
        yield document.fault(
            ("key_features",), f"{len(case.key_features)}; {_LEAST_FEATURES} to {_MOST_FEATURES} are expected"
        )
    orders = {*library.tests, *library.treatments}
    for i, feature in enumerate(case.key_features):
        where: Where = ("key_features", i)
        if feature.id in [other.id for other in case.key_features[:i]]:
            yield document.fault((*where, "id"), f"the identifier {feature.id!r} is used twice")
        yield from _check_source(feature.source, (*where, "source"), document, library)
        for name in getattr(feature, "any_of", ()):
            if name not in orders and not (name == OBSERVE and isinstance(feature, Done)):
                yield document.fault((*where, "any_of"), f"no test or treatment is called {name!r}")
        for name in getattr(feature, "before", ()):
            if name not in library.treatments:
                yield document.fault((*where, "before"), f"no treatment is called {name!r}")
        if not all(0 <= day <= case.last_day for day in window_of(feature, case.last_day)):
            yield document.fault(where, f"its window lies beyond the last day, {case.last_day}")


def window_of(feature: KeyFeature, last_day: int) -> tuple[int, int]:
    """Return the first and the last day on which a key feature is judged; an open end is the case's last day."""
    if isinstance(feature, Done | TaperShape):
        return feature.from_day, feature.zero_day
    if isinstance(feature, Avoided):
        written = "until_day" in feature.model_fields_set
        return feature.from_day, feature.until_day if written else last_day
    return 0, last_day


def _check_source(source: str, where: Where, document: Document, library: Library) -> Iterator[Fault]:
    if source != JUDGEMENT and source not in library.sources:
        yield document.fault(where, f"no source is called {source!r}")


def _check_beside(plan: Plan, case: Case, document: Document) -> Iterator[Fault]:
    """A plan beside a case keeps to its days: it looks in on each step, and orders only when it looks."""
    if plan.id != document.path.stem:
        yield document.fault(("id",), f"differs from the file's name, {document.path.stem!r}")
    for i, day in enumerate(plan.visits):
        if day > case.last_day:
            yield document.fault(("visits", i), f"lies beyond the case's last day, {case.last_day}")
        if i and day <= plan.visits[i - 1]:
            yield document.fault(("visits", i), "does not come after the visit before")
    looks = {0, *plan.visits}
    for step in case.steps:
        if plan.id == TEXTBOOK and step.day not in looks:
            yield document.fault(("visits",), f"the step {step.id!r} of day {step.day} is not looked in on")
    for name, days in (
        ("treatments", [course.day for course in plan.treatments]),
        ("tests", [request.day for request in plan.tests]),
        ("observe", list(plan.observe)),
        ("beliefs", [belief.day for belief in plan.beliefs]),
        ("reads", [read.day for read in plan.reads]),
        ("evidence", [citation.day for citation in plan.evidence]),
        ("forecasts", [forecast.day for forecast in plan.forecasts]),
    ):
        for i, at in enumerate(days):
            if at is not None and at not in looks:
                yield document.fault((name, i), f"day {at} is no visit of this plan")
