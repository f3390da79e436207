"""The commands that play, score and compare."""

import io
import json
from functools import partial

import pytest

from trainer import __version__
from trainer.cli.dialogue import Dialogue
from trainer.cli.main import run
from trainer.encounter.examiner import Examiner
from trainer.encounter.run import Header, Run, decode
from trainer.encounter.session import Session, sealed
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE


@pytest.fixture(scope="module")
def few(engine):
    return Imagined(engine, 60)


@pytest.fixture(autouse=True)
def _few_patients(monkeypatch, few):
    """Imagine few patients and few futures: these tests are about the commands."""
    monkeypatch.setattr("trainer.cli.encounter.imagined", lambda *_: few)
    monkeypatch.setattr("trainer.cli.encounter.Examiner", partial(Examiner, effort=COARSE))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, few):
    """A run by the textbook, as text, and its score."""
    out = tmp_path_factory.mktemp("run") / "run.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.cli.encounter.imagined", lambda *_: few)
        patch.setattr("trainer.cli.encounter.Examiner", partial(Examiner, effort=COARSE))
        assert run(["play", "wandering-shadows", "--plan", "textbook", "--seed", "3", "--out", str(out)]) == 0
    return out.read_text()


@pytest.fixture
def run_file(tmp_path, recorded):
    path = tmp_path / "run.json"
    path.write_text(recorded)
    return path


def fails(capsys, words):
    capsys.readouterr()
    assert run(words) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("atoll: ") and "\n" not in error
    return error


def test_a_run_is_small_scored_and_replayed(capsys, run_file):
    assert run_file.stat().st_size < 100_000
    sheets = []
    for _ in range(2):
        assert run(["score", str(run_file), "--json"]) == 0
        sheets.append(json.loads(capsys.readouterr().out))
    assert sheets[0] == sheets[1]
    assert set(sheets[0]) == {"overall", "dials", "gates", "items"}
    assert all(0 <= dial["value"] <= 100 and dial["se"] >= 0 for dial in sheets[0]["dials"].values())
    assert all(item["reason"] and item["source"] for item in sheets[0]["items"])
    assert run(["score", str(run_file)]) == 0
    text = capsys.readouterr().out
    assert "SIMULATED" in text and "standard error" in text and "Prednisolone" in text
    assert run(["replay", str(run_file)]) == 0
    assert capsys.readouterr().out.startswith("verified")


def test_a_state_that_is_not_the_recorded_one_fails_the_replay(capsys, run_file, recorded):
    honest = decode(recorded, "run")
    run_file.write_text(Run(header=honest.header, events=honest.events).sealed("0" * 64).encode())
    assert run(["replay", str(run_file)]) == 1
    assert capsys.readouterr().out.startswith("NOT verified")


