"""Databases that somebody or something spoiled: a clear line or a good read each time, soon, and nothing elsewhere."""

import os
import random
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.records.kept import shelf_in
from tests.records.test_database import NOW
from tests.records.test_learner import fill
from tests.records.test_shelf import long_run, run
from trainer.core.error import BadInput
from trainer.encounter.event import Ended
from trainer.records import table
from trainer.records.backup import take_backup
from trainer.records.database import FILE, Records
from trainer.records.learner import add_learner, export_learner, learners
from trainer.records.shelf import Shelf

LONGEST_S = 2.0
CASE = "wandering-shadows"
OURS = ("records.sqlite", "backups", ".lock", "out.zip")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder with records in which there is something of everything, and a backup of them."""
    folder = tmp_path_factory.mktemp("whole")
    shelf = shelf_in(folder)
    for seed in (1, 2):
        events = (*long_run(seed).events[:9], Ended(day=3))
        shelf.save(f"{CASE}-{seed}-1", run(*events, seed=seed))
    fill(shelf.records, add_learner(shelf.records, "another"), "another")
    shelf.records.close()
    for old in folder.glob("backups/*"):
        old.unlink()
    take_backup(folder / FILE, NOW)
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def place(tmp_path):
    """A folder in memory where there is such a thing: nothing here depends on the disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="atoll-") as name:
        yield Path(name)


def use(folder, write):
    """Do what a window and the commands do; return what was said or refused."""
    try:
        records = Records(f"sqlite:///{folder / FILE}")
    except BadInput as error:
        return [str(error)]
    said = list(records.notices)

    def attempt(work, *words):
        try:
            return work(*words)
        except BadInput as error:
            said.append(str(error))
            return ()

    for learner in attempt(learners, records):
        shelf = Shelf(records, learner.id)
        for entry in attempt(shelf.entries):
            attempt(shelf.load, entry.name)
        attempt(shelf.next_seed, CASE)
        attempt(shelf.new_name, CASE, 1)
        if write:
            attempt(shelf.save, "new-1-1", run(seed=9))
            attempt(export_learner, records, learner.id, folder / "out.zip")
        said += shelf.faults
    said += attempt(records.check)
    records.close()
    return said


