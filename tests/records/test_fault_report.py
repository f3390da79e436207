"""What may be sent to whoever helps: enough to find a fault, nothing of a person and nothing of a run."""

import getpass
import io
import json
import os
import platform
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from trainer.cli.main import run
from trainer.core.error import BadInput
from trainer.records.fault_report import write_fault_report

ROOT = Path(__file__).resolve().parents[2]
WHO = "Dr Grey-Wolf"


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "atoll home"
    (folder / "logs").mkdir(parents=True)
    (folder / "runs").mkdir()
    (folder / "runs" / "wandering-shadows-1-1.json").write_text("SECRET RUN")
    (folder / f"{WHO}.zip").write_text("SECRET EXPORT")
    log = f"{folder}/records.sqlite of {getpass.getuser()} on {platform.node()}, {Path.home()}/x, learner {WHO}: no\n"
    (folder / "logs" / "atoll.log").write_text(log + "Traceback: a fault\n")
    with sqlite3.connect(folder / "records.sqlite") as connection:
        connection.execute("CREATE TABLE learner (id TEXT, pseudonym TEXT)")
        connection.execute("CREATE TABLE event (body TEXT)")
        connection.execute("INSERT INTO learner VALUES ('1', ?)", (WHO,))
        connection.execute("INSERT INTO event VALUES ('SECRET EVENT')")
    connection.close()
    monkeypatch.setenv("ATOLL_HOME", str(folder))
    monkeypatch.setenv("ATOLL_DATABASE", "postgresql://me:SECRET@server/atoll")
    return folder


def contents(path):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_it_says_what_helps_and_nothing_of_anybody(home, tmp_path):
    write_fault_report(tmp_path / "report.zip")
    found = contents(tmp_path / "report.zip")
    assert set(found) == {"README.txt", "report.json", "logs/atoll.log"}
    everything = "\n".join(found.values())
    for hidden in ("SECRET", WHO, str(home), str(Path.home()) + "/", "wandering-shadows"):
        assert hidden not in everything
    assert getpass.getuser() not in everything.split() and platform.node() not in found["logs/atoll.log"]
    assert found["logs/atoll.log"].startswith("<atoll-home>/records.sqlite of <user> on <computer>, <home>/x, learner")
    assert "Traceback: a fault" in found["logs/atoll.log"]
    report = json.loads(found["report.json"])
    assert report["records"]["rows"] == {"event": 1, "learner": 1} and report["records"]["check"] == "ok"
    assert report["packages"]["numba"] and report["python"] and report["platform"]
    assert set(report["in the home"]) == {"(other)", "logs", "records.sqlite", "runs"}


def test_names_of_imported_chests_are_hidden(home, tmp_path):
    (home / "chests" / "dr-reed-ward").mkdir(parents=True)
    (home / "logs" / "atoll.log").write_text(f"{home}/chests/dr-reed-ward/hu.raw: cut short")
    write_fault_report(tmp_path / "report.zip")
    found = contents(tmp_path / "report.zip")
    assert found["logs/atoll.log"] == "<atoll-home>/chests/<chest>/hu.raw: cut short"
    assert "dr-reed" not in "".join(found.values())
    assert "chests" in json.loads(found["report.json"])["in the home"]


def test_a_damaged_database_is_no_obstacle(home, tmp_path):
    before = b"this is no database, " * 100
    (home / "records.sqlite").write_bytes(before)
    write_fault_report(tmp_path / "report.zip")
    assert "DatabaseError" in json.loads(contents(tmp_path / "report.zip")["report.json"])["records"]["fault"]
    assert (home / "records.sqlite").read_bytes() == before


def test_a_home_that_is_not_there_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "none"))
    write_fault_report(tmp_path / "report.zip")
    assert json.loads(contents(tmp_path / "report.zip")["report.json"])["records"] == {"there": False}
    assert not (tmp_path / "none").exists()


def test_the_command(home, tmp_path, capsys):
    assert run(["crash-report", "--out", str(tmp_path / "report.zip"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(tmp_path / "report.zip")}
    assert run(["crash-report", "--out", str(tmp_path / "none" / "report.zip")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
    with pytest.raises(BadInput):
        write_fault_report(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("where", ["records.sqlite", "logs/odd.log", ".lock"])
def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path, where):
    (tmp_path / "logs").mkdir()
    os.mkfifo(tmp_path / where)
    words = ("learner", "add", "me") if where == ".lock" else ("crash-report", "--out", str(tmp_path / "out.zip"))
    done = subprocess.run(
        [sys.executable, "-m", "trainer.app", *words], capture_output=True, text=True, timeout=60, cwd=ROOT,
        env={**os.environ, "ATOLL_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == (2 if where == ".lock" else 0), done.stderr
    assert "Traceback" not in done.stderr
