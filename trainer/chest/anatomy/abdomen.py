"""What lies under the diaphragm as far as a chest CT shows it: liver, spleen, stomach with gas, fat."""

from __future__ import annotations

import numpy as np

from trainer.chest.anatomy.diaphragm import dome_tops
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.mediastinum import place
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
    liver = smooth_max(under + 3.5, edge.astype(np.float32) * np.float32(0.85), 22.0)
    return smooth_max(liver, 4.0 - core, 10.0)


def spleen_field(habitus: Habitus, lattice: Lattice, under: np.ndarray, waviness: np.ndarray) -> np.ndarray:
    """Return the signed distance (mm) to the spleen, which lies on the back of the left dome."""
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    tilt = np.array([[0.90, 0.30, 0.31], [-0.42, 0.72, 0.55], [-0.06, -0.62, 0.78]])
    add_ellipsoid(f, lattice.grid, (z - 48.0, y + 72.0, x + 14.0), (46.0, 44.0, 20.0), tilt)
    return smooth_max(f + 2.0 * waviness, under + 4.0, 8.0)


def stomach_field(habitus: Habitus, lattice: Lattice, under: np.ndarray, waviness: np.ndarray) -> np.ndarray:
    """Return the signed distance (mm) to the outside of the stomach, under the left dome."""
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    wide = 26.0 + 12.0 * habitus.gas
    add_ellipsoid(f, lattice.grid, (z - 34.0, y + 14.0, x - 18.0), (30.0 + 6 * habitus.gas, wide, wide + 4.0))
    add_ellipsoid(f, lattice.grid, (z - 74.0, y - 22.0, x - 30.0), (38.0, 24.0, 30.0), blend_mm=16.0)
    return smooth_max(f + 3.5 * waviness, under + 5.0, 10.0)


def gas_level_mm(habitus: Habitus) -> float:
    """Return y (mm) of the surface of the stomach's fluid: gas lies before it."""
    _, y, _ = dome_tops(habitus)["left_dome"]
    return y + 14.0 - 20.0 + 24.0 * habitus.gas


def bowel_field(habitus: Habitus, lattice: Lattice, under: np.ndarray, waviness: np.ndarray) -> np.ndarray:
    """Return the signed distance (mm) to the left flexure of the colon."""
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    _, _, edge = place(habitus, (200.0, 0.0, 118.0))
    add_ellipsoid(f, lattice.grid, (z - 38.0, y - 34.0, min(edge, x + 24.0)), (17.0, 20.0, 17.0))
    add_ellipsoid(f, lattice.grid, (z - 62.0, y - 44.0, x - 2.0), (16.0, 17.0, 24.0), blend_mm=8.0)
    return smooth_max(f + 4.0 * waviness, under + 5.0, 8.0)
