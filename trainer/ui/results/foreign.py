"""A run of somebody else, out of a file: opened where its debrief tells nothing that is still to be found out."""

from __future__ import annotations

from math import inf
from pathlib import Path

from trainer.core.error import BadInput
from trainer.encounter.run import Run, live
from trainer.encounter.situation import situation_of
from trainer.knowledge.contents import cases_as_written
from trainer.records.database import Records
from trainer.records.learner import Learner
from trainer.records.run_file import check_sealed, read_run
from trainer.records.selfassessment import sets
from trainer.records.shelf import Shelf


def foreign_run(records: Records, learner: Learner, path: Path) -> Run:
    """Return the run in a file, for its debrief.

    Parameters
    ----------
    records : Records
    learner : Learner
        Who wants to see it.
    path : Path

    Raises
    ------
    BadInput
        If it is no run as Atoll saved it, has not ended, or is of a case that the learner has in play or is to sit.
    """
    run = read_run(path)
    check_sealed(run, str(path))
    if not _ended(run):
        raise BadInput(f"{path}: a run that has not ended; it is discussed once it has")
    if run.header.case in _in_play(records, learner):
        raise BadInput(f"{path}: you have this case in play; end it first, for the debrief tells what it is")
    return run


def _ended(run: Run) -> bool:
    """Return whether a run is over, be it that the time of the examination is."""
    header = run.header
    minutes = next((float(case.minutes) for case in cases_as_written() if case.id == header.case), inf)
    timed_out = header.mode == "exam" and run.elapsed_s > minutes * 60.0 * header.time_factor
    return timed_out or situation_of(live(run.events)).over


def _in_play(records: Records, learner: Learner) -> set[str]:
    """Return the cases that the learner has begun or drawn, and not ended."""
    entries = Shelf(records, learner.id).entries()
    drawn = [one for one in sets(records, learner.id, cases_as_written()) if one.open]
    return {entry.case for entry in entries if not entry.over} | {s.case for one in drawn for s in one.sittings}
