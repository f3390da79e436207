"""Trees that fill a territory: vessels run from the root to its rim, and side branches leave them.

Evenly spread end points are joined to the tree one by one, far ones first, each from the branch over which its way
to the root is short, as in constrained constructive optimisation (Schreiner and Buxbaum, IEEE Trans Biomed Eng
1993). Then every fork moves to where the blood volume of its three branches is least (Murray, J Gen Physiol 1926):
the larger branch goes nearly straight on, equal ones part at about 75 degrees. The radius of a branch follows from
the number of end points that it serves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from scipy import ndimage as ndi

from trainer.chest.anatomy.capsule import Capsules
from trainer.chest.anatomy.model import Branches
from trainer.chest.grid import Grid
from trainer.core import chance

_STREAM = 0x54524545
_PIECES = 4
# How much a way along the tree counts against one through tissue, between 0 (shortest tree) and 1 (every end point
# on its own straight vessel): branches leave at about arccos(LEAN). Judgement by eye and by the length of streaks.
LEAN = 0.78
_SHUFFLE = 0.35  # disorder in which the points are joined
_APART_MM = 1.2  # between two forks
_PULL = 0.63  # of flow: cross-section
_ROUNDS = 40
_PUSH = 0.5  # share of the way back within bounds, every second round
MURRAY = 1.0 / 2.7  # exponent of flow; between Murray's 1/3 and Horsfield's 1/2.5


@dataclass(frozen=True)
class Twigs:
    """Branches of one tree without radii; rows as in `Branches`."""

    start: np.ndarray
    end: np.ndarray
    parent: np.ndarray
    segment: np.ndarray


@dataclass(frozen=True)
class Bounds:
    """Where branches may run.

    Parameters
    ----------
    shift_mm : numpy.ndarray
        float32 [z, y, x, 3]: the way from each voxel to the nearest one that is allowed; 0 where it is itself.
    grid : Grid
    """

    shift_mm: np.ndarray
    grid: Grid


# everywhere
FREE = Bounds(np.zeros((1, 1, 1, 3), np.float32), Grid((1, 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))


def bounds_of(grid: Grid, allowed: np.ndarray) -> Bounds:
    """Return the bounds of a territory; ``allowed`` is bool [z, y, x], true somewhere."""
    nearest = ndi.distance_transform_edt(~allowed, grid.spacing_mm, return_distances=False, return_indices=True)
    steps = np.moveaxis(nearest - np.indices(grid.shape), 0, -1) * np.array(grid.spacing_mm)
    return Bounds(np.ascontiguousarray(steps, np.float32), grid)


@nb.njit(cache=True, nogil=True)
def _join(pts: Any, order: Any, origin: Any, lean: Any) -> Any:
    """Join the points one after another to the tree, each where its way to the root is short."""
    n = pts.shape[0]
    at, up, way = np.empty((2 * n, 3)), np.empty(2 * n, np.int64), np.zeros(2 * n)
    slope = lean / math.sqrt(1.0 - lean * lean)
    at[0], up[0] = origin, -1
    rows = 1
    for m in range(n):
        pz, py, px = pts[order[m], 0], pts[order[m], 1], pts[order[m], 2]
        best, where, share = 1e30, 0, 0.0
        for i in range(1, rows):
            u = up[i]
            az, ay, ax = at[i, 0] - at[u, 0], at[i, 1] - at[u, 1], at[i, 2] - at[u, 2]
            qz, qy, qx = pz - at[u, 0], py - at[u, 1], px - at[u, 2]
            length = math.sqrt(az * az + ay * ay + ax * ax) + 1e-9
            foot = (qz * az + qy * ay + qx * ax) / length
            height2 = max(0.0, qz * qz + qy * qy + qx * qx - foot * foot)
            # the shortest way over the branch, its length counted by ``lean``, leaves it at arccos(lean)
            margin = min(_APART_MM, 0.4 * length)
            s = min(max(foot - math.sqrt(height2) * slope, margin), length - margin)
            cost = math.sqrt((foot - s) ** 2 + height2) + lean * (way[u] + s)
            if cost < best:
                best, where, share = cost, i, s / length
        root = 0
        if where > 0:
            root, mother = rows, up[where]
            for a in range(3):
                at[root, a] = at[mother, a] + share * (at[where, a] - at[mother, a])
            way[root] = way[mother] + share * (way[where] - way[mother])
            up[root], up[where] = mother, root
            rows += 1
        at[rows, 0], at[rows, 1], at[rows, 2], up[rows] = pz, py, px, root
        way[rows] = way[root] + math.sqrt((pz - at[root, 0]) ** 2 + (py - at[root, 1]) ** 2 + (px - at[root, 2]) ** 2)
        rows += 1
    return at[:rows], up[:rows]


@nb.njit(cache=True, nogil=True)
def _sorted(at: Any, up: Any) -> Any:
    """Return the nodes so that a parent stands before its children."""
    n = at.shape[0]
    first, second = np.full(n, -1), np.full(n, -1)
    for i in range(1, n):
        if first[up[i]] < 0:
            first[up[i]] = i
        else:
            second[up[i]] = i
    out, new = np.empty((n, 3)), np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    queue[0], new[0], out[0] = 0, -1, at[0]
    todo = 1
    for e in range(n):
        for child in (first[queue[e]], second[queue[e]]):
            if child >= 0:
                queue[todo], new[todo], out[todo] = child, e, at[child]
                todo += 1
    return out, new


@nb.njit(cache=True, nogil=True)
def _relax(at: Any, up: Any, flow: Any, shift: Any, org: Any, sp: Any) -> Any:
    """Pull every fork to where its three branches balance, each pulling by its cross-section, within the bounds."""
    n = at.shape[0]
    pull = flow**_PULL
    total, weight = np.zeros((n, 3)), np.zeros(n)
    for turn in range(_ROUNDS):
        total[:], weight[:] = 0.0, 0.0
        for i in range(1, n):
            u = up[i]
            dz, dy, dx = at[i, 0] - at[u, 0], at[i, 1] - at[u, 1], at[i, 2] - at[u, 2]
            w = pull[i] / max(math.sqrt(dz * dz + dy * dy + dx * dx), _APART_MM)
            for a in range(3):
                total[i, a] += w * at[u, a]
                total[u, a] += w * at[i, a]
            weight[i] += w
            weight[u] += w
        for i in range(1, n):
            if flow[i] > 1.0:
                for a in range(3):
                    at[i, a] = 0.3 * at[i, a] + 0.7 * total[i, a] / weight[i]
            if flow[i] > 1.0 and turn % 2 == 1:
                z = min(max(math.floor((at[i, 0] - org[0]) / sp[0] + 0.5), 0), shift.shape[0] - 1)
                y = min(max(math.floor((at[i, 1] - org[1]) / sp[1] + 0.5), 0), shift.shape[1] - 1)
                x = min(max(math.floor((at[i, 2] - org[2]) / sp[2] + 0.5), 0), shift.shape[2] - 1)
                for a in range(3):
                    at[i, a] += _PUSH * shift[z, y, x, a]


def grow(
    points_mm: np.ndarray, root_mm: np.ndarray, tip_mm: np.ndarray, key: int, stream: int, bounds: Bounds = FREE
) -> Twigs:
    """Return a stem and the branches that fill a territory from it.

    Parameters
    ----------
    points_mm : numpy.ndarray
        Shape (n, 3): the end points to be served, at least one.
    root_mm : numpy.ndarray
        Shape (3,): where the stem starts.
    tip_mm : numpy.ndarray
        Shape (3,): where about it ends; all else leaves beyond. The end is moved so that the stem runs on smoothly.
    key : int
        Of the person.
    stream : int
        Which territory.
    bounds : Bounds
        Where the branches may run; the stem's root may lie without.

    Returns
    -------
    Twigs
        The stem is row 0 and has parent -1; ``segment`` is 0.
    """
    points, tip = np.ascontiguousarray(points_mm, np.float64), np.asarray(tip_mm, np.float64)
    far = np.linalg.norm(points - tip, axis=1)
    u = np.empty(len(points))
    _uniform(u, np.uint64(key), _STREAM + stream)
    # far points first: long vessels to the rim, then their side branches
    order = np.argsort(-far * (1.0 - _SHUFFLE * u), kind="stable")
    at, up = _sorted(*_join(points, order, tip, LEAN))
    at, up = np.concatenate([np.asarray(root_mm, np.float64)[None], at]), np.concatenate([[-1], up + 1])
    parent = (up[1:] - 1).astype(np.int32)
    flow, grid = np.concatenate([np.ones(1), flow_of(parent)]), bounds.grid
    _relax(at, up, flow, bounds.shift_mm, np.array(grid.origin_mm), np.array(grid.spacing_mm))
    return Twigs(at[up[1:]], at[1:], parent, np.zeros(len(parent), np.int16))


@nb.njit(cache=True, nogil=True)
def _flow(parent: Any, need: Any) -> Any:
    n = parent.shape[0]
    flow, kids = np.zeros(n), np.zeros(n, np.int64)
    for i in range(n):
        if parent[i] >= 0:
            kids[parent[i]] += 1
    for i in range(n - 1, -1, -1):
        if kids[i] == 0:
            flow[i] = need[i]
        if parent[i] >= 0:
            flow[parent[i]] += flow[i]
    return flow


def flow_of(parent: np.ndarray, need: np.ndarray | None = None) -> np.ndarray:
    """Return how many end points each branch serves, float64; parents stand before children.

    Parameters
    ----------
    parent : numpy.ndarray
        Shape (n,): row of the parent or -1.
    need : numpy.ndarray, optional
        Shape (n,): what each last branch counts for; 1 if left out.
    """
    return np.asarray(_flow(parent, np.ones(len(parent)) if need is None else need))


@nb.njit(cache=True, nogil=True)
def generation_of(parent: np.ndarray) -> np.ndarray:
    """Return the number of forks above each branch, int16."""
    out = np.zeros(parent.shape[0], np.int16)
    for i in range(parent.shape[0]):
        if parent[i] >= 0:
            out[i] = out[parent[i]] + 1
    return out


@nb.njit(cache=True, nogil=True)
def heir_of(parent: Any, radius_mm: Any) -> Any:
    """Return the widest child of each branch, int64, -1 without one; of equals the first."""
    out = np.full(parent.shape[0], -1)
    for i in range(parent.shape[0]):
        m = parent[i]
        if m >= 0 and (out[m] < 0 or radius_mm[i] > radius_mm[out[m]]):
            out[m] = i
    return out


def branches_of(
    twigs: Twigs, end_radius_mm: float, exponent: float = MURRAY, need: np.ndarray | None = None
) -> Branches:
    """Return branches whose radius is ``end_radius_mm`` at a flow of 1 and grows as flow to ``exponent``.

    ``need`` is what each last twig counts for, see `flow_of`.
    """
    radius = end_radius_mm * flow_of(twigs.parent, need) ** exponent
    return Branches(
        twigs.start.astype(np.float32), twigs.end.astype(np.float32), radius.astype(np.float32),
        twigs.parent.astype(np.int32), generation_of(twigs.parent), twigs.segment.astype(np.int16),
    )  # fmt: skip


def _unit(way: np.ndarray) -> np.ndarray:
    return np.asarray(way / (np.linalg.norm(way, axis=1, keepdims=True) + 1e-9))


def capsules_of(branches: Branches, rows: np.ndarray) -> Capsules:
    """Return the chosen branches as smooth curves of short rods that taper.

    A branch and the largest that goes on from it are one smooth curve; the others swing out of it.
    """
    p, q = branches.start_mm.astype(np.float64), branches.end_mm.astype(np.float64)
    chord = q - p
    has = branches.parent >= 0
    heir = heir_of(branches.parent, branches.radius_mm)
    # long neighbours count more, so that a short piece between two forks makes no kink
    arrive = _unit(chord + np.where((heir >= 0)[:, None], chord[heir], 0.0))
    runs_on = has & (heir[branches.parent] == np.arange(len(branches)))
    up = np.where(has[:, None], arrive[branches.parent], _unit(chord))
    leave = np.where(runs_on[:, None], up, _unit(0.4 * up + 0.6 * _unit(chord)))[rows]
    start, stop, arrive = p[rows], q[rows], arrive[rows]
    length = np.linalg.norm(stop - start, axis=1, keepdims=True)
    a, b = start + leave * length / 3.0, stop - arrive * length / 3.0
    t = np.linspace(0.0, 1.0, _PIECES + 1)[None, :, None]
    curve = (
        (1 - t) ** 3 * start[:, None] + 3 * t * (1 - t) ** 2 * a[:, None] + 3 * t**2 * (1 - t) * b[:, None]
        + t**3 * stop[:, None]
    )  # fmt: skip
    own = branches.radius_mm.astype(np.float64)
    # a side branch starts with its own calibre, one that runs on with that of its parent
    first = np.where(runs_on, np.minimum(own[branches.parent], 1.3 * own), 1.05 * own)
    # the last twigs taper out
    last = np.where(heir >= 0, 0.97, 0.75) * own
    radius = first[rows, None] * (1 - t[..., 0]) + last[rows, None] * t[..., 0]
    return Capsules(
        np.ascontiguousarray(curve[:, :-1].reshape(-1, 3), np.float32),
        np.ascontiguousarray(curve[:, 1:].reshape(-1, 3), np.float32),
        radius[:, :-1].reshape(-1).astype(np.float32), radius[:, 1:].reshape(-1).astype(np.float32),
    )  # fmt: skip


@nb.njit(cache=True, nogil=True)
def _uniform(out: Any, key: Any, stream: Any) -> Any:
    for i in range(out.shape[0]):
        out[i] = chance.uniform(key, stream, 1, i)


@nb.njit(cache=True, nogil=True)
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
