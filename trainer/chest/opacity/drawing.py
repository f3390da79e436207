"""A chest's state laid over an anatomy, in the anatomy's own space, ready to be sampled at any point.

Only the opacities' own blocks are stored, at half resolution; what a point looks like is worked out where and
when it is sampled. Another day of the same chest costs its opacities, not another volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.atlas import Atlas, atlas_of
from trainer.chest.opacity.bronchus import wall_distance
from trainer.chest.opacity.effusion import fluid_level
from trainer.chest.opacity.pattern import BRUSH
from trainer.chest.opacity.territory import Territory, grow
from trainer.chest.opacity.texture import hash32, unit, value_noise
from trainer.course.opacity import ChestState, Lobe

_NO_CAVITY_MM = 999.0
_FAR = 32000  # hundredths of a millimetre
_COPIED = (
    "ring", "rim_mm", "halo", "perilobular", "septal", "nodularity", "tree_in_bud", "reticulation",
    "honeycomb", "traction", "sparing", "scar",
)  # fmt: skip
_SIDES = (
    (Lobe.RIGHT_UPPER, Lobe.RIGHT_MIDDLE, Lobe.RIGHT_LOWER),
    (Lobe.LEFT_UPPER, Lobe.LEFT_LOWER),
)
_NO_FLUID = (-1e9, 0.0, 0.0)
# Offsets from the carina in mm (z, y, x) of stations 4R, 7, 4L and 10R and their size beside the largest node.
_STATIONS = np.array(
    [[14, -8, -15, 1.0], [-14, 5, 3, 0.9], [10, -4, 17, 0.7], [-8, -2, -30, 0.65], [24, -12, -13, 0.6]], np.float64
)

_TRAPPING = 0.4  # share of the lobules that trap air, judgement


@dataclass(frozen=True, eq=False)
class Drawing:
    """A chest's state over an anatomy.

    Parameters
    ----------
    atlas : Atlas
    brushes : numpy.ndarray
        Records of `BRUSH`, one an opacity with a volume, in the state's order.
    rank : numpy.ndarray
        float32, pooled blocks: below a brush's threshold a voxel belongs to its opacity.
    edge, shell, bronchus : numpy.ndarray
        int16, pooled blocks of distances in 0.01 mm.
    fluid : numpy.ndarray
        float32, shape (2, 3): threshold, low and back of the fluid on the right and left.
    mosaic : numpy.ndarray
        float32, shape (lobules + 1,): HU added to healthy lung by lobule; shape (1,) where there is none.
    nodes : numpy.ndarray
        float32, shape (n, 6): centre and half axes of mediastinal nodes in mm (z, y, x).
    """

    atlas: Atlas
    brushes: np.ndarray
    rank: np.ndarray
    edge: np.ndarray
    shell: np.ndarray
    bronchus: np.ndarray
    fluid: np.ndarray
    mosaic: np.ndarray
    nodes: np.ndarray


def _cavity_mm(shell: np.ndarray, share: float) -> float:
    """Return the depth beyond which ``share`` of the territory lies."""
    depths = shell[shell > 0]
    return float(np.quantile(depths, 1.0 - share)) if share > 0.0 and depths.size else _NO_CAVITY_MM


def _dilated(anatomy: Anatomy, atlas: Atlas, territory: Territory, traction: float) -> np.ndarray:
    """Return the distance to the wall of bronchi that traction widens irregularly, int16 in 0.01 mm."""
    shape = territory.rank.values.shape
    count = len(anatomy.airways)
    uneven = np.array([float(unit(hash32(i, territory.seed, 6, 6))) for i in range(count)], np.float32)
    thin = np.minimum(1.0, 1.6 / np.maximum(anatomy.airways.radius_mm, 0.1))
    scale = (1.0 + traction * thin * (0.3 + 1.3 * uneven)).astype(np.float32)
    distance = wall_distance(
        anatomy.airways, scale, 0.55, shape, atlas.position(np.array(territory.rank.start)), atlas.spacing_mm, 12.0
    )
    return (distance * 100.0).astype(np.int16)


def _brush(opacity: np.void, territory: Territory, first: int) -> np.ndarray:
    brush = np.zeros((), BRUSH)
    for name in _COPIED:
        brush[name] = opacity[name]
    brush["filling"] = opacity["fill"]
    brush["label"], brush["lobe"], brush["form"] = opacity["label"], opacity["lobe"] + 1, opacity["form"]
    brush["seed"], brush["first"], brush["threshold"] = territory.seed, first, territory.threshold
    brush["z0"], brush["y0"], brush["x0"] = territory.rank.start
    brush["nz"], brush["ny"], brush["nx"] = territory.rank.values.shape
    brush["inradius_mm"] = max(float(territory.shell.max()), 0.5)
    brush["cavity_mm"] = _cavity_mm(territory.shell, float(opacity["cavity"]))
    return brush


@nb.njit(cache=True)
def _obstruction(centre: np.ndarray, seed: int, out: np.ndarray) -> None:
    """Fill in how readily each lobule traps air: a smooth field, so that neighbours go together, and chance."""
    for n in range(len(centre)):
        field = float(value_noise(centre[n, 0], centre[n, 1], centre[n, 2], np.float32(30.0), seed))
        out[n] = np.float32(field + 0.5 * (float(unit(hash32(n, seed, 1, 1))) - 0.5))


def _mosaic(atlas: Atlas, mosaic: float) -> np.ndarray:
    """Return the HU that trapped air takes from, and diverted blood adds to, each lobule."""
    if mosaic <= 0.0:
        return np.zeros(1, np.float32)
    ready = np.zeros(len(atlas.lobule_centre_mm), np.float32)
    _obstruction(atlas.lobule_centre_mm, atlas.key & 0xFFFFFFF, ready)
    traps = ready > np.quantile(ready[1:], 1.0 - _TRAPPING) if len(ready) > 1 else ready > 0
    return np.where(traps, -55.0 * mosaic, 30.0 * mosaic).astype(np.float32)


def _nodes(anatomy: Anatomy, node_mm: float) -> np.ndarray:
    carina = np.array(anatomy.landmarks["carina"])
    half = 0.5 * node_mm * _STATIONS[:, 3:]
    return np.hstack([carina + _STATIONS[:, :3], half * 1.5, half, half * 1.2]).astype(np.float32)


def draw(anatomy: Anatomy, state: ChestState) -> Drawing:
    """Lay a chest's state over an anatomy."""
    atlas = atlas_of(anatomy)
    brushes, ranks, edges, shells, bronchi = [], [], [], [], []
    first = 0
    shown = [o for o in state.opacities if o["volume_ml"] > 0.0 and o["label"] != 0]
    for opacity, territory in zip(shown, grow(anatomy, atlas, shown), strict=True):
        brushes.append(_brush(opacity, territory, first))
        size = territory.rank.values.size
        ranks.append(territory.rank.values.ravel())
        edges.append(_hundredths(territory.edge))
        shells.append(_hundredths(territory.shell))
        traction = float(opacity["traction"])
        bronchi.append(
            _dilated(anatomy, atlas, territory, traction).ravel() if traction > 0.0 else np.full(size, _FAR, np.int16)
        )
        first += size
    volumes = (state.effusion_right_ml, state.effusion_left_ml)
    fluid = [
        fluid_level(atlas, lobes, ml) if ml > 0.0 else _NO_FLUID for lobes, ml in zip(_SIDES, volumes, strict=True)
    ]
    return Drawing(
        atlas=atlas,
        brushes=np.array(brushes, BRUSH),
        rank=_pool(ranks, np.float32),
        edge=_pool(edges, np.int16),
        shell=_pool(shells, np.int16),
        bronchus=_pool(bronchi, np.int16),
        fluid=np.array(fluid, np.float32),
        mosaic=_mosaic(atlas, state.mosaic),
        nodes=_nodes(anatomy, state.node_mm),
    )


def _hundredths(mm: np.ndarray) -> np.ndarray:
    return np.clip(np.round(mm.ravel() * 100.0), -_FAR, _FAR).astype(np.int16)


def _pool(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(1, dtype)
