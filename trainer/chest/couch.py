"""What lies around the patient in every scan: the table under the back and a blanket over the front."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.texture import value_noise

_AIR = np.float32(-900.0)
# Tables of three makes: half width, how much its sides stand above its middle, mattress, foam between the shells in
# the middle and at the sides, the shells' thickness (mm), HU of shell and foam. The first is read from one scan, the
# others are judgement.
_MAKES = np.array(
    [
        [208.0, 44.0, 11.0, 32.0, 7.0, 1.9, 330.0, -905.0],
        [214.0, 24.0, 8.0, 40.0, 12.0, 2.3, 120.0, -930.0],
        [200.0, 54.0, 14.0, 22.0, 16.0, 1.5, 220.0, -880.0],
    ]
)


@nb.njit(cache=True, nogil=True)
def _cover(distance_mm: float, half_mm: float, pixel_mm: float) -> float:
    """Return the share of a pixel that a line ``half_mm`` to both sides covers."""
    return min(1.0, max(0.0, 0.5 + (half_mm - abs(distance_mm)) / pixel_mm))


@nb.njit(cache=True, nogil=True)
def _table_hu(away: float, depth: float, pixel_mm: float, make: np.ndarray) -> float:
    """Return HU of the table ``away`` mm from its middle and ``depth`` mm below the mattress' top there."""
    half, mattress, hollow, rim, wall = make[0], make[2], make[3], make[4], make[5]
    u = min(1.0, abs(away) / half)
    shell = depth - mattress * (1.0 - 0.5 * u**6)
    floor = rim + (hollow - rim) * (1.0 - u * u)
    hu = -1000.0
    if shell < 0.0:
        hu = -968.0 + 90.0 * _cover(depth - 0.4, 0.3, pixel_mm)
    elif shell < floor:
        hu = make[7]
    # the shells grow thick towards the rail at the side, which has a bore
    thick = 0.5 * wall * (0.6 + 2.4 * u**6)
    line = max(_cover(shell - thick, thick, pixel_mm), _cover(shell - floor, 0.4 * thick + 0.3, pixel_mm))
    if u > 0.955 and 0.0 < shell < floor + 1.0:
        bore = np.hypot(abs(away) - 0.978 * half, shell - 0.5 * floor)
        line = max(line, min(1.0, max(0.0, 0.5 + (bore - 2.6) / pixel_mm)))
    return hu + line * (make[6] - hu)


@nb.njit(cache=True, nogil=True)
def add_couch(image: np.ndarray, pixel_mm: float, centre_x_mm: float, top_mm: float, seed: int) -> None:
    """Lay the table, two shells over foam with a mattress on them, under the patient where the image holds air.

    Parameters
    ----------
    image : numpy.ndarray
        float32 HU, shape (matrix, matrix).
    pixel_mm : float
    centre_x_mm, top_mm : float
        Middle of the table and its top there, in mm from the first pixel.
    seed : int
        Of the visit; says which table it is.
    """
    make = _MAKES[seed % len(_MAKES)]
    first = max(0, int((top_mm - make[1] - 4.0) / pixel_mm))
    for row in range(first, image.shape[0]):
        y = row * pixel_mm
        for x in range(image.shape[1]):
            away = x * pixel_mm - centre_x_mm
            depth = y - top_mm + make[1] * (away / make[0]) ** 2
            if image[row, x] > _AIR or abs(away) > make[0] or depth < 0.0 or depth > 80.0:
                continue
            hu = _table_hu(away, depth, pixel_mm, make)
            if hu > -1000.0:
                image[row, x] = np.float32(hu)


@nb.njit(cache=True, nogil=True)
def add_blanket(image: np.ndarray, pixel_mm: float, z_mm: float, seed: int) -> None:
    """Lay a thin sheet over the front of the patient, lifted here and there.

    Parameters
    ----------
    image : numpy.ndarray
        float32 HU, shape (matrix, matrix).
    pixel_mm, z_mm : float
    seed : int
        Of the visit.
    """
    n = image.shape[1]
    front = np.full(n, image.shape[0], np.int64)
    for row in range(image.shape[0] - 1, -1, -1):
        for x in range(n):
            if image[row, x] > np.float32(-500.0):
                front[x] = row
    reach = int(18.0 / pixel_mm)
    z = np.float32(z_mm)
    for x in range(reach, n - reach):
        top = image.shape[0]
        total = 0.0
        for i in range(x - reach, x + reach + 1):
            top = min(top, front[i])
            total += min(front[i], image.shape[0])
        if top >= image.shape[0] - 1 or front[x] >= image.shape[0]:
            continue
        mm = np.float32(x * pixel_mm)
        lift = 2.5 + 4.0 * float(value_noise(z, mm, np.float32(0.0), np.float32(45.0), seed))
        lift += 2.0 * float(value_noise(z, mm, np.float32(9.0), np.float32(14.0), seed))
        drape = 0.5 * top + 0.5 * total / (2 * reach + 1)
        if lift < 1.0:
            continue
        at = min(drape, float(front[x])) - lift / pixel_mm
        row = int(at)
        part = at - row
        if row < 1 or row + 1 >= image.shape[0]:
            continue
        for k in range(2):
            if image[row + k, x] < _AIR:
                image[row + k, x] = np.float32(-1000.0 + 190.0 * (part if k else 1.0 - part))
