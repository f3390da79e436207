"""Which plane of one visit shows the tissue of a plane of another. Knows no Qt."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from trainer.chest.deformation import Deformation
from trainer.chest.display import Plane
from trainer.ui.reading.plane import PLANES, Lattice

# Places in a plane that stand for it, in half widths of the lungs from their middle: either lung, front and back.
_SPOTS = tuple((a, b) for a in (-0.5, 0.5) for b in (-0.45, 0.45))


@lru_cache(maxsize=64)
def _levels_mm(deformation: Deformation, lattice: Lattice, orientation: Plane) -> np.ndarray:
    """Return the mean level of each plane in the anatomy's reference, rising, shape (planes,)."""
    axis = PLANES.index(orientation)
    others = [n for n in range(3) if n != axis]
    middle = deformation.centre_mm + deformation.shift_mm
    points = np.empty((lattice.count(orientation), len(_SPOTS), 3))
    points[..., axis] = [[lattice.position_mm(orientation, n)] for n in range(len(points))]
    for k, other in enumerate(others):
        points[..., other] = middle[other] + np.array([spot[k] for spot in _SPOTS]) * deformation.half_mm[other]
    level: np.ndarray = deformation.to_reference(points)[..., axis].mean(axis=1)
    return level


def linked_plane(
    here: tuple[Deformation, Lattice], there: tuple[Deformation, Lattice], orientation: Plane, index: int
) -> int:
    """Return the parallel plane of another visit that shows the tissue of a plane, best on the whole.

    A plane of one visit is a tilted and curved sheet in another; of the parallel planes there the one is taken that
    lies at the same mean level in the reference, over places in both lungs. Going there and back leads to the plane
    itself or its neighbour, unless a series ends between.
    """
    from_mm, to_mm = _levels_mm(*here, orientation), _levels_mm(*there, orientation)
    return int(np.abs(to_mm - from_mm[min(max(index, 0), len(from_mm) - 1)]).argmin())
