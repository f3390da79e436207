"""Robots lose against the textbook, and fail the gate that their fault should fail."""

import json
import statistics

import pytest

from trainer.cli.main import run
from trainer.cli.robot import _PLAYERS, _robot_row
from trainer.encounter.examiner import Examiner
from trainer.encounter.player import Written, play
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import TEXTBOOK, case_names, case_plan, read_case
from trainer.knowledge.library import library
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE

FUNGAL, CLASSIC, BACTERIAL = "the-side-room", "wandering-shadows", "the-allotment"


def of(rows, case, robot):
    return [row for row in rows if row["case"] == case and row["robot"] == robot]


def mean(rows, case, robot, dial=None):
    return statistics.mean(row["dials"][dial] if dial else row["overall"] for row in of(rows, case, robot))


def judge(rows, case):
    """Check what must hold of the players of one case."""
    robots = list(dict.fromkeys(row["robot"] for row in rows))
    best = mean(rows, case, TEXTBOOK)
    print(case, {robot: round(mean(rows, case, robot)) for robot in robots})
    for robot in robots:
        assert robot == TEXTBOOK or mean(rows, case, robot) < best, (case, robot)
    honest = mean(rows, case, TEXTBOOK, "diagnosis")
    for robot in ("uniform", "never-extreme"):
        assert mean(rows, case, robot, "diagnosis") < honest - 5, (case, robot)
    assert mean(rows, case, "everything", "economy") < mean(rows, case, TEXTBOOK, "economy") - 20, case


def test_every_textbook_can_be_played(engine):
    for name in case_names():
        case = read_case(name, library())
        plan = case_plan(case, TEXTBOOK, library())
        for seed in range(1, 4):
            header = Header(case=case.id, version=case.version, seed=seed)
            session = Session(engine, case, Run(header=header))
            play(session, plan, Written(plan))
            assert session.now.over and len(session.run.encode()) < 50_000


def test_the_faults_show_in_the_fungal_case(engine):
    examiner = Examiner(engine, library().policy("default"), Imagined(engine, 60), COARSE)
    case = read_case(FUNGAL, library())
    rows = [_robot_row(examiner, robot, case, seed) for robot in _PLAYERS for seed in (1, 2)]
    judge(rows, FUNGAL)
    for robot in ("steroids", "always-op"):
        assert all("steroid-in-fungal" in row["gates_failed"] for row in of(rows, FUNGAL, robot))
    assert not any(row["gates_failed"] for row in of(rows, FUNGAL, TEXTBOOK))


def judge_all(rows, seeds):
    """Check every case, and what the steroid-minded do to the three that tell them apart."""
    assert len(rows) == seeds * len(case_names()) * len(_PLAYERS)
    for case in case_names():
        judge(rows, case)
        assert sum(bool(row["gates_failed"]) for row in of(rows, case, TEXTBOOK)) <= 1, case
    for robot in ("steroids", "always-op"):  # steroids kill in the one case and cost little in the other
        assert all("steroid-in-fungal" in row["gates_failed"] for row in of(rows, FUNGAL, robot))
        assert mean(rows, CLASSIC, robot, "management") > mean(rows, FUNGAL, robot, "management") + 30
    assert mean(rows, BACTERIAL, "always-op") < mean(rows, BACTERIAL, TEXTBOOK) - 40


def rows_of(capsys, seeds):
    assert run(["robots", "--seeds", str(seeds), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.long
def test_the_textbook_beats_every_robot(engine, capsys):
    judge_all(rows_of(capsys, 5), 5)


@pytest.mark.bench
def test_the_textbook_beats_every_robot_on_twenty_seeds(engine, capsys):
    """Some twenty minutes: by name, `pytest -m bench -s tests/cli/test_robot.py`."""
    judge_all(rows_of(capsys, 20), 20)
