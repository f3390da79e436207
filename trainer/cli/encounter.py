"""`atoll play`, `atoll score` and `atoll replay`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from trainer.cli.engine import engine
from trainer.cli.output import announce, print_json
from trainer.cli.word import add_json, whole
from trainer.core.storage import check_target
from trainer.encounter.event import Header, Run
from trainer.encounter.player import play
from trainer.encounter.session import Session, sealed, situation_of
from trainer.knowledge.casebook import case_plan, read_case
from trainer.records.run_file import read_run, write_run


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    one = commands.add_parser(
        "play",
        help="play a case by a plan",
        description="Play a case by a plan and save the run.",
        epilog="example: atoll play wandering-shadows --plan textbook --out run.json",
    )
    one.add_argument("case", metavar="CASE")
    one.add_argument("--plan", required=True, help="the author's plan of the case (textbook), a plan, or a YAML file")
    one.add_argument("--seed", type=whole, default=1, metavar="S")
    one.add_argument("--mode", choices=("tutor", "exam"), default="tutor")
    one.add_argument("--out", type=Path, required=True, metavar="RUN.json")
    add_json(one)
    one.set_defaults(run=_play)
    for name, text, action in (
        ("score", "score a run", _score),
        ("replay", "play a run again and verify that it gives the recorded state", _replay),
    ):
        other = commands.add_parser(
            name, help=text, description=f"{text.capitalize()}.", epilog=f"example: atoll {name} run.json"
        )
        other.add_argument("run_file", metavar="RUN", type=Path)
        add_json(other)
        other.set_defaults(run=action)


def _play(arguments: argparse.Namespace) -> int:
    ready = engine()
    case = read_case(arguments.case, ready.library)
    plan = case_plan(case, arguments.plan, ready.library)
    check_target(arguments.out)
    session = Session(ready, case, Run(header=Header(case=case.id, seed=arguments.seed, mode=arguments.mode)))
    play(session, plan)
    write_run(arguments.out, sealed(session))
    announce(f"{case.title}: played to day {situation_of(session.run).day}, saved in {arguments.out}")
    return _print_score(session, arguments.json)


def _session(path: Path) -> Session:
    run = read_run(path)
    ready = engine()
    return Session(ready, read_case(run.header.case, ready.library), run)


def _score(arguments: argparse.Namespace) -> int:
    return _print_score(_session(arguments.run_file), arguments.json)


def _print_score(session: Session, as_json: bool) -> int:
    items = session.score()
    if as_json:
        print_json({"items": [vars(item) for item in items]})
    for item in () if as_json else items:
        print(f"{item.points:g} of {item.most:g}  {item.id}: {item.reason} [{item.source}]")
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    recorded = read_run(arguments.run_file).state
    session = _session(arguments.run_file)
    found = sealed(session).state
    day, events = situation_of(session.run).day, len(session.run.events)
    verified = recorded == found
    if arguments.json:
        print_json({"verified": verified, "day": day, "events": events, "recorded": recorded, "found": found})
    elif verified:
        print(f"verified: {events} events to day {day} give the state that was recorded")
    else:
        print(f"NOT verified: {events} events to day {day} give another state than was recorded")
    return 0 if verified else 1
