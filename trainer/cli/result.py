"""`atoll results`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainer.cli.output import announce, print_json, print_table
from trainer.cli.word import add_json
from trainer.core.storage import check_target

_EPILOG = """\
example:
  atoll results --learner learner-1 --out results.csv
"""


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "results",
        help="print the dials over all finished cases of a learner, or write them as CSV",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Print the dials over the finished cases of a learner, each with its standard error over cases.\n"
        "With --out, write a CSV with one row a finished run and a data dictionary beside it.\n"
        "Simulated, for training; no measure of clinical competence.",
        epilog=_EPILOG,
    )
    one.add_argument("--learner", metavar="P", help="pseudonym (default: who played last at this workstation)")
    one.add_argument("--out", type=Path, metavar="FILE.csv")
    one.add_argument("--policy", metavar="POLICY", help="count results under this policy (default: the commonest)")
    one.add_argument("--mode", choices=("tutor", "exam"), help="count runs of this mode (default: both)")
    one.add_argument("--repeats", action="store_true", help="count also runs of a case that was played before")
    add_json(one)
    one.set_defaults(run=_results)


def _results(arguments: argparse.Namespace) -> int:
    from trainer.records.database import Records
    from trainer.records.learner import current_learner, learner_called
    from trainer.records.result import finished_runs
    from trainer.records.spreadsheet import RESULT_COLUMNS, dictionary_path, results_csv, write_table

    if arguments.out is not None:
        check_target(arguments.out)
        check_target(dictionary_path(arguments.out))
    records = Records()
    try:
        named = arguments.learner
        learner = current_learner(records) if named is None else learner_called(records, named)
        runs = finished_runs(records, learner.id)
    finally:
        records.close()
    if arguments.out is not None:
        count = sum(run.result is not None for run in runs)
        write_table(arguments.out, results_csv(learner.pseudonym, runs), RESULT_COLUMNS)
        announce(f"{count} results written to {arguments.out}, their columns explained beside it")
    if arguments.json or arguments.out is None:
        _tell(learner.pseudonym, runs, arguments)
    return 0


def _tell(pseudonym: str, runs: Sequence[Any], arguments: argparse.Namespace) -> None:
    from trainer.records.estimate import LEAST_CASES
    from trainer.records.gradebook import dials, gates, policies, scored

    policy = arguments.policy or next(iter(policies(runs)), "")
    counted = scored(runs, mode=arguments.mode or "", policy=policy, first_only=not arguments.repeats)
    found, failed = dials(counted), gates(counted)
    waiting = sum(run.result is None for run in runs)
    if arguments.json:
        print_json(
            {
                "learner": pseudonym,
                "policy": policy,
                "cases": len(counted),
                "finished": len(runs),
                "without_a_score": waiting,
                "dials": {
                    one.name: {
                        "n": len(one.values),
                        "mean": None if one.estimate is None else round(one.estimate.mean, 2),
                        "se": None if one.estimate is None else round(one.estimate.se, 2),
                    }
                    for one in found
                },
                "gate_failed": None if failed is None else {"cases": failed.hits, "of": failed.count},
                "simulated": True,
            }
        )
        return
    print("SIMULATED cases, for training; no measure of clinical competence.\n")
    left = len(runs) - waiting - len(counted)
    print(f"{pseudonym}: {len(counted)} cases counted, policy {policy or 'none'}")
    if left:
        print(f"{left} left out: another policy or mode, or a case that was played before (--repeats counts it)")
    if waiting:
        print(f"{waiting} finished without a score: open their debrief, or score them on the results page")
    if not counted:
        print("Nothing to tell yet: finish a case and open its debrief.")
        return
    rows = []
    for one in found:
        few = one.estimate is None
        mean, se = ("", "") if one.estimate is None else (f"{one.estimate.mean:.0f}", f"{one.estimate.se:.1f}")
        rows.append([one.name, f"{len(one.values)}", mean, se, "not enough cases to say" if few else ""])
    print()
    print_table(rows, ("dial", "n", "mean", "standard error", ""))
    if failed is not None:
        print(f"\nA safety gate failed in {failed.hits} of {failed.count} cases.")
    if any(one.estimate is None for one in found):
        print(f"Below {LEAST_CASES} cases there is no mean.")
