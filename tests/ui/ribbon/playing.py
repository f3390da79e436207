"""A desk with a real patient on it, played as far as a test needs."""

from trainer.encounter.event import Advance, CourseStarted, TestOrdered
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Request, Step
from trainer.ui.desk import Desk

FIRST = (
    "history-onset", "history-drugs", "vital-signs", "crp", "full-blood-count", "spirometry", "thin-section-ct",
    "chest-auscultation", "ana",
)  # fmt: skip


class Clock:
    """Seconds that a test sets."""

    def __init__(self):
        self.now = 0

    def __call__(self):
        return self.now


def desk_of(engine, seed=3, mode="tutor", clock=None):
    case = read_case("wandering-shadows", library())
    session = Session(engine, case, Run(header=Header(case=case.id, seed=seed, mode=mode)))
    return Desk(session, lambda run: None, clock or Clock())


def do(desk, *commands):
    for command in commands:
        refused = desk.submit(command)
        assert refused is None, refused


def order(desk, *tests):
    do(desk, *(TestOrdered(request=Request(test=test, day=desk.day)) for test in tests))


def go(desk, day):
    """Move the clock on until a day, whatever stops it on the way."""
    while desk.day < day:
        do(desk, Advance(to_day=day))


def give(desk, treatment, *steps):
    do(desk, CourseStarted(course=Course(give=treatment, day=desk.day, steps=tuple(steps))))


def taper(desk, *doses_and_days):
    give(desk, "prednisolone", *(Step(dose=float(dose), days=days) for dose, days in doses_and_days))


def played(engine, **header):
    """A desk on day 28: tests on day 0, a lavage and the first steroid on day 7, the second CT on day 28."""
    desk = desk_of(engine, **header)
    order(desk, *FIRST)
    go(desk, 7)
    order(desk, "bronchoscopy-lavage")
    taper(desk, (40, 28), (20, 56), (10, 40))
    give(desk, "co-trimoxazole-prophylaxis", Step(dose=1.0, unit="1", days=90))
    go(desk, 28)
    order(desk, "vital-signs", "crp", "thin-section-ct")
    return desk
