"""The two domes, the recess between diaphragm and wall, and how deep lung reaches into it."""

from __future__ import annotations

import numpy as np

from trainer.chest.anatomy.cage import cage_box
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import Lattice, smooth_max


def dome_tops(habitus: Habitus) -> dict[str, tuple[float, float, float]]:
    """Return the highest points of the right and left dome, (z, y, x) in mm."""
    tops = {}
    for name, share, x, front in (
        ("right_dome", habitus.right_dome, -74.0, 0.36),
        ("left_dome", habitus.left_dome, 82.0, 0.44),
    ):
        z = -share * habitus.lung_height_mm
        _, y0, y1, _ = cage_box(habitus, np.array(z))
        tops[name] = (z, float(y0 + front * (y1 - y0)), x * habitus.size * habitus.width)
    return tops


def _dome(top: tuple[float, float, float], lattice: Lattice, across_mm: float, size: float) -> np.ndarray:
    """Return height (z, mm) of one dome over (y, x): a plateau that falls faster in front than behind."""
    dx = lattice.x - top[2]
    # towards the midline the dome runs on into the central tendon
    dx = dx * np.where(dx * top[2] < 0, 0.6, 1.0)
    dy = lattice.y - top[1]
    along = np.where(dy > 0, 125.0, 88.0) * size
    fall = dx**2 / (2 * across_mm * size) + dy**2 / (2 * along)
    return (top[0] - fall - 6.0 * (np.hypot(dx, dy) / (105.0 * size)) ** 8).astype(np.float32)


def diaphragm_field(habitus: Habitus, lattice: Lattice, cage: np.ndarray, waviness: np.ndarray) -> np.ndarray:
    """Return a signed distance (mm) that is negative under the domes, inside the recess's gap.

    Parameters
    ----------
    habitus : Habitus
    lattice : Lattice
    cage : numpy.ndarray
        Signed distance to the inner cage.
    waviness : numpy.ndarray
        Smooth noise, -1 to 1, on the lattice.
    """
    tops = dome_tops(habitus)
    s = habitus.size
    right = _dome(tops["right_dome"], lattice, 175.0, s)
    left = _dome(tops["left_dome"], lattice, 130.0, s)
    side = np.clip(0.5 + (lattice.x - 4.0) / (44.0 * s), 0.0, 1.0)
    side = side * side * (3.0 - 2.0 * side)
    # the central tendon under the heart joins the domes
    saddle = np.minimum(tops["right_dome"][0], tops["left_dome"][0]) - 12.0
    inner = right + side * (left - right)
    middle = np.exp(-((lattice.x - 6.0) ** 2) / (2 * (26.0 * s) ** 2))
    height = np.maximum(inner, saddle * middle + (1 - middle) * inner)
    above = lattice.z - (height + 3.0 * waviness)
    # the recess narrows to nothing where the pleura turns
    gap = np.clip(0.3 * -floor_field(habitus, lattice) - 1.0, -1.5, 3.4) + 0.6 * waviness
    return smooth_max(above * np.float32(0.8), cage + gap, 6.0)


def floor_field(habitus: Habitus, lattice: Lattice) -> np.ndarray:
    """Return a signed distance (mm), positive under the lowest lung: deep behind, less beside, least in front."""
    tops = dome_tops(habitus)
    out = np.empty(np.broadcast_shapes(lattice.y.shape, lattice.x.shape), dtype=np.float32)
    low = -habitus.lung_height_mm
    for name, side in (("right_dome", lattice.x < 0), ("left_dome", lattice.x >= 0)):
        z, y, x = tops[name]
        azimuth = np.degrees(np.arctan2(np.abs(lattice.x) * np.sign(x) * np.sign(x), -(lattice.y - y)))
        drop = np.array([30.0, 32.0, 38.0, 46.0, 60.0, 1.0])
        drop[-1] = z - low
        depth = z - np.interp(np.abs(azimuth), [0, 30, 60, 90, 130, 170], drop)
        out = np.where(side, np.maximum(depth, low), out)
    return (out - lattice.z).astype(np.float32)
