"""Noise of one acquisition: drawn from the visit's key, plane and pixel, so that any order gives the same."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.core.chance import philox

RAW_PLANE_MM = 1.0
_STREAM = 0x4E01
_COARSE = 64
_ANGLES = 16


@nb.njit(cache=True, nogil=True, parallel=True)
def raw_noise(key: int, planes: np.ndarray, out: np.ndarray) -> None:
    """Write the mean of the acquisition's raw planes: white, zero mean, variance 1 / number of planes.

    A number is the sum of the four bytes of a random word, close to normal; the kernels' filters mix
    hundreds of them.

    Parameters
    ----------
    key : int
        64-bit key of the visit.
    planes : numpy.ndarray
        int64, shape (n,): numbers of the planes.
    out : numpy.ndarray
        float32, shape (matrix, matrix), the columns divisible by 4.
    """
    k = np.uint64(key)
    low, high = int(k & np.uint64(0xFFFFFFFF)), int(k >> np.uint64(32))
    scale = np.float32(1.0 / (np.sqrt(4.0 * (256.0**2 - 1.0) / 12.0) * planes.size))
    for row in nb.prange(out.shape[0]):
        y = np.int64(row)
        for x in range(out.shape[1] // 4):
            s0 = s1 = s2 = s3 = np.int64(0)
            for n in range(planes.size):
                a, b, c, d = philox(x, int(y), int(planes[n]), _STREAM, low, high)
                s0 += _bytes(int(a))
                s1 += _bytes(int(b))
                s2 += _bytes(int(c))
                s3 += _bytes(int(d))
            out[y, 4 * x] = np.float32(s0) * scale
            out[y, 4 * x + 1] = np.float32(s1) * scale
            out[y, 4 * x + 2] = np.float32(s2) * scale
            out[y, 4 * x + 3] = np.float32(s3) * scale


@nb.njit(cache=True, nogil=True, inline="always")
def _bytes(word: int) -> int:
    return (word & 255) + ((word >> 8) & 255) + ((word >> 16) & 255) + ((word >> 24) & 255) - 510


@nb.njit(cache=True, nogil=True)
def _coarse(image: np.ndarray, out: np.ndarray) -> None:
    block = image.shape[0] // out.shape[0]
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            total = np.float32(0.0)
            for j in range(0, block, 2):
                for i in range(0, block, 2):
                    total += max(image[y * block + j, x * block + i], np.float32(-1000.0))
            n = ((block + 1) // 2) ** 2
            out[y, x] = total / np.float32(n) * np.float32(0.001) + np.float32(1.0)


@nb.njit(cache=True, nogil=True)
def _variance(water: np.ndarray, pixel_mm: float, out: np.ndarray, lateral: np.ndarray) -> None:
    """Write the mean over directions of exp(attenuation), the variance of filtered back projection at a point.

    ``lateral`` is the share of it that comes from rays within 17 degrees of left to right.
    """
    n = water.shape[0]
    half = 0.5 * (n - 1)
    sums = np.zeros(2 * n, np.float64)
    out[:] = 0.0
    lateral[:] = 0.0
    for a in range(_ANGLES):
        angle = np.pi * a / _ANGLES
        c, s = np.cos(angle), np.sin(angle)
        sums[:] = 0.0
        for y in range(n):
            for x in range(n):
                t = (x - half) * c + (y - half) * s + n
                i = int(t)
                f = t - i
                sums[i] += (1.0 - f) * water[y, x]
                sums[i + 1] += f * water[y, x]
        # 0.02/mm: water at 120 kV; half of it, since the tube current is modulated and the bowtie levels the rest.
        sums[:] = np.exp(0.5 * 0.02 * pixel_mm * sums)
        for y in range(n):
            for x in range(n):
                t = (x - half) * c + (y - half) * s + n
                i = int(t)
                f = t - i
                part = ((1.0 - f) * sums[i] + f * sums[i + 1]) / _ANGLES
                out[y, x] += part
                if abs(2 * a - _ANGLES) <= 2:
                    lateral[y, x] += part
    lateral /= out


@nb.njit(cache=True, nogil=True)
def spread(coarse: np.ndarray, scale: float, noise: np.ndarray) -> None:
    """Multiply an image by ``scale`` times a coarse map, interpolated."""
    n, m = coarse.shape[0], noise.shape[0]
    for y in range(m):
        fy = min(max((y + 0.5) * n / m - 0.5, 0.0), n - 1.001)
        iy = int(fy)
        wy = np.float32(fy - iy)
        for x in range(m):
            fx = min(max((x + 0.5) * n / m - 0.5, 0.0), n - 1.001)
            ix = int(fx)
            wx = np.float32(fx - ix)
            top = coarse[iy, ix] + wx * (coarse[iy, ix + 1] - coarse[iy, ix])
            low = coarse[iy + 1, ix] + wx * (coarse[iy + 1, ix + 1] - coarse[iy + 1, ix])
            noise[y, x] *= np.float32(scale) * (top + wy * (low - top))


def local_sd(image: np.ndarray, pixel_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how noisy a slice is for its own attenuation, on a coarse lattice over the image.

    Parameters
    ----------
    image : numpy.ndarray
        float32 HU, shape (matrix, matrix).
    pixel_mm : float

    Returns
    -------
    sd, share : numpy.ndarray
        float64, shape (n, n): standard deviation beside that in the mediastinum of an average chest, and the share
        of the variance that lies in streaks from left to right.
    """
    n = min(_COARSE, image.shape[0])
    water = np.empty((n, n), np.float64)
    _coarse(image, water)
    variance, lateral = np.empty((n, n), np.float64), np.empty((n, n), np.float64)
    _variance(np.clip(water, 0.0, 2.0), pixel_mm * image.shape[0] / n, variance, lateral)
    starved = np.clip(variance / _MEDIASTINAL_VARIANCE - 0.9, 0.0, 1.0)
    share = starved * np.clip((lateral - _LATERAL_SHARE) / (1.0 - _LATERAL_SHARE), 0.0, 0.7)
    return _of_tissue(variance, water), share


