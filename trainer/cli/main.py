"""`atoll` with a command: reading the words, running one command, and one line for what goes wrong."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import trainer.cli.case
import trainer.cli.course
import trainer.cli.encounter
import trainer.cli.scan
from trainer import __version__
from trainer.core.error import AtollError, BadInput

_MODULES = (trainer.cli.case, trainer.cli.course, trainer.cli.encounter, trainer.cli.scan)
_INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line and one exception."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{self.prog}: {message} (see `{self.prog} --help`)")


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    top = _Parser(
        prog="atoll",
        description="Atoll, a trainer for organizing pneumonia. Without a command it opens its window.",
        epilog="example: atoll simulate cop --patients 2000 --days 365 --plan germop-24w --out cop.csv",
    )
    top.add_argument("--version", action="version", version=f"atoll {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for module in _MODULES:
        module.add(commands)
    return top


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit status: 0, 1 for a failed check, 2 for bad usage or input."""
    try:
        arguments: Any = parser().parse_args(words)
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except AtollError as error:
        print(f"atoll: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("atoll: stopped; nothing half-written was left", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # the reader of a pipe has had enough; say nothing when Python closes what is left of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status
