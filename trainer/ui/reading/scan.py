"""One CT as the reading room is given it, and what a pane asks to see of it. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trainer.chest.display import Plane, Slab
from trainer.chest.protocol import Kernel
from trainer.core.chance import key_of

if TYPE_CHECKING:
    from trainer.course.opacity import ChestState
    from trainer.encounter.session import Session


@dataclass(frozen=True, eq=False)
class Scan:
    """A CT that is there to be looked at.

    Parameters
    ----------
    day : int
        Day of the case; a patient has one CT a day at most.
    state : ChestState
        What the chest shows.
    visit_key : int
        64-bit key of the visit, as `trainer.chest.series.Series` takes it.
    course : str
        Whose course it belongs to: "" the learner's, else the title of a twin's plan.
    """

    day: int
    state: ChestState
    visit_key: int
    course: str = ""

    @property
    def name(self) -> tuple[str, int]:
        """What the scan is known by."""
        return self.course, self.day


def scan_of(session: Session, day: int, course: str = "") -> Scan:
    """Return the CT of a day that an encounter has reached."""
    return Scan(day, session.chest(day), key_of("visit", session.person.key, day), course)


@dataclass(frozen=True)
class Ask:
    """A plane or slab of a scan that a pane wants to show; the frozen request that goes to the worker.

    Parameters
    ----------
    scan : tuple
        `Scan.name`.
    index : int
        Slice of the plane, as `trainer.chest.display.plane` counts.
    plane : {"axial", "coronal", "sagittal"}
    kernel : {"lung", "soft"}
    slab_mm : float
        Thickness; 0 is the single slice.
    slab : {"mean", "maximum", "minimum"}
    """

    scan: tuple[str, int]
    index: int
    plane: Plane = "axial"
    kernel: Kernel = "lung"
    slab_mm: float = 0.0
    slab: Slab = "mean"


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture that is ready.

    Parameters
    ----------
    ask : Ask
        What it shows; where it stands in for a slice that is not ready, this names the slice it really is.
    hu : numpy.ndarray
        int16, shape (rows, columns), not to be written to.
    origin_mm : tuple of float
        Place (z, y, x) of the middle of pixel [0, 0], in the coordinates of its visit.
    down_mm, across_mm : tuple of float
        Step (z, y, x) from a row, and from a column, to the next.
    complete : bool
        Whether every row is there; rows of a coronal or sagittal picture that are not yet made are -1024 HU.
    """

    ask: Ask
    hu: np.ndarray
    origin_mm: tuple[float, float, float]
    down_mm: tuple[float, float, float]
    across_mm: tuple[float, float, float]
    complete: bool = True

    @property
    def pixel_mm(self) -> tuple[float, float]:
        """Pixel size down and across."""
        return float(np.linalg.norm(self.down_mm)), float(np.linalg.norm(self.across_mm))

    def place_mm(self, row: float, column: float) -> tuple[float, float, float]:
        """Return where a pixel lies, (z, y, x) in its visit."""
        place = np.array(self.origin_mm) + row * np.array(self.down_mm) + column * np.array(self.across_mm)
        return float(place[0]), float(place[1]), float(place[2])

    def pixel_of(self, place_mm: tuple[float, float, float]) -> tuple[float, float]:
        """Return the row and column at which a place, projected onto the plane, is drawn."""
        away = np.array(place_mm) - np.array(self.origin_mm)
        down, across = np.array(self.down_mm), np.array(self.across_mm)
        return float(away @ down / (down @ down)), float(away @ across / (across @ across))
