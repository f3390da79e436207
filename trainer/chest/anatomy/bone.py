"""The skeleton of the chest: ribs with cartilage, spine, sternum, scapulae, clavicles, humeral heads.

Bones are sets of bars with a rounded cross-section and of vertebral bodies. They are drawn straight onto the fine
grid as a distance in tenths of a millimetre, with the kind of the nearest bone beside it, so that cortex and
marrow follow from depth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numba as nb
import numpy as np

from trainer.chest.anatomy.cage import cage_box, place, spine_x, spine_y
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.shape import smooth_line
from trainer.chest.grid import Grid
from trainer.core import chance

_STREAM = 0x424F4E45
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


@nb.njit(cache=True, parallel=True)
def _draw_bars(dist, kinds, org, sp, start, end, normal, half, kind):  # type: ignore[no-untyped-def]
    reach = 2.5
    for ii in nb.prange(dist.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        for s in range(start.shape[0]):
            r = max(max(half[s, 0], half[s, 1]), max(half[s, 2], half[s, 3])) + reach
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
            j0 = max(0, int(math.floor((min(start[s, 1], end[s, 1]) - r - org[1]) / sp[1])))
            j1 = min(dist.shape[1] - 1, int(math.ceil((max(start[s, 1], end[s, 1]) + r - org[1]) / sp[1])))
            k0 = max(0, int(math.floor((min(start[s, 2], end[s, 2]) - r - org[2]) / sp[2])))
            k1 = min(dist.shape[2] - 1, int(math.ceil((max(start[s, 2], end[s, 2]) + r - org[2]) / sp[2])))
            pz = z - start[s, 0]
            for j in range(j0, j1 + 1):
                py = org[1] + j * sp[1] - start[s, 1]
                for k in range(k0, k1 + 1):
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
                    v = int(math.floor(min(12.7, max(-12.0, d)) * 10.0 + 0.5))
                    if v < dist[i, j, k]:
                        dist[i, j, k] = v
                        kinds[i, j, k] = kind[s]


@nb.njit(cache=True, parallel=True)
def _draw_bodies(dist, kinds, org, sp, centre, half, kind):  # type: ignore[no-untyped-def]
    for ii in nb.prange(dist.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        for s in range(centre.shape[0]):
            dz = (z - centre[s, 0]) / half[s, 0]
            if abs(dz) > 1.0 + 2.5 / half[s, 0]:
                continue
            waist = 1.0 - 0.08 * max(0.0, 1.0 - dz * dz) if kind[s] == 2 else 1.0
            hy, hx = half[s, 1] * waist, half[s, 2] * waist
            j0 = max(0, int(math.floor((centre[s, 1] - half[s, 1] - 4.0 - org[1]) / sp[1])))
            j1 = min(dist.shape[1] - 1, int(math.ceil((centre[s, 1] + half[s, 1] + 4.0 - org[1]) / sp[1])))
            k0 = max(0, int(math.floor((centre[s, 2] - half[s, 2] - 4.0 - org[2]) / sp[2])))
            k1 = min(dist.shape[2] - 1, int(math.ceil((centre[s, 2] + half[s, 2] + 4.0 - org[2]) / sp[2])))
            for j in range(j0, j1 + 1):
                v = (org[1] + j * sp[1] - centre[s, 1]) / hy
                for k in range(k0, k1 + 1):
                    u = (org[2] + k * sp[2] - centre[s, 2]) / hx
                    # the back of a body is hollow towards the canal
                    vv = v + 0.16 * math.exp(-((u / 0.55) ** 2)) if v > 0.0 else v
                    f = (abs(u) ** 2.5 + abs(vv) ** 2.3) ** (1.0 / 2.4)
                    d = (f - 1.0) * min(hx, hy) * 0.95
                    d = max(d, (abs(dz) - 1.0) * half[s, 0])
                    w = int(math.floor(min(12.7, max(-12.0, d)) * 10.0 + 0.5))
                    if w < dist[i, j, k]:
                        dist[i, j, k] = w
                        kinds[i, j, k] = kind[s]


# Middle of each vertebral body, T1 to L3, in depth below the apex of a lung 250 mm high; pitch 17 to 25 mm.
_VERTEBRA = np.array([-31, -14, 3, 21, 40, 60, 80, 100, 121, 143, 166, 189, 213, 238, 265, 293], dtype=np.float64)
_BODY_WIDTH = np.array([33, 34, 33, 32, 31, 31, 31, 32, 33, 34, 36, 39, 42, 44, 45, 46], dtype=np.float64)
_BODY_DEPTH = np.array([18, 20, 23, 26, 27, 28, 29, 30, 30, 30, 30, 31, 32, 33, 33, 33], dtype=np.float64)
_FIRST_RIB = 1  # index of T1 in the tables above


def _vertebrae(habitus: Habitus, bars: Bars) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add arches and processes; return centres, half-sizes and kinds of bodies, discs and canal."""
    s = habitus.size**0.5
    centres, halves, kinds = [], [], []
    edges = 0.5 * (_VERTEBRA[1:] + _VERTEBRA[:-1])
    edges = np.concatenate([[2 * _VERTEBRA[0] - edges[0]], edges, [2 * _VERTEBRA[-1] - edges[-1]]])
    for i, depth in enumerate(_VERTEBRA):
        z = -depth * habitus.stretch
        pitch = (edges[i + 1] - edges[i]) * habitus.stretch
        disc = 3.5 + 0.11 * max(0.0, pitch - 16.0) * 3.0
        hx, hy = 0.5 * _BODY_WIDTH[i] * s, 0.5 * _BODY_DEPTH[i] * s
        x, front = float(spine_x(habitus, np.array(z))), float(spine_y(habitus, np.array(z)))
        y = front + hy
        centres.append((z, y, x))
        halves.append((0.5 * (pitch - disc), hy, hx))
        kinds.append(Kind.BODY)
        zd = -edges[i] * habitus.stretch
        xd, yd = float(spine_x(habitus, np.array(zd))), float(spine_y(habitus, np.array(zd))) + hy
        centres.append((zd, yd, xd))
        halves.append((0.5 * disc, hy * 0.99, hx * 0.99))
        kinds.append(Kind.DISC)
        back = front + 2 * hy
        low = max(0.0, min(1.0, (depth - 60.0) / 150.0))
        for side in (-1.0, 1.0):
            wob = chance.normal(77, _STREAM, int(side), i) * 0.8
            bars.add(
                [(z + 4, back - 3, x + side * 11.5 * s), (z + 3, back + 7, x + side * 13 * s)],
                2.9,
                4.8,
                Kind.ARCH,
                [[0, 0, 1]] * 2,
            )
            bars.add(
                [(z + 2, back + 8, x + side * 13 * s), (z - 3, back + 15, x + side * 8), (z - 7, back + 20, x + side * 1.0)],
                [3.2, 2.6, 2.8], [8.0, 8.5, 6.0], Kind.ARCH, [[0, 0.7, side * 0.7]] * 3,
            )  # fmt: skip
            bars.add(
                [(z + 2, back + 9, x + side * 13 * s), (z + 4 + wob, back + 15 + wob, x + side * (31 - 10 * low) * s)],
                [4.0, 3.6], [4.6, 4.2], Kind.ARCH,
            )  # fmt: skip
            bars.add([(z + 12, back + 11, x + side * 12), (z - 10, back + 13, x + side * 11)], 2.6, 4.5, Kind.ARCH)
        tip = 22.0 - 8.0 * low
        bars.add(
            [(z - 6, back + 19, x), (z - 6 - 0.6 * tip, back + 30, x + 0.6), (z - 6 - tip, back + 41, x + 1.0)],
            [2.6, 2.0, 3.0], [7.0, 5.2, 3.6], Kind.ARCH, [[0, 0, 1]] * 3,
        )  # fmt: skip
    return np.array(centres), np.array(halves), np.array([int(k) for k in kinds])


