"""Trees that fill a territory: seed points split again and again, a branch towards the middle of each part.

After Kitaoka et al., J Appl Physiol 1999 and Tawhai et al., J Appl Physiol 2004: a cloud of evenly spread end
points is cut in two by a plane, a branch grows part of the way to the centre of each part, and so on until one
point is left. The radius of a branch follows from the number of end points that it serves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy.capsule import Capsules
from trainer.chest.anatomy.model import Branches
from trainer.core import chance

_STREAM = 0x54524545
_PIECES = 4
MURRAY = 1.0 / 2.7  # exponent of flow; between Murray's 1/3 and Horsfield's 1/2.5


@dataclass(frozen=True)
class Twigs:
    """Branches of one tree without radii; rows as in `Branches`."""

    start: np.ndarray
    end: np.ndarray
    parent: np.ndarray
    segment: np.ndarray


@nb.njit(cache=True)
def _axis(pts: Any, idx: Any, lo: Any, hi: Any, centre: Any, along: Any) -> Any:
    """Return the direction in which a part is widest, the part of it along the branch counted less."""
    cov = np.zeros((3, 3))
    for m in range(lo, hi):
        q = pts[idx[m]] - centre
        q = q - 0.2 * np.dot(q, along) * along
        for a in range(3):
            for b in range(3):
                cov[a, b] += q[a] * q[b]
    v = np.array((0.61, 0.53, 0.59))
    for _ in range(12):
        w = np.zeros(3)
        for a in range(3):
            for b in range(3):
                w[a] += cov[a, b] * v[b]
        n = math.sqrt(np.dot(w, w))
        if n < 1e-12:
            return v
        v = w / n
    return v


@nb.njit(cache=True)
def _split(pts: Any, idx: Any, lo: Any, hi: Any, along: Any, u: Any) -> Any:
    """Cut a part in two in place and return where the second begins."""
    centre = np.zeros(3)
    for m in range(lo, hi):
        centre += pts[idx[m]]
    centre /= hi - lo
    v = _axis(pts, idx, lo, hi, centre, along)
    spread = 0.0
    for m in range(lo, hi):
        spread += np.dot(pts[idx[m]] - centre, v) ** 2
    cut = (u - 0.5) * 1.1 * math.sqrt(spread / (hi - lo))
    mid = lo
    for m in range(lo, hi):
        if np.dot(pts[idx[m]] - centre, v) < cut:
            t = idx[m]
            idx[m] = idx[mid]
            idx[mid] = t
            mid += 1
    if mid in (lo, hi):
        mid = (lo + hi) // 2
    return mid


@nb.njit(cache=True)
def _grow(pts: Any, origin: Any, heading: Any, key: Any, stream: Any, bend: Any) -> Any:
    n = pts.shape[0]
    start, end = np.empty((2 * n, 3)), np.empty((2 * n, 3))
    parent = np.empty(2 * n, np.int32)
    low, high = np.empty(2 * n + 1, np.int64), np.empty(2 * n + 1, np.int64)
    at, way = np.empty((2 * n + 1, 3)), np.empty((2 * n + 1, 3))
    row_of = np.empty(2 * n + 1, np.int64)
    idx = np.arange(n)
    low[0], high[0], at[0], way[0], row_of[0] = 0, n, origin, heading, -1
    rows, todo, done = 0, 1, 0
    while done < todo:
        e = done
        done += 1
        lo, hi = low[e], high[e]
        if hi - lo < 2:
            continue
        mid = _split(pts, idx, lo, hi, way[e], chance.uniform(key, stream, 1, e))
        for part in range(2):
            a, b = (lo, mid) if part == 0 else (mid, hi)
            aim = np.zeros(3)
            for m in range(a, b):
                aim += pts[idx[m]]
            aim = aim / (b - a) - at[e]
            reach = math.sqrt(np.dot(aim, aim)) + 1e-9
            d = aim / reach
            # the larger branch keeps more of its parent's way, so that vessels run on and taper
            d = d + (b - a) / (hi - lo) * way[e]
            d = d / math.sqrt(np.dot(d, d))
            c = np.dot(d, way[e])
            limit = math.cos(bend)
            if c < limit:
                # turned back to the steepest angle at which a branch leaves its parent
                side = d - c * way[e]
                norm = math.sqrt(np.dot(side, side))
                if norm > 1e-6:
                    d = limit * way[e] + math.sin(bend) * side / norm
            share = 0.97 if b - a == 1 else 0.34 + 0.16 * chance.uniform(key, stream, 2, 2 * e + part)
            start[rows] = at[e]
            end[rows] = at[e] + d * max(share * reach, 1.2)
            parent[rows] = row_of[e]
            low[todo], high[todo], at[todo], way[todo], row_of[todo] = a, b, end[rows], d, rows
            todo += 1
            rows += 1
    return start[:rows], end[:rows], parent[:rows]


def grow(
    points_mm: np.ndarray, origin_mm: np.ndarray, heading: np.ndarray, key: int, stream: int, bend_deg: float = 48.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (start, end, parent) of the branches that fill a territory from the end of its stem.

    Parameters
    ----------
    points_mm : numpy.ndarray
        Shape (n, 3): the end points to be served.
    origin_mm : numpy.ndarray
        Shape (3,): where the stem ends; its children have parent -1.
    heading : numpy.ndarray
        Shape (3,): unit direction of the stem.
    key : int
        Of the person.
    stream : int
        Which territory.
    bend_deg : float
        Largest angle between a branch and its parent, so that a fork opens 60 to 80 degrees.
    """
    return _grow(
        np.ascontiguousarray(points_mm, np.float64), np.asarray(origin_mm, np.float64),
        np.asarray(heading, np.float64), np.uint64(key), _STREAM + stream, math.radians(bend_deg),
    )  # fmt: skip


