"""A chest of which everything is known, as if it had been read from a scanner: built, scanned, and given back."""

from dataclasses import dataclass

import numpy as np
import pytest

from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.anatomy.model import Anatomy
from trainer.chest.deformation import reference_deformation
from trainer.chest.imported.frame import Frame
from trainer.chest.imported.segmentation import Segmented, segment
from trainer.chest.imported.source import Source
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.opacity import OPACITY, ChestState
from trainer.course.person import Person

HEALTHY = ChestState(0, np.zeros(0, OPACITY))
PERSON = Person(5, "F", 60.0, 170.0, 72.0)


@dataclass(frozen=True, eq=False)
class Known:
    """A series and the anatomy that it shows."""

    source: Source
    truth: Anatomy
    origin_mm: tuple[float, float, float]

    def shift_mm(self, frame: Frame) -> np.ndarray:
        """Return what leads from the imported chest's millimetres to those of the truth."""
        first = np.array(self.origin_mm) + np.array((frame.first * self.source.spacing_mm[0], 0.0, 0.0))
        return first - np.array(frame.source.origin_mm)

    def on(self, frame: Frame, volume: np.ndarray) -> np.ndarray:
        """Return a volume of the truth on the lattice of the imported chest, 0 beyond its ends."""
        shift, grid, own = self.shift_mm(frame), frame.grid, self.truth.grid
        out = volume
        for a in range(3):
            place = grid.origin_mm[a] + shift[a] + grid.spacing_mm[a] * np.arange(grid.shape[a]) - own.origin_mm[a]
            index = np.rint(place / own.spacing_mm[a]).astype(int)
            inside = (index >= 0) & (index < own.shape[a])
            shape = [-1 if b == a else 1 for b in range(3)]
            out = out.take(np.clip(index, 0, own.shape[a] - 1), axis=a) * inside.reshape(shape)
        return out


def scanned(person: Person, scale: int, spacing_mm: float, state: ChestState = HEALTHY, matrix: int = 256) -> Known:
    """Build a chest and scan it as it was built."""
    anatomy = build_anatomy(person, scale=scale)
    protocol = Protocol(kernel="soft", spacing_mm=spacing_mm, thickness_mm=spacing_mm, matrix=matrix)
    series = Series(anatomy, state, protocol, 77, reference_deformation(anatomy, atlas_of(anatomy)))
    volume = series.volume()
    spacing = tuple(float(s) for s in series.spacing_mm)
    return Known(Source(volume, spacing, spacing_mm), anatomy, series.origin_mm)


@pytest.fixture(scope="session")
def known() -> Known:
    """A healthy chest in slices of 3 mm."""
    return scanned(PERSON, 3, 3.0)


@pytest.fixture(scope="session")
def found(known: Known) -> Segmented:
    """What is found in it; not to be changed."""
    return segment(known.source, False, 2, lambda share: None)
