"""The inside of the rib cage and the spine's bulge into it, as fields on a coarse lattice.

Millimetres: x from the spine's midline (left positive), y from the front of the mid-thoracic vertebral bodies
(back positive), z from the highest lung voxel (head positive, so levels are negative).
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import Lattice, distance_of

Point = tuple[float, float, float]

# By depth below the apex (mm, for a lung 250 mm high), mean of the two measured chests: half-width of the inner
# cage, distance of its front from the vertebral front, depth of the gutters behind the vertebral front.
_DEPTH = np.array([-40, -20, 0, 8, 16, 23, 45, 68, 91, 114, 136, 159, 182, 205, 227, 250, 290], dtype=np.float64)
_HALF = np.array([40, 48, 58, 68, 78, 89, 106, 116, 121, 125, 129, 134, 139, 143, 144, 143, 142], dtype=np.float64)
_FRONT = np.array([-5, 5, 18, 30, 42, 54, 98, 124, 137, 148, 152, 153, 152, 147, 142, 138, 134], dtype=np.float64)
_GUTTER = np.array([16, 22, 29, 33, 37, 40, 45, 47, 50, 51, 54, 57, 58, 59, 60, 60, 60], dtype=np.float64)
# Exponents read from the borders of each lung (a hull of both is squarer, for it spans the midline).
_POWER = np.array([2.4, 2.4, 2.4, 2.4, 2.45, 2.5, 2.5, 2.45, 2.5, 2.55, 2.6, 2.6, 2.65, 2.65, 2.65, 2.65, 2.6])
# Vertebral front against the mid-thoracic one: kyphosis and lumbar lordosis, lying on the back.
_SPINE = np.array([-34, -22, -11, -8, -6, -5, -2, 0, 0, 0, -1, -3, -6, -10, -14, -18, -24], dtype=np.float64)


# Where the cage is widest, as share of its depth from the front.
WIDEST = 0.50


def smooth_table(depth: np.ndarray, values: np.ndarray, at: np.ndarray | float) -> np.ndarray:
    """Return a table read without kinks (monotone cubic), constant beyond its ends."""
    return np.asarray(PchipInterpolator(depth, values)(np.clip(at, depth[0], depth[-1])))


_EVERY = np.arange(_DEPTH[0], _DEPTH[-1] + 0.5)
_TABLES = {
    name: smooth_table(_DEPTH, values, _EVERY)
    for name, values in (("half", _HALF), ("front", _FRONT), ("gutter", _GUTTER), ("power", _POWER), ("spine", _SPINE))
}


def _read(name: str, depth: np.ndarray) -> np.ndarray:
    return np.interp(depth, _EVERY, _TABLES[name])


def spine_y(habitus: Habitus, z_mm: np.ndarray) -> np.ndarray:
    """Return y (mm) of the front of the vertebral bodies at ``z_mm``."""
    return _read("spine", -np.asarray(z_mm) / habitus.stretch)


def spine_x(habitus: Habitus, z_mm: np.ndarray) -> np.ndarray:
    """Return x (mm) of the middle of the spine at ``z_mm``."""
    return habitus.sway_mm * np.sin((np.asarray(z_mm) + 30.0) / (70.0 * habitus.stretch))


def cage_box(habitus: Habitus, z_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return half-width, y of the front, y of the back (mm) and the exponent of the inner cage at ``z_mm``."""
    d = -np.asarray(z_mm, dtype=np.float64) / habitus.stretch
    vf = spine_y(habitus, z_mm)
    size, deep = habitus.size, habitus.size * habitus.depth
    half = _read("half", d) * size * habitus.width
    front = vf - _read("front", d) * deep
    back = vf + _read("gutter", d) * deep
    return half, front, back, _read("power", d)


def cage_field(habitus: Habitus, lattice: Lattice, waviness: np.ndarray) -> np.ndarray:
    """Return the signed distance (mm) to the inner surface of the rib cage, open at top and bottom.

    Parameters
    ----------
    habitus : Habitus
    lattice : Lattice
    waviness : numpy.ndarray
        Smooth noise in -1 to 1 on the lattice; makes the wall uneven by 1.5 mm.
    """
    z = lattice.z[:, 0, 0]
    half, front, back, power = (a[:, None, None] for a in cage_box(habitus, z))
    middle = front + WIDEST * (back - front)
    semi = np.where(lattice.y < middle, middle - front, back - middle)
    v = np.abs(lattice.y - middle) / semi
    x = lattice.x - spine_x(habitus, z)[:, None, None]
    u = np.abs(x) / (half * np.where(x < 0, 1.0 - habitus.lean, 1.0 + habitus.lean))
    implicit = ((u**power + v**power) ** (1.0 / power) - 1.0).astype(np.float32)
    return distance_of(implicit, lattice.grid) + 1.5 * waviness


# Half-width of spine, ribs' necks and the soft tissue on them by distance behind the vertebral front, mm: the medial
# borders of the lungs of the two measured chests.
_BEHIND = np.array([-5.0, 0.0, 4.0, 10.0, 28.0, 38.0, 46.0, 54.0, 62.0])
_BESIDE = np.array([0.0, 12.0, 18.5, 22.5, 27.0, 31.5, 37.0, 46.0, 58.0])


def spine_field(habitus: Habitus, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to the vertebral column with ribs' necks and the soft tissue on it.

    What it leaves of the cage on each side are the paravertebral gutters, whose medial border lies 20 to 27 mm
    from the midline beside the bodies and curves out behind them.
    """
    z = lattice.z[:, 0, 0]
    vf = spine_y(habitus, z)[:, None, None]
    behind = (lattice.y - vf) / habitus.size
    # the bodies of the lowest thoracic vertebrae are broader
    low = np.clip(-z[:, None, None] / habitus.stretch - 165.0, 0.0, 60.0) / 60.0
    x = np.abs(lattice.x - spine_x(habitus, z)[:, None, None])
    half = smooth_table(_BEHIND, _BESIDE, behind) * habitus.size + 3.5 * low * np.clip(behind / 10.0, 0.0, 1.0)
    side = (x - half) * np.float32(0.9)
    return np.maximum(side, -(lattice.y - vf) - 1.0).astype(np.float32)


def place(habitus: Habitus, point: Point) -> Point:
    """Return (z, y, x) in mm of a plan point: depth below the apex, distance behind the spine's front, left.

    In-plane distances grow with the size of the chest; the spine's curves are followed.
    """
    z = -point[0] * habitus.stretch
    size = habitus.size
    return (
        z,
        float(spine_y(habitus, np.array(z))) + point[1] * size * habitus.depth,
        float(spine_x(habitus, np.array(z))) + point[2] * size * habitus.width,
    )
