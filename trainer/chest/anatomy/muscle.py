"""The muscles of the chest wall and shoulder girdle, and the fat between them.

Each muscle is a chain of thick lines; two layers that hug the cage and one under the skin of the back complete
them. A point belongs to the nearest muscle; where the second nearest is as near there is a plane of fat, and
where none is near there is fat, as in the armpit.
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy.cage import WIDEST, cage_box, place, spine_x, spine_y
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.noise import noise
from trainer.chest.anatomy.shape import FAR_MM, Lattice, smooth_line

# Depth below the apex, distance behind the vertebral front, distance from the midline, radius (mm, lung 250 mm
# high); read from one chest with raised arms. Strands of one muscle share their first word.
_STRANDS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "pectoralis_major_1": ((22, -96, 26, 8), (14, -80, 60, 11), (6, -62, 96, 11), (-6, -42, 140, 11)),
    "pectoralis_major_2": ((50, -122, 26, 6), (44, -112, 60, 10), (32, -86, 98, 11), (10, -54, 134, 10)),
    "pectoralis_major_3": ((84, -150, 28, 5), (76, -138, 62, 8), (56, -104, 102, 10), (26, -66, 128, 9)),
    "pectoralis_major_4": ((124, -163, 36, 3), (108, -152, 66, 6), (82, -120, 100, 8), (50, -84, 122, 7)),
    "pectoralis_minor": ((84, -120, 82, 4), (56, -98, 92, 6), (28, -72, 96, 7), (8, -48, 100, 5)),
    "subclavius": ((28, -74, 36, 4), (8, -56, 70, 5), (-8, -40, 100, 4)),
    "subscapularis_1": ((10, -12, 144, 9), (30, -2, 126, 14), (66, 12, 122, 13), (100, 26, 122, 9), (122, 36, 120, 5)),
    "subscapularis_2": ((8, 12, 118, 10), (30, 22, 104, 13), (66, 38, 98, 10), (100, 46, 104, 7)),
    "supraspinatus": ((30, 40, 84, 9), (20, 26, 108, 12), (8, 6, 142, 10)),
    "trapezius": ((-40, 44, 60, 12), (-14, 40, 96, 12), (6, 34, 140, 10), (10, 26, 170, 8)),
    "infraspinatus": ((20, 16, 152, 10), (44, 32, 140, 13), (74, 44, 124, 13), (104, 50, 116, 9), (124, 50, 116, 5)),
    "teres_major": ((122, 40, 126, 8), (96, 24, 142, 12), (66, 4, 154, 13), (34, -20, 158, 12), (8, -34, 158, 9)),
    "teres_minor": ((92, 36, 146, 7), (60, 18, 158, 9), (28, 4, 166, 9)),
    "latissimus_1": (
        (290, 30, 140, 5), (220, 18, 146, 6), (170, 8, 152, 7), (120, 2, 158, 9), (74, -14, 166, 11),
        (30, -36, 164, 10),
    ),
    "latissimus_2": ((250, 52, 118, 5), (200, 44, 130, 5), (160, 38, 138, 6), (130, 34, 146, 7)),
    "deltoid_1": ((30, -44, 158, 7), (4, -40, 168, 16), (-40, -30, 196, 18)),
    "deltoid_2": ((34, 16, 178, 8), (6, 8, 184, 15), (-40, -4, 206, 18)),
    "rhomboid": ((-16, 54, 16, 5), (20, 64, 46, 6), (60, 66, 74, 6), (100, 62, 92, 5)),
    "levator": ((-40, 24, 40, 8), (-10, 40, 60, 9), (16, 46, 80, 7)),
    "scalene": ((-40, -4, 26, 7), (-14, 0, 36, 8), (6, 4, 48, 7)),
    "longus": ((-40, -4, 9, 5), (10, -3, 9, 4)),
    "sternomastoid": ((16, -74, 18, 3), (2, -64, 28, 5), (-16, -56, 38, 7), (-40, -48, 48, 9)),
    "strap": ((24, -66, 10, 2), (4, -58, 9, 3), (-40, -52, 12, 4)),
    "erector_1": ((-40, 40, 14, 11), (0, 48, 16, 11), (60, 52, 18, 11), (130, 54, 20, 12), (290, 52, 22, 16)),
    "erector_2": ((20, 54, 38, 8), (80, 54, 42, 9), (140, 56, 44, 11), (290, 56, 46, 17)),
    "multifidus": ((-40, 34, 7, 7), (60, 42, 7, 6), (200, 44, 8, 8), (290, 46, 9, 10)),
}  # fmt: skip


def _segments(habitus: Habitus) -> tuple[np.ndarray, np.ndarray]:
    """Return pieces (z, y, x, radius at both ends) in mm, shape (n, 8), and the muscle of each, int32."""
    pieces, owner = [], []
    names = sorted({name.rsplit("_", 1)[0] if name[-1].isdigit() else name for name in _STRANDS})
    for name, strand in _STRANDS.items():
        points = np.array([place(habitus, p[:3]) for p in strand])
        radii = np.array([p[3] for p in strand]) * habitus.muscle * habitus.size**0.5
        line, thick = smooth_line(points, radii, parts=3)
        for i in range(len(line) - 1):
            pieces.append((*line[i], thick[i], *line[i + 1], thick[i + 1]))
            owner.append(3 + names.index(name.rsplit("_", 1)[0] if name[-1].isdigit() else name))
    return np.array(pieces), np.array(owner, dtype=np.int32)


@nb.njit(cache=True, nogil=True)
def _sample(f: Any, az: Any, ay: Any, ax: Any) -> Any:
    i = min(max(int(az), 0), f.shape[0] - 2)
    j = min(max(int(ay), 0), f.shape[1] - 2)
    k = min(max(int(ax), 0), f.shape[2] - 2)
    tz, ty, tx = np.float32(az - i), np.float32(ay - j), np.float32(ax - k)
    a = f[i, j, k] + tx * (f[i, j, k + 1] - f[i, j, k])
    b = f[i, j + 1, k] + tx * (f[i, j + 1, k + 1] - f[i, j + 1, k])
    c = f[i + 1, j, k] + tx * (f[i + 1, j, k + 1] - f[i + 1, j, k])
    d = f[i + 1, j + 1, k] + tx * (f[i + 1, j + 1, k + 1] - f[i + 1, j + 1, k])
    a = a + ty * (b - a)
    c = c + ty * (d - c)
    return a + tz * (c - a)


@nb.njit(cache=True, nogil=True)
def _window(v: Any, lo: Any, hi: Any, soft: Any) -> Any:
    """Return 1 between ``lo`` and ``hi``, falling to 0 over ``soft`` outside."""
    return min(1.0, max(0.0, min((v - lo) / soft + 1.0, (hi - v) / soft + 1.0)))


@nb.njit(cache=True, nogil=True)
def _nearer(d: Any, who: Any, best: Any, mine: Any, second: Any) -> Any:
    """Return nearest distance and muscle and the distance of the nearest other muscle, with one more seen."""
    if d < best:
        if who != mine:
            second = best
        return d, who, second
    if who != mine and d < second:
        second = d
    return best, mine, second


@nb.njit(cache=True, nogil=True, parallel=True)
def _muscle(
    out: Any,
    org: Any,
    sp: Any,
    body: Any,
    cage: Any,
    middle: Any,
    spine: Any,
    ratio: Any,
    stretch: Any,
    fat: Any,
    brawn: Any,
    marbling: Any,
    tilt: Any,
    pieces: Any,
    owner: Any,
    table: Any,
) -> Any:
    for ii in nb.prange(out.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        d = -z / stretch
        use = np.empty(len(owner), np.int32)
        count = 0
        for s in range(len(owner)):
            r = max(pieces[s, 3], pieces[s, 7]) + 12.0
            if min(pieces[s, 0], pieces[s, 4]) - r < z < max(pieces[s, 0], pieces[s, 4]) + r:
                use[count] = s
                count += 1
        for j in range(out.shape[1]):
            y = org[1] + j * sp[1]
            for k in range(out.shape[2]):
                b = _sample(body, i * ratio[0], j * ratio[1], k * ratio[2])
                o = _sample(cage, i * ratio[0], j * ratio[1], k * ratio[2])
                if b > 1.0 or o < -3.0:
                    out[i, j, k] = 6.0
                    continue
                x = org[2] + k * sp[2] - spine[i, 1]
                az = math.degrees(math.atan2(abs(x), -(y - middle[i])))
                n1 = noise(table, z / 60.0 + 3.0, y / 31.0, x / 31.0)
                n2 = noise(table, z / 40.0 + 9.0, y / 15.0, x / 15.0)
                n3 = noise(table, z / 50.0 - 7.0, y / 24.0 + 5.0, x / 24.0)
                n4 = noise(table, z / 120.0 + 2.0, y / 70.0 - 3.0, x / 70.0)
                side = _window(az, 70.0, 110.0, 45.0)
                back = _window(az, 150.0, 180.0, 30.0)
                m = b + 2.0 + fat * (1.0 + 0.2 * side - 0.4 * back) * (1.0 + min(0.42, 4.5 / fat) * n4 + 0.12 * n1)
                depth = -m
                best, mine, second = 99.0, -1, 99.0
                px, py, pz = abs(x) + 2.5 * n3, y + 2.5 * n2, z + (tilt if x > 0.0 else -tilt)
                for u in range(count):
                    s = use[u]
                    az0 = pieces[s, 4] - pieces[s, 0]
                    ay0 = pieces[s, 5] - pieces[s, 1]
                    ax0 = pieces[s, 6] - pieces[s, 2]
                    qz, qy, qx = pz - pieces[s, 0], py - pieces[s, 1], px - pieces[s, 2]
                    t = (qz * az0 + qy * ay0 + qx * ax0) / (az0 * az0 + ay0 * ay0 + ax0 * ax0 + 1e-6)
                    t = min(1.0, max(0.0, t))
                    qz -= t * az0
                    qy -= t * ay0
                    qx -= t * ax0
                    e = math.sqrt(qz * qz + qy * qy + qx * qx) - (pieces[s, 3] + t * (pieces[s, 7] - pieces[s, 3]))
                    best, mine, second = _nearer(e, owner[s], best, mine, second)
                # between the ribs; serratus and oblique on them; trapezius under the skin of the back
                best, mine, second = _nearer(o - 8.6 + 1.2 * max(0.0, 6.0 - d), 0, best, mine, second)
                sheet = _window(az, 56.0, 140.0, 8.0) * _window(d, 30.0, 400.0, 20.0)
                sheet = max(sheet, _window(az, 0.0, 140.0, 8.0) * _window(d, 135.0, 400.0, 20.0))
                best, mine, second = _nearer(
                    abs(o - 13.0) - 3.4 * brawn * sheet + 9.0 * (1.0 - sheet), 1, best, mine, second
                )
                cloak = _window(az, 128.0, 180.0, 12.0) * _window(d, -60.0, 130.0, 30.0)
                cloak = max(cloak, _window(az, 100.0, 150.0, 12.0) * _window(d, 110.0, 400.0, 20.0))
                best, mine, second = _nearer(
                    abs(depth - 3.4 * brawn) - 2.6 * brawn * cloak + 9.0 * (1.0 - cloak), 2, best, mine, second
                )
                # behind, muscle fills what bone leaves; elsewhere loose fat does
                girdle = _window(az, 100.0, 145.0, 15.0) * _window(d, -60.0, 118.0, 15.0)
                high = _window(d, -80.0, 4.0, 10.0) * _window(az, 62.0, 180.0, 15.0)
                slack = 1.4 + 2.0 * n1 + 5.0 * back + 3.5 * girdle + 6.0 * high
                m = max(m, (best - slack) * 0.8)
                # planes of fat of 1 to 3 mm
                m = max(m, 0.1 + 0.022 * fat + 0.7 * n2 + 0.4 * n1 - 0.5 * (second - best))
                # bundles, and the fat between those of the erector spinae that grows with age
                streak = abs(noise(table, z / 70.0 - 5.0, y / 12.0 + 2.0, x / 12.0)) * 12.0
                m = max(m, 0.5 * n2 - 0.15 - 0.9 * streak)
                deep = _window(abs(x), 0.0, 48.0, 8.0) * _window(y - spine[i, 0], 38.0, 200.0, 8.0)
                fine = abs(noise(table, z / 34.0 + 1.0, y / 8.0, x / 8.0 + 4.0)) * 8.0
                m = max(m, deep * (1.7 * marbling + 1.8 * n2 - 0.6) - fine - (1.0 - deep) * 3.0)
                # fat around the vessels, gullet and windpipe of the neck
                if d < 40.0:
                    e = math.sqrt(((y - spine[i, 0] + 36.0 + 0.6 * max(d, 0.0)) / 25.0) ** 2 + (x / 42.0) ** 2)
                    m = max(m, (1.0 - e) * 19.0 + 2.0 * n2 - max(0.0, d - 28.0))
                out[i, j, k] = m


def muscle_field(
    habitus: Habitus, lattice: Lattice, body: np.ndarray, cage: np.ndarray, fine: Lattice, table: np.ndarray
) -> np.ndarray:
    """Return the signed distance (mm) to the wall's muscles on the lattice ``fine``.

    Parameters
    ----------
    habitus : Habitus
    lattice : Lattice
        Of ``body`` and ``cage``.
    body, cage : numpy.ndarray
        Signed distances to the skin and to the inner cage.
    fine : Lattice
        Fine enough for planes of fat 1 to 3 mm thick.
    table : numpy.ndarray
        Noise of the person.
    """
    z = fine.z[:, 0, 0].astype(np.float64)
    _, front, back, _ = cage_box(habitus, z)
    spine = np.stack([spine_y(habitus, z), spine_x(habitus, z)], axis=1)
    out = np.full(fine.grid.shape, FAR_MM, dtype=np.float32)
    ratio = np.array([f / c for f, c in zip(fine.grid.spacing_mm, lattice.grid.spacing_mm, strict=True)])
    pieces, owner = _segments(habitus)
    _muscle(
        out, np.array(fine.grid.origin_mm), np.array(fine.grid.spacing_mm), body, cage,
        front + WIDEST * (back - front), spine, ratio, habitus.stretch,
        habitus.subcutaneous_mm, habitus.muscle, habitus.marbling, habitus.tilt_mm, pieces, owner, table,
    )  # fmt: skip
    return out
