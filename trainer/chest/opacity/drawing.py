"""A chest's state laid over an anatomy, in the anatomy's own space, ready to be sampled at any point.

Only the opacities' own blocks are stored, at half resolution; what a point looks like is worked out where and
when it is sampled. Another day of the same chest costs its opacities, not another volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.ndimage import gaussian_filter

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.atlas import Atlas, atlas_of
from trainer.chest.opacity.effusion import fluid_level
from trainer.chest.opacity.layer import Layer
from trainer.chest.opacity.pattern import BRUSH, NO_CAVITY_MM
from trainer.chest.opacity.territory import Territory, grow
from trainer.chest.opacity.texture import hash32, unit, value_noise
from trainer.course.opacity import ChestState, Lobe

_DIFFUSE_MM = 20.0  # depth of what has no sharp border
_RIM_SHARE = 0.66
_ROUNDING = 1.5  # voxels
_THINNEST_WALL_MM = 2.2  # of a cavity, judgement
_FAR = 32000  # hundredths of a millimetre
_COPIED = (
    "label", "form", "volume_ml", "ring", "rim_mm", "halo", "perilobular", "septal", "nodularity", "tree_in_bud",
    "reticulation", "honeycomb", "traction", "sparing", "scar",
)  # fmt: skip
_SIDES = (
    (Lobe.RIGHT_UPPER, Lobe.RIGHT_MIDDLE, Lobe.RIGHT_LOWER),
    (Lobe.LEFT_UPPER, Lobe.LEFT_LOWER),
)
_NO_FLUID = (-1e9, 0.0, 0.0)
# Offsets from the carina in mm (z, y, x) of stations 4R, 7, 4L and 10R and their size beside the largest node.
_STATIONS = np.array(
    [[14, -8, -15, 1.0], [-14, 5, 3, 0.9], [10, -4, 17, 0.7], [-8, -2, -30, 0.65], [24, -12, -13, 0.6]],
    np.float64,
)

_SCARRED = 0.65  # share of its ground glass that a honeycombed opacity loses, judgement
_TRAPPING = 0.4  # share of the lobules that trap air, judgement


@dataclass(frozen=True, eq=False)
class Drawing:
    """A chest's state over an anatomy.

    Parameters
    ----------
    layer : Layer
        Opacities, one brush for each with a volume, in the state's order.
    fluid : numpy.ndarray
        float32, shape (2, 3): threshold, low and back of the fluid on the right and left.
    mosaic : numpy.ndarray
        float32, shape (lobules + 1,): HU added to healthy lung by lobule; shape (1,) where there is none.
    nodes : numpy.ndarray
        float32, shape (n, 6): centre and half axes of mediastinal nodes in mm (z, y, x).
    """

    layer: Layer
    fluid: np.ndarray
    mosaic: np.ndarray
    nodes: np.ndarray

    @property
    def brushes(self) -> np.ndarray:
        """Records of `BRUSH`."""
        return self.layer.brushes


def _hollowed(shell: np.ndarray, share: float) -> tuple[np.ndarray, float]:
    """Return depths without corners, and that beyond which ``share`` of the territory lies."""
    inside = shell > 0
    if share <= 0.0 or not inside.any():
        return shell, NO_CAVITY_MM
    smooth = np.where(inside, gaussian_filter(shell, _ROUNDING), 0.0)
    return smooth, max(float(np.quantile(smooth[inside], 1.0 - share)), _THINNEST_WALL_MM)


def _brush(opacity: np.void, territory: Territory, first: int, exact: int) -> np.ndarray:
    brush = np.zeros((), BRUSH)
    for name in _COPIED:
        brush[name] = opacity[name]
    # What is honeycombed is scarred, not hazy: little smooth ground glass is left between the lines.
    scarred = 1.0 - _SCARRED * min(1.0, 4.0 * float(opacity["honeycomb"]))
    brush["filling"], brush["lobe"] = opacity["fill"] * scarred, opacity["lobe"] + 1
    brush["seed"], brush["first"], brush["threshold"] = territory.seed, first, territory.threshold
    brush["z0"], brush["y0"], brush["x0"] = territory.rank.start
    brush["nz"], brush["ny"], brush["nx"] = territory.rank.values.shape
    brush["cavity_mm"], brush["exact"], brush["inradius_mm"] = NO_CAVITY_MM, exact, _DIFFUSE_MM
    if territory.shell is not None:
        brush["inradius_mm"] = max(float(territory.shell.max()), 0.5)
        # a rim leaves a centre to surround, or it is none
        brush["rim_mm"] = min(float(opacity["rim_mm"]), _RIM_SHARE * float(brush["inradius_mm"]))
    return brush


@nb.njit(cache=True, nogil=True)
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
    brushes, ranks, edges, shells = [], [], [], []
    first = exact = 0
    shown = [o for o in state.opacities if o["volume_ml"] > 0.0 and o["label"] != 0]
    for opacity, territory in zip(shown, grow(anatomy, atlas, shown), strict=True):
        brush = _brush(opacity, territory, first, exact if territory.edge is not None else -1)
        size = territory.rank.values.size
        ranks.append(territory.rank.values.ravel())
        first += size
        if territory.edge is not None and territory.shell is not None:
            shell, brush["cavity_mm"] = _hollowed(territory.shell, float(opacity["cavity"]))
            edges.append(_hundredths(territory.edge))
            shells.append(_hundredths(shell))
            exact += size
        brushes.append(brush)
    volumes = (state.effusion_right_ml, state.effusion_left_ml)
    fluid = [
        fluid_level(atlas, lobes, ml) if ml > 0.0 else _NO_FLUID for lobes, ml in zip(_SIDES, volumes, strict=True)
    ]
    layer = Layer(
        depth=atlas.depth,
        septum=atlas.septum,
        lobule=atlas.lobule,
        origin=np.array(atlas.origin_mm, np.float32),
        spacing=np.array(atlas.spacing_mm, np.float32),
        brushes=np.array(brushes, BRUSH),
        rank=_pool(ranks, np.float32),
        edge=_pool(edges, np.int16),
        shell=_pool(shells, np.int16),
        branch=atlas.tubes.branch,
        bin_first=atlas.tubes.first,
        bin_member=atlas.tubes.member,
        bin_origin=atlas.tubes.origin,
    )
    return Drawing(
        layer=layer,
        fluid=np.array(fluid, np.float32),
        mosaic=_mosaic(atlas, state.mosaic),
        nodes=_nodes(anatomy, state.node_mm),
    )


def _hundredths(mm: np.ndarray) -> np.ndarray:
    return np.clip(np.round(mm.ravel() * 100.0), -_FAR, _FAR).astype(np.int16)


def _pool(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(1, dtype)
