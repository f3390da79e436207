"""Commands as users meet them: exit statuses, one clear line, help with an example."""

import csv
import json

import pytest

from trainer.cli.main import parser, run
from trainer.course.outcome import COLUMNS

COMMANDS = list(parser()._subparsers._group_actions[0].choices)


@pytest.fixture(autouse=True)
def _ready(engine):
    """Compile before anything is printed."""


def fails(capsys, words, status=2):
    assert run(words) == status
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    assert captured.out == "" and len(lines) == 1 and lines[0].startswith("atoll: "), captured
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(capsys, command):
    with pytest.raises(SystemExit) as caught:
        run([command, "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert f"atoll {command}" in text.split("example")[-1]
    assert "--json" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense"], "invalid choice"),
        ([], "COMMAND"),
        (["simulate"], "required"),
        (["simulate", "measles"], "no disease is called 'measles'"),
        (["simulate", "cop", "--plan", "magic"], "no plan is called 'magic'"),
        (["simulate", "cop", "--plan", "missing.yaml"], "cannot be read"),
        (["simulate", "cop", "--patients", "-3"], "a whole number from 1"),
        (["simulate", "cop", "--patients", "many"], "a whole number from 1"),
        (["simulate", "cop", "--patients", "1_0"], "a whole number from 1"),
        (["simulate", "cop", "--seed", "1_0"], "a whole number from 0"),
        (["simulate", "cop", "--days", "99999"], "a whole number from 0 to 3650"),
        (["simulate", "cop", "--seed", "-1"], "no seed"),
        (["simulate", "cop", "--patients", "1", "--out", "no/such/folder.csv"], "there is no such folder"),
        (["play", "nowhere", "--plan", "textbook", "--out", "r.json"], "no case is called"),
        (["play", "wandering-shadows", "--plan", "textbook", "--out", "no/such/r.json"], "there is no such folder"),
        (["score", "missing.json"], "cannot be read"),
        (["lint", "missing"], "no such file or folder"),
    ],
)
def test_bad_input_is_one_line_and_status_2(capsys, tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    assert says in fails(capsys, words)
    assert list(tmp_path.iterdir()) == []


def test_simulate_writes_a_row_a_patient_and_a_dictionary(capsys, tmp_path):
    out = tmp_path / "cop.csv"
    assert run(["simulate", "cop", "--patients", "7", "--days", "30", "--plan", "germop-24w", "--out", str(out)]) == 0
    with out.open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 7 and list(rows[0]) == list(COLUMNS)
    assert rows[0]["relapse_day"] == "" and rows[0]["fever"] in ("0", "1") and rows[0]["disease"] == "cop"
    with (tmp_path / "cop.dictionary.csv").open() as stream:
        assert [row["column"] for row in csv.DictReader(stream)] == list(COLUMNS)


def test_simulate_takes_a_case_and_a_synonym_and_repeats_itself(capsys, tmp_path):
    files = []
    for name in ("one", "two"):
        out = tmp_path / f"{name}.csv"
        assert (
            run(["simulate", "wandering-shadows", "--patients", "3", "--days", "0", "--seed", "4", "--out", str(out)])
            == 0
        )
        files.append(out.read_bytes())
    assert files[0] == files[1]
    with (tmp_path / "one.csv").open() as stream:
        assert all(row["migrated"] == "1" and row["fever"] == "1" for row in csv.DictReader(stream))
    capsys.readouterr()
    assert run(["simulate", "CAP", "--patients", "2", "--days", "10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["disease"] == "bacterial"


def test_simulate_without_a_file_prints_a_summary(capsys):
    assert run(["simulate", "healthy", "--patients", "5", "--days", "10"]) == 0
    text = capsys.readouterr().out
    assert "age_years" in text and "mean" in text


def test_cases_lists_them(capsys):
    assert run(["cases", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert "wandering-shadows" in [case["id"] for case in listed]
    assert not any("pneumonia" in json.dumps(case).lower() for case in listed)


@pytest.mark.long
def test_lint_finds_nothing_in_what_is_atolls_own(capsys):
    """Some half a minute: every case is rehearsed on twenty seeds."""
    assert run(["lint"]) == 0
    assert capsys.readouterr().out == "no faults\n"


def test_lint_lists_every_fault_and_fails(capsys, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("a: &x 1\nb: *x\n")
    assert run(["lint", str(bad)]) == 1
    assert f"{bad}:1: " in capsys.readouterr().out
    folder = tmp_path / "mine" / "wandering"
    folder.mkdir(parents=True)
    (folder / "case.yaml").write_text("id: other\ntitle: 3\n")
    assert run(["lint", str(tmp_path / "mine"), "--json"]) == 1
    assert {"title", "setting"} <= {f["fault"].split(":")[0] for f in json.loads(capsys.readouterr().out)}


def test_validate_exits_1_if_a_figure_lies_outside(capsys, monkeypatch, engine):
    from trainer.course.validating import Checked

    row = engine.library.validation[0]
    for value, status in ((row.published, 0), (row.published * 3, 1)):
        monkeypatch.setattr(
            "trainer.cli.course.validate", lambda *_, value=value, **__: [Checked(row, value, value, value, 2000)]
        )
        assert run(["validate"]) == status
        assert ("outside" in capsys.readouterr().out) == bool(status)
