"""The chart: what tests have shown, and when it came to be known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trainer.core.time import TICKS_PER_DAY
from trainer.course.result import Value, result_of
from trainer.encounter.bedside import Bedside
from trainer.encounter.situation import Ordered
from trainer.knowledge.disease import Disease
from trainer.knowledge.investigation import (
    BinaryReport,
    CategoryReport,
    ImageReport,
    Investigation,
    Report,
)
from trainer.knowledge.library import Library

_SAME_DAY_HOURS = 10.0  # what takes no longer is there before the visit is over; judgement


@dataclass(frozen=True)
class Result:
    """One finding of one test.

    Parameters
    ----------
    event : int
        Number of the order.
    test : str
    report : Report
        What kind of finding it is.
    value : float, str or bool
    taken_day, known_day : int
        Days of the sample and of the result.
    """

    event: int
    test: str
    report: Report
    value: Value
    taken_day: int
    known_day: int


@dataclass(frozen=True)
class Picture:
    """A CT or a radiograph.

    Parameters
    ----------
    event : int
    test : str
    modality : {"CT", "DX"}
    day : int
    """

    event: int
    test: str
    modality: str
    day: int


def known_day(test: Investigation, ordered_day: int) -> int:
    """Return the day on which the result of a test is there."""
    hours = test.latency.value
    return ordered_day + (0 if hours < _SAME_DAY_HOURS else math.ceil(hours / 24.0))


def results(library: Library, disease: Disease, bedside: Bedside, tests: Iterable[Ordered], today: int) -> list[Result]:
    """Return every result that is known by a day, in the order in which they were asked for."""
    found = []
    for ordered in tests:
        test, day = library.tests[ordered.request.test], ordered.request.day
        known = known_day(test, day)
        if known > today:
            continue
        for report in test.reports:
            value = result_of(report, bedside.patient(day), disease, day * TICKS_PER_DAY)
            if value is not None:
                found.append(Result(ordered.event, test.id, report, value, day, known))
    return found


def pictures(library: Library, tests: Iterable[Ordered], today: int) -> list[Picture]:
    """Return every picture that is there by a day, oldest first."""
    there = [(o.event, library.tests[o.request.test], o.request.day) for o in tests]
    found = [
        Picture(event, test.id, report.modality, day)
        for event, test, day in there
        if known_day(test, day) <= today
        for report in test.reports
        if isinstance(report, ImageReport)
    ]
    return sorted(found, key=lambda picture: (picture.day, picture.event))


def due(library: Library, tests: Iterable[Ordered], after: int, until: int) -> list[tuple[int, str]]:
    """Return the day and the name of each test whose result arrives after one day and by another, in order."""
    days = [(known_day(library.tests[o.request.test], o.request.day), o.request.test) for o in tests]
    return sorted((day, library.tests[test].name) for day, test in days if after < day <= until)


def in_words(result: Result, library: Library) -> str:
    """Return a result as a chart says it: "C-reactive protein 85 mg/L"."""
    report, value = result.report, result.value
    name = library.findings[report.finding].name
    if isinstance(report, BinaryReport):
        return report.positive if value else report.negative
    if isinstance(report, CategoryReport):
        return f"{name}: {report.texts[str(value)]}"
    unit = getattr(report, "unit", "1")
    return f"{name} {figure(float(value), unit)}{'' if unit == '1' else f' {unit}'}"


def figure(value: float, unit: str) -> str:
    """Return a number with as many digits as a ward would write: 37.2 °C, 85 mg/L, 0.30 ng/mL."""
    size = abs(value)
    if unit in ("°C", "/min"):
        return f"{value:.1f}" if unit == "°C" else f"{value:.0f}"
    return f"{value:.0f}" if size >= 20 else f"{value:.1f}" if size >= 2 else f"{value:.2f}"


def latest(found: Sequence[Result]) -> dict[str, Result]:
    """Return the last known result of each finding."""
    last: dict[str, Result] = {}
    for one in sorted(found, key=lambda r: (r.taken_day, r.event)):
        last[one.report.finding] = one
    return last
