"""The engine as commands use it: compiled ahead, with an announcement the first time."""

from __future__ import annotations

from rich.console import Console

from trainer.cli.output import announce
from trainer.course.cohort import Engine
from trainer.course.warming import is_warm, warm
from trainer.knowledge.library import library


def engine() -> Engine:
    """Return the engine over Atoll's knowledge, ready to run."""
    made = Engine.of(library())
    if is_warm():
        return made
    console = Console(stderr=True)
    text = "First run: compiling the simulator for this machine (half a minute, once)"
    if console.is_terminal:
        with console.status(text):
            warm(made.parameters)
    else:
        announce(text + " ...")
        warm(made.parameters)
    announce("Compiled.")
    return made
