"""The stomach's gas, which gathers in front of its fluid: the surface is level in the room, however the chest lies.

The anatomy fills the lumen with fluid. Each visit puts gas before one plane of its own patient space, so the surface
is straight and level in every slice at the same height on the table. How much gas there is thus changes a little with
posture and breath, as it does between two visits anyway.
"""

from __future__ import annotations

import weakref

import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Anatomy, Organ
from trainer.chest.deformation import Deformation

_LUMEN = int(Organ.STOMACH)
_GAS_HU = np.float32(-985.0)
_STRIDE = 3  # voxels; the lumen is some centimetres wide
_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
# Voxels over which the lumen's border is averaged along z, y and x, so that it shows no steps of voxels, and by how
# much the mean is steepened for an edge one voxel wide.
_REACH_Z, _REACH = 2, 3
_STEEP = np.float32(3.0)

_boxes: dict[int, np.ndarray] = {}


def lumen_box(anatomy: Anatomy) -> np.ndarray:
    """Return the first and last index around the lumen along (z, y, x), int64 (3, 2), looked for once an anatomy."""
    found = _boxes.get(id(anatomy))
    if found is None:
        found = np.tile(np.array([0, -1]), (3, 1))  # holds no voxel
        where = np.argwhere(anatomy.organ[::_STRIDE, ::_STRIDE, ::_STRIDE] == Organ.STOMACH) * _STRIDE
        if len(where):
            found = np.stack([where.min(axis=0) - _STRIDE, where.max(axis=0) + _STRIDE], axis=1)
        _boxes[id(anatomy)] = found
        weakref.finalize(anatomy, _boxes.pop, id(anatomy), None)
    return found


def surface_mm(anatomy: Anatomy, deformation: Deformation) -> float:
    """Return y (mm) of the fluid's surface in a visit's patient space; -inf where the stomach holds no gas."""
    level = anatomy.landmarks.get("gas_level")
    return -np.inf if level is None else float(deformation.to_visit(np.array(level))[1])


@nb.njit(cache=True, nogil=True)
def with_gas(
    value: np.float32,
    gas: np.float32,
    organ: np.ndarray,
    cell: tuple[int, int, int],
    place: tuple[np.float32, np.float32, np.float32],
) -> np.float32:
    """Return the density of a point with gas in place of the lumen's fluid.

    Parameters
    ----------
    value : float
        HU of the point with fluid only.
    gas : float
        Share of the point's pixel that lies before the fluid's surface.
    organ : numpy.ndarray
        Of the `Anatomy`.
    cell, place : tuple
        Indices (z, y, x) of the point, whole and exact.
    """
    inside = _HALF + _STEEP * (_filled(organ, cell, place) - _HALF)
    return value + gas * min(_ONE, max(_ZERO, inside)) * (_GAS_HU - value)


@nb.njit(cache=True, nogil=True)
def _filled(
    organ: np.ndarray, cell: tuple[int, int, int], place: tuple[np.float32, np.float32, np.float32]
) -> np.float32:
    """Return the share of lumen around a point, voxels weighted by a tent; single specks in it hardly count."""
    total, most = _ZERO, _ZERO
    for i in range(1 - _REACH_Z, _REACH_Z + 1):
        z = cell[0] + i
        wz = _ONE - abs(np.float32(z) - place[0]) / np.float32(_REACH_Z)
        if z < 0 or z >= organ.shape[0] or wz <= _ZERO:
            continue
        for j in range(1 - _REACH, _REACH + 1):
            y = cell[1] + j
            wy = _ONE - abs(np.float32(y) - place[1]) / np.float32(_REACH)
            if y < 0 or y >= organ.shape[1] or wy <= _ZERO:
                continue
            for k in range(1 - _REACH, _REACH + 1):
                x = cell[2] + k
                wx = _ONE - abs(np.float32(x) - place[2]) / np.float32(_REACH)
                if x < 0 or x >= organ.shape[2] or wx <= _ZERO:
                    continue
                w = wz * wy * wx
                most += w
                if organ[z, y, x] == _LUMEN:
                    total += w
    return total / most
