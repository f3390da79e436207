"""Which slice of a scan shows most disease: where to begin to look. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import numpy as np

from trainer.chest.display import Plane
from trainer.ui.reading.scan import Ask

_SLICES = 14


class Drawer(Protocol):
    """What is needed of `trainer.ui.reading.pictures.Pictures`."""

    def count(self, name: tuple[str, int], plane: Plane, /) -> int: ...  # noqa: D102
    def truth(self, ask: Ask, then: Callable[[dict[int, np.ndarray]], None], /) -> None: ...  # noqa: D102


def probed(count: int) -> list[int]:
    """Return slices spread over a scan of so many."""
    return [round(count * (n + 1) / (_SLICES + 1)) for n in range(_SLICES)] if count else []


class Probe:
    """Looks into some slices of a scan, and says once which shows most; nothing where none shows anything.

    Parameters
    ----------
    pictures : Drawer
        With the scan open.
    name : tuple
        Of the scan.
    then : callable
        Given the slice.
    """

    def __init__(self, pictures: Drawer, name: tuple[str, int], then: Callable[[int], None]) -> None:
        self._then = then
        indices = probed(pictures.count(name, "axial"))
        self._left = len(indices)
        self._most = (0, -1)
        for index in indices:
            pictures.truth(Ask(name, index), partial(self._weigh, index))

    def _weigh(self, index: int, masks: Mapping[int, np.ndarray]) -> None:
        self._most = max(self._most, (sum(int(mask.sum()) for mask in masks.values()), index))
        self._left -= 1
        if self._left == 0 and self._most[0] > 0:
            self._then(self._most[1])
