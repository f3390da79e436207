"""Bars and vertebral bodies drawn as a distance straight onto the fine grid, where bone is thin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.grid import Grid

UNITS_PER_MM = 10.0
FAR = 127


class Kind(IntEnum):
    """Kinds of bone and what belongs to it, for density and thickness of cortex."""

    NONE = 0
    RIB = 1
    BODY = 2
    ARCH = 3
    STERNUM = 4
    SCAPULA = 5
    LONG = 6
    CARTILAGE = 7
    DISC = 8
    CANAL = 9


_BODY, _CANAL = int(Kind.BODY), int(Kind.CANAL)


@dataclass(frozen=True)
class Bodies:
    """Vertebral bodies, discs between them: centres (n, 3) and half-sizes (n, 3) in mm (z, y, x), kinds (n,)."""

    centre: np.ndarray
    half: np.ndarray
    kind: np.ndarray


@dataclass
class Bars:
    """Rounded bars under collection: ends, thickness direction, half thickness and half height at the ends, kind."""

    start: list[np.ndarray] = field(default_factory=list)
    end: list[np.ndarray] = field(default_factory=list)
    normal: list[np.ndarray] = field(default_factory=list)
    half: list[tuple[float, float, float, float]] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)

    def add(
        self,
        line: np.ndarray | Sequence[Sequence[float]],
        thick: float | Sequence[float] | np.ndarray,
        high: float | Sequence[float] | np.ndarray,
        kind: Kind | np.ndarray,
        normal: np.ndarray | Sequence[Sequence[float]] | None = None,
    ) -> None:
        """Add a polyline (n, 3) of bars; half thickness and half height in mm may vary along it."""
        p = np.asarray(line, dtype=np.float64)
        n = len(p)
        a = np.broadcast_to(np.asarray(thick, dtype=np.float64), (n,))
        b = np.broadcast_to(np.asarray(high, dtype=np.float64), (n,))
        kinds = np.broadcast_to(np.asarray(kind), (n,))
        out = np.broadcast_to(np.asarray((0.0, 1.0, 0.0) if normal is None else normal, dtype=np.float64), (n, 3))
        for i in range(n - 1):
            self.start.append(p[i])
            self.end.append(p[i + 1])
            self.normal.append(out[i])
            self.half.append((a[i], b[i], a[i + 1], b[i + 1]))
            self.kind.append(int(kinds[i]))


@nb.njit(cache=True, nogil=True)
def _span(low: Any, high: Any, org: Any, sp: Any, n: Any) -> Any:
    """Return first and one past the last index between two positions in mm."""
    first = max(0, np.int64(math.floor((low - org) / sp)))
    return first, max(first, min(n, np.int64(math.ceil((high - org) / sp)) + 1))


@nb.njit(cache=True, nogil=True, parallel=True)
def _draw_bars(
    dist: Any, kinds: Any, org: Any, sp: Any, start: Any, end: Any, normal: Any, half: Any, kind: Any
) -> Any:
    reach = 2.5
    for ii in nb.prange(dist.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        for s in range(start.shape[0]):
            r = half[s].max() + reach
            if z < min(start[s, 0], end[s, 0]) - r or z > max(start[s, 0], end[s, 0]) + r:
                continue
            az = end[s, 0] - start[s, 0]
            ay = end[s, 1] - start[s, 1]
            ax = end[s, 2] - start[s, 2]
            length = math.sqrt(az * az + ay * ay + ax * ax) + 1e-6
            az /= length
            ay /= length
            ax /= length
            # thickness direction made square to the axis, height square to both
            dot = normal[s, 0] * az + normal[s, 1] * ay + normal[s, 2] * ax
            nz = normal[s, 0] - dot * az
            ny = normal[s, 1] - dot * ay
            nx = normal[s, 2] - dot * ax
            q = math.sqrt(nz * nz + ny * ny + nx * nx) + 1e-6
            nz /= q
            ny /= q
            nx /= q
            hz = ay * nx - ax * ny
            hy = ax * nz - az * nx
            hx = az * ny - ay * nz
            j0, j1 = _span(
                min(start[s, 1], end[s, 1]) - r, max(start[s, 1], end[s, 1]) + r, org[1], sp[1], dist.shape[1]
            )
            k0, k1 = _span(
                min(start[s, 2], end[s, 2]) - r, max(start[s, 2], end[s, 2]) + r, org[2], sp[2], dist.shape[2]
            )
            pz = z - start[s, 0]
            for j in range(j0, j1):
                py = org[1] + j * sp[1] - start[s, 1]
                for k in range(k0, k1):
                    px = org[2] + k * sp[2] - start[s, 2]
                    t = pz * az + py * ay + px * ax
                    u = min(1.0, max(0.0, t / length))
                    a = half[s, 0] + u * (half[s, 2] - half[s, 0])
                    b = half[s, 1] + u * (half[s, 3] - half[s, 1])
                    e = t - u * length
                    w = abs(pz * nz + py * ny + px * nx)
                    h = abs(pz * hz + py * hy + px * hx)
                    # a bar as thick as high is round, a flat one a stadium
                    c = min(a, b)
                    qw = max(w - (a - c), 0.0)
                    qh = max(h - (b - c), 0.0)
                    d = math.sqrt(qw * qw + qh * qh + e * e) - c
                    v = np.int64(math.floor(min(12.7, max(-12.0, d)) * 10.0 + 0.5))
                    if v < dist[i, j, k]:
                        dist[i, j, k] = v
                        kinds[i, j, k] = kind[s]


@nb.njit(cache=True, nogil=True, parallel=True)
def _draw_bodies(dist: Any, kinds: Any, org: Any, sp: Any, centre: Any, half: Any, kind: Any) -> Any:
    for ii in nb.prange(dist.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        for s in range(centre.shape[0]):
            dz = (z - centre[s, 0]) / half[s, 0]
            if abs(dz) > 1.0 + 2.5 / half[s, 0]:
                continue
            waist = 1.0 - 0.08 * max(0.0, 1.0 - dz * dz) if kind[s] == _BODY else 1.0
            hy, hx = half[s, 1] * waist, half[s, 2] * waist
            c, h = centre[s], half[s] + 4.0
            j0, j1 = _span(c[1] - h[1], c[1] + h[1], org[1], sp[1], dist.shape[1])
            k0, k1 = _span(c[2] - h[2], c[2] + h[2], org[2], sp[2], dist.shape[2])
            for j in range(j0, j1):
                v = (org[1] + j * sp[1] - centre[s, 1]) / hy
                for k in range(k0, k1):
                    u = (org[2] + k * sp[2] - centre[s, 2]) / hx
                    # the back of a body is hollow towards the canal
                    vv = v + 0.16 * math.exp(-((u / 0.55) ** 2)) if v > 0.0 and kind[s] != _CANAL else v
                    f = (abs(u) ** 2.5 + abs(vv) ** 2.3) ** (1.0 / 2.4)
                    d = (f - 1.0) * min(hx, hy) * 0.95
                    d = max(d, (abs(dz) - 1.0) * half[s, 0])
                    # what fills the canal must not hide the arch round it
                    d = max(d, -0.8) if kind[s] == _CANAL else d
                    w = np.int64(math.floor(min(12.7, max(-12.0, d)) * 10.0 + 0.5))
                    if w < dist[i, j, k]:
                        dist[i, j, k] = w
                        kinds[i, j, k] = kind[s]


def drawn(bars: Bars, bodies: Bodies, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance to bone, int8 in tenths of a mm (negative inside), and the `Kind` nearest, uint8."""
    dist = np.full(grid.shape, FAR, dtype=np.int8)
    kinds = np.zeros(grid.shape, dtype=np.uint8)
    org, sp = np.array(grid.origin_mm), np.array(grid.spacing_mm)
    _draw_bodies(dist, kinds, org, sp, bodies.centre, bodies.half, bodies.kind)
    _draw_bars(
        dist, kinds, org, sp, np.array(bars.start), np.array(bars.end), np.array(bars.normal),
        np.array(bars.half), np.array(bars.kind),
    )  # fmt: skip
    return dist, kinds
