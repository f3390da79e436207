"""What the strip over the pictures says of the patient, and the clock of an examination. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trainer.encounter.chart import figure
from trainer.knowledge.investigation import StateReport
from trainer.ui.chart.reference import ARROWS, references
from trainer.ui.desk import Desk
from trainer.ui.ribbon.timeline import taken_today

_PLACES: Final = {"home": "At home", "clinic": "In the clinic", "ward": "On the ward", "icu": "In intensive care"}
_SHOWN: Final = {
    "temperature": "",
    "resting-saturation": "SpO₂ ",
    "heart-rate": "pulse ",
    "respiratory-rate": "breaths ",
}
WARNINGS: Final = (300, 60)
"""Seconds left at which an examination says so."""


@dataclass(frozen=True)
class Heading:
    """What the strip says.

    Parameters
    ----------
    title, person, place, day, step : str
    vitals : str
        What was measured today, in words; that it was not, where it was not.
    drugs : str
    mode : str
    timed : bool
        Whether a clock runs.
    """

    title: str
    person: str
    place: str
    day: str
    step: str
    vitals: str
    drugs: str
    mode: str
    timed: bool

    def in_words(self) -> str:
        """Return the strip as one would read it aloud."""
        told = (
            self.title,
            "SIMULATED",
            self.person,
            self.place,
            self.day,
            self.step,
            self.vitals,
            self.drugs,
            self.mode,
        )
        return ". ".join(told)


def heading_of(desk: Desk) -> Heading:
    """Return what the strip says of an encounter as it stands."""
    session, now = desk.session, desk.session.now
    person = session.person
    sex = "Woman" if person.sex == "F" else "Man"
    drugs = taken_today(desk)
    chest = "" if person.chest is None else f" · CT on the chest '{person.chest.name}'"
    return Heading(
        title=session.case.title,
        person=f"{sex}, {person.age_years:.0f} y, {person.weight_kg:.0f} kg",
        place=_PLACES[now.place],
        day=f"Day {now.day}",
        step="The case is over" if now.over else desk.step.title,
        vitals=_vitals(desk),
        drugs="Drugs: " + ", ".join(drugs) if drugs else "No drugs ordered",
        mode=("Exam" if desk.exam else "Tutor") + chest,
        timed=desk.exam and not desk.over,
    )


def _vitals(desk: Desk) -> str:
    """Return what was measured at the bedside today: nobody knows the others."""
    session = desk.session
    ranges = references(session.engine.library)
    today: dict[str, str] = {}
    for result in session.results():
        report = result.report
        if result.taken_day != desk.day or report.finding not in _SHOWN or not isinstance(report, StateReport):
            continue
        value = float(result.value)
        reference = ranges.get(report.finding)
        flag = "" if reference is None else reference.flag(value)
        unit = "" if report.unit == "/min" else f" {report.unit}"
        today[report.finding] = f"{_SHOWN[report.finding]}{figure(value, report.unit)}{unit}"
        today[report.finding] += f" {ARROWS[flag]}" if flag else ""
    return ", ".join(today[name] for name in _SHOWN if name in today) or "Vital signs not taken today"


def clock(seconds: float) -> str:
    """Return the time left as mm:ss; none is left below 0."""
    whole = max(0, int(seconds))
    return f"{whole // 60:02d}:{whole % 60:02d}"


def warning(before: float, after: float) -> str:
    """Return what is to be announced when the time left fell from one figure to another, or nothing."""
    if before > 0 >= after:
        return "The time is up"
    passed = [mark for mark in WARNINGS if before > mark >= after]
    if not passed:
        return ""
    minutes = min(passed) // 60
    return f"{minutes} minute{'' if minutes == 1 else 's'} left"
