"""A player that follows a plan: what it says for each visit, and its conditional courses when they are met."""

from __future__ import annotations

from trainer.core.error import BadInput
from trainer.encounter.event import Advanced, BeliefStated, CourseStarted, Event, TestOrdered
from trainer.encounter.session import Session, situation_of
from trainer.knowledge.plan import Course, Plan

_USUAL_VISIT_DAYS = 28


def play(session: Session, plan: Plan) -> None:
    """Play a case from the start by a plan, to its last visit or the patient's death.

    A plan that names no visits sees the patient every four weeks to the end of the case.

    Raises
    ------
    BadInput
        If the encounter refuses something that the plan says.
    """
    visits = plan.visits or range(0, session.case.last_day + 1, _USUAL_VISIT_DAYS)
    stops = {0, *visits, *(c.day for c in plan.treatments if c.day is not None), *(t.day for t in plan.tests)}
    for day in sorted(d for d in stops if d <= session.case.last_day):
        if day > 0:
            _do(session, Advanced(to_day=day))
        if session.died:
            return
        for belief in plan.beliefs:
            if belief.day == day:
                _do(session, BeliefStated(belief=belief))
        for request in plan.tests:
            if request.day == day:
                _do(session, TestOrdered(request=request))
        for course in plan.treatments:
            if course.day == day or (course.when == "relapse" and session.relapsing):
                _do(session, CourseStarted(course=Course(give=course.give, day=day, steps=course.steps)))


def _do(session: Session, event: Event) -> None:
    refused = session.submit(event)
    if refused is not None:
        raise BadInput(f"the plan cannot be played on day {situation_of(session.run).day}: {refused.reason}")
