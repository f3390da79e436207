"""Masks of what the chest as a whole shows: fluid, trapped air, nodes."""

import numpy as np
import pytest

from trainer.chest.deformation import reference_deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.opacity.effusion import FLUID_HU
from trainer.chest.opacity.sign import Sign
from trainer.chest.opacity.truth import CHEST
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series

from .example import state


def masks(anatomy, what, **chest):
    """Return the masks of a sign of the whole chest, the clean slices, and the millilitres of a voxel."""
    still = reference_deformation(anatomy, atlas_of(anatomy))
    series = Series(anatomy, state(**chest), Protocol(kernel="soft", spacing_mm=2.0), 5, still)
    found = [series.sign_truth(i).get((CHEST, what)) for i in range(series.count)]
    shown = [np.zeros(series.shape[1:], bool) if mask is None else mask for mask in found]
    voxel_ml = float(np.prod(series.spacing_mm)) / 1000.0
    return np.array(shown), np.array([series.clean(i) for i in range(series.count)]), voxel_ml


def test_fluid_has_its_volume_and_density(anatomy):
    mask, hu, voxel_ml = masks(anatomy, Sign.PLEURAL_EFFUSION, effusion_left_ml=300.0)
    assert mask.sum() * voxel_ml == pytest.approx(300.0, rel=0.1)
    assert np.median(hu[mask]) == pytest.approx(FLUID_HU, abs=5.0)


def test_trapped_air_is_darker_than_its_neighbours(anatomy):
    mask, hu, _ = masks(anatomy, Sign.MOSAIC_ATTENUATION, mosaic=1.0)
    _, plain, _ = masks(anatomy, Sign.MOSAIC_ATTENUATION)
    lung = (plain < -780) & (plain > -950)
    assert (hu - plain)[mask & lung].mean() < -30.0
    assert (hu - plain)[~mask & lung].mean() > 5.0


def test_nodes_are_there_only_when_enlarged(anatomy):
    mask, hu, _ = masks(anatomy, Sign.LYMPH_NODE, node_mm=12.0)
    assert mask.any()
    assert 0.0 < np.median(hu[mask]) < 60.0
    none, _, _ = masks(anatomy, Sign.LYMPH_NODE)
    assert not none.any()
