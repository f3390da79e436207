"""What lies under the diaphragm as far as a chest CT shows it: liver, spleen, stomach, colon, fat."""

from __future__ import annotations

import numpy as np

from trainer.chest.anatomy.cage import Point, place
from trainer.chest.anatomy.diaphragm import dome_tops
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import Lattice, add_ellipsoid, add_tube, smooth_max


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
    reach = 20.0 + 62.0 * habitus.left_lobe
    edge_x = np.array([reach, 0.9 * reach, 0.65 * reach, 4.0 + 0.2 * reach, -10.0, -26.0, -48.0, -80.0]) * w
    left = np.interp(lattice.y, [-150.0, -115.0, -85.0, -55.0, -25.0, 0.0, 30.0, 80.0], edge_x)
    # behind, fat of the kidney's bed takes its place the lower the more
    retreat = 26.0 * np.clip(below - 0.6, 0.0, 1.0) * np.clip((lattice.y + 30.0) / 60.0, 0.0, 1.0)
    # the left lobe is a wedge under the diaphragm
    wedge = (8.0 + 0.55 * np.maximum(left, 0.0)) * np.clip(below - 0.55, -0.4, 1.1)
    edge = lattice.x - left + wedge + retreat + 7.0 * waviness
    liver = smooth_max(under + np.float32(2.0), edge.astype(np.float32) * np.float32(0.8), 10.0)
    return smooth_max(liver, 4.0 - core, 10.0)


# Hepatic and portal veins: (z, y, x) in mm from where the hepatic veins enter the caval vein, radii; judgement.
_VEINS: tuple[tuple[tuple[Point, ...], tuple[float, ...]], ...] = (
    (((0, 0, 0), (-7, 16, -28), (-20, 28, -56), (-44, 36, -82)), (5.2, 4.6, 3.4, 1.8)),
    (((-14, 24, -46), (-16, 8, -70), (-24, -4, -92)), (2.9, 2.4, 1.5)),
    (((0, 0, 0), (-8, -22, -14), (-24, -48, -30), (-48, -66, -46)), (5.0, 4.4, 3.4, 1.8)),
    (((-20, -42, -26), (-16, -54, -48), (-22, -60, -66)), (2.8, 2.2, 1.5)),
    (((0, 0, 0), (-4, -24, 10), (-14, -48, 24), (-26, -60, 40)), (4.8, 4.0, 3.0, 1.6)),
    (((-66, -34, -4), (-56, -34, -26), (-46, -42, -46), (-30, -50, -64)), (6.5, 6.0, 4.2, 2.0)),
    (((-56, -34, -26), (-56, -12, -48), (-60, 12, -72), (-56, 24, -90)), (4.6, 4.0, 3.2, 1.8)),
    (((-66, -34, -4), (-52, -54, 8), (-36, -68, 18), (-26, -74, 34)), (5.6, 4.8, 3.6, 1.8)),
    (((-46, -42, -46), (-36, -26, -66), (-34, -14, -88)), (3.0, 2.4, 1.6)),
)  # fmt: skip


def vein_field(habitus: Habitus, lattice: Lattice, caval_opening: Point) -> np.ndarray:
    """Return the signed distance (mm) to the larger veins of the liver."""
    f = lattice.far()
    top = min(dome_tops(habitus)["right_dome"][0] - 14.0, caval_opening[0] - 16.0)
    for points, radii in _VEINS:
        line = [(top + z, caval_opening[1] + 4.0 + y * habitus.size, caval_opening[2] - 2.0 + x) for z, y, x in points]
        add_tube(f, lattice.grid, line, radii, reach_mm=5.0)
    return f


def liver_hu(habitus: Habitus) -> float:
    """Return HU of the liver without contrast: 55 to 60, less where it stores fat (judgement)."""
    return float(np.clip(58.0 - 13.0 * (habitus.visceral - 1.0), 36.0, 64.0))


def spleen_field(
    habitus: Habitus, lattice: Lattice, under: np.ndarray, inner: np.ndarray, waviness: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to the spleen, a crescent along the cage behind and beside."""
    f, hollow = lattice.far(), lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    add_ellipsoid(f, lattice.grid, (z - 54.0, y + 56.0, x + 20.0), (56.0, 64.0, 56.0))
    # its inner face is hollow, over stomach and kidney
    add_ellipsoid(hollow, lattice.grid, (z - 66.0, y + 14.0, x - 20.0), (82.0, 60.0, 50.0), reach_mm=30.0)
    f = smooth_max(f + 3.0 * waviness, 3.0 - hollow + 4.0 * waviness, 12.0)
    return smooth_max(smooth_max(f, inner + np.float32(3.0), 8.0), under + np.float32(2.4), 8.0)


def stomach_field(
    habitus: Habitus, lattice: Lattice, under: np.ndarray, others: np.ndarray, waves: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Return the signed distance (mm) to the outside of the stomach, whose fundus fills the left dome.

    Parameters
    ----------
    habitus : Habitus
    lattice : Lattice
    under : numpy.ndarray
        Distance to the diaphragm.
    others : numpy.ndarray
        Distance to what it gives way to: liver, spleen, spine, aorta.
    waves : tuple of numpy.ndarray
        Smooth noise of about 60 and 24 mm.
    """
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    wide = 30.0 + 20.0 * habitus.gas
    add_ellipsoid(f, lattice.grid, (z - 30.0, y + 14.0, x - 22.0), (40.0, wide, wide + 4.0))
    add_ellipsoid(f, lattice.grid, (z - 72.0, y - 22.0, x - 34.0), (46.0, wide - 2.0, wide + 2.0), blend_mm=22.0)
    f = smooth_max(f + 6.0 * waves[0] + 1.5 * waves[1], under + np.float32(2.6), 14.0)
    return smooth_max(f, 2.0 - others, 20.0)


def gas_level(habitus: Habitus) -> Point:
    """Return the point (z, y, x) in mm on the surface of the stomach's fluid in the middle of its lumen."""
    z, y, x = dome_tops(habitus)["left_dome"]
    return z - 48.0, y - 14.0 + 34.0 * habitus.gas, x - 27.0


def bowel_field(
    habitus: Habitus, lattice: Lattice, under: np.ndarray, others: np.ndarray, waviness: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to the left flexure of the colon, in front and beside; see `stomach_field`."""
    f = lattice.far()
    z, y, x = dome_tops(habitus)["left_dome"]
    edge = place(habitus, (200.0, 0.0, 112.0))[2]
    add_ellipsoid(f, lattice.grid, (z - 34.0, y - 26.0, min(edge, x + 22.0)), (26.0, 27.0, 23.0))
    add_ellipsoid(f, lattice.grid, (z - 56.0, y - 50.0, x - 6.0), (20.0, 21.0, 32.0), blend_mm=8.0)
    f = smooth_max(f + 5.0 * waviness, under + np.float32(3.0), 8.0)
    return smooth_max(f, 2.5 - others, 14.0)
