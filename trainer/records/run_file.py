"""Runs as files, and a run by its file or its name."""

from __future__ import annotations

import os
from pathlib import Path

from trainer.core.error import BadInput
from trainer.core.storage import read_bounded, write_atomically
from trainer.encounter.run import MAX_BYTES, Run, decode


def read_run(path: Path) -> Run:
    """Return the run in a file.

    Raises
    ------
    BadInput
        If it cannot be read or is no run.
    """
    raw = read_bounded(path, MAX_BYTES)
    try:
        return decode(raw.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not a run file") from error


def check_sealed(run: Run, name: str) -> None:
    """Raise `BadInput` if a run is not as Atoll saves one; ``name`` is what to call it."""
    if run.seal is None or run.state is None:
        raise BadInput(f"{name}: the run has no seal; only a run as Atoll saved it can be used")


def write_run(path: Path, run: Run) -> None:
    """Write a run into a file, whole or not at all.

    Raises
    ------
    BadInput
        If it cannot be written, or is larger than `read_run` reads.
    """
    content = run.encode().encode()
    if len(content) > MAX_BYTES:
        raise BadInput(f"{path}: not written; the run is larger than can be read back ({MAX_BYTES // 1000} kB)")
    write_atomically(path, content)


def is_file(word: str) -> bool:
    """Return whether a word of a command line means a file, and not the name of a run in the records."""
    path = Path(word)
    return path.exists() or bool(path.suffix) or bool(set(word) & {os.sep, os.altsep or os.sep})


def find_run(word: str) -> Run:
    """Return a run of which a command line speaks: a file, or the name of a run of the learner who plays here.

    Raises
    ------
    BadInput
        If there is neither, it cannot be read, it is no run, or it belongs to a self-assessment that is open.
    """
    if is_file(word):
        return read_run(Path(word))
    from trainer.records.database import Records, there_are_records
    from trainer.records.learner import found_learner
    from trainer.records.selfassessment import check_told
    from trainer.records.shelf import Shelf

    if there_are_records():
        records = Records()
        try:
            learner = found_learner(records)
            if learner is not None:
                check_told(records, learner.id, word)
                return Shelf(records, learner.id).load(word)
        finally:
            records.close()
    raise BadInput(f"{word}: there is no such file, and no run of this name; `atoll runs list` lists the names")
