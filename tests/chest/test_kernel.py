"""Noise and edges of both kernels against figures measured on real series."""

import numpy as np
import pytest
import scipy.fft

from trainer.chest.kernel import NOISE_HU, transfer
from trainer.chest.noise import raw_noise, weigh

MATRIX, PIXEL_MM = 256, 0.7


def white(plane=3, key=99):
    out = np.empty((MATRIX, MATRIX), np.float32)
    raw_noise(np.uint64(key), np.array([plane]), out)
    return out


def filtered(kernel, noise, part=1):
    return scipy.fft.irfft2(scipy.fft.rfft2(noise) * transfer(kernel, MATRIX, PIXEL_MM)[part], s=noise.shape)


def lag_one(image):
    return (image[:, 1:] * image[:, :-1]).mean() / image.var()


def test_raw_noise_is_white_and_normal():
    noise = white()
    assert noise.mean() == pytest.approx(0.0, abs=0.02)
    assert noise.var() == pytest.approx(1.0, abs=0.03)
    assert lag_one(noise) == pytest.approx(0.0, abs=0.02)
    assert (noise**4).mean() / noise.var() ** 2 == pytest.approx(2.7, abs=0.15)  # four bytes: 3 - 1.2/4


def test_averaged_planes_are_quieter():
    out = np.empty((MATRIX, MATRIX), np.float32)
    raw_noise(np.uint64(99), np.arange(4), out)
    assert out.std() == pytest.approx(0.5, abs=0.02)


def test_planes_and_visits_differ():
    assert abs(np.corrcoef(white(3).ravel(), white(4).ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(white(3, 1).ravel(), white(3, 2).ravel())[0, 1]) < 0.02


@pytest.mark.parametrize(("kernel", "low", "high"), [("soft", 0.40, 0.55), ("lung", -0.05, 0.15)])
def test_neighbour_correlation_is_the_measured_one(kernel, low, high):
    image = filtered(kernel, white())
    assert image.std() == pytest.approx(1.0, abs=0.03)
    assert low <= lag_one(image) <= high


def test_streaks_run_from_left_to_right():
    image = filtered("soft", white(), part=2)
    assert image.std() == pytest.approx(1.0, abs=0.05)
    across = (image[:, 4:] * image[:, :-4]).mean()
    down = (image[4:] * image[:-4]).mean()
    assert across > 0.4 > down


def test_the_lung_kernel_is_noisier_by_the_measured_ratio():
    assert 3.7 <= NOISE_HU["lung"] / NOISE_HU["soft"] <= 6.5


def test_both_kernels_show_the_same_raw_noise():
    noise = white()
    soft, lung = filtered("soft", noise), filtered("lung", noise)
    assert np.corrcoef(soft.ravel(), lung.ravel())[0, 1] > 0.3


def edge_profile(kernel):
    """Return distance and height (0 to 1) across a slanted edge that fills its pixels in part."""
    y, x = np.mgrid[:MATRIX, :MATRIX] * PIXEL_MM
    middle = 0.5 * MATRIX * PIXEL_MM
    away = (x - middle) * np.cos(0.09) + (y - middle) * np.sin(0.09)
    image = np.clip(away / PIXEL_MM + 0.5, 0.0, 1.0).astype(np.float32)
    out = scipy.fft.irfft2(scipy.fft.rfft2(image) * transfer(kernel, MATRIX, PIXEL_MM)[0], s=image.shape)
    near = (np.abs(x - middle) < 10) & (np.abs(y - middle) < 50)
    bins = np.round(away[near] / 0.1).astype(int) + 200
    height = np.bincount(bins, out[near]) / np.maximum(np.bincount(bins), 1)
    distance = (np.arange(len(height)) - 200) * 0.1
    keep = np.bincount(bins) > 0
    return distance[keep], height[keep]


def rise_mm(distance, height):
    near = np.abs(distance) < 1.6
    first = distance[near][np.argmax(height[near] > 0.1)]
    return distance[near][np.argmax(height[near] > 0.9)] - first


def test_soft_edges_rise_over_the_measured_width():
    distance, height = edge_profile("soft")
    assert rise_mm(distance, height) == pytest.approx(1.6, abs=0.3)
    assert height.max() < 1.03


def test_lung_edges_are_steep_and_overshoot():
    distance, height = edge_profile("lung")
    assert rise_mm(distance, height) < 0.9
    assert 0.15 <= height.max() - 1.0 <= 0.32
    assert 0.15 <= -height.min() <= 0.32


def test_noise_follows_the_body():
    y, x = np.mgrid[:MATRIX, :MATRIX] * 1.4 - 0.7 * MATRIX
    body = (x / 165) ** 2 + (y / 115) ** 2 < 1
    lungs = (((np.abs(x) - 78) / 55) ** 2 + (y / 80) ** 2) < 1
    image = np.where(lungs, -850.0, np.where(body, 40.0, -1000.0)).astype(np.float32)
    scale = np.ones((MATRIX, MATRIX), np.float32)
    assert weigh(scale, image, 1.4, 16.0) is None
    middle = scale[(np.abs(x) < 12) & (np.abs(y) < 30)].mean()
    lung = scale[((np.abs(x) - 78) / 35) ** 2 + (y / 50) ** 2 < 1].mean()
    outside = scale[(np.abs(y) > 150) & (np.abs(x) < 100)].mean()
    assert middle == pytest.approx(16.0, rel=0.25)
    assert 0.45 <= lung / middle <= 0.8  # measured 0.48 to 0.72
    assert 0.25 <= outside / middle <= 0.5  # measured 0.3 to 0.4
    wide = np.where((x / 175) ** 2 + (y / 80) ** 2 < 1, 60.0, -1000.0).astype(np.float32)
    shoulder = np.ones((MATRIX, MATRIX), np.float32)
    streak = weigh(shoulder, wide, 1.4, 16.0)
    shoulder = np.hypot(shoulder, streak)
    assert streak[(np.abs(x) < 12) & (np.abs(y) < 30)].mean() > 5.0
    assert shoulder[(np.abs(x) < 12) & (np.abs(y) < 30)].mean() > 1.15 * middle
