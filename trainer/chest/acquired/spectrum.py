"""Radial curves over frequency: noise power and transfer, as the measures give them and as slices need them."""

from __future__ import annotations

from typing import Final

import numpy as np

POINTS: Final = 64
HIGHEST: Final = 0.7072  # cycles a pixel: the corner of the plane
FREQUENCIES: Final = np.linspace(0.0, HIGHEST, POINTS)
_SIDE: Final = 64
_REACH: Final = 4  # pixels over which a cubic spline's weights are more than 0.5 %


def plane_of(curve: np.ndarray, shape: tuple[int, int], scale: float = 1.0) -> np.ndarray:
    """Return a radial curve on the half plane of `scipy.fft.rfft2`.

    Parameters
    ----------
    curve : numpy.ndarray
        At `FREQUENCIES`, or at as many others over the same range.
    shape : tuple of int
        Of the image.
    scale : float
        Pixels of the curve in one pixel of the image.

    Returns
    -------
    numpy.ndarray
        float32, shape (rows, columns // 2 + 1).
    """
    f = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :]) / scale
    at = np.linspace(0.0, HIGHEST, len(curve))
    out: np.ndarray = np.interp(f, at, curve, right=float(curve[-1])).astype(np.float32)
    return out


def unit_filter(power: np.ndarray, shape: tuple[int, int], scale: float = 1.0) -> np.ndarray:
    """Return what gives white noise of unit variance the spectrum ``power`` and unit variance, on the half plane."""
    plane = np.maximum(plane_of(power, shape, scale).astype(np.float64), 0.0)
    weight = np.full(plane.shape, 2.0)
    weight[:, 0] = 1.0
    if shape[1] % 2 == 0:
        weight[:, -1] = 1.0
    mean = float((plane * weight).sum()) / (shape[0] * shape[1])
    return np.sqrt(plane / max(mean, 1e-12)).astype(np.float32)


def full_plane(power: np.ndarray) -> np.ndarray:
    """Return noise power on a small whole plane in the order of `numpy.fft`, float64, its sum 1."""
    f = np.fft.fftfreq(_SIDE)
    plane = np.interp(np.hypot(f[:, None], f[None, :]), np.linspace(0.0, HIGHEST, len(power)), power)
    out: np.ndarray = np.maximum(plane, 0.0) / max(float(np.maximum(plane, 0.0).sum()), 1e-12)
    return out


def correlation(power: np.ndarray) -> np.ndarray:
    """Return how noise of this power correlates along a row, at distances of 0, 1, 2 ... pixels."""
    line = full_plane(power).sum(axis=0)
    out: np.ndarray = np.fft.ifft(line).real[: 2 * _REACH] * len(line)
    return out / out[0]


def overlap(spacing_mm: float, thickness_mm: float) -> np.ndarray:
    """Return how the noise of slices correlates that overlap, at distances of 0, 1, 2 ... slices."""
    out: np.ndarray = np.maximum(0.0, 1.0 - np.arange(2 * _REACH) * spacing_mm / max(thickness_mm, 1e-6))
    return out


def _cardinal(t: float) -> np.ndarray:
    """Return the weights of the voxels around a point when a cubic spline goes through them."""
    pole = np.sqrt(3.0) - 2.0
    k = np.arange(-12, 13)
    impulse = np.sqrt(3.0) * pole ** np.abs(k)  # coefficients of the spline through a single one
    at = np.arange(-_REACH + 1, _REACH + 1)[:, None] - t - k[None, :]
    d = np.abs(at)
    spline = np.where(
        d < 1.0, 2.0 / 3.0 - d * d + 0.5 * d**3, np.where(d < 2.0, (2.0 - np.minimum(d, 2.0)) ** 3 / 6.0, 0.0)
    )
    out: np.ndarray = spline @ impulse
    return out


def remaining(correlations: np.ndarray, steps: int) -> np.ndarray:
    """Return the share of the noise's standard deviation left between voxels, float32, shape (steps + 1,).

    Parameters
    ----------
    correlations : numpy.ndarray
        Of the noise along the axis, from `correlation` or `overlap`.
    steps : int
        Into how many parts the way from one voxel to the next is divided.
    """
    apart = np.abs(np.subtract.outer(np.arange(2 * _REACH), np.arange(2 * _REACH)))
    weights = [_cardinal(n / steps) for n in range(steps + 1)]
    variance = [float(w @ correlations[apart] @ w) for w in weights]
    return np.sqrt(np.maximum(variance, 0.0)).astype(np.float32)
