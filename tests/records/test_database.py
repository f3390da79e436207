"""Opening the records: whatever lies there, nothing is lost or overwritten, and one line says what to do."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.records.kept import note, shelf_in
from tests.records.test_shelf import CASE, SHEET, long_run, run
from trainer.core.error import BadInput
from trainer.encounter.event import Advanced
from trainer.records import database, lock, table
from trainer.records.backup import backups, take_backup
from trainer.records.database import FILE, Records, there_are_records
from trainer.records.examination import examine
from trainer.records.migration import REVISIONS

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2031, 11, 23, 8, tzinfo=UTC)  # later than any clock that runs these tests
NEWER = "UPDATE alembic_version SET version_num = '9999'"


@pytest.fixture
def file(tmp_path):
    """Records with one run in them."""
    made = shelf_in(tmp_path)
    made.save(f"{CASE}-1-1", run(Advanced(to_day=1, day=1)))
    made.records.close()
    return tmp_path / FILE


def opened(file, **more):
    return Records(f"sqlite:///{file}", **more)


def refused(file, **more):
    with pytest.raises(BadInput) as caught:
        opened(file, **more)
    line = str(caught.value)
    assert "\n" not in line and len(line) < 400
    return line


def names(file):
    return sorted(entry.name for entry in shelf_in(file.parent).entries())


def sql(file, *statements):
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def bytes_of(folder):
    """What every file holds but the lock and SQLite's index of its log, and the log if there is nothing in it."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".lock", "-shm"))]
    return {path: path.read_bytes() for path in files if path.stat().st_size}


def test_a_commit_is_on_disk_and_rows_keep_together(file):
    records = opened(file)
    with records.begin() as connection:
        found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in (
            "journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout", "trusted_schema"
        )}  # fmt: skip
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 5000,
        "trusted_schema": 0,
    }  # fmt: skip

    def stumble():
        with records.begin() as connection:
            connection.execute(table.learner.delete())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert names(file) == [f"{CASE}-1-1"]


def test_the_steps_are_those_that_alembic_finds_and_the_tables_are_theirs(tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "trainer.records:migration")
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == REVISIONS
    with opened(tmp_path / FILE).begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), table.metadata) == []


def test_alembic_is_loaded_only_to_change_tables(file):
    code = (
        "import sys\nfrom trainer.records.database import Records\n"
        f"Records('sqlite:///{file}').close()\nprint('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "no URL of a database"),
        ("mysql://u:secret@h/n", "keeps its records in postgresql or sqlite"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://u:secret@127.0.0.1:1/n", "records in postgresql"),
        ("postgresql://u@127.0.0.1:1/n?password=secret", "records in postgresql"),
        ("postgresql://u:not-that@127.0.0.1:1/n?sslpassword=secret&odd=secret", "invalid connection option"),
        ("postgresql://u:x:secret@127.0.0.1:secret/n", "no URL of a database"),
    ],
)
def test_a_url_that_leads_nowhere_is_one_line_without_its_password(url, says, monkeypatch):
    monkeypatch.setenv("ATOLL_DATABASE", url)
    assert there_are_records()
    with pytest.raises(BadInput) as caught:
        Records()
    assert says in str(caught.value) and "secret" not in str(caught.value) and "\n" not in str(caught.value)


def test_without_the_driver_of_a_server_the_command_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BadInput, match=r"pip install 'atoll-trainer\[postgresql\]'"):
        Records("postgresql://u@h/n")


def test_the_records_of_a_newer_version_are_refused_untouched(file):
    sql(file, NEWER, "CREATE TABLE novelty (x)")
    before = bytes_of(file.parent)
    for _ in range(2):
        assert "newer version" in refused(file)
    assert bytes_of(file.parent) == before


def test_the_database_of_another_program_is_refused_untouched(tmp_path):
    file = tmp_path / FILE
    sql(file, "CREATE TABLE recipe (cake)")
    before = bytes_of(tmp_path)
    assert "another program" in refused(file)
    other = tmp_path / "letter.docx"
    other.write_bytes(b"PK not a database, and more than a page of it" * 200)
    before = bytes_of(tmp_path)
    assert "not a database" in refused(other)
    assert bytes_of(tmp_path) == before


