"""What an opacity is called (Fleischner glossary: Bankier et al., Radiology 2024)."""

from __future__ import annotations

from enum import Enum

import numpy as np

from trainer.course.opacity import Form


class Sign(Enum):
    """A sign that an opacity shows."""

    GROUND_GLASS_OPACITY = "ground-glass opacity"
    CONSOLIDATION = "consolidation"
    AIR_BRONCHOGRAM = "air bronchogram"
    REVERSED_HALO = "reversed halo sign"
    HALO = "halo sign"
    PERILOBULAR = "perilobular pattern"
    CRAZY_PAVING = "crazy-paving pattern"
    NODULE = "nodule"
    MASS = "mass"
    MICRONODULES = "micronodules"
    CENTRILOBULAR_NODULES = "centrilobular nodules"
    TREE_IN_BUD = "tree-in-bud sign"
    CAVITY = "cavity"
    RETICULATION = "reticular pattern"
    HONEYCOMBING = "honeycombing"
    TRACTION_BRONCHIECTASIS = "traction bronchiectasis"
    PARENCHYMAL_BAND = "parenchymal band"
    SUBPLEURAL_SPARING = "subpleural sparing"
    INFARCT_WEDGE = "pleural-based wedge"
    PLEURAL_EFFUSION = "pleural effusion"
    MOSAIC_ATTENUATION = "mosaic attenuation"
    LYMPH_NODE = "enlarged lymph node"


CONSOLIDATION_FILL = 0.75
GROUND_GLASS_FILL = 0.08
SHOWN = 0.25  # a share below this is not named, judgement
HALO_SHOWN = 0.4
ENLARGED_NODE_MM = 10.0  # short axis (Fleischner glossary, Bankier 2024)
MASS_ML = 14.1  # a sphere of 30 mm


def signs_of(opacity: np.void) -> tuple[Sign, ...]:
    """Return the signs that a record of `OPACITY` shows, the leading one first."""
    form, fill = int(opacity["form"]), float(opacity["fill"])
    solid = fill >= CONSOLIDATION_FILL
    volume = float(opacity["volume_ml"])
    named = {
        Sign.REVERSED_HALO: opacity["ring"] >= 0.5,
        Sign.HONEYCOMBING: opacity["honeycomb"] >= SHOWN,
        Sign.CAVITY: opacity["cavity"] >= 0.05,
        Sign.TREE_IN_BUD: opacity["tree_in_bud"] >= SHOWN,
        Sign.CENTRILOBULAR_NODULES: form == Form.CENTRILOBULAR and opacity["tree_in_bud"] < SHOWN,
        Sign.INFARCT_WEDGE: form == Form.WEDGE,
        Sign.PARENCHYMAL_BAND: form == Form.BAND,
        Sign.MASS: form == Form.NODULE and volume > MASS_ML,
        Sign.NODULE: form == Form.NODULE and volume <= MASS_ML,
        Sign.PERILOBULAR: opacity["perilobular"] >= SHOWN and opacity["ring"] < 0.5,
        Sign.CRAZY_PAVING: opacity["septal"] >= SHOWN and not solid and fill >= GROUND_GLASS_FILL,
        Sign.CONSOLIDATION: solid and form in (Form.PATCH, Form.FIELD, Form.WEDGE),
        Sign.AIR_BRONCHOGRAM: solid and form in (Form.PATCH, Form.FIELD) and opacity["ring"] < 0.5,
        Sign.GROUND_GLASS_OPACITY: form != Form.CENTRILOBULAR
        and fill >= GROUND_GLASS_FILL
        and (not solid or opacity["ring"] >= 0.5),
        Sign.HALO: solid and opacity["halo"] >= HALO_SHOWN and opacity["ring"] < 0.5,
        Sign.TRACTION_BRONCHIECTASIS: opacity["traction"] >= SHOWN,
        Sign.RETICULATION: opacity["reticulation"] >= SHOWN,
        Sign.MICRONODULES: opacity["nodularity"] >= SHOWN,
        Sign.SUBPLEURAL_SPARING: opacity["sparing"] >= SHOWN,
    }
    return tuple(sign for sign, shown in named.items() if shown)
