"""`atoll records`, `learner` and `runs`, and a run by its name."""

import json
import zipfile
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update

from tests.records.test_shelf import run as made
from trainer.cli.main import run
from trainer.encounter.chain import links_of
from trainer.encounter.event import Advanced, Ended, Interrupt
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import read_case
from trainer.knowledge.contents import cases_as_written
from trainer.records import table
from trainer.records.database import FILE, Records
from trainer.records.learner import current_learner
from trainer.records.run_file import find_run, read_run, write_run
from trainer.records.selfassessment import note_run, open_set, sets
from trainer.records.shelf import Shelf

CASE = "wandering-shadows"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def shelf(folder):
    records = Records()
    yield Shelf(records, current_learner(records).id)
    records.close()


def said(capsys, *words, status=0):
    capsys.readouterr()
    assert run(words) == status
    out = capsys.readouterr()
    return out.out if status != 2 else out.err


def test_what_was_never_begun_is_not_begun_by_asking_for_a_run(folder, capsys):
    line = said(capsys, "score", "a-1-1", status=2)
    assert "no run of this name" in line and line.count("\n") == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("word", ["a-1-1.json", "folder/a-1-1"])
def test_what_looks_like_a_file_is_looked_for_as_one(shelf, capsys, word):
    assert "cannot be read" in said(capsys, "replay", word, status=2)


def test_the_runs_are_listed_taken_out_and_taken_in(shelf, folder, capsys):
    shelf.save(f"{CASE}-1-1", made(Advanced(to_day=28, day=28), mode="exam"))
    (row,) = json.loads(said(capsys, "runs", "list", "--json"))
    assert row == {"name": f"{CASE}-1-1", "case": CASE, "seed": 1, "mode": "exam", "day": 28, "chest": "",
                   "state": "in play", "overall": None}  # fmt: skip
    assert CASE in said(capsys, "runs", "list")
    out = folder / "out.json"
    said(capsys, "runs", "export", f"{CASE}-1-1", "--out", str(out))
    assert read_run(out) == shelf.load(f"{CASE}-1-1") == find_run(f"{CASE}-1-1")
    assert "is there already" in said(capsys, "runs", "export", f"{CASE}-1-1", "--out", str(out), status=2)
    assert f"is there already, as {CASE}-1-1" in said(capsys, "runs", "import", str(out), status=2)
    assert "no such run" in said(capsys, "runs", "export", "nobody", "--out", str(folder / "b.json"), status=2)
    said(capsys, "learner", "add", "another")
    said(capsys, "runs", "import", str(out), "--learner", "another")
    assert said(capsys, "runs", "list", "--learner", "another") == said(capsys, "runs", "list")
    assert "no such learner" in said(capsys, "runs", "list", "--learner", "nobody", status=2)
    write_run(folder / "bare.json", Run(header=Header(case=CASE, seed=1)))
    assert "no seal" in said(capsys, "runs", "import", str(folder / "bare.json"), status=2)


def test_nothing_is_told_of_a_run_of_a_set_that_goes_on(shelf, capsys):
    shelf.save(f"{CASE}-5-1", made(Ended(day=0), seed=5, mode="exam"))
    now = datetime.now(UTC)
    with shelf.records.begin() as connection:
        number = connection.scalar(select(table.run.c.id))
        connection.execute(
            insert(table.assessment).values(
                id="s", learner_id=shelf.learner_id, seed=1, time_factor=1.0, policy="default", made_at=now
            )
        )
        connection.execute(
            insert(table.sitting).values(assessment_id="s", place=1, case_id=CASE, seed=5, run_id=number)
        )
    for words in (["score"], ["twin", "--plan", "untreated"]):
        line = said(capsys, words[0], f"{CASE}-5-1", *words[1:], status=2)
        assert "belongs to a self-assessment" in line and line.count("\n") == 1


def test_learners_are_listed_chosen_exported_and_erased(shelf, folder, capsys):
    shelf.save(f"{CASE}-1-1", made(Ended(day=0)))
    said(capsys, "learner", "add", "dr grey")
    said(capsys, "learner", "choose", "dr grey")
    rows = json.loads(said(capsys, "learner", "list", "--json"))
    assert [(row["pseudonym"], row["here"]) for row in rows] == [("dr grey", True), ("learner-1", False)]
    assert "* " in said(capsys, "learner", "list").splitlines()[1]
    said(capsys, "learner", "export", "learner-1", "--out", str(folder / "out.zip"))
    with zipfile.ZipFile(folder / "out.zip") as pack:
        assert f"runs/{CASE}-1-1.json" in pack.namelist()
    assert "nothing was erased; --yes" in said(capsys, "learner", "erase", "learner-1", status=2)
    assert "may hold some of it" in said(capsys, "learner", "erase", "learner-1", "--yes")
    assert len(json.loads(said(capsys, "learner", "list", "--json"))) == 1
    assert "no such learner" in said(capsys, "learner", "erase", "learner-1", "--yes", status=2)


