"""Writers that are killed in the middle of what they write: `python -m tests.records.dying FOLDER KILLS SEED`.

One process has all loaded and forks a writer for each kill, so that many are killed in a minute. A writer goes on with
the run that the one before left, and says each event once its commit has returned. It is killed after so many of these
and so many turns of a loop, both drawn from the seed. Then the records are opened again: every event that was said is
there, at most the one that was being written more, and the database and the run are whole. Every eighth writer is
killed while it makes new records in an empty folder, and every eighth while it mends damaged ones.
"""

import os
import random
import shutil
import signal
import sqlite3
import sys
import traceback
from contextlib import closing
from pathlib import Path

import alembic.command  # noqa: F401 - loaded once, before the forks
import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401

from tests.records.kept import shelf_in
from trainer.encounter.event import Advanced, CourseStarted, TestOrdered
from trainer.encounter.run import Header, Run
from trainer.knowledge.plan import Course, Request, Step
from trainer.records.database import FILE

A_RUN = 60  # events, then the next run is begun
MOST_SAID = 12
MOST_TURNS = 60_000  # some milliseconds: several commits' time


def event_of(number):
    """The event of a number, always the same."""
    course = Course(give="prednisolone", day=number, steps=(Step(dose=0.5, unit="mg/kg", days=28),) * (number % 7 + 1))
    kinds = (
        CourseStarted(course=course),
        TestOrdered(request=Request(test="ct-chest", day=number)),
        Advanced(to_day=number + 1, day=number + 1),
    )
    return kinds[number % 3]


def made(name, events):
    return Run(header=Header(case=name, seed=1), events=events).sealed(f"{len(events):064d}", len(events))


def write(folder, name, pipe):
    """Go on with a run until the end of it, or of this process."""
    shelf = shelf_in(folder)
    events = shelf.load(name).events if name in {entry.name for entry in shelf.entries()} else ()
    for number in range(len(events), A_RUN):
        events = (*events, event_of(number))
        shelf.save(name, made(name, events))
        os.write(pipe, f"{len(events)}\n".encode())
    os.write(pipe, b"end\n")
    signal.pause()


def kill_one(folder, name, said, turns):
    """Return how many events a writer said it had kept when it was killed, None if it had not said any."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            write(folder, name, writing)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(3)
    os.close(writing)
    with os.fdopen(reading) as stream:
        lines = []
        while len(lines) < said and (line := stream.readline()) not in {"end\n", ""}:
            lines.append(line)
        for _ in range(turns):
            pass
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"the writer ended by itself: {status}"
        numbers = [line for line in (*lines, *stream) if line.endswith("\n") and line != "end\n"]
    return int(numbers[-1]) if numbers else None


def mend(home, folder, name, turns):
    """Kill one who mends a copy of the records, in which something stands that Atoll does not write."""
    shutil.copytree(home, folder)
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("CREATE VIEW odd AS SELECT 1")
    kill_one(folder, name, 0, turns)


def check(folder, name, least, mended=False):
    """Open the records again and return how many events are there."""
    shelf = shelf_in(folder)
    assert mended or shelf.records.notices == (), shelf.records.notices
    there = {entry.name for entry in shelf.entries()}
    events = shelf.load(name).events if name in there else ()
    shelf.records.close()
    assert events == tuple(event_of(number) for number in range(len(events)))
    assert len(events) >= least, f"{least} events were acknowledged, {len(events)} are there"
    with closing(sqlite3.connect(folder / FILE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (rows,) = connection.execute("SELECT count(*) FROM event JOIN run ON run.id = run_id WHERE name = ?", (name,))
        assert rows == (len(events),)
    return len(events)


def main(folder, kills, seed):
    drawn = random.Random(seed)
    run = have = unsaid = early = mended = 0
    home = folder / "home"
    home.mkdir()
    for number in range(kills):
        said, turns = drawn.randrange(MOST_SAID), drawn.randrange(MOST_TURNS)
        if number % 8 == 7:
            fresh = folder / f"fresh-{number}"
            told = kill_one(fresh, "new-1-1", 0, turns * 8)
            check(fresh, "new-1-1", told or 0)
            early += 1
            continue
        name = f"run-{run}-1"
        if number % 8 == 3 and have:
            copy = folder / f"mended-{number}"
            mend(home, copy, name, turns * 8)
            assert check(copy, name, have, mended=True) >= have
            shutil.rmtree(copy)
            mended += 1
            continue
        told = kill_one(home, name, said, turns)
        least = max(have, told or 0)
        found = check(home, name, least)
        assert found <= least + 1
        unsaid += found > least
        run, have = (run + 1, 0) if found == A_RUN else (run, found)
    where = f"{early} of them in new records, {mended} in mending, {unsaid} between a commit and its word"
    print(f"{kills} kills, {where}, {run} runs")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
