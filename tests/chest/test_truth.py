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


def scan(anatomy, **chest):
    still = reference_deformation(anatomy, atlas_of(anatomy))
    return Series(anatomy, state(**chest), Protocol(kernel="soft", spacing_mm=2.0), 5, still)


def mask_of(series, what):
    """Return the mask of a sign of the whole chest."""
    found = [series.sign_truth(i).get((CHEST, what)) for i in range(series.count)]
    return np.array([np.zeros(series.shape[1:], bool) if mask is None else mask for mask in found])


def inside(series, mask):
    """Return the HU in a mask; only slices that have some of it are drawn."""
    return np.concatenate([series.clean(i)[mask[i]] for i in np.flatnonzero(mask.any(axis=(1, 2)))])


def test_fluid_has_its_volume_and_density(anatomy):
    series = scan(anatomy, effusion_left_ml=300.0)
    mask = mask_of(series, Sign.PLEURAL_EFFUSION)
    assert mask.sum() * np.prod(series.spacing_mm) / 1000.0 == pytest.approx(300.0, rel=0.1)
    assert np.median(inside(series, mask)) == pytest.approx(FLUID_HU, abs=5.0)


def test_trapped_air_is_darker_than_its_neighbours(anatomy):
    series, healthy = scan(anatomy, mosaic=1.0), scan(anatomy)
    mask = mask_of(series, Sign.MOSAIC_ATTENUATION)[::2]
    hu, plain = (np.array([one.clean(i) for i in range(0, one.count, 2)]) for one in (series, healthy))
    lung = (plain < -780) & (plain > -950)
    assert (hu - plain)[mask & lung].mean() < -30.0
    assert (hu - plain)[~mask & lung].mean() > 5.0


def test_nodes_are_there_only_when_enlarged(anatomy):
    series = scan(anatomy, node_mm=12.0)
    mask = mask_of(series, Sign.LYMPH_NODE)
    assert mask.any()
    assert 0.0 < np.median(inside(series, mask)) < 60.0
    assert not mask_of(scan(anatomy), Sign.LYMPH_NODE).any()
