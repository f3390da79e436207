"""Where an opacity lies: the part of its lobe that it takes.

Every voxel of the lobe gets a rank: a distance from the opacity's address that bends with the pleura, the
bronchi, the lobules and with noise. The territory of a day is the set of lowest ranks that gives the day's
volume. Ranks depend on the patient, the label and the address only, so that a shrinking opacity melts from its
edge and a larger one contains a smaller one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import edt
import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.atlas import Atlas, Brick
from trainer.chest.opacity.bronchus import wall_distance
from trainer.chest.opacity.texture import hash32, unit, value_noise
from trainer.core.chance import key_of
from trainer.course.opacity import Form, Lobe

MARGIN_MM = 9.0  # a territory is told from its surroundings this far outside it
_BRONCHUS_REACH_MM = 24.0
_SPREAD = {Form.PATCH: 2.4, Form.NODULE: 1.7, Form.WEDGE: 2.4, Form.BAND: 3.2, Form.FIELD: 3.6, Form.CENTRILOBULAR: 2.4}


@dataclass(frozen=True, eq=False)
class Territory:
    """What an opacity takes of its lobe on one day.

    Parameters
    ----------
    seed : int
        For the noise inside it, the same on every day.
    rank : Brick
        float32; voxels below ``threshold`` belong to the territory.
    threshold : float
    edge, shell : numpy.ndarray
        float32 like ``rank``: distance in mm into the territory, from its border with the rest of the lobe
        (pleura and fissures not counted) and from any border.
    """

    seed: int
    rank: Brick
    threshold: float
    edge: np.ndarray
    shell: np.ndarray


def address_mm(anatomy: Anatomy, atlas: Atlas, opacity: np.void) -> np.ndarray:
    """Return the point in mm (z, y, x) that an opacity's address names."""
    lobe = Lobe(int(opacity["lobe"]))
    box = atlas.boxes[lobe]
    mask = (atlas.share[box] >> 4) == lobe + 1
    planes = np.flatnonzero(mask.any(axis=(1, 2)))
    height = float(np.clip(opacity["height"], 0.03, 0.97))
    z = int(planes[0] + round(height * (planes[-1] - planes[0])))
    yx = np.argwhere(mask[z])
    step = np.array(atlas.spacing_mm[1:])
    points = (yx + np.array([box[1].start, box[2].start])) * step + atlas.origin_mm[1:]
    left = lobe in (Lobe.LEFT_UPPER, Lobe.LEFT_LOWER)
    azimuth = float(opacity["azimuth"])
    ray = np.array([-np.cos(azimuth), np.sin(azimuth) * (1.0 if left else -1.0)])
    offset = points - points.mean(axis=0)
    along = offset @ ray
    across = np.abs(offset @ np.array([-ray[1], ray[0]]))
    pleura = points[np.argmax(along - 0.7 * across)]
    hilum = np.array(anatomy.landmarks["left_hilum" if left else "right_hilum"])[1:]
    hub = points[np.argmin(((points - hilum) ** 2).sum(axis=1))]
    wanted = pleura + float(np.clip(opacity["depth"], 0.0, 1.0)) * (hub - pleura)
    y, x = points[np.argmin(((points - wanted) ** 2).sum(axis=1))]
    return np.array([atlas.origin_mm[0] + (box[0].start + z) * atlas.spacing_mm[0], y, x])


@nb.njit(cache=True, inline="always")
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