SPOILED = {
    "cut short": lambda raw: raw[: len(raw) // 2],
    "no header": lambda raw: b"x" * 100 + raw[100:],
    "zeroes in the middle": lambda raw: raw[:8192] + bytes(20_000) + raw[28_192:],
    "text": lambda raw: b"this is no database at all " * 500,
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_damaged_file_is_set_aside_and_the_newest_backup_takes_its_place(file, spoil):
    take_backup(file, NOW - timedelta(days=2))
    shelf_in(file.parent).save(f"{CASE}-2-1", run(seed=2))
    take_backup(file, NOW - timedelta(days=1))
    (file.parent / "backups" / "records-20991231-000000.sqlite").write_text("not whole, and so passed over")
    shelf_in(file.parent).save(f"{CASE}-3-1", run(seed=3))
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    damaged = spoil(file.read_bytes())
    for number in (1, 2):
        file.write_bytes(damaged)
        records = opened(file, now=NOW)
        line, further = records.notices
        assert f"{FILE}.damaged-{number}" in line and "records-20311122-080000.sqlite took its place" in further
        assert "\n" not in line + further
        assert names(file)[:2] == [f"{CASE}-1-1", f"{CASE}-2-1"]
        records.close()
    for number in (1, 2):
        assert file.with_name(f"{FILE}.damaged-{number}").read_bytes() == damaged


def test_without_a_backup_the_records_begin_anew_and_say_so(file):
    file.write_bytes(b"x" * 5000)
    line, further = opened(file).notices
    assert "set aside" in line and further == "There was no backup; no runs could be brought over whole."
    assert names(file) == []
    assert shelf_in(file.parent).records.notices == (), "it is said once"


def test_what_the_log_of_a_damaged_file_holds_goes_aside_with_it(file):
    log = file.with_name(f"{FILE}-wal")
    file.write_bytes(b"x" * 5000)
    log.write_bytes(b"the log")
    opened(file)
    assert file.with_name(f"{FILE}.damaged-1-wal").read_bytes() == b"the log"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE run SET day = 'soon'",
        "UPDATE run SET played_at = 'yesterday'",
        "UPDATE run SET over = 7",
        "UPDATE run SET time_factor = 9e999",
        "UPDATE event SET link = x'ff'",
        "UPDATE learner SET pseudonym = CAST(x'fffe' AS TEXT)",
        "UPDATE learner SET exam_date = '2026-02-31'",
        "UPDATE event SET body = zeroblob(5)",
        "UPDATE event SET run_id = 'nobody'",
        "DROP TABLE dial",
        "ALTER TABLE dial ADD COLUMN more",
        "CREATE VIEW odd AS SELECT 1",
        "CREATE TRIGGER odd AFTER INSERT ON run BEGIN DELETE FROM event; END",
        "CREATE VIRTUAL TABLE odd USING fts5(x)",
        "DELETE FROM alembic_version",
        "CREATE TABLE more (x)",
    ],
)
def test_what_atoll_does_not_write_is_damage(file, statement):
    take_backup(file, NOW)
    sql(file, "PRAGMA foreign_keys=OFF", statement)
    line, _ = opened(file).notices
    assert "set aside" in line and names(file) == [f"{CASE}-1-1"]


def test_a_change_that_a_kill_broke_off_is_taken_back(tmp_path):
    """New records have a journal, not a log, until they are whole: a kill leaves it behind."""
    folder, killed = tmp_path / "home", tmp_path / "killed"
    shelf = shelf_in(folder)
    shelf.save(f"{CASE}-1-1", run())
    shelf.records.close()
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE run SET seed = 77")
        connection.execute("CREATE TABLE half AS SELECT hex(randomblob(4000)) FROM run, (VALUES (1), (2), (3), (4))")
        killed.mkdir()
        for path in folder.glob(f"{FILE}*"):
            shutil.copy(path, killed)
    assert (killed / f"{FILE}-journal").stat().st_size > 0
    shelf = shelf_in(killed)
    assert [entry.seed for entry in shelf.entries()] == [1]
    assert not shelf.records.notices, "nothing was damaged"


