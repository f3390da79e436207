"""A first look at a series: whether it shows a whole chest, and where its lungs begin and end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from trainer.chest.imported.body import body_of
from trainer.chest.imported.frame import scout_of
from trainer.chest.imported.source import Source
from trainer.core.error import BadInput

_AIR_HU = -500
_LEAST_MM = 150.0  # along each axis: no adult's lungs are lower, no adult's chest narrower (judgement)
_LUNG_ML = 700.0  # both lungs of a small adult breathed out hold more (judgement)
_PART = 0.15  # of the largest part of the lungs
_GAS_HU = -935  # lungs are denser in the mean, gas in the bowel or outside is not
_CUT = 0.04  # of the lungs' largest cross-section: more than the trachea's own or the tip of a sulcus (judgement)
_EXPECTED = "a chest CT from the neck to below the lungs is expected"


@dataclass(frozen=True)
class Extent:
    """Where the lungs lie, mm above the middle of the source's lowest slice."""

    bottom_mm: float
    top_mm: float


def extent_of(source: Source) -> Extent:
    """Return where the lungs lie in a series.

    Raises
    ------
    BadInput
        If it shows no lungs, or not the whole of them.
    """
    lengths = [n * s for n, s in zip(source.hu.shape, source.spacing_mm, strict=True)]
    if min(lengths) < _LEAST_MM:
        size = " x ".join(f"{v:.0f}" for v in lengths)
        raise BadInput(f"the series covers only {size} mm (height x depth x width); {_EXPECTED}")
    hu, spacing = scout_of(source)
    body = body_of(hu, spacing)
    if not body.any():
        raise BadInput(f"no patient was found in the series; {_EXPECTED}")
    labels, count = ndi.label((hu < _AIR_HU) & body)
    voxel_ml = float(np.prod(spacing)) / 1000.0
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * voxel_ml
    sizes[0] = 0.0
    means = ndi.mean(hu, labels, np.arange(count + 1)) if count else np.zeros(1)
    sizes[np.nan_to_num(means) < _GAS_HU] = 0.0
    keep = sizes > _PART * max(float(sizes.max()), 1.0)
    total = float(sizes[keep].sum())
    if total < _LUNG_ML:
        raise BadInput(f"no lungs were found ({total:.0f} ml of air like that in lungs); {_EXPECTED}")
    area = keep[labels].sum(axis=(1, 2)) * spacing[1] * spacing[2]
    for where, index in (("top", -1), ("bottom", 0)):
        if area[index] > _CUT * area.max():
            raise BadInput(f"the lungs are cut off at the {where} of the series; {_EXPECTED}")
    # the trachea goes on above the lungs, but is never so wide
    levels = np.flatnonzero(area > min(1100.0, _CUT * float(area.max())))
    low, high = (
        source.spacing_mm[0] * 0.5 * (spacing[0] / source.spacing_mm[0] - 1) + spacing[0] * v for v in levels[[0, -1]]
    )
    return Extent(float(low), float(high))
