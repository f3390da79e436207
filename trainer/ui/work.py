"""Long work off the window's thread: one worker, so that the simulation is never touched twice at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal


class Worker(QObject):
    """Runs jobs one after the other and hands their results back on the window's thread.

    Signals
    -------
    progressed : float
        Share of the present job that is done.
    """

    progressed = Signal(float)
    _done = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="simulation")
        self._stop = Event()
        self._done.connect(self._deliver)

    def run(self, job: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        """Run ``job`` on the worker, then call ``then`` with its result or ``failed`` with its exception here."""

        def work() -> None:
            if self._stop.is_set():
                return
            try:
                result = job()
            except Exception as error:
                self._done.emit((failed, error))
            else:
                self._done.emit((then, result))

        self._pool.submit(work)

    def stopping(self) -> bool:
        """Return whether the window is closing; jobs ask between their steps."""
        return self._stop.is_set()

    def close(self) -> None:
        """Let the present job stop, drop the rest, and wait for the worker."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @staticmethod
    def _deliver(parcel: tuple[Callable[[Any], None], Any]) -> None:
        if parcel:
            parcel[0](parcel[1])
