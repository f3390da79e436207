"""Visits of an imported chest: the source comes back, opacities lie in it, and noise is its own and no more."""

from dataclasses import replace

import numba
import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter

from tests.chest.example import EXAMPLES, patch, state
from trainer.chest.acquired.slice import tissue_hu
from trainer.chest.deformation import reference_deformation, visit_deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.opacity.sign import Sign
from trainer.chest.opacity.truth import CHEST
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.opacity import Lobe

from .phantom import HEALTHY, scanned_chest

PROTOCOL = Protocol(matrix=256)
PICKED = (12, 18, 24)
SOLID_HU = 6.0  # a full patch keeps half a percent of air
BIG = state(
    patch(Lobe.RIGHT_LOWER, 0.5, 2.6, 120, 1.0, depth=0.3), patch(Lobe.LEFT_LOWER, 0.5, 2.6, 120, 1.0, depth=0.3)
)


@pytest.fixture(scope="module")
def chest():
    return scanned_chest()[0]


@pytest.fixture(scope="module")
def still(chest):
    return reference_deformation(chest, atlas_of(chest))


def scan(chest, what=HEALTHY, key=3, deformation=None, protocol=PROTOCOL):
    return Series(chest, what, protocol, key, deformation)


def muscle_in(source, body, lung, index):
    """Return the mask of smooth muscle, away from any border."""
    smooth = gaussian_filter(source.hu[index].astype(float), 2.0)
    return binary_erosion((np.abs(smooth - 45.0) < 12.0) & body[index] & ~lung[index], iterations=3)


def rough(image):
    """Return a slice less what is smooth in it."""
    return image.astype(float) - gaussian_filter(image.astype(float), 3.0)


def test_at_rest_every_slice_meets_its_own(chest, still):
    _, source, _, _ = scanned_chest()
    series = scan(chest, deformation=still)
    assert series.shape == source.hu.shape
    assert series.spacing_mm == pytest.approx(source.spacing_mm)
    assert series.origin_mm == pytest.approx(chest.acquisition.grid.origin_mm)


def test_smooth_tissue_comes_back_within_two_hu(chest, still):
    _, source, body, lung = scanned_chest()
    series = scan(chest, deformation=still)
    for index in PICKED:
        muscle = muscle_in(source, body, lung, index)
        assert muscle.sum() > 400
        mine, own = series.slice(index).astype(float), source.hu[index].astype(float)
        assert mine[muscle].mean() == pytest.approx(own[muscle].mean(), abs=2.0)
        # pixel by pixel, with the noise averaged away from both
        clean = gaussian_filter(series.clean(index).astype(float), 4.0)
        assert np.abs(clean - gaussian_filter(own, 4.0))[muscle].mean() < 2.0
        assert mine[lung[index]].mean() == pytest.approx(own[lung[index]].mean(), abs=2.0)


def test_noise_is_topped_up_and_not_doubled(chest, still):
    _, source, body, lung = scanned_chest()
    ratios, mine_by, own_by = [], [], []
    for index in PICKED:
        muscle = muscle_in(source, body, lung, index)
        mine, own = rough(scan(chest, deformation=still).slice(index)), rough(source.hu[index])
        ratios.append(mine[muscle].std() / own[muscle].std())
        pairs = muscle[:, 1:] & muscle[:, :-1]
        for image, by in ((mine, mine_by), (own, own_by)):
            by.append((image[:, 1:] * image[:, :-1])[pairs].mean() / image[muscle].var())
        inner = binary_erosion(lung[index], iterations=2)
        assert rough(scan(chest, deformation=still).slice(index))[inner].std() == pytest.approx(
            rough(source.hu[index])[inner].std(), rel=0.08
        )
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.06)
    assert np.mean(mine_by) == pytest.approx(np.mean(own_by), abs=0.07)


def test_visits_have_noise_of_their_own(chest, still):
    _, source, body, lung = scanned_chest()
    index = PICKED[1]
    muscle = muscle_in(source, body, lung, index)
    one, two = (rough(scan(chest, key=key, deformation=still).slice(index)) for key in (3, 4))
    own = rough(source.hu[index])
    assert abs(np.corrcoef(one[muscle], two[muscle])[0, 1]) < 0.3
    assert abs(np.corrcoef(one[muscle], own[muscle])[0, 1]) < 0.4


def test_an_opacity_is_as_noisy_as_tissue(chest, still):
    _, source, body, lung = scanned_chest()
    series = scan(chest, BIG, deformation=still)
    inside, beside = [], []
    for index in (14, 16, 18, 20, 22):
        clean = series.clean(index)
        solid = binary_erosion(np.logical_or.reduce(list(series.truth(index).values())), iterations=3)
        solid &= np.abs(clean - tissue_hu(chest.acquisition)) < SOLID_HU
        image = series.slice(index)
        inside.append((image - clean)[solid])
        beside.append(rough(image)[muscle_in(source, body, lung, index)])
    inside, beside = np.concatenate(inside), np.concatenate(beside)
    assert len(inside) > 300
    assert inside.std() == pytest.approx(beside.std(), rel=0.15)


def test_nothing_changes_outside_the_opacities(chest, still):
    """Beyond the reach of blur nothing moves, and of what lies outside the lungs only their border."""
    _, _, _, lung = scanned_chest()
    healthy, ill = scan(chest, deformation=still), scan(chest, EXAMPLES["cop"], deformation=still)
    changed = 0
    for index in range(9, healthy.count, 5):
        # a mask is of the middle plane, and a slice shows what begins above and below it
        masks = [mask for i in (index - 1, index, index + 1) for mask in ill.truth(i).values()]
        shown = np.logical_or.reduce(masks) if masks else np.zeros(ill.shape[1:], bool)
        change = np.abs(ill.clean(index) - healthy.clean(index))
        changed += int((change[shown] > 100.0).sum())
        # opacities fade out over some millimetres beyond their mask
        assert change[~binary_dilation(shown, iterations=16)].max() < 1.0
        assert change[~binary_dilation(lung[index], iterations=4)].max() < 1.0
    assert changed > 500


