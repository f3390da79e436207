"""A decision point of a case as a question: a patient nobody has seen, carried to it by the author's plan.

The stem tells what a colleague would tell at a meeting: who it is, what was done, what is taken, and what was found.
Results are evidence and are told as they came; nothing else names the disease. The CT is not reported: it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from trainer.core.error import BadInput
from trainer.course.cohort import Engine
from trainer.course.opacity import ChestState
from trainer.course.person import Person
from trainer.encounter import chart, sight
from trainer.encounter.event import TestOrdered
from trainer.encounter.objection import runs
from trainer.encounter.player import Written, play_until
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Rejected, Session
from trainer.knowledge.case import Case
from trainer.knowledge.casebook import TEXTBOOK, case_plan
from trainer.knowledge.investigation import BinaryReport, CategoryReport, TestGroup
from trainer.knowledge.library import Library
from trainer.knowledge.plan import Course, Plan, Request
from trainer.reasoning.item import capital, inline, listed

CT: Final = "thin-section-ct"
_FRESH_DAYS = 14  # a CT that is older than that is taken again, for the card's sake; judgement
_HEADINGS: Final[dict[TestGroup, str]] = {
    "history": "History", "examination": "Examination", "blood": "Blood", "microbiology": "Microbiology",
    "immunology": "Immunology", "imaging": "Imaging", "function": "Lung function", "bronchoscopy": "Bronchoscopy",
    "biopsy": "Histology", "cardiac": "Heart",
}  # fmt: skip


@dataclass(frozen=True)
class Stem:
    """What is told before anything is asked.

    Parameters
    ----------
    opening : str
    happened : tuple of str
        What was done and what came between, by day.
    taking : tuple of str
        What the patient takes today.
    results : tuple of tuple of str
        Heading and findings, the latest of each.
    pending : tuple of str
        Tests without a result.
    today : str
    """

    opening: str
    happened: tuple[str, ...]
    taking: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    pending: tuple[str, ...]
    today: str


@dataclass(frozen=True, eq=False)
class Question:
    """A decision point of a case, in a patient of its own.

    Parameters
    ----------
    run : Run
        All that happened until then.
    title, step_title : str
        Of the case and the step.
    day : int
    stem : Stem
    scans : tuple of tuple
        Day and chest of the CT before, if there is one, and of the last.
    person : Person
    taken : tuple of str
        Treatments that the patient takes, which can be stopped.
    """

    run: Run
    title: str
    step_title: str
    day: int
    stem: Stem
    scans: tuple[tuple[int, ChestState], ...]
    person: Person
    taken: tuple[str, ...] = ()

    @property
    def asks_change(self) -> bool:
        """Whether there are two CTs to compare."""
        return len(self.scans) > 1


def question_of(engine: Engine, case: Case, step: int, seed: int, policy: str = "default") -> Question:
    """Return a decision point of a case in the patient of a seed.

    The author's textbook plan is played up to the step. Of the step itself those of its tests are done that hurt
    nobody and are there the same day. A CT is added today unless one is not older than two weeks, and on day 0 where
    the author takes none, so that there are two to compare. What else the author does at the step is asked for.

    Parameters
    ----------
    engine : Engine
    case : Case
    step : int
        Index among the steps of the case.
    seed : int
    policy : str

    Raises
    ------
    BadInput
        If the patient of this seed does not live to see the step, or the case has no such step.
    """
    if not 0 <= step < len(case.steps):
        raise BadInput(f"{case.id} has no step {step + 1}")
    header = Header(case=case.id, version=case.version, seed=seed, policy=policy)
    session = Session(engine, case, Run(header=header))
    plan, day = silent(case_plan(case, TEXTBOOK, engine.library)), case.steps[step].day
    added = [] if day == 0 or any(r.test == CT and r.day < day for r in plan.tests) else [0]
    plan = plan.model_copy(update={"tests": (*plan.tests, *(Request(test=CT, day=when) for when in added))})
    play_until(session, plan, Written(plan), day)
    for test in _of_today(plan, session):
        session.submit(TestOrdered(request=Request(test=test, day=day)))
    if _needs_ct(session):
        if isinstance(session.submit(TestOrdered(request=Request(test=CT, day=day))), Rejected):
            raise BadInput(f"{case.id}: no CT can be taken on day {day}")
        added.append(day)
    days = sight.scan_days(session.pictures())[-2:]
    return Question(
        run=session.run,
        title=case.title,
        step_title=case.steps[step].title,
        day=day,
        stem=stem_of(session, added),
        scans=tuple((day, session.chest(day)) for day in days),
        person=session.person,
        taken=tuple(_stoppable(session)),
    )


def _stoppable(session: Session) -> Iterable[str]:
    now, treatments = session.now, session.engine.library.treatments
    for give in dict.fromkeys(course.give for course in now.courses):
        if runs(now, give) and treatments[give].group != "withdrawal":
            yield give


def silent(plan: Plan) -> Plan:
    """Return a plan that orders the same and says nothing."""
    return plan.model_copy(
        update={"says": "written", "beliefs": (), "reads": (), "evidence": (), "forecasts": ()},
    )


def _of_today(plan: Plan, session: Session) -> list[str]:
    """Return what the author asks for today that hurts nobody and is answered before the visit is over."""
    tests, today = session.engine.library.tests, session.now.day
    wanted = [request.test for request in plan.tests if request.day == today]
    interrupted = session.now.stops and session.now.stops[-1][1] == today and session.now.stops[-1][2]
    wanted += plan.answers if interrupted else ()
    return [
        test
        for test in dict.fromkeys(wanted)
        if not tests[test].invasive and chart.known_day(tests[test], today) == today
    ]


def _needs_ct(session: Session) -> bool:
    days = sight.scan_days(session.pictures())
    return not days or session.now.day - days[-1] > _FRESH_DAYS


def stem_of(session: Session, added: Sequence[int] = ()) -> Stem:
    """Return what is told where an encounter stands.

    Parameters
    ----------
    session : Session
    added : sequence of int
        Days of CTs that were taken for the question alone.
    """
    now, library = session.now, session.engine.library
    known = {(o.request.test, o.request.day) for o in now.tests if _known(library, o.request) <= now.day}
    waiting = [o.request for o in now.tests if (o.request.test, o.request.day) not in known]
    reported = [request for request in waiting if library.tests[request.test].reports]
    when = listed(["today" if day == now.day else f"on day {day}" for day in added])
    today = f"Today is day {now.day}." + (f" Only for this card a thin-section CT was taken {when}." if added else "")
    found = list(_results(session))
    if now.day > 0:  # who comes back is told by what is new
        found.sort(key=lambda pair: pair[0] == _HEADINGS["history"])
    return Stem(
        opening=session.opening,
        happened=tuple(_happened(session)),
        taking=tuple(_taking(session)),
        results=tuple(found),
        pending=tuple(dict.fromkeys(library.tests[request.test].name for request in reported)),
        today=today,
    )


def _known(library: Library, request: Request) -> int:
    return chart.known_day(library.tests[request.test], request.day)


def _happened(session: Session) -> Iterable[str]:
    """Yield what was begun, stopped, cut or sampled, and what came between, day by day."""
    now, library = session.now, session.engine.library
    days = sorted({*(o.request.day for o in now.tests), *(b.course.day or 0 for b in now.begun), *now.visits})
    for day in days:
        said = [
            one.text.rstrip(".") for _, when, why in now.stops if when == day for one in why if one.kind != "result"
        ]
        tests = [library.tests[o.request.test] for o in now.tests if o.request.day == day]
        said += [inline(test.name) for test in tests if test.invasive or not test.reports]
        begun = [b.course for b in now.begun if b.course.day == day]
        said += [_begun(course, library) for course in begun if not _beside(course, library)]
        besides = [inline(library.treatments[course.give].name) for course in begun if _beside(course, library)]
        if besides:
            said.append(f"with {listed(besides)}")
        if said:
            yield f"Day {day}: {capital('; '.join(dict.fromkeys(said)))}."


def _beside(course: Course, library: Library) -> bool:
    """Return whether a course only goes along with another."""
    given = any(step.dose > 0 for step in course.steps)
    return given and library.treatments[course.give].group in ("prophylaxis", "supportive")


def _begun(course: Course, library: Library) -> str:
    name = library.treatments[course.give].name
    given = [step for step in course.steps if step.dose > 0]
    if not given:
        return f"{name} stopped"
    span = _span(sum(step.days for step in given))
    if given[0].unit == "1":
        withdrawn = library.treatments[course.give].group == "withdrawal"
        if withdrawn:
            return f"{name.removeprefix('Stop ')} stopped" if name.startswith("Stop ") else name
        return f"{name} begun, for {span}"
    falling = f", falling over {span}" if len(given) > 1 else f" for {span}"
    return f"{name} {given[0].dose:g} {given[0].unit} a day begun{falling}"


def _span(days: int) -> str:
    weeks, odd = divmod(days, 7)
    count, word = (days, "day") if odd or weeks < 2 else (weeks, "week")
    return f"{count} {word}{'' if count == 1 else 's'}"


def _taking(session: Session) -> Iterable[str]:
    """Yield what is taken today, with the dose."""
    now = session.now
    for give, course in {course.give: course for course in now.courses}.items():
        if not runs(now, give) or session.engine.library.treatments[give].group == "withdrawal":
            continue
        gone, at = now.day - (course.day or 0), 0
        for step in course.steps:
            at += step.days
            if gone < at:
                dose = f" {step.dose:g} {step.unit} a day" if step.unit != "1" else ""
                yield f"{session.engine.library.treatments[give].name}{dose}, since day {course.day}"
                break


def _results(session: Session) -> Iterable[tuple[str, str]]:
    """Yield the latest of each finding, by kind of test and day; the first figure stands beside a later one."""
    library, today = session.engine.library, session.now.day
    found = session.results()
    for group, heading in _HEADINGS.items():
        own = [one for one in found if library.tests[one.test].group == group]
        latest = list(chart.latest(own).values())
        asked = {o.request.test for o in session.now.tests}
        told = [
            f"{library.tests[h.test].name}: {session.fill(h.text)}"  # "No, never" is no answer without its question
            for h in session.case.history
            if group == "history" and h.test in asked
        ]
        for day in sorted({one.taken_day for one in latest}) or ([0] if told else []):
            texts = _in_words([one for one in latest if one.taken_day == day], own, library)
            when = "" if group == "history" else ", today" if day == today else f", day {day}"
            yield f"{heading}{when}", " ".join([*told, *texts])
            told = []


def _in_words(shown: Sequence[chart.Result], own: Sequence[chart.Result], library: Library) -> list[str]:
    """Return findings as sentences: figures in one, what is plainly absent in one, and all else in one each."""
    figures, plain, others = list[str](), list[str](), list[str]()
    for one in shown:
        text = _with_first(one, own, library)
        if not isinstance(one.report, BinaryReport | CategoryReport):
            figures.append(text)
        elif not one.value and text.startswith("No ") and "," not in text and " no " not in text:
            plain.append(text.removeprefix("No "))
        else:
            others.append(capital(text))
    lines = [capital("; ".join(figures)), *others, f"No {', no '.join(plain)}" if plain else ""]
    return [f"{line}." for line in lines if line]


def _with_first(one: chart.Result, own: Sequence[chart.Result], library: Library) -> str:
    """Return a finding in words; a figure with the first one beside it."""
    text, report = chart.in_words(one, library).rstrip("."), one.report
    if isinstance(report, CategoryReport):
        name, _, said = text.partition(": ")
        return said if set(name.lower().split()) & set(said.lower().split()) else text
    first = min((other for other in own if other.report.finding == report.finding), key=lambda other: other.taken_day)
    if isinstance(first.value, str | bool) or first.taken_day == one.taken_day:
        return text
    return f"{text} (day {first.taken_day}: {chart.figure(float(first.value), getattr(report, 'unit', '1'))})"
