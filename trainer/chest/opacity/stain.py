"""What all opacities of a chest make of one point."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.honeycomb import honeycomb
from trainer.chest.opacity.lattice import CENTI, half_label, half_value, pooled
from trainer.chest.opacity.layer import Layer, at, tubes_of
from trainer.chest.opacity.pattern import (
    HAS_CAVITY,
    RING,
    SOLID_SHARE,
    Part,
    airspace,
    arcade,
    nets,
    nodules,
    solid_of_fill,
    step,
)
from trainer.chest.opacity.texture import cells, cyst, hash32, unit, value_noise
from trainer.chest.opacity.tube import FAR, lumen_mm, plug
from trainer.course.opacity import Form, Lobe

_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_RIGHT_LOBES = int(Lobe.RIGHT_LOWER) + 1  # brushes count lobes from 1
_CYST_AIR = np.float32(0.97)  # cysts are not seen as black as a bronchus: dust, mucus and partial volume
_OUTSIDE_MM = np.float32(-8.0)
_PATCH, _FIELD, _CENTRILOBULAR = int(Form.PATCH), int(Form.FIELD), int(Form.CENTRILOBULAR)
_SOLID, _CAVITY, _CYST = int(Part.SOLID), int(Part.CAVITY), int(Part.CYST)
_BRONCHUS, _ARCADE, _BUD = int(Part.BRONCHUS), int(Part.ARCADE), int(Part.BUD)
_NODULE, _SPARED = int(Part.NODULE), int(Part.SPARED)


@nb.njit(cache=True, nogil=True)
def _bent_septum(layer: Layer, z: np.float32, y: np.float32, x: np.float32) -> np.float32:
    """Return the distance to the lobule's border where septa bow and waver instead of running straight."""
    wide, short = np.float32(10.0), np.float32(4.0)
    dz = np.float32(2.6) * value_noise(z, y, x, wide, 71) + np.float32(0.7) * value_noise(z, y, x, short, 74)
    dy = np.float32(2.6) * value_noise(z, y, x, wide, 72) + np.float32(0.7) * value_noise(z, y, x, short, 75)
    dx = np.float32(2.6) * value_noise(z, y, x, wide, 73) + np.float32(0.7) * value_noise(z, y, x, short, 76)
    return at(layer.septum, layer, z + dz, y + dy, x + dx)


@nb.njit(cache=True, nogil=True)
def _centrilobular(b: np.record, layer: Layer, z: np.float32, y: np.float32, x: np.float32) -> np.float32:
    """Return hazy nodules of 2 to 4 mm whose centres lie 3 mm and more from septa, and whole off the pleura."""
    wz, wy, wx, first, _, who = cyst(z, y, x, np.float32(4.2), b.seed + 30, _ZERO)
    if first > np.float32(3.2):
        return _ZERO
    radius = np.float32(1.1) + np.float32(0.8) * unit(hash32(who, b.seed, 5, 1))
    cz, cy, cx = z - wz, y - wy, x - wx
    if at(layer.depth, layer, cz, cy, cx) < np.float32(3.0) + radius:
        return _ZERO
    off = step(at(layer.septum, layer, cz, cy, cx), np.float32(2.9), np.float32(3.1))
    level = np.float32(0.6) + np.float32(0.4) * unit(hash32(who, b.seed, 5, 2))
    return off * level * (_ONE - step(first, radius - np.float32(1.0), radius + np.float32(1.2)))


@nb.njit(cache=True, nogil=True)
def _bronchi(
    b: np.record,
    layer: Layer,
    point: tuple[np.float32, np.float32, np.float32],
    within: np.float32,
    tissue: np.float32,
) -> tuple[np.float32, np.float32]:
    """Return tissue with bronchial walls, and the air in bronchi: open in consolidation, pulled wide in fibrosis."""
    z, y, x = point
    near, plain = lumen_mm(tubes_of(layer), z, y, x, b.traction * within, b.seed + 34)
    if near >= FAR:
        return tissue, _ZERO
    # Bronchi in consolidation stay open over their whole length and are mildly dilated (Nambu; amount: judgement).
    open_ = b.form in {_PATCH, _FIELD}
    solid = step(tissue, np.float32(0.5), np.float32(0.8)) if open_ else _ZERO
    air = solid * (_ONE - step(plain, np.float32(-0.2), np.float32(0.5)))
    pulled = step(b.traction, np.float32(0.08), np.float32(0.3)) * within
    if pulled > _ZERO and near < np.float32(2.0):
        air = max(air, pulled * (_ONE - step(near, np.float32(-0.45), np.float32(0.25))))
        tissue = max(tissue, np.float32(0.6) * pulled * (_ONE - step(near, np.float32(0.5), np.float32(1.2))))
    return tissue, air


