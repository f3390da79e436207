"""`atoll robots`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from typing import Any

from trainer.cli.engine import engine
from trainer.cli.output import print_json, print_table, progress
from trainer.cli.word import add_json, count
from trainer.course.cohort import Engine
from trainer.encounter.examiner import Examiner
from trainer.encounter.robot import ROBOTS, TEXTBOOK_PLAYER, Robot, play_robot
from trainer.knowledge.case import Case
from trainer.knowledge.casebook import case_names, read_case
from trainer.knowledge.library import library
from trainer.knowledge.policy import DEFAULT
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE

_SEEDS = 20
_IMAGINED = 100  # of each disease; the order of players needs less than a single score
_PLAYERS = (TEXTBOOK_PLAYER, *ROBOTS)


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "robots",
        help="let players with one fixed fault play cases",
        description="Let robots with one fixed fault each play cases beside the textbook, and score them. With few "
        "imagined patients, so single scores are rough; the order of the players is what counts.",
        epilog="example: atoll robots wandering-shadows --seeds 5",
    )
    one.add_argument("cases", metavar="CASE", nargs="*", help="cases (default: all)")
    one.add_argument("--seeds", type=count("is no number of seeds", 1, 1000), default=_SEEDS, metavar="N")
    one.add_argument("--policy", default=DEFAULT)
    add_json(one)
    one.set_defaults(run=_robots)


def _robots(arguments: argparse.Namespace) -> int:
    known = library()
    names = arguments.cases or case_names()
    for name in names:
        read_case(name, known)
    known.policy(arguments.policy)
    engine()  # compiled once, before several processes ask for it
    jobs = [(name, seed, arguments.policy) for seed in range(1, arguments.seeds + 1) for name in names]
    rows: list[dict[str, Any]] = []
    with progress("robots play") as tell, _pool(len(jobs)) as pool:
        for number, made in enumerate(pool.map(_robot_rows, jobs), 1):
            rows += made
            tell(number / len(jobs))
    rows.sort(key=lambda row: (names.index(row["case"]), row["seed"]))
    if arguments.json:
        print_json(rows)
    else:
        _print_robots(rows, [robot.id for robot in _PLAYERS])
    return 0


@contextmanager
def _pool(jobs: int) -> Iterator[Executor]:
    """Give a process for each core, each with one thread: that is faster than several threads for one run."""
    many = min(os.cpu_count() or 1, jobs)
    with ProcessPoolExecutor(many, get_context("spawn"), _begin_process) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin_process() -> None:
    import numba

    numba.set_num_threads(1)


@cache
def _robot_examiner(policy: str) -> Examiner:
    known = library()
    ready = Engine.of(known)
    return Examiner(ready, known.policy(policy), Imagined(ready, _IMAGINED), COARSE)


def _robot_rows(job: tuple[str, int, str]) -> list[dict[str, Any]]:
    """Return what every player makes of one patient; several processes do this at once."""
    name, seed, policy = job
    who, case = _robot_examiner(policy), read_case(name, library())
    return [_robot_row(who, robot, case, seed) for robot in _PLAYERS]


def _robot_row(who: Examiner, robot: Robot, case: Case, seed: int) -> dict[str, Any]:
    sheet = who.score(play_robot(who, robot, case, seed))
    return {
        "case": case.id, "seed": seed, "robot": robot.id, "overall": round(sheet.overall, 2),
        "dials": {name: round(dial.value, 2) for name, dial in sheet.dials.items()},
        "gates_failed": [gate.id for gate in sheet.gates if gate.failed],
    }  # fmt: skip


def _print_robots(rows: Sequence[dict[str, Any]], players: Sequence[str]) -> None:
    """Print the mean overall figure of each player in each case, and how often it failed a gate."""
    table = []
    for case in dict.fromkeys(row["case"] for row in rows):
        cells = [case]
        for player in players:
            own = [row for row in rows if row["case"] == case and row["robot"] == player]
            mean = sum(row["overall"] for row in own) / len(own)
            failed = sum(bool(row["gates_failed"]) for row in own)
            cells.append(f"{mean:.0f}" + (f" ({failed} gated)" if failed else ""))
        table.append(cells)
    print_table(table, ("case", *players))
