"""The body's outline, the fat under its skin, and the muscles between fat and ribs.

The wall is muscle wherever fat does not part it: the fat under the skin, thin planes between the sheets, the
armpit, and the streaks between bundles. Planes follow the rib cage or the muscle surface.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from trainer.chest.anatomy.cage import cage_box, spine_x, spine_y
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.noise import noise
from trainer.chest.anatomy.shape import FAR_MM, Lattice, add_ellipsoid, distance_of, smooth_max, smooth_min

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


def body_field(habitus: Habitus, lattice: Lattice, waviness: np.ndarray, asymmetry: np.ndarray) -> np.ndarray:
    """Return the signed distance (mm) to the skin's outer surface.

    Parameters
    ----------
    habitus : Habitus
    lattice : Lattice
    waviness, asymmetry : numpy.ndarray
        Smooth noise on the lattice of about 50 mm and 150 mm.
    """
    z = lattice.z[:, 0, 0].astype(np.float64)
    d = -z / habitus.stretch
    size = habitus.size
    more = 1.15 * (habitus.subcutaneous_mm - _MEAN_FAT_MM)
    brawn = 12.0 * (habitus.muscle - 1.0)
    half = np.interp(d, _DEPTH, _HALF) * size * habitus.width + more + 1.6 * brawn
    vf = spine_y(habitus, z)
    front = vf - np.interp(d, _DEPTH, _FRONT) * size * habitus.depth - more - brawn
    back = vf + np.interp(d, _DEPTH, _BACK) * size + 0.6 * more + brawn
    widest = front + np.interp(d, _DEPTH, _WIDEST) * (back - front)
    columns = (half, front, back, widest, np.interp(d, _DEPTH, _POWER_FRONT), np.interp(d, _DEPTH, _POWER_BACK))
    half, front, back, widest, pf, pb = (c[:, None, None].astype(np.float32) for c in columns)
    ahead = lattice.y < widest
    v = np.abs(lattice.y - widest) / np.where(ahead, widest - front, back - widest)
    power = np.where(ahead, pf, pb)
    u = np.abs(lattice.x) / half
    body = distance_of((u**power + v**power) ** (1.0 / power) - np.float32(1.0), lattice.grid)
    # the groove over the spinous processes
    groove = np.exp(-((lattice.x / 13.0) ** 2)) * np.clip((lattice.y - widest) / 30.0, 0.0, 1.0)
    body = body + 5.0 * habitus.muscle * groove + 2.2 * waviness + 4.0 * asymmetry
    if habitus.breast_ml > 0:
        body = smooth_min(body, breast_field(habitus, lattice), 18.0)
    # the table flattens the back
    return smooth_max(body, lattice.y - (float(back.max()) - 4.0), 10.0).astype(np.float32)


def breast_field(habitus: Habitus, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to two breasts, which lie flat and sideways in a woman on her back."""
    f = lattice.far()
    if habitus.breast_ml <= 0:
        return f
    r = (habitus.breast_ml * 3.0 / (2.0 * math.pi)) ** (1.0 / 3.0)
    for side, low in ((-1.0, 0.0), (1.0, 4.0)):
        z = -(118.0 + low) * habitus.stretch
        half, front, back, _ = cage_box(habitus, np.array(z))
        x = 0.68 * float(half)
        y = float(front) + 0.14 * float(back - front) - 15.0 - 0.4 * habitus.subcutaneous_mm
        tilt = np.array([[1.0, 0.0, 0.0], [0.0, 0.86, -0.5 * side], [0.0, 0.5 * side, 0.86]])
        add_ellipsoid(f, lattice.grid, (z, y, side * x), (1.25 * r, 0.62 * r, 1.25 * r), tilt, blend_mm=0.0)
    return f


@nb.njit(cache=True)
def _sample(f, az, ay, ax):  # type: ignore[no-untyped-def]
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


@nb.njit(cache=True)
def _window(v, lo, hi, soft):  # type: ignore[no-untyped-def]
    """Return 1 between ``lo`` and ``hi``, falling to 0 over ``soft`` outside."""
    return min(1.0, max(0.0, min((v - lo) / soft + 1.0, (hi - v) / soft + 1.0)))


@nb.njit(cache=True)
def _plane(m, q, thick, weight):  # type: ignore[no-untyped-def]
    """Part the muscle by a sheet of fat of half-thickness ``thick`` where ``weight`` is 1, none where it is 0."""
    return max(m, thick * weight - (1.0 - weight) * 3.0 - abs(q))


