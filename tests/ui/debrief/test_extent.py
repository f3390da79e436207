"""Where lungs and opacities lie among the slices is where the pictures show them."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.chest.conftest import make_anatomy
from tests.chest.example import EXAMPLES
from trainer.chest.deformation import reference_deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.ui.debrief.extent import extent_of, extent_on
from trainer.ui.work import Call, Cancelled


@pytest.fixture(scope="module")
def series():
    return Series(make_anatomy(), EXAMPLES["cop"], Protocol(matrix=128), 11)


def test_opacities_lie_where_the_truth_of_the_slices_has_them(series):
    extent = extent_of(series)
    truth = [series.truth(index) for index in range(series.count)]
    assert set(extent.opacities) == {label for masks in truth for label in masks}
    for label, (first, last) in extent.opacities.items():
        drawn = [index for index, masks in enumerate(truth) if label in masks]
        z, y, x = ((extent.places_mm[label] - np.array(series.origin_mm)) / series.spacing_mm).round().astype(int)
        assert truth[z][label][y - 2 : y + 3, x - 2 : x + 3].any()
        off = max(abs(first - drawn[0]), abs(last - drawn[-1])) * series.spacing_mm[0]
        assert off <= 4.0, (label, (first, last), (drawn[0], drawn[-1]))


def test_lungs_reach_as_far_as_the_anatomy_has_them(series):
    anatomy = series.anatomy
    still = Series(anatomy, series.state, series.protocol, 11, reference_deformation(anatomy, atlas_of(anatomy)))
    extent = extent_of(still)
    for side, lobes in ((extent.right, (1, 2, 3)), (extent.left, (4, 5))):
        there = np.flatnonzero(np.isin(anatomy.lobe, lobes).any(axis=(1, 2)))
        z_mm = anatomy.grid.origin_mm[0] + there[[0, -1]] * anatomy.grid.spacing_mm[0]
        assert np.abs(still.origin_mm[0] + np.array(side) * still.spacing_mm[0] - z_mm).max() < 4.0


def test_a_deeper_breath_moves_the_bases_and_the_zones(series):
    here, there = extent_of(series), extent_of(Series(series.anatomy, series.state, series.protocol, 12))
    assert here.right != there.right
    for extent in (here, there):
        whole = [len(extent.zone(zone)) for zone in ("right-lower", "right-middle", "right-upper")]
        assert max(whole) - min(whole) <= 1 and abs(sum(whole) - (extent.right[1] - extent.right[0])) < 1.0


def test_a_chest_that_would_have_to_be_built_is_given_up_with_the_debrief(monkeypatch):
    def build(_, progress):
        progress(0.1)
        raise AssertionError("it was built to the end")

    monkeypatch.setattr("trainer.ui.debrief.extent.anatomy_of", build)
    call = Call(lambda *_: None, lambda: False)
    call.cancel()
    with pytest.raises(Cancelled):
        extent_on(call.check, SimpleNamespace(person=SimpleNamespace(key=1), chest=lambda _: None), 0)