def wall_point(
    habitus: Habitus, depth: float, azimuth_deg: float, side: float, out_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return a point ``out_mm`` outside the inner cage and the outward direction there, both (z, y, x).

    ``azimuth_deg`` is 0 in front, 90 at the side, 180 behind, seen from the middle of the cage.
    """
    z = -depth * habitus.stretch
    half, front, back, power = (float(v) for v in cage_box(habitus, np.array(z)))
    middle = front + 0.53 * (back - front)
    half = half * (1.0 + side * habitus.lean)
    sy, sx = -math.cos(math.radians(azimuth_deg)), math.sin(math.radians(azimuth_deg))
    b = (middle - front) if sy < 0 else (back - middle)
    r = ((sx / half) ** power + (abs(sy) / b) ** power) ** (-1.0 / power)
    gy = math.copysign(abs(sy * r / b) ** (power - 1) / b, sy)
    gx = (sx * r / half) ** (power - 1) / half
    g = math.hypot(gy, gx)
    normal = np.array([0.0, gy / g, side * gx / g])
    x0 = float(spine_x(habitus, np.array(z)))
    return np.array([z, middle + sy * r, x0 + side * sx * r]) + out_mm * normal, normal


# Depth of the sternal end (or tip) of ribs 1 to 12, its azimuth, and where bone gives way to cartilage.
_TIP_DEPTH = np.array([44, 76, 98, 119, 140, 160, 178, 196, 213, 226, 240, 252], dtype=np.float64)
_BONE_END = np.array([33, 30, 30, 32, 35, 39, 44, 50, 56, 63, 95, 125], dtype=np.float64)
_STERNAL_DEPTH = np.array([46, 77, 96, 115, 133, 147, 157, 168, 180, 192], dtype=np.float64)


def _ribs(habitus: Habitus, key: int, bars: Bars) -> None:
    """Add twelve pairs of ribs: head, neck, shaft along the cage falling forward, and cartilage."""
    for i in range(12):
        vertebra = i + _FIRST_RIB
        head_depth = _VERTEBRA[vertebra] - 8.0
        for side in (-1.0, 1.0):
            index = 2 * i + (side > 0)
            shift = 2.2 * chance.normal(key, _STREAM, 1, index) + 2.5 * side * chance.normal(key, _STREAM, 4, 0)
            end = _BONE_END[i] + 2.0 * chance.normal(key, _STREAM, 2, index)
            drop = (_TIP_DEPTH[i] - head_depth) * (1.0 + 0.5 * (habitus.rib_slope - 1.0)) + shift
            first = 157.0
            steps = max(6, int((first - end) / 4.0))
            azimuth = np.linspace(first, end, steps)
            u = (first - azimuth) / (first - end)
            # slow behind, steepest at the side, as measured by sector
            depth = head_depth + 5.0 + (drop - 5.0) * (0.72 * u + 0.56 * u**2 - 0.28 * u**3)
            wave = 1.2 * np.sin(u * 9.0 + chance.uniform(key, _STREAM, 3, index) * 6.28)
            points, normals = [], []
            z = -head_depth * habitus.stretch
            x0, y0 = float(spine_x(habitus, np.array(z))), float(spine_y(habitus, np.array(z)))
            deep = _BODY_DEPTH[vertebra]
            for y, x, dz in ((0.62 * deep, 18.0, 0.0), (deep + 3.0, 25.0, -1.5), (deep + 13.0, 37.0, -3.0)):
                points.append(np.array([z + dz, y0 + y, x0 + side * x * habitus.size**0.5]))
                normals.append(np.array([0.0, 0.8, -0.6 * side]))
            for d, a, w in zip(depth, azimuth, wave, strict=True):
                p, n = wall_point(habitus, d + w, a, side, 5.2)
                points.append(p)
                normals.append(n)
            line, _ = smooth_line(np.array(points), 1.0, parts=3)
            grown, _ = smooth_line(np.array(normals), 1.0, parts=3)
            along = np.linspace(0.0, 1.0, len(line))
            thick = np.interp(along, [0, 0.08, 0.3, 0.7, 1.0], [3.6, 3.0, 3.3, 3.0, 2.6])
            high = np.interp(along, [0, 0.08, 0.25, 0.85, 1.0], [4.6, 4.2, 6.0, 6.0, 6.6]) * (0.9 if i > 9 else 1.0)
            if i == 0:
                # the first rib lies flat
                thick, high = thick + 0.2, high * 0.85
                grown = grown + np.array([1.3, 0.0, 0.0])
            bars.add(line, thick, high, Kind.RIB, grown)
            if i < 10:
                _cartilage(habitus, bars, i, side, depth[-1], end)


def _cartilage(habitus: Habitus, bars: Bars, i: int, side: float, depth: float, azimuth: float) -> None:
    """Add the cartilage that leads rib ``i`` to the sternum or, below the seventh, to the one above."""
    last = 8.0 if i < 7 else azimuth - 17.0
    points, normals = [], []
    for t in np.linspace(0.0, 1.0, 7):
        d = depth + 2.0 * t + (_STERNAL_DEPTH[i] - depth - 2.0) * t**1.6
        p, n = wall_point(habitus, d, azimuth + (last - azimuth) * t, side, 5.2)
        points.append(p)
        normals.append(n)
    bars.add(np.array(points), 3.6, 6.2 if i < 7 else 5.0, Kind.CARTILAGE, np.array(normals))


def _sternum(habitus: Habitus, bars: Bars) -> None:
    """Add manubrium, body and xiphoid, which follow the slope of the cage's front."""

    def at(depth: float, out: float) -> np.ndarray:
        p, _ = wall_point(habitus, depth, 0.0, 1.0, out)
        return p

    s = habitus.size
    lines = (
        ((34.0, 45.0, 60.0, 74.0), (10.0, 9.5, 8.5, 8.0), (6.6, 7.2, 6.4, 5.6), (20.0, 27.0, 23.0, 15.0)),
        (
            (77.0, 95.0, 120.0, 145.0, 160.0),
            (7.6, 7.0, 7.0, 7.2, 7.6),
            (5.4, 5.2, 5.2, 5.0, 4.4),
            (13.0, 15.0, 17.5, 18.0, 11.0),
        ),
        ((164.0, 178.0, 186.0), (7.0, 6.0, 6.0), (3.0, 2.2, 1.6), (6.5, 5.0, 3.0)),
    )
    for depths, outs, thick, wide in lines:
        line = np.array([at(d, o) for d, o in zip(depths, outs, strict=True)])
        bars.add(line, np.array(thick), np.array(wide) * s, Kind.STERNUM)


def _shoulders(habitus: Habitus, bars: Bars) -> None:
    """Add scapulae, clavicles and humeral heads of raised arms."""
    w = habitus.size * habitus.width
    for side in (-1.0, 1.0):
        lift = 3.0 if side > 0 else -2.0
        for depth in np.arange(26.0, 124.0, 2.6):
            t = (depth - 26.0) / 98.0
            length = (84.0 - 8.0 * math.sin(3.0 * t) - 48.0 * max(0.0, t - 0.35) ** 1.2 / 0.6) * w
            medial = np.array(place(habitus, (depth + lift, 56.0 - 6.0 * t, side * (88.0 + 16.0 * t * t))))
            turn = math.radians(33.0 + 1.5 * lift - 6.0 * t)
            along = np.array([0.0, -math.sin(turn), side * math.cos(turn)])
            out = np.array([0.0, math.cos(turn), side * math.sin(turn)])
            u = np.linspace(0.0, 1.0, 9)
            bow = 5.0 * np.sin(math.pi * u) + 2.5 * np.sin(2.0 * math.pi * u + 0.6)
            points = medial + np.outer(u * length, along) + np.outer(bow, out)
            rim = np.array([2.4, 1.2, 0.9, 0.8, 0.8, 1.0, 1.5, 3.0, 3.6])
            bars.add(points, rim, 1.6, Kind.SCAPULA, np.tile(out, (9, 1)))
            if depth < 60.0:
                # spine of the scapula, growing into the acromion
                high = (60.0 - depth) / 34.0
                root = medial + along * length * (0.12 + 0.42 * high) + out * 3.0
                far = root + out * (5.0 + 21.0 * high) + along * (6.0 + 10.0 * high)
                bars.add(np.array([root, far]), [1.3, 2.4], 1.8, Kind.SCAPULA, np.tile(along, (2, 1)))
        neck = place(habitus, (18.0, -8.0, 0.0))
        line = [
            (neck[0] - 8, neck[1] + 14, side * 134 * w),
            (neck[0] + 4, neck[1] + 6, side * 147 * w),
            (neck[0] + 10, neck[1] + 2, side * 155 * w),
        ]
        bars.add(line, [2.4, 4.5, 8.5], [7.0, 9.0, 14.0], Kind.SCAPULA)
        # coracoid and acromion
        line = [
            (neck[0] + 8, neck[1] - 2, side * 146 * w),
            (neck[0] + 16, neck[1] - 20, side * 140 * w),
            (neck[0] + 10, neck[1] - 34, side * 148 * w),
        ]
        bars.add(line, [5.0, 5.0, 4.0], [6.0, 5.5, 5.0], Kind.SCAPULA)
        line = [
            (neck[0] + 2, neck[1] + 46, side * 118 * w),
            (neck[0] + 20, neck[1] + 42, side * 146 * w),
            (neck[0] + 34, neck[1] + 26, side * 172 * w),
        ]
        bars.add(line, [3.0, 3.6, 5.0], [7.0, 9.0, 10.0], Kind.SCAPULA)
        head = place(habitus, (0.0, -6.0, 0.0))
        bars.add(
            [(head[0], head[1], side * 184 * w), (head[0] + 40, head[1] - 6, side * 205 * w), (head[0] + 80, head[1] - 10, side * 215 * w)],
            [23.0, 15.0, 12.0], [23.0, 15.0, 12.0], Kind.LONG,
        )  # fmt: skip
        inner, _ = wall_point(habitus, 32.0, 25.0, side, 12.0)
        points = [inner]
        for depth, y, x in ((20.0, -62.0, 40.0), (4.0, -54.0, 66.0), (-12.0, -38.0, 104.0), (-24.0, -22.0, 140.0)):
            points.append(np.array(place(habitus, (depth, y, side * x))))
        line, _ = smooth_line(np.array(points), 1.0, parts=4)
        along = np.linspace(0, 1, len(line))
        bars.add(
            line,
            np.interp(along, [0, 0.15, 0.4, 1], [9.5, 7.2, 5.8, 5.6]),
            np.interp(along, [0, 0.15, 0.4, 1], [11, 8, 6.4, 7.5]),
            Kind.LONG,
        )


def draw(habitus: Habitus, key: int, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance to bone, int8 in tenths of a mm (negative inside), and the `Kind` nearest, uint8."""
    dist = np.full(grid.shape, FAR, dtype=np.int8)
    kinds = np.zeros(grid.shape, dtype=np.uint8)
    bars = Bars()
    centres, halves, body_kinds = _vertebrae(habitus, bars)
    _ribs(habitus, key, bars)
    _sternum(habitus, bars)
    _shoulders(habitus, bars)
    org, sp = np.array(grid.origin_mm), np.array(grid.spacing_mm)
    _draw_bodies(dist, kinds, org, sp, centres, halves, body_kinds)
    _draw_bars(
        dist, kinds, org, sp, np.array(bars.start), np.array(bars.end), np.array(bars.normal),
        np.array(bars.half), np.array(bars.kind),
    )  # fmt: skip
    return dist, kinds
