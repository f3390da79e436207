"""The desk: one route for commands, and nothing shown that is not kept."""

import pytest

from trainer.core.error import BadInput
from trainer.encounter.event import Advance, RolledBack, TestOrdered
from trainer.encounter.run import Header, Run, decode
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import read_case
from trainer.knowledge.plan import Request
from trainer.ui.desk import Desk

CRP = TestOrdered(request=Request(test="crp", day=0))


class Clock:
    second = 0

    def __call__(self):
        return self.second


@pytest.fixture
def kept():
    return []


def desk_of(engine, save, mode="tutor"):
    case = read_case("wandering-shadows", engine.library)
    session = Session(engine, case, Run(header=Header(case=case.id, version=case.version, seed=3, mode=mode)))
    clock = Clock()
    return Desk(session, save, clock), clock


def test_a_command_is_kept_before_submit_returns(engine, kept):
    desk, clock = desk_of(engine, kept.append)
    clock.second = 12
    assert desk.submit(CRP) is None
    assert [event.second for event in kept[-1].events] == [12]
    assert kept[-1].seal == kept[-1].digest()


def test_a_refused_command_changes_nothing(engine, kept):
    desk, _ = desk_of(engine, kept.append)
    desk.submit(CRP)
    assert "already" in desk.submit(CRP)
    assert len(kept) == 1
    assert len(desk.run.events) == 1


@pytest.mark.parametrize("command", [CRP, Advance(to_day=7), RolledBack(to=1)])
def test_what_could_not_be_kept_has_not_happened(engine, kept, command):
    broken = []

    def save(run):
        if broken:
            raise BadInput("no room on the disk")
        kept.append(run)

    desk, _ = desk_of(engine, save)
    desk.submit(TestOrdered(request=Request(test="pulse-oximetry", day=0)))
    desk.submit(Advance(to_day=3))
    if not isinstance(command, RolledBack):
        desk.submit(RolledBack(to=1))
    before = sealed(desk.session)
    broken.append(True)
    with pytest.raises(BadInput, match="no room"):
        desk.submit(command)
    assert sealed(desk.session) == before == kept[-1]
    broken.clear()
    assert desk.submit(command) is None
    assert desk.run.events == kept[-1].events
    assert len(kept[-1].events) == len(before.events) + 1


def test_the_time_of_an_examination_is_kept_without_any_event(engine, kept):
    desk, clock = desk_of(engine, kept.append, "exam")
    clock.second = 600
    desk.keep_time()
    assert decode(kept[-1].encode(), "run") == kept[-1]
    assert kept[-1].elapsed_s == 600
    clock.second = 700
    desk.submit(CRP)
    assert kept[-1].elapsed_s == 700
    tutor, clock = desk_of(engine, kept.append)
    clock.second = 800
    tutor.keep_time()
    assert kept[-1].elapsed_s == 700


def test_an_examination_ends_with_its_time(engine, kept):
    desk, clock = desk_of(engine, kept.append, "exam")
    assert desk.seconds_left == desk.session.case.minutes * 60
    clock.second = desk.session.case.minutes * 60 + 1
    assert desk.over
    assert "time is up" in desk.submit(CRP)
    assert desk_of(engine, kept.append)[0].seconds_left is None
