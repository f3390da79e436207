"""Why a command cannot be carried out: the answer a learner gets instead of an event."""

from __future__ import annotations

from trainer.encounter.chart import pictures
from trainer.encounter.event import (
    Advance,
    BeliefStated,
    Command,
    CourseStarted,
    CourseStopped,
    Ended,
    EvidenceCited,
    ForecastStated,
    Looked,
    Moved,
    ReadStated,
    RolledBack,
    TestOrdered,
    WaitingChosen,
)
from trainer.encounter.situation import S, Situation
from trainer.knowledge.case import Case
from trainer.knowledge.library import Library
from trainer.knowledge.plan import Course, Request
from trainer.knowledge.statement import OTHER, Belief, Citation, Forecast, Read
from trainer.knowledge.treatment import objection

_PLACES = {"home": "at home", "clinic": "in the clinic", "ward": "on the ward", "icu": "in intensive care"}


def objection_to(command: Command, now: Situation, case: Case, library: Library) -> str | None:
    """Return why a command cannot be carried out where the encounter stands, or None.

    A return to an earlier event is judged by the session, which knows the mode.
    """
    if now.over:
        return "the case is over"
    match command:
        case Advance(to_day=day):
            if not now.day < day <= case.last_day:
                return f"from day {now.day} the clock goes on to day {case.last_day} at the latest"
            return None
        case ReadStated() | BeliefStated() | EvidenceCited() | ForecastStated():
            return _to_statement(command, now, library)
        case RolledBack():
            return None
        case Looked(day=day, scan=scan):
            there = any(p.modality == "CT" and p.day == scan for p in pictures(library, now.tests, now.day))
            return _not_today(day, now) or (None if there else f"there is no CT of day {scan}")
        case _:
            return _to_order(command, now, library)


def _to_order(
    command: TestOrdered | CourseStarted | CourseStopped | WaitingChosen | Moved | Ended,
    now: Situation,
    library: Library,
) -> str | None:
    match command:
        case TestOrdered(request=request):
            return _to_test(request, now, library)
        case CourseStarted(course=course):
            return _to_course(course, now, library)
        case CourseStopped(give=give, day=day):
            if give not in library.treatments:
                return f"no treatment is called {give!r}"
            running = runs(now, give)
            return _not_today(day, now) if running else f"{library.treatments[give].name} is not being given"
        case WaitingChosen(day=day, return_day=back):
            return _not_today(day, now) or (None if back > day else "the return day must lie ahead")
        case Moved(day=day, place=place):
            return _not_today(day, now) or (f"already {_PLACES[place]}" if place == now.place else None)
        case Ended(day=day):
            return _not_today(day, now)


def _not_today(day: int, now: Situation) -> str | None:
    return None if day == now.day else f"it is day {now.day}; what is ordered or said is for today"


def runs(now: Situation, give: str) -> bool:
    """Return whether a treatment is being given today."""
    last = next((course for course in reversed(now.courses) if course.give == give), None)
    if last is None or last.day is None:
        return False
    left = now.day - last.day
    for step in last.steps:
        if left < step.days:
            return step.dose > 0
        left -= step.days
    return False


def _to_test(request: Request, now: Situation, library: Library) -> str | None:
    test = library.tests.get(request.test)
    if test is None:
        return f"no test is called {request.test!r}"
    if request.day != now.day:
        return _not_today(request.day, now)
    if now.place not in test.settings:
        where = " or ".join(_PLACES[place] for place in test.settings)
        return f"{test.name} is done {where}; the patient is {_PLACES[now.place]}"
    if any(o.request == request for o in now.tests):
        return f"{test.name} was ordered today already"
    return None


def _to_course(course: Course, now: Situation, library: Library) -> str | None:
    treatment = library.treatments.get(course.give)
    if treatment is None:
        return f"no treatment is called {course.give!r}"
    if course.day != now.day:
        return f"it is day {now.day}; start today"
    reasons = (objection(treatment, step.dose, step.unit) for step in course.steps)
    return next((f"{treatment.name}: {reason}" for reason in reasons if reason), None)


def _to_statement(
    command: ReadStated | BeliefStated | EvidenceCited | ForecastStated, now: Situation, library: Library
) -> str | None:
    match command:
        case ReadStated(read=read):
            return _not_today(read.day, now) or _to_read(read, now, library)
        case BeliefStated(belief=belief):
            unknown = set(belief.shares) - set(library.diseases) - {OTHER}
            if unknown:
                return f"no disease is called {min(unknown)!r}"
            return _not_today(belief.day, now) or _locked(now, Belief, "what you believe")
        case EvidenceCited(citation=citation):
            if citation.disease not in library.diseases:
                return f"no disease is called {citation.disease!r}"
            strange = {*citation.supports, *citation.opposes} - set(library.findings)
            if strange:
                return f"no finding is called {min(strange)!r}"
            what = f"the evidence on {library.diseases[citation.disease].name}"
            return _not_today(citation.day, now) or _locked(now, Citation, what, citation.disease)
        case ForecastStated(forecast=forecast):
            return _not_today(forecast.day, now) or _locked(now, Forecast, "the forecast")


def _to_read(read: Read, now: Situation, library: Library) -> str | None:
    scans = [p for p in pictures(library, now.tests, now.day) if p.modality == "CT" and p.day == now.day]
    if not scans:
        return "there is no CT of today to read"
    if any(r.day == read.day for _, r in now.said(Read)):
        return "the read of this CT is locked"
    strange = set(read.signs) - set(library.findings)
    return f"no finding is called {min(strange)!r}" if strange else None


def _locked(now: Situation, kind: type[S], what: str, disease: str | None = None) -> str | None:
    """Return the refusal of a second statement of a kind (and on a disease) before the clock has moved."""
    said = [s for _, s in now.said(kind) if s.day == now.day]
    if disease is not None:
        said = [s for s in said if isinstance(s, Citation) and s.disease == disease]
    return f"{what} is locked until the clock moves" if said else None
