"""The skeleton of the chest: ribs with cartilage, spine, sternum, scapulae, clavicles, humeral heads.

Bones are sets of bars with a rounded cross-section and of vertebral bodies; cortex and marrow follow from depth.
Measures are those of two real chests (ribs 13 mm high, 6 mm thick, pitch 23 to 34 mm, slopes 4 to 33 degrees).
"""

from __future__ import annotations

import math

import numpy as np

from trainer.chest.anatomy.bar import Bars, Bodies, Kind, drawn
from trainer.chest.anatomy.cage import WIDEST, Point, cage_box, place, spine_x, spine_y
from trainer.chest.anatomy.habitus import Habitus, field_mm
from trainer.chest.anatomy.shape import smooth_line
from trainer.chest.grid import Grid
from trainer.core import chance

_STREAM = 0x424F4E45
_HEAD_MM = 21.0  # radius of the humeral head

# Middle of each vertebral body, C7 to L3, in depth below the apex of a lung 250 mm high; pitch 17 to 25 mm.
_VERTEBRA = np.array([-31, -14, 3, 21, 40, 60, 80, 100, 121, 143, 166, 189, 213, 238, 265, 293], dtype=np.float64)
_BODY_WIDTH = np.array([33, 34, 33, 32, 31, 31, 31, 32, 33, 34, 36, 39, 42, 44, 45, 46], dtype=np.float64)
_BODY_DEPTH = np.array([18, 20, 23, 26, 27, 28, 29, 30, 30, 30, 30, 31, 32, 33, 33, 33], dtype=np.float64)
_FIRST_RIB = 1  # index of T1 in the tables above


def _vertebrae(habitus: Habitus, key: int, bars: Bars) -> Bodies:
    """Add arches and processes; return bodies, discs and the canal."""
    s = habitus.size**0.5
    centres, halves, kinds = [], [], []
    edges = 0.5 * (_VERTEBRA[1:] + _VERTEBRA[:-1])
    edges = np.concatenate([[2 * _VERTEBRA[0] - edges[0]], edges, [2 * _VERTEBRA[-1] - edges[-1]]])
    for i, depth in enumerate(_VERTEBRA):
        pitch = (edges[i + 1] - edges[i]) * habitus.stretch
        disc = 3.5 + 0.33 * max(0.0, pitch - 16.0)
        hx, hy = 0.5 * _BODY_WIDTH[i] * s, 0.5 * _BODY_DEPTH[i] * s
        z, front, x = place(habitus, (depth, 0.0, 0.0))
        zd, front_d, xd = place(habitus, (edges[i], 0.0, 0.0))
        centres += [(z, front + hy, x), (zd, front_d + hy, xd), (z, front + 2 * hy + 8.5, x)]
        halves += [(0.5 * (pitch - disc), hy, hx), (0.5 * disc, 0.99 * hy, 0.99 * hx), (0.5 * pitch, 7.6, 9.0 * s)]
        kinds += [Kind.BODY, Kind.DISC, Kind.CANAL]
        _arch(habitus, bars, (z, front + 2 * hy, x), max(0.0, min(1.0, (depth - 60.0) / 150.0)), key, i)
    return Bodies(np.array(centres), np.array(halves), np.array([int(k) for k in kinds]))


