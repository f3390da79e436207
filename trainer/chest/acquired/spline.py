"""Densities between the voxels of a source: one interpolation, a cubic B-spline, however a visit lies."""

from __future__ import annotations

from typing import Final

import numba as nb
import numpy as np
from scipy.ndimage import spline_filter1d

PHASES: Final = 16  # steps between two voxels at which the noise left there is known
_AIR = np.float32(-1000.0)
_AIR_HU: Final = -1000
_SIXTH = np.float32(1.0 / 6.0)
_ZERO, _HALF, _ONE, _TWO = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(2.0)
_STEPS = np.float32(PHASES)
_FULL = np.float32(1.0 / 255.0)
_LEAST, _MOST = -32768, 32767
_BRIGHTEST: Final = 3071


def coefficients_of(hu: np.ndarray) -> np.ndarray:
    """Return the coefficients, int16, of the cubic B-spline through float32 densities [z, y, x].

    They overshoot at edges: to 5 times the density at a lone bright voxel. Densities that no slice shows (metal on an
    extended scale) are clipped first, and what an int16 still cannot hold is clipped, too.
    """
    hu = np.minimum(hu, np.float32(_BRIGHTEST))
    for axis in range(3):
        if hu.shape[axis] > 1:
            hu = spline_filter1d(hu, 3, axis, output=np.float32, mode="mirror")
    out = np.empty(hu.shape, np.int16)
    for z in range(len(hu)):
        out[z] = np.clip(np.round(hu[z]), _LEAST, _MOST)
    return out


@nb.njit(cache=True, nogil=True, inline="always")
def _weights(t: np.float32) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    s = _ONE - t
    return (
        _SIXTH * s * s * s,
        np.float32(2.0 / 3.0) - _HALF * t * t * (_TWO - t),
        np.float32(2.0 / 3.0) - _HALF * s * s * (_TWO - s),
        _SIXTH * t * t * t,
    )


@nb.njit(cache=True, nogil=True, inline="always")
def _mirrored(i: int, n: int) -> int:
    if i < 0:
        i = -i
    if i > n - 1:
        i = 2 * (n - 1) - i
    return min(max(i, 0), n - 1)


@nb.njit(cache=True, nogil=True)
def _value(c: np.ndarray, iz: int, iy: int, ix: int, fz: np.float32, fy: np.float32, fx: np.float32) -> np.float32:
    """Return the spline at a point; the source is mirrored at its ends as its coefficients were made."""
    nz, ny, nx = c.shape
    wz, wy, wx = _weights(fz), _weights(fy), _weights(fx)
    inner = 1 <= ix < nx - 2
    x0, x1, x2, x3 = _mirrored(ix - 1, nx), ix, _mirrored(ix + 1, nx), _mirrored(ix + 2, nx)
    total = _ZERO
    for a in range(4):
        z = _mirrored(iz - 1 + a, nz)
        plane = _ZERO
        for b in range(4):
            y = _mirrored(iy - 1 + b, ny)
            if inner:
                line = (
                    wx[0] * np.float32(c[z, y, ix - 1])
                    + wx[1] * np.float32(c[z, y, ix])
                    + wx[2] * np.float32(c[z, y, ix + 1])
                    + wx[3] * np.float32(c[z, y, ix + 2])
                )
            else:
                line = (
                    wx[0] * np.float32(c[z, y, x0])
                    + wx[1] * np.float32(c[z, y, x1])
                    + wx[2] * np.float32(c[z, y, x2])
                    + wx[3] * np.float32(c[z, y, x3])
                )
            plane += wy[b] * line
        total += wz[a] * plane
    return total


@nb.njit(cache=True, nogil=True, inline="always")
def _kept(kept: np.ndarray, iz: int, iy: int, ix: int, fz: np.float32, fy: np.float32, fx: np.float32) -> np.float32:
    nz, ny, nx = kept.shape
    total = _ZERO
    for k in range(8):
        a, b, c = k >> 2, (k >> 1) & 1, k & 1
        w = (fz if a else _ONE - fz) * (fy if b else _ONE - fy) * (fx if c else _ONE - fx)
        total += w * np.float32(kept[min(iz + a, nz - 1), min(iy + b, ny - 1), min(ix + c, nx - 1)])
    return total * _FULL


@nb.njit(cache=True, nogil=True, parallel=True)
def sample(
    coefficients: np.ndarray,
    kept: np.ndarray,
    phases: np.ndarray,
    places: np.ndarray,
    step: int,
    weight: float,
    given: np.ndarray,
    left: np.ndarray,
) -> None:
    """Add one plane of the source, as a visit lies, to an image.

    Parameters
    ----------
    coefficients, kept : numpy.ndarray
        Of the `Acquisition`.
    phases : numpy.ndarray
        float32, shape (3, PHASES + 1): share of the noise's deviation left between voxels along z, y, x.
    places : numpy.ndarray
        float32, shape (n, n, 3): the source's indices (z, y, x) under every ``step``-th pixel, linear between.
    step : int
    weight : float
        Of this plane.
    given, left : numpy.ndarray
        float32, shape (matrix, matrix): HU, and the share of the source's noise in it; added to. Beside the source
        there is air; above and below it its outermost slices go on.
    """
    nz, ny, nx = coefficients.shape
    inv = np.float32(1.0 / step)
    w = np.float32(weight)
    for row in nb.prange(given.shape[0]):
        py = np.int64(row)
        gy = py // step
        ty = np.float32(py - gy * step) * inv
        for px in range(given.shape[1]):
            gx = px // step
            tx = np.float32(px - gx * step) * inv
            w00, w01 = (_ONE - ty) * (_ONE - tx), (_ONE - ty) * tx
            w10, w11 = ty * (_ONE - tx), ty * tx
            p, q, r, s = places[gy, gx], places[gy, gx + 1], places[gy + 1, gx], places[gy + 1, gx + 1]
            z = w00 * p[0] + w01 * q[0] + w10 * r[0] + w11 * s[0]
            y = w00 * p[1] + w01 * q[1] + w10 * r[1] + w11 * s[1]
            x = w00 * p[2] + w01 * q[2] + w10 * r[2] + w11 * s[2]
            if y < -_HALF or x < -_HALF or y > np.float32(ny) - _HALF or x > np.float32(nx) - _HALF:
                given[py, px] += w * _AIR
                continue
            z = min(max(z, _ZERO), np.float32(nz - 1))
            y = min(max(y, _ZERO), np.float32(ny - 1))
            x = min(max(x, _ZERO), np.float32(nx - 1))
            iz, iy, ix = int(z), int(y), int(x)
            fz, fy, fx = z - np.float32(iz), y - np.float32(iy), x - np.float32(ix)
            jy, jx = min(iy + 1, ny - 1), min(ix + 1, nx - 1)
            if (
                kept[iz, iy, ix] == 0
                and coefficients[iz, iy, ix] == _AIR_HU
                and coefficients[iz, jy, jx] == _AIR_HU
                and coefficients[min(iz + 1, nz - 1), iy, jx] == _AIR_HU
                and coefficients[min(iz + 1, nz - 1), jy, ix] == _AIR_HU
            ):
                given[py, px] += w * _AIR
                continue
            given[py, px] += w * _value(coefficients, iz, iy, ix, fz, fy, fx)
            left[py, px] += (
                w
                * _kept(kept, iz, iy, ix, fz, fy, fx)
                * phases[0, int(fz * _STEPS + _HALF)]
                * phases[1, int(fy * _STEPS + _HALF)]
                * phases[2, int(fx * _STEPS + _HALF)]
            )
