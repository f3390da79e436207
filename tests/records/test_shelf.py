"""The shelf: every run kept at once and whole, listed without playing it, and nothing ever lost in silence."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trainer import __version__
from trainer.core.error import AtollError, BadInput
from trainer.encounter.event import Advanced, CourseStarted, Ended, Interrupt, RolledBack, TestOrdered
from trainer.encounter.run import Header, Run
from trainer.knowledge.plan import Course, Request, Step
from trainer.reasoning.dial import DialReading, ScoreSheet
from trainer.records.shelf import Shelf

ROOT = Path(__file__).resolve().parents[2]
CASE = "wandering-shadows"
SHEET = ScoreSheet(72.4, {"perception": DialReading(64.0, 6.0), "safety": DialReading(100.0, 0.5)}, (), ())


def run(*events, seed=1, case=CASE, mode="tutor"):
    made = Run(header=Header(case=case, seed=seed, mode=mode))
    for event in events:
        made = made.then(event)
    return made.sealed("0" * 64)


def long_run(seed=1):
    """A run of some ninety events, as a long case makes."""
    events = []
    for day in range(30):
        course = Course(give="prednisolone", day=day, steps=(Step(dose=0.5, unit="mg/kg", days=28),) * 6)
        order = TestOrdered(request=Request(test="ct-chest", day=day))
        events += [CourseStarted(course=course), order, Advanced(to_day=day + 1, day=day + 1)]
    return run(*events, seed=seed)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "runs")


def test_what_is_saved_is_loaded_and_listed(shelf):
    name = shelf.new_name(CASE, 3)
    assert name == f"{CASE}-3-1"
    kept = run(Advanced(to_day=28, day=28), seed=3, mode="exam")
    shelf.save(name, kept)
    assert Shelf(shelf.folder).load(name) == kept
    (entry,) = shelf.entries()
    assert (entry.name, entry.case, entry.seed, entry.mode) == (name, CASE, 3, "exam")
    assert (entry.day, entry.over, entry.playable, entry.score) == (28, False, True, None)
    assert shelf.new_name(CASE, 3) == f"{CASE}-3-2"
    assert shelf.complaints == ()


@pytest.mark.parametrize(
    ("events", "day", "over"),
    [
        ((), 0, False),
        ((Advanced(to_day=9, day=7),), 7, False),
        ((Advanced(to_day=9, day=9), Ended(day=9)), 9, True),
        ((Advanced(to_day=9, day=5, why=(Interrupt(kind="death", text="x"),)),), 5, True),
        ((Advanced(to_day=9, day=9), Ended(day=9), RolledBack(to=1)), 9, False),
        ((Advanced(to_day=9, day=9), RolledBack(to=0), Advanced(to_day=4, day=4)), 4, False),
    ],
)
def test_the_list_knows_where_a_run_stands(shelf, events, day, over):
    from trainer.encounter.run import live
    from trainer.encounter.situation import situation_of

    kept = run(*events)
    shelf.save("a-1-1", kept)
    (entry,) = shelf.entries()
    now = situation_of(live(kept.events))
    assert (entry.day, entry.over) == (day, over) == (now.day, now.over)


def test_the_last_played_comes_first_and_a_change_is_seen(shelf):
    for seed in (1, 2):
        shelf.save(f"{CASE}-{seed}-1", run(seed=seed))
        os.utime(shelf.folder / f"{CASE}-{seed}-1.json", ns=(seed * 10**9, seed * 10**9))
    assert [entry.seed for entry in shelf.entries()] == [2, 1]
    shelf.save(f"{CASE}-1-1", run(Advanced(to_day=3, day=3)))
    assert [(entry.seed, entry.day) for entry in shelf.entries()] == [(1, 3), (2, 0)]


def test_a_new_seed_on_each_start(shelf):
    had = []
    for _ in range(4):
        seed = shelf.next_seed(CASE)
        had.append(seed)
        shelf.save(shelf.new_name(CASE, seed), run(seed=seed))
    assert len(set(had)) == 4
    assert shelf.next_seed("the-tailor") == 1
    (shelf.folder / f"{CASE}-{had[-1]}-1.json").write_text("{")
    assert shelf.next_seed(CASE) not in had, "a damaged run has shown its patient, too"
    assert shelf.next_seed(CASE) not in had


def test_the_score_is_noted_beside_the_run(shelf):
    shelf.save(f"{CASE}-1-1", run(Ended(day=0)))
    assert shelf.entries()[0].score is None
    shelf.note_score(f"{CASE}-1-1", SHEET)
    for one in (shelf, Shelf(shelf.folder)):
        (entry,) = one.entries()
        assert entry.over and entry.score.overall == 72.4
        assert entry.score.dials["perception"].se == 6.0
    noted = shelf.folder / f"{CASE}-1-1.score.json"
    noted.write_text(noted.read_text().replace("64.0", "1e300"))
    assert Shelf(shelf.folder).entries()[0].score is None, "no bar is as long as that"
    noted.write_text("[]")
    again = Shelf(shelf.folder)
    assert again.entries()[0].score is None
    assert "set aside" in again.complaints[0]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format": 2}', json.dumps({"format": 1, "header": {}})])
def test_what_is_no_run_is_set_aside(shelf, text):
    shelf.save(f"{CASE}-1-1", run())
    foreign = shelf.folder / f"{CASE}-2-1.json"
    for number in range(2):
        foreign.write_text(text)
        assert [entry.seed for entry in shelf.entries()] == [1]
        assert len(shelf.complaints) == number + 1
        assert "\n" not in shelf.complaints[-1] and "set aside as" in shelf.complaints[-1]
    kept = sorted(path.name for path in shelf.folder.glob("*.damaged"))
    assert kept == [f"{CASE}-2-1.json.2.damaged", f"{CASE}-2-1.json.damaged"]
    assert (shelf.folder / kept[0]).read_text() == text


def test_a_run_that_was_changed_by_hand_is_set_aside_when_it_is_loaded(shelf):
    shelf.save("a-1-1", run(Advanced(to_day=28, day=28)))
    path = shelf.folder / "a-1-1.json"
    path.write_text(path.read_text().replace("28", "27"))
    with pytest.raises(BadInput, match=r"changed after it was saved.*set aside as a-1-1\.json\.damaged"):
        shelf.load("a-1-1")
    assert shelf.entries() == ()
    with pytest.raises(BadInput, match="no such run"):
        shelf.load("a-1-1")


def test_a_run_of_another_version_stays_where_it_is(shelf):
    shelf.save("a-1-1", run(Advanced(to_day=28, day=28)))
    path = shelf.folder / "a-1-1.json"
    for text in (
        path.read_text().replace(f'"engine": "{__version__}"', '"engine": "9.0"'),
        '{"format": 7, "header": {"engine": "9.0", "case": "a", "seed": 4, "odd": 1}}',
    ):
        path.write_text(text)
        (entry,) = shelf.entries()
        assert not entry.playable
        with pytest.raises(BadInput, match=r"engine 9\.0"):
            shelf.load("a-1-1")
        assert path.read_text() == text
    assert shelf.complaints == ()


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", ""])
def test_a_name_leads_nowhere_else(shelf, name):
    with pytest.raises(BadInput, match="no name of a run"):
        shelf.save(name, run())


def test_other_files_are_let_be(shelf):
    shelf.save("a-1-1", run())
    (shelf.folder / "notes.txt").write_text("mine")
    (shelf.folder / "folder.json").mkdir()
    assert len(shelf.entries()) == 1
    assert (shelf.folder / "notes.txt").read_text() == "mine"


def test_a_full_disk_is_said_in_one_line_and_the_run_before_is_still_there(shelf, monkeypatch):
    before = run(Advanced(to_day=1, day=1))
    shelf.save("a-1-1", before)

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AtollError, match="No space left on device") as caught:
        shelf.save("a-1-1", run(Advanced(to_day=2, day=2)))
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert shelf.load("a-1-1") == before
    assert not list(shelf.folder.glob(".atoll-*"))


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    shelf = Shelf(tmp_path / "file" / "runs")
    assert shelf.entries() == ()
    with pytest.raises(AtollError, match=r"cannot be made.*set ATOLL_HOME"):
        shelf.save("a-1-1", run())


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes anywhere")
def test_a_read_only_folder_is_said_in_one_line(shelf):
    shelf.folder.mkdir()
    shelf.folder.chmod(0o500)
    try:
        with pytest.raises(AtollError, match="cannot be written"):
            shelf.save("a-1-1", run())
        assert shelf.entries() == ()
    finally:
        shelf.folder.chmod(0o700)


SAVING = """
import sys
from pathlib import Path
from tests.records.test_shelf import long_run
from trainer.records.shelf import Shelf
shelf, number = Shelf(Path(sys.argv[1])), 0
made = [long_run(seed) for seed in (1, 2)]
shelf.save("a-1-1", made[0])
print("ready", flush=True)
while True:
    number += 1
    shelf.save("a-1-1", made[number % 2])
