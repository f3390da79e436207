"""`atoll cases` and `atoll lint`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trainer.cli.engine import engine
from trainer.cli.output import announce, one_line, print_json, print_table
from trainer.cli.word import add_json
from trainer.core.error import BadFiles, BadInput, Fault
from trainer.core.place import assets_dir, cases_dir
from trainer.course.rehearsal import SEEDS, rehearse
from trainer.encounter.player import Written, play
from trainer.encounter.run import Header, Run
from trainer.encounter.session import Session
from trainer.knowledge.case import Case
from trainer.knowledge.casebook import CASE_FILE, TEXTBOOK, case_names, case_plan, read_case, summary_of
from trainer.knowledge.caselint import lint_case
from trainer.knowledge.contents import contents
from trainer.knowledge.document import read_document
from trainer.knowledge.library import is_plan, library, lint, lint_file, read_plan
from trainer.knowledge.plan import Plan


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    one = commands.add_parser(
        "cases",
        help="list the cases",
        description="List the cases with their setting, length and difficulty. Titles never tell the diagnosis.",
        epilog="example: atoll cases --json",
    )
    add_json(one)
    one.set_defaults(run=_cases)
    two = commands.add_parser(
        "lint",
        help="check cases and knowledge",
        description="Check knowledge files and cases and list every fault with file and line; a case without one is "
        "rehearsed: its patients are drawn for 20 seeds and its textbook plan is carried out. Without PATH, Atoll's "
        "own. PATH is a folder laid out like `assets` or `cases`, one case, a file of these, or a plan. "
        "Exit status 1 if there is a fault.",
        epilog="example: atoll lint my-assets",
    )
    two.add_argument("paths", metavar="PATH", nargs="*", type=Path)
    add_json(two)
    two.set_defaults(run=_lint)


def _cases(arguments: argparse.Namespace) -> int:
    found = contents()
    rows = [summary_of(case) for case in found.cases]
    for line in found.left_out:
        announce(one_line(line))
    if arguments.json:
        print_json(rows)
    else:
        print_table(
            [[str(v) for v in row.values()] for row in rows], ("case", "title", "setting", "minutes", "difficulty")
        )
    return 0


def _lint(arguments: argparse.Namespace) -> int:
    faults = [fault for path in arguments.paths or (assets_dir(), cases_dir()) for fault in _faults(path)]
    if arguments.json:
        print_json([{"file": f.path, "line": f.line, "fault": f.message} for f in faults])
    else:
        for fault in faults:
            print(one_line(str(fault)))
        print(f"{len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}")
    return 1 if faults else 0


def _faults(path: Path) -> list[Fault]:
    if path.is_dir():
        if (path / "knowledge").is_dir():
            return lint(path)
        if (path / CASE_FILE).is_file():
            return _faults(path / CASE_FILE)
        if any(path.glob(f"*/{CASE_FILE}")):
            return [fault for name in case_names(path) for fault in case_faults(path, name, SEEDS)]
        raise BadInput(f"{path}: neither a folder with `knowledge` in it nor one of cases or of one case")
    if not path.exists():
        raise BadInput(f"{path}: there is no such file or folder")
    if path.name == CASE_FILE:
        folder = path.parent.resolve()
        return case_faults(folder.parent, folder.name, SEEDS)
    faults = lint_file(path)
    if faults is not None:
        return faults
    try:
        if is_plan(read_document(path).value):
            read_plan(path, library())
            return []
    except BadFiles as error:
        return list(error.faults)
    raise BadInput(f"{path}: neither in a folder of knowledge or cases nor a plan; it cannot be checked")


def case_faults(folder: Path, name: str, seeds: Iterable[int]) -> list[Fault]:
    """Return what is wrong with a case; one that reads well is rehearsed on these seeds."""
    faults = lint_case(name, library(), folder)
    if faults:
        return faults
    case = read_case(name, library(), folder)
    failures = rehearse(engine(), case, case_plan(case, TEXTBOOK, library(), folder), seeds, _play)
    path = folder / name / f"{TEXTBOOK}.yaml"
    return [Fault(path, 1, f"it does not run on seed {f.seed}: {f.reason}") for f in failures]


def _play(case: Case, plan: Plan, seed: int) -> None:
    """Play a plan in an encounter, its written words included."""
    header = Header(case=case.id, version=case.version, seed=seed)
    play(Session(engine(), case, Run(header=header)), plan, Written(plan))