@nb.njit(cache=True, parallel=True)
def _muscle(out, org, sp, body, cage, armpit, middle, spine, ratio, stretch, fat, brawn, marbling, table):  # type: ignore[no-untyped-def]
    for ii in nb.prange(out.shape[0]):
        i = np.int64(ii)
        z = org[0] + i * sp[0]
        d = -z / stretch
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
                n2 = noise(table, z / 45.0 + 9.0, y / 17.0, x / 17.0)
                side = _window(az, 70.0, 110.0, 45.0)
                back = _window(az, 150.0, 180.0, 30.0)
                f = fat * (1.0 + 0.25 * side - 0.35 * back) * (1.0 + 0.28 * n1)
                m = b + 2.0 + f
                surface = -m
                # ribs' own layer, then the sheets on it
                m = _plane(m, o - 9.5 - 1.2 * n2, 0.9 + 0.4 * n1, _window(az, 18.0, 142.0, 10.0))
                pec = _window(az, 22.0, 78.0, 8.0) * _window(d, 15.0, 112.0, 10.0)
                m = _plane(m, o - 19.0 * brawn - 3.0 * n2, 1.1 + 0.5 * n1, pec)
                lat = _window(az, 82.0, 140.0, 8.0) * _window(d, 40.0, 400.0, 15.0)
                m = _plane(m, o - 18.0 * brawn - 2.0 * n2, 1.1 + 0.5 * n1, lat)
                # trapezius and latissimus over the deep muscles of the back
                m = _plane(m, surface - 7.5 * brawn - 1.5 * n2, 0.8 + 0.4 * n1, _window(az, 112.0, 176.0, 8.0))
                m = _plane(
                    m,
                    surface - 14.0 * brawn - 2.0 * n1,
                    0.7,
                    _window(az, 125.0, 160.0, 8.0) * _window(d, -40.0, 130.0, 15.0),
                )
                # the seam over the spinous processes
                m = _plane(m, x, 0.7, _window(az, 176.0, 180.0, 3.0))
                # bundles
                streak = abs(noise(table, z / 55.0 - 5.0, y / 13.0 + 2.0, x / 13.0)) * 13.0
                m = max(m, 0.1 + 0.7 * n2 - 0.9 * streak)
                # erector spinae: fat between its bundles grows with age
                deep = _window(abs(x), 0.0, 48.0, 8.0) * _window(y - spine[i, 0], 38.0, 200.0, 8.0)
                fine = abs(noise(table, z / 30.0 + 1.0, y / 7.0, x / 7.0 + 4.0)) * 7.0
                m = max(m, deep * (2.6 * marbling + 0.8 * n2) - fine - (1.0 - deep) * 3.0)
                m = max(m, -_sample(armpit, i * ratio[0], j * ratio[1], k * ratio[2]) + 2.0 * n2)
                out[i, j, k] = m


def armpit_field(habitus: Habitus, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to the fat of both armpits, of the neck's root and of the breasts."""
    f = breast_field(habitus, lattice) + np.float32(0.0)
    for side in (-1.0, 1.0):
        for depth, y_share, out_mm, semi in (
            (38.0, 0.40, 22.0, (52.0, 24.0, 12.0)),
            (10.0, 0.30, 30.0, (30.0, 15.0, 26.0)),
            (80.0, 0.52, 13.0, (46.0, 20.0, 7.0)),
        ):
            z = -depth * habitus.stretch
            half, front, back, _ = cage_box(habitus, np.array(z))
            centre = (z, float(front) + y_share * float(back - front), side * (float(half) + out_mm))
            add_ellipsoid(f, lattice.grid, centre, semi, blend_mm=8.0)
    add_ellipsoid(
        f, lattice.grid, (4.0, float(spine_y(habitus, np.array(0.0))) - 38.0, 0.0), (30.0, 24.0, 62.0), blend_mm=6.0
    )
    return f


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
    _muscle(
        out, np.array(fine.grid.origin_mm), np.array(fine.grid.spacing_mm), body, cage,
        armpit_field(habitus, lattice), front + 0.53 * (back - front), spine, ratio, habitus.stretch,
        habitus.subcutaneous_mm, habitus.muscle, habitus.marbling, table,
    )  # fmt: skip
    return out
