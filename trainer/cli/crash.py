"""`atoll crash-report`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from trainer.cli.output import print_json
from trainer.cli.word import add_json
from trainer.core.storage import check_target


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "crash-report",
        help="write what helps to find a fault",
        description="Write the logs, versions, platform and the health of the records into a zip file that you may "
        "send to whoever helps you. It holds no runs and no pseudonyms; names of the user, the computer and folders "
        "are replaced. Look at it first. Atoll sends nothing by itself.",
        epilog="example: atoll crash-report --out report.zip",
    )
    one.add_argument("--out", metavar="FILE.zip", type=Path, required=True)
    add_json(one)
    one.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> int:
    from trainer.records.fault_report import write_fault_report

    check_target(arguments.out)
    write_fault_report(arguments.out)
    if arguments.json:
        print_json({"file": arguments.out})
    else:
        print(f"{arguments.out}: look at it before you send it; Atoll sends nothing by itself.")
    return 0