@nb.njit(cache=True)
def flow_of(parent: np.ndarray) -> np.ndarray:
    """Return how many end points each branch serves, float64; parents stand before children."""
    n = parent.shape[0]
    flow, kids = np.zeros(n), np.zeros(n, np.int64)
    for i in range(n):
        if parent[i] >= 0:
            kids[parent[i]] += 1
    for i in range(n - 1, -1, -1):
        if kids[i] == 0:
            flow[i] = 1.0
        if parent[i] >= 0:
            flow[parent[i]] += flow[i]
    return flow


@nb.njit(cache=True)
def generation_of(parent: np.ndarray) -> np.ndarray:
    """Return the number of forks above each branch, int16."""
    out = np.zeros(parent.shape[0], np.int16)
    for i in range(parent.shape[0]):
        if parent[i] >= 0:
            out[i] = out[parent[i]] + 1
    return out


def branches_of(twigs: Twigs, end_radius_mm: float, exponent: float = MURRAY) -> Branches:
    """Return branches whose radius is ``end_radius_mm`` at the last twigs and grows as flow to ``exponent``."""
    radius = end_radius_mm * flow_of(twigs.parent) ** exponent
    return Branches(
        twigs.start.astype(np.float32), twigs.end.astype(np.float32), radius.astype(np.float32),
        twigs.parent.astype(np.int32), generation_of(twigs.parent), twigs.segment.astype(np.int16),
    )  # fmt: skip


def capsules_of(branches: Branches, rows: np.ndarray, key: int, stream: int) -> Capsules:
    """Return the chosen branches as smooth curves of short rods that taper.

    A branch leaves in between its parent's direction and its own and is slightly bent on its way, so that no
    vessel is a chain of straight sticks.
    """
    p, q = branches.start_mm.astype(np.float64), branches.end_mm.astype(np.float64)
    chord = q - p
    length = np.linalg.norm(chord, axis=1, keepdims=True) + 1e-6
    way = chord / length
    has = branches.parent >= 0
    up = np.where(has[:, None], way[branches.parent], way)
    leave = 0.55 * up + 0.45 * way
    leave /= np.linalg.norm(leave, axis=1, keepdims=True) + 1e-9
    sway = np.empty((len(branches), 3))
    _sway(sway, np.uint64(key), _STREAM + stream)
    sway -= (sway * way).sum(axis=1, keepdims=True) * way
    leave = leave + 0.16 * sway
    arrive = way - 0.16 * sway
    a, b = p + leave * length / 3.0, q - arrive * length / 3.0
    t = np.linspace(0.0, 1.0, _PIECES + 1)[None, :, None]
    curve = (
        (1 - t) ** 3 * p[:, None] + 3 * t * (1 - t) ** 2 * a[:, None] + 3 * t**2 * (1 - t) * b[:, None]
        + t**3 * q[:, None]
    )[rows]  # fmt: skip
    own = branches.radius_mm.astype(np.float64)
    first = np.minimum(np.where(has, own[branches.parent], own), 1.15 * own)
    radius = (first[:, None] * (1 - t[..., 0]) + 0.97 * own[:, None] * t[..., 0])[rows]
    return Capsules(
        np.ascontiguousarray(curve[:, :-1].reshape(-1, 3), np.float32),
        np.ascontiguousarray(curve[:, 1:].reshape(-1, 3), np.float32),
        radius[:, :-1].reshape(-1).astype(np.float32), radius[:, 1:].reshape(-1).astype(np.float32),
    )  # fmt: skip


@nb.njit(cache=True)
def _sway(out: Any, key: Any, stream: Any) -> Any:
    for i in range(out.shape[0]):
        for a in range(3):
            out[i, a] = chance.normal(key, stream, 3, 3 * i + a)


@nb.njit(cache=True)
def _lattice(shape: Any, low: Any, step: Any, key: Any, stream: Any, jitter: Any, shift: Any) -> Any:
    out = np.empty((shape[0] * shape[1] * shape[2], 3))
    n = 0
    for i in range(shape[0]):
        for j in range(shape[1]):
            for k in range(shape[2]):
                for a, c in enumerate((i, j, k)):
                    u = chance.uniform(key, stream, 4 + a, n)
                    out[n, a] = low[a] + step * (c + shift + jitter * (u - 0.5))
                n += 1
    return out


def lattice(
    low_mm: np.ndarray, high_mm: np.ndarray, step_mm: float, key: int, stream: int, jitter: float, shift: float
) -> np.ndarray:
    """Return jittered points of a cubic lattice over a box, mm, shape (n, 3).

    Two lattices with ``shift`` 0 and 0.5 lie in each other's gaps, as arteries and veins do.
    """
    shape = np.ceil((high_mm - low_mm) / step_mm).astype(np.int64) + 1
    return _lattice(shape, np.asarray(low_mm, np.float64), step_mm, np.uint64(key), _STREAM + stream, jitter, shift)
