"""Slices that run by themselves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal


class Cine(QObject):
    """Shows the next slice so many times a second, until it is stopped.

    Parameters
    ----------
    step : callable
        Shows the next slice, if the present one is there by now.

    Signals
    -------
    changed
        It runs now, or no longer.
    """

    changed = Signal()

    def __init__(self, step: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(step)
        self.set_speed(12)

    @property
    def running(self) -> bool:
        """Whether the slices run."""
        return self._timer.isActive()

    def run(self, on: bool) -> None:
        """Let the slices run, or stop them."""
        if on != self.running:
            self._timer.start() if on else self._timer.stop()
            self.changed.emit()

    def set_speed(self, frames_per_second: int) -> None:
        """Let so many slices pass in a second; fewer where they are not ready in time."""
        self._timer.setInterval(round(1000.0 / frames_per_second))
