"""The debrief: all that a run has to teach once it is over, as one frozen value; and what a tutor says on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from trainer.core.error import BadInput
from trainer.course.opacity import ChestState
from trainer.course.person import Person
from trainer.encounter import sight
from trainer.encounter.event import Advanced, Looked
from trainer.encounter.examiner import Examiner
from trainer.encounter.mind import Mind
from trainer.encounter.performance import Performance, performance_of
from trainer.encounter.played import Stop, stops_of
from trainer.encounter.run import Run, branches
from trainer.encounter.search import Extent, Search, search_of, together
from trainer.encounter.session import Session
from trainer.encounter.situation import situation_of
from trainer.encounter.twin import Course, chests, ending, twins
from trainer.knowledge.case import step_of
from trainer.knowledge.casebook import TEXTBOOK, case_plan
from trainer.knowledge.library import Library
from trainer.knowledge.number import JUDGEMENT
from trainer.knowledge.statement import Belief, Read
from trainer.reasoning.decision import Choice
from trainer.reasoning.dial import ScoreSheet
from trainer.reasoning.gate import Gate
from trainer.reasoning.item import Item
from trainer.reasoning.mark import block_about, lesion_at

Tell = Callable[[float, str], None]
"""Told a share, 0 to 1, and what is being done; may raise to stop the work."""

Where = Callable[[Session, int], Extent]
"""Gives where lungs and opacities lie in the CT of a day."""


@dataclass(frozen=True)
class Visit:
    """The clock at one place: what was believed there and what could be known, what was chosen and what was best.

    Parameters
    ----------
    day : int
    step : str
        Title of the step of the case.
    event : int
        Number of the event that closed it.
    stated : mapping or None
        Disease to the learner's share; None if no differential was stated here.
    observer : mapping
        Disease to the observer's share when the differential was stated, or else when the clock was moved on.
    choice : Choice or None
        None where nothing was weighed: no drug and no invasive test was ordered, and the step had begun before.
    luck : float or None
        Points of utility that the choice fared better in this very patient than could be expected; never scored.
    """

    day: int
    step: str
    event: int
    stated: Mapping[str, float] | None
    observer: Mapping[str, float]
    choice: Choice | None = None
    luck: float | None = None


@dataclass(frozen=True)
class Left:
    """A path that was left by going back: the number of its last event, its last day, and what it was worth."""

    event: int
    day: int
    overall: float


@dataclass(frozen=True)
class Point:
    """A point to take home, and where it comes from in full."""

    text: str
    reference: str
    url: str | None = None


@dataclass(frozen=True, eq=False)
class Pair:
    """The patient of the run and the twin on one day; None after death."""

    day: int
    mine: Course | None
    theirs: Course | None
    my_chest: ChestState | None
    their_chest: ChestState | None


@dataclass(frozen=True, eq=False)
class Twin:
    """The same patient, all chance the same, under the textbook plan.

    Parameters
    ----------
    plan : str
        Title of the plan.
    days : tuple of Pair
        Each week and each visit, in order.
    mine, theirs : str
        What became of each within a year after the case.
    """

    plan: str
    days: tuple[Pair, ...]
    mine: str
    theirs: str


@dataclass(frozen=True, eq=False)
class Debrief:
    """All that a run has to teach.

    Parameters
    ----------
    run : Run
    title : str
        Of the case.
    disease, summary : str
        Name of what the patient had, and what that is.
    ending : str
        What became of the patient.
    person : Person
    sheet : ScoreSheet
    visits : tuple of Visit
    searches : tuple of Search
        Of each CT, if any was looked at in a reading room.
    left : tuple of Left
    objectives : tuple of str
        What the case is for.
    points : tuple of Point
    names : mapping
        Disease, finding, test and treatment to its name.
    references : mapping
        Each source that an item or a gate names to its full reference.
    scans : tuple of tuple
        Day and chest of each CT of the run.
    twin : Twin or None
        None where the textbook plan cannot be played on this patient.
    performance : Performance or None
        What is to be kept of the run; None of a debrief that no session stands behind.
    """

    run: Run
    title: str
    disease: str
    summary: str
    ending: str
    person: Person
    sheet: ScoreSheet
    visits: tuple[Visit, ...]
    searches: tuple[Search, ...] = ()
    left: tuple[Left, ...] = ()
    objectives: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    scans: tuple[tuple[int, ChestState], ...] = ()
    twin: Twin | None = None
    performance: Performance | None = None


@dataclass(frozen=True)
class Feedback:
    """What a tutor says of what was just committed.

    Parameters
    ----------
    items : tuple of Item
        Of what was stated and decided since; nothing of what is still missing.
    gates : tuple of Gate
        Safety gates failed since.
    visits : tuple of Visit
        Where a differential was stated since.
    names : mapping
        Disease, finding, test and treatment to its name.
    references : mapping
        Each source that an item names to its full reference.
    """

    items: tuple[Item, ...]
    gates: tuple[Gate, ...]
    visits: tuple[Visit, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


def debrief_of(examiner: Examiner, session: Session, tell: Tell | None = None, where: Where | None = None) -> Debrief:
    """Return the debrief of a run.

    Parameters
    ----------
    examiner : Examiner
        With a ``draw`` if marks are to be scored.
    session : Session
        Built for this alone: it stands where the run ends.
    tell : callable, optional
    where : callable, optional
        Needed to hold what was on the screen against what the chest shows; without it only slices are counted.
    """
    said: Tell = tell or (lambda _share, _text: None)
    library, case, disease = session.engine.library, session.case, session.disease
    said(0.0, "going through what could be known")
    visits = _visits(examiner, session, said)
    said(0.6, "scoring")
    sheet = examiner.score(session)
    said(0.75, "going back over what was on the screen")
    searches = _searches(examiner, session, said, where)
    said(0.85, "playing the twin")
    twin = _twin(session)
    said(0.88, "the paths that were left")
    left = _left(examiner, session, said)
    said(1.0, "done")
    return Debrief(
        run=session.run,
        title=case.title,
        disease=disease.name,
        summary=disease.summary,
        ending=ending(session),
        person=session.person,
        sheet=sheet,
        visits=visits,
        searches=searches,
        left=left,
        objectives=case.objectives,
        points=tuple(
            Point(session.fill(p.point), reference_of(library, p.source), _url(library, p.source)) for p in case.debrief
        ),
        names=_names(library),
        references=_references(library, [*sheet.items, *sheet.gates]),
        scans=tuple((day, session.chest(day)) for day in sight.scan_days(session.pictures())),
        twin=twin,
        performance=performance_of(session, sheet),
    )


def feedback_of(examiner: Examiner, session: Session, since: int) -> Feedback:
    """Return what a tutor says of all that came after an event, and before it at the same visit.

    Parameters
    ----------
    examiner : Examiner
    session : Session
    since : int
        Number of an event, 0 before the first. A visit whose clock had not been moved on by then is spoken of whole,
        so that nothing is lost of what was committed piece by piece.
    """
    since = max((n for n, event in session.events if n <= since and isinstance(event, Advanced)), default=0)
    assessment, library = examiner.assessment(session), session.engine.library
    items = tuple(assessment.answers(since))
    gates = tuple(gate for gate in assessment.gates() if gate.failed and gate.event > since)
    choices = {stop.closing.event: (choice, luck) for stop, choice, luck in assessment.weighed()}
    mind = examiner.mind(session)
    visits = tuple(
        _visit(mind, stop, *choices.get(stop.closing.event, (None, None)))
        for stop in _stops(session)
        if any(n > max(since, stop.before.last_event) for n, _ in stop.after.said(Belief))
    )
    return Feedback(items, gates, visits, _names(library), _references(library, [*items, *gates]))


def reference_of(library: Library, source: str) -> str:
    """Return a source in full, or that it is the authors' judgement."""
    if source in library.sources:
        known = library.sources[source]
        patients = f" (n = {known.n})" if known.n is not None else ""
        return f"{known.citation}{patients}"
    return "the authors' judgement" if source == JUDGEMENT else source


