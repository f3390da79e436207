"""Which slices were looked at, and for how long. Knows no Qt and no clock."""

from __future__ import annotations

from trainer.chest.protocol import Kernel

SEEN_MS = 500
"""Less than this in sum is a glimpse; judgement."""


class Audit:
    """Sums up how long each slice was on show.

    Whoever shows the slices measures the time, and tells it.
    """

    def __init__(self) -> None:
        self._slices: dict[tuple[str, int], int] = {}
        self._shown: dict[tuple[str, int], dict[tuple[int, Kernel], float]] = {}

    def open(self, name: tuple[str, int], slices: int) -> None:
        """Say how many slices a scan has; its sums stand if it was opened before."""
        self._slices[name] = slices
        self._shown.setdefault(name, {})

    def close(self, name: tuple[str, int]) -> None:
        """Forget a scan."""
        self._slices.pop(name, None)
        self._shown.pop(name, None)

    def show(self, name: tuple[str, int], index: int, kernel: Kernel, milliseconds: float) -> None:
        """Add to the time that a slice, from the feet, was on show.

        Raises
        ------
        IndexError
            If the scan has no such slice, or was not opened.
        """
        if not 0 <= index < self._slices.get(name, 0):
            raise IndexError(f"slice {index} of {name}")
        sums = self._shown[name]
        sums[index, kernel] = sums.get((index, kernel), 0.0) + milliseconds

    def milliseconds(self, name: tuple[str, int], index: int) -> float:
        """Return how long a slice was on show, with either kernel."""
        sums = self._shown.get(name, {})
        return sums.get((index, "lung"), 0.0) + sums.get((index, "soft"), 0.0)

    def digits(self, name: tuple[str, int]) -> str:
        """Return one digit a slice from the feet: 0 never shown, 1 glimpsed, 2 seen; empty if never opened."""
        times = [self.milliseconds(name, index) for index in range(self._slices.get(name, 0))]
        return "".join("0" if t <= 0.0 else "1" if t < SEEN_MS else "2" for t in times)
