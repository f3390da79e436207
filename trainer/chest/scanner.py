"""One plane of one visit: where its pixels lie in the anatomy, and what is there."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.effusion import ATELECTASIS_MM, FLUID_HU, fluid_rank
from trainer.chest.opacity.lattice import half_label, half_value, weight
from trainer.chest.opacity.layer import Layer
from trainer.chest.opacity.pattern import Part, step
from trainer.chest.opacity.stain import stains
from trainer.chest.stomach import with_gas

GRID_STEP = 8
"""Pixels between the nodes on which the deformation is worked out; bilinear between them, exact to 0.1 mm."""

TISSUE_HU = np.float32(30.0)  # non-enhancing consolidation (Lung-PET-CT-Dx A0002: core 27 to 44 HU)
AIR_HU = np.float32(-985.0)
NODE_HU = np.float32(45.0)
_SOFT_HU = np.float32(50.0)  # bone at the anatomy's side is not drawn out beyond it
_ZERO = np.float32(0.0)
_HALF = np.float32(0.5)
_ONE = np.float32(1.0)
_FLUID, _TRAPPED, _NODE = int(Part.FLUID), int(Part.TRAPPED), int(Part.NODE)
PATENT = np.float32(1.8 / 255.0)  # bronchi in consolidation are mildly dilated (Nambu; judgement on the amount)
_EDGE_HU = 15  # a voxel outside the lobes below this may be partly lung and takes part in its neighbour's opacity


@nb.njit(cache=True, nogil=True, inline="always")
def _bilinear(v: np.ndarray, z: int, y: int, x: int, fy: np.float32, fx: np.float32) -> np.float32:
    a = np.float32(v[z, y, x]) + fx * np.float32(v[z, y, x + 1] - v[z, y, x])
    b = np.float32(v[z, y + 1, x]) + fx * np.float32(v[z, y + 1, x + 1] - v[z, y + 1, x])
    return a + fy * (b - a)


@nb.njit(cache=True, nogil=True, inline="always")
def _density(v: np.ndarray, z: np.float32, iy: int, ix: int, fy: np.float32, fx: np.float32) -> np.float32:
    """Return the density at a height, averaged over one plane's thickness (a quadratic B-spline across planes).

    Linear interpolation alone ripples where a slice cuts the dome at a shallow angle.
    """
    middle = int(z + _HALF)
    t = z - np.float32(middle)
    low, high = max(middle - 1, 0), min(middle + 1, v.shape[0] - 1)
    below, above = _HALF - t, _HALF + t
    return (
        _HALF * below * below * _bilinear(v, low, iy, ix, fy, fx)
        + (np.float32(0.75) - t * t) * _bilinear(v, middle, iy, ix, fy, fx)
        + _HALF * above * above * _bilinear(v, high, iy, ix, fy, fx)
    )


@nb.njit(cache=True, nogil=True, inline="always")
def lobes_near(v: np.ndarray, z: int, y: int, x: int) -> int:
    """Return 0 where no corner of a voxel's cell lies in a lobe."""
    low = v[z, y, x] | v[z, y, x + 1] | v[z, y + 1, x] | v[z, y + 1, x + 1]
    return int(low | v[z + 1, y, x] | v[z + 1, y, x + 1] | v[z + 1, y + 1, x] | v[z + 1, y + 1, x + 1])


@nb.njit(cache=True, nogil=True, inline="always")
def _within(box: np.ndarray, z: int, y: int, x: int) -> bool:
    return bool(box[0, 0] <= z <= box[0, 1] and box[1, 0] <= y <= box[1, 1] and box[2, 0] <= x <= box[2, 1])


@nb.njit(cache=True, nogil=True, inline="always")
def surroundings(
    cell: tuple[int, int, int],
    part: tuple[np.float32, np.float32, np.float32],
    shares: np.ndarray,
    hu: np.ndarray,
    lobe: np.ndarray,
    airway: np.ndarray,
) -> tuple[np.float32, np.float32]:
    """Fill in the share of each lobe around a point; return that of what is lung for a part only, and of lumen."""
    iz, iy, ix = cell
    fz, fy, fx = part
    rim = open_ = _ZERO
    shares[:] = _ZERO
    for k in range(8):
        cz, cy, cx = iz + (k >> 2), iy + ((k >> 1) & 1), ix + (k & 1)
        w = weight(k, fz, fy, fx)
        label = lobe[cz, cy, cx]
        if label > 0:
            shares[label] += w
            open_ += w * np.float32(airway[cz, cy, cx])
        elif hu[cz, cy, cx] < _EDGE_HU:
            rim += w
    return rim, open_


