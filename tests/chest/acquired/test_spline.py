"""The one interpolation: exact on the lattice, the same as scipy's between, and what it leaves of noise."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from trainer.chest.acquired.spectrum import correlation, overlap, plane_of, remaining, unit_filter
from trainer.chest.acquired.spline import PHASES, coefficients_of, sample

from .phantom import NOISE

STEP = 8


def taken(volume, places, kept=None):
    """Sample a volume at places given for every pixel of a square image."""
    coarse = np.ascontiguousarray(places, np.float32)
    matrix = (coarse.shape[0] - 2) * STEP
    given, left = np.zeros((2, matrix, matrix), np.float32)
    kept = np.full(volume.shape, 255, np.uint8) if kept is None else kept
    phases = np.stack([remaining(np.eye(1, 8)[0], PHASES)] * 3)
    sample(coefficients_of(volume), kept, phases, coarse, STEP, 1.0, given, left)
    return given, left


def lattice(offset, matrix=64, pitch=1.0):
    line = np.arange(matrix // STEP + 2) * STEP * pitch
    places = np.empty((len(line), len(line), 3))
    places[..., 0], places[..., 1], places[..., 2] = offset[0], line[:, None] + offset[1], line[None, :] + offset[2]
    return places


@pytest.fixture(scope="module")
def volume():
    rng = np.random.default_rng(3)
    return np.round(rng.normal(0.0, 300.0, (9, 64, 64))).astype(np.float32)


def test_voxels_come_back(volume):
    for z in (0, 4, 8):
        given, _ = taken(volume, lattice((z, 0.0, 0.0)))
        assert np.abs(given - volume[z]).max() < 2.0  # coefficients are whole numbers


def test_between_voxels_it_is_the_spline(volume):
    given, _ = taken(volume, lattice((3.37, 0.21, 0.83), pitch=0.97))
    y, x = np.indices((64, 64)) * 0.97
    want = map_coordinates(volume, [np.full(y.shape, 3.37), y + 0.21, x + 0.83], order=3, mode="mirror")
    inside = np.s_[:62, :62]
    assert np.abs(given - want)[inside].max() < 3.0


def test_beside_the_source_is_air(volume):
    given, left = taken(volume, lattice((4.0, -20.0, 0.0)))
    assert np.unique(given[:19]).tolist() == [-1000.0]
    assert not left[:19].any()


def test_above_the_source_its_last_slice_goes_on(volume):
    given, _ = taken(volume, lattice((30.0, 0.0, 0.0)))
    assert np.abs(given - volume[-1]).max() < 2.0


def test_bone_and_metal_do_not_wrap_around():
    volume = np.full((9, 64, 64), -1000.0, np.float32)
    volume[4, 32, 32] = 30000.0
    given, _ = taken(volume, lattice((4.0, 0.0, 0.0)))
    assert given[32, 32] == pytest.approx(3071.0, abs=10.0)
    assert np.abs(np.delete(given.ravel(), 32 * 64 + 32) + 1000.0).max() < 10.0


@pytest.mark.parametrize("offset", [(4.0, 0.0, 0.0), (4.5, 0.0, 0.0), (4.25, 0.5, 0.0), (4.5, 0.5, 0.5)])
def test_what_is_left_of_white_noise(offset):
    noise = np.random.default_rng(4).normal(0.0, 1000.0, (9, 128, 128)).astype(np.float32)
    given, left = taken(noise, lattice(offset, 120))
    assert left[10:110, 10:110].mean() == pytest.approx(given[10:110, 10:110].std() / 1000.0, rel=0.03)


def test_what_is_left_of_a_soft_kernel_s_noise():
    shape = (128, 128)
    white = np.random.default_rng(5).normal(size=(9, *shape))
    grain = unit_filter(NOISE["soft"], shape)
    noise = np.stack([np.fft.irfft2(np.fft.rfft2(plane) * grain, s=shape) for plane in white]) * 1000.0
    given, _ = taken(noise.astype(np.float32), lattice((4.0, 0.0, 0.5), 120))
    across = remaining(correlation(NOISE["soft"]), PHASES)
    assert across[PHASES // 2] == pytest.approx(given[10:110, 10:110].std() / noise[4].std(), rel=0.04)
    assert across[0] == across[PHASES] == pytest.approx(1.0, abs=1e-3)


def test_slices_that_overlap_share_noise():
    apart, half = overlap(3.0, 3.0), overlap(1.5, 3.0)
    assert apart[1] == 0.0
    assert half[1] == 0.5
    assert remaining(half, PHASES)[8] > remaining(apart, PHASES)[8]


def test_curves_follow_the_size_of_pixels():
    curve = np.linspace(1.0, 0.0, 64)
    fine, coarse = plane_of(curve, (64, 64), 0.5), plane_of(curve, (32, 32), 1.0)
    assert fine[0, 4] == pytest.approx(coarse[0, 4] * 0.0 + np.interp(4 / 64 / 0.5, np.linspace(0, 0.7072, 64), curve))
    assert unit_filter(curve, (64, 64)).dtype == np.float32
