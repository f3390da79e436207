"""From stored values to HU."""

from __future__ import annotations

from typing import Final

import numpy as np

from trainer.dicom.incoming.header import Stored

LEAST_HU: Final = -1024
MOST_HU: Final = 3071
AIR_HU: Final = -1000


def to_hu(raw: bytes, stored: Stored, little: bool, allocated: int) -> np.ndarray:
    """Return the HU of a slice, int16 [row, column], clipped to -1024 .. 3071; padding becomes air.

    Parameters
    ----------
    raw : bytes
        Its pixels, row by row.
    stored : Stored
    little : bool
        Whether the lower byte of a pixel comes first.
    allocated : int
        Bits that a pixel takes in ``raw``; after decoding that may be other than was declared.
    """
    words = np.frombuffer(raw, ("<" if little else ">") + ("u1" if allocated == 8 else "u2"))
    words = words[: stored.rows * stored.columns].reshape(stored.rows, stored.columns)
    values = (words.astype(np.int32) >> (stored.high + 1 - stored.bits)) & ((1 << stored.bits) - 1)
    if stored.signed:
        sign = 1 << (stored.bits - 1)
        values = (values ^ sign) - sign
    if stored.slope == 1.0 and stored.intercept.is_integer():
        hu: np.ndarray = np.clip(values + int(stored.intercept), LEAST_HU, MOST_HU).astype(np.int16)
    else:
        scaled = values * stored.slope + stored.intercept
        hu = np.rint(np.clip(scaled, LEAST_HU, MOST_HU)).astype(np.int16)
    if stored.padding is not None:
        low, high = stored.padding
        hu[(values >= low) & (values <= high)] = AIR_HU
    return hu
