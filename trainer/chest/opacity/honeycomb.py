"""Honeycombing: cysts that share their walls, in layers under the costal pleura."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.layer import Layer, at
from trainer.chest.opacity.pattern import step
from trainer.chest.opacity.texture import cyst, hash32, unit, value_noise
from trainer.chest.opacity.tube import FAR
from trainer.course.opacity import Lobe

_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_RIGHT_LOBES = int(Lobe.RIGHT_LOWER) + 1  # brushes count lobes from 1
_CYST_AIR = np.float32(0.97)  # cysts are not seen as black as a bronchus: dust, mucus and partial volume


@nb.njit(cache=True, nogil=True)
def costal(b: np.record, layer: Layer, z: np.float32, y: np.float32, x: np.float32) -> np.float32:
    """Return 1 where the nearest pleura is costal, 0 where it is the diaphragm's or the mediastinum's.

    The way in from the pleura is the gradient of the depth; towards the midline or forwards or back under the ribs,
    up over the diaphragm, away from the midline at the mediastinum.
    """
    reach = np.float32(3.0)
    up = at(layer.depth, layer, z + reach, y, x) - at(layer.depth, layer, z - reach, y, x)
    back = at(layer.depth, layer, z, y + reach, x) - at(layer.depth, layer, z, y - reach, x)
    left = at(layer.depth, layer, z, y, x + reach) - at(layer.depth, layer, z, y, x - reach)
    size = max(np.float32(0.3), np.sqrt(up * up + back * back + left * left))
    medial = left if b.lobe <= _RIGHT_LOBES else -left
    under_ribs = step((medial + np.float32(0.7) * abs(back)) / size, np.float32(-0.1), np.float32(0.3))
    return under_ribs * (_ONE - step(up / size, np.float32(0.5), np.float32(0.8)))


@nb.njit(cache=True, nogil=True)
def honeycomb(
    b: np.record,
    layer: Layer,
    point: tuple[np.float32, np.float32, np.float32],
    depth: np.float32,
    within: np.float32,
    tissue: np.float32,
) -> tuple[np.float32, np.float32]:
    """Return tissue and air: cysts of 3 to 10 mm in layers under the costal pleura that share walls of 1 to 2 mm.

    A zone 8 to 20 mm deep is filled without gaps, in patches; further in the walls go on as a net and fade. A cyst
    is there or not as a whole: its centre decides.
    """
    z, y, x = point
    if depth > np.float32(32.0):
        return tissue, _ZERO
    cluster = value_noise(z, y, x, np.float32(24.0), b.seed + 33)
    extent = min(_ONE, np.float32(2.5) * b.honeycomb)
    reach = min(np.float32(20.0), np.float32(26.0) * extent * (_HALF + np.float32(0.8) * cluster) - np.float32(3.0))
    if reach <= _ZERO or depth > reach + np.float32(10.0):
        return tissue, _ZERO
    bend = np.float32(0.9) * value_noise(z, y, x, np.float32(4.0), b.seed + 31)
    wz, wy, wx, first, wall, who = cyst(z + bend, y - bend, x + bend, np.float32(6.0), b.seed + 28, np.float32(0.4))
    cz, cy, cx = z - wz, y - wy, x - wx
    deep = at(layer.depth, layer, cz, cy, cx)
    zone = within * (_ONE - step(deep - reach, np.float32(-1.0), np.float32(9.0)))
    if zone <= np.float32(0.02):
        return tissue, _ZERO
    zone *= costal(b, layer, cz, cy, cx)
    if zone <= np.float32(0.02):
        return tissue, _ZERO
    kind = unit(hash32(who, b.seed, 4, 4))
    open_ = deep < reach and zone > np.float32(0.35) and kind < np.float32(0.95)
    half = np.float32(0.3) + np.float32(0.35) * unit(hash32(who, b.seed, 4, 5))
    radius = np.float32(3.3) + np.float32(2.6) * unit(hash32(who, b.seed, 4, 6)) if open_ else FAR
    # a smooth maximum of wall and sphere rounds the corners off
    first_out, wall_out = first - radius, half - min(wall, depth - np.float32(0.2))
    apart = max(_ZERO, np.float32(1.6) - abs(first_out - wall_out))
    beyond = max(first_out, wall_out) + apart * apart * np.float32(0.16)
    fibrous = step(beyond, np.float32(-0.4), np.float32(0.4)) * (np.float32(0.4) + np.float32(0.3) * zone)
    tissue = max(tissue * (_ONE - np.float32(0.6) * zone), fibrous * min(_ONE, _TWO * zone))
    if not open_:
        return tissue, _ZERO
    hollow = (_CYST_AIR - np.float32(0.05) * kind) * (_ONE - step(beyond, np.float32(-0.4), np.float32(0.3)))
    return tissue, hollow
