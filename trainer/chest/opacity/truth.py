"""Masks of signs, out of what the kernels say of each pixel."""

from __future__ import annotations

import numpy as np

from trainer.chest.opacity.sign import Sign


def sign_masks(brushes: np.ndarray, bits: np.ndarray) -> dict[tuple[int, Sign], np.ndarray]:
    """Return masks by label and sign.

    Parameters
    ----------
    brushes : numpy.ndarray
        Records of `BRUSH`.
    bits : numpy.ndarray
        int64, shape (3, rows, columns): pixels that each brush owns, fills and hollows, as `scan_plane` writes.
    """
    out = {}
    for n, brush in enumerate(brushes):
        owned, filled, hollow = ((plane >> n) & 1 == 1 for plane in bits)
        label = int(brush["label"])
        solid = Sign.REVERSED_HALO if brush["ring"] >= 0.5 else Sign.CONSOLIDATION
        empty = Sign.CAVITY if brush["cavity_mm"] < 900.0 else Sign.TRACTION_BRONCHIECTASIS
        if brush["honeycomb"] > 0.0:
            empty = Sign.HONEYCOMBING
        parts = {solid: filled, empty: hollow, Sign.GROUND_GLASS_OPACITY: owned & ~filled & ~hollow}
        out.update({(label, sign): mask for sign, mask in parts.items() if mask.any()})
    return out
