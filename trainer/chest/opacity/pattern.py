"""What the lung looks like inside an opacity: how much of each point is tissue and how much is air.

Everything is a function of the point, its distances (to the opacity's border, the pleura, the lobule's border
and the bronchi) and the opacity's numbers. Widths are judgement unless a source stands beside them.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.texture import cells, hash32, nearest, unit, value_noise

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


@nb.njit(cache=True, inline="always")
def _along(
    wz: np.float32, wy: np.float32, wx: np.float32, tz: np.float32, ty: np.float32, tx: np.float32
) -> np.float32:
    """Return the distance from a point to the line between the origin and (tz, ty, tx)."""
    t = (wz * tz + wy * ty + wx * tx) / max(tz * tz + ty * ty + tx * tx, np.float32(1e-3))
    t = min(_ONE, max(_ZERO, t))
    dz, dy, dx = wz - t * tz, wy - t * ty, wx - t * tx
    return np.sqrt(dz * dz + dy * dy + dx * dx)


@nb.njit(cache=True)
def _bud(z: np.float32, y: np.float32, x: np.float32, tree: np.float32, sharp: np.float32, seed: int) -> np.float32:
    """Return centrilobular nodules and, with ``tree``, the short branches to them that end in buds."""
    wz, wy, wx, who = nearest(z, y, x, np.float32(7.5), seed)
    apart = np.sqrt(wz * wz + wy * wy + wx * wx)
    radius = np.float32(1.2) + (_ONE if tree <= _ZERO else _HALF) * unit(hash32(who, seed, 5, 1))
    soft = np.float32(1.7) - sharp
    level = np.float32(0.65) + np.float32(0.35) * unit(hash32(who, seed, 5, 2))
    if unit(hash32(who, seed, 5, 3)) >= tree:
        return level * (_ONE - step(apart, radius - soft * _HALF, radius + soft))
    best = _ONE - step(apart, np.float32(1.1), np.float32(2.0))
    for n in range(3):  # a stem towards the bronchus and two or three twigs with a bud each
        tz = np.float32(8.0) * unit(hash32(who, seed, n, 11)) - np.float32(4.0)
        ty = np.float32(8.0) * unit(hash32(who, seed, n, 12)) - np.float32(4.0)
        tx = np.float32(8.0) * unit(hash32(who, seed, n, 13)) - np.float32(4.0)
        best = max(best, np.float32(0.85) * _line(_along(wz, wy, wx, tz, ty, tx), np.float32(0.7)))
        bz, by, bx = wz - tz, wy - ty, wx - tx
        size = np.float32(1.0) + np.float32(0.9) * unit(hash32(who, seed, n, 14))
        best = max(best, _ONE - step(np.sqrt(bz * bz + by * by + bx * bx), size - _HALF, size + _HALF))
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
    hazy = core * outer
    if core <= _HALF and b.ring <= _ZERO:
        return hazy
    dense = max(b.ring, step(core, _HALF, np.float32(0.75)))
    glass = min(core, np.float32(0.22) + np.float32(0.10) * lobular + np.float32(0.16) * b.halo)
    # Consolidation: 10 to 90 % over 10 mm, ground glass 6 mm wide around it (Lung-PET-CT-Dx A0002, per ray).
    inset = (np.float32(1.5) + np.float32(6.5) * b.halo) * small
    width = np.float32(5.0) * small
    wall = max(b.ring, _ONE if b.cavity_mm < np.float32(900.0) else _ZERO)
    if wall > _ZERO:  # the wall of a ring or a cavity is sharp on both sides
        inset = (_ONE - wall) * inset
        width = np.float32(2.2) + (_ONE - wall) * (width - np.float32(2.2))
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
    return hazy + dense * (shown - hazy)


@nb.njit(cache=True)
def _lines_and_nodules(
    b: np.record,
    z: np.float32,
    y: np.float32,
    x: np.float32,
    mid: np.float32,
    fine: np.float32,
    septum: np.float32,
    within: np.float32,
    tissue: np.float32,
) -> np.float32:
    """Return tissue with thickened septa, fine nets, scars and small nodules drawn over it."""
    if b.septal > _ZERO:
        fine_net = np.float32(0.8) * _net(z, y, x, np.float32(7.0), np.float32(0.25), b.seed + 24)
        lines = max(_line(septum, np.float32(0.6)), fine_net)
        tissue += max(_ZERO, np.float32(0.85) - tissue) * np.float32(0.6) * b.septal * within * lines
    if b.reticulation > _ZERO:
        warp = np.float32(1.3) * fine
        lines = _net(z + warp, y - warp, x + warp, np.float32(4.2), np.float32(0.22), b.seed + 25)
        uneven = np.float32(0.55) + np.float32(0.45) * mid
        tissue = max(tissue, min(_ONE, np.float32(0.95) * b.reticulation * uneven + np.float32(0.1)) * within * lines)
    if b.scar > _ZERO:
        warp = np.float32(3.5) * mid + np.float32(0.8) * fine
        lines = _net(
            z + warp, y + warp, x - warp, np.float32(15.0), np.float32(0.3) + np.float32(0.5) * b.scar, b.seed + 26
        )
        gate = step(value_noise(z, y, x, np.float32(12.0), b.seed + 29), np.float32(-0.1), np.float32(0.2))
        tissue = max(tissue, np.float32(0.85) * min(_ONE, np.float32(2.0) * b.scar) * within * lines * gate)
    if b.nodularity > _ZERO:
        first, _, who = cells(z, y, x, np.float32(7.5), b.seed + 27)
        radius = np.float32(1.2) + np.float32(1.8) * unit(hash32(who, b.seed, 2, 8))
        # What is centrilobular is hazy and soft-edged; nodules of other disease are solid.
        hazy = b.form == 5
        dense = min(np.float32(0.95), b.filling + np.float32(0.08)) if hazy else np.float32(0.95)
        soft = np.float32(1.3) if hazy else _HALF
        if unit(who) < b.nodularity:
            tissue = max(tissue, dense * within * (_ONE - step(first, radius - soft, radius + soft)))
    return tissue


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
    # Lobules differ, but agree at the septum between them, so that no voxel staircase shows.
    lobular = (unit(hash32(lobule, b.seed, 9, 4)) - _HALF) * step(septum, _ZERO, np.float32(2.5))
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
    if b.perilobular > _ZERO and b.ring < _HALF:
        # Arcades are bent, of uneven width, incomplete, and fade away from the pleura; closed cells would be a net.
        bent = septum + np.float32(1.1) * mid + np.float32(0.5) * fine
        border = min(abs(bent), depth + np.float32(0.4))
        wide = np.float32(1.0) + np.float32(0.55) * fine
        fade = np.float32(0.45) * step(depth, np.float32(6.0), np.float32(20.0))
        gate = step(value_noise(z, y, x, np.float32(13.0), b.seed + 23) - fade, np.float32(-0.35), np.float32(0.05))
        arcade = within * gate * _line(border, wide)
        tissue = tissue * (_ONE - np.float32(0.85) * b.perilobular)
        tissue = max(tissue, np.float32(0.92) * b.perilobular * arcade)
    tissue = _lines_and_nodules(b, z, y, x, mid, fine, septum, within, tissue)
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
    first, second, who = cells(z, y, x, np.float32(6.2), b.seed + 28)
    chance = np.float32(1.5) * b.honeycomb * np.exp(-max(_ZERO, depth - np.float32(3.0)) / np.float32(6.5))
    if unit(who) >= chance:
        return tissue, _ZERO
    # Cysts differ in size and round off; what lies between them is fibrous.
    radius = np.float32(2.2) + np.float32(2.6) * unit(hash32(who, b.seed, 4, 4))
    bent = np.float32(0.5) * value_noise(z, y, x, np.float32(2.6), b.seed + 31)
    beyond = max(np.float32(0.8) - _HALF * (second - first), first - radius) + bent
    hollow = within * (_ONE - step(beyond, np.float32(-0.7), np.float32(0.7)))
    fibrous = np.float32(0.6) - np.float32(0.3) * step(beyond, np.float32(0.8), np.float32(2.0))
    return max(tissue, within * fibrous) * (_ONE - hollow), hollow
