"""`atoll results`: dials with their errors, and a file that a spreadsheet opens."""

import csv
import io
import json

import pytest

from tests.records.example import add_run, month
from trainer.cli.main import run
from trainer.records.database import Records
from trainer.records.learner import add_learner


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("ATOLL_HOME", str(folder))
    return folder


@pytest.fixture
def played(home):
    records = Records()
    learner = add_learner(records, "river")
    month(records, learner, 14)
    add_run(records, learner, "third-floor-99-1", "third-floor", at=20)
    add_learner(records, "stone")
    records.close()


def test_without_a_result_it_says_what_to_do(home, capsys):
    assert run(["results"]) == 0
    assert "finish a case" in capsys.readouterr().out


def test_the_dials_with_their_standard_errors(played, capsys):
    assert run(["results", "--learner", "river"]) == 0
    out = capsys.readouterr().out
    assert "no measure of clinical competence" in out and "12 cases counted" in out
    assert "2 left out" in out and "1 finished without a score" in out
    assert run(["results", "--learner", "river", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cases"] == 12 and told["dials"]["overall"]["n"] == 12 and told["dials"]["overall"]["se"] > 0
    assert run(["results", "--learner", "river", "--json", "--repeats", "--mode", "exam"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cases"] == 4 and told["dials"]["overall"] == {"n": 4, "mean": None, "se": None}
    assert run(["results", "--learner", "river", "--mode", "exam"]) == 0
    assert "not enough cases to say" in capsys.readouterr().out


def test_the_file_and_its_dictionary(played, tmp_path, capsys):
    out = tmp_path / "r.csv"
    assert run(["results", "--learner", "river", "--out", str(out)]) == 0
    caught = capsys.readouterr()
    assert caught.out == "" and "14 results written" in caught.err
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    words = list(csv.DictReader(io.StringIO((tmp_path / "r.dictionary.csv").read_text("utf-8-sig"))))
    assert len(rows) == 14 and list(rows[0]) == [word["column"] for word in words]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--learner", "nobody"], "'nobody': there is no such learner"),
        (["--learner", "river", "--out", "/nowhere/x.csv"], "/nowhere"),
        (["--mode", "blind"], "invalid choice"),
    ],
)
def test_one_line_for_what_goes_wrong(played, capsys, words, says):
    assert run(["results", *words]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error and "\n" not in error
