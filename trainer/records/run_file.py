"""Runs as files."""

from __future__ import annotations

from pathlib import Path

from trainer.core.error import BadInput
from trainer.core.storage import write_atomically
from trainer.encounter.event import MAX_BYTES, Run, decode


def read_run(path: Path) -> Run:
    """Return the run in a file.

    Raises
    ------
    BadInput
        If it cannot be read or is no run.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error
    if len(raw) > MAX_BYTES:
        raise BadInput(f"{path}: larger than a run can be ({MAX_BYTES // 1000} kB)")
    try:
        return decode(raw.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not a run file") from error


def write_run(path: Path, run: Run) -> None:
    """Write a run into a file, whole or not at all.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    write_atomically(path, run.encode().encode())
