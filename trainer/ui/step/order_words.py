"""Orders in words. Knows no Qt."""

from __future__ import annotations

from trainer.encounter import chart
from trainer.encounter.event import CourseStarted, CourseStopped, TestOrdered, WaitingChosen
from trainer.knowledge.library import Library
from trainer.knowledge.number import JUDGEMENT
from trainer.knowledge.orderset import OrderSet
from trainer.knowledge.plan import Course
from trainer.reasoning.item import capital
from trainer.ui.step.draft import Order
from trainer.ui.step.taper import in_text

PLACES = {"home": "home", "clinic": "to the clinic", "ward": "to the ward", "icu": "to intensive care"}


def in_words(order: Order, library: Library) -> str:
    """Return an order as a chart says it."""
    match order:
        case TestOrdered(request=request):
            return library.tests[request.test].name
        case CourseStarted(course=course):
            return course_words(course, library)
        case CourseStopped(give=give):
            return f"Stop {library.treatments[give].name}"
        case WaitingChosen(return_day=back, earlier_if=why):
            return f"Watch and wait, back on day {back}{f', earlier if {why}' if why else ''}"
        case _:
            return f"Move {PLACES[order.place]}"


def course_words(course: Course, library: Library) -> str:
    """Return a course with its doses."""
    return f"{library.treatments[course.give].name}: {in_text(course.steps)}"


def result_words(order: Order, library: Library) -> str:
    """Return when the result of what is ordered is there; nothing for what has none."""
    if not isinstance(order, TestOrdered):
        return ""
    due = due_day(order, library)
    return "result same day" if due == order.request.day else f"result day {due}"


def due_day(order: TestOrdered, library: Library) -> int:
    """Return the day on which the result of a test is there."""
    return chart.known_day(library.tests[order.request.test], order.request.day)


def source_words(one: OrderSet) -> str:
    """Return where a set comes from, and why it is what it is."""
    return f"{capital(one.reason or '')}. Source: {source_name(one.source)}."


def source_name(source: str) -> str:
    """Return the key of a source as a reader knows it: "Lazor 2000"."""
    return source if source == JUDGEMENT else source.replace("-", " ").capitalize()
