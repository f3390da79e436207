"""Where an opacity lies: the part of its lobe that it takes.

Every voxel of the lobe gets a rank: a distance from the opacity's address that bends with the pleura, the
bronchi, the lobules and with noise. The territory of a day is the set of lowest ranks that gives the day's
volume. Ranks depend on the patient, the label and the address only, so that a shrinking opacity melts from its
edge and a larger one contains a smaller one.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import edt
import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.address import address_mm
from trainer.chest.opacity.atlas import Atlas, Brick, RankField
from trainer.chest.opacity.rank import rank_field
from trainer.core.chance import key_of
from trainer.course.opacity import Form

MARGIN_MM = 7.6  # a territory is told from its surroundings this far outside it
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


@nb.njit(cache=True)
def _volume_below(rank: np.ndarray, eighths: np.ndarray, stride: int, threshold: float) -> float:
    total = 0
    flat, weight = rank.ravel(), eighths.ravel()
    for i in range(0, flat.size, stride):
        if flat[i] < threshold:
            total += weight[i]
    return total * stride / 8.0


def _threshold(rank: np.ndarray, eighths: np.ndarray, voxels: float) -> float:
    """Return the rank below which about ``voxels`` voxels lie, by bisection, from a sample where there are many."""
    stride = 1 + rank.size // 200_000
    low, high = float(rank.min()) - 1.0, float(rank.max()) + 1.0
    for _ in range(22):
        middle = 0.5 * (low + high)
        if _volume_below(rank, eighths, stride, middle) < voxels:
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

    Thin shapes lose up to a tenth of their volume otherwise. The bins lie at fixed ranks, so that the result does
    not depend on the block of ranks at hand or on the first estimate.
    """
    middle = float(round(threshold))
    bins = np.zeros(_BINS, np.int64)
    below = _histogram(brick.values, eighths, lobe, np.array(brick.start), label, middle, bins)
    total = below + np.cumsum(bins)
    at = int(np.searchsorted(total, 8.0 * voxels))
    if at >= _BINS or (at == 0 and below > 0):
        return threshold
    before = float(total[at - 1]) if at else float(below)
    part = (8.0 * voxels - before) / max(float(bins[at]), 1.0)
    return middle - _NEAR + (at + part) * 2.0 * _NEAR / _BINS


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
    taken: np.ndarray, inside: np.ndarray, wall: np.ndarray, spacing_mm: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return signed distance to the border with the rest of the lobe, and depth under any border, in mm."""
    rest = inside & ~taken
    half = np.float32(0.5 * np.mean(spacing_mm))
    to_taken = edt.edt(~taken, anisotropy=spacing_mm, parallel=1)
    if rest.any():
        to_rest = edt.edt(~rest, anisotropy=spacing_mm, parallel=1)
    else:
        to_rest = np.full(taken.shape, 99.0, np.float32)
    edge = to_rest - to_taken
    edge[taken] -= half
    edge[rest] += half
    shell = np.minimum(to_rest, wall) - half
    shell[~taken] = 0.0
    return edge, np.maximum(shell, np.float32(0.0))


def grow(anatomy: Anatomy, atlas: Atlas, opacities: Sequence[np.void]) -> list[Territory]:
    """Return the territories of opacities.

    Parameters
    ----------
    anatomy : Anatomy
    atlas : Atlas
        Of the same anatomy.
    opacities : sequence of numpy.void
        Records of `OPACITY` with a positive volume. A volume beyond the lobe's takes the whole lobe.
    """
    # Ranks use parallel kernels, which only one thread at a time may call; the distance transforms run beside
    # each other.
    placed = [_place(anatomy, atlas, opacity) for opacity in opacities]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda p: _territory(atlas, *p), placed))


def _place(anatomy: Anatomy, atlas: Atlas, opacity: np.void) -> tuple[int, RankField, float]:
    """Return the seed of an opacity, its ranks and the threshold that gives its volume."""
    lobe = int(opacity["lobe"])
    name = tuple(float(opacity[f]) for f in ("label", "form", "lobe", "height", "azimuth", "depth", "bronchocentric"))
    seed = key_of(atlas.key, "territory", int(opacity["label"])) & 0x7FFFFFFF
    volume_mm3 = float(opacity["volume_ml"]) * 1000.0
    radius = (volume_mm3 * 3.0 / (4.0 * np.pi)) ** (1.0 / 3.0)
    voxels = volume_mm3 / float(np.prod(atlas.spacing_mm))
    half_mm = _SPREAD[Form(int(opacity["form"]))] * radius + 2.0 * MARGIN_MM
    field = atlas.ranks.get(name)
    point = address_mm(anatomy, atlas, opacity) if field is None else field.point_mm
    while True:
        if field is None:
            field = rank_field(anatomy, atlas, opacity, seed, _block(atlas, lobe, point, half_mm), point)
            atlas.ranks[name] = field
        brick = field.rank
        eighths = np.where(field.inside, atlas.share[brick.box] & 15, 0).astype(np.uint8)
        threshold = _threshold(brick.values, eighths, voxels)
        if not _touches((brick.values < threshold) & field.inside, brick.start, atlas, lobe):
            threshold = _refined(brick, eighths, anatomy.lobe, lobe + 1, threshold, voxels)
            return seed, field, threshold
        reached = 0.5 * max(n * s for n, s in zip(brick.values.shape, atlas.spacing_mm, strict=True))
        half_mm = 1.4 * max(half_mm, reached)
        field = None


def _territory(atlas: Atlas, seed: int, field: RankField, threshold: float) -> Territory:
    taken = (field.rank.values < threshold) & field.inside
    crop = _crop(taken, atlas.spacing_mm)
    start = tuple(b + c.start for b, c in zip(field.rank.start, crop, strict=True))
    rank, taken, inside, wall = (
        np.ascontiguousarray(a[crop]) for a in (field.rank.values, taken, field.inside, field.wall_mm)
    )
    edge, shell = _distances(taken, inside, wall, atlas.spacing_mm)
    return Territory(seed, Brick((start[0], start[1], start[2]), rank), threshold, edge, shell)
