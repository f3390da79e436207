"""`atoll report`."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.chest.conftest import make_anatomy
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.cli.main import run
from trainer.encounter.event import Advance, BeliefStated, CourseStarted, Ended, TestOrdered
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Rejected, Session, sealed
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Request, Step
from trainer.knowledge.statement import Belief
from trainer.reasoning.imagined import Imagined
from trainer.records.database import Records
from trainer.records.learner import current_learner
from trainer.records.run_file import write_run
from trainer.records.shelf import Shelf


@pytest.fixture(scope="module")
def few(engine):
    return Imagined(engine, 30)


@pytest.fixture(scope="module")
def anatomy():
    return make_anatomy()


@pytest.fixture(autouse=True)
def _light(monkeypatch, few, anatomy):
    """Imagine few patients, and draw every CT in a small chest: these tests are about the command."""
    monkeypatch.setattr("trainer.cli.report.imagined", lambda *_: few)
    monkeypatch.setattr(
        "trainer.cli.report.draw",
        lambda session, day: Series(anatomy, session.chest(day), Protocol(matrix=128), 11 + day),
    )


@pytest.fixture(scope="module")
def played(engine):
    """A short examination with one CT, as it is saved."""
    case = read_case("wandering-shadows", library())
    session = Session(engine, case, Run(header=Header(case=case.id, version=case.version, seed=3, mode="exam")))
    for command in (
        TestOrdered(request=Request(test="thin-section-ct", day=0)),
        BeliefStated(belief=Belief(day=0, shares={"cop": 0.6, "bacterial": 0.4})),
        CourseStarted(course=Course(give="prednisolone", day=0, steps=(Step(dose=40.0, unit="mg", days=7),))),
        Advance(to_day=7, stops="urgent"),
        Ended(day=7),
    ):
        assert not isinstance(session.submit(command), Rejected), command
    return sealed(session, 600)


@pytest.fixture
def run_file(tmp_path, played):
    write_run(tmp_path / "run.json", played)
    return tmp_path / "run.json"


def fails(capsys, words):
    capsys.readouterr()
    assert run(words) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("atoll: ") and "\n" not in error
    return error


def text_of(path):
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(path.read_bytes())).pages]


def test_a_report_has_the_head_that_a_replay_prints_and_is_the_same_each_time(capsys, run_file, tmp_path):
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    for path in (first, second):
        assert run(["report", str(run_file), "--out", str(path), "--name", "reef-7"]) == 0
    assert first.read_bytes() == second.read_bytes()
    pages = text_of(first)
    assert len(pages) == 2 and "reef-7" in pages[0] and "10 of 25 min" in pages[0] and "Current CT" in pages[1]
    capsys.readouterr()
    head = next(word for word in pages[0].split() if len(word) == 64)
    assert run(["replay", str(run_file), "--head", head]) == 0
    assert head in capsys.readouterr().out


def test_html_by_the_name_of_the_file_and_nobody_for_a_file(run_file, tmp_path):
    out = tmp_path / "report.html"
    assert run(["report", str(run_file), "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>") and "no name" in text and "data:image/png" in text


def test_a_run_of_mine_bears_my_pseudonym_and_its_day(tmp_path, played, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    records = Records()
    learner = current_learner(records)
    Shelf(records, learner.id).save("wandering-shadows-3-1", played)
    records.close()
    assert run(["report", "wandering-shadows-3-1", "--out", str(tmp_path / "mine.pdf")]) == 0
    text = text_of(tmp_path / "mine.pdf")[0]
    assert learner.pseudonym in text and "Last saved" in text
    assert run(["report", "wandering-shadows-3-1", "--out", str(tmp_path / "nobody.html"), "--name", ""]) == 0
    assert learner.pseudonym not in (tmp_path / "nobody.html").read_text(encoding="utf-8")


def test_a_run_that_goes_on_has_none(capsys, engine, tmp_path):
    case = read_case("wandering-shadows", library())
    for mode in ("tutor", "exam"):
        session = Session(engine, case, Run(header=Header(case=case.id, version=case.version, seed=3, mode=mode)))
        session.submit(Advance(to_day=7, stops="urgent"))
        write_run(tmp_path / "on.json", sealed(session, 60))
        error = fails(capsys, ["report", str(tmp_path / "on.json"), "--out", str(tmp_path / "x.pdf")])
        assert "not over" in error and not (tmp_path / "x.pdf").exists()
    session.submit(Ended(day=session.now.day))
    write_run(tmp_path / "off.json", sealed(session, 60))
    assert run(["report", str(tmp_path / "off.json"), "--out", str(tmp_path / "x.pdf")]) == 0


def test_what_cannot_be_used_is_said_in_a_line(capsys, run_file, tmp_path):
    assert "name it so" in fails(capsys, ["report", str(run_file), "--out", str(tmp_path / "x.txt")])
    assert "no such folder" in fails(capsys, ["report", str(run_file), "--out", str(tmp_path / "no" / "x.pdf")])
    assert "atoll runs list" in fails(capsys, ["report", "no-such-run", "--out", str(tmp_path / "x.pdf")])
    run_file.write_text(run_file.read_text().replace('"seed": 3', '"seed": 4'))
    assert "was changed after the run was saved" in fails(
        capsys, ["report", str(run_file), "--out", str(tmp_path / "x.pdf")]
    )
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