"""


@pytest.fixture
def other_window(shelf):
    """Another process that saves and saves."""
    command = [sys.executable, "-c", SAVING, str(shelf.folder)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert started.stdout.readline() == "ready\n"
    yield started
    started.kill()
    started.wait()
    started.stdout.close()


def test_a_second_window_does_not_write_and_a_killed_one_lets_go(shelf, other_window):
    with pytest.raises(BadInput, match="open already"):
        shelf.save("b-1-1", run())
    assert not (shelf.folder / "b-1-1.json").exists()
    time.sleep(0.05)
    other_window.send_signal(signal.SIGKILL)
    other_window.wait()
    assert shelf.load("a-1-1") in {long_run(1), long_run(2)}, "killed while it wrote, and whole"
    shelf.save("b-1-1", run())
    assert {entry.name for entry in shelf.entries()} == {"a-1-1", "b-1-1"}
    assert not list(shelf.folder.glob(".atoll-*")), "what was half-written is cleared away"


@pytest.mark.parametrize(
    "name", [f"{CASE}-{2**63 - 1}-1", f"{CASE}-{'9' * 30}-1", f"{CASE}-\u00b2-1", f"{CASE}-5-\u0663"]
)
def test_a_file_with_an_odd_name_does_not_bar_a_case(shelf, name):
    shelf.save(f"{CASE}-3-1", run(seed=3))
    (shelf.folder / f"{name}.json").write_text("{")
    assert shelf.next_seed(CASE) == 4
    assert shelf.new_name(CASE, 4) == f"{CASE}-4-1"


@pytest.mark.parametrize("seed", [-1, 2**63, 10**4000], ids=["negative", "large", "huge"])
def test_a_run_of_another_version_with_an_odd_seed_is_set_aside(shelf, seed):
    shelf.save(f"{CASE}-3-1", run(seed=3))
    header = {"engine": "9.0", "case": CASE, "seed": seed}
    (shelf.folder / f"{CASE}-9-1.json").write_text(json.dumps({"format": 7, "header": header}))
    assert [entry.seed for entry in shelf.entries()] == [3]
