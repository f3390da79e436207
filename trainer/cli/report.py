"""`atoll report`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trainer.cli.engine import check_chest, draw, imagined, session_of
from trainer.cli.output import announce, print_json, progress
from trainer.cli.word import add_json
from trainer.core.error import BadInput
from trainer.encounter.debrief import debrief_of
from trainer.encounter.examiner import Examiner
from trainer.records.report.value import Cover
from trainer.records.run_file import find_run, is_file

_DEBRIEF = 0.6  # share of the work; the rest is pictures


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "report",
        help="write the two-page report of a finished run, as PDF or HTML",
        description="Write the two-page report of a finished run: who and what, dials with standard errors, gates, "
        "timeline with dose and belief, the steps of largest regret with their CTs. The same run gives the same file.",
        epilog="example: atoll report run.json --out report.pdf",
    )
    one.add_argument("run_word", metavar="RUN", help="a run file, or the name of one of your runs (`atoll runs list`)")
    one.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.pdf or FILE.html")
    one.add_argument(
        "--name",
        metavar="PSEUDONYM",
        help='who played (default: you, for a run of yours, and nobody for a file; "" for nobody)',
    )
    add_json(one)
    one.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> int:
    from trainer.records.report.content import check_finished, report_of
    from trainer.records.report.file import check_report_target, write_report

    check_report_target(arguments.out)
    word = arguments.run_word
    run, cover = find_run(word), _cover(word)
    session = session_of(run, word)
    try:
        check_finished(run, session)
    except BadInput as error:
        raise BadInput(f"{word}: {error}") from error
    check_chest(run, word)
    ready = session.engine
    who = Examiner(ready, ready.library.policy(run.header.policy), imagined(ready), draw=draw)
    with progress("the report") as tell:
        debrief = debrief_of(who, session, lambda share, _: tell(_DEBRIEF * share))
        report = report_of(
            run,
            debrief,
            session,
            draw,
            learner=cover.learner if arguments.name is None else arguments.name,
            finished_on=cover.finished_on,
            next_cards=cover.next_cards,
            tell=lambda share, _: tell(_DEBRIEF + (1.0 - _DEBRIEF) * share),
        )
    write_report(arguments.out, report)
    if arguments.json:
        print_json({"file": str(arguments.out), "case": run.header.case, "overall": round(debrief.sheet.overall, 2)})
    announce(f"{debrief.title}: the report is in {arguments.out}")
    return 0


def _cover(word: str) -> Cover:
    """Return what the records know of a run that they keep."""
    if is_file(word):
        return Cover()
    from trainer.records.database import Records
    from trainer.records.learner import current_learner
    from trainer.records.report.kept import cover_of

    records = Records()
    try:
        return cover_of(records, current_learner(records), word, datetime.now(UTC))
    finally:
        records.close()
