"""What the chart shows: a frozen page of all that was told and found, as far as it is known today. Knows no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from trainer.course.state import State
from trainer.encounter import chart, sight
from trainer.encounter.chart import Result, figure
from trainer.encounter.session import Session
from trainer.knowledge.case import Told
from trainer.knowledge.finding import Finding
from trainer.knowledge.investigation import QuantityReport, StateReport
from trainer.knowledge.statement import Read
from trainer.reasoning.reading import MIGRATION
from trainer.ui.chart.reference import Flag, Reference, references
from trainer.ui.desk import Desk

_COLUMNS: Final = {"fever": "fever", "migrated": "migration", "symptom_weeks": "tempo"}
"""Finding that is told by a column of the outcome table at presentation."""

_KINDS: Final = ("sign", "laboratory", "function", "symptom", "history", "imaging", "histology", "course")
TITLES: Final = {
    "sign": "Examination", "laboratory": "Laboratory", "function": "Function", "symptom": "Symptoms",
    "history": "History", "imaging": "Imaging", "histology": "Histology", "course": "Course",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One value of a day.

    Parameters
    ----------
    text : str
        The figure without its unit.
    flag : {"", "high", "low"}
    new : bool
        Whether it came since the last visit.
    """

    text: str
    flag: Flag = ""
    new: bool = False


@dataclass(frozen=True)
class Row:
    """A finding: numbers by day, or what was last said of it in words.

    Parameters
    ----------
    finding, name, kind, unit : str
    cells : dict of int to Cell
        By the day of the sample; empty of a finding in words.
    words : str
        Empty of a finding in numbers.
    day : int
        Of the newest.
    new : bool
    reference : Reference or None
    tests : str
        Names of the tests it comes from, for the filter.
    definition : str
    """

    finding: str
    name: str
    kind: str
    unit: str
    cells: dict[int, Cell]
    words: str
    day: int
    new: bool
    reference: Reference | None
    tests: str
    definition: str

    def has(self, wanted: str) -> bool:
        """Return whether a word of the filter is somewhere in it."""
        told = f"{self.name} {self.finding} {TITLES[self.kind]} {self.words} {self.tests}"
        told += " new" if self.new else ""
        told += "".join(f" {cell.flag}" for cell in self.cells.values())
        return wanted in told.lower()

    def in_words(self) -> str:
        """Return the whole row as one would read it aloud."""
        if self.words:
            return f"{self.name}, day {self.day}: {self.words}{' (new)' if self.new else ''}"
        unit = "" if self.unit == "1" else f" {self.unit}"
        parts = [
            f"day {day} {cell.text}{unit}{f' {cell.flag}' if cell.flag else ''}{' (new)' if cell.new else ''}"
            for day, cell in sorted(self.cells.items(), reverse=True)
        ]
        return f"{self.name}: {', '.join(parts)}"


@dataclass(frozen=True)
class Page:
    """All that the chart shows.

    Parameters
    ----------
    opening : str
    news : tuple of tuple
        Day and text of what was told since, the newest first.
    history : tuple of tuple
        Day, question and answer, the newest first.
    days : tuple of int
        Days that have numbers, the newest first.
    numbers, words : tuple of Row
    pending : tuple of tuple
        Day and name of the tests whose results are to come.
    reports : tuple of tuple
        Day and text of the written reports of CTs, the newest first.
    unread : tuple of int
        Days of CTs whose report waits for the read.
    """

    opening: str
    news: tuple[tuple[int, str], ...]
    history: tuple[tuple[int, str, str], ...]
    days: tuple[int, ...]
    numbers: tuple[Row, ...]
    words: tuple[Row, ...]
    pending: tuple[tuple[int, str], ...]
    reports: tuple[tuple[int, str], ...]
    unread: tuple[int, ...]

    def matching(self, text: str) -> Page:
        """Return the page with only what holds every word of a filter."""
        wanted = text.lower().split()
        if not wanted:
            return self

        def held(told: str) -> bool:
            return all(word in told.lower() for word in wanted)

        def kept(rows: Iterable[Row]) -> tuple[Row, ...]:
            return tuple(row for row in rows if all(row.has(word) for word in wanted))

        numbers = kept(self.numbers)
        return replace(
            self,
            news=tuple(n for n in self.news if held(n[1])),
            history=tuple(h for h in self.history if held(f"{h[1]} {h[2]}")),
            days=tuple(day for day in self.days if any(day in row.cells for row in numbers)),
            numbers=numbers,
            words=kept(self.words),
            pending=tuple(p for p in self.pending if held(p[1])),
            reports=tuple(r for r in self.reports if held(r[1])),
        )


@dataclass(frozen=True)
class Report:
    """The written report of a CT.

    Parameters
    ----------
    day : int
    text : str
    signs : tuple of str
        Identifiers of the findings that it names.
    """

    day: int
    text: str
    signs: tuple[str, ...]


class Reports:
    """The reports of one encounter, each written once: the chest of a day that was reached stays as it is.

    A day that was gone back from and reached anew has another state, and so another report.
    """

    def __init__(self) -> None:
        self._written: dict[tuple[int, int | None], tuple[State, Report]] = {}

    def of(self, session: Session, day: int, before: int | None) -> Report:
        """Return the report of the CT of a day beside the one before."""
        state = session.bedside.state(day)
        known = self._written.get((day, before))
        if known is not None and known[0] is state:
            return known[1]
        seen = sight.sight_of(session, day, before)
        signs = (*sorted(seen.present), *([MIGRATION] if seen.migrated else []))
        report = Report(day, sight.in_words(session, day, before), signs)
        self._written[day, before] = state, report
        return report


