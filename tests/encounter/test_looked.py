"""What was on the screen is kept in the run, changes nothing, and is never scored."""

import re

import pytest
from pydantic import ValidationError

from trainer.encounter.event import Advance, Ended, Looked, TestOrdered
from trainer.encounter.run import decode
from trainer.encounter.session import Rejected, Session, sealed
from trainer.knowledge.casebook import case_plan, read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Request


@pytest.fixture(scope="module")
def case():
    return read_case("wandering-shadows", library())


def looked_at(examiner, case, *looks):
    """Return the resident's run, with looks put in before each move of the clock, and without."""
    plain = examiner.play(examiner.session(case, 1), case_plan(case, "resident", library()))
    session = examiner.session(case, 1)
    for event in plain.run.events:
        if event.kind in ("advanced", "end"):
            for scan, shown in looks:
                session.submit(Looked(day=session.now.day, scan=scan, shown=shown))
            command = Advance(to_day=event.to_day, stops=event.stops) if event.kind == "advanced" else event
            session.submit(command)
        else:
            session.submit(event)
    return plain, session


def test_a_run_with_looks_is_played_again(engine, examiner, case):
    _, session = looked_at(examiner, case, (0, "012"))
    kept = sealed(session)
    assert sum(event.kind == "looked" for event in kept.events) > 3
    again = Session(engine, case, decode(kept.encode(), "run"))
    assert sealed(again) == kept


def test_looks_change_neither_patient_nor_score(examiner, case):
    plain, session = looked_at(examiner, case, (0, "0" * 50 + "2" * 200), (84, "1" * 250))
    assert session.now.day == plain.now.day and session.now.tests != plain.now.tests  # numbers of events alone differ
    assert session.bedside.patient(session.now.day) == plain.bedside.patient(plain.now.day)

    def worth(one):
        sheet = examiner.score(one)
        items = [(i.id, i.points, i.most, re.sub(r"event \d+", "event", i.reason)) for i in sheet.items]
        return sheet.overall, sheet.dials, items

    assert worth(session) == worth(plain)


def test_only_a_ct_that_is_there_can_be_looked_at(examiner, case):
    session = examiner.session(case, 1)

    def refusal(**what):
        answer = session.submit(Looked(**{"day": 0, "scan": 0, "shown": "2", **what}))
        return answer.reason if isinstance(answer, Rejected) else None

    assert refusal() == "there is no CT of day 0"
    session.submit(TestOrdered(request=Request(test="thin-section-ct", day=0)))
    assert refusal() is None
    assert refusal(scan=3) == "there is no CT of day 3"
    assert refusal(day=1) is not None
    session.submit(Ended(day=0))
    assert refusal() == "the case is over"


@pytest.mark.parametrize("shown", ["", "3", "1 2", "2" * 2001])
def test_a_look_is_one_digit_a_slice(shown):
    with pytest.raises(ValidationError):
        Looked(day=0, scan=0, shown=shown)
