"""Measures how long slices are on show, and tells the audit."""

from __future__ import annotations

from collections.abc import Sequence, Set

from PySide6.QtCore import QElapsedTimer

from trainer.chest.protocol import Kernel
from trainer.ui.reading.audit import Audit
from trainer.ui.reading.scan import Ask
from trainer.ui.reading.view import Name


class Watch:
    """Counts time while it runs, for the axial slices that are shown as they are.

    A slab shows every slice in it. Planes across the slices are not counted: they show all slices, and none as a whole.
    """

    def __init__(self) -> None:
        self._audit = Audit()
        self._counts: dict[Name, int] = {}
        self._clock = QElapsedTimer()
        self._shown: list[tuple[Name, range, Kernel]] = []

    def open(self, name: Name, count: int) -> None:
        """Say how many slices a scan has."""
        self._counts[name] = count
        self._audit.open(name, count)

    def forget(self) -> None:
        """Begin again: another patient."""
        self._audit = Audit()
        self._counts.clear()
        self._shown = []

    def forget_scans(self, names: Set[Name]) -> None:
        """Begin again with some scans: there are others of their days, or none."""
        self._tally()
        for name in names:
            self._counts.pop(name, None)
            self._audit.close(name)
        self._shown = [one for one in self._shown if one[0] not in names]

    def start(self) -> None:
        """Count from now on."""
        self._clock.start()

    def stop(self) -> None:
        """Count no more."""
        self._tally()
        self._clock.invalidate()

    def show(self, asks: Sequence[tuple[Ask, float]]) -> None:
        """Say what is on show from now on, each with the distance of slices in mm."""
        self._tally()
        self._shown = []
        for ask, spacing_mm in asks:
            if ask.plane == "axial" and ask.scan in self._counts:
                number = max(1, round(ask.slab_mm / spacing_mm))
                first = ask.index - (number - 1) // 2
                slices = range(max(0, first), min(self._counts[ask.scan], first + number))
                self._shown.append((ask.scan, slices, ask.kernel))

    @property
    def audit(self) -> Audit:
        """How long each slice was on show until now."""
        self._tally()
        return self._audit

    def _tally(self) -> None:
        if not self._clock.isValid():
            return
        elapsed = float(self._clock.restart())
        for name, slices, kernel in self._shown:
            for index in slices:
                self._audit.show(name, index, kernel, elapsed)
