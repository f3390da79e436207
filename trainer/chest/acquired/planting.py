"""What a state plants into a plane of an imported chest: shares of tissue, air and fluid, apart from its densities.

The source is as sharp as its scanner made it, and only once: what is planted is blurred by itself and then mixed in.
So the planes give shares, where `trainer.chest.scanner.scan_plane` gives densities.
"""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np

from trainer.chest.opacity.lattice import half_label
from trainer.chest.opacity.layer import Layer
from trainer.chest.opacity.pattern import Part
from trainer.chest.opacity.stain import stains
from trainer.chest.scanner import GRID_STEP, NODE_HU, PATENT, flood, lobes_near, surroundings, swell


class Share(IntEnum):
    """Rows of what is planted."""

    WHERE = 0  # how much of a pixel is lung or node, so can be changed at all
    TISSUE = 1
    AIR = 2
    FLUID = 3
    THINNING = 4  # dV/V of the breath-hold where there is lung
    MOSAIC = 5  # HU


_PARTS = len(Part)
_WHERE, _TISSUE, _AIR, _FLUID, _THINNING, _MOSAIC = (int(s) for s in Share)
_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_TRACHEA_HU = np.float32(-300.0)  # no node stands in an airway


@nb.njit(cache=True, nogil=True, inline="always")
def _only_lobe(v: np.ndarray, z: int, y: int, x: int) -> int:
    """Return the lobe in which all corners of a voxel's cell lie, or 0."""
    label = v[z, y, x]
    if v[z, y, x + 1] != label or v[z, y + 1, x] != label or v[z, y + 1, x + 1] != label or v[z + 1, y, x] != label:
        return 0
    if v[z + 1, y, x + 1] != label or v[z + 1, y + 1, x] != label or v[z + 1, y + 1, x + 1] != label:
        return 0
    return int(label)


@nb.njit(cache=True, nogil=True)
def _plant(
    cell: tuple[int, int, int],
    place: tuple[np.float32, np.float32, np.float32],
    shares: np.ndarray,
    parts: np.ndarray,
    hu: np.ndarray,
    lobe: np.ndarray,
    airway: np.ndarray,
    spacing: np.ndarray,
    origin: np.ndarray,
    layer: Layer,
    fluid: np.ndarray,
    mosaic: np.ndarray,
    thinning: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write what is planted into a point of lung, in the order of `Share`."""
    iz, iy, ix = cell
    z, y, x = place
    part = (z - np.float32(iz), y - np.float32(iy), x - np.float32(ix))
    only = _only_lobe(lobe, iz, iy, ix)
    if only > 0:
        shares[:] = _ZERO
        shares[only] = _ONE
    else:
        surroundings(cell, part, shares, hu, lobe, airway)
    right = shares[1] + shares[2] + shares[3]
    lung = right + shares[4] + shares[5]
    mz, my, mx = origin[0] + z * spacing[0], origin[1] + y * spacing[1], origin[2] + x * spacing[2]
    hz, hy, hx = (z - _HALF) * _HALF, (y - _HALF) * _HALF, (x - _HALF) * _HALF
    out[_WHERE] = lung
    out[_THINNING] = thinning[0] * right + thinning[1] * (lung - right)
    out[_MOSAIC] = mosaic[half_label(layer.lobule, hz, hy, hx)] * lung if mosaic.shape[0] > 1 else _ZERO
    tissue, air = stains(layer, shares, _ZERO, (hz, hy, hx), (mz, my, mx), parts)
    if tissue > _ZERO:
        _, open_ = surroundings(cell, part, shares, hu, lobe, airway)
        tissue *= (_ONE - min(_ONE, open_ * PATENT)) * (_ONE - air)
    wet = _ZERO
    side = 0 if right > _HALF * lung else 1
    if fluid[side, 0] > np.float32(-1e8):
        squeezed, wet = flood(lung, (hz, hy, hx), mz, my, fluid[side], layer.depth)
        tissue = (tissue + squeezed * (lung - tissue)) * (_ONE - wet)
        air *= (_ONE - squeezed) * (_ONE - wet)
    out[_TISSUE], out[_AIR], out[_FLUID] = tissue, air, wet


@nb.njit(cache=True, nogil=True, parallel=True)
def plant_plane(
    hu: np.ndarray,
    lobe: np.ndarray,
    airway: np.ndarray,
    spacing: np.ndarray,
    origin: np.ndarray,
    layer: Layer,
    fluid: np.ndarray,
    mosaic: np.ndarray,
    nodes: np.ndarray,
    thinning: np.ndarray,
    places: np.ndarray,
    weight: float,
    given: np.ndarray,
    planted: np.ndarray,
) -> None:
    """Add what one plane of a visit plants.

    Parameters
    ----------
    hu, lobe, airway, spacing, origin, layer, fluid, mosaic, nodes, thinning, places, weight
        As in `trainer.chest.scanner.scan_plane`.
    given : numpy.ndarray
        float32, shape (matrix, matrix): HU of the healthy slice.
    planted : numpy.ndarray
        float32, shape (len(Share), matrix, matrix); added to.
    """
    nz, ny, nx = hu.shape
    inv = np.float32(1.0 / GRID_STEP)
    w = np.float32(weight)
    for row in nb.prange(given.shape[0]):
        py = np.int64(row)
        shares = np.zeros(6, np.float32)
        parts = np.zeros(_PARTS, np.int64)
        found = np.zeros(6, np.float32)
        gy = py // GRID_STEP
        ty = np.float32(py - gy * GRID_STEP) * inv
        for px in range(given.shape[1]):
            gx = px // GRID_STEP
            tx = np.float32(px - gx * GRID_STEP) * inv
            w00, w01 = (_ONE - ty) * (_ONE - tx), (_ONE - ty) * tx
            w10, w11 = ty * (_ONE - tx), ty * tx
            p, q, r, s = places[gy, gx], places[gy, gx + 1], places[gy + 1, gx], places[gy + 1, gx + 1]
            z = w00 * p[0] + w01 * q[0] + w10 * r[0] + w11 * s[0]
            y = w00 * p[1] + w01 * q[1] + w10 * r[1] + w11 * s[1]
            x = w00 * p[2] + w01 * q[2] + w10 * r[2] + w11 * s[2]
            y = min(max(y, _ZERO), np.float32(ny) - np.float32(1.001))
            x = min(max(x, _ZERO), np.float32(nx) - np.float32(1.001))
            z = min(max(z, _ZERO), np.float32(nz) - np.float32(1.001))
            iz, iy, ix = int(z), int(y), int(x)
            if lobes_near(lobe, iz, iy, ix) == 0:
                if given[py, px] > _TRACHEA_HU:
                    mz, my, mx = origin[0] + z * spacing[0], origin[1] + y * spacing[1], origin[2] + x * spacing[2]
                    node, _ = swell(_ZERO, mz, my, mx, nodes)
                    if node > _ZERO:  # what nothing becomes under a node is its share of a node's density
                        planted[_WHERE, py, px] += w
                        planted[_TISSUE, py, px] += w * node / NODE_HU
                continue
            _plant(
                (iz, iy, ix), (z, y, x), shares, parts, hu, lobe, airway, spacing, origin, layer, fluid, mosaic,
                thinning, found,
            )  # fmt: skip
            for n in range(6):
                planted[n, py, px] += w * found[n]
