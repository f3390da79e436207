"""Long work off the window's thread: lanes of one worker each, jobs by priority, answers on the window's thread."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from itertools import count
from threading import Event, Lock
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

T = TypeVar("T")
_SWITCH_S = 0.001  # Python's own 5 ms would hold the window up several times in each of its answers


class Priority(IntEnum):
    """What a lane does first."""

    SHOWN = 0  # somebody waits for it
    NEXT = 1  # somebody will want it in a moment
    AHEAD = 2  # fills the time


class Cancelled(Exception):
    """A job was asked to stop, and did."""


class Call:
    """What a job is given: whether to stop, and whom to tell how far it is.

    Parameters
    ----------
    tell : callable
        Told a share, 0 to 1, and what is being done, from the worker's thread.
    closing : callable
        Whether the lane itself is being closed.
    """

    def __init__(self, tell: Callable[[float, str], None], closing: Callable[[], bool]) -> None:
        self._tell, self._closing = tell, closing
        self._stop = Event()

    def cancel(self) -> None:
        """Ask the job to stop; its answer, if it still has one, is dropped."""
        self._stop.set()

    def cancelled(self) -> bool:
        """Return whether the job should stop."""
        return self._stop.is_set() or self._closing()

    def check(self) -> None:
        """Go on, or not.

        Raises
        ------
        Cancelled
            If nobody wants the job any more.
        """
        if self.cancelled():
            raise Cancelled

    def tell(self, share: float, text: str = "") -> None:
        """Say how far the job is.

        Raises
        ------
        Cancelled
            If nobody wants the job any more.
        """
        self.check()
        self._tell(share, text)


class _Parcel:
    """Something to be handed over on the window's thread."""

    def __init__(self, call: Call, hand: Callable[[], None]) -> None:
        self.call, self.hand = call, hand


class Lane(QObject):
    """Runs jobs one after the other, the most wanted first.

    A job is a function of its `Call`. It takes what it needs as frozen values and touches no widget. What it
    returns goes to ``then`` on the window's thread, an exception to ``failed``; a cancelled job answers nothing.

    Parameters
    ----------
    name : str
        Of the thread.
    """

    _handed = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._closing = Event()
        self._lock = Lock()
        self._order = count()
        self._heap: list[tuple[int, int, Call, Callable[[], None]]] = []
        self._handed.connect(self._deliver)

    def run(
        self,
        job: Callable[[Call], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        priority: Priority = Priority.SHOWN,
        progress: Callable[[float, str], None] | None = None,
    ) -> Call:
        """Queue a job and return its `Call`, by which it can be cancelled."""

        def tell(share: float, text: str) -> None:
            if progress is not None:
                self._handed.emit(_Parcel(call, lambda: progress(share, text)))

        call = Call(tell, self._closing.is_set)

        def work() -> None:
            try:
                result = job(call)
            except Cancelled:
                return
            except Exception as error:
                caught = error
                self._handed.emit(_Parcel(call, lambda: failed(caught)))
            else:
                self._handed.emit(_Parcel(call, lambda: then(result)))

        with self._lock:
            if self._closing.is_set():
                return call
            heapq.heappush(self._heap, (int(priority), next(self._order), call, work))
            self._pool.submit(self._do_next)
        return call

    def _do_next(self) -> None:
        with self._lock:
            _, _, call, work = heapq.heappop(self._heap)
        if not call.cancelled():
            work()

    @property
    def closing(self) -> bool:
        """Whether the lane is being closed."""
        return self._closing.is_set()

    def close(self) -> None:
        """Let the present job stop, drop the rest, and wait for the worker."""
        with self._lock:
            self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @staticmethod
    def _deliver(parcel: _Parcel) -> None:
        if not parcel.call.cancelled():
            parcel.hand()


class Lanes(QObject):
    """The two workers of the window.

    ``chest`` alone draws pictures, ``mind`` alone imagines, observes and scores; neither ever sees the session that
    the window plays on, only runs and states, which are frozen.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_SWITCH_S)
        self.chest = Lane("chest", self)
        self.mind = Lane("mind", self)

    def close(self) -> None:
        """Close both."""
        self.chest.close()
        self.mind.close()
