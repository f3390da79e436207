"""`atoll` with a command: reading the words, running one command, and one line for what goes wrong."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

import trainer.cli.case
import trainer.cli.chest
import trainer.cli.course
import trainer.cli.crash
import trainer.cli.encounter
import trainer.cli.pack
import trainer.cli.records
import trainer.cli.report
import trainer.cli.result
import trainer.cli.robot
import trainer.cli.scan
import trainer.cli.warm
from trainer import __version__
from trainer.cli.output import complain
from trainer.core.error import AtollError, BadInput

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_MODULES = (
    trainer.cli.case,
    trainer.cli.chest,
    trainer.cli.course,
    trainer.cli.crash,
    trainer.cli.encounter,
    trainer.cli.pack,
    trainer.cli.records,
    trainer.cli.report,
    trainer.cli.result,
    trainer.cli.robot,
    trainer.cli.scan,
    trainer.cli.warm,
)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line and one exception."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{self.prog}: {message} (see `{self.prog} --help`)")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        (file or sys.stdout).write(message)  # argparse's own would hide that it cannot be written


class _Teller(logging.Handler):
    """Says on standard error what befell beside the work, such as records that were damaged."""

    def emit(self, record: logging.LogRecord) -> None:
        complain(record.getMessage())


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
    if sys.stdout is None:  # closed by the shell; a file opened next would take its place
        complain("standard output is closed; leave it open or send it to a file")
        return BadInput.exit_status
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files need not be text
    try:
        return _carry_out(words)
    except AtollError as error:
        complain(str(error))
        return error.exit_status
    except BrokenPipeError:
        _let_go_of_output()  # the reader of a pipe has had enough
        return 0
    except OSError as error:
        _let_go_of_output()
        name = "" if error.filename is None else f"{error.filename}: "
        complain(f"{name}{error.strerror or error}")
        return BadInput.exit_status


def _carry_out(words: Sequence[str]) -> int:
    log, teller = logging.getLogger("atoll"), _Teller(logging.WARNING)
    log.addHandler(teller)
    try:
        arguments: Any = parser().parse_args(words)
        status: int = arguments.run(arguments)
    finally:
        log.removeHandler(teller)
        sys.stdout.flush()
    return status


def _let_go_of_output() -> None:
    """Send what cannot be printed nowhere, or Python would complain of it at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
