"""The findings that a CT can be read for, in the groups in which a radiologist reports them. Knows no Qt."""

from __future__ import annotations

from typing import Final

from trainer.reasoning.ctread import CHANGE
from trainer.reasoning.reading import MIGRATION

PATTERN: Final = (
    "consolidation", "ground-glass-opacity", "crazy-paving", "reversed-halo", "perilobular-pattern", "nodule", "mass",
    "centrilobular-nodules", "tree-in-bud", "reticulation", "honeycombing", "mosaic-attenuation",
)  # fmt: skip
DISTRIBUTION: Final = (
    "bilateral-opacities", "multiple-opacities", "peripheral-distribution", "peribronchovascular-distribution",
    "upper-zone-predominance", "lower-zone-predominance", "subpleural-sparing",
)  # fmt: skip
SIGN: Final = (
    "thick-rim", "nodular-rim", "reticulation-inside-halo", "halo-sign", "cavity", "parenchymal-band",
    "wedge-shaped-opacity", "traction-bronchiectasis", "pleural-effusion", "lymphadenopathy",
)  # fmt: skip
COMPARED: Final = (MIGRATION, *CHANGE)

GROUPS: Final = (
    ("Pattern", PATTERN),
    ("Distribution", DISTRIBUTION),
    ("Signs", SIGN),
    ("Beside the scan before", COMPARED),
)
"""Title and findings of each group; the last only where there is a scan before."""


def groups(compared: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the groups that can be read, with or without a scan before."""
    return GROUPS if compared else GROUPS[:-1]
