"""What lies around the patient in every scan: the table under the back and a blanket over the front."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.chest.opacity.texture import value_noise

_AIR = np.float32(-900.0)
_HALF_WIDTH_MM = 205.0
_MATTRESS_MM = 9.0
_HOLLOW_MM = 30.0  # between the table's two shells in the middle; they meet at its sides


@nb.njit(cache=True)
def add_couch(image: np.ndarray, pixel_mm: float, centre_x_mm: float, top_mm: float) -> None:
    """Lay the table, two shells over foam with a mattress on them, under the patient where the image holds air.

    Parameters
    ----------
    image : numpy.ndarray
        float32 HU, shape (matrix, matrix).
    pixel_mm : float
    centre_x_mm, top_mm : float
        Middle of the table and its top there, in mm from the first pixel.
    """
    first = max(0, int((top_mm - 60.0) / pixel_mm))
    for row in range(first, image.shape[0]):
        y = row * pixel_mm
        for x in range(image.shape[1]):
            away = x * pixel_mm - centre_x_mm
            below = y - top_mm + away * away / 900.0
            if image[row, x] > _AIR or abs(away) > _HALF_WIDTH_MM or below < 0.0:
                continue
            shell = below - _MATTRESS_MM
            floor = _HOLLOW_MM * (1.0 - (away / (_HALF_WIDTH_MM - 12.0)) ** 2)
            hu = -1000.0
            if shell < 0.0:
                hu = -965.0
            elif shell < 1.6 or (floor > 1.6 and floor <= shell < floor + 1.6):
                hu = 20.0
            elif shell < floor:
                hu = -945.0
            if hu > -1000.0:
                image[row, x] = np.float32(hu)


@nb.njit(cache=True)
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
