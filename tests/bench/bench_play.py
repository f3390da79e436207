"""Memory of the window over hours of scripted play: `ATOLL_PLAYS=30 pytest -m bench -s tests/bench/bench_play.py`.

One play is a year of the classic case, each with another patient: six CTs looked through from end to end in two panes,
orders, reads, beliefs, the tutor's feedback and the debrief. A person takes some twenty minutes for it, so six plays
stand for two hours.
"""

import gc
import os
from pathlib import Path

import pytest

from tests.records.kept import shelf_in
from tests.ui.shots import still, wait
from trainer.encounter.event import Advance, BeliefStated, CourseStarted, Ended, ReadStated, TestOrdered
from trainer.encounter.sight import true_read
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import Belief
from trainer.ui.library.catalogue import StartRequest
from trainer.ui.preference import Preferences
from trainer.ui.window import MainWindow

CASE = "wandering-shadows"
DAYS = (7, 28, 91, 189, 365)


def resident_mb():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def look_through(room):
    """Scroll the active pane from end to end."""
    wait(lambda: room.stage.canvas.frame is not None)
    room.stage.canvas.setFocus()
    room.do("first-slice")
    for _ in range(40):
        room.do("ten-up")
        still(20)


def visit(page):
    desk = page.desk
    today, before = desk.day, [day for day in desk.scan_days if day < desk.day]
    wanted = [TestOrdered(request=Request(test=test, day=today)) for test in ("thin-section-ct", "crp")]
    if today == 7:
        course = Course(give="prednisolone", day=7, steps=(Step(dose=30, unit="mg", days=60),))
        wanted.append(CourseStarted(course=course))
    page.submit(wanted)
    look_through(page.room)
    read = true_read(desk.session, today, before[-1] if before else None)
    page.submit([ReadStated(read=read), BeliefStated(belief=Belief(day=today, shares={"cop": 0.8, "other": 0.2}))])


def play(window, shelf):
    window.library.start_asked.emit(StartRequest(CASE, shelf.next_seed(CASE), "tutor", 1.0, "default"))
    wait(lambda: window.encounter is not None and window.encounter.desk is not None)
    page = window.encounter
    wait(lambda: page._pictures.ready)
    visit(page)
    for day in DAYS:
        while page.desk.day < day and not page.desk.over:
            page.submit([Advance(to_day=day, stops="urgent")])
        if page.desk.over:
            break
        visit(page)
    if not page.desk.over:
        page.submit([Ended(day=page.desk.day)])
    page.finish()
    wait(lambda: window.debrief.debrief is not None)
    window.show_library()
    still(200)


@pytest.mark.bench
def test_memory_over_hours_of_play(qtbot, tmp_path):
    window = MainWindow(shelf_in(Path(tmp_path)), Preferences(), scale=2)
    window.resize(1366, 768)
    window.show()
    shelf = window.study.shelf
    found = []
    for number in range(int(os.environ.get("ATOLL_PLAYS", "8"))):
        play(window, shelf)
        found.append(resident_mb())
        print(f"after play {number + 1}: {found[-1]:.0f} MB, {found[-1] - found[min(1, number)]:+.0f} since the second")
    window.close()
