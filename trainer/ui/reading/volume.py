"""The slices that are ready, kept in bounded memory. Knows no Qt."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator

import numpy as np

from trainer.chest.protocol import Kernel
from trainer.ui.reading.plane import Lattice
from trainer.ui.reading.scan import Ask, Frame

Source = tuple[tuple[str, int], Kernel]
"""A scan's name and the kernel it is reconstructed with."""

VOLUMES = 4  # as many as there are panes; 150 MB each
_FRAMES = 24  # pictures made of a volume that are kept with it, 0.5 MB each at most
_STEP = 16  # slices that come before a coronal or sagittal picture is made anew
# Milliseconds that a plane of a slab takes, measured on one core; the window's thread spends no more than the limit.
_COST_MS = {
    ("axial", "mean"): 0.15, ("axial", "maximum"): 0.04, ("axial", "minimum"): 0.04,
    ("coronal", "mean"): 0.10, ("coronal", "maximum"): 0.04, ("coronal", "minimum"): 0.04,
    ("sagittal", "mean"): 1.1, ("sagittal", "maximum"): 2.6, ("sagittal", "minimum"): 2.6,
}  # fmt: skip
_LIMIT_MS = 1.6


class Volume:
    """A series that fills slice by slice.

    Memory is taken only for slices that are there.

    Parameters
    ----------
    source : tuple
        Scan's name and kernel.
    lattice : Lattice
    """

    def __init__(self, source: Source, lattice: Lattice) -> None:
        self.source, self.lattice = source, lattice
        self.hu = np.empty(lattice.shape, np.int16)
        self.there = np.zeros(lattice.shape[0], bool)
        self.left = lattice.shape[0]
        self._frames: OrderedDict[Ask, tuple[int, Frame]] = OrderedDict()

    def put(self, index: int, hu: np.ndarray) -> None:
        """Fill in a slice, int16 HU, shape (rows, columns)."""
        if not self.there[index]:
            self.hu[index] = hu
            self.there[index] = True
            self.left -= 1

    @property
    def share(self) -> float:
        """How much of it is there, 0 to 1."""
        return 1.0 - self.left / len(self.there)

    def has(self, ask: Ask) -> bool:
        """Return whether all slices of an axial picture are there, or any of another."""
        if ask.plane != "axial":
            return self.left < len(self.there)
        slices = self.lattice.slices_of(ask)
        return bool(self.there[slices.start : slices.stop].all())

    def nearest(self, index: int) -> int | None:
        """Return the slice that is there nearest to a slice."""
        found = np.flatnonzero(self.there)
        return int(found[np.abs(found - index).argmin()]) if len(found) else None

    def missing(self, index: int, most: int) -> list[int]:
        """Return up to ``most`` slices that are not there, the nearest to a slice first."""
        found = np.flatnonzero(~self.there)
        order = np.argsort(np.abs(found - index), kind="stable")[:most]
        return [int(n) for n in found[order]]

    def stamp(self, ask: Ask) -> int:
        """Return a number that changes when a picture is worth making anew; 0 if it is final."""
        return 0 if ask.plane == "axial" else -(-self.left // _STEP)

    def dear(self, ask: Ask) -> bool:
        """Return whether a picture takes too long to be made on the window's thread."""
        planes = self.lattice.planes_of(ask)
        return len(planes) > 1 and len(planes) * _COST_MS[ask.plane, ask.slab] > _LIMIT_MS

    def kept(self, ask: Ask) -> Frame | None:
        """Return the picture as it was made last, if it still holds."""
        found = self._frames.get(ask)
        if found is None or found[0] != self.stamp(ask):
            return None
        self._frames.move_to_end(ask)
        return found[1]

    def older(self, ask: Ask) -> Frame | None:
        """Return the picture as it was made last, even if more of it is there now."""
        found = self._frames.get(ask)
        return found[1] if found is not None else None

    def keep(self, ask: Ask, frame: Frame, stamp: int) -> None:
        """Keep a picture."""
        self._frames[ask] = stamp, frame
        self._frames.move_to_end(ask)
        while len(self._frames) > _FRAMES:
            self._frames.popitem(last=False)

    def frame(self, ask: Ask) -> Frame | None:
        """Return the picture, made now if that is quick; None if it is dear or its slices are not there."""
        found = self.kept(ask)
        if found is not None or not self.has(ask) or self.dear(ask):
            return found
        made = self.lattice.picture(ask, self.hu, self.there)
        self.keep(ask, made, self.stamp(ask))
        return made


class Volumes:
    """The volumes that are kept: the least recently used go first.

    Parameters
    ----------
    most : int
        How many; more only while more than so many are on show at once.
    """

    def __init__(self, most: int = VOLUMES) -> None:
        self._most = most
        self._kept: OrderedDict[Source, Volume] = OrderedDict()

    def __iter__(self) -> Iterator[Volume]:
        return iter(self._kept.values())

    def get(self, source: Source) -> Volume | None:
        """Return a volume that is kept; it counts as used."""
        found = self._kept.get(source)
        if found is not None:
            self._kept.move_to_end(source)
        return found

    def open(self, source: Source, lattice: Lattice, shown: Collection[Source]) -> Volume:
        """Return a volume, empty if it was not kept; ``shown`` ones are not dropped for it."""
        found = self.get(source)
        if found is None:
            found = self._kept[source] = Volume(source, lattice)
            others = [one for one in self._kept if one != source and one not in shown]
            for one in others[: max(0, len(self._kept) - self._most)]:
                del self._kept[one]
        return found

    def drop(self, name: tuple[str, int]) -> None:
        """Forget a scan."""
        for source in [one for one in self._kept if one[0] == name]:
            del self._kept[source]

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