def _arch(habitus: Habitus, bars: Bars, back: Point, low: float, key: int, i: int) -> None:
    """Add pedicles, laminae, joints, transverse and spinous process behind the body whose back is at ``back``."""
    z, y, x = back
    s = habitus.size**0.5
    for side in (-1.0, 1.0):
        w = 0.8 * chance.normal(key, _STREAM, 5 + (side > 0), i)
        a = side * s
        bars.add([(z + 4, y - 3, x + 11.5 * a), (z + 3, y + 7, x + 13 * a)], 2.9, 4.8, Kind.ARCH, [[0, 0, 1]] * 2)
        lamina = [(z + 2, y + 8, x + 13 * a), (z - 3, y + 15, x + side * 8), (z - 7, y + 20, x + side)]
        bars.add(lamina, [3.2, 2.6, 2.8], [8.0, 8.5, 6.0], Kind.ARCH, [[0, 0.7, side * 0.7]] * 3)
        transverse = [(z + 2, y + 9, x + 13 * a), (z + 4 + w, y + 15 + w, x + (31 - 10 * low) * a)]
        bars.add(transverse, [4.0, 3.6], [4.6, 4.2], Kind.ARCH)
        bars.add([(z + 12, y + 11, x + side * 12), (z - 10, y + 13, x + side * 11)], 2.6, 4.5, Kind.ARCH)
    tip = 22.0 - 8.0 * low
    bend = 1.2 * chance.normal(key, _STREAM, 7, i)
    spinous = [(z - 6, y + 19, x), (z - 6 - 0.6 * tip, y + 30, x + 0.6 * bend), (z - 6 - tip, y + 41, x + bend)]
    bars.add(spinous, [2.6, 2.0, 3.0], [7.0, 5.2, 3.6], Kind.ARCH, [[0, 0, 1]] * 3)


