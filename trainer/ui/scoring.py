"""Scoring runs that nobody has debriefed yet, one after the other behind the window; each is kept as it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from trainer.core.error import AtollError
from trainer.encounter.performance import Performance, performance_of
from trainer.encounter.run import Run
from trainer.records.database import Records
from trainer.records.result import note_result
from trainer.records.shelf import Shelf
from trainer.ui.work import Call, Lanes, Priority

if TYPE_CHECKING:
    from trainer.ui.mind import Thinker


class Scoring(QObject):
    """Scores runs of one learner at a time.

    Parameters
    ----------
    records : Records
    lanes : Lanes
    thinker : Thinker

    Signals
    -------
    progressed : float, str
        Share of all runs that is done, and what is being done; 1 at the end.
    failed : Exception
        A run could not be scored; the next is gone on with.
    ended : ()
    """

    progressed = Signal(float, str)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, records: Records, lanes: Lanes, thinker: Thinker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records, self._lanes, self._thinker = records, lanes, thinker
        self._learner = ""
        self._names: tuple[str, ...] = ()
        self._done = 0
        self._call: Call | None = None

    @property
    def busy(self) -> bool:
        """Whether runs are being scored."""
        return self._call is not None

    def begin(self, learner_id: str, names: Sequence[str]) -> None:
        """Score runs of a learner, unless others are being scored."""
        if self.busy or not names:
            return
        self._learner, self._names, self._done = learner_id, tuple(names), 0
        self._next()

    def cancel(self) -> None:
        """Stop; what was scored is kept."""
        if self._call is not None:
            self._call.cancel()
            self._end()

    def _next(self) -> None:
        while self._done < len(self._names):
            name = self._names[self._done]
            try:
                run = Shelf(self._records, self._learner).load(name)
            except AtollError as error:
                self._done += 1
                self.failed.emit(error)
            else:
                self._score(name, run)
                return
        self._end()

    def _score(self, name: str, run: Run) -> None:
        done, whole = self._done, len(self._names)
        title = f"scoring {done + 1} of {whole}"

        def job(call: Call) -> Performance:
            session, examiner = self._thinker.scorer(run, run.header.policy, call)
            call.tell(0.5, title)
            return performance_of(session, examiner.score(session))

        def progress(share: float, _: str) -> None:
            self.progressed.emit(min(0.999, (done + share) / whole), title)

        self.progressed.emit(done / whole, title)
        self._call = self._lanes.mind.run(job, partial(self._keep, name), self._miss, progress=progress)

    def _keep(self, name: str, performance: Performance) -> None:
        try:
            note_result(self._records, self._learner, name, performance, datetime.now(UTC))
        except AtollError as error:
            self.failed.emit(error)
        self._done += 1
        self._next()

    def _miss(self, error: Exception) -> None:
        self._done += 1
        self.failed.emit(error)
        self._next()

    def _end(self) -> None:
        self._call = None
        self._names = ()
        self._lanes.mind.run(self._thinker.rest, _ignore, self.failed.emit, priority=Priority.AHEAD)
        self.progressed.emit(1.0, "")
        self.ended.emit()


def _ignore(_: object) -> None:
    """Nothing is to be done with it."""