@nb.njit(cache=True, nogil=True)
def _lung_point(
    value: np.float32,
    cell: tuple[int, int, int],
    place: tuple[np.float32, np.float32, np.float32],
    shares: np.ndarray,
    hu: np.ndarray,
    lobe: np.ndarray,
    airway: np.ndarray,
    spacing: np.ndarray,
    origin: np.ndarray,
    layer: Layer,
    fluid: np.ndarray,
    mosaic: np.ndarray,
    thinning: np.ndarray,
    parts: np.ndarray,
) -> np.float32:
    """Return the density of a point in or at a lung; ``parts`` is set to the bits of the opacities that show there."""
    iz, iy, ix = cell
    z, y, x = place
    fz, fy, fx = z - np.float32(iz), y - np.float32(iy), x - np.float32(ix)
    rim, open_ = surroundings((iz, iy, ix), (fz, fy, fx), shares, hu, lobe, airway)
    right = shares[1] + shares[2] + shares[3]
    lung = right + shares[4] + shares[5]
    mz, my, mx = origin[0] + z * spacing[0], origin[1] + y * spacing[1], origin[2] + x * spacing[2]
    thin = thinning[0] * right + thinning[1] * (lung - right)
    value -= (value + np.float32(1000.0)) * thin if value < _ZERO else _ZERO
    hz, hy, hx = (z - _HALF) * _HALF, (y - _HALF) * _HALF, (x - _HALF) * _HALF
    trapped = False
    if mosaic.shape[0] > 1:
        n = half_label(layer.lobule, hz, hy, hx)
        trapped = mosaic[n] < _ZERO
        value += mosaic[n] * lung * min(_ONE, max(_ZERO, value * np.float32(-1.0 / 850.0)))
    tissue, air = stains(layer, shares, rim, (hz, hy, hx), (mz, my, mx), parts)
    parts[_TRAPPED] = 1 if trapped and lung > _HALF else 0
    if value < TISSUE_HU:
        value += tissue * (_ONE - min(_ONE, open_ * PATENT)) * (TISSUE_HU - value)
    value += air * (AIR_HU - value)
    side = 0 if right > _HALF * lung else 1
    if fluid[side, 0] > np.float32(-1e8):
        squeezed, wet = flood(lung + rim, (hz, hy, hx), mz, my, fluid[side], layer.depth)
        if value < TISSUE_HU:
            value += squeezed * (TISSUE_HU - value)
        value += wet * (np.float32(FLUID_HU) - value)
        parts[_FLUID] = 1 if wet > _HALF else 0
    return value


