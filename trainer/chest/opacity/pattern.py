"""What the lung looks like inside an opacity: how much of each point is tissue and how much is air.

Everything is a function of the point, its distances (to the opacity's border, the pleura, the lobule's border
and the bronchi) and the opacity's numbers. Widths are judgement unless a source stands beside them.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.texture import cells, hash32, unit, value_noise

BRUSH = np.dtype(
    [
        ("label", np.int64),
        ("lobe", np.int64),  # 1 + Lobe
        ("form", np.int64),
        ("seed", np.int64),
        ("z0", np.int64), ("y0", np.int64), ("x0", np.int64),  # first half-resolution voxel of its block
        ("nz", np.int64), ("ny", np.int64), ("nx", np.int64),
        ("first", np.int64),  # place of its block in the pooled buffers
        ("threshold", np.float32),  # rank below which a voxel belongs to it
        ("inradius_mm", np.float32),  # greatest depth in it
        ("cavity_mm", np.float32),  # depth at which the cavity begins
        ("filling", np.float32), ("ring", np.float32), ("rim_mm", np.float32), ("halo", np.float32),
        ("perilobular", np.float32), ("septal", np.float32), ("nodularity", np.float32),
        ("tree_in_bud", np.float32), ("reticulation", np.float32), ("honeycomb", np.float32),
        ("traction", np.float32), ("sparing", np.float32), ("scar", np.float32),
    ]
)  # fmt: skip
"""One opacity of one day as the kernels read it."""

_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)


@nb.njit(cache=True, inline="always")
def step(value: np.float32, low: np.float32, high: np.float32) -> np.float32:
    """Return a smooth step from 0 at ``low`` to 1 at ``high``."""
    t = min(_ONE, max(_ZERO, (value - low) / (high - low)))
    return t * t * (np.float32(3.0) - np.float32(2.0) * t)


@nb.njit(cache=True)
def coverage_of_fill(fill: np.float32) -> np.float32:
    """Return the share of a point's air that is replaced, for an airspace fill.

    Linear to 0.5 (with parenchyma at -850 HU and tissue at +30 HU this spans ground glass, -850 to -410 HU), then
    rising to 0.96 at 0.75, where consolidation begins (-5 HU).
    """
    fill = min(_ONE, max(_ZERO, fill))
    if fill < _HALF:
        return fill
    if fill < np.float32(0.75):
        return _HALF + (fill - _HALF) * np.float32(1.84)
    return np.float32(0.96) + (fill - np.float32(0.75)) * np.float32(0.16)


@nb.njit(cache=True, inline="always")
def _line(distance: np.float32, half_mm: np.float32) -> np.float32:
    """Return the share of a line of the given half width, softened over 0.7 mm, at a distance from its middle."""
    return _ONE - step(distance, half_mm - np.float32(0.35), half_mm + np.float32(0.35))


@nb.njit(cache=True)
def _net(z: np.float32, y: np.float32, x: np.float32, length: np.float32, half_mm: np.float32, seed: int) -> np.float32:
    first, second, _ = cells(z, y, x, length, seed)
    return _line(_HALF * (second - first), half_mm)


@nb.njit(cache=True)
def _bud(z: np.float32, y: np.float32, x: np.float32, tree: np.float32, sharp: np.float32, seed: int) -> np.float32:
    """Return centrilobular nodules and, with ``tree``, the short branches that carry buds."""
    length = np.float32(8.5)
    first, _, who = cells(z, y, x, length, seed)
    radius = np.float32(1.3) + np.float32(1.3) * unit(hash32(who, seed, 5, 1))
    soft = np.float32(1.6) - sharp
    best = _ONE - step(first, radius - soft * _HALF, radius + soft)
    if tree > _ZERO:
        # Branches join a nodule to its neighbour: near the plane where the two nearest points are equally far,
        # the distance to the line between them is the sum of distances less their separation.
        warp = np.float32(1.5) * value_noise(z, y, x, np.float32(5.0), seed + 3)
        stem, other, _ = cells(z + warp, y, x - warp, np.float32(4.2), seed + 11)
        if unit(who) < tree:
            near = _ONE - step(stem, np.float32(0.7), np.float32(1.5))
            twig = _line(_HALF * (other - stem), np.float32(0.35)) * (
                _ONE - step(first, np.float32(3.0), np.float32(4.5))
            )
            inside = _ONE - step(first, np.float32(3.6), np.float32(4.6))
            best = max(best, near * inside, np.float32(0.75) * twig)
    return best


@nb.njit(cache=True)
def _airspace(
    b: np.record,
    lobular: np.float32,
    mid: np.float32,
    fine: np.float32,
    gap: np.float32,
    edge: np.float32,
    shell: np.float32,
) -> np.float32:
    """Return filled airspace with its margin, halo and ring, before any lines are drawn."""
    contrast = np.float32(4.0) * b.filling * (_ONE - b.filling)
    fill = b.filling + contrast * (np.float32(0.22) * lobular + np.float32(0.06) * mid + np.float32(0.05) * fine)
    core = coverage_of_fill(fill)
    small = min(_ONE, b.inradius_mm / np.float32(14.0))
    feathered = edge + np.float32(1.6) * small * fine
    # Ground glass fades over 8 to 12 mm in all (COVID-19-NY-SBU slices, five measured).
    reach = np.float32(5.0) * (np.float32(0.3) + np.float32(0.7) * small)
    outer = step(feathered, -reach, reach)
    if core <= np.float32(0.62) and b.ring < np.float32(0.05):
        return core * outer
    glass = min(core, np.float32(0.22) + np.float32(0.10) * lobular + np.float32(0.16) * b.halo)
    # Consolidation: 10 to 90 % over 10 mm, ground glass 6 mm wide around it (Lung-PET-CT-Dx A0002, per ray).
    inset = (np.float32(1.5) + np.float32(6.5) * b.halo) * small
    width = np.float32(5.0) * small
    if b.ring > _ZERO:
        inset = (_ONE - b.ring) * inset
        width = np.float32(2.0) + (_ONE - b.ring) * (width - np.float32(2.0))
    solid = step(feathered, inset, inset + max(width, _HALF))
    if b.ring > _ZERO:
        complete = _ONE - b.ring * np.float32(0.8) * step(gap, np.float32(0.5), np.float32(0.7))
        solid *= complete
        rim = b.rim_mm * (_ONE + np.float32(0.12) * mid)
        border = inset + _HALF * width + rim
        inner = b.ring * step(shell + np.float32(0.4) * fine, border - np.float32(0.9), border + np.float32(0.9))
        centre = np.float32(0.24) + np.float32(0.10) * lobular + np.float32(0.03) * fine
        core += inner * (min(core, centre) - core)
        glass = min(glass, core)
    shown: np.float32 = outer * glass + solid * (core - outer * glass)
    return shown


@nb.njit(cache=True)
def stain(
    b: np.record,
    z: np.float32,
    y: np.float32,
    x: np.float32,
    edge: np.float32,
    shell: np.float32,
    depth: np.float32,
    septum: np.float32,
    bronchus: np.float32,
    lobule: int,
) -> tuple[np.float32, np.float32]:
    """Return which share of a point's lung one opacity turns to tissue, and which to air.

    Parameters
    ----------
    b : record of BRUSH
    z, y, x : float32
        The point in mm.
    edge, shell : float32
        Depth in the opacity in mm, from its border with the rest of the lobe and from any border.
    depth, septum, bronchus : float32
        Distance in mm to the pleura, the lobule's border and the wall of the nearest dilated bronchus.
    lobule : int
    """
    if edge < np.float32(-8.0):
        return _ZERO, _ZERO
    lobular = unit(hash32(lobule, b.seed, 9, 4)) - _HALF
    mid = value_noise(z, y, x, np.float32(9.0), b.seed + 20)
    fine = value_noise(z, y, x, np.float32(3.2), b.seed + 21)
    gap = value_noise(z, y, x, np.float32(20.0), b.seed + 22) if b.ring > _ZERO else _ZERO
    tissue = _airspace(b, lobular, mid, fine, gap, edge, shell)
    within = step(edge + np.float32(1.5) * fine, np.float32(-2.0), np.float32(2.0))
    air = _ZERO
    if b.form == 5 or b.tree_in_bud > _ZERO:
        bud = within * _bud(z, y, x, b.tree_in_bud, b.tree_in_bud * _HALF + b.filling * _HALF, b.seed + 30)
        level = max(tissue, np.float32(0.9) * b.tree_in_bud)
        tissue = level * bud if b.form == 5 else max(tissue, np.float32(0.9) * b.tree_in_bud * bud)
    if b.perilobular > _ZERO:
        border = min(septum, depth + np.float32(0.4))
        wide = np.float32(1.0) + np.float32(0.4) * mid
        gate = step(value_noise(z, y, x, np.float32(13.0), b.seed + 23), np.float32(-0.45), np.float32(-0.15))
        arcade = within * gate * _line(border, wide)
        tissue = tissue * (_ONE - np.float32(0.85) * b.perilobular)
        tissue = max(tissue, np.float32(0.92) * b.perilobular * arcade)
    if b.septal > _ZERO:
        lines = max(
            _line(septum, np.float32(0.8)),
            np.float32(0.8) * _net(z, y, x, np.float32(7.0), np.float32(0.45), b.seed + 24),
        )
        tissue += (
            (np.float32(0.9) - tissue) * np.float32(0.6) * b.septal * within * lines
            if tissue < np.float32(0.9)
            else _ZERO
        )
    if b.reticulation > _ZERO:
        warp = np.float32(1.2) * fine
        lines = _net(z + warp, y - warp, x + warp, np.float32(5.0), np.float32(0.5), b.seed + 25)
        tissue = max(tissue, np.float32(0.7) * b.reticulation * within * lines)
    if b.scar > _ZERO:
        warp = np.float32(2.5) * mid
        lines = _net(z + warp, y + warp, x - warp, np.float32(13.0), np.float32(0.5) + b.scar, b.seed + 26)
        tissue = max(tissue, np.float32(0.85) * min(_ONE, np.float32(2.0) * b.scar) * within * lines)
    if b.nodularity > _ZERO:
        first, _, who = cells(z, y, x, np.float32(7.5), b.seed + 27)
        radius = np.float32(1.2) + np.float32(1.8) * unit(hash32(who, b.seed, 2, 8))
        if unit(who) < b.nodularity:
            tissue = max(tissue, np.float32(0.95) * within * (_ONE - step(first, radius - _HALF, radius + _HALF)))
    if b.sparing > _ZERO:
        spared = np.float32(7.0) * b.sparing + mid
        tissue *= np.float32(0.08) + np.float32(0.92) * step(depth, spared - np.float32(1.0), spared + np.float32(2.0))
    if b.honeycomb > _ZERO:
        tissue, air = _honeycomb(b, z, y, x, depth + np.float32(2.0) * mid, within, tissue)
    if b.traction > _ZERO:
        lumen = within * (_ONE - step(bronchus, np.float32(-0.4), np.float32(0.3)))
        wall = within * (_ONE - step(bronchus, np.float32(0.9), np.float32(1.6)))
        tissue = max(tissue, np.float32(0.8) * wall)
        air = max(air, lumen)
    if b.cavity_mm < np.float32(900.0):
        begin = b.cavity_mm + np.float32(0.9) * fine + np.float32(1.2) * mid
        air = max(air, step(shell, begin - _HALF, begin + _HALF))
    return min(_ONE, max(_ZERO, tissue)), air


@nb.njit(cache=True)
def _honeycomb(
    b: np.record, z: np.float32, y: np.float32, x: np.float32, depth: np.float32, within: np.float32, tissue: np.float32
) -> tuple[np.float32, np.float32]:
    """Return tissue and air with stacked subpleural cysts of 3 to 10 mm that share walls."""
    first, second, who = cells(z, y, x, np.float32(6.0), b.seed + 28)
    chance = np.float32(1.7) * b.honeycomb * np.exp(-max(_ZERO, depth - np.float32(2.0)) / np.float32(9.0))
    if unit(who) >= chance:
        return tissue, _ZERO
    wall = _line(_HALF * (second - first), np.float32(0.65))
    hollow = within * (_ONE - wall)
    return max(tissue * (_ONE - hollow), np.float32(0.85) * within * wall), hollow
