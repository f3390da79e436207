"""The second step of the tables, and the chest of a run that it made room for."""

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from tests.records.conftest import again
from tests.records.example import add_run, performance
from tests.records.kept import note, shelf_in
from tests.records.test_shelf import CASE, SHEET
from trainer.core.error import BadInput
from trainer.encounter.event import Advanced
from trainer.encounter.run import Chest, Header, Run
from trainer.records import table
from trainer.records.backup import backups
from trainer.records.database import FILE, Records
from trainer.records.examination import Damaged, examine
from trainer.records.learner import add_learner, export_learner
from trainer.records.migration import ADDED, REVISIONS, later_columns
from trainer.records.result import finished_runs, note_result
from trainer.records.shelf import Shelf
from trainer.records.spreadsheet import RESULT_COLUMNS, results_csv

NOW = datetime(2031, 11, 23, 8, tzinfo=UTC)
CHEST = Chest(name="ward-3", digest="ab" * 32)
OTHER = Chest(name="ward-3", digest="cd" * 32)


def run(*events, chest=None, seed=1, mode="tutor"):
    made = Run(header=Header(case=CASE, seed=seed, mode=mode, chest=chest))
    for event in events:
        made = made.then(event)
    return made.sealed("0" * 64)


def step_to(connection, revision, *, back=False):
    """Take Alembic's steps to a revision, whatever the newest is."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "trainer.records:migration")
    config.attributes["connection"] = connection
    (command.downgrade if back else command.upgrade)(config, revision)


def go_back(url):
    """Make the tables what they were before the second step."""
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with engine.begin() as connection:
        step_to(connection, "0001", back=True)
    engine.dispose()


BEFORE = {"a-1-1": run(Advanced(to_day=1, day=1)), "b-2-1": run(Advanced(to_day=9, day=9), seed=2, mode="exam")}


@pytest.fixture
def old(tmp_path):
    """Records as the version before kept them, with two runs and a score."""
    shelf = shelf_in(tmp_path)
    for name, one in BEFORE.items():
        shelf.save(name, one)
    note(shelf, "b-2-1", SHEET)
    shelf.records.close()
    go_back(f"sqlite:///{tmp_path / FILE}")
    assert examine(tmp_path / FILE) == "0001"
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(run)")}
    assert columns == {column.name for column in table.run.columns} - {"chest_name", "chest_digest"}
    return tmp_path / FILE


def test_later_columns_are_there_and_may_be_empty():
    assert set(ADDED) <= set(REVISIONS)
    assert later_columns("0001", "run") == {"chest_name", "chest_digest"}
    assert later_columns(REVISIONS[-1], "run") == frozenset() == later_columns("0001", "event")
    for tables in ADDED.values():
        for name, columns in tables.items():
            assert all(table.metadata.tables[name].c[column].nullable for column in columns)


def test_records_of_the_version_before_are_carried_over_after_a_backup(old):
    records = Records(f"sqlite:///{old}", now=NOW)
    assert records.notices == () and examine(old) == REVISIONS[-1]
    (kept,) = backups(old, NOW)
    assert kept.name == "records-20311123-080000-before-0002.sqlite" and examine(kept) == "0001"
    shelf = shelf_in(old.parent)
    assert {entry.name: shelf.load(entry.name).encode() for entry in shelf.entries()} == {
        name: one.encode() for name, one in BEFORE.items()
    }, "byte for byte"
    assert [entry.chest for entry in shelf.entries()] == ["", ""]
    assert [entry.score.overall for entry in shelf.entries() if entry.seed == 2] == [72.4]
    shelf.save("a-1-1", run(Advanced(to_day=1, day=1), Advanced(to_day=5, day=5)))
    shelf.save("c-1-1", run(chest=CHEST))
    assert shelf.records.check() == ()


def test_a_backup_of_the_version_before_is_restored_and_carried_over(old):
    Records(f"sqlite:///{old}", now=NOW).close()
    for end in ("", "-wal", "-shm"):
        old.with_name(old.name + end).unlink(missing_ok=True)
    (line,) = Records(f"sqlite:///{old}", now=NOW).notices
    assert "took its place" in line
    shelf = shelf_in(old.parent)
    assert {entry.name: shelf.load(entry.name) for entry in shelf.entries()} == BEFORE


@pytest.mark.parametrize(
    "harm", ["CREATE VIEW odd AS SELECT 1", "UPDATE run SET day = 'x' WHERE seed = 1", "UPDATE event SET number = 'x'"]
)
def test_damaged_records_of_the_version_before_are_mended(old, harm):
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(harm)
        connection.commit()
    with pytest.raises(Damaged):
        examine(old)
    records = Records(f"sqlite:///{old}", now=NOW)
    assert any("set aside" in line for line in records.notices)
    shelf = shelf_in(old.parent)
    found = {entry.name: shelf.load(entry.name) for entry in shelf.entries()}
    whole = {"CREATE": BEFORE, "UPDATE run": {"b-2-1": BEFORE["b-2-1"]}, "UPDATE event": {}}
    assert found == next(runs for begin, runs in whole.items() if harm.startswith(begin))
    assert records.check() == () and examine(old) == REVISIONS[-1]


@pytest.mark.parametrize("mode", ["tutor", "exam"])
def test_the_chest_of_a_run_is_kept_and_listed(tmp_path, mode):
    shelf = shelf_in(tmp_path)
    kept = run(Advanced(to_day=3, day=3), chest=CHEST, mode=mode)
    shelf.save("a-1-1", kept)
    shelf.save("b-1-1", run(mode=mode))
    for one in (shelf, again(shelf)):
        assert one.load("a-1-1") == kept and one.load("a-1-1").encode() == kept.encode()
        assert {entry.name: entry.chest for entry in one.entries()} == {"a-1-1": "ward-3", "b-1-1": ""}
    shelf.save("a-1-1", run(Advanced(to_day=3, day=3), Advanced(to_day=9, day=9), chest=CHEST, mode=mode))
    for other in (None, OTHER):
        with pytest.raises(BadInput, match="another window"):
            shelf.save("a-1-1", run(Advanced(to_day=3, day=3), chest=other, mode=mode))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("chest_name", None), ("chest_digest", None), ("chest_name", "../x"), ("chest_name", "ward-4"),
        ("chest_digest", "AB" * 32), ("chest_digest", "cd" * 32), ("chest_digest", ""),
    ],
)  # fmt: skip
def test_a_chest_that_was_changed_in_the_records_is_told(tmp_path, column, value):
    shelf = shelf_in(tmp_path)
    shelf.save("a-1-1", run(Advanced(to_day=3, day=3), chest=CHEST))
    with shelf.records.begin() as connection:
        connection.execute(table.run.update().values({column: value}))
    with pytest.raises(BadInput, match="a-1-1"):
        again(shelf).load("a-1-1")
    assert len(again(shelf).entries()) == 1


def test_runs_on_chests_are_brought_out_of_damaged_records(tmp_path):
    shelf = shelf_in(tmp_path)
    shelf.save("a-1-1", run(Advanced(to_day=3, day=3), chest=CHEST))
    shelf.save("b-1-1", run(Advanced(to_day=3, day=3)))
    shelf.records.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("CREATE VIEW odd AS SELECT 1")
        connection.commit()
    assert Records(f"sqlite:///{tmp_path / FILE}").notices[1].endswith("2 runs could be brought over whole.")
    assert shelf_in(tmp_path).load("a-1-1") == run(Advanced(to_day=3, day=3), chest=CHEST)


def test_a_column_that_is_gone_is_no_text(tmp_path):
    """SQLite takes a name in quotes that is no column for a text."""
    shelf = shelf_in(tmp_path)
    shelf.save("a-1-1", run(Advanced(to_day=3, day=3)))
    shelf.save("b-1-1", run(Advanced(to_day=3, day=3), chest=CHEST))
    shelf.records.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("ALTER TABLE run DROP COLUMN chest_digest")
        connection.execute("ALTER TABLE run DROP COLUMN chest_name")
        connection.commit()
    found = Records(f"sqlite:///{tmp_path / FILE}").notices
    assert found[1].endswith("1 run could be brought over whole, 1 could not be.")
    shelf = shelf_in(tmp_path)
    assert [entry.name for entry in shelf.entries()] == ["a-1-1"]
    assert shelf.load("a-1-1") == run(Advanced(to_day=3, day=3))


def test_results_and_exports_name_the_chest(tmp_path):
    records = Records(f"sqlite:///{tmp_path / FILE}")
    learner = add_learner(records, "reef-7")
    add_run(records, learner, "a-1-1", at=1, chest_name=CHEST.name, chest_digest=CHEST.digest)
    add_run(records, learner, "b-1-1", at=2)
    for name in ("a-1-1", "b-1-1"):
        note_result(records, learner.id, name, performance(), NOW)
    runs = finished_runs(records, learner.id)
    assert [(one.chest, one.chest_digest) for one in runs] == [("ward-3", CHEST.digest), ("", "")]
    header, *rows = results_csv("reef-7", runs).decode("utf-8-sig").splitlines()
    places = [header.split(",").index(name) for name in ("chest", "chest_digest")]
    assert [[row.split(",")[place] for place in places] for row in rows] == [["ward-3", CHEST.digest], ["", ""]]
    assert {"chest", "chest_digest"} <= {column.name for column in RESULT_COLUMNS}
    Shelf(records, learner.id).save("c-1-1", run(chest=CHEST))
    export_learner(records, learner.id, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as pack:
        found = {row["name"]: row["chest_digest"] for row in json.loads(pack.read("run.json"))}
        assert found == {"a-1-1": CHEST.digest, "b-1-1": None, "c-1-1": CHEST.digest}
        assert json.loads(pack.read("runs/c-1-1.json"))["header"]["chest"] == CHEST.model_dump()
    records.close()


def test_a_server_of_the_version_before_is_upgraded_when_it_is_asked_for(server_records):
    url = server_records._engine.url.render_as_string(hide_password=False)
    learner = add_learner(server_records, "reef-7")
    Shelf(server_records, learner.id).save("a-1-1", BEFORE["a-1-1"])
    server_records.close()
    go_back(url)
    with pytest.raises(BadInput, match=r"of an older version.*atoll records upgrade"):
        Records(url)
    Records(url, upgrade=True).close()
    records = Records(url)
    shelf = Shelf(records, learner.id)
    assert shelf.load("a-1-1") == BEFORE["a-1-1"]
    shelf.save("c-1-1", run(chest=CHEST))
    assert Shelf(records, learner.id).load("c-1-1") == run(chest=CHEST)
    with records.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == REVISIONS[-1]
    records.close()