@nb.njit(cache=True, nogil=True)
def _body(
    b: np.record,
    layer: Layer,
    point: tuple[np.float32, np.float32, np.float32],
    noise: tuple[np.float32, np.float32, np.float32],
    edge: np.float32,
    shell: np.float32,
    septum: np.float32,
    lobule: int,
    within: np.float32,
) -> tuple[np.float32, int]:
    """Return the tissue that fills airspaces, or centrilobular nodules in its stead, and its `Part`."""
    z, y, x = point
    if b.form == _CENTRILOBULAR:
        hazy = np.float32(0.3) * b.filling * within * (_ONE - np.float32(0.6) * b.tree_in_bud)
        if b.tree_in_bud >= np.float32(0.25):
            return hazy, 0
        nodule = within * _centrilobular(b, layer, z, y, x)
        dense = min(np.float32(0.7), b.filling + np.float32(0.25))
        return hazy + nodule * max(_ZERO, dense - hazy), _NODULE if nodule > _HALF else 0
    # Lobules differ, but agree at the septum between them, so that no voxel staircase shows.
    lobular = np.float32(2.0) * (unit(hash32(lobule, b.seed, 9, 4)) - _HALF) * step(septum, _ZERO, np.float32(2.5))
    gap = value_noise(z, y, x, np.float32(20.0), b.seed + 22) if b.ring > _ZERO else _ZERO
    bump = _ZERO
    if b.nodularity > _ZERO and b.ring > _ZERO:  # the nodular rim of tuberculosis (Marchiori 2011)
        first, _, _ = cells(z, y, x, np.float32(6.5), b.seed + 36)
        bump = b.nodularity * b.ring * max(np.float32(-1.6), np.float32(2.4) - np.float32(1.1) * first)
    return airspace(b, lobular, noise[0], noise[1], noise[2], gap, bump, edge, shell), 0


@nb.njit(cache=True, nogil=True)
def _kept(
    b: np.record,
    layer: Layer,
    point: tuple[np.float32, np.float32, np.float32],
    noise: tuple[np.float32, np.float32, np.float32],
    depth: np.float32,
) -> np.float32:
    """Return what sparing leaves: none of 0 to 8 mm under the pleura, of uneven width, all of it over the diaphragm."""
    z, y, x = point
    reach = np.float32(3.0)
    up = at(layer.depth, layer, z + reach, y, x) - at(layer.depth, layer, z - reach, y, x)
    over = step(up / (reach + min(depth, reach)), np.float32(0.35), np.float32(0.75))
    width = np.float32(7.0) * b.sparing + (np.float32(7.0) - np.float32(4.5) * b.sparing) * noise[0]
    width = (width + np.float32(1.5) * noise[1]) * min(_ONE, np.float32(4.0) * b.sparing)
    width -= np.float32(12.0) * over
    return step(depth, width - np.float32(1.5), width + np.float32(2.0))


@nb.njit(cache=True, nogil=True)
def _overlaid(
    b: np.record,
    layer: Layer,
    point: tuple[np.float32, np.float32, np.float32],
    noise: tuple[np.float32, np.float32, np.float32],
    depth: np.float32,
    bowed: np.float32,
    within: np.float32,
    tissue: np.float32,
    part: int,
) -> tuple[np.float32, int]:
    """Return tissue with arcades, nets, nodules and buds drawn over it, and what of it is spared, with its `Part`."""
    z, y, x = point
    if b.perilobular > _ZERO and b.ring < RING:
        gone = b.perilobular * (_ONE - np.float32(2.0) * b.ring)
        level = min(np.float32(0.95), np.float32(0.35) + np.float32(0.75) * gone) * min(_ONE, np.float32(3.0) * gone)
        # what clears pales: an arcade is no whiter than the lobules that filled it (amount: judgement)
        level *= np.float32(0.25) + np.float32(0.75) * step(b.filling, _ZERO, np.float32(0.45))
        lines = level * within * arcade(b, z, y, x, noise[2], depth, bowed)
        tissue *= _ONE - np.float32(0.8) * gone
        part = _ARCADE if lines > max(tissue, np.float32(0.3)) else part
        tissue = max(tissue, lines)
    tissue = nets(b, z, y, x, noise[1], noise[2], bowed, within, tissue)
    if b.nodularity > _ZERO and b.form != _CENTRILOBULAR:
        solid = nodules(b, z, y, x, depth, within)
        part = _NODULE if solid > max(tissue, _HALF) else part
        tissue = max(tissue, solid)
    if b.tree_in_bud > _ZERO and depth > np.float32(2.5):
        bud = np.float32(0.95) * within * plug(tubes_of(layer), z, y, x, b.tree_in_bud, b.seed + 37)
        part = _BUD if bud > max(tissue, np.float32(0.4)) else part
        tissue = max(tissue, bud)
    if b.sparing > _ZERO and depth < np.float32(14.0):
        kept = _kept(b, layer, point, noise, depth)
        part = _SPARED if kept < _HALF else part
        tissue *= np.float32(0.05) + np.float32(0.95) * kept
    return tissue, part


