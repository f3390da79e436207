"""What the time ribbon shows: a frozen picture of an encounter, of nothing but what a learner may know. Knows no Qt.

The course of the disease between the visits stays hidden: a quantity is there on the days on which a test measured
it, once its result is known. `Session.vitals` is the truth of the patient and is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trainer.core.time import DAYS_PER_WEEK
from trainer.course.planning import PlanRun
from trainer.encounter import chart
from trainer.encounter.bedside import as_plan
from trainer.encounter.chart import figure
from trainer.encounter.event import Moved
from trainer.encounter.objection import runs
from trainer.encounter.orderlog import taken_days
from trainer.encounter.session import Session
from trainer.encounter.situation import died
from trainer.knowledge.investigation import StateReport
from trainer.knowledge.treatment import Channel
from trainer.ui.chart.reference import Reference, references
from trainer.ui.desk import Desk

MEASURED: Final = (
    ("crp", "CRP", "c-reactive-protein"),
    ("temperature", "Temp", "temperature"),
    ("spo2", "SpO₂", "resting-saturation"),
    ("fvc", "FVC", "forced-vital-capacity"),
    ("dlco", "DLCO", "diffusing-capacity"),
)
"""Identifier, short name and finding of each quantity that the ribbon can plot."""

_PLACES: Final = {"home": "sent home", "clinic": "seen in the clinic", "ward": "moved to the ward"}
_LEAST_MG = 0.05  # below this no steroid counts as taken


@dataclass(frozen=True)
class Visit:
    """A day on which the clock stood, and whether there is a CT of it."""

    day: int
    ct: bool


@dataclass(frozen=True)
class Dose:
    """A stretch of days on one daily dose of steroid, in mg of prednisolone or their equivalent.

    Parameters
    ----------
    day, until : int
        First day, and the day after the last.
    mg : float
    drugs : tuple of str
        Names of what it is made of.
    """

    day: int
    until: int
    mg: float
    drugs: tuple[str, ...]


@dataclass(frozen=True)
class Drug:
    """Days on which a drug that is no steroid was, or will be, taken; ``until`` is the day after the last."""

    treatment: str
    name: str
    day: int
    until: int


@dataclass(frozen=True)
class Happening:
    """Something on a day.

    Parameters
    ----------
    day : int
    kind : str
        "death", "deterioration", "call", "result", "procedure", "move", "due" or "return".
    text : str
    """

    day: int
    kind: str
    text: str


@dataclass(frozen=True)
class Measured:
    """A quantity, as often as it was measured and is known.

    Parameters
    ----------
    id, name, long_name, unit : str
    days : tuple of int
        Of the samples, in order.
    values : tuple of float
    reference : Reference or None
    """

    id: str
    name: str
    long_name: str
    unit: str
    days: tuple[int, ...]
    values: tuple[float, ...]
    reference: Reference | None

    @property
    def last(self) -> str:
        """The last value in words, or that there is none."""
        return f"{figure(self.values[-1], self.unit)} {self.unit}" if self.values else "not measured"

    @property
    def span(self) -> tuple[float, float]:
        """Least and greatest of what a plot must hold: the values, and the near edge of the range."""
        edges = (
            [] if self.reference is None else [e for e in (self.reference.low, self.reference.high) if e is not None]
        )
        found = [*self.values, *edges] or [0.0, 1.0]
        low, high = min(found), max(found)
        room = 0.2 * (high - low) or 0.05 * abs(high) or 1.0
        return low - room, high + room


@dataclass(frozen=True)
class Timeline:
    """All that the ribbon shows.

    Parameters
    ----------
    today, last_day : int
        Today, and the last day of the case.
    visits : tuple of Visit
    doses : tuple of Dose
    drugs : tuple of Drug
    happenings : tuple of Happening
    measured : tuple of Measured
        One for each of `MEASURED` that the library knows.
    """

    today: int
    last_day: int
    visits: tuple[Visit, ...]
    doses: tuple[Dose, ...]
    drugs: tuple[Drug, ...]
    happenings: tuple[Happening, ...]
    measured: tuple[Measured, ...]

    @property
    def scan_days(self) -> tuple[int, ...]:
        """Days of the visits with a CT."""
        return tuple(visit.day for visit in self.visits if visit.ct)

    def in_words(self) -> str:
        """Return the ribbon as one would tell it."""
        visits = ", ".join(f"{v.day}{' with CT' if v.ct else ''}" for v in self.visits)
        told = [f"Day {self.today} of {self.last_day}. Visits: {visits}."]
        told += [f"{self._dose_in_words()}."]
        if self.drugs:
            told.append("; ".join(f"{d.name} {_stretch(d.day, d.until, self.today)}" for d in self.drugs) + ".")
        told += [f"Day {h.day}: {h.text.rstrip('.')}." for h in self.happenings]
        for m in self.measured:
            if m.values:
                told.append(f"{m.long_name}: " + ", ".join(_reading(m, index) for index in range(len(m.days))) + ".")
        return " ".join(told)

    def _dose_in_words(self) -> str:
        if not self.doses:
            return "No steroid"
        parts = []
        for dose in self.doses:
            then = "since" if dose.day <= self.today < dose.until else "from"
            until = "" if then == "since" else f" to {dose.until - 1}"
            parts.append(f"{dose.mg:.3g} mg {then} day {dose.day}{until}")
        return f"Prednisolone or its equivalent: {', '.join(parts)}; none from day {self.doses[-1].until}"

    def rows(self) -> list[tuple[str, ...]]:
        """Return the same as a table: day, week, what, of what, in words; the newest first."""
        found = [(v.day, "visit", "", "with CT" if v.ct else "") for v in self.visits]
        found += [(d.day, "steroid", " + ".join(d.drugs), _to(f"{d.mg:.3g} mg a day", d.until)) for d in self.doses]
        found += [(d.day, "drug", d.name, _to("taken", d.until)) for d in self.drugs]
        found += [(h.day, h.kind, "", h.text) for h in self.happenings]
        for m in self.measured:
            for index, day in enumerate(m.days):
                flag = "" if m.reference is None else m.reference.flag(m.values[index])
                text = f"{figure(m.values[index], m.unit)} {m.unit}"
                found.append((day, "measured", m.long_name, f"{text} ({flag})" if flag else text))
        found.sort(key=lambda row: -row[0])
        return [(str(day), str(day // DAYS_PER_WEEK), *words) for day, *words in found]

    def at(self, day: int) -> str:
        """Return what is known of a day, line by line, for a tool tip."""
        visit = next((v for v in self.visits if v.day == day), None)
        lines = [f"Day {day}" + (", today" if day == self.today else "") + (", with CT" if visit and visit.ct else "")]
        dose = next((d for d in self.doses if d.day <= day < d.until), None)
        if dose is not None:
            lines.append(f"{' + '.join(dose.drugs)}: {dose.mg:.3g} mg prednisolone equivalent a day")
        lines += [d.name for d in self.drugs if d.day <= day < d.until]
        lines += [h.text for h in self.happenings if h.day == day]
        for m in self.measured:
            lines += [f"{m.long_name} {_reading(m, i)}" for i, taken in enumerate(m.days) if taken == day]
        return "\n".join(lines)


def _to(text: str, until: int) -> str:
    return f"{text}, to day {until - 1}"


def _stretch(day: int, until: int, today: int) -> str:
    return f"since day {day}" if day <= today < until else f"from day {day} to {until - 1}"


def _reading(measured: Measured, index: int) -> str:
    value = measured.values[index]
    flag = "" if measured.reference is None else measured.reference.flag(value)
    text = f"{figure(value, measured.unit)} {measured.unit}"
    return f"{text} on day {measured.days[index]}{f' ({flag})' if flag else ''}"


def timeline_of(desk: Desk) -> Timeline:
    """Return what the ribbon shows of an encounter as it stands."""
    session, scans = desk.session, set(desk.scan_days)
    return Timeline(
        today=desk.day,
        last_day=session.case.last_day,
        visits=tuple(Visit(day, day in scans) for day in sorted({*session.now.visits, *scans})),
        doses=doses_of(session),
        drugs=drugs_of(session),
        happenings=_happenings(session),
        measured=measured_of(session),
    )


def doses_of(session: Session) -> tuple[Dose, ...]:
    """Return the stretches of steroid, of what was and of what will be taken as ordered; none after a death."""
    now, treatments = session.now, session.engine.library.treatments
    steroids = [c for c in now.courses if treatments[c.give].group == "glucocorticoid"]
    if not steroids:
        return ()
    edges: set[int] = set()
    for course in steroids:
        start = course.day or 0
        lengths = np.cumsum([0, *(step.days for step in course.steps)])
        edges.update(int(start + length) for length in lengths)
    run = PlanRun(as_plan(now.courses), treatments, session.bedside.onset.patients["weight_kg"])
    end = now.day + 1 if died(now) else max(edges)
    found: list[Dose] = []
    days = sorted(day for day in edges if day < end)
    for day, until in zip(days, [*days[1:], end], strict=True):
        mg = float(run.drugs(day, {})[0][Channel.GLUCOCORTICOID])
        if mg < _LEAST_MG:
            continue
        names = tuple(sorted({treatments[c.give].name for c in steroids if _given_on(session, c.give, day)}))
        last = found[-1] if found else None
        if last is not None and last.until == day and abs(last.mg - mg) < _LEAST_MG and last.drugs == names:
            found[-1] = Dose(last.day, until, mg, names)
        else:
            found.append(Dose(day, until, mg, names))
    return tuple(found)


def _given_on(session: Session, give: str, day: int) -> bool:
    """Return whether a treatment is, or will be, taken on a day as it was ordered."""
    for index, begun in enumerate(session.now.begun):
        start = begun.course.day or 0
        if begun.course.give == give and start <= day < start + taken_days(session.now.begun, index):
            return True
    return False


def drugs_of(session: Session) -> tuple[Drug, ...]:
    """Return the days of every drug that is no steroid; one that was ordered again goes on in the same bar."""
    now, treatments = session.now, session.engine.library.treatments
    found: list[Drug] = []
    for index, begun in enumerate(now.begun):
        treatment, start = treatments[begun.course.give], begun.course.day or 0
        taken = taken_days(now.begun, index)
        if treatment.group == "glucocorticoid" or taken == 0:
            continue
        until = min(start + taken, now.day + 1) if died(now) else start + taken
        before = next((d for d in found if d.treatment == treatment.id and d.until == start), None)
        if before is not None:
            found.remove(before)
            start = before.day
        found.append(Drug(treatment.id, treatment.name, start, until))
    return tuple(sorted(found, key=lambda drug: (drug.day, drug.name)))


def _happenings(session: Session) -> tuple[Happening, ...]:
    now, library = session.now, session.engine.library
    found = [Happening(day, one.kind, one.text) for _, day, why in now.stops for one in why]
    found += [
        Happening(o.request.day, "procedure", library.tests[o.request.test].name)
        for o in now.tests
        if library.tests[o.request.test].invasive
    ]
    for _, event in session.events:
        if isinstance(event, Moved):
            found.append(Happening(event.day, "move", _PLACES.get(event.place, "moved to intensive care")))
    if not now.over:
        due = chart.due(library, now.tests, now.day, session.case.last_day)
        found += [Happening(day, "due", f"{name}: result due") for day, name in due]
        found += [Happening(back, "return", "agreed day of return") for _, _, back in now.waits if back > now.day]
    return tuple(sorted(set(found), key=lambda one: (one.day, one.kind, one.text)))


def measured_of(session: Session) -> tuple[Measured, ...]:
    """Return every quantity of `MEASURED`, as far as tests have measured it and the results are known today."""
    library = session.engine.library
    ranges, results = references(library), session.results()
    units = _units(library.tests.values())
    found = []
    for name, short, finding in MEASURED:
        if finding not in library.findings:
            continue
        values = {r.taken_day: float(r.value) for r in results if r.report.finding == finding}
        days = sorted(values)
        long_name = library.findings[finding].name
        found.append(
            Measured(
                name,
                short,
                long_name[0].upper() + long_name[1:],
                units.get(finding, "1"),
                tuple(days),
                tuple(values[day] for day in days),
                ranges.get(finding),
            )
        )
    return tuple(found)


def _units(tests: Iterable[object]) -> dict[str, str]:
    reports = [report for test in tests for report in getattr(test, "reports", ())]
    return {report.finding: report.unit for report in reports if isinstance(report, StateReport)}


def packed(drugs: Sequence[Drug]) -> list[list[Drug]]:
    """Return the drugs in as few rows as hold them side by side."""
    rows: list[list[Drug]] = []
    for drug in drugs:
        row = next((row for row in rows if row[-1].until <= drug.day), None)
        if row is None:
            rows.append([drug])
        else:
            row.append(drug)
    return rows


def taken_today(desk: Desk) -> tuple[str, ...]:
    """Return what is taken today, in words: "prednisolone 45 mg", "co-trimoxazole"."""
    session, now = desk.session, desk.session.now
    treatments, weight = session.engine.library.treatments, session.bedside.onset.patients["weight_kg"]
    found = []
    for give in {course.give: None for course in now.courses}:
        if not runs(now, give):
            continue
        course = next(c for c in reversed(now.courses) if c.give == give)
        left = now.day - (course.day or 0)
        step = next(
            s for s, end in zip(course.steps, np.cumsum([s.days for s in course.steps]), strict=True) if left < end
        )
        treatment = treatments[give]
        if step.unit == "1":
            found.append(treatment.name)
            continue
        mg = min(step.dose * float(weight[0]), treatment.highest_dose.value) if step.unit == "mg/kg" else step.dose
        found.append(f"{treatment.name} {mg:.3g} mg")
    return tuple(found)
