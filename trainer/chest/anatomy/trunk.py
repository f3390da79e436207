"""The body's outline with the skin's furrows, and the breasts."""

from __future__ import annotations

import math

import numpy as np

from trainer.chest.anatomy.cage import cage_box, smooth_table, spine_y
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import Lattice, add_ellipsoid, distance_of, smooth_max, smooth_min

# Body outline by depth below the apex (lung 250 mm high), mean of two measured chests with arms up: half-width,
# skin before and behind the vertebral front, place of the widest line as share of the depth, exponents.
_DEPTH = np.array([-40, -18, 0, 23, 45, 68, 91, 114, 136, 159, 182, 205, 227, 250, 290], dtype=np.float64)
_HALF = np.array([212, 211, 208, 200, 195, 190, 184, 178, 173, 170, 168, 165, 165, 167, 169], dtype=np.float64)
_FRONT = np.array([66, 82, 99, 119, 141, 156, 165, 179, 181, 182, 182, 181, 174, 168, 164], dtype=np.float64)
_BACK = np.array([88, 90, 92, 94, 94, 90, 89, 87, 90, 92, 94, 96, 98, 98, 98], dtype=np.float64)
_WIDEST = np.array([0.52, 0.53, 0.54, 0.57, 0.60, 0.65, 0.67, 0.66, 0.63, 0.60, 0.60, 0.60, 0.59, 0.59, 0.59])
_POWER_FRONT = np.array([1.9, 1.9, 1.9, 1.85, 1.84, 2.0, 2.15, 2.25, 2.25, 2.3, 2.43, 2.55, 2.7, 2.75, 2.75])
_POWER_BACK = np.array([2.4, 2.4, 2.4, 2.2, 2.0, 1.85, 1.9, 2.0, 2.1, 2.2, 2.24, 2.35, 2.4, 2.4, 2.4])

SKIN_MM = 2.0
_MEAN_FAT_MM = 13.0
_SLOPE = math.radians(24.0)  # of the upper ribs' front against the body's length, as in the table of the cage
_BEND_MM = 4.0  # over which a side that would leave the field of view is bent inward


def body_field(
    habitus: Habitus, lattice: Lattice, inner: np.ndarray, waviness: np.ndarray, asymmetry: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to the skin's outer surface.

    Parameters
    ----------
    habitus : Habitus
    lattice : Lattice
    inner : numpy.ndarray
        Signed distance to the inner cage, which the wall must cover.
    waviness, asymmetry : numpy.ndarray
        Smooth noise on the lattice of about 50 mm and 150 mm.
    """
    z = lattice.z[:, 0, 0].astype(np.float64)
    d = -z / habitus.stretch
    size = habitus.size
    more = 1.15 * (habitus.subcutaneous_mm - _MEAN_FAT_MM)
    brawn = 12.0 * (habitus.muscle - 1.0)
    half = smooth_table(_DEPTH, _HALF, d) * size * habitus.width + max(more, -5.0) + 1.6 * brawn
    half = _within(half, float(lattice.x.max()) - 9.0)
    vf = spine_y(habitus, z)
    front = vf - smooth_table(_DEPTH, _FRONT, d) * size * habitus.depth - more - brawn
    back = vf + smooth_table(_DEPTH, _BACK, d) * size + 0.6 * more + brawn
    widest = front + smooth_table(_DEPTH, _WIDEST, d) * (back - front)
    columns = (half, front, back, widest, smooth_table(_DEPTH, _POWER_FRONT, d), smooth_table(_DEPTH, _POWER_BACK, d))
    half, front, back, widest, pf, pb = (c[:, None, None] for c in columns)
    ahead = lattice.y < widest
    v = np.abs(lattice.y - widest) / np.where(ahead, widest - front, back - widest)
    power = np.where(ahead, pf, pb)
    u = np.abs(lattice.x) / half
    body = distance_of((u**power + v**power) ** (1.0 / power) - np.float32(1.0), lattice.grid)
    # the groove over the spinous processes
    groove = np.exp(-((lattice.x / 13.0) ** 2)) * np.clip((lattice.y - widest) / 30.0, 0.0, 1.0)
    hollow = np.exp(-((lattice.x / 24.0) ** 2)) * np.clip((widest - lattice.y) / 30.0, 0.0, 1.0)
    hollow = hollow * np.clip((110.0 + lattice.z / habitus.stretch) / 60.0, 0.0, 1.0) * 9.0
    body = body + hollow + 5.0 * habitus.muscle * groove + 2.8 * waviness + 5.0 * asymmetry
    wall = 12.0 + 0.8 * habitus.subcutaneous_mm + 4.0 * habitus.muscle
    # up to the second rib; higher the outline has room enough
    covered = inner - wall + 30.0 * np.clip((80.0 + lattice.z / habitus.stretch) / 40.0, 0.0, 1.0)
    body = smooth_min(body, covered, 10.0)
    if habitus.breast_ml > 0:
        body = smooth_min(body, breast_field(habitus, lattice), 28.0)
    # the table flattens the back
    return smooth_max(body, lattice.y - (float(back.max()) - 4.0), 10.0).astype(np.float32)


def _within(half: np.ndarray, edge: float) -> np.ndarray:
    """Return the half-width bent smoothly to stay inside the field of view."""
    return np.asarray(half - _BEND_MM * np.logaddexp(0.0, (half - edge) / _BEND_MM))


def breast_field(habitus: Habitus, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to two breasts, which lie flat and sideways in a woman on her back."""
    f = lattice.far()
    if habitus.breast_ml <= 0:
        return f
    r = (habitus.breast_ml * 1000.0 * 3.0 / (2.0 * math.pi)) ** (1.0 / 3.0)
    for side, low in ((-1.0, 0.0), (1.0, 4.0 + 2.0 * habitus.tilt_mm)):
        # the two are never alike
        r *= 1.0 + 0.015 * side * habitus.tilt_mm
        z = -(126.0 + low) * habitus.stretch
        half, front, back, _ = cage_box(habitus, np.array(z))
        x = 0.68 * float(half)
        y = float(front) + 0.16 * float(back - front) - 16.0 - 0.5 * habitus.subcutaneous_mm
        # it lies on the slope of the ribs, which falls back towards the neck
        c, t = math.cos(_SLOPE), math.sin(_SLOPE)
        tilt = np.array([[c, 0.86 * t, -0.5 * side * t], [-t, 0.86 * c, -0.5 * side * c], [0.0, 0.5 * side, 0.86]])
        add_ellipsoid(f, lattice.grid, (z, y, side * x), (1.22 * r, 0.60 * r, 1.22 * r), tilt, blend_mm=0.0)
    return f
