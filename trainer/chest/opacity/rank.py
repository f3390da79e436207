"""How early an opacity takes each voxel of its lobe: a distance from its address, bent by what lies there."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.atlas import Atlas, Brick, RankField
from trainer.chest.opacity.bronchus import wall_distance
from trainer.chest.opacity.lattice import weight
from trainer.chest.opacity.texture import hash32, unit, value_noise
from trainer.course.opacity import Form, Lobe

MARGIN_MM = 7.6  # a territory is told from its surroundings this far outside it
RANK_BINS = 10_000
_LOWEST = -40.0
_PER_MM = 16.0
_SLABS = 8
_BRONCHUS_REACH_MM = 24.0
_COARSE = 3  # half-resolution voxels; the distance to a bronchus is smooth at this scale


@nb.njit(cache=True, nogil=True, inline="always")
def _form_distance(
    form: int,
    u: tuple[float, float, float],
    axis: np.ndarray,
    side: np.ndarray,
    depth: float,
    at_depth: float,
    shallow: float,
) -> float:
    """Return the smooth part of a rank, in mm: the outline that the form asks for."""
    uz, uy, ux = u
    r = math.sqrt(uz * uz + uy * uy + ux * ux)
    a = float(uz * axis[0] + uy * axis[1] + ux * axis[2])
    b = float(uz * side[0] + uy * side[1] + ux * side[2])
    if form == 2:  # wedge: a cone with its base on the pleura
        lateral = math.sqrt(max(0.0, r * r - a * a))
        return lateral + (0.6 * a if a > 0 else -0.2 * a)
    if form == 3:  # band: a plate, radial or along the pleura
        if shallow > 0.5:
            thin = (depth - at_depth) / 0.4
            return math.sqrt(r * r / 5.0 + thin * thin)
        c2 = max(0.0, r * r - a * a - b * b)
        return math.sqrt(a * a / 7.0 + b * b / 0.2 + c2 / 1.6)
    if form == 4:  # field: a crust under the pleura, or a wide cloud where the address is deep
        d = depth * shallow * 1.3
        return math.sqrt(d * d + 0.1 * r * r)
    return r


@nb.njit(cache=True, nogil=True)
def _between(values: np.ndarray, z: int, y: int, x: int) -> float:
    """Return the trilinear value of a lattice `_COARSE` times coarser at a voxel."""
    step = np.float32(1.0 / _COARSE)
    iz, iy, ix = z // _COARSE, y // _COARSE, x // _COARSE
    fz, fy, fx = (z - iz * _COARSE) * step, (y - iy * _COARSE) * step, (x - ix * _COARSE) * step
    total = np.float32(0.0)
    for k in range(8):
        w = weight(k, np.float32(fz), np.float32(fy), np.float32(fx))
        total += w * values[iz + (k >> 2), iy + ((k >> 1) & 1), ix + (k & 1)]
    return float(total)


@nb.njit(cache=True, nogil=True)
def _beside(share: np.ndarray, label: int, z: int, y: int, x: int) -> bool:
    """Tell whether a voxel or one that touches it lies in the lobe."""
    if share[z, y, x] >> 4 == label:
        return True
    for a in range(max(z - 1, 0), min(z + 2, share.shape[0])):
        for b in range(max(y - 1, 0), min(y + 2, share.shape[1])):
            for c in range(max(x - 1, 0), min(x + 2, share.shape[2])):
                if share[a, b, c] >> 4 == label:
                    return True
    return False


@nb.njit(cache=True, nogil=True, parallel=True)
def _rank(
    start: np.ndarray,
    spacing: np.ndarray,
    origin: np.ndarray,
    depth: np.ndarray,
    share: np.ndarray,
    label: int,
    lobule: np.ndarray,
    lobule_centre: np.ndarray,
    bronchus: np.ndarray,
    point: np.ndarray,
    axis: np.ndarray,
    side: np.ndarray,
    form: int,
    shallow: float,
    central: float,
    seed: int,
    out: np.ndarray,
) -> None:
    nodule = form == 1
    rough = 0.2 if nodule else 0.42
    fringe = 0.9 if nodule else 2.2
    quantum = 0.0 if nodule else 0.4
    shift = start % _COARSE
    point_depth = depth_at(depth, start, spacing, origin, point)
    for k in nb.prange(out.shape[0]):
        z = np.int64(k)
        mz = origin[0] + (start[0] + z) * spacing[0]
        for y in range(out.shape[1]):
            my = origin[1] + (start[1] + y) * spacing[1]
            for x in range(out.shape[2]):
                mx = origin[2] + (start[2] + x) * spacing[2]
                deep = depth[z, y, x] * 0.01
                u = (mz - point[0], my - point[1], mx - point[2])
                d = _form_distance(form, u, axis, side, deep, point_depth, shallow)
                if not _beside(share, label, int(z), y, x):
                    out[z, y, x] = np.float32(d)  # never looked at
                    continue
                at = d
                wide = value_noise(np.float32(mz), np.float32(my), np.float32(mx), np.float32(26.0), seed)
                mid = value_noise(np.float32(mz), np.float32(my), np.float32(mx), np.float32(11.0), seed + 1)
                fine = value_noise(np.float32(mz), np.float32(my), np.float32(mx), np.float32(4.5), seed + 2)
                # margins follow septa, which waver: nothing in a lung is ruled
                sz = min(max(z + int(np.rint(1.3 * mid)), 0), out.shape[0] - 1)
                sy = min(max(y + int(np.rint(1.8 * fine)), 0), out.shape[1] - 1)
                sx = min(max(x + int(np.rint(1.5 * mid - 1.2 * fine)), 0), out.shape[2] - 1)
                n = lobule[sz, sy, sx] if share[sz, sy, sx] >> 4 == label else lobule[z, y, x]
                if quantum > 0.0 and n > 0:
                    v = (
                        lobule_centre[n, 0] - point[0],
                        lobule_centre[n, 1] - point[1],
                        lobule_centre[n, 2] - point[2],
                    )
                    whole = _form_distance(form, v, axis, side, deep, point_depth, shallow)
                    jitter = 5.0 * (float(unit(hash32(n, seed, 3, 17))) - 0.5)
                    at = (1.0 - quantum) * d + quantum * (whole + jitter)
                at = at * (1.0 + rough * float(wide)) + 8.0 * rough * float(mid) + fringe * float(fine)
                if form in {0, 5}:
                    at += 0.8 * shallow * (1.0 - central) * max(0.0, deep - 5.0)
                    if central > 0.0:
                        away = _between(bronchus, int(z + shift[0]), int(y + shift[1]), int(x + shift[2]))
                        at += 1.1 * central * max(0.0, away)
                out[z, y, x] = np.float32(at)


@nb.njit(cache=True, nogil=True, parallel=True)
def _count(
    rank: np.ndarray, inside: np.ndarray, lobe: np.ndarray, start: np.ndarray, label: int, counts: np.ndarray
) -> None:
    """Count full-resolution voxels of the lobe by their interpolated rank, in fixed bins.

    Thin shapes lose up to a tenth of their volume where half-resolution voxels are counted instead.
    """
    nz, ny, nx = rank.shape
    for k in nb.prange(counts.shape[0]):
        slab = np.int64(k)
        first, last = slab * nz // counts.shape[0], (slab + 1) * nz // counts.shape[0]
        for z in range(max(first, 1), min(last, nz - 1)):
            for y in range(1, ny - 1):
                for x in range(1, nx - 1):
                    if not inside[z, y, x]:
                        continue
                    for c in range(8):
                        dz, dy, dx = c >> 2, (c >> 1) & 1, c & 1
                        if lobe[2 * (start[0] + z) + dz, 2 * (start[1] + y) + dy, 2 * (start[2] + x) + dx] != label:
                            continue
                        az, ay, ax = z + 2 * dz - 1, y + 2 * dy - 1, x + 2 * dx - 1
                        near = np.float32(0.75) * rank[z, y, x] + np.float32(0.25) * rank[z, y, ax]
                        side = np.float32(0.75) * rank[z, ay, x] + np.float32(0.25) * rank[z, ay, ax]
                        over = np.float32(0.75) * rank[az, y, x] + np.float32(0.25) * rank[az, y, ax]
                        far = np.float32(0.75) * rank[az, ay, x] + np.float32(0.25) * rank[az, ay, ax]
                        near = np.float32(0.75) * near + np.float32(0.25) * side
                        over = np.float32(0.75) * over + np.float32(0.25) * far
                        value = np.float32(0.75) * near + np.float32(0.25) * over
                        bin_ = int((value - np.float32(_LOWEST)) * np.float32(_PER_MM))
                        counts[slab, min(max(bin_, 0), counts.shape[1] - 1)] += 1


@nb.njit(cache=True, nogil=True)
def depth_at(depth: np.ndarray, start: np.ndarray, spacing: np.ndarray, origin: np.ndarray, point: np.ndarray) -> float:
    """Return the depth under the pleura in mm at a point, from the nearest voxel of a block."""
    index = np.zeros(3, np.int64)
    for a in range(3):
        i = int(np.round((point[a] - origin[a]) / spacing[a])) - start[a]
        index[a] = min(max(i, 0), depth.shape[a] - 1)
    return float(depth[index[0], index[1], index[2]]) * 0.01


def _orthonormal(axis: np.ndarray, seed: int) -> np.ndarray:
    angle = 2.0 * np.pi * float(unit(hash32(seed, 1, 2, 3)))
    other = np.array([1.0, 0.0, 0.0]) if abs(axis[0]) < 0.8 else np.array([0.0, 1.0, 0.0])
    p = np.cross(axis, other)
    p /= np.linalg.norm(p)
    side: np.ndarray = np.cos(angle) * p + np.sin(angle) * np.cross(axis, p)
    return side


def rank_field(
    anatomy: Anatomy,
    atlas: Atlas,
    opacity: np.void,
    seed: int,
    box: tuple[slice, slice, slice],
    point: np.ndarray,
) -> RankField:
    """Return the ranks of a block of voxels.

    Parameters
    ----------
    anatomy : Anatomy
    atlas : Atlas
    opacity : numpy.void
        A record of `OPACITY`; its volume plays no part.
    seed : int
    box : tuple of slice
        Half-resolution voxels.
    point : numpy.ndarray
        The opacity's address in mm.
    """
    lobe = int(opacity["lobe"])
    form = int(opacity["form"])
    start = np.array([b.start for b in box], np.int64)
    spacing = atlas.spacing_mm
    shape = tuple(b.stop - b.start for b in box)
    left = lobe >= Lobe.LEFT_UPPER
    hilum = np.array(anatomy.landmarks["left_hilum" if left else "right_hilum"])
    axis = hilum - point
    axis = axis / max(float(np.linalg.norm(axis)), 1e-3)
    central = float(np.clip(opacity["bronchocentric"], 0.0, 1.0))
    if central > 0.0 and form in (Form.PATCH, Form.CENTRILOBULAR):
        coarse = [n // _COARSE + 3 for n in shape]  # begins at a multiple of its step, whatever the block
        bronchus = wall_distance(
            anatomy.airways,
            0.8,
            (coarse[0], coarse[1], coarse[2]),
            atlas.position(start // _COARSE * _COARSE),
            (_COARSE * spacing[0], _COARSE * spacing[1], _COARSE * spacing[2]),
            _BRONCHUS_REACH_MM,
        )
    else:
        bronchus = np.zeros((2, 2, 2), np.float32)
        central = 0.0 if form != Form.BAND else central
    shallow = 1.0 - float(np.clip(opacity["depth"], 0.0, 1.0))
    if form == Form.BAND:
        shallow = 1.0 - central
    out = np.empty(shape, np.float32)
    _rank(
        start,
        np.array(atlas.spacing_mm),
        np.array(atlas.origin_mm),
        atlas.depth[box],
        atlas.share[box],
        lobe + 1,
        atlas.lobule[box],
        atlas.lobule_centre_mm,
        bronchus,
        point,
        axis,
        _orthonormal(axis, seed),
        form,
        shallow,
        central,
        seed,
        out,
    )
    inside = (atlas.share[box] >> 4) == lobe + 1
    counts = np.zeros((_SLABS, RANK_BINS), np.int64)
    _count(out, inside, anatomy.lobe, start, lobe + 1, counts)
    brick = Brick((int(start[0]), int(start[1]), int(start[2])), out)
    return RankField(point, brick, inside, np.cumsum(counts.sum(axis=0)), _limit(brick, inside, atlas, lobe))


def _limit(brick: Brick, inside: np.ndarray, atlas: Atlas, lobe: int) -> float:
    """Return the lowest rank in the margin of a face behind which the lobe goes on."""
    low = math.inf
    for a in range(3):
        margin = math.ceil(MARGIN_MM / atlas.spacing_mm[a]) + 1
        size = inside.shape[a]
        whole, part = atlas.boxes[lobe][a], [slice(None)] * 3
        for is_open, face in (
            (brick.start[a] > max(0, whole.start - margin), slice(0, margin)),
            (
                brick.start[a] + size < min(atlas.share.shape[a], whole.stop + margin),
                slice(max(0, size - margin), size),
            ),
        ):
            part[a] = face
            at = tuple(part)
            if is_open and inside[at].any():
                low = min(low, float(brick.values[at][inside[at]].min()))
    return low


def threshold_of(field: RankField, voxels: float) -> float:
    """Return the rank below which ``voxels`` full-resolution voxels lie, or all of the lobe if it has fewer."""
    at = int(np.searchsorted(field.below, voxels))
    if at >= RANK_BINS:
        return _LOWEST + RANK_BINS / _PER_MM
    before = float(field.below[at - 1]) if at else 0.0
    part = (voxels - before) / max(float(field.below[at]) - before, 1.0)
    return _LOWEST + (at + part) / _PER_MM