def timed(whole, folder, spoil, number):
    """Use a spoiled copy and return what was said, and how long it took."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    spoil(folder / FILE, number)
    begun = time.perf_counter()
    said = use(folder, write=number % 4 == 0)
    return said, time.perf_counter() - begun


def tried(whole, place, spoil, count):
    """Use a spoiled copy so many times; return how often something was said."""
    told, slowest = 0, 0.0
    for number in range(count):
        folder = place / "homes" / f"{number}"
        said, took = timed(whole, folder, spoil, number)
        if took > LONGEST_S:  # the machine may have been busy; what hangs, hangs again
            said, took = timed(whole, folder, spoil, number)
        slowest = max(slowest, took)
        told += bool(said)
        for line in said:
            assert "\n" not in line and len(line) < 700, line
        assert took < LONGEST_S, f"{number} took {took:.1f} s"
        assert all(path.name.startswith(OURS) for path in folder.iterdir()), list(folder.iterdir())
        assert [path.name for path in folder.parent.iterdir()] == [folder.name], "it wrote elsewhere"
        shutil.rmtree(folder)
    assert [path.name for path in place.iterdir()] == ["homes"]
    print(f"{count} spoiled, of {told} something was said; the slowest took {slowest:.2f} s")
    return told


def test_the_header_byte_by_byte(whole, place):
    def spoil(file, number):
        raw = bytearray(file.read_bytes())
        raw[number % 100] = (0, 255, raw[number % 100] ^ 1)[number // 100]
        file.write_bytes(raw)

    assert tried(whole, place, spoil, 200) > 40


def test_bytes_here_and_there(whole, place):
    def spoil(file, number):
        chance, raw = random.Random(f"bytes-{number}"), bytearray(file.read_bytes())
        for _ in range(1 << number % 8):
            raw[chance.randrange(100, len(raw))] = chance.randrange(256)
        file.write_bytes(raw)

    assert tried(whole, place, spoil, 160) > 80


def test_blocks_moved_lost_doubled_and_cut(whole, place):
    def spoil(file, number):
        chance, raw = random.Random(f"blocks-{number}"), bytearray(file.read_bytes())
        at, to = chance.randrange(len(raw)), chance.randrange(len(raw))
        size = 1 << chance.randrange(4, 14)
        block = raw[at : at + size]
        match number % 5:
            case 0:
                raw[to : to + len(block)] = block
            case 1:
                del raw[at : at + size]
            case 2:
                raw[to:to] = block
            case 3:
                del raw[at:]
            case 4:
                raw[at : at + len(block)] = bytes(len(block))
        file.write_bytes(raw)

    assert tried(whole, place, spoil, 120) > 80


def test_the_log_spoiled(whole, place):
    """As a kill leaves it, with a log; then something happens to the log."""
    kept = place / "with-log"
    shutil.copytree(whole, kept)
    shelf = shelf_in(kept)
    shelf.save("late-1-1", long_run(7))
    log = kept / f"{FILE}-wal"
    raw_log = log.read_bytes()
    assert len(raw_log) > 10_000
    raw = (kept / FILE).read_bytes()
    shelf.records.close()
    shutil.rmtree(kept)

    def spoil(file, number):
        chance, spoiled = random.Random(f"log-{number}"), bytearray(raw_log)
        for _ in range(1 << number % 6):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        if number % 3 == 0:
            del spoiled[chance.randrange(len(spoiled)) :]
        file.write_bytes(raw)
        file.with_name(log.name).write_bytes(spoiled)

    tried(whole, place, spoil, 60)


VALUES = ("NULL", "''", "'x'", "x'00ff'", "-1", "9223372036854775807", "1e300", "'2026-13-45 99:99:99.000000'",
          "CAST(x'c328' AS TEXT)", "'[{\"a\":1e999}]'", "printf('%.*c', 200000, '[')")  # fmt: skip
COLUMNS = [(one.name, column.name) for one in table.metadata.sorted_tables for column in one.columns]


def test_every_column_with_what_does_not_belong_there(whole, place):
    pairs = [(name, column, value) for name, column in COLUMNS for value in VALUES]
    chosen = random.Random("values").sample(pairs, 240)

    def spoil(file, number):
        name, column, value = chosen[number]
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            with suppress(sqlite3.IntegrityError):  # what the tables themselves refuse
                connection.execute(f"UPDATE {name} SET {column} = {value}")
                connection.commit()

    assert tried(whole, place, spoil, len(chosen)) > 120


TABLES = (
    "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM learner; END",
    "CREATE VIEW v AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x FROM r) SELECT * FROM r",
    "ALTER TABLE event RENAME TO happened; CREATE VIEW event AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x "
    "FROM r) SELECT x AS run_id, x AS number, x AS body, x AS link FROM r",
    "CREATE INDEX slow ON event (length(body || body))",
    "DROP INDEX ix_run_learner_id",
    "DROP TABLE statement",
    "ALTER TABLE run RENAME COLUMN seal TO stamp",
    "CREATE TABLE t (x, y GENERATED ALWAYS AS (x + 1))",
    "CREATE VIRTUAL TABLE t USING fts5(x)",
    "UPDATE alembic_version SET version_num = '0003'",
    "UPDATE alembic_version SET version_num = x'00'",
    "INSERT INTO alembic_version VALUES ('0001b')",
    "DROP TABLE alembic_version",
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE TABLE run (id' WHERE name = 'run'",
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage = 2 WHERE name = 'event'",
    "PRAGMA writable_schema=ON; UPDATE sqlite_master SET type = 'odd' WHERE name = 'event'",
    "PRAGMA writable_schema=ON; DELETE FROM sqlite_master",
    "PRAGMA user_version = 77; PRAGMA application_id = 5",
    "PRAGMA journal_mode=DELETE; PRAGMA page_size=512; VACUUM",
    "PRAGMA journal_mode=DELETE; PRAGMA encoding='UTF-16le'",
)


def test_tables_that_are_not_ours(whole, place):
    def spoil(file, number):
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(TABLES[number])

    assert tried(whole, place, spoil, len(TABLES)) >= len(TABLES) - 3
