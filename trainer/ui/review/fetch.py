"""Getting a card ready: a new patient, carried to the question, and for a picture its slice. For lanes; knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trainer.core.chance import key_of
from trainer.core.error import BadInput
from trainer.encounter.occlusion import Puzzle, puzzle_of
from trainer.encounter.question import Question, question_of
from trainer.knowledge.casebook import read_case
from trainer.knowledge.library import Library
from trainer.records.review import Card

if TYPE_CHECKING:
    from trainer.ui.mind import Thinker
    from trainer.ui.work import Call


class Unsuited(BadInput):
    """The patient of a seed cannot be asked about; another will do."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A card that can be shown.

    Parameters
    ----------
    card : Card
    seed : int
    question : Question
    library : Library
    puzzle : Puzzle or None
        Of a picture card.
    """

    card: Card
    seed: int
    question: Question
    library: Library
    puzzle: Puzzle | None = None


def ready_question(thinker: Thinker, card: Card, seed: int, call: Call) -> Ready:
    """Return a card without its picture.

    Raises
    ------
    Unsuited
        If the patient of the seed does not live to see the step.
    BadInput
        If the case cannot be read.
    """
    engine = thinker.engine(call)
    case = read_case(card.case, engine.library)
    call.tell(0.3, "looking for a patient")
    try:
        question = question_of(engine, case, card.step, seed)
    except BadInput as error:
        raise Unsuited(str(error)) from error
    return Ready(card, seed, question, engine.library)


def ready_picture(ready: Ready, scale: int, call: Call) -> Ready:
    """Return a card with its chest built and kept on disk, and with the slice of a picture card.

    Raises
    ------
    Unsuited
        If there is nothing in the CT that could be named.
    """
    from trainer.chest.anatomy.build import anatomy_of
    from trainer.chest.protocol import Protocol
    from trainer.chest.series import Series
    from trainer.chest.warming import is_warm, warm

    if not is_warm():
        call.tell(0.0, "First run: compiling for this machine, a minute or two")
        warm()
    person = ready.question.person
    anatomy = anatomy_of(person, lambda share: call.tell(0.9 * share, "Building the chest"), None, scale)
    if ready.card.kind != "occlusion":
        return ready
    call.tell(0.9, "Looking for a slice")
    for day, chest in reversed(ready.question.scans):
        series = Series(anatomy, chest, Protocol(), key_of("visit", person.key, day))
        puzzle = puzzle_of(series, chest.opacities, ready.seed)
        if puzzle is not None:
            return replace(ready, question=replace(ready.question, scans=((day, chest),)), puzzle=puzzle)
    raise Unsuited("nothing in the CT is large enough to be named")