@nb.njit(cache=True, nogil=True)
def _stain(
    b: np.record,
    layer: Layer,
    point: tuple[np.float32, np.float32, np.float32],
    edge: np.float32,
    shell: np.float32,
    depth: np.float32,
    septum: np.float32,
    bowed: np.float32,
    lobule: int,
) -> tuple[np.float32, np.float32, int]:
    """Return which share of a point's lung one opacity turns to tissue, which to air, and the `Part` it shows.

    Parameters
    ----------
    b : record of BRUSH
    layer : Layer
    point : tuple of float32
        In mm (z, y, x).
    edge, shell : float32
        Depth in the opacity in mm, from its border with the rest of the lobe and from any border.
    depth, septum, bowed : float32
        Distance in mm to the pleura, to the lobule's border, and to that border as septa bow.
    lobule : int
    """
    z, y, x = point
    wide = value_noise(z, y, x, np.float32(19.0), b.seed + 35)
    mid = value_noise(z, y, x, np.float32(9.0), b.seed + 20)
    fine = value_noise(z, y, x, np.float32(3.2), b.seed + 21)
    noise = (wide, mid, fine)
    within = step(edge + np.float32(1.5) * fine, np.float32(-2.0), np.float32(2.0))
    tissue, part = _body(b, layer, point, noise, edge, shell, septum, lobule, within)
    tissue, part = _overlaid(b, layer, point, noise, depth, bowed, within, tissue, part)
    air = _ZERO
    if b.honeycomb > _ZERO:
        tissue, air = honeycomb(b, layer, point, depth, within, tissue)
        part = _CYST if air > np.float32(0.65) else part
    if b.traction > np.float32(0.08) or solid_of_fill(max(b.filling, b.ring)) > _ZERO:
        tissue, open_ = _bronchi(b, layer, point, within, tissue)
        part = _BRONCHUS if open_ > max(air, _HALF) else part
        air = max(air, open_)
    if b.cavity_mm < HAS_CAVITY:
        begin = b.cavity_mm + np.float32(0.5) * fine + np.float32(0.8) * mid
        hollow = step(shell, begin - _HALF, begin + _HALF)
        wall = step(shell, begin - np.float32(3.6), begin - np.float32(2.4)) * (_ONE - hollow)
        wall *= step(edge, np.float32(-0.9), np.float32(0.9))
        tissue = max(tissue, np.float32(0.98) * wall)  # a cavity without a wall would be a cyst
        part = _CAVITY if hollow > _HALF else part
        air = max(air, hollow)
    if part == 0 and tissue > SOLID_SHARE and air < _HALF:
        part = _SOLID
    return min(_ONE, max(_ZERO, tissue)), air, part


@nb.njit(cache=True, nogil=True)
def stains(
    layer: Layer,
    shares: np.ndarray,
    rim: np.float32,
    half: tuple[np.float32, np.float32, np.float32],
    point: tuple[np.float32, np.float32, np.float32],
    parts: np.ndarray,
) -> tuple[np.float32, np.float32]:
    """Return the tissue and air that all opacities bring to a point.

    Parameters
    ----------
    layer : Layer
    shares : numpy.ndarray
        float32, shape (6,): share of each lobe in the point.
    rim : float32
        Share of what is lung for a part only.
    half, point : tuple of float32
        The point as half-resolution indices and in mm (z, y, x).
    parts : numpy.ndarray
        int64, shape (len(Part),): bits of the opacities that show each part; set where they own the point.
    """
    hz, hy, hx = half
    iz, iy, ix = int(np.floor(hz)), int(np.floor(hy)), int(np.floor(hx))
    fz, fy, fx = hz - np.float32(iz), hy - np.float32(iy), hx - np.float32(ix)
    kept, air = _ONE, _ZERO
    known = False
    deep = straight = bent = _ZERO
    bowed = False
    where = 0
    parts[:] = 0
    for n in range(layer.brushes.shape[0]):
        b = layer.brushes[n]
        z, y, x = iz - b.z0, iy - b.y0, ix - b.x0
        if z < 0 or y < 0 or x < 0 or z >= b.nz - 1 or y >= b.ny - 1 or x >= b.nx - 1:
            continue
        share = shares[b.lobe]
        if share <= _ZERO:
            continue
        whole = min(_ONE, share + rim)
        cell = (z, y, x)
        below = b.threshold - pooled(layer.rank, b.first, b.ny, b.nx, cell, fz, fy, fx)
        if b.exact >= 0:
            into = pooled(layer.edge, b.exact, b.ny, b.nx, cell, fz, fy, fx) * CENTI
            under = pooled(layer.shell, b.exact, b.ny, b.nx, cell, fz, fy, fx) * CENTI
        else:
            into = under = below
        if into < _OUTSIDE_MM:
            continue
        if not known:
            known = True
            deep = half_value(layer.depth, hz, hy, hx)
            straight = half_value(layer.septum, hz, hy, hx)
            where = half_label(layer.lobule, hz, hy, hx)
        if not bowed and (b.perilobular > _ZERO or b.septal > _ZERO):
            bowed = True
            bent = _bent_septum(layer, point[0], point[1], point[2])
        t, a, part = _stain(b, layer, point, into, under, deep, straight, bent, where)
        kept *= _ONE - t * whole
        air = max(air, a * whole)
        if share > _HALF and below > _ZERO:
            parts[0] |= 1 << n
            if part > 0:
                parts[part] |= 1 << n
    return _ONE - kept, air
