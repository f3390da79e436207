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
from enum import Enum

import edt
import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.address import address_mm
from trainer.chest.opacity.atlas import Atlas, Brick, RankField
from trainer.chest.opacity.distance import distance_mm, smooth
from trainer.chest.opacity.rank import MARGIN_MM, rank_field, threshold_of
from trainer.core.chance import key_of
from trainer.course.opacity import Form

_DEEP_MM = 14.0
_SPREAD = {
    Form.PATCH: 2.0,
    Form.NODULE: 1.5,
    Form.WEDGE: 2.4,
    Form.BAND: 3.2,
    Form.FIELD: 3.6,
    Form.CENTRILOBULAR: 2.4,
}


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
    edge, shell : numpy.ndarray or None
        float32 like ``rank``: distance in mm into the territory, from its border with the rest of the lobe
        (pleura and fissures not counted) and from any border; None where it is diffuse.
    """

    seed: int
    rank: Brick
    threshold: float
    edge: np.ndarray | None
    shell: np.ndarray | None


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


@nb.njit(cache=True, nogil=True)
def _bounds(rank: np.ndarray, inside: np.ndarray, threshold: float) -> np.ndarray:
    """Return the first and last index (2, 3) of voxels that lie in the lobe and below the threshold."""
    out = np.empty((2, 3), np.int64)
    out[0], out[1] = 1 << 30, -1
    for z in range(rank.shape[0]):
        for y in range(rank.shape[1]):
            for x in range(rank.shape[2]):
                if inside[z, y, x] and rank[z, y, x] < threshold:
                    for a, at in enumerate((z, y, x)):
                        out[0, a] = min(out[0, a], at)
                        out[1, a] = max(out[1, a], at)
    return out


def _crop(field: RankField, threshold: float, spacing_mm: tuple[float, float, float]) -> tuple[slice, slice, slice]:
    """Return the part of a block that holds the territory and its margin."""
    low, high = _bounds(field.rank.values, field.inside, threshold)
    if high[0] < 0:  # less than a voxel: the lowest rank's
        at = np.argmin(np.where(field.inside, field.rank.values, np.inf))
        low = high = np.array(np.unravel_index(int(at), field.inside.shape))
    margin = [int(np.ceil(MARGIN_MM / s)) for s in spacing_mm]
    z, y, x = (
        slice(max(0, int(a) - m), min(n, int(b) + m + 1))
        for a, b, m, n in zip(low, high, margin, field.inside.shape, strict=True)
    )
    return z, y, x


def _distances(
    taken: np.ndarray, inside: np.ndarray, spacing_mm: tuple[float, float, float], wanted_deep: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return signed distance to the border with the rest of the lobe, and depth under any border, in mm.

    Distances end at `_DEEP_MM`; depths do not where a ring or a cavity wants them deep.
    """
    rest = inside & ~taken
    half = np.float32(0.5 * np.mean(spacing_mm))
    edge = distance_mm(rest, spacing_mm, _DEEP_MM) - distance_mm(taken, spacing_mm, MARGIN_MM + 2.0)
    edge[taken] -= half
    edge[rest] += half
    if wanted_deep:
        shell = edt.edt(taken, anisotropy=spacing_mm, parallel=1) - half
    else:
        shell = distance_mm(~taken, spacing_mm, _DEEP_MM) - half
    # whole voxels leave stairs, which the margin need not show
    return smooth(edge), np.maximum(shell, np.float32(0.0))


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


class _Need(Enum):
    """The distances that an opacity is drawn with."""

    NONE = 0  # it is so wide and ill-defined that ranks serve for them
    NEAR = 1
    DEEP = 2


def _need(opacity: np.void) -> _Need:
    if opacity["ring"] > 0.0 or opacity["cavity"] > 0.0:
        return _Need.DEEP
    return _Need.NONE if opacity["form"] in (Form.FIELD, Form.CENTRILOBULAR) else _Need.NEAR


def _place(anatomy: Anatomy, atlas: Atlas, opacity: np.void) -> tuple[int, RankField, float, _Need]:
    """Return the seed of an opacity, its ranks, the threshold that gives its volume, and the distances it needs."""
    lobe = int(opacity["lobe"])
    name = tuple(float(opacity[f]) for f in ("label", "form", "lobe", "height", "azimuth", "depth", "bronchocentric"))
    seed = key_of(atlas.key, "territory", int(opacity["label"])) & 0x7FFFFFFF
    volume_mm3 = float(opacity["volume_ml"]) * 1000.0
    radius = (volume_mm3 * 3.0 / (4.0 * np.pi)) ** (1.0 / 3.0)
    voxels = volume_mm3 / anatomy.grid.voxel_ml / 1000.0
    half_mm = _SPREAD[Form(int(opacity["form"]))] * radius + 2.0 * MARGIN_MM
    field = atlas.ranks.get(name)
    point = address_mm(anatomy, atlas, opacity) if field is None else field.point_mm
    while True:
        if field is None:
            field = rank_field(anatomy, atlas, opacity, seed, _block(atlas, lobe, point, half_mm), point)
            atlas.ranks[name] = field
        threshold = threshold_of(field, voxels)
        if threshold <= field.limit:
            return seed, field, threshold, _need(opacity)
        reached = 0.5 * max(n * s for n, s in zip(field.inside.shape, atlas.spacing_mm, strict=True))
        half_mm = 1.4 * max(half_mm, reached)
        field = None


def _territory(atlas: Atlas, seed: int, field: RankField, threshold: float, need: _Need) -> Territory:
    crop = _crop(field, threshold, atlas.spacing_mm)
    z, y, x = (b + c.start for b, c in zip(field.rank.start, crop, strict=True))
    rank = Brick((z, y, x), np.ascontiguousarray(field.rank.values[crop]))
    if need is _Need.NONE:
        return Territory(seed, rank, threshold, None, None)
    inside = np.ascontiguousarray(field.inside[crop])
    edge, shell = _distances((rank.values < threshold) & inside, inside, atlas.spacing_mm, need is _Need.DEEP)
    return Territory(seed, rank, threshold, edge, shell)
