"""The tree of errors that a user may meet.

::

    AtollError
    ├── BadInput        what was asked for or read cannot be used (exit status 2)
    │   └── BadFiles    the same for files, with every fault listed by file and line
    └── CheckFailed     a check ran and found something wrong (exit status 1)

Each carries one line that says what is wrong and what to do. Anything else that escapes is a defect of Atoll.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class AtollError(Exception):
    """Something to tell the user in one line."""

    exit_status = 2


class BadInput(AtollError):
    """A command, a file or a value cannot be used as given."""


class CheckFailed(AtollError):
    """A check that the user asked for did not pass."""

    exit_status = 1


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a file.

    Parameters
    ----------
    path : Path
        The file.
    line : int
        Line of the fault, from 1.
    message : str
        What is wrong and what is expected.
    """

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class BadFiles(BadInput):
    """One or more files break the rules; ``faults`` lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        more = f" (and {len(self.faults) - 1} more faults; `atoll lint` lists them)" if len(self.faults) > 1 else ""
        super().__init__(f"{self.faults[0]}{more}")
