"""What really lies at a place of a scan, found out without a word, slice by slice between other work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from trainer.chest.series import Series
from trainer.knowledge.statement import Mark
from trainer.reasoning.mark import block_about, lesion_at
from trainer.ui.work import Call, Lane, Priority


class _Part:
    """A series of which only some slices' truth is there, and which notes what is asked of it."""

    def __init__(self, series: Series, masks: Mapping[int, dict[int, np.ndarray]]) -> None:
        self.origin_mm, self.count = series.origin_mm, series.count
        self.spacing_mm, self.shape = series.spacing_mm, series.shape
        self.position_mm = series.position_mm
        self.asked: list[int] = []
        self._masks = masks

    def truth(self, index: int) -> dict[int, np.ndarray]:
        self.asked.append(index)
        return self._masks.get(index, {})


class Lookup:
    """Finds the opacity at a place, as the read's marks are scored; one slice a job, so that pictures come between.

    Parameters
    ----------
    lane : Lane
    series : Series
        With its drawing.
    place_mm : tuple of float
        (z, y, x) in the visit.
    radius_mm : float
        How far from an opacity a mark may lie.
    then : callable
        Told the opacity's label, or None, on the window's thread.
    failed : callable
    """

    def __init__(
        self,
        lane: Lane,
        series: Series,
        place_mm: tuple[float, float, float],
        radius_mm: float,
        then: Callable[[int | None], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._lane, self._series, self._radius_mm = lane, series, radius_mm
        self._then, self._failed = then, failed
        z, y, x = place_mm
        self._mark = Mark(z_mm=z, y_mm=y, x_mm=x, rating=1)
        needed = _Part(series, {})
        block_about(needed, self._mark, radius_mm)  # only asks which slices it takes
        self._left = needed.asked
        self._masks: dict[int, dict[int, np.ndarray]] = {}
        self._call: Call | None = None
        self._go_on()

    def cancel(self) -> None:
        """Give it up."""
        if self._call is not None:
            self._call.cancel()

    def _go_on(self) -> None:
        series, mark, radius_mm, masks = self._series, self._mark, self._radius_mm, self._masks
        if self._left:
            index = self._left[0]
            self._call = self._lane.run(lambda _: series.truth(index), self._take, self._failed, priority=Priority.NEXT)
            return

        def decide(_: Call) -> int | None:
            return lesion_at(mark, block_about(_Part(series, masks), mark, radius_mm), radius_mm)

        self._call = self._lane.run(decide, self._then, self._failed, priority=Priority.NEXT)

    def _take(self, masks: dict[int, np.ndarray]) -> None:
        self._masks[self._left.pop(0)] = masks
        self._go_on()