def _url(library: Library, source: str) -> str | None:
    return library.sources[source].url if source in library.sources else None


def _names(library: Library) -> dict[str, str]:
    tables = (library.findings, library.diseases, library.tests, library.treatments)
    return {name: known.name for table in tables for name, known in table.items()}


def _references(library: Library, judged: Iterable[Item | Gate]) -> dict[str, str]:
    return {source: reference_of(library, source) for source in sorted({one.source for one in judged})}


def _stops(session: Session) -> list[Stop]:
    return stops_of(session.events, situation_of((), session.place))


def _visits(examiner: Examiner, session: Session, tell: Tell) -> tuple[Visit, ...]:
    mind, stops = examiner.mind(session), _stops(session)
    choices: dict[int, tuple[Choice, float]] = {}
    for done, (stop, choice, luck) in enumerate(examiner.assessment(session).weighed(), 1):
        choices[stop.closing.event] = (choice, luck)
        tell(0.6 * min(1.0, done / len(stops)), f"weighing the choices of day {stop.before.day}")
    return tuple(_visit(mind, stop, *choices.get(stop.closing.event, (None, None))) for stop in stops)


def _visit(mind: Mind, stop: Stop, choice: Choice | None, luck: float | None) -> Visit:
    session = mind.session
    stated = [(n, belief) for n, belief in stop.after.said(Belief) if n > stop.before.last_event]
    moment = stop.after
    if stated:
        events = [(n, e) for n, e in session.events if n < stated[-1][0]]
        moment = situation_of(events, session.place)
    return Visit(
        day=stop.before.day,
        step=step_of(session.case, stop.before.day).title,
        event=stop.closing.event,
        stated=dict(stated[-1][1].shares) if stated else None,
        observer=dict(mind.posterior(moment).shares),
        choice=choice,
        luck=luck,
    )


