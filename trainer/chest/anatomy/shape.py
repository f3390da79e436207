"""Shapes as signed distances in mm (negative inside), drawn into fields on a coarse lattice.

A distance field of a smooth body is nearly linear between lattice points 2 mm apart, so a coarse field, read
by linear interpolation, keeps edges sharp on the fine grid. Bodies that belong together are joined by a smooth
minimum, which rounds the groove between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.distance import border_mm
from trainer.chest.grid import Grid

FAR_MM = 40.0


@dataclass(frozen=True)
class Lattice:
    """A coarse lattice over the extent of a grid, with open coordinate arrays in mm.

    Parameters
    ----------
    grid : Grid
        The coarse grid.
    z, y, x : numpy.ndarray
        float32, shapes (nz, 1, 1), (1, ny, 1), (1, 1, nx).
    """

    grid: Grid
    z: np.ndarray
    y: np.ndarray
    x: np.ndarray

    def far(self) -> np.ndarray:
        """Return a float32 field that is far from everything."""
        return np.full(self.grid.shape, FAR_MM, dtype=np.float32)


def axis_mm(grid: Grid, axis: int) -> np.ndarray:
    """Return the voxel centres of ``grid`` along one axis, float32, mm."""
    return (grid.origin_mm[axis] + grid.spacing_mm[axis] * np.arange(grid.shape[axis])).astype(np.float32)


def lattice_of(grid: Grid, step_mm: tuple[float, float, float] = (2.0, 2.0, 2.0)) -> Lattice:
    """Return the lattice of about ``step_mm`` that covers ``grid``, its corner points included."""
    shape = []
    spacing = []
    for n, s, step in zip(grid.shape, grid.spacing_mm, step_mm, strict=True):
        extent = (n - 1) * s
        cells = max(1, math.ceil(extent / step))
        shape.append(cells + 1)
        spacing.append(extent / cells if extent > 0 else step)
    coarse = Grid((shape[0], shape[1], shape[2]), (spacing[0], spacing[1], spacing[2]), grid.origin_mm)
    z, y, x = (axis_mm(coarse, a) for a in range(3))
    return Lattice(coarse, z[:, None, None], y[None, :, None], x[None, None, :])


@nb.njit(cache=True, nogil=True, inline="always")
def smooth_minimum(a: float, b: float, k: float) -> float:
    """Return the polynomial smooth minimum of ``a`` and ``b`` over a width ``k`` (Quilez 2013)."""
    h = k - abs(a - b)
    m = min(a, b)
    return m if h <= 0.0 or k <= 0.0 else m - h * h / (4.0 * k)


@nb.njit(cache=True, nogil=True)
def _box(org: Any, sp: Any, shape: Any, low: Any, high: Any) -> Any:
    """Return first and one past the last index along each axis of the lattice points between two corners, mm."""
    lo = np.floor((low - org) / sp).astype(np.int64)
    hi = np.ceil((high - org) / sp).astype(np.int64) + 1
    for a in range(3):
        lo[a] = max(0, lo[a])
        hi[a] = max(lo[a], min(shape[a], hi[a]))
    return lo, hi


@nb.njit(cache=True, nogil=True, parallel=True)
def _ellipsoid(field: Any, org: Any, sp: Any, centre: Any, semi: Any, axes: Any, k: Any, reach: Any) -> Any:
    span = np.empty(3)
    for a in range(3):
        span[a] = reach + math.sqrt(
            (axes[0, a] * semi[0]) ** 2 + (axes[1, a] * semi[1]) ** 2 + (axes[2, a] * semi[2]) ** 2
        )
    lo, hi = _box(org, sp, field.shape, centre - span, centre + span)
    for ii in nb.prange(hi[0] - lo[0]):
        i = lo[0] + np.int64(ii)
        dz = org[0] + i * sp[0] - centre[0]
        for j in range(lo[1], hi[1]):
            dy = org[1] + j * sp[1] - centre[1]
            for m in range(lo[2], hi[2]):
                dx = org[2] + m * sp[2] - centre[2]
                k0 = 0.0
                k1 = 0.0
                for a in range(3):
                    q = (axes[a, 0] * dz + axes[a, 1] * dy + axes[a, 2] * dx) / semi[a]
                    k0 += q * q
                    k1 += (q / semi[a]) ** 2
                k0 = math.sqrt(k0)
                k1 = math.sqrt(k1)
                d = -semi.min() if k1 < 1e-9 else k0 * (k0 - 1.0) / k1
                field[i, j, m] = smooth_minimum(field[i, j, m], d, k)


@nb.njit(cache=True, nogil=True)
def _chain(z: Any, y: Any, x: Any, points: Any, radii: Any, flat: Any, use: Any, count: Any) -> Any:
    """Return the distance to the chosen pieces of a tube, unioned without bumps."""
    best = 1e9
    for u in range(count):
        s = use[u]
        az = points[s + 1, 0] - points[s, 0]
        ay = points[s + 1, 1] - points[s, 1]
        ax = points[s + 1, 2] - points[s, 2]
        pz, py, px = z - points[s, 0], y - points[s, 1], x - points[s, 2]
        t = (pz * az + py * ay + px * ax) / (az * az + ay * ay + ax * ax + 1e-9)
        t = min(1.0, max(0.0, t))
        ez, ey, ex = pz - t * az, py - t * ay, (px - t * ax) / flat
        r = radii[s] + t * (radii[s + 1] - radii[s])
        best = min(best, math.sqrt(ez * ez + ey * ey + ex * ex) - r)
    return best


@nb.njit(cache=True, nogil=True, parallel=True)
def _tube(field: Any, org: Any, sp: Any, points: Any, radii: Any, flat: Any, k: Any, reach: Any) -> Any:
    for ii in nb.prange(field.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        use = np.empty(points.shape[0], np.int64)
        low = np.full(3, 1e9)
        high = np.full(3, -1e9)
        count = 0
        for s in range(points.shape[0] - 1):
            r = max(radii[s], radii[s + 1]) * max(1.0, flat) + reach
            if min(points[s, 0], points[s + 1, 0]) - r < z < max(points[s, 0], points[s + 1, 0]) + r:
                use[count] = s
                count += 1
                for a in range(3):
                    low[a] = min(low[a], min(points[s, a], points[s + 1, a]) - r)
                    high[a] = max(high[a], max(points[s, a], points[s + 1, a]) + r)
        if count == 0:
            continue
        lo, hi = _box(org, sp, field.shape, low, high)
        for j in range(lo[1], hi[1]):
            y = org[1] + j * sp[1]
            for m in range(lo[2], hi[2]):
                d = _chain(z, y, org[2] + m * sp[2], points, radii, flat, use, count)
                field[i, j, m] = smooth_minimum(field[i, j, m], d, k)


def add_ellipsoid(
    field: np.ndarray,
    grid: Grid,
    centre_mm: Sequence[float],
    semi_mm: Sequence[float],
    axes: np.ndarray | None = None,
    blend_mm: float = 0.0,
    reach_mm: float = 16.0,
) -> None:
    """Join an ellipsoid to ``field``.

    Parameters
    ----------
    field : numpy.ndarray
        float32 [z, y, x] of distances, changed in place.
    grid : Grid
        Of the field.
    centre_mm, semi_mm : sequence of float
        (z, y, x); semi-axes along the rows of ``axes``.
    axes : numpy.ndarray, optional
        Shape (3, 3), unit rows in (z, y, x).
    blend_mm : float
        Width of the smooth minimum.
    reach_mm : float
        How far outside the body the field is still written.
    """
    _ellipsoid(
        field,
        np.array(grid.origin_mm),
        np.array(grid.spacing_mm),
        np.array(centre_mm, dtype=np.float64),
        np.array(semi_mm, dtype=np.float64),
        np.eye(3) if axes is None else np.asarray(axes, dtype=np.float64),
        float(blend_mm),
        float(reach_mm),
    )


def add_tube(
    field: np.ndarray,
    grid: Grid,
    points_mm: np.ndarray | Sequence[Sequence[float]],
    radii_mm: np.ndarray | Sequence[float] | float,
    flat: float = 1.0,
    blend_mm: float = 0.0,
    reach_mm: float = 16.0,
) -> None:
    """Join a tube along a smooth curve through ``points_mm`` (n, 3) to ``field``; see `add_ellipsoid`.

    ``flat`` widens (above 1) or narrows the tube from side to side.
    """
    points, radii = smooth_line(points_mm, radii_mm)
    _tube(
        field,
        np.array(grid.origin_mm),
        np.array(grid.spacing_mm),
        points,
        radii,
        float(flat),
        float(blend_mm),
        float(reach_mm),
    )


def smooth_line(
    points_mm: np.ndarray | Sequence[Sequence[float]],
    radii_mm: np.ndarray | Sequence[float] | float,
    parts: int = 5,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a Catmull-Rom curve through the points with ``parts`` pieces between two, and radii along it."""
    p = np.asarray(points_mm, dtype=np.float64)
    r = np.broadcast_to(np.asarray(radii_mm, dtype=np.float64), (len(p),))
    if len(p) < 3:
        return p.copy(), r.copy()
    q = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.arange(parts)[:, None] / parts
    pieces = []
    for i in range(len(p) - 1):
        a, b, c, d = q[i], q[i + 1], q[i + 2], q[i + 3]
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    line = np.vstack([*pieces, p[-1:]])
    return line, np.interp(np.linspace(0, len(p) - 1, len(line)), np.arange(len(p)), r)


