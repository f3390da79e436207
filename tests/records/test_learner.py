"""Learners: everyone's things are their own, can be taken along, and are gone when they are erased."""

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from tests.records.kept import note
from tests.records.test_shelf import SHEET, run
from trainer.core.error import BadInput
from trainer.encounter.event import Ended
from trainer.encounter.run import decode
from trainer.records import table
from trainer.records.backup import backups, take_backup
from trainer.records.database import FILE, Records
from trainer.records.learner import (
    add_learner,
    change_learner,
    choose_learner,
    current_learner,
    erase_learner,
    export_learner,
    found_learner,
    learner_called,
    learners,
)
from trainer.records.shelf import Shelf

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def records(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    made = Records()
    yield made
    made.close()


def fill(records, learner, mark):
    """Give a learner one of everything, each with a mark that can be looked for."""
    shelf = Shelf(records, learner.id)
    shelf.save(f"{mark}-1-1", run(Ended(day=0), seed=1, mode="exam"))
    note(shelf, f"{mark}-1-1", SHEET)
    with records.begin() as connection:
        (number,) = connection.scalars(select(table.run.c.id).where(table.run.c.learner_id == learner.id))
        for one, values in (
            (table.card, {"id": f"{mark}-card", "learner_id": learner.id, "kind": "decision", "case_id": "two-tickets",
                          "step": 0, "schedule": "{}", "scheduler": "x", "due_at": NOW, "last_seed": 1,
                          "made_at": NOW}),
            (table.answer, {"id": f"{mark}-answer", "card_id": f"{mark}-card", "seed": 2, "score": 1.0, "rating": 3,
                            "said": json.dumps({"typed": f"{mark} said this"}), "answered_at": NOW}),
            (table.assessment, {"id": f"{mark}-set", "learner_id": learner.id, "seed": 9, "time_factor": 1.0,
                                "policy": "default", "made_at": NOW}),
            (table.sitting, {"assessment_id": f"{mark}-set", "place": 1, "case_id": "two-tickets", "seed": 3,
                             "run_id": number}),
            (table.statement, {"run_id": number, "event": 1, "kind": "better", "share": 0.5, "came": True}),
        ):  # fmt: skip
            connection.execute(insert(one).values(**values))


def rows(records):
    with records.begin() as connection:
        return {
            one.name: connection.scalar(select(func.count()).select_from(one)) for one in table.metadata.sorted_tables
        }


def test_a_first_learner_is_there_and_who_was_chosen_plays(records):
    assert found_learner(records) is None
    first = current_learner(records)
    assert (current_learner(records), found_learner(records)) == (first, first)
    other = add_learner(records, "  dr   grey ")
    assert other.pseudonym == "dr grey" and learner_called(records, "dr grey") == other
    choose_learner(other)
    assert current_learner(records) == other
    assert learners(records) == [other, first]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b", "\u202eabc"])
def test_a_pseudonym_is_plain(records, name):
    with pytest.raises(BadInput, match="no pseudonym"):
        add_learner(records, name)
    assert learners(records) == []


def test_a_pseudonym_is_taken_once_and_can_be_changed(records):
    one, two = add_learner(records, "a"), add_learner(records, "b")
    for taking in (lambda: add_learner(records, "a"), lambda: change_learner(records, two, "a")):
        with pytest.raises(BadInput, match="taken"):
            taking()
    day = date(2027, 3, 1)
    assert change_learner(records, one, "c", day).exam_date == day
    assert [(x.pseudonym, x.exam_date) for x in learners(records)] == [("b", None), ("c", day)]
    erase_learner(records, one.id)
    with pytest.raises(BadInput, match="erased"):
        change_learner(records, one, "d")


def test_an_export_holds_all_of_one_and_nothing_of_another(records, tmp_path):
    for mark in ("mine", "theirs"):
        fill(records, add_learner(records, mark), mark)
    path = tmp_path / "out.zip"
    export_learner(records, learner_called(records, "mine").id, path)
    with zipfile.ZipFile(path) as pack:
        files = {name: pack.read(name).decode() for name in pack.namelist()}
    assert set(files) == {
        "README.txt", "runs/mine-1-1.json", "learner.json", "run.json", "score.json", "dial.json", "statement.json",
        "card.json", "answer.json", "assessment.json", "sitting.json",
    }  # fmt: skip
    assert "SIMULATED" in files["README.txt"]
    assert decode(files["runs/mine-1-1.json"], "x") == run(Ended(day=0), seed=1, mode="exam")
    assert not [name for name, text in files.items() if "theirs" in text]
    for name in ("learner", "run", "score", "card", "answer", "assessment", "sitting", "statement"):
        assert len(json.loads(files[f"{name}.json"])) == 1, name
    assert len(json.loads(files["dial.json"])) == 2
    again = tmp_path / "again.zip"
    export_learner(records, learner_called(records, "mine").id, again)
    assert again.read_bytes() == path.read_bytes()


def test_a_run_that_cannot_be_played_goes_along_as_it_is_kept(records, tmp_path):
    learner = add_learner(records, "mine")
    for number, name in enumerate(("old", "odd"), 1):
        Shelf(records, learner.id).save(name, run(Ended(day=0), seed=number))
    with records.begin() as connection:
        connection.execute(update(table.run).where(table.run.c.name == "old").values(engine="0.0"))
        connection.execute(update(table.run).where(table.run.c.name == "odd").values(name="../../odd"))
    export_learner(records, learner.id, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as pack:
        runs = {name for name in pack.namelist() if name.startswith("runs/")}
        numbers = {name.removeprefix("runs/run-")[:1] for name in runs if name.startswith("runs/run-")}
        (kept,) = (json.loads(pack.read(name)) for name in runs if name.endswith("old.kept.json"))
    assert "runs/old.kept.json" in runs and len(runs) == 2 and numbers <= {"1", "2"}
    assert "engine 0.0" in kept["why"] and len(kept["events"]) == 1


def test_who_is_erased_is_in_no_file_of_the_folder(records, tmp_path):
    for mark in ("gone-for-good", "stays-here"):
        fill(records, add_learner(records, mark), mark)
    gone = learner_called(records, "gone-for-good")
    choose_learner(gone)
    take_backup(records.file, NOW)
    take_backup(records.file, NOW.replace(day=22))

    def holding(word):
        return {path.name for path in tmp_path.rglob("*") if path.is_file() and word.encode() in path.read_bytes()}

    assert len(holding("gone-for-good")) >= 3
    (tmp_path / f"{FILE}.damaged-1").write_text("x")
    left = erase_learner(records, gone.id, NOW)
    assert holding("gone-for-good") == set() == holding(gone.id)
    assert len(backups(records.file, datetime.now(UTC))) == 1 and holding("stays-here") >= {
        FILE,
        backups(records.file, datetime.now(UTC))[0].name,
    }
    assert any(f"{FILE}.damaged-1" in line for line in left) and any("exported" in line for line in left)
    assert rows(records) == {**dict.fromkeys(rows(records), 1), "dial": 2}
    assert current_learner(records).pseudonym == "stays-here"
    assert Shelf(records, current_learner(records).id).load("stays-here-1-1").events
    with pytest.raises(BadInput, match="no such learner"):
        erase_learner(records, gone.id)


def test_erased_beside_a_program_that_still_reads_it_is_erased_and_says_what_is_left(records):
    gone = add_learner(records, "goes-away")
    fill(records, gone, "goes-away")
    with closing(sqlite3.connect(records.file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        left = erase_learner(records, gone.id, NOW)
        assert any("still reads" in line for line in left)
    assert gone not in learners(records)


def test_what_goes_wrong_is_said_without_what_was_to_be_written(records):
    add_learner(records, "a-secret-name")
    with pytest.raises(BadInput) as caught, records.begin() as connection:
        connection.execute(insert(table.learner).values(id="1", pseudonym="a-secret-name", made_at=NOW))
    assert "a-secret-name" not in f"{caught.value} {caught.value.__cause__}"


def test_what_belongs_to_nobody_any_more_is_refused_with_the_reason(records):
    gone = add_learner(records, "goes-away")
    shelf = Shelf(records, gone.id)
    erase_learner(records, gone.id, NOW)
    with pytest.raises(BadInput, match="erased"):
        shelf.save("a-1-1", run())


def test_a_backup_that_a_kill_left_half_made_is_erased_too(records):
    gone = add_learner(records, "goes-away")
    fill(records, gone, "goes-away")
    half = take_backup(records.file, NOW - timedelta(days=1))
    half = half.rename(half.with_name(f".half-{half.name}"))
    erase_learner(records, gone.id, NOW)
    assert not half.exists() and not list(half.parent.glob(".half-*"))
