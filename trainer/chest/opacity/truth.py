"""Masks of signs, out of what the kernels say of each pixel."""

from __future__ import annotations

import numpy as np

from trainer.chest.opacity.sign import SHOWN, Sign

_NO_CAVITY_MM = 900.0  # a brush without a cavity carries a distance beyond this


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
        empty = _hollow_sign(brush)
        parts = {solid: filled, Sign.GROUND_GLASS_OPACITY: owned & ~filled & ~hollow}
        if empty is not None:
            parts[empty] = hollow
        out.update({(label, sign): mask for sign, mask in parts.items() if mask.any()})
    return out


def _hollow_sign(brush: np.void) -> Sign | None:
    """Return what the hollows of an opacity are called, or None where they are too slight to be named."""
    if brush["honeycomb"] >= SHOWN:
        return Sign.HONEYCOMBING
    if brush["cavity_mm"] < _NO_CAVITY_MM:
        return Sign.CAVITY
    return Sign.TRACTION_BRONCHIECTASIS if brush["traction"] >= SHOWN else None
