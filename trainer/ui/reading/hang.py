"""Which scan is shown where: the layouts, and what each of their panes opens with. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from trainer.chest.display import Plane
from trainer.ui.reading.view import Name

Layout = Literal["1x1", "1x2", "2x2", "mpr"]
Slot = tuple[Name, Plane]

LAYOUTS: Final[tuple[Layout, ...]] = ("1x1", "1x2", "2x2", "mpr")
PLACES: Final[dict[Layout, tuple[tuple[int, int, int, int], ...]]] = {
    "1x1": ((0, 0, 1, 1),),
    "1x2": ((0, 0, 1, 1), (0, 1, 1, 1)),
    "2x2": ((0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)),
    "mpr": ((0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)),
}
"""Row, column, rows and columns of each pane."""
MOST_PANES: Final = 4


def ordered(names: Sequence[Name]) -> tuple[Name, ...]:
    """Return visits in order: the learner's own first, each course by its days."""
    return tuple(sorted(names))


def before(name: Name, names: Sequence[Name]) -> Name | None:
    """Return the visit before one in its course."""
    return max((n for n in names if n[0] == name[0] and n[1] < name[1]), default=None)


def after(name: Name, names: Sequence[Name]) -> Name | None:
    """Return the visit after one in its course."""
    return min((n for n in names if n[0] == name[0] and n[1] > name[1]), default=None)


def slots(layout: Layout, current: Name, names: Sequence[Name]) -> tuple[Slot, ...]:
    """Return what the panes of a layout open with.

    1x2 has the visit before on the left. 2x2 has the last four visits where there are so many, else prior and
    current in axial planes above and in coronal ones below; a single visit has its three planes.

    Parameters
    ----------
    layout : str
    current : tuple
        The visit that is read.
    names : sequence
        All there are.
    """
    prior = before(current, names)
    if layout == "1x1" or (layout == "1x2" and prior is None):
        return ((current, "axial"),)
    planes: tuple[Plane, ...] = ("axial", "coronal", "sagittal")
    if layout == "mpr" or prior is None:
        return tuple((current, plane) for plane in planes)
    if layout == "1x2":
        return (prior, "axial"), (current, "axial")
    back: list[Name] = [current]
    while len(back) < MOST_PANES and (earlier := before(back[-1], names)) is not None:
        back.append(earlier)
    if len(back) == MOST_PANES:
        return tuple((name, "axial") for name in reversed(back))
    return (prior, "axial"), (current, "axial"), (prior, "coronal"), (current, "coronal")
