"""Who gets cards ready: each in a new patient, the one that is waited for and the one after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from trainer.core.error import AtollError
from trainer.encounter.solution import think_ahead
from trainer.records.review import Card, draw_seed
from trainer.ui.review.fetch import Ready, Unsuited, ready_picture, ready_question
from trainer.ui.work import Call, Lanes, Priority

if TYPE_CHECKING:
    from trainer.records.database import Records
    from trainer.ui.mind import Thinker

_TRIES: Final = 8  # patients that are tried before a card is given up


class Supply(QObject):
    """Gets cards ready, one at a time: the patient in the mind lane, the chest in its own.

    Parameters
    ----------
    records : Records
    lanes : Lanes
    thinker : Thinker
    scale : int
        Of the anatomy.
    parent : QObject, optional

    Signals
    -------
    arrived : Ready
        The card that is waited for.
    progressed : float, str
        How far it is.
    failed : Card, Exception
        It cannot be asked.
    """

    arrived = Signal(object)
    progressed = Signal(float, str)
    failed = Signal(object, object)

    def __init__(
        self, records: Records, lanes: Lanes, thinker: Thinker, scale: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._records, self._lanes, self._thinker, self._scale = records, lanes, thinker, scale
        self._waited = ""  # identifier of the card that somebody waits for
        self._at_work = ""  # of the one that is being got ready
        self._ahead: Ready | None = None
        self._fetch: Call | None = None
        self._think: Call | None = None

    def want(self, card: Card) -> None:
        """Wait for a card: `arrived` says when it is there, which may be at once."""
        self._waited = card.id
        if self._ahead is not None and self._ahead.card.id == card.id:
            self._hand_over(self._ahead)
        elif self._at_work != card.id:
            self._get(card, Priority.SHOWN)

    def prepare(self, card: Card) -> None:
        """Get a card ready that will be wanted next."""
        self._get(card, Priority.AHEAD)

    def rest(self) -> None:
        """Give up what is at work, and forget what is ready."""
        self.stop_thinking()
        if self._fetch is not None:
            self._fetch.cancel()
        self._waited, self._at_work, self._ahead, self._fetch = "", "", None, None

    def stop_thinking(self) -> None:
        """Work no more on what could be known of a card."""
        if self._think is not None:
            self._think.cancel()
            self._think = None

    def _hand_over(self, ready: Ready) -> None:
        self._waited, self._at_work, self._ahead = "", "", None
        self.arrived.emit(ready)

    def _get(self, card: Card, priority: Priority, tried: int = 0) -> None:
        if self._fetch is not None:
            self._fetch.cancel()
        self._at_work, self._ahead = card.id, None
        try:
            seed = draw_seed(self._records, card)
        except AtollError as error:
            self._not_got(card, error)
            return

        def fault(error: Exception) -> None:
            if isinstance(error, Unsuited) and tried + 1 < _TRIES:
                self._get(card, priority, tried + 1)
            else:
                self._not_got(card, error)

        def draw(ready: Ready) -> None:
            if card.kind != "occlusion":  # the question can be read while the chest is still being built
                self._think_of(ready)
                if self._waited == card.id:
                    self._hand_over(ready)
                    return
                self._ahead = ready
            self._fetch = self._lanes.chest.run(
                partial(ready_picture, ready, self._scale), done, fault, priority=priority, progress=told
            )

        def done(ready: Ready) -> None:
            if self._at_work != card.id:
                return  # it was wanted before its chest was there
            self._at_work = ""
            if self._waited == card.id:
                self._hand_over(ready)
            else:
                self._ahead = ready

        def told(share: float, text: str) -> None:
            if self._waited == card.id:
                self.progressed.emit(share, text)

        self._fetch = self._lanes.mind.run(
            partial(ready_question, self._thinker, card, seed), draw, fault, priority=priority, progress=told
        )

    def _not_got(self, card: Card, error: Exception) -> None:
        self._at_work = ""
        if self._waited == card.id:
            self._waited = ""
            self.failed.emit(card, error)

    def _think_of(self, ready: Ready) -> None:
        """Work out what could be known while the learner reads, this card or the model answer of the one before."""

        def job(call: Call) -> None:
            run = ready.question.run
            session, examiner = self._thinker.scorer(run, run.header.policy, call)
            think_ahead(examiner, session)

        self.stop_thinking()
        self._think = self._lanes.mind.run(job, _nothing, _nothing, priority=Priority.NEXT)


def _nothing(_: object) -> None:
    """Want nothing of an answer: what went wrong goes wrong again when the card is marked, and is told then."""
