"""Lanes: order, answers, cancelling, closing."""

from threading import Event, get_ident

import pytest

from trainer.ui.work import Lane, Priority


@pytest.fixture
def lane(qtbot):
    made = Lane("test")
    yield made
    made.close()


class Box:
    """Keeps what is handed over."""

    def __init__(self):
        self.got, self.errors, self.told = [], [], []

    def run(self, lane, job, **more):
        return lane.run(job, self.got.append, self.errors.append, **more)


def test_an_answer_comes_on_the_windows_thread(qtbot, lane):
    here, there = [], []
    lane.run(lambda call: there.append(get_ident()) or 7, lambda value: here.append((value, get_ident())), here.append)
    qtbot.waitUntil(lambda: bool(here))
    assert here == [(7, get_ident())]
    assert there != [get_ident()]


def test_the_most_wanted_goes_first(qtbot, lane):
    gate, box = Event(), Box()
    box.run(lane, lambda call: gate.wait(10))
    for priority in (Priority.AHEAD, Priority.NEXT, Priority.SHOWN, Priority.AHEAD, Priority.SHOWN):
        box.run(lane, lambda call, p=priority: p, priority=priority)
    gate.set()
    qtbot.waitUntil(lambda: len(box.got) == 6)
    assert box.got[1:] == sorted(box.got[1:])


def test_a_cancelled_job_answers_nothing(qtbot, lane):
    gate, box = Event(), Box()
    first = box.run(lane, lambda call: gate.wait(10))
    second = box.run(lane, lambda call: "never begun")
    first.cancel()
    second.cancel()
    gate.set()
    box.run(lane, lambda call: "last")
    qtbot.waitUntil(lambda: bool(box.got))
    assert box.got == ["last"]
    assert not box.errors


def test_a_job_cancelled_after_it_was_done_answers_nothing(qtbot, lane):
    done, box = Event(), Box()
    call = box.run(lane, lambda call: done.set())
    assert done.wait(10)
    call.cancel()
    box.run(lane, lambda call: "last")
    qtbot.waitUntil(lambda: bool(box.got))
    assert box.got == ["last"]


def test_an_error_is_handed_over(qtbot, lane):
    box = Box()

    def job(call):
        raise ValueError("so")

    box.run(lane, job)
    qtbot.waitUntil(lambda: bool(box.errors))
    assert str(box.errors[0]) == "so"


def test_progress_is_told_and_stops_with_cancelling(qtbot, lane):
    box, on = Box(), Event()

    def job(call):
        call.tell(0.5, "half")
        on.wait(10)
        call.tell(1.0, "never")

    call = box.run(lane, job, progress=lambda share, text: box.told.append((share, text)))
    qtbot.waitUntil(lambda: bool(box.told))
    call.cancel()
    on.set()
    box.run(lane, lambda call: "last")
    qtbot.waitUntil(lambda: bool(box.got))
    assert (box.told, box.got, box.errors) == ([(0.5, "half")], ["last"], [])


def test_closing_stops_the_present_job_and_drops_the_rest(qtbot):
    lane, begun, box = Lane("test"), Event(), Box()

    def job(call):
        begun.set()
        while not call.cancelled():
            pass
        return "stopped"

    box.run(lane, job)
    box.run(lane, lambda call: "second")
    assert begun.wait(10)
    lane.close()
    box.run(lane, lambda call: "after")
    qtbot.wait(20)
    assert box.got == []
