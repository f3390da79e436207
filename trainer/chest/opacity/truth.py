"""Masks of signs, out of what the kernels say of each pixel."""

from __future__ import annotations

import numpy as np

from trainer.chest.opacity.pattern import HAS_CAVITY, MIXED_FILL, RING, Part
from trainer.chest.opacity.sign import CONSOLIDATION_FILL, GROUND_GLASS_FILL, HALO_SHOWN, MASS_ML, SHOWN, Sign
from trainer.course.opacity import Form

CHEST = 0
"""In the place of an opacity's label: a sign of the chest as a whole."""

_OF_CHEST = {
    Part.FLUID: Sign.PLEURAL_EFFUSION,
    Part.TRAPPED: Sign.MOSAIC_ATTENUATION,  # the darker lobules, in which air is trapped
    Part.NODE: Sign.LYMPH_NODE,
}
_OF_OPACITY = [part for part in Part if part != Part.OWNED and part not in _OF_CHEST]


def sign_masks(brushes: np.ndarray, bits: np.ndarray) -> dict[tuple[int, Sign], np.ndarray]:
    """Return masks by label and sign; those of one opacity share it out among them, those of `CHEST` do not.

    Parameters
    ----------
    brushes : numpy.ndarray
        Records of `BRUSH`.
    bits : numpy.ndarray
        int64, shape (len(Part), rows, columns): opacities that show each part at a pixel, as `scan_plane` writes.
    """
    shown = [int(np.bitwise_or.reduce(plane, axis=None)) for plane in bits]
    out = {(CHEST, sign): bits[part] != 0 for part, sign in _OF_CHEST.items() if shown[part]}
    for n, brush in enumerate(brushes):
        if not shown[Part.OWNED] >> n & 1:
            continue
        label = int(brush["label"])
        rest = bits[Part.OWNED] >> n & 1 == 1
        for part in _OF_OPACITY:
            if shown[part] >> n & 1:
                mask = bits[part] >> n & 1 == 1
                rest &= ~mask
                name = label, sign_of(brush, part)
                out[name] = out[name] | mask if name in out else mask
        if rest.any():
            name = label, sign_of(brush, Part.OWNED)
            out[name] = out[name] | rest if name in out else rest
    return out


def sign_of(brush: np.void, part: Part) -> Sign:
    """Return what a part of an opacity is called; `Part.OWNED` stands for all of it that shows no other part."""
    fibrotic = brush["traction"] >= SHOWN
    named = {
        Part.SOLID: _solid_sign(brush),
        Part.CAVITY: Sign.CAVITY,
        Part.CYST: Sign.HONEYCOMBING,
        Part.BRONCHUS: Sign.TRACTION_BRONCHIECTASIS if fibrotic else Sign.AIR_BRONCHOGRAM,
        Part.ARCADE: Sign.PERILOBULAR,
        Part.BUD: Sign.TREE_IN_BUD,
        Part.NODULE: Sign.CENTRILOBULAR_NODULES
        if brush["form"] == Form.CENTRILOBULAR and brush["tree_in_bud"] < SHOWN
        else Sign.MICRONODULES,
        Part.SPARED: Sign.SUBPLEURAL_SPARING,
        Part.OWNED: _hazy_sign(brush),
    }
    return named[part]


def _solid_sign(brush: np.void) -> Sign:
    forms = {
        Form.NODULE: Sign.MASS if brush["volume_ml"] > MASS_ML else Sign.NODULE,
        Form.WEDGE: Sign.INFARCT_WEDGE,
        Form.BAND: Sign.PARENCHYMAL_BAND,
    }
    if brush["ring"] >= RING:
        return Sign.REVERSED_HALO
    if brush["filling"] < MIXED_FILL and max(brush[n] for n in ("reticulation", "honeycomb", "traction")) >= SHOWN:
        return Sign.RETICULATION  # walls and bands of fibrosis
    return forms.get(Form(int(brush["form"])), Sign.CONSOLIDATION)


def _hazy_sign(brush: np.void) -> Sign:
    """Return what surrounds the solid parts and lines of an opacity."""
    fill = float(brush["filling"])
    if brush["septal"] >= SHOWN and GROUND_GLASS_FILL <= fill < CONSOLIDATION_FILL:
        return Sign.CRAZY_PAVING
    if brush["reticulation"] >= SHOWN and fill < GROUND_GLASS_FILL:
        return Sign.RETICULATION
    solid = fill >= CONSOLIDATION_FILL and brush["ring"] < RING and not brush["cavity_mm"] < HAS_CAVITY
    return Sign.HALO if solid and brush["halo"] >= HALO_SHOWN else Sign.GROUND_GLASS_OPACITY
