"""The orders of an encounter, in the forms that marking takes."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.encounter.interrupt import RELAPSE
from trainer.encounter.session import Session
from trainer.encounter.situation import Begun, died
from trainer.knowledge.keyfeature import OBSERVE
from trainer.knowledge.marking import Safety
from trainer.reasoning.economy import Charge
from trainer.reasoning.gate import Known, Saturation, Stretch
from trainer.reasoning.item import Moment
from trainer.reasoning.keyfeature import Log, Order
from trainer.reasoning.taper import Taper

_LEAST_DAYS = 3  # a course that is stopped sooner was not given; judgement


def orders_of(session: Session) -> tuple[Order, ...]:
    """Return what was ordered, in the order of the events; what ends a treatment is no order of it."""
    now, treatments = session.now, session.engine.library.treatments
    found = [Order(o.request.test, o.request.day, o.event) for o in now.tests]
    found += [
        Order(b.course.give, b.course.day or 0, b.event, treatments[b.course.give].group == "glucocorticoid")
        for index, b in enumerate(now.begun)
        if taken_days(now.begun, index) >= min(_LEAST_DAYS, sum(step.days for step in b.course.steps))
        and any(step.dose > 0 for step in b.course.steps)
    ]
    found += [Order(OBSERVE, day, number) for number, day, _ in now.waits]
    return tuple(sorted(found, key=lambda order: order.event))


def taken_days(begun: Sequence[Begun], index: int) -> int:
    """Return how long a course was or will be taken, until a later one of the same treatment replaces it."""
    course = begun[index].course
    start = course.day or 0
    later = [b.course.day or 0 for b in begun[index + 1 :] if b.course.give == course.give]
    days = sum(step.days for step in course.steps if step.dose > 0)
    return max(0, min([days, *(day - start for day in later)]))


def log_of(session: Session, closing: Moment) -> Log:
    """Return all that was ordered, as key features are judged on it."""
    now, library = session.now, session.engine.library
    relapses = tuple(day for _, day, why in now.stops if any(one.text == RELAPSE for one in why))
    first = [b.course for b in now.begun if not relapses or (b.course.day or 0) < relapses[0]]
    ends = [(c.day or 0) + sum(step.days for step in c.steps) for c in now.courses]
    last = now.day if died(now) else max([now.day, *ends])
    return Log(
        orders=orders_of(session),
        taper=Taper.of(session.bedside.drugs(now.courses, last)),
        first_course=Taper.of(session.bedside.drugs(first, last)),
        weight_kg=session.person.weight_kg,
        until_day=now.day,
        closing=closing,
        relapses=relapses,
        names={
            thing: known.name
            for table in (library.diseases, library.tests, library.treatments)
            for thing, known in table.items()
        }
        | {OBSERVE: "watchful waiting"},
    )


def known_of(session: Session, stretches: Sequence[Stretch], safety: Safety) -> Known:
    """Return what the safety gates are judged on."""
    now, library = session.now, session.engine.library
    found = session.results()
    wanted = safety.hypoxaemia.finding if safety.hypoxaemia is not None else None
    defects = safety.prophylaxis.defects if safety.prophylaxis is not None else ()
    sparing = {c.give for c in now.courses if library.treatments[c.give].group == "steroid-sparing"}
    return Known(
        drugs=session.bedside.drugs(now.courses, max(now.day, 1)),
        stretches=tuple(stretches),
        saturations=tuple(
            Saturation(r.taken_day, r.event, float(r.value)) for r in found if r.report.finding == wanted
        ),
        deteriorations=tuple(
            Moment(day, number)
            for number, day, why in now.stops
            if any(one.kind == "deterioration" for one in why) and not any(one.kind == "death" for one in why)
        ),
        defects=(
            *(r.report.finding for r in found if r.report.finding in defects and r.value is True),
            *sorted(sparing),
        ),
    )


def charges_of(session: Session, until_day: int) -> list[Charge]:
    """Return what was spent by a day."""
    now, library = session.now, session.engine.library
    charges = [
        Charge.of_test(Order(o.request.test, o.request.day, o.event), library.tests[o.request.test])
        for o in now.tests
        if o.request.day <= until_day
    ]
    for index, begun in enumerate(now.begun):
        course = begun.course
        start = course.day or 0
        taken = max(0, min(taken_days(now.begun, index), until_day - start))
        order = Order(course.give, start, begun.event)
        charges.append(Charge.of_treatment(order, library.treatments[course.give], taken))
    return charges
