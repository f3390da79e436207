"""Which plane of one visit shows the tissue of a plane of another. Knows no Qt."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from trainer.chest.deformation import Deformation
from trainer.chest.display import Plane
from trainer.ui.reading.plane import PLANES, Lattice

# Places in a plane at which the visits are compared, in half widths of the lungs from their middle: right and left
# lung, front and back. The mean over them decides, for the diaphragm's halves rise apart.
_SPOTS = tuple((a, b) for a in (-0.5, 0.5) for b in (-0.45, 0.45))


@lru_cache(maxsize=64)
def linked_planes(
    here: Deformation, here_lattice: Lattice, there: Deformation, there_lattice: Lattice, orientation: Plane
) -> np.ndarray:
    """Return for each plane of a visit the parallel plane of another that shows the same tissue, best on the whole.

    Returns
    -------
    numpy.ndarray
        int64, shape (planes of ``here``,).
    """
    axis = PLANES.index(orientation)
    number = here_lattice.count(orientation)
    others = [n for n in range(3) if n != axis]
    middle = here.centre_mm + here.shift_mm
    points = np.empty((number, len(_SPOTS), 3))
    points[..., axis] = (here_lattice.origin_mm[axis] + np.arange(number) * here_lattice.spacing_mm[axis])[:, None]
    for k, other in enumerate(others):
        points[..., other] = middle[other] + np.array([spot[k] for spot in _SPOTS]) * here.half_mm[other]
    height = there.to_visit(here.to_reference(points))[..., axis].mean(axis=1)
    index = np.rint((height - there_lattice.origin_mm[axis]) / there_lattice.spacing_mm[axis]).astype(np.int64)
    out: np.ndarray = np.clip(index, 0, there_lattice.count(orientation) - 1)
    return out
