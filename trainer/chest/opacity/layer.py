"""All opacities of a chest as the kernels read them."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np

from trainer.chest.opacity.lattice import half_value
from trainer.chest.opacity.tube import Tubes


class Layer(NamedTuple):
    """All that a plane needs of a chest's opacities.

    Parameters
    ----------
    depth, septum, lobule : numpy.ndarray
        Of the `Atlas`.
    origin, spacing : numpy.ndarray
        float32, shape (3,): the half-resolution lattice in mm.
    brushes : numpy.ndarray
        Records of `BRUSH`.
    rank : numpy.ndarray
        float32, pooled blocks: below a brush's threshold a voxel belongs to its opacity.
    edge, shell : numpy.ndarray
        int16, pooled blocks of distances in 0.01 mm.
    branch, bin_first, bin_member, bin_origin : numpy.ndarray
        Of the `Tubes`: a parallel kernel takes no tuple in a tuple.
    """

    depth: np.ndarray
    septum: np.ndarray
    lobule: np.ndarray
    origin: np.ndarray
    spacing: np.ndarray
    brushes: np.ndarray
    rank: np.ndarray
    edge: np.ndarray
    shell: np.ndarray
    branch: np.ndarray
    bin_first: np.ndarray
    bin_member: np.ndarray
    bin_origin: np.ndarray


@nb.njit(cache=True, nogil=True, inline="always")
def tubes_of(layer: Layer) -> Tubes:
    """Return the bronchi."""
    return Tubes(layer.branch, layer.bin_first, layer.bin_member, layer.bin_origin)


@nb.njit(cache=True, nogil=True)
def at(values: np.ndarray, layer: Layer, z: np.float32, y: np.float32, x: np.float32) -> np.float32:
    """Return a half-resolution distance at a point in mm."""
    return half_value(
        values,
        (z - layer.origin[0]) / layer.spacing[0],
        (y - layer.origin[1]) / layer.spacing[1],
        (x - layer.origin[2]) / layer.spacing[2],
    )
