"""`atoll warm`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from trainer.cli.output import progress
from trainer.cli.word import add_json

_SIMULATOR: Final = 0.25  # its part of the whole; the rest is the chest's
_NICE: Final = 5  # whoever else works at this machine comes first

Tell = Callable[[float, str], None]


def add(commands: Any) -> None:
    """Add the command to the parser."""
    one = commands.add_parser(
        "warm",
        help="compile the simulator now",
        description="Compile the simulator and the chest for this machine, as the first start would: two or three "
        "minutes, once. Where Atoll is installed for all users, run it once as whoever installed it. Broken off, it "
        "goes on from there the next time. With --json, each line is the share that is done and what is being done.",
        epilog="example: atoll warm",
    )
    add_json(one)
    one.set_defaults(run=_warm)


def _warm(arguments: argparse.Namespace) -> int:
    from trainer.chest import warming as chest
    from trainer.course import warming as course

    if course.is_warm() and chest.is_warm():
        _say(1.0, "nothing to compile") if arguments.json else print("Ready: there is nothing to compile.")
        return 0
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(_NICE)
    if arguments.json:
        _compile(_say)
        _say(1.0, "compiled")
        return 0
    with _bar() as tell:
        _compile(tell)
    print("Compiled: later starts need not.")
    return 0


def _compile(tell: Tell) -> None:
    from trainer.chest import warming as chest
    from trainer.course import warming as course
    from trainer.course.cohort import Engine
    from trainer.knowledge.library import library

    tell(0.0, "the simulator")
    course.warm(Engine.of(library()).parameters, lambda share: tell(_SIMULATOR * share, "the simulator"))
    tell(_SIMULATOR, "the chest")
    chest.warm(lambda share: tell(_SIMULATOR + (1.0 - _SIMULATOR) * share, "the chest"))


def _say(share: float, text: str) -> None:
    """Tell whoever reads this; where nobody does any more, that ends it."""
    sys.stdout.write(json.dumps({"share": round(share, 4), "text": text}) + "\n")
    sys.stdout.flush()


@contextmanager
def _bar() -> Iterator[Tell]:
    with progress("Compiling for this machine") as tell:
        yield lambda share, _: tell(share)
