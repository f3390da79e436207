"""What the lung looks like inside an opacity: how much of each point is tissue and how much is air.

Everything is a function of the point, its distances (to the opacity's border, the pleura, the lobule's border
and the bronchi) and the opacity's numbers. Widths are judgement unless a source stands beside them.
"""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np

from trainer.chest.opacity.texture import cells, hash32, unit, value_noise
from trainer.course.opacity import Form

BRUSH = np.dtype(
    [
        ("label", np.int64),
        ("lobe", np.int64),  # 1 + Lobe
        ("form", np.int64),
        ("seed", np.int64),
        ("z0", np.int64), ("y0", np.int64), ("x0", np.int64),  # first half-resolution voxel of its block
        ("nz", np.int64), ("ny", np.int64), ("nx", np.int64),
        ("first", np.int64),  # place of its block in the pooled ranks
        ("exact", np.int64),  # and in the pooled distances; -1 where ranks stand in for them
        ("volume_ml", np.float32),
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


class Part(IntEnum):
    """What an opacity shows at a point; from `FLUID` on what the chest as a whole shows, as bit 0."""

    OWNED = 0  # the point lies in the opacity; the others tell more
    SOLID = 1
    CAVITY = 2
    CYST = 3
    BRONCHUS = 4
    ARCADE = 5
    BUD = 6
    NODULE = 7
    SPARED = 8
    FLUID = 9
    TRAPPED = 10
    NODE = 11


NO_CAVITY_MM = 999.0
HAS_CAVITY = np.float32(900.0)  # a cavity begins at less
SOLID_SHARE = np.float32(0.8)  # vessels fade where this share of a point is tissue (about -150 HU)
MIXED_FILL = 0.45  # from here on some of an opacity is consolidated
RING = np.float32(0.5)  # from here on a clearing centre is called a ring
_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_NODULE = int(Form.NODULE)
_STANDS_OUT = np.float32(0.35)  # a scar's thread is no whiter than this above what lies round it, judgement
_GLASS = np.float32(0.44)  # the densest ground glass of a mixed opacity


@nb.njit(cache=True, nogil=True, inline="always")
def step(value: np.float32, low: np.float32, high: np.float32) -> np.float32:
    """Return a smooth step from 0 at ``low`` to 1 at ``high``."""
    t = min(_ONE, max(_ZERO, (value - low) / (high - low)))
    return t * t * (np.float32(3.0) - np.float32(2.0) * t)


@nb.njit(cache=True, nogil=True)
def solid_of_fill(fill: np.float32) -> np.float32:
    """Return the share of an opacity that is consolidated: none up to `MIXED_FILL`, all of it from 0.78."""
    return step(fill, np.float32(MIXED_FILL), np.float32(0.78))


@nb.njit(cache=True, nogil=True)
def coverage_of_fill(fill: np.float32) -> np.float32:
    """Return the share of a point's air that tissue replaces where the airspace is filled evenly.

    Linear in ground glass (with parenchyma at -850 HU and tissue at +30 HU -850 to -460 HU); 0.975 and more in
    consolidation (+8 to +26 HU; cores of Lung-PET-CT-Dx A0002 have 27 to 44).
    """
    if fill < np.float32(MIXED_FILL):
        return max(_ZERO, fill)
    return np.float32(0.975) + np.float32(0.02) * step(fill, np.float32(0.6), _ONE)


@nb.njit(cache=True, nogil=True, inline="always")
def line(distance: np.float32, half_mm: np.float32, soft_mm: np.float32) -> np.float32:
    """Return the share of a line of a half width and a softness at a distance from its middle."""
    return _ONE - step(distance, half_mm - soft_mm, half_mm + soft_mm)


@nb.njit(cache=True, nogil=True)
def net(
    z: np.float32, y: np.float32, x: np.float32, length: np.float32, half_mm: np.float32, soft_mm: np.float32, seed: int
) -> np.float32:
    """Return the share of a net of lines of a half width and a softness round cells of a length."""
    first, second, _ = cells(z, y, x, length, seed)
    return line(_HALF * (second - first), half_mm, soft_mm)


@nb.njit(cache=True, nogil=True)
def airspace(
    b: np.record,
    lobular: np.float32,
    wide: np.float32,
    mid: np.float32,
    fine: np.float32,
    gap: np.float32,
    bump: np.float32,
    edge: np.float32,
    shell: np.float32,
) -> np.float32:
    """Return filled airspace with its margin, halo and ring, before anything is drawn over it."""
    small = min(_ONE, b.inradius_mm / np.float32(12.0))
    uneven = np.float32(4.0) * b.filling * (_ONE - b.filling)
    hazy = min(b.filling, _GLASS) + np.float32(0.5) * uneven * (np.float32(0.16) * lobular + np.float32(0.08) * mid)
    hazy = max(_ZERO, hazy + np.float32(0.02) * fine)
    # What is half filled is not grey all over: some lobules are consolidated and others hazy, most in the middle.
    share = max(b.ring * step(b.filling, np.float32(0.1), _HALF), solid_of_fill(b.filling))  # a melting ring pales
    inner = np.float32(0.5) * step(shell, _ZERO, np.float32(0.8) * b.inradius_mm) - np.float32(0.25)
    lean = np.float32(0.5) * lobular + np.float32(0.6) * wide + np.float32(0.55) * mid + np.float32(0.12) * fine + inner
    low = np.float32(1.25) - np.float32(2.5) * share
    filled = step(lean, low - np.float32(0.25), low + np.float32(0.25)) if share > _ZERO else _ZERO
    core = hazy + filled * (coverage_of_fill(max(b.filling, np.float32(0.8))) - hazy) if share > _ZERO else hazy
    # Lung-PET-CT-Dx A0002, per ray: 10 to 90 % over 10 mm, ground glass 4 to 10 mm wide around it, fringed.
    fringe = small * (np.float32(1.5) * fine + np.float32(1.3) * mid)
    feathered = edge + fringe + bump
    # Ground glass fades over 8 to 12 mm in all (COVID-19-NY-SBU slices, five measured).
    reach = np.float32(5.0) * (np.float32(0.3) + np.float32(0.7) * small)
    outer = step(feathered, -reach, reach)
    if share <= _ZERO:
        return core * outer
    glass = min(core, np.float32(0.24) + np.float32(0.10) * lobular + np.float32(0.14) * b.halo)
    inset = (np.float32(0.6) + np.float32(4.5) * b.halo) * small
    width = (np.float32(3.0) if b.form == _NODULE else np.float32(5.5)) * small
    sharp = max(b.ring, _ONE if b.cavity_mm < HAS_CAVITY else _ZERO)
    if sharp > _ZERO:  # the wall of a ring or a cavity is sharp on both sides
        inset *= _ONE - sharp
        width += sharp * (np.float32(2.2) - width)
        outer += sharp * (step(feathered, np.float32(-2.0), np.float32(2.0)) - outer)
    solid = step(feathered, inset, inset + max(width, _HALF))
    if b.ring > _ZERO:
        complete = _ONE - b.ring * np.float32(0.8) * step(gap, np.float32(0.5), np.float32(0.7))
        solid *= complete
        border = inset + _HALF * width + b.rim_mm * (_ONE + np.float32(0.12) * mid) + bump
        hollow = b.ring * step(shell + np.float32(0.4) * fine, border - np.float32(0.9), border + np.float32(0.9))
        centre = np.float32(0.24) + np.float32(0.10) * lobular + np.float32(0.03) * fine
        core += hollow * (min(core, centre) - core)
        glass = min(glass, core)
    shown: np.float32 = outer * glass + solid * (core - outer * glass)
    return shown


@nb.njit(cache=True, nogil=True)
def nets(
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
    """Return tissue with thickened septa, fine nets and scars drawn over it.

    Lines pale with the opacity they lie in: a residue of thin white threads is not seen (amount: judgement).
    """
    shown = np.float32(0.3) + np.float32(0.7) * step(b.filling, _ZERO, np.float32(0.35))
    if b.septal > _ZERO:
        inside = np.float32(0.75) * net(z, y, x, np.float32(6.5), np.float32(0.25), np.float32(0.35), b.seed + 24)
        lines = max(line(septum, np.float32(0.65), np.float32(0.4)), inside)
        tissue += max(_ZERO, np.float32(0.85) - tissue) * np.float32(0.65) * b.septal * shown * within * lines
    if b.reticulation > _ZERO:
        gate = step(value_noise(z, y, x, np.float32(11.0), b.seed + 32), np.float32(-0.35), np.float32(0.4))
        coarse = b.ring * b.reticulation  # inside a fungal ring: bands, not threads (Marchiori 2012)
        gate = max(gate, coarse)
        level = min(np.float32(0.85), np.float32(0.6) * b.reticulation + np.float32(0.35) * coarse)
        if b.ring > _ZERO:
            level = min(level * shown, tissue + _STANDS_OUT)
        level *= gate * within
        if level > tissue:
            bent = (np.float32(1.4) * fine + np.float32(1.2) * mid) * (_ONE - np.float32(0.7) * coarse)
            half = np.float32(0.36) + np.float32(0.12) * fine + np.float32(0.3) * coarse
            soft = np.float32(0.35) + np.float32(0.4) * coarse
            length = np.float32(3.9) + np.float32(2.4) * coarse
            tissue = max(tissue, level * net(z + bent, y - bent, x + bent, length, half, soft, b.seed + 25))
    if b.scar > _ZERO:
        gate = step(value_noise(z, y, x, np.float32(12.0), b.seed + 29), np.float32(-0.1), np.float32(0.2))
        level = min(np.float32(0.85) * min(_ONE, np.float32(2.0) * b.scar) * shown, tissue + _STANDS_OUT) * gate
        if level * within > tissue:
            bent = np.float32(3.5) * mid + np.float32(0.8) * fine
            half = np.float32(0.5) + np.float32(0.5) * b.scar
            lines = net(z + bent, y + bent, x - bent, np.float32(15.0), half, np.float32(0.6), b.seed + 26)
            tissue = max(tissue, level * within * lines)
    return tissue


@nb.njit(cache=True, nogil=True)
def nodules(
    b: np.record, z: np.float32, y: np.float32, x: np.float32, depth: np.float32, within: np.float32
) -> np.float32:
    """Return small solid nodules of 2 to 5 mm, off the pleura, in clusters."""
    first, _, who = cells(z, y, x, np.float32(6.5), b.seed + 27)
    if unit(who) >= b.nodularity * np.float32(0.5):
        return _ZERO
    radius = np.float32(1.0) + np.float32(1.4) * unit(hash32(who, b.seed, 2, 8))
    clear = step(depth, np.float32(1.0), np.float32(2.5))
    return np.float32(0.9) * within * clear * line(first, radius, np.float32(0.9))


@nb.njit(cache=True, nogil=True)
def arcade(
    b: np.record,
    z: np.float32,
    y: np.float32,
    x: np.float32,
    fine: np.float32,
    depth: np.float32,
    septum: np.float32,
) -> np.float32:
    """Return ill-defined arcades of 3 to 5 mm along the lobules' borders and the pleura (Ujita 2004).

    They are of uneven width, incomplete, and fade away from the pleura; closed cells would be a net.
    """
    half = np.float32(1.5) + np.float32(0.8) * fine
    fade = np.float32(0.5) * step(depth, np.float32(8.0), np.float32(24.0))
    gate = step(value_noise(z, y, x, np.float32(13.0), b.seed + 23) - fade, np.float32(-0.4), np.float32(0.0))
    border = min(septum, depth + np.float32(0.3))
    return gate * line(border, max(half, np.float32(0.8)), np.float32(1.1))
