"""Bronchi as exact round tubes that any point can ask for: open in consolidation, pulled wide in fibrosis, or plugged.

Branches are filed in cubes of 8 mm, so that a point meets only those near it.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Branches
from trainer.chest.opacity.texture import hash32, unit, value_noise

BIN_MM = 8.0
_PIECES = 3
OPEN_RADIUS_MM = 0.45  # thinner bronchi are not seen open (1 mm across; Naidich 1985 puts it at 1 to 2 mm)
_PLUGGED_RADIUS_MM = 0.7
_WIDENED_MM = 4.6  # no wall lies further from the lumen of a healthy bronchus
_PLUGGED_MM = 2.6
_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
FAR = np.float32(99.0)


class Tubes(NamedTuple):
    """The branches of the bronchial tree inside the segments, filed by place.

    Parameters
    ----------
    branch : numpy.ndarray
        float32, shape (n, 9): start (z, y, x) and way to the end in mm, lumen's radius at both, and 1 where no
        branch follows.
    first : numpy.ndarray
        int32 [z, y, x, 2]: where the members of a cube begin and end.
    member : numpy.ndarray
        int32: rows of ``branch``.
    origin : numpy.ndarray
        float32, shape (3,): corner of the first cube in mm.
    """

    branch: np.ndarray
    first: np.ndarray
    member: np.ndarray
    origin: np.ndarray


@nb.njit(cache=True, nogil=True)
def _file(branch: np.ndarray, origin: np.ndarray, first: np.ndarray, member: np.ndarray, counting: bool) -> None:
    """Count the members of each cube in ``first[..., 1]``, or write them and move that end along."""
    for n in range(branch.shape[0]):
        b = branch[n]
        reach = b[6] + np.float32(_WIDENED_MM if b[7] >= np.float32(OPEN_RADIUS_MM) else _PLUGGED_MM)
        low = np.zeros(3, np.int64)
        high = np.zeros(3, np.int64)
        for a in range(3):
            lo, hi = min(b[a], b[a] + b[3 + a]) - reach, max(b[a], b[a] + b[3 + a]) + reach
            low[a] = max(0, int(np.floor((lo - origin[a]) / np.float32(BIN_MM))))
            high[a] = min(first.shape[a] - 1, int(np.floor((hi - origin[a]) / np.float32(BIN_MM))))
        for z in range(low[0], high[0] + 1):
            for y in range(low[1], high[1] + 1):
                for x in range(low[2], high[2] + 1):
                    if not counting:
                        member[first[z, y, x, 1]] = n
                    first[z, y, x, 1] += 1


def _rods(airways: Branches) -> np.ndarray:
    """Return the rows of `Tubes.branch`: bronchi that can be seen open as bent rods, bronchioles as straight ones.

    A bronchus leaves in between its parent's direction and its own, as the anatomy draws it; the small random sway of
    the drawn one is not known here (a twentieth of its length).
    """
    keep = airways.segment > 0
    start, chord = airways.start_mm.astype(np.float64), (airways.end_mm - airways.start_mm).astype(np.float64)
    length = np.linalg.norm(chord, axis=1, keepdims=True) + 1e-6
    way = chord / length
    parent = np.where(airways.parent >= 0, airways.parent, np.arange(len(airways)))
    leave = 0.55 * way[parent] + 0.45 * way
    leave /= np.linalg.norm(leave, axis=1, keepdims=True) + 1e-9
    radius = airways.radius_mm.astype(np.float64)
    before = np.clip(radius[parent], radius, 1.25 * radius)  # a bronchus narrows along its way
    last = np.ones(len(airways))
    last[airways.parent[airways.parent >= 0]] = 0.0
    rods = []
    for rows, pieces in (
        (np.flatnonzero(keep & (radius >= OPEN_RADIUS_MM)), _PIECES),
        (np.flatnonzero(keep & (radius < OPEN_RADIUS_MM)), 1),
    ):
        t = np.linspace(0.0, 1.0, pieces + 1)[:, None, None]
        a, b = leave * length / 3.0, chord - way * length / 3.0
        curve = (start + 3 * t * (1 - t) ** 2 * a + 3 * t**2 * (1 - t) * b + t**3 * chord)[:, rows]
        wide = (before + t[..., 0] * (radius - before))[:, rows]
        for n in range(pieces):
            end = last[rows] if n == pieces - 1 else np.zeros(len(rows))
            rods.append(np.column_stack([curve[n], curve[n + 1] - curve[n], wide[n], wide[n + 1], end]))
    out: np.ndarray = np.concatenate(rods).astype(np.float32)
    return out if len(out) else np.full((1, 9), -1e6, np.float32)


def tubes_of(airways: Branches) -> Tubes:
    """Return the bronchi of an anatomy, filed."""
    branch = _rods(airways)
    ends = np.concatenate([branch[:, :3], branch[:, :3] + branch[:, 3:6]])
    origin = (ends.min(axis=0) - 2.0 * _WIDENED_MM).astype(np.float32)
    shape = np.ceil((ends.max(axis=0) + 2.0 * _WIDENED_MM - origin) / BIN_MM).astype(int) + 1
    first = np.zeros((*shape, 2), np.int32)
    _file(branch, origin, first, np.zeros(1, np.int32), True)
    count = first[..., 1].ravel()
    total = int(count.sum())
    begin = (np.cumsum(count) - count).reshape(first.shape[:3])
    first[..., 0], first[..., 1] = begin, begin
    member = np.zeros(max(total, 1), np.int32)
    _file(branch, origin, first, member, False)
    return Tubes(branch, first, member, origin)


@nb.njit(cache=True, nogil=True)
def lumen_mm(
    tubes: Tubes, z: np.float32, y: np.float32, x: np.float32, traction: np.float32, seed: int
) -> tuple[np.float32, np.float32]:
    """Return the distance to the lumen of the nearest bronchus (negative inside), and to what it is without traction.

    Traction adds to a small bronchus more than to a large one, unevenly along its way: varicose (Fleischner
    glossary). Amounts are judgement: lumens of 3 to 7 mm where 1 to 3 mm are normal.

    Parameters
    ----------
    tubes : Tubes
    z, y, x : float32
        The point in mm.
    traction : float32
        0 none, 1 marked.
    seed : int
    """
    cell = np.float32(BIN_MM)
    kz = int(np.floor((z - tubes.origin[0]) / cell))
    ky = int(np.floor((y - tubes.origin[1]) / cell))
    kx = int(np.floor((x - tubes.origin[2]) / cell))
    near, plain = FAR, FAR
    shape = tubes.first.shape
    if kz < 0 or ky < 0 or kx < 0 or kz >= shape[0] or ky >= shape[1] or kx >= shape[2]:
        return near, plain
    uneven = _ZERO
    if traction > _ZERO:
        uneven = np.float32(0.9) + np.float32(1.0) * value_noise(z, y, x, np.float32(5.0), seed)
        uneven += np.float32(0.5) * value_noise(z, y, x, np.float32(18.0), seed + 1)
    for m in range(tubes.first[kz, ky, kx, 0], tubes.first[kz, ky, kx, 1]):
        b = tubes.branch[tubes.member[m]]
        if b[7] < np.float32(OPEN_RADIUS_MM):
            continue
        pz, py, px = z - b[0], y - b[1], x - b[2]
        t = (pz * b[3] + py * b[4] + px * b[5]) / max(b[3] * b[3] + b[4] * b[4] + b[5] * b[5], np.float32(1e-3))
        t = min(_ONE, max(_ZERO, t))
        dz, dy, dx = pz - t * b[3], py - t * b[4], px - t * b[5]
        radius = b[6] + t * (b[7] - b[6])
        away = np.sqrt(dz * dz + dy * dy + dx * dx) - radius
        plain = min(plain, away)
        if traction > _ZERO:
            wide = max(_ZERO, uneven) * min(_ONE, np.float32(1.8) / radius)
            away -= traction * min(wide, np.float32(3.0))
        near = min(near, away)
    return near, plain


@nb.njit(cache=True, nogil=True, inline="always")
def _away(z: np.float32, y: np.float32, x: np.float32) -> np.float32:
    return np.sqrt(z * z + y * y + x * x)


@nb.njit(cache=True, nogil=True, inline="always")
def _round(away: np.float32, radius: np.float32, soft: np.float32) -> np.float32:
    """Return the share of what has a radius at a distance from its middle."""
    return _ONE - min(_ONE, max(_ZERO, (away - radius + soft) / (soft + soft)))


@nb.njit(cache=True, nogil=True)
def plug(tubes: Tubes, z: np.float32, y: np.float32, x: np.float32, share: np.float32, seed: int) -> np.float32:
    """Return how much a point lies in bronchioles filled with pus and the buds at their ends (tree-in-bud).

    Parameters
    ----------
    tubes : Tubes
    z, y, x : float32
        The point in mm.
    share : float32
        Of the terminal bronchioles that are filled; neighbours go together.
    seed : int
    """
    cell = np.float32(BIN_MM)
    kz = int(np.floor((z - tubes.origin[0]) / cell))
    ky = int(np.floor((y - tubes.origin[1]) / cell))
    kx = int(np.floor((x - tubes.origin[2]) / cell))
    best = _ZERO
    shape = tubes.first.shape
    if kz < 0 or ky < 0 or kx < 0 or kz >= shape[0] or ky >= shape[1] or kx >= shape[2]:
        return best
    for m in range(tubes.first[kz, ky, kx, 0], tubes.first[kz, ky, kx, 1]):
        n = tubes.member[m]
        b = tubes.branch[n]
        if b[7] >= np.float32(_PLUGGED_RADIUS_MM):
            continue
        pz, py, px = z - b[0], y - b[1], x - b[2]
        t = (pz * b[3] + py * b[4] + px * b[5]) / max(b[3] * b[3] + b[4] * b[4] + b[5] * b[5], np.float32(1e-3))
        t = min(_ONE, max(_ZERO, t))
        dz, dy, dx = pz - t * b[3], py - t * b[4], px - t * b[5]
        away = np.sqrt(dz * dz + dy * dy + dx * dx)
        if away > np.float32(_PLUGGED_MM):
            bz, by, bx = pz - b[3], py - b[4], px - b[5]
            if b[8] < _HALF or bz * bz + by * by + bx * bx > np.float32(_PLUGGED_MM * _PLUGGED_MM):
                continue
        # filled by groups of twigs that share a lobule, so that a stem and its buds go together, and by regions
        region = np.float32(0.75) + np.float32(1.2) * value_noise(b[0], b[1], b[2], np.float32(34.0), seed + 1)
        group = _HALF + _HALF * value_noise(b[0], b[1], b[2], np.float32(11.0), seed)
        if group > share * max(np.float32(0.3), region):
            continue
        stem = np.float32(0.65) + np.float32(0.15) * unit(hash32(n, seed, 1, 2))
        best = max(best, np.float32(0.9) * _round(away, stem, np.float32(0.35)))
        if b[8] > _HALF:
            bud = np.float32(1.1) + np.float32(0.4) * unit(hash32(n, seed, 1, 3))
            best = max(best, _round(_away(pz - b[3], py - b[4], px - b[5]), bud, np.float32(0.7)))
            # a second bud beside the twig makes a Y of it
            aside = np.float32(0.8)
            oz = np.float32(0.7) * b[3] + aside * (unit(hash32(n, seed, 1, 4)) - _HALF) * np.float32(2.0)
            oy = np.float32(0.7) * b[4] + aside * (unit(hash32(n, seed, 1, 5)) - _HALF) * np.float32(2.0)
            ox = np.float32(0.7) * b[5] + aside * (unit(hash32(n, seed, 1, 6)) - _HALF) * np.float32(2.0)
            best = max(best, _round(_away(pz - oz, py - oy, px - ox), np.float32(0.8) * bud, np.float32(0.7)))
    return best
