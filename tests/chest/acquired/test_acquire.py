"""The measures find what was put into a source; cleaning takes noise and leaves what is none."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from trainer.chest.acquired.acquire import acquire
from trainer.chest.acquired.cleaning import band_shares, cleaned
from trainer.chest.acquired.edge import transfer_of
from trainer.chest.acquired.grain import grain_of, sd_map
from trainer.chest.acquired.spectrum import FREQUENCIES, correlation, unit_filter
from trainer.chest.imported.source import Source

from .phantom import MODULATION, NOISE, SPACING, TRANSFER, acquired, grid_of, phantom


@pytest.mark.parametrize("kind", ["soft", "sharp"])
def test_noise_is_found(kind):
    found, told = acquired(kind)
    assert told == []
    assert found.noise_hu * np.median(found.modulation) == pytest.approx(15.0, rel=0.06)
    own = found.modulation / np.median(found.modulation)
    assert np.abs(own - MODULATION / np.median(MODULATION)).max() < 0.1
    assert np.abs(correlation(found.power)[1:4] - correlation(NOISE[kind])[1:4]).max() < 0.06


def test_noise_is_found_at_low_dose():
    source, body, _ = phantom("sharp", noise_hu=90.0)
    found = grain_of(source.hu, SPACING, body, pytest.fail)
    assert found.noise_hu * np.median(found.modulation) == pytest.approx(90.0, rel=0.08)


@pytest.mark.parametrize("kind", ["soft", "sharp"])
def test_sharpness_is_found(kind):
    found, _ = acquired(kind)
    assert found.transfer[0] == pytest.approx(1.0)
    seen = FREQUENCIES < 0.5
    # the phantom's outlines are averaged over a pixel before they are blurred
    assert np.abs(found.transfer - TRANSFER[kind] * np.sinc(FREQUENCIES))[seen].max() < 0.08


def test_kernels_are_told_apart():
    soft, sharp = acquired("soft")[0].transfer, acquired("sharp")[0].transfer
    at = np.searchsorted(FREQUENCIES, 0.35)
    assert sharp[at] > 2.0 * soft[at]


@pytest.mark.parametrize("blood_hu", [38.0, 120.0, 240.0])
def test_blood_is_found(blood_hu):
    source, body, lung = phantom("soft", blood_hu=blood_hu)
    found = acquire(source, grid_of(source), body, lung)
    assert found.blood_hu == pytest.approx(blood_hu, abs=8.0)


def test_what_cannot_be_measured_is_said():
    told = []
    hu = np.full((12, 64, 64), -1000, np.int16)
    hu[:, 24:40, 24:40] = 40
    body = hu > -500
    source = Source(hu, (1.0, 0.9, 0.9), 1.0)
    found = acquire(source, grid_of(source), body, np.zeros_like(body), told.append)
    assert len(told) == 3
    assert found.noise_hu > 0.0
    assert np.isfinite(found.power).all()
    assert found.transfer[0] == 1.0


def test_any_size_of_slice_has_a_model_of_noise():
    for shape in ((200, 256), (333, 333), (512, 400), (64, 64)):
        assert sd_map(np.zeros(shape, np.float32), 0.8).shape == shape


def test_sharpness_does_not_fail_on_odd_bodies():
    told = []
    hu = np.full((5, 128, 128), -1000, np.int16)
    hu[2, 60:63] = 40
    assert np.isfinite(transfer_of(hu, hu > -500, told.append)).all()
    assert len(told) == 1


def test_cleaning_takes_noise_alone():
    rng = np.random.default_rng(1)
    shape = (256, 256)
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=shape) * 15.0) * unit_filter(NOISE["soft"], shape), s=shape)
    scene = np.full(shape, 50.0)
    scene[100:104] = 400.0  # an edge that noise does not hide
    clean, kept = cleaned(
        (scene + noise).astype(np.float32), np.full(shape, 15.0, np.float32), band_shares(NOISE["soft"])
    )
    far = np.s_[150:250, 10:-10]
    assert (clean - scene)[far].std() < 0.35 * noise[far].std()
    assert kept[far].mean() < 0.3
    near = np.s_[100:104, 10:-10]
    assert kept[near].mean() > 0.8
    assert np.abs((clean - scene - noise)[near]).mean() < 0.35 * 15.0


def test_texture_and_fresh_noise_together_vary_as_the_source_did():
    rng = np.random.default_rng(2)
    shape = (256, 256)
    grain = unit_filter(NOISE["soft"], shape)
    texture = np.fft.irfft2(np.fft.rfft2(rng.normal(size=shape) * 25.0) * grain, s=shape)
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=shape) * 15.0) * grain, s=shape)
    clean, kept = cleaned(
        (texture + noise).astype(np.float32), np.full(shape, 15.0, np.float32), band_shares(NOISE["soft"])
    )
    fresh = 15.0**2 * (1.0 - kept.astype(float) ** 2).mean()
    assert clean.var() + fresh == pytest.approx((texture + noise).var(), rel=0.08)
    assert fresh > 0.5 * 15.0**2


def test_what_was_cut_away_is_bare_air():
    source, body, _ = phantom("soft")
    found, _ = acquired("soft")
    outside = binary_erosion(source.hu[5] == -1000, iterations=12) & ~body[5]
    assert outside.sum() > 1000
    assert np.unique(found.coefficients[5][outside]).tolist() == [-1000]
    assert not found.kept[5][outside].any()