def test_another_policy_is_told_apart(capsys, run_file):
    assert run(["score", str(run_file), "--policy", "second-defect"]) == 0
    text = capsys.readouterr().out
    assert "default" in text and "second-defect" in text
    assert run(["score", str(run_file), "--policy", "second-defect", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["policies"] == ["default", "second-defect"]
    assert "no policy is called" in fails(capsys, ["score", str(run_file), "--policy", "nobody"])


def test_the_twin_is_the_same_patient_under_another_plan(capsys, run_file):
    assert run(["twin", str(run_file), "--plan", "untreated", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    first, later = found["days"][0], next(day for day in found["days"] if day["day"] >= 28)
    assert first["run"] == first["twin"]
    assert later["run"]["filled_ml"] < later["twin"]["filled_ml"]
    assert later["twin"]["prednisolone_mg"] == 0 < later["run"]["prednisolone_mg"]
    assert set(found["endings"]) == {"run", "twin"}
    assert run(["twin", str(run_file), "--plan", "untreated"]) == 0
    assert "The twin: " in capsys.readouterr().out


def test_robots_are_listed_by_case_and_seed(capsys):
    assert run(["robots", "two-tickets", "--seeds", "1", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"textbook", "nothing", "random", "always-op"} <= {row["robot"] for row in rows}
    assert all(set(row) == {"case", "seed", "robot", "overall", "dials", "gates_failed"} for row in rows)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text[:200], "cut short"),
        (lambda text: text.replace(f'"engine": "{__version__}"', '"engine": "9.9.9"'), "recorded by engine 9.9.9"),
        (lambda text: text.replace('"crp"', '"esr"'), "changed after it was saved"),
        (lambda text: text.replace('"to_day": 7', '"to_day": 7000'), "not a valid run"),
        (lambda text: text.replace('"seed": 3', '"seed": 7'), "changed after it was saved"),
        (lambda text: "[" * 5000, "cut short"),
        (lambda text: "[]", "not a valid run"),
        (lambda text: " " * 200_000, "larger than such a file"),
    ],
)
def test_a_spoiled_run_is_one_line(capsys, run_file, recorded, change, says):
    assert change(recorded) != recorded
    run_file.write_text(change(recorded))
    for command in ("score", "replay"):
        assert says in fails(capsys, [command, str(run_file)])


def test_a_run_of_an_unknown_case_is_one_line(capsys, run_file):
    run_file.write_text(Run(header=Header(case="nowhere", seed=1)).sealed("0" * 64).encode())
    assert "no case is called 'nowhere'" in fails(capsys, ["score", str(run_file)])
    assert "no policy" in fails(capsys, ["play", "wandering-shadows", "--policy", "none", "--plan", "textbook"])
    assert "--out is missing" in fails(capsys, ["play", "wandering-shadows", "--plan", "textbook"])


SAID = """help
order CRP, HRCT, bronchscopy
ask drug history
report
read consolidation, peripheral distribution / rl 4, ll 3
report
believe cop 60, bacterial 25, other 15
believe cop 100
for cop: migration / against: cavity
forecast 60 30 10 / relapse 5
results
ahead 28
go next
give pred 0.75 mg/kg 4 weeks, 20 mg 4 weeks
give cotrim 8 weeks
taken
wait 28 if fever
go next
back 8
nonsense
end
"""


def test_a_case_is_played_in_writing(monkeypatch, capsys, tmp_path):
    out = tmp_path / "mine.json"
    monkeypatch.setattr("sys.stdin", io.StringIO(SAID))
    assert run(["play", "wandering-shadows", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    for words in (
        "SIMULATED", "coughed for", "C-reactive protein", "Read today's CT first", "CT of day 0",
        "locked until the clock moves", "the result is here", "Prednisolone: begun", "is no command", "Saved in",
    ):  # fmt: skip
        assert words in text, words
    saved = decode(out.read_text(), "mine")
    assert [e.kind for e in saved.events].count("belief") == 1 and saved.events[-1].kind == "end"


def test_a_saved_run_is_gone_on_with_and_nothing_else_is_touched(monkeypatch, capsys, tmp_path):
    out = tmp_path / "mine.json"
    for said, events in (("order crp\n", 1), ("order esr\n", 2)):
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        assert run(["play", "two-tickets", "--out", str(out)]) == 0
        assert len(decode(out.read_text(), "mine").events) == events
    kept = out.read_text()
    for words in (
        ["play", "the-tailor", "--out", str(out)],
        ["play", "two-tickets", "--plan", "textbook", "--out", str(out)],
    ):
        fails(capsys, words)
    (tmp_path / "notes.txt").write_text("hello")
    fails(capsys, ["play", "two-tickets", "--out", str(tmp_path / "notes.txt")])
    assert out.read_text() == kept and (tmp_path / "notes.txt").read_text() == "hello"


def test_input_without_end_or_none_at_all_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    assert "standard input is closed" in fails(capsys, ["play", "two-tickets"])
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 10_000))
    assert "cannot be meant" in fails(capsys, ["play", "two-tickets"])


def test_an_examination_is_timed(monkeypatch, capsys, tmp_path):
    clock = iter([0.0, 10.0, 10_000.0])
    monkeypatch.setattr("trainer.cli.encounter.monotonic", lambda: next(clock))
    monkeypatch.setattr("sys.stdin", io.StringIO("order crp\norder esr\n"))
    out = tmp_path / "exam.json"
    assert run(["play", "two-tickets", "--mode", "exam", "--out", str(out)]) == 0
    assert "the time is up" in capsys.readouterr().out
    events = decode(out.read_text(), "exam").events
    assert [(event.kind, event.second) for event in events] == [("test", 10), ("end", None)]
    assert run(["score", str(out)]) == 0


def test_an_examination_in_play_is_not_discussed(engine, capsys, tmp_path):
    case, out = read_case("two-tickets", library()), tmp_path / "exam.json"
    session = Session(engine, case, Run(header=Header(case=case.id, seed=1, mode="exam")))
    out.write_text(sealed(session).encode())
    for words in (["score", str(out)], ["twin", str(out), "--plan", "untreated"]):
        assert "an examination that is not over" in fails(capsys, words)


def test_whatever_is_typed_is_answered(engine):
    case = read_case("wandering-shadows", library())
    dialogue = Dialogue(Session(engine, case, Run(header=Header(case=case.id, seed=1))), lambda *_: None)
    for line in (
        "", "order", "order zzzz", "give", "give pred", "give pred 999 mg 3 days", "stop pred", "read x / y / z",
        "read / rl 9", "believe", "believe cop", "believe cop 33", "believe tarot 100", "for", "for x: y", "forecast",
        "forecast 1 2 3", "wait", "wait 0", "move moon", "move clinic", "ahead", "go", "go 0", "go 99999", "go -1",
        "look", "look x.txt", "ask CRP", "believe cop " + "9" * 5000, "read / rl " + "9" * 5000, "give pred 28 days",
        "give pred -5 mg 4 days", "give pred 0 mg 5 days", "forecast 10000 0", "forecast -60 30 10", "for cop:",
        "believe cop 40, cop 60", "back", "back 3", "find", "find zzzz", "\x1b[2J", "believe cop 1000000000000000",
        "give pred 1 mg",
    ):  # fmt: skip
        answer = dialogue.answer(line)
        assert answer and "Traceback" not in answer, line
        assert dialogue._session.run.events == (), line
    assert dialogue.answer("go 3000").startswith("From day 0")
    dialogue.answer("give pred 20 mg 28 days")
    dialogue.answer("stop pred")
    assert "not taken any more" in dialogue.answer("taken") and "Prednisolone" not in dialogue.answer("ahead 60")