def as_nobody(folder, code):
    """Run code as a user who owns nothing, if this is root; else as whoever runs the tests."""
    lead = "import os\nif os.geteuid() == 0:\n    os.setgid(65534)\n    os.setuid(65534)\n"
    end = "\nexcept BadInput as error:\n    print(error)\nelse:\n    print('opened')"
    body = "from trainer.core.error import BadInput\nfrom trainer.records.database import Records\n"
    # what is imported must be loaded before the rights are given up
    return subprocess.run(
        [sys.executable, "-c", f"{body}import sqlalchemy.dialects.sqlite.pysqlite\n{lead}try:\n    {code}{end}"],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "ATOLL_HOME": str(folder)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "says"),
    [(0o755, 0o600, "cannot be read"), (0o555, 0o644, "cannot be"), (0o700, 0o644, "cannot be")],
)
def test_what_the_system_forbids_is_one_line_and_nothing_is_touched(tmp_path_factory, folder_mode, file_mode, says):
    folder = tmp_path_factory.mktemp("home")
    for parent in (folder, *folder.parents):
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH | stat.S_IROTH)
    shelf_in(folder).records.close()
    before = bytes_of(folder)
    file = folder / FILE
    if os.geteuid() == 0:
        file.chmod(file_mode)
        folder.chmod(folder_mode)
    else:
        file.chmod(0 if file_mode == 0o600 else 0o444)
        folder.chmod({0o755: 0o755, 0o555: 0o555, 0o700: 0}[folder_mode])
    try:
        done = as_nobody(folder, "Records().claim()")
    finally:
        folder.chmod(0o755)
        file.chmod(0o644)
    assert says in done.stdout and done.stdout.count("\n") == 1 and done.stderr == ""
    assert bytes_of(folder) == before


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be made" in refused(tmp_path / "file" / "home" / FILE)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_one_line(tmp_path, kind):
    (Path.mkdir if kind == "folder" else os.mkfifo)(tmp_path / FILE)
    assert "not a regular file" in refused(tmp_path / FILE)


def test_a_full_disk_is_said_in_one_line_and_the_run_before_is_still_there(file):
    shelf = shelf_in(file.parent)
    before = shelf.load(f"{CASE}-1-1")
    with shelf.records.begin() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    whole = run(*(Advanced(to_day=day, day=day) for day in range(1, 400)))
    with pytest.raises(BadInput, match="the disk is full") as caught:
        shelf.save(f"{CASE}-1-1", whole)
    assert "\n" not in str(caught.value) and "advanced" not in str(caught.value)
    shelf.records.close()
    assert shelf_in(file.parent).load(f"{CASE}-1-1") == before
    shelf_in(file.parent).save(f"{CASE}-1-1", whole)


WRITING = """
import sys
from tests.records.kept import note, shelf_in
from tests.records.test_shelf import run
from pathlib import Path
shelf = shelf_in(Path(sys.argv[1]))
shelf.save("a-1-1", run())
print("ready", flush=True)
input()
"""


