"""A player that follows a plan: its orders day by day, its conditional courses when they are met, its words.

What it says at a step comes from a `Speaker`, so that the same orders can be played by one who writes down what the
plan says, by one who believes what the findings warrant, or by a robot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from trainer.core.error import BadInput
from trainer.encounter.event import (
    Advance,
    BeliefStated,
    Command,
    CourseStarted,
    CourseStopped,
    Ended,
    EvidenceCited,
    ForecastStated,
    ReadStated,
    TestOrdered,
    WaitingChosen,
)
from trainer.encounter.session import Rejected, Session
from trainer.knowledge.plan import Course, Plan, Request
from trainer.knowledge.statement import Belief, Citation, Forecast, Read

_USUAL_VISIT_DAYS = 28


class Speaker(Protocol):
    """Who speaks for a player at a stop; None or nothing leaves it unsaid."""

    def read(self, session: Session) -> Read | None:
        """Return the read of today's CT."""

    def belief(self, session: Session) -> Belief | None:
        """Return the differential diagnosis."""

    def evidence(self, session: Session) -> Sequence[Citation]:
        """Return what is cited for and against."""

    def forecast(self, session: Session, next_day: int) -> Forecast | None:
        """Return what is expected of the next visit."""


class Written:
    """Says what the plan has written out for the day.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def read(self, session: Session) -> Read | None:
        """Return the read of today's CT."""
        return next((read for read in self.plan.reads if read.day == session.now.day), None)

    def belief(self, session: Session) -> Belief | None:
        """Return the differential diagnosis."""
        return next((belief for belief in self.plan.beliefs if belief.day == session.now.day), None)

    def evidence(self, session: Session) -> Sequence[Citation]:
        """Return what is cited for and against."""
        return [citation for citation in self.plan.evidence if citation.day == session.now.day]

    def forecast(self, session: Session, next_day: int) -> Forecast | None:  # noqa: ARG002 - the plan has written it
        """Return what is expected of the next visit."""
        return next((forecast for forecast in self.plan.forecasts if forecast.day == session.now.day), None)


def stops_of(plan: Plan, last_day: int) -> list[int]:
    """Return the days on which a player of this plan stops; every four weeks if it names no visits."""
    visits = plan.visits or range(0, last_day + 1, _USUAL_VISIT_DAYS)
    said = [r.day for r in plan.reads] + [b.day for b in plan.beliefs] + [c.day for c in plan.evidence]
    ordered = [t.day for t in plan.tests] + [c.day for c in plan.treatments if c.day is not None]
    days = {0, *visits, *said, *ordered, *(f.day for f in plan.forecasts)}
    return sorted(days)


def play(session: Session, plan: Plan, speaker: Speaker) -> None:
    """Play a case from the start by a plan, to its last stop or the patient's death.

    Raises
    ------
    BadInput
        If the encounter refuses something that the plan says.
    """
    stops = stops_of(plan, session.case.last_day)
    if stops[-1] > session.case.last_day:
        raise BadInput(f"the plan goes on to day {stops[-1]}; the case ends on day {session.case.last_day}")
    for number, day in enumerate(stops):
        _go(session, plan, day)
        if session.now.over:
            return
        ahead = stops[number + 1] if number + 1 < len(stops) else None
        _visit(session, plan, speaker, ahead)
    _do(session, Ended(day=session.now.day))


def play_until(session: Session, plan: Plan, speaker: Speaker, until_day: int) -> None:
    """Play a case from the start by a plan up to a day, and stand there before anything is ordered or said.

    Raises
    ------
    BadInput
        If the encounter refuses something that the plan says, or the patient does not live to see the day.
    """
    stops = [day for day in stops_of(plan, session.case.last_day) if day < until_day]
    for number, day in enumerate(stops):
        _go(session, plan, day)
        if not session.now.over:
            _visit(session, plan, speaker, stops[number + 1] if number + 1 < len(stops) else until_day)
    _go(session, plan, until_day)
    if session.now.over:
        raise BadInput(f"the patient did not live to day {until_day}")


def _go(session: Session, plan: Plan, day: int) -> None:
    """Move the clock on to a day, and answer what stops it on the way."""
    while session.now.day < day and not session.now.over:
        _do(session, Advance(to_day=day, stops="urgent"))
        if session.now.day < day and not session.now.over:
            _answer_call(session, plan)
            _answer(session, plan)


def _visit(session: Session, plan: Plan, speaker: Speaker, next_day: int | None) -> None:
    today = session.now.day
    for request in plan.tests:
        if request.day == today:
            _do(session, TestOrdered(request=request))
    if session.now.stops and session.now.stops[-1][1] == today and session.now.stops[-1][2]:
        _answer_call(session, plan)
    if any(picture.modality == "CT" and picture.day == today for picture in session.pictures()):
        read = speaker.read(session)
        if read is not None:
            _do(session, ReadStated(read=read))
    belief = speaker.belief(session)
    if belief is not None:
        _do(session, BeliefStated(belief=belief))
    for citation in speaker.evidence(session):
        _do(session, EvidenceCited(citation=citation))
    _answer(session, plan)
    ordered = [course for course in plan.treatments if course.day == today]
    for course in ordered:
        _start(session, course)
    if next_day is not None:
        if today in plan.observe or not ordered:
            _do(session, WaitingChosen(day=today, return_day=next_day, earlier_if="worse"))
        forecast = speaker.forecast(session, next_day)
        if forecast is not None:
            _do(session, ForecastStated(forecast=forecast))


def _answer_call(session: Session, plan: Plan) -> None:
    """Look at a patient who has got worse or called."""
    today = session.now.day
    ordered = {o.request.test for o in session.now.tests if o.request.day == today}
    for test in plan.answers:
        if test not in ordered:
            _do(session, TestOrdered(request=Request(test=test, day=today)))


def _answer(session: Session, plan: Plan) -> None:
    """Start what the plan keeps for a relapse, if one was noticed since the visit before."""
    now = session.now
    since = now.visits[-2] + 1 if len(now.visits) > 1 else 0
    if any(session.bedside.relapsing(day) for day in range(since, now.day + 1)):
        for course in plan.treatments:
            if course.when == "relapse":
                _start(session, course)


def _start(session: Session, course: Course) -> None:
    today = session.now.day
    if all(step.dose == 0 for step in course.steps):
        _do(session, CourseStopped(give=course.give, day=today))
    else:
        _do(session, CourseStarted(course=Course(give=course.give, day=today, steps=course.steps)))


def _do(session: Session, command: Command) -> None:
    answer = session.submit(command)
    if isinstance(answer, Rejected):
        raise BadInput(f"the plan cannot be played on day {session.now.day}: {answer.reason}")