def _searches(examiner: Examiner, session: Session, tell: Tell, where: Where | None) -> tuple[Search, ...]:
    looked = [event for _, event in session.events if isinstance(event, Looked)]
    found = []
    days = sight.scan_days(session.pictures()) if looked else []
    for done, day in enumerate(days):
        tell(0.75 + 0.1 * done / len(days), f"going back over the CT of day {day}")
        read = next((read for _, read in session.now.said(Read) if read.day == day), None)
        extent = where(session, day) if where is not None else None
        marked = _marked(examiner, session, read)
        shown = together(event.shown for event in looked if event.scan == day)
        opacities = session.chest(day).opacities
        found.append(search_of(day, shown, extent, opacities, read, marked))
    return tuple(found)


def _marked(examiner: Examiner, session: Session, read: Read | None) -> set[int]:
    """Return which opacities the marks of a read hit."""
    if examiner.draw is None or read is None or not read.marks:
        return set()
    series, radius = examiner.draw(session, read.day), examiner.policy.marking.perception.radius_mm.value
    hit = {lesion_at(mark, block_about(series, mark, radius), radius) for mark in read.marks}
    return {label for label in hit if label is not None}


def _twin(session: Session) -> Twin | None:
    try:
        found = twins(session, case_plan(session.case, TEXTBOOK, session.engine.library))
    except BadInput:
        return None  # the plan asks for something that cannot be done in this patient
    days = [day for day, _, _ in found.days]
    lines = zip(found.days, chests(session, days), chests(found.session, days), strict=True)
    pairs = tuple(Pair(day, mine, theirs, own, other) for (day, mine, theirs), own, other in lines)
    return Twin(found.plan, pairs, found.mine, found.theirs)


def _left(examiner: Examiner, session: Session, tell: Tell) -> tuple[Left, ...]:
    paths = branches(session.run.events)[:-1]
    found = []
    for done, path in enumerate(paths):
        tell(0.88 + 0.12 * done / len(paths), f"the path that was left after event {path[-1][0] if path else 0}")
        run = Run(header=session.run.header, events=tuple(event for _, event in path))
        then = Session(session.engine, session.case, run)
        found.append(Left(path[-1][0] if path else 0, then.now.day, examiner.score(then).overall))
    return tuple(found)