def page_of(desk: Desk, written: Reports | None = None) -> Page:
    """Return what the chart shows of an encounter as it stands.

    Parameters
    ----------
    desk : Desk
    written : Reports, optional
        Reports that were written before.
    """
    session = desk.session
    now, library, case = session.now, session.engine.library, session.case
    results = session.results()
    fresh = _last_visit(now.visits)
    numbers = _numbers(session, [r for r in results if _unit(r) is not None], fresh)
    asked = {o.request.test: o.request.day for o in now.tests}
    told = [(asked[h.test], library.tests[h.test].name, session.fill(h.text)) for h in case.history if h.test in asked]
    read = {statement.day for _, statement in now.said(Read)}
    scans = desk.scan_days
    reports = [
        (written or Reports()).of(session, day, scans[index - 1] if index else None)
        for index, day in enumerate(scans)
        if day < now.day or day in read  # the read comes first; once its day has passed, nobody waits for it
    ]
    due = [] if now.over else chart.due(library, now.tests, now.day, case.last_day)
    return Page(
        opening=session.opening,
        news=tuple((day, one.text) for _, day, why in reversed(now.stops) for one in why if one.kind != "result"),
        history=tuple(sorted(((d, name, _quoted(text)) for d, name, text in told), key=lambda one: -one[0])),
        days=tuple(sorted({day for row in numbers for day in row.cells}, reverse=True)),
        numbers=numbers,
        words=_words(session, results, fresh, reports),
        pending=tuple(due),
        reports=tuple((report.day, report.text) for report in reversed(reports)),
        unread=tuple(day for day in scans if day == now.day and day not in read),
    )


def _last_visit(visits: Sequence[int]) -> int | None:
    """Return the day of the visit before this one; what came to be known after it is new."""
    earlier = [day for day in visits if day < visits[-1]]
    return earlier[-1] if earlier else None


def _unit(result: Result) -> str | None:
    report = result.report
    return report.unit if isinstance(report, StateReport | QuantityReport) else None


def _numbers(session: Session, results: Sequence[Result], fresh: int | None) -> tuple[Row, ...]:
    library = session.engine.library
    ranges = references(library)
    by_finding: dict[str, list[Result]] = {}
    for result in results:
        by_finding.setdefault(result.report.finding, []).append(result)
    rows = []
    for name, found in by_finding.items():
        unit, reference = _unit(found[-1]) or "1", ranges.get(name)
        cells = {
            r.taken_day: Cell(
                figure(float(r.value), unit),
                reference.flag(float(r.value)) if reference is not None else "",
                fresh is not None and r.known_day > fresh,
            )
            for r in sorted(found, key=lambda r: (r.taken_day, r.event))
        }
        tests = ", ".join(sorted({library.tests[r.test].name for r in found}))
        rows.append(_row(name, library.findings[name], cells, "", max(cells), tests, unit, reference))
    rows.sort(key=lambda row: (_KINDS.index(row.kind), -row.day))
    return tuple(rows)


def _row(
    name: str, finding: Finding, cells: dict[int, Cell], words: str, day: int, tests: str, unit: str = "1",
    reference: Reference | None = None, *, new: bool = False,
) -> Row:  # fmt: skip
    fresh = new or any(cell.new for cell in cells.values())
    return Row(
        name, _capital(finding.name), finding.kind, unit, cells, words, day, fresh, reference, tests, finding.definition
    )


def _words(
    session: Session, results: Sequence[Result], fresh: int | None, reports: Sequence[Report]
) -> tuple[Row, ...]:
    """Return what is known in words: results, what the opening told, and signs of the CTs."""
    library, found = session.engine.library, list[Row]()
    for result in results:
        if _unit(result) is None:
            name, day = result.report.finding, result.taken_day
            new = fresh is not None and result.known_day > fresh
            finding, test = library.findings[name], library.tests[result.test].name
            said = chart.in_words(result, library).removeprefix(f"{finding.name}: ")
            found.append(_row(name, finding, {}, said, day, test, new=new))
    found += _signs(session, reports)
    known = {row.finding for row in found}
    for name, said in _told(session):
        if name in library.findings and name not in known:
            found.append(_row(name, library.findings[name], {}, said, 0, "the opening"))
    latest = {row.finding: row for row in sorted(found, key=lambda row: row.day)}
    return tuple(sorted(latest.values(), key=lambda row: (-row.day, _KINDS.index(row.kind))))


def _told(session: Session) -> list[tuple[str, str]]:
    """Return the findings that the opening tells, and what it tells of them."""
    found = []
    for one in session.case.told:
        if isinstance(one, Told):
            found.append((one.finding, "present, as told" if one.present else "absent, as told"))
        elif one == "symptom_weeks":
            found.append((_COLUMNS[one], f"{session.presentation[one]:.0f} weeks, as told"))
        elif one in _COLUMNS:
            there = bool(session.presentation[one])
            found.append((_COLUMNS[one], "present, as told" if there else "absent, as told"))
    return found


def _signs(session: Session, reports: Sequence[Report]) -> list[Row]:
    """Return the signs of the CTs: those that the learner named, right or wrong, and those of the written reports."""
    findings = session.engine.library.findings
    said = {(name, report.day): "CT report" for report in reports for name in report.signs}
    for _, one in session.now.said(Read):
        for name in one.signs:
            said[name, one.day] = "your read, CT report" if (name, one.day) in said else "your read"
    return [
        _row(name, findings[name], {}, words, day, "CT")
        for (name, day), words in sorted(said.items(), key=lambda pair: pair[0][1])
        if name in findings
    ]


def _quoted(text: str) -> str:
    """Return what the patient says in quotation marks, unless it has its own."""
    inner = text.strip()
    if inner[:1] in '"“' and inner[-1:] in '"”':
        inner = inner[1:-1]
    return f"“{inner}”"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
