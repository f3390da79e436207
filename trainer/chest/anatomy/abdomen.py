"""What lies under the diaphragm as far as a chest CT shows it: liver, spleen, stomach with gas, fat."""

from __future__ import annotations

import numpy as np

from trainer.chest.anatomy.cage import place
from trainer.chest.anatomy.diaphragm import dome_tops
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import Lattice, add_ellipsoid, smooth_max


def liver_field(
    habitus: Habitus, lattice: Lattice, under: np.ndarray, core: np.ndarray, waviness: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to the liver, which fills the right dome and crosses the midline in front.

    Parameters
    ----------
    habitus : Habitus
    lattice : Lattice
    under : numpy.ndarray
        Distance to the diaphragm's upper surface, negative below it.
    core : numpy.ndarray
        Distance to spine, aorta and gullet.
    waviness : numpy.ndarray
        Smooth noise on the lattice.
    """
    w = habitus.size * habitus.width
    top = dome_tops(habitus)["right_dome"][0]
    below = (top - lattice.z) / 60.0
    left = (
        np.interp(
            lattice.y, [-150.0, -115.0, -80.0, -50.0, -25.0, 0.0, 30.0], [70.0, 62.0, 40.0, 12.0, -8.0, -22.0, -36.0]
        )
        * w
    )
    edge = lattice.x - left + 12.0 * np.clip(below - 1.0, -1.0, 1.0) + 3.0 * waviness
    liver = smooth_max(under + 2.2, edge.astype(np.float32) * np.float32(0.85), 22.0)
    return smooth_max(liver, 4.0 - core, 10.0)


def spleen_field(
    habitus: Habitus, lattice: Lattice, under: np.ndarray, inner: np.ndarray, waviness: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to the spleen, a crescent along the cage behind and beside."""
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    add_ellipsoid(f, lattice.grid, (z - 46.0, y + 64.0, x + 24.0), (52.0, 58.0, 52.0))
    f = smooth_max(f, np.abs(inner + 16.0) - 11.5 + 4.0 * waviness, 12.0)
    return smooth_max(f, under + 4.0, 8.0)


def stomach_field(
    habitus: Habitus, lattice: Lattice, under: np.ndarray, waviness: np.ndarray, ripple: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to the outside of the stomach, under the left dome."""
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    wide = 30.0 + 10.0 * habitus.gas
    add_ellipsoid(f, lattice.grid, (z - 34.0, y + 6.0, x - 14.0), (42.0, wide + 4.0, wide + 8.0))
    add_ellipsoid(f, lattice.grid, (z - 80.0, y - 26.0, x - 30.0), (40.0, 26.0, 36.0), blend_mm=18.0)
    return smooth_max(f + 8.0 * waviness + 3.0 * ripple, under + 3.0, 6.0)


def gas_level_mm(habitus: Habitus) -> float:
    """Return y (mm) of the surface of the stomach's fluid: gas lies before it."""
    _, y, _ = dome_tops(habitus)["left_dome"]
    return y + 14.0 - 20.0 + 24.0 * habitus.gas


def bowel_field(habitus: Habitus, lattice: Lattice, under: np.ndarray, waviness: np.ndarray) -> np.ndarray:
    """Return the signed distance (mm) to the left flexure of the colon."""
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    _, _, edge = place(habitus, (200.0, 0.0, 118.0))
    add_ellipsoid(f, lattice.grid, (z - 34.0, y - 30.0, min(edge, x + 22.0)), (22.0, 26.0, 20.0))
    add_ellipsoid(f, lattice.grid, (z - 58.0, y - 46.0, x - 4.0), (18.0, 20.0, 28.0), blend_mm=8.0)
    return smooth_max(f + 4.0 * waviness, under + 5.0, 8.0)