@pytest.fixture
def held(tmp_path):
    """Records that another process holds."""
    command = [sys.executable, "-c", WRITING, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as started:
        try:
            assert started.stdout.readline() == "ready\n"
            yield tmp_path / FILE
        finally:
            started.kill()


def test_beside_an_open_window_one_may_read_and_not_write(held):
    code = """
import sys
from pathlib import Path
from sqlalchemy import delete
from trainer.core.error import BadInput
from trainer.records import table
from trainer.records.database import Records
from trainer.records.learner import add_learner, learners
from trainer.records.shelf import Shelf
records = Records(f"sqlite:///{sys.argv[1]}")
(learner,) = learners(records)
shelf = Shelf(records, learner.id)
print(len(shelf.entries()))
def erase():
    with records.begin() as connection:
        connection.execute(delete(table.event))
for write in (records.claim, lambda: add_learner(records, "me"), erase):
    try:
        write()
    except BadInput as error:
        print(error)
print(len(shelf.load(shelf.entries()[0].name).events), len(learners(records)))
"""
    done = subprocess.run([sys.executable, "-c", code, str(held)], capture_output=True, text=True, cwd=ROOT)
    first, *refusals, last = done.stdout.splitlines()
    assert (first, last) == ("1", "0 1"), done.stderr
    assert len(refusals) == 3 and all("Atoll is open already" in line for line in refusals)


def test_a_damaged_file_that_another_process_holds_is_left_alone(held):
    sql(held, "CREATE VIEW odd AS SELECT 1")
    assert "Atoll is open already" in refused(held)
    assert not list(held.parent.glob("*.damaged*"))


def test_threads_of_one_window_wait_for_each_other(file):
    shelf, faults = shelf_in(file.parent), []

    def play(seed):
        try:
            made = run(seed=seed)
            for day in range(1, 11):
                made = made.then(Advanced(to_day=day, day=day)).sealed("0" * 64)
                shelf.save(f"{CASE}-{seed}-1", made)
                shelf.entries()
        except BadInput as error:
            faults.append(error)

    threads = [threading.Thread(target=play, args=(seed,)) for seed in range(2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert all(len(shelf.load(f"{CASE}-{seed}-1").events) == 10 for seed in range(2, 6))


def test_a_backup_a_day_and_the_last_seven_are_kept(file):
    for day in range(10):
        for hour in (0, 3):
            records = opened(file)
            records.claim(NOW + timedelta(days=day, hours=hour))
            records.close()
    found = [path.name for path in backups(file, NOW + timedelta(days=10))]
    assert found == [f"records-203112{day:02d}-080000.sqlite" for day in (2, 1)] + [
        f"records-203111{day}-080000.sqlite" for day in range(30, 25, -1)
    ]
    assert all(examine(path) == REVISIONS[-1] for path in backups(file, NOW))


def test_a_backup_that_fails_is_said_and_one_can_play(file):
    (file.parent / "backups").write_text("in the way")
    records = opened(file)
    records.claim()
    (line,) = records.notices
    assert "no backup could be taken" in line and "\n" not in line
    assert not list(file.parent.glob("**/.half*"))


def test_a_backup_is_taken_before_each_step(tmp_path, monkeypatch):
    """The step after the last, as a later version will have it: it adds a column."""
    file = tmp_path / FILE
    shelf_in(tmp_path).save("a-1-1", run())

    def step(connection):
        assert len(backups(file, NOW)) == 1, "the backup is there before"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
        connection.execute(text("ALTER TABLE score ADD COLUMN novelty INTEGER"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        if fails:
            raise create_engine("sqlite://").dialect.loaded_dbapi.OperationalError("no")

    for module in ("database", "examination"):
        monkeypatch.setattr(f"trainer.records.{module}.REVISIONS", (*REVISIONS, "0003"))
    monkeypatch.setattr(database, "migrate", step)
    monkeypatch.setattr("trainer.records.migration.REVISIONS", (*REVISIONS, "0003"))
    monkeypatch.setattr("trainer.records.examination._check_tables", lambda *_: None)
    fails = True
    with pytest.raises(sqlite3.OperationalError):
        opened(file, now=NOW)
    assert examine(file) == REVISIONS[-1], "a step that fails changes nothing"
    fails = False
    monkeypatch.setattr(database, "take_backup", lambda *_, **__: None)
    opened(file, now=NOW)
    assert examine(file) == "0003"
    (kept,) = backups(file, NOW)
    assert kept.name == "records-20311123-080000-before-0003.sqlite" and examine(kept) == REVISIONS[-1]


def played(file):
    """What a learner did after the backup: a run carried on, a new one, and a score."""
    shelf = shelf_in(file.parent)
    take_backup(file, NOW)
    shelf.save(f"{CASE}-1-1", run(Advanced(to_day=1, day=1), Advanced(to_day=5, day=5)))
    shelf.save(f"{CASE}-2-1", run(Advanced(to_day=9, day=9), seed=2, mode="exam"))
    note(shelf, f"{CASE}-2-1", SHEET)
    shelf.records.close()


@pytest.mark.parametrize("backup", [True, False])
def test_what_can_be_vouched_for_is_brought_over_from_a_damaged_file(file, backup):
    played(file)
    if not backup:
        for one in backups(file, NOW):
            one.unlink()
    sql(file, "CREATE VIEW odd AS SELECT 1")
    kept = {
        f"{CASE}-1-1": run(Advanced(to_day=1, day=1), Advanced(to_day=5, day=5)),
        f"{CASE}-2-1": run(Advanced(to_day=9, day=9), seed=2, mode="exam"),
    }
    line, further = opened(file).notices
    assert "set aside" in line and further.endswith("; 2 runs could be brought over whole.")
    assert ("took its place" in further) is backup
    shelf = shelf_in(file.parent)
    assert {entry.name: shelf.load(entry.name) for entry in shelf.entries()} == kept
    assert [entry.score.overall for entry in shelf.entries() if entry.seed == 2] == [72.4]
    assert shelf.records.check() == () and shelf.records.notices == ()
    shelf.save(f"{CASE}-1-1", run(Advanced(to_day=1, day=1), Advanced(to_day=5, day=5), Advanced(to_day=6, day=6)))


def test_what_cannot_be_vouched_for_stays_where_it_is(file):
    played(file)
    sql(
        file,
        "CREATE VIEW odd AS SELECT 1",
        "UPDATE event SET body = replace(body, '9', '8') WHERE run_id = (SELECT id FROM run WHERE seed = 2)",
    )
    _, further = opened(file).notices
    assert further.endswith("; 1 run could be brought over whole, 1 could not be.")
    assert names(file) == [f"{CASE}-1-1"]
    assert len(shelf_in(file.parent).load(f"{CASE}-1-1").events) == 2


def test_a_page_that_is_lost_takes_only_its_own_along(file):
    shelf = shelf_in(file.parent)
    for seed in range(2, 40):
        shelf.save(f"{CASE}-{seed}-1", run(*(Advanced(to_day=day, day=day) for day in range(1, 12)), seed=seed))
    shelf.records.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root, size = connection.execute("SELECT rootpage, 4096 FROM sqlite_master WHERE name = 'event'").fetchone()
    raw = bytearray(file.read_bytes())
    leaf = next(
        n for n in range(root, len(raw) // size) if raw[n * size] == 13 and b"advanced" in raw[n * size :][:size]
    )
    raw[leaf * size : (leaf + 1) * size] = bytes(size)
    file.write_bytes(raw)
    _, further = opened(file).notices
    assert "brought over whole" in further
    kept = len(names(file))
    print(f"{kept} of 39 runs brought over")
    assert 20 < kept < 39


def test_what_cannot_be_mended_is_left_as_it_is(file, monkeypatch):
    """There is no room for a second file, say."""
    played(file)
    sql(file, "CREATE VIEW odd AS SELECT 1")
    before = bytes_of(file.parent)

    def full(*_):
        raise BadInput("the disk is full")

    monkeypatch.setattr(database, "compact", full)
    line = refused(file)
    assert "cannot be mended: the disk is full" in line
    assert bytes_of(file.parent) == before
    monkeypatch.undo()
    assert len(opened(file).notices) == 2 and len(names(file)) == 2


@pytest.mark.parametrize("go", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_file_that_went_comes_back_from_its_backup(file, go):
    played(file)
    go(file)
    (line,) = opened(file).notices
    assert "was not there any more" in line
    assert names(file) == [f"{CASE}-1-1"]


def test_a_file_that_was_mended_and_not_yet_put_there_is_found(file):
    shelf_in(file.parent).records.close()
    file.rename(file.with_name(f".mending-{FILE}"))
    (line,) = opened(file).notices
    assert "was mended" in line and names(file) == [f"{CASE}-1-1"]
    assert not file.with_name(f".mending-{FILE}").exists()


KILLED = {
    "before the backup is copied": "database.restore = die",
    "while runs are brought over": "from trainer.records import salvage\nsalvage.salvage = die",
    "before the file is set aside": "database.set_aside = die",
    "between the file and its log": "Path.rename = once",
    "before the new one is put there": "Path.replace = late",
}


@pytest.mark.parametrize("where", KILLED)
def test_killed_while_a_damaged_file_is_mended_the_next_start_goes_on(file, where):
    played(file)
    kept = {name: shelf_in(file.parent).load(name) for name in names(file)}
    sql(file, "CREATE VIEW odd AS SELECT 1")
    assert len(kept) > 1 and file.with_name(f"{file.name}-wal").exists()
    os.close(lock._HELD.pop(file.parent.resolve()))
    code = f"""
import os, signal
from pathlib import Path
from trainer.records import database
rename, replace, done = Path.rename, Path.replace, []
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def once(path, to):
    if done:
        die()
    done.append(rename(path, to))
def late(path, to):
    if path.name.startswith(".mending"):
        die()
    return replace(path, to)
{KILLED[where]}
database.Records("sqlite:///{file}")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, capture_output=True)
    assert done.returncode == -9, done.stderr
    shelf = shelf_in(file.parent)
    assert {entry.name: shelf.load(entry.name) for entry in shelf.entries()} == kept
    assert shelf.records.check() == ()
    shelf.records.close()
    assert file.with_name(f"{FILE}.damaged-1").exists() and list(file.parent.glob("*.damaged-*-wal"))
    assert opened(file).notices == (), "it is said once"


def test_the_log_of_a_file_that_went_is_not_read_into_its_backup(file):
    shelf = shelf_in(file.parent)
    take_backup(file, NOW)
    shelf.save(f"{CASE}-2-1", long_run(2))
    log = file.with_name(f"{file.name}-wal").read_bytes()
    shelf.records.close()
    file.unlink()
    file.with_name(f"{file.name}-wal").write_bytes(log)
    assert len(opened(file, now=NOW).notices) == 1
    assert names(file) == [f"{CASE}-1-1"] and shelf_in(file.parent).records.check() == ()
    assert file.with_name(f"{FILE}.damaged-1-wal").read_bytes() == log


def test_a_clock_that_was_years_ahead_does_not_keep_old_backups_and_drop_new_ones(file):
    for day in range(8):
        take_backup(file, NOW.replace(year=2060) + timedelta(days=day))
    shelf_in(file.parent).save(f"{CASE}-2-1", run(seed=2))
    new = take_backup(file, NOW)
    assert new.exists() and backups(file, NOW)[0] == new
    file.unlink()
    opened(file, now=NOW).close()
    assert names(file) == [f"{CASE}-1-1", f"{CASE}-2-1"]
