"""The heart: four chambers, the outflow tract and the left appendage as ovals, and where they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.chest.anatomy.cage import Point, place, spine_y
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import Lattice, add_ellipsoid, axes_towards, smooth_min


@dataclass(frozen=True)
class Chamber:
    """A part of the heart as an oval: plan centre, semi-axes in mm along direction, sideways and upward."""

    centre: Point
    semi: Point
    direction: Point


def chambers_of(habitus: Habitus) -> dict[str, Chamber]:
    """Return the ovals of the heart, in mm; it hangs from the great vessels and rests on the left dome."""
    h = habitus.heart
    root = place(habitus, (100.0, -78.0, 6.0))
    floor = -habitus.left_dome * habitus.lung_height_mm - 6.0
    reach = min(1.45, max(0.75, (root[0] - floor) / (74.0 * h)))
    vertical = h * reach
    # a heart that hangs long is narrow
    h *= reach**-0.25

    def at(down: float, y: float, x: float) -> Point:
        z = root[0] - down * vertical
        return (z, float(spine_y(habitus, np.array(z))) + y * h * habitus.depth, x * h * habitus.width)

    left: Point = (-0.24, -0.62, 0.75)
    return {
        "left_ventricle": Chamber(at(42, -80, 48), (53 * h, 36 * h, 35 * vertical), left),
        "right_ventricle": Chamber(at(44, -103, 15), (50 * h, 32 * h, 33 * vertical), (-0.22, -0.30, 0.9)),
        "outflow": Chamber(at(16, -97, 19), (22 * vertical, 19 * h, 18 * h), (0.92, 0.1, 0.25)),
        "left_atrium": Chamber(at(33 / reach, -36, 4), (34 * h, 21 * h, 20 * h), (0.05, 0.1, 1.0)),
        "right_atrium": Chamber(at(34, -74, -20), (33 * vertical, 30 * h, 26 * h), (0.98, 0.1, 0.05)),
        "appendage": Chamber(at(10, -70, 40), (24 * h, 11 * h, 9 * h), (0.75, 0.0, -0.35)),
    }


def heart_fields(habitus: Habitus, lattice: Lattice) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return fields (mm) of the heart.

    Returns
    -------
    heart : numpy.ndarray
        Signed distance to its surface.
    crown : numpy.ndarray
        Zero between atria and ventricles, positive in the ventricles.
    septum : numpy.ndarray
        Zero between the ventricles, positive in the right one.
    blood : numpy.ndarray
        Signed distance to the left ventricle's blood.
    """
    parts = {}
    for name, chamber in chambers_of(habitus).items():
        parts[name] = lattice.far()
        add_ellipsoid(parts[name], lattice.grid, chamber.centre, chamber.semi, axes_towards(chamber.direction))
    atria = smooth_min(parts["left_atrium"], parts["right_atrium"], 10.0)
    right = smooth_min(parts["right_ventricle"], parts["outflow"], 14.0)
    left = parts["left_ventricle"]
    ventricles = smooth_min(right, left, 14.0)
    heart = smooth_min(smooth_min(atria, ventricles, 24.0), parts["appendage"], 8.0)
    return heart, atria - ventricles, left - right, left + np.float32(10.0)
