"""Robots lose against the textbook, and fail the gate that their fault should fail."""

import statistics

import pytest

from trainer.encounter.examiner import Examiner
from trainer.encounter.player import Written, play
from trainer.encounter.robot import ROBOTS, TEXTBOOK_PLAYER, play_robot
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import TEXTBOOK, case_names, case_plan, read_case
from trainer.knowledge.library import library
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE

PLAYERS = (TEXTBOOK_PLAYER, *ROBOTS)
SEEDS = range(1, 21)
FUNGAL, CLASSIC, BACTERIAL = "the-side-room", "wandering-shadows", "the-allotment"


def sheets_of(examiner, name, seeds):
    """Return the score of every player on some seeds of a case: robot to a list of sheets."""
    case = read_case(name, library())
    return {robot.id: [examiner.score(play_robot(examiner, robot, case, seed)) for seed in seeds] for robot in PLAYERS}


def judge(name, sheets):
    """Check one case; what must hold of the players in it."""
    mean = {robot: statistics.mean(sheet.overall for sheet in own) for robot, own in sheets.items()}
    failed = {robot: sum(any(g.failed for g in s.gates) for s in own) for robot, own in sheets.items()}
    print(name, {robot: f"{value:.0f} ({failed[robot]})" for robot, value in mean.items()})
    for robot, value in mean.items():
        assert robot == TEXTBOOK or value < mean[TEXTBOOK], (name, robot)
    for robot in ("uniform", "never-extreme"):
        stated, honest = (statistics.mean(s.dials["diagnosis"].value for s in sheets[r]) for r in (robot, TEXTBOOK))
        assert stated < honest - 5, (name, robot)
    money = {r: statistics.mean(s.dials["economy"].value for s in sheets[r]) for r in ("everything", TEXTBOOK)}
    assert money["everything"] < money[TEXTBOOK] - 20, name
    return mean


def test_every_textbook_can_be_played(engine):
    for name in case_names():
        case = read_case(name, library())
        plan = case_plan(case, TEXTBOOK, library())
        for seed in range(1, 4):
            header = Header(case=case.id, version=case.version, seed=seed)
            session = Session(engine, case, Run(header=header))
            play(session, plan, Written(plan))
            assert session.now.over and len(session.run.encode()) < 50_000


def test_the_faults_show_in_the_fungal_case(examiner):
    sheets = sheets_of(examiner, FUNGAL, (1, 2))
    judge(FUNGAL, sheets)
    for robot in ("steroids", "always-op"):
        assert all("steroid-in-fungal" in {g.id for g in s.gates if g.failed} for s in sheets[robot])
    assert all(not any(g.failed for g in s.gates) for s in sheets[TEXTBOOK])


@pytest.mark.long
def test_the_textbook_beats_every_robot_on_twenty_seeds(engine):
    examiner = Examiner(engine, library().policy("default"), Imagined(engine, 100), COARSE)
    found = {name: sheets_of(examiner, name, SEEDS) for name in case_names()}
    means = {name: judge(name, sheets) for name, sheets in found.items()}
    for robot in ("steroids", "always-op"):  # steroids kill in the one case and cost little in the other
        gated = [any(g.failed for g in sheet.gates) for sheet in found[FUNGAL][robot]]
        assert all(gated)
        assert means[CLASSIC][robot] > means[FUNGAL][robot] + 30
    assert means[BACTERIAL]["always-op"] < means[BACTERIAL][TEXTBOOK] - 40
    for name, sheets in found.items():
        assert sum(any(g.failed for g in s.gates) for s in sheets[TEXTBOOK]) <= 1, name
