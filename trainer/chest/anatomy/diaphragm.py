"""The two domes, and how the diaphragm falls from them to the wall of the chest."""

from __future__ import annotations

import numpy as np

from trainer.chest.anatomy.cage import cage_box, spine_y
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import Lattice, smooth_max

# Depth of the angle between diaphragm and wall in front, below the dome: 17 to 41 mm right, 4 to 40 left in two
# measured chests.
_FRONT_MM = {"right_dome": 29.0, "left_dome": 24.0}
# How the fall grows with the distance from the top, fitted to the same: 13, 29 and 50 mm at 50, 80 and 110 mm
# behind it, 1 to 5 and 11 to 21 mm at 30 and 50 mm before it, 15 and 30 mm at about 0.7 and 0.85 of the way aside.
_POWER_BACK, _POWER_FRONT, _POWER_SIDE = 1.75, 2.1, 2.7


def dome_tops(habitus: Habitus) -> dict[str, tuple[float, float, float]]:
    """Return the highest points of the right and left dome, (z, y, x) in mm."""
    tops = {}
    for name, share, x, front in (
        ("right_dome", habitus.right_dome, -habitus.plateau_mm, 0.36),
        ("left_dome", habitus.left_dome, 82.0 * habitus.size * habitus.width, 0.44),
    ):
        z = -share * habitus.lung_height_mm
        _, y0, y1, _ = cage_box(habitus, np.array(z))
        tops[name] = (z, float(y0 + front * (y1 - y0)), x)
    return tops


def _dome(habitus: Habitus, name: str, lattice: Lattice) -> np.ndarray:
    """Return height (z, mm) of one dome over (y, x); it meets the wall in the angle of the pleura."""
    z, y, x = dome_tops(habitus)[name]
    half, front, back, _ = (float(v) for v in cage_box(habitus, np.array(z - 20.0)))
    dy, dx = lattice.y - y, np.sign(x) * (lattice.x - x)
    behind = np.clip(dy / (back - y - 4.0), 0.0, 1.3) ** _POWER_BACK * (z + habitus.lung_height_mm)
    before = np.clip(-dy / (y - front), 0.0, 1.3) ** _POWER_FRONT * _FRONT_MM[name]
    beside = np.clip(dx / (half - abs(x)), 0.0, 1.3) ** _POWER_SIDE * habitus.sulcus_mm
    # towards the midline it runs on into the central tendon, but beside the spine it falls to the crus
    crus = np.clip((lattice.y - float(spine_y(habitus, np.array(z))) + 34.0) / 70.0, 0.0, 1.0)
    towards = np.clip(-dx / abs(x), 0.0, 1.5) ** 2 * (9.0 + 62.0 * crus)
    return (z - behind - before - beside - towards).astype(np.float32)


def diaphragm_field(habitus: Habitus, lattice: Lattice, cage: np.ndarray, waviness: np.ndarray) -> np.ndarray:
    """Return a signed distance (mm) that is negative under the domes.

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
    right, left = _dome(habitus, "right_dome", lattice), _dome(habitus, "left_dome", lattice)
    side = np.clip(0.5 + (lattice.x - 4.0) / (44.0 * s), 0.0, 1.0)
    side = side * side * (3.0 - 2.0 * side)
    # the central tendon under the heart joins the domes
    saddle = np.minimum(tops["right_dome"][0], tops["left_dome"][0]) - 10.0
    before_spine = np.clip((float(spine_y(habitus, np.array(saddle))) - 20.0 - lattice.y) / 30.0, 0.0, 1.0)
    inner = right + side * (left - right)
    middle = np.exp(-((lattice.x - 6.0) ** 2) / (2 * (26.0 * s) ** 2)) * before_spine
    height = np.maximum(inner, saddle * middle + (1 - middle) * inner)[0]
    slope = np.hypot(*np.gradient(height, *lattice.grid.spacing_mm[1:]))
    # stomach and colon dent the left dome
    above = lattice.z - (height + (2.5 + 2.0 * side) * waviness)
    # below the angle it lies on the wall
    return smooth_max((above / np.hypot(1.0, slope)).astype(np.float32), cage - np.float32(2.0), 6.0)
