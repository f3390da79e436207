"""How early an opacity takes each voxel of its lobe: a distance from its address, bent by what lies there."""

from __future__ import annotations

import math

import edt
import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.atlas import Atlas, Brick, RankField
from trainer.chest.opacity.bronchus import wall_distance
from trainer.chest.opacity.texture import hash32, unit, value_noise
from trainer.course.opacity import Form, Lobe

_BRONCHUS_REACH_MM = 24.0


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
    rough = 0.2 if nodule else 0.42
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


def _orthonormal(axis: np.ndarray, seed: int) -> np.ndarray:
    angle = 2.0 * np.pi * float(unit(hash32(seed, 1, 2, 3)))
    other = np.array([1.0, 0.0, 0.0]) if abs(axis[0]) < 0.8 else np.array([0.0, 1.0, 0.0])
    p = np.cross(axis, other)
    p /= np.linalg.norm(p)
    side: np.ndarray = np.cos(angle) * p + np.sin(angle) * np.cross(axis, p)
    return side


def rank_field(
    anatomy: Anatomy, atlas: Atlas, opacity: np.void, seed: int, box: tuple[slice, slice, slice], point: np.ndarray
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
    inside = (atlas.share[box] >> 4) == lobe + 1
    wall = edt.edt(inside, anisotropy=atlas.spacing_mm, parallel=1)
    return RankField(point, Brick((int(start[0]), int(start[1]), int(start[2])), out), inside, wall)