def wall_point(
    habitus: Habitus, depth: float, azimuth_deg: float, side: float, out_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return a point ``out_mm`` outside the inner cage and the outward direction there, both (z, y, x).

    ``azimuth_deg`` is 0 in front, 90 at the side, 180 behind, seen from the middle of the cage.
    """
    z = -depth * habitus.stretch
    half, front, back, power = (float(v) for v in cage_box(habitus, np.array(z)))
    middle = front + WIDEST * (back - front)
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
    for n, (depths, outs, thick, wide) in enumerate(lines):
        line = np.array([at(d, o) for d, o in zip(depths, outs, strict=True)])
        half = np.array(wide) * s
        if n > 0:
            bars.add(line, np.array(thick), half, Kind.STERNUM)
            continue
        # the manubrium is bent back at its sides
        bars.add(line, np.array(thick), 0.55 * half, Kind.STERNUM)
        for side in (-1.0, 1.0):
            aside = np.stack([0.0 * half, 2.0 + 0.05 * half, side * 0.58 * half], axis=1)
            bars.add(line + aside, 0.86 * np.array(thick), 0.44 * half, Kind.STERNUM, [[0.0, 1.0, -0.3 * side]] * 4)


def _scapula(habitus: Habitus, bars: Bars, side: float) -> None:
    """Add one scapula: a curved blade oblique to the coronal plane, its spine, neck, coracoid and acromion."""
    w = habitus.size * habitus.width
    lift = side * habitus.tilt_mm
    spin = habitus.girdle_deg[0 if side < 0 else 1]
    for depth in np.arange(26.0, 124.0, 1.5):
        t = (depth - 26.0) / 98.0
        length = (86.0 - 8.0 * math.sin(3.0 * t) - 48.0 * max(0.0, t - 0.35) ** 1.2 / 0.6) * w
        medial = np.array(place(habitus, (depth + lift, 60.0 - 8.0 * t, side * (84.0 + 0.3 * spin + 16.0 * t * t))))
        turn = math.radians(42.0 + lift + spin - 3.0 * t)
        along = np.array([0.0, -math.sin(turn), side * math.cos(turn)])
        out = np.array([0.0, math.cos(turn), side * math.sin(turn)])
        u = np.linspace(0.0, 1.0, 15)
        # hollow towards the ribs, its borders turned up
        bow = 8.5 * np.sin(math.pi * u) + 3.5 * np.sin(2.0 * math.pi * u + 0.5) + 1.2 * np.sin(5.0 * math.pi * u + t)
        bow += 4.0 * np.clip((u - 0.8) / 0.2, 0.0, 1.0) ** 2
        points = medial + np.outer(u * length, along) + np.outer(bow, out)
        rim = np.interp(u, [0.0, 0.05, 0.12, 0.3, 0.6, 0.75, 0.88, 1.0], [2.6, 2.2, 1.1, 0.8, 0.8, 1.2, 3.0, 3.8])
        # strips overlap by far more than a slice, or the blade would show their period
        bars.add(points, rim, 3.2, Kind.SCAPULA, np.tile(out, (15, 1)))
        if depth < 60.0:
            # its spine stands on the blade and grows into the acromion
            high = (60.0 - depth) / 34.0
            foot = 0.15 + 0.36 * high
            root = medial + along * length * foot + out * np.interp(foot, u, bow)
            middle = root + out * (3.0 + 9.0 * high) + along * (1.0 + 2.0 * high)
            far = middle + out * (2.0 + 9.0 * high) + along * (5.0 + 9.0 * high)
            bars.add(np.array([root, middle, far]), [1.1, 1.4, 2.6], 3.2, Kind.SCAPULA, np.tile(along, (3, 1)))
    z, y, _ = place(habitus, (18.0 + lift, -8.0, 0.0))
    parts: tuple[tuple[list[Point], list[float], list[float]], ...] = (
        ([(z - 6, y + 14, 147.0), (z + 4, y + 7, 151.0), (z + 10, y + 2, 156.0)], [3.0, 5.0, 8.5], [7.0, 9.0, 14.0]),
        ([(z + 8, y - 2, 148.0), (z + 16, y - 20, 141.0), (z + 10, y - 34, 148.0)], [5.0, 5.0, 4.0], [6.0, 5.5, 5.0]),
        ([(z + 2, y + 46, 118.0), (z + 20, y + 42, 146.0), (z + 34, y + 26, 172.0)], [3.0, 3.6, 5.0], [7.0, 9.0, 10.0]),
    )
    for line, thick, high_mm in parts:
        bars.add([(p[0], p[1], side * p[2] * w * _girdle(habitus)) for p in line], thick, high_mm, Kind.SCAPULA)


def _girdle(habitus: Habitus) -> float:
    """Return by how much the shoulder joints lie nearer to the midline, so that the field of view holds them."""
    return min(1.0, (0.5 * field_mm(habitus) - 9.0 - 14.0 - _HEAD_MM) / (184.0 * habitus.size * habitus.width))


def _shoulder(habitus: Habitus, bars: Bars, side: float) -> None:
    """Add one clavicle and the humerus of a raised arm."""
    w = habitus.size * habitus.width
    lift = side * habitus.tilt_mm
    z, y, _ = place(habitus, (lift, -6.0, 0.0))
    joint = side * w * _girdle(habitus)
    humerus = [(z, y, 184 * joint), (z + 40, y - 6, 205 * joint), (z + 80, y - 10, 215 * joint)]
    bars.add(humerus, [_HEAD_MM, 15.0, 12.0], [_HEAD_MM, 15.0, 12.0], Kind.LONG)
    inner, _ = wall_point(habitus, 32.0, 25.0, side, 12.0)
    plan = ((20.0, -62.0, 40.0), (4.0, -54.0, 66.0), (-12.0, -38.0, 104.0), (-24.0, -22.0, 140.0))
    points = [inner, *(np.array(place(habitus, (d + 0.6 * lift, back, side * x))) for d, back, x in plan)]
    line, _ = smooth_line(np.array(points), 1.0, parts=4)
    along = np.linspace(0, 1, len(line))
    thick = np.interp(along, [0, 0.15, 0.4, 1], [9.5, 7.2, 5.8, 5.6])
    bars.add(line, thick, np.interp(along, [0, 0.15, 0.4, 1], [11, 8, 6.4, 7.5]), Kind.LONG)


def draw(habitus: Habitus, key: int, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance to bone, int8 in tenths of a mm (negative inside), and the `Kind` nearest, uint8."""
    bars = Bars()
    bodies = _vertebrae(habitus, key, bars)
    _ribs(habitus, key, bars)
    _sternum(habitus, bars)
    for side in (-1.0, 1.0):
        _scapula(habitus, bars, side)
        _shoulder(habitus, bars, side)
    return drawn(bars, bodies, grid)
