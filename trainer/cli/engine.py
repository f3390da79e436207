"""What commands run on, compiled ahead, with an announcement the first time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console

from trainer.cli.output import announce, progress
from trainer.core.chance import key_of
from trainer.core.error import BadInput
from trainer.course import warming
from trainer.course.cohort import Engine
from trainer.encounter.run import Run
from trainer.encounter.session import Session
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import library
from trainer.reasoning.imagined import COUNT, Imagined
from trainer.records.run_file import check_sealed

if TYPE_CHECKING:
    from trainer.chest.series import Series


def engine() -> Engine:
    """Return the engine over Atoll's knowledge, ready to run."""
    made = Engine.of(library())
    if not warming.is_warm():
        _compile("the simulator for this machine (half a minute, once)", lambda: warming.warm(made.parameters))
    return made


def session_of(run: Run, name: str) -> Session:
    """Return the encounter of a run.

    Raises
    ------
    BadInput
        If it is not as Atoll saves one, or its case or policy is not there; ``name`` is what to call it.
    """
    check_sealed(run, name)
    ready = engine()
    try:
        ready.library.policy(run.header.policy)
        return Session(ready, read_case(run.header.case, ready.library), run)
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error


def check_chest(run: Run, name: str) -> None:
    """Raise `BadInput` if the chest that a run is played on is not here; ``name`` is what to call the run."""
    if run.header.chest is None:
        return
    from trainer.chest.chests import check_here

    try:
        check_here(run.header.chest.named)
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error


def imagined(ready: Engine, patients: int = COUNT) -> Imagined:
    """Return the observer's patients, so many of each disease."""
    with progress("imagining patients") as tell:
        return Imagined(ready, patients, tell)


def draw(session: Session, day: int) -> Series:
    """Return the CT of a day of an encounter; the chest is built, or read from where it is kept."""
    from trainer.chest.anatomy.build import anatomy_of
    from trainer.chest.protocol import Protocol
    from trainer.chest.series import Series

    ready_chest()
    return Series(anatomy_of(session.person), session.chest(day), Protocol(), key_of("visit", session.person.key, day))


def ready_chest() -> None:
    """Make the chest ready to be built and scanned."""
    from trainer.chest.warming import is_warm, warm

    if not is_warm():
        _compile("the chest for this machine (a minute or two, once)", warm)


def _compile(what: str, work: Callable[[], None]) -> None:
    console = Console(stderr=True)
    text = f"First run: compiling {what}"
    if console.is_terminal:
        with console.status(text):
            work()
    else:
        announce(f"{text} ...")
        work()
    announce("Compiled.")