def weigh(noise: np.ndarray, image: np.ndarray, pixel_mm: float, sd_hu: float) -> np.ndarray | None:
    """Scale white noise in place to the local standard deviation that a slice's own attenuation gives.

    The measured ratio of outside air, lung and mediastinum is about 0.4 : 0.72 : 1, with more between the
    shoulders. Variance at a point is the mean over rays through it of the inverse photon count, and a part that
    depends on the tissue at the point itself (nonlinear reconstruction).

    Parameters
    ----------
    noise, image : numpy.ndarray
        float32, shape (matrix, matrix); ``image`` in HU.
    pixel_mm : float
    sd_hu : float
        Standard deviation in the mediastinum of an average chest.

    Returns
    -------
    numpy.ndarray or None
        White noise for streaks from left to right, where rays that way are much weaker than others.
    """
    sd, share = local_sd(image, pixel_mm)
    streak = None
    if share.max() > _STREAK_SHOWN:
        streak = np.roll(noise, (image.shape[0] // 2, image.shape[0] // 3), (0, 1))
        spread((sd * np.sqrt(share)).astype(np.float32), sd_hu, streak)
    spread((sd * np.sqrt(1.0 - share)).astype(np.float32), sd_hu, noise)
    return streak


# exp(0.5 x 0.02/mm x water path), averaged over directions, in the middle of an average chest (about 200 mm water).
_MEDIASTINAL_VARIANCE = 7.4
_TISSUE_SHARE = 0.32
_LATERAL_SHARE = 0.30  # of the variance; 3 of 16 directions give 0.19 in a round body
_STREAK_SHOWN = 0.1


def _of_tissue(variance: np.ndarray, water: np.ndarray) -> np.ndarray:
    tissue = (1.0 - _TISSUE_SHARE) + _TISSUE_SHARE * np.clip(water, 0.0, 1.2)
    out: np.ndarray = np.sqrt(variance / _MEDIASTINAL_VARIANCE) * tissue
    return out