def test_the_records_are_checked_and_backed_up(shelf, folder, capsys):
    shelf.save(f"{CASE}-1-1", made(Advanced(to_day=28, day=28)))
    assert "1 runs, no faults" in said(capsys, "records", "check")
    name = said(capsys, "records", "backup").strip()
    assert name.startswith(str(folder / "backups")) and name.endswith(".sqlite")
    assert "as this version" in said(capsys, "records", "upgrade")
    with shelf.records.begin() as connection:
        connection.execute(update(table.event).values(body='{"day":29,"kind":"advanced","to_day":28}'))
    report = json.loads(said(capsys, "records", "check", "--json", status=1))
    assert report["runs"] == 1 and "event 1 was changed" in report["faults"][0]
    shelf.records.close()
    (folder / FILE).write_bytes(b"x" * 5000)
    capsys.readouterr()
    assert run(["records", "check"]) == 0
    captured = capsys.readouterr()
    assert "set aside as records.sqlite.damaged-1" in captured.err and "0 runs" not in captured.out


def test_a_replay_verifies_the_head_that_a_report_gives(shelf, folder, capsys, engine):
    case = read_case(CASE, engine.library)
    session = Session(engine, case, Run(header=Header(case=CASE, seed=1, mode="exam")))
    session.submit(Ended(day=0))
    shelf.save(f"{CASE}-1-1", sealed(session))
    head = links_of(session.run.header, session.run.events)[-1]
    spaced = " ".join(head[i : i + 8] for i in range(0, 64, 8)).upper()
    text = said(capsys, "replay", f"{CASE}-1-1", "--head", spaced)
    assert f"chain: 1 events, head {head}" in text and "is the one that was given" in text
    value = json.loads(said(capsys, "replay", f"{CASE}-1-1", "--json"))
    assert (value["head"], value["count"], value["verified"], value["head_as_given"]) == (head, 1, True, None)
    assert "NOT verified: the head" in said(capsys, "replay", f"{CASE}-1-1", "--head", "0" * 64, status=1)
    assert "no head of a chain" in said(capsys, "replay", f"{CASE}-1-1", "--head", "12", status=2)


@pytest.mark.parametrize("what", ["a case of many letters", "an event of many letters"])
def test_what_a_file_brings_never_makes_the_records_look_damaged(shelf, folder, capsys, what):
    case, events = CASE, (Advanced(to_day=1, day=1, why=(Interrupt(kind="call", text="\x01" * 300),) * 40),)
    if "case" in what:
        case, events = "-".join(["many"] * 16), ()
    write_run(folder / "r.json", Run(header=Header(case=case, seed=1), events=events).sealed("0" * 64))
    status = run(["runs", "import", str(folder / "r.json")])
    line = capsys.readouterr().err
    assert status == 0 or (status == 2 and line.count("\n") == 1)
    assert Records().notices == ()


def test_letters_that_are_none_are_one_line(shelf, folder, capsys):
    shelf.save(f"{CASE}-1-1", made(Advanced(to_day=28, day=28)))
    for words in (("score", "\udcff"), ("runs", "export", "\udcff", "--out", str(folder / "x.json"))):
        line = said(capsys, *words, status=2)
        assert "letters" in line and line.count("\n") == 1


def test_a_run_for_a_place_of_the_open_set_is_not_brought_from_elsewhere(shelf, folder, capsys):
    cases = cases_as_written()
    open_set(shelf.records, shelf.learner_id, cases, 2, 1.0, "default", datetime.now(UTC))
    (going,) = sets(shelf.records, shelf.learner_id, cases)
    for sitting in going.sittings:
        header = Header(case=sitting.case, seed=sitting.seed, mode="exam")
        write_run(folder / "r.json", Run(header=header, events=(Ended(day=0),)).sealed("0" * 64))
        assert "self-assessment" in said(capsys, "runs", "import", str(folder / "r.json"), status=2)
    assert [one.state for one in sets(shelf.records, shelf.learner_id, cases)[0].sittings] == ["waiting", "waiting"]


def test_a_run_of_the_open_set_is_not_taken_out_before_the_set_is_closed(shelf, folder, capsys):
    cases = cases_as_written()
    open_set(shelf.records, shelf.learner_id, cases, 2, 1.0, "default", datetime.now(UTC))
    (going,) = sets(shelf.records, shelf.learner_id, cases)
    one = going.sittings[0]
    name = f"{one.case}-{one.seed}-1"
    shelf.save(name, made(Ended(day=0), case=one.case, seed=one.seed, mode="exam"))
    note_run(shelf.records, going.id, 1, name)
    line = said(capsys, "runs", "export", name, "--out", str(folder / "x.json"), status=2)
    assert "self-assessment" in line and not (folder / "x.json").exists()