@nb.njit(cache=True, parallel=True)
def _rank(
    start: np.ndarray,
    spacing: np.ndarray,
    origin: np.ndarray,
    depth: np.ndarray,
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
    rough = 0.14 if nodule else 0.42
    fringe = 0.9 if nodule else 2.2
    quantum = 0.0 if nodule else 0.4
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
                at = d
                n = lobule[z, y, x]
                if quantum > 0.0 and n > 0:
                    v = (
                        lobule_centre[n, 0] - point[0],
                        lobule_centre[n, 1] - point[1],
                        lobule_centre[n, 2] - point[2],
                    )
                    whole = _form_distance(form, v, axis, side, deep, point_depth, shallow)
                    jitter = 5.0 * (float(unit(hash32(n, seed, 3, 17))) - 0.5)
                    at = (1.0 - quantum) * d + quantum * (whole + jitter)
                wide = value_noise(np.float32(mz), np.float32(my), np.float32(mx), np.float32(26.0), seed)
                mid = value_noise(np.float32(mz), np.float32(my), np.float32(mx), np.float32(11.0), seed + 1)
                fine = value_noise(np.float32(mz), np.float32(my), np.float32(mx), np.float32(4.5), seed + 2)
                at = at * (1.0 + rough * float(wide)) + 8.0 * rough * float(mid) + fringe * float(fine)
                if form in {0, 5}:
                    at += 0.8 * shallow * (1.0 - central) * max(0.0, deep - 5.0)
                    at += 1.1 * central * max(0.0, bronchus[z, y, x])
                out[z, y, x] = np.float32(at)


@nb.njit(cache=True)
def depth_at(depth: np.ndarray, start: np.ndarray, spacing: np.ndarray, origin: np.ndarray, point: np.ndarray) -> float:
    """Return the depth under the pleura in mm at a point, from the nearest voxel of a block."""
    index = np.zeros(3, np.int64)
    for a in range(3):
        i = int(np.round((point[a] - origin[a]) / spacing[a])) - start[a]
        index[a] = min(max(i, 0), depth.shape[a] - 1)
    return float(depth[index[0], index[1], index[2]]) * 0.01


@nb.njit(cache=True)
def _volume_below(rank: np.ndarray, eighths: np.ndarray, threshold: float) -> float:
    total = 0
    flat, weight = rank.ravel(), eighths.ravel()
    for i in range(flat.size):
        if flat[i] < threshold:
            total += weight[i]
    return total / 8.0


def _threshold(rank: np.ndarray, eighths: np.ndarray, voxels: float) -> float:
    """Return the rank below which ``voxels`` voxels lie, by bisection."""
    low, high = float(rank.min()) - 1.0, float(rank.max()) + 1.0
    for _ in range(28):
        middle = 0.5 * (low + high)
        if _volume_below(rank, eighths, middle) < voxels:
            low = middle
        else:
            high = middle
    return high


_NEAR = 8.0  # ranks this close to the first threshold are looked at voxel by voxel
_BINS = 4096


@nb.njit(cache=True)
def _histogram(
    rank: np.ndarray,
    eighths: np.ndarray,
    lobe: np.ndarray,
    start: np.ndarray,
    label: int,
    middle: float,
    bins: np.ndarray,
) -> int:
    """Count full-resolution voxels of the lobe by interpolated rank around ``middle``; return how many lie below."""
    below = 0
    nz, ny, nx = rank.shape
    low = np.float32(middle - _NEAR)
    scale = np.float32(_BINS / (2.0 * _NEAR))
    for z in range(1, nz - 1):
        for y in range(1, ny - 1):
            for x in range(1, nx - 1):
                if eighths[z, y, x] == 0 or rank[z, y, x] >= middle + _NEAR:
                    continue
                if rank[z, y, x] < middle - _NEAR:
                    below += eighths[z, y, x]
                    continue
                for k in range(8):
                    dz, dy, dx = k >> 2, (k >> 1) & 1, k & 1
                    fz, fy, fx = 2 * (start[0] + z) + dz, 2 * (start[1] + y) + dy, 2 * (start[2] + x) + dx
                    if lobe[fz, fy, fx] != label:
                        continue
                    value = np.float32(0.0)
                    for c in range(8):
                        cz, cy, cx = c >> 2, (c >> 1) & 1, c & 1
                        w = np.float32((3.0 if cz else 1.0) * (3.0 if cy else 1.0) * (3.0 if cx else 1.0) / 64.0)
                        value += (
                            w
                            * rank[
                                z if cz else z + 2 * dz - 1, y if cy else y + 2 * dy - 1, x if cx else x + 2 * dx - 1
                            ]
                        )
                    bins[min(max(int((value - low) * scale), 0), _BINS - 1)] += 1
    return below


def _refined(brick: Brick, eighths: np.ndarray, lobe: np.ndarray, label: int, threshold: float, voxels: float) -> float:
    """Return the threshold that gives ``voxels`` half-resolution voxels when ranks are interpolated between them.

    Thin shapes lose up to a tenth of their volume otherwise.
    """
    bins = np.zeros(_BINS, np.int64)
    below = _histogram(brick.values, eighths, lobe, np.array(brick.start), label, threshold, bins)
    total = below + np.cumsum(bins)
    at = int(np.searchsorted(total, 8.0 * voxels))
    if at >= _BINS or (at == 0 and below > 0):
        return threshold
    before = float(total[at - 1]) if at else float(below)
    part = (8.0 * voxels - before) / max(float(bins[at]), 1.0)
    return threshold - _NEAR + (at + part) * 2.0 * _NEAR / _BINS


def _orthonormal(axis: np.ndarray, seed: int) -> np.ndarray:
    angle = 2.0 * np.pi * float(unit(hash32(seed, 1, 2, 3)))
    other = np.array([1.0, 0.0, 0.0]) if abs(axis[0]) < 0.8 else np.array([0.0, 1.0, 0.0])
    p = np.cross(axis, other)
    p /= np.linalg.norm(p)
    side: np.ndarray = np.cos(angle) * p + np.sin(angle) * np.cross(axis, p)
    return side


def _block(atlas: Atlas, lobe: int, point: np.ndarray, half_mm: float) -> tuple[slice, slice, slice]:
    """Return the part of the lobe's box (with a margin) within ``half_mm`` of a point."""
    centre = atlas.index(point)
    out = []
    for a in range(3):
        spacing = atlas.spacing_mm[a]
        margin = int(np.ceil(MARGIN_MM / spacing)) + 1
        low = max(0, atlas.boxes[lobe][a].start - margin, int(centre[a] - half_mm / spacing))
        high = min(atlas.share.shape[a], atlas.boxes[lobe][a].stop + margin, int(centre[a] + half_mm / spacing) + 2)
        out.append(slice(low, high))
    return out[0], out[1], out[2]


def _rank_block(
    anatomy: Anatomy, atlas: Atlas, opacity: np.void, seed: int, box: tuple[slice, slice, slice], point: np.ndarray
) -> Brick:
    lobe = int(opacity["lobe"])
    form = int(opacity["form"])
    start = np.array([b.start for b in box], np.int64)
    shape = tuple(b.stop - b.start for b in box)
    left = lobe >= Lobe.LEFT_UPPER
    hilum = np.array(anatomy.landmarks["left_hilum" if left else "right_hilum"])
    axis = hilum - point
    axis = axis / max(float(np.linalg.norm(axis)), 1e-3)
    central = float(np.clip(opacity["bronchocentric"], 0.0, 1.0))
    if central > 0.0 and form in (Form.PATCH, Form.CENTRILOBULAR):
        bronchus = wall_distance(
            anatomy.airways,
            np.ones(len(anatomy.airways), np.float32),
            0.8,
            shape,
            atlas.position(start),
            atlas.spacing_mm,
            _BRONCHUS_REACH_MM,
        )
    else:
        bronchus = np.zeros(shape, np.float32)
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
    return Brick((int(start[0]), int(start[1]), int(start[2])), out)


def _touches(taken: np.ndarray, start: tuple[int, int, int], atlas: Atlas, lobe: int) -> bool:
    """Tell whether the territory comes within the margin of a face behind which the lobe goes on."""
    for a in range(3):
        margin = int(np.ceil(MARGIN_MM / atlas.spacing_mm[a])) + 1
        size = taken.shape[a]
        lobe_box = atlas.boxes[lobe][a]
        if start[a] > max(0, lobe_box.start - margin) and np.take(taken, range(min(margin, size)), a).any():
            return True
        stop = min(atlas.share.shape[a], lobe_box.stop + margin)
        if start[a] + size < stop and np.take(taken, range(max(0, size - margin), size), a).any():
            return True
    return False


def _crop(taken: np.ndarray, spacing_mm: tuple[float, float, float]) -> tuple[slice, slice, slice]:
    out = []
    for a in range(3):
        line = np.flatnonzero(taken.any(axis=tuple(b for b in range(3) if b != a)))
        margin = int(np.ceil(MARGIN_MM / spacing_mm[a]))
        out.append(slice(max(0, int(line[0]) - margin), min(taken.shape[a], int(line[-1]) + margin + 1)))
    return out[0], out[1], out[2]


def _distances(
    taken: np.ndarray, inside: np.ndarray, spacing_mm: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return signed distance to the border with the rest of the lobe, and depth under any border, in mm."""
    rest = inside & ~taken
    half = 0.5 * float(np.mean(spacing_mm))
    to_taken = edt.edt(~taken, anisotropy=spacing_mm, parallel=1)
    depth = np.maximum(edt.edt(taken, anisotropy=spacing_mm, parallel=1) - half, 0.0)
    if rest.any():
        to_rest = edt.edt(~rest, anisotropy=spacing_mm, parallel=1)
        edge = np.where(taken, to_rest - half, np.where(inside, half - to_taken, to_rest - to_taken))
    else:
        edge = np.where(taken, 99.0, 99.0 - to_taken)
    return edge.astype(np.float32), depth.astype(np.float32)


def grow(anatomy: Anatomy, atlas: Atlas, opacity: np.void) -> Territory:
    """Return the territory of an opacity.

    Parameters
    ----------
    anatomy : Anatomy
    atlas : Atlas
        Of the same anatomy.
    opacity : numpy.void
        A record of `OPACITY` with a positive volume. A volume beyond the lobe's takes the whole lobe.
    """
    lobe = int(opacity["lobe"])
    name = tuple(float(opacity[f]) for f in ("label", "form", "lobe", "height", "azimuth", "depth", "bronchocentric"))
    seed = key_of(atlas.key, "territory", int(opacity["label"])) & 0x7FFFFFFF
    volume_mm3 = float(opacity["volume_ml"]) * 1000.0
    radius = (volume_mm3 * 3.0 / (4.0 * np.pi)) ** (1.0 / 3.0)
    voxels = volume_mm3 / float(np.prod(atlas.spacing_mm))
    half_mm = _SPREAD[Form(int(opacity["form"]))] * radius + 2.0 * MARGIN_MM
    found = atlas.ranks.get(name)
    point = address_mm(anatomy, atlas, opacity) if found is None else found[0]
    brick = None if found is None else found[1]
    while True:
        if brick is None:
            brick = _rank_block(anatomy, atlas, opacity, seed, _block(atlas, lobe, point, half_mm), point)
            atlas.ranks[name] = (point, brick)
        share = atlas.share[brick.box]
        eighths = np.where((share >> 4) == lobe + 1, share & 15, 0).astype(np.uint8)
        threshold = _threshold(brick.values, eighths, voxels)
        if not _touches((brick.values < threshold) & (eighths > 0), brick.start, atlas, lobe):
            threshold = _refined(brick, eighths, anatomy.lobe, lobe + 1, threshold, voxels)
            return _territory(atlas, lobe, seed, brick, threshold)
        reached = 0.5 * max(n * s for n, s in zip(brick.values.shape, atlas.spacing_mm, strict=True))
        half_mm = 1.4 * max(half_mm, reached)
        brick = None


def _territory(atlas: Atlas, lobe: int, seed: int, brick: Brick, threshold: float) -> Territory:
    inside = (atlas.share[brick.box] >> 4) == lobe + 1
    taken = (brick.values < threshold) & inside
    crop = _crop(taken, atlas.spacing_mm)
    start = tuple(b + c.start for b, c in zip(brick.start, crop, strict=True))
    rank = Brick((start[0], start[1], start[2]), np.ascontiguousarray(brick.values[crop]))
    edge, shell = _distances(np.ascontiguousarray(taken[crop]), np.ascontiguousarray(inside[crop]), atlas.spacing_mm)
    return Territory(seed, rank, threshold, edge, shell)