def axes_towards(direction: Sequence[float], up: Sequence[float] = (1.0, 0.0, 0.0)) -> np.ndarray:
    """Return unit rows (along ``direction``, sideways, upward) for `add_ellipsoid`; vectors in (z, y, x)."""
    a = np.asarray(direction, dtype=np.float64)
    a = a / np.linalg.norm(a)
    s = np.cross(a, np.asarray(up, dtype=np.float64))
    s = s / np.linalg.norm(s)
    return np.vstack([a, s, np.cross(s, a)])


def distance_of(implicit: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the approximate signed distance (first order) of the surface implicit = 0, float32, mm."""
    g = np.gradient(implicit, *grid.spacing_mm)
    slope = np.sqrt(g[0] ** 2 + g[1] ** 2 + g[2] ** 2)
    return np.clip(implicit / np.maximum(slope, 1e-4), -FAR_MM, FAR_MM).astype(np.float32)


def closed(distance: np.ndarray, grid: Grid, radius_mm: float) -> np.ndarray:
    """Return the distance field with every gap narrower than twice ``radius_mm`` filled (a closing)."""
    grown = np.ascontiguousarray(distance < radius_mm)
    inward = border_mm(grown, grid.spacing_mm)
    # half a cell is the lattice's own error of a binary border
    filled = radius_mm - inward + 0.5 * grid.spacing_mm[2]
    return np.where(grown, np.minimum(distance, filled), distance).astype(np.float32)


@nb.njit(cache=True, nogil=True, parallel=True)
def _smooth(out: Any, a: Any, b: Any, k: Any, sign: Any) -> Any:
    for i in nb.prange(out.size):
        out[i] = sign * smooth_minimum(sign * a[i], sign * b[i], k)


def _joined(a: np.ndarray, b: np.ndarray, k: float, sign: float) -> np.ndarray:
    shape = np.broadcast_shapes(a.shape, b.shape)
    flat = [np.ascontiguousarray(np.broadcast_to(f, shape), dtype=np.float32).ravel() for f in (a, b)]
    out = np.empty(flat[0].size, dtype=np.float32)
    _smooth(out, flat[0], flat[1], np.float32(k), np.float32(sign))
    return out.reshape(shape)


def smooth_min(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Return the smooth minimum of two fields over a width ``k``, mm."""
    return _joined(a, b, k, 1.0)


def smooth_max(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Return the smooth maximum of two fields over a width ``k``, mm."""
    return _joined(a, b, k, -1.0)