def test_no_dark_line_is_left_at_the_pleura(chest, still):
    """Between consolidation and the chest wall no pixel is much darker than both."""
    series, healthy = scan(chest, BIG, deformation=still), scan(chest, deformation=still)
    checked = 0
    for index in (14, 16, 18, 20, 22):
        image, before = series.clean(index), healthy.clean(index)
        solid = binary_erosion(np.logical_or.reduce(list(series.truth(index).values())), iterations=2)
        solid &= np.abs(image - tissue_hu(chest.acquisition)) < SOLID_HU
        wall = binary_erosion(np.abs(before - 45.0) < 15.0, iterations=1)
        between = binary_dilation(solid, iterations=6) & binary_dilation(wall, iterations=4) & ~solid & ~wall
        between &= binary_dilation(solid, iterations=3)
        checked += int(between.sum())
        assert np.quantile(image[between], 0.2) > -60.0
    assert checked > 50


def test_contrast_medium_reaches_consolidation(chest):
    scan_ = chest.acquisition
    assert tissue_hu(replace(scan_, blood_hu=40.0)) == pytest.approx(30.0)
    assert 60.0 < tissue_hu(replace(scan_, blood_hu=150.0)) < 90.0


def test_truth_and_signs_are_those_of_any_chest(chest):
    series = scan(chest, replace(EXAMPLES["cop"], effusion_left_ml=200.0))
    seen = {label for index in range(series.count) for label in series.truth(index)}
    assert seen == set(series.signs())
    signs = {key for index in range(series.count) for key in series.sign_truth(index)}
    assert (CHEST, Sign.PLEURAL_EFFUSION) in signs
    assert any(sign is Sign.CONSOLIDATION for _, sign in signs)


def test_effusion_nodes_and_mosaic_are_planted(chest, still):
    healthy = scan(chest, deformation=still)
    index = 8
    wet = scan(chest, state(effusion_right_ml=250.0), deformation=still)
    assert (wet.clean(index) - healthy.clean(index)).max() > 700.0
    nodes = scan(chest, state(node_mm=16.0), deformation=still)
    assert max((nodes.clean(i) - healthy.clean(i)).max() for i in range(20, 30)) > 60.0
    trapped = scan(chest, state(mosaic=1.0), deformation=still)
    change = trapped.clean(18) - healthy.clean(18)
    assert change.min() < -20.0 and change.max() > 10.0


def test_order_and_threads_do_not_matter(chest):
    before = numba.get_num_threads()
    one = scan(chest, EXAMPLES["cop"])
    want = {index: one.slice(index) for index in PICKED}
    try:
        numba.set_num_threads(1)
        other = scan(chest, EXAMPLES["cop"])
        for index in PICKED[::-1]:
            assert np.array_equal(other.slice(index), want[index])
    finally:
        numba.set_num_threads(before)


def test_the_kernel_has_no_effect_and_the_source_bounds_what_can_be_asked(chest):
    series = scan(chest, EXAMPLES["cop"])
    assert np.array_equal(series.with_kernel("soft").slice(12), series.with_kernel("lung").slice(12))
    assert (series.protocol.thickness_mm, series.protocol.spacing_mm) == (3.0, 3.0)
    thick = scan(chest, protocol=replace(PROTOCOL, thickness_mm=6.0, spacing_mm=6.0))
    assert thick.count == (series.count + 1) // 2


def test_thicker_slices_are_smoother(chest, still):
    _, source, body, lung = scanned_chest()
    thick = scan(chest, deformation=still, protocol=replace(PROTOCOL, thickness_mm=6.0, spacing_mm=3.0))
    thin = scan(chest, deformation=still)
    muscle = muscle_in(source, body, lung, 18)
    ratio = rough(thick.slice(18))[muscle].std() / rough(thin.slice(18))[muscle].std()
    assert ratio == pytest.approx(np.sqrt(0.5), rel=0.12)


def test_a_volume_is_its_slices(chest):
    series = scan(chest, EXAMPLES["cop"], protocol=replace(PROTOCOL, spacing_mm=9.0))
    volume = series.volume()
    assert volume.shape == series.shape
    assert np.array_equal(volume[5], series.slice(5))
    assert (volume[5] > -1024).mean() > 0.7


def test_a_couch_lies_under_the_patient(chest):
    series = scan(chest)
    image = series.clean(15)
    body = np.nonzero((image > -500).any(axis=1))[0].max()
    assert (image[body + 8 :] > -700).sum() == 0
    assert (series.slice(15)[body + 8 :] > -700).sum() > 50


def test_a_body_at_the_edge_of_its_field_stays_there(chest):
    organ = chest.organ.copy()
    free = visit_deformation(chest, atlas_of(chest), 5)
    organ[:, :, 0] = 2
    cut = replace(chest, organ=organ)
    held = visit_deformation(cut, atlas_of(cut), 5)
    assert np.hypot(*free.shift_mm[1:]) > 0.0 or free.rotation[1, 2] != 0.0
    assert held.shift_mm[1:].tolist() == [0.0, 0.0]
    assert held.shift_mm[0] == free.shift_mm[0]
    built = replace(cut, acquisition=None)
    assert np.hypot(*visit_deformation(built, atlas_of(built), 5).shift_mm[1:]) > 0.0