@nb.njit(cache=True, nogil=True, parallel=True)
def scan_plane(
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
    organ: np.ndarray,
    lumen: np.ndarray,
    level_row: float,
    places: np.ndarray,
    weight: float,
    image: np.ndarray,
    truth: np.ndarray,
) -> None:
    """Add one plane of a visit to an image.

    Parameters
    ----------
    hu, lobe, airway : numpy.ndarray
        Of the `Anatomy`.
    spacing, origin : numpy.ndarray
        float32, shape (3,): lattice of the anatomy in mm.
    layer, fluid, mosaic, nodes
        Of the `Drawing`.
    thinning : numpy.ndarray
        float32, shape (2,): dV/V of the right and left lung in this breath-hold.
    organ : numpy.ndarray
        Of the `Anatomy`.
    lumen : numpy.ndarray
        Of `lumen_box`.
    level_row : float
        Row of the image, fractions included, on which the stomach's fluid ends; gas lies before it.
    places : numpy.ndarray
        float32, shape (n, n, 3): the anatomy's indices (z, y, x) under every `GRID_STEP`-th pixel.
    weight : float
        Of this plane in the slice.
    image : numpy.ndarray
        float32, shape (matrix, matrix), in HU; added to.
    truth : numpy.ndarray
        int64, shape (len(Part), matrix, matrix) or (len(Part), 0, 0): bits of what shows each `Part`.
    """
    nz, ny, nx = hu.shape
    inv = np.float32(1.0 / GRID_STEP)
    wanted = truth.shape[1] > 0
    for row in nb.prange(image.shape[0]):
        py = np.int64(row)
        shares = np.zeros(6, np.float32)
        parts = np.zeros(truth.shape[0], np.int64)
        gas = np.float32(min(1.0, max(0.0, 0.5 + level_row - py)))
        gy = py // GRID_STEP
        ty = np.float32(py - gy * GRID_STEP) * inv
        for px in range(image.shape[1]):
            gx = px // GRID_STEP
            tx = np.float32(px - gx * GRID_STEP) * inv
            w00, w01 = (_ONE - ty) * (_ONE - tx), (_ONE - ty) * tx
            w10, w11 = ty * (_ONE - tx), ty * tx
            z = (
                w00 * places[gy, gx, 0]
                + w01 * places[gy, gx + 1, 0]
                + w10 * places[gy + 1, gx, 0]
                + w11 * places[gy + 1, gx + 1, 0]
            )
            y = (
                w00 * places[gy, gx, 1]
                + w01 * places[gy, gx + 1, 1]
                + w10 * places[gy + 1, gx, 1]
                + w11 * places[gy + 1, gx + 1, 1]
            )
            x = (
                w00 * places[gy, gx, 2]
                + w01 * places[gy, gx + 1, 2]
                + w10 * places[gy + 1, gx, 2]
                + w11 * places[gy + 1, gx + 1, 2]
            )
            # Beyond the anatomy the outermost voxels go on: air, or arms that the field of view cuts.
            beyond = x < _ZERO or x > np.float32(nx - 1)
            y = min(max(y, _ZERO), np.float32(ny) - np.float32(1.001))
            x = min(max(x, _ZERO), np.float32(nx) - np.float32(1.001))
            z = min(max(z, _ZERO), np.float32(nz) - np.float32(1.001))
            iz, iy, ix = int(z), int(y), int(x)
            value = _density(hu, z, iy, ix, y - np.float32(iy), x - np.float32(ix))
            if beyond:
                value = min(value, _SOFT_HU)
            if lobes_near(lobe, iz, iy, ix) == 0:
                if value < np.float32(30.0) and value > np.float32(-300.0):
                    mm_z, mm_y, mm_x = (
                        origin[0] + z * spacing[0],
                        origin[1] + y * spacing[1],
                        origin[2] + x * spacing[2],
                    )
                    value, node = swell(value, mm_z, mm_y, mm_x, nodes)
                    if wanted and node > _HALF:
                        truth[_NODE, py, px] = 1
                if gas > _ZERO and _within(lumen, iz, iy, ix):
                    value = with_gas(value, gas, organ, (iz, iy, ix), (z, y, x))
                image[py, px] += np.float32(weight) * value
                continue
            value = _lung_point(
                value, (iz, iy, ix), (z, y, x), shares, hu, lobe, airway, spacing, origin, layer, fluid, mosaic,
                thinning, parts,
            )  # fmt: skip
            if wanted:
                for n in range(truth.shape[0]):
                    truth[n, py, px] |= parts[n]
            image[py, px] += np.float32(weight) * value


@nb.njit(cache=True, nogil=True)
def flood(
    share: np.float32,
    half: tuple[np.float32, np.float32, np.float32],
    mz: np.float32,
    my: np.float32,
    fluid: np.ndarray,
    depth: np.ndarray,
) -> tuple[np.float32, np.float32]:
    """Return the share of lung that free fluid compresses, and the share of fluid."""
    deep = half_value(depth, half[0], half[1], half[2])
    level = fluid[0] - fluid_rank(mz, my, deep, fluid[1], fluid[2])
    share = min(_ONE, share)
    squeezed = np.float32(0.8) * step(level, np.float32(-ATELECTASIS_MM), np.float32(-0.5))
    wet = share * step(level, np.float32(-0.5), np.float32(0.5))
    return share * squeezed, wet


@nb.njit(cache=True, nogil=True)
def swell(
    value: np.float32, mz: np.float32, my: np.float32, mx: np.float32, nodes: np.ndarray
) -> tuple[np.float32, np.float32]:
    """Return the density of mediastinal fat with lymph nodes in it, and the share of a node."""
    most = _ZERO
    for n in range(nodes.shape[0]):
        dz, dy, dx = (
            (mz - nodes[n, 0]) / nodes[n, 3],
            (my - nodes[n, 1]) / nodes[n, 4],
            (mx - nodes[n, 2]) / nodes[n, 5],
        )
        r = dz * dz + dy * dy + dx * dx
        if r < np.float32(1.5):
            share = _ONE - step(np.sqrt(r), np.float32(0.85), np.float32(1.1))
            value += share * (NODE_HU - value)
            most = max(most, share)
    return value, most


@nb.njit(cache=True, nogil=True)
def finish(image: np.ndarray, out: np.ndarray) -> None:
    """Round to HU and pad outside the reconstruction circle with -1024."""
    half = 0.5 * (image.shape[0] - 1)
    limit = (0.5 * image.shape[0]) ** 2
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            if (y - half) ** 2 + (x - half) ** 2 > limit:
                out[y, x] = -1024
            else:
                out[y, x] = np.int16(np.floor(min(max(image[y, x], np.float32(-1024.0)), np.float32(3071.0)) + _HALF))
