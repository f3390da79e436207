"""Runs as files."""

from __future__ import annotations

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
