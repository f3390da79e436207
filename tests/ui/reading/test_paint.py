"""Pixels of a pane are those of the picture, through its window."""

import numpy as np
import pytest
from scipy import ndimage as ndi

from trainer.chest.display import window_level
from trainer.ui.reading.paint import paint, table
from trainer.ui.reading.view import Geometry


def picture(rows=40, columns=50):
    y, x = np.mgrid[:rows, :columns]
    return (300 * np.sin(y / 4.0) + 400 * np.cos(x / 5.0) - 300).astype(np.int16)


def drawn(hu, geometry, ratio=1.0, look=(-300.0, 1500.0)):
    shape = round(geometry.size[1] * ratio), round(geometry.size[0] * ratio)
    out = np.empty(shape, np.uint32)
    paint(hu, geometry, ratio, table(*look), out)
    return out & 0xFF


def test_pixel_for_pixel_it_is_the_window():
    hu = picture()
    grey = drawn(hu, Geometry((50.0, 40.0), (40, 50), (1.0, 1.0)))
    assert np.abs(grey.astype(int) - window_level(hu, -300.0, 1500.0)).max() <= 1


def test_colours_are_grey_and_opaque():
    colours = table(-600.0, 1500.0)
    assert ((colours >> 24) == 255).all()
    assert ((colours & 0xFF) == (colours >> 8 & 0xFF)).all() and ((colours & 0xFF) == (colours >> 16 & 0xFF)).all()
    assert (np.diff((colours & 0xFF).astype(int)) >= 0).all()
    assert ((table(-600.0, 1500.0, inverted=True) & 0xFF) == 255 - (colours & 0xFF)).all()
    assert (table(-600.0, 1500.0, stands_in=True) & 0xFF).max() < 128


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_enlarged_it_is_bilinear(ratio):
    hu = picture()
    geometry = Geometry((150.0, 120.0), (40, 50), (1.0, 1.0), 1.3, (3.0, -2.0))
    grey = drawn(hu, geometry, ratio)
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    rows, columns = geometry.pixel_at((x + 0.5) / ratio, (y + 0.5) / ratio)
    inside = (rows > 0) & (rows < 39) & (columns > 0) & (columns < 49)
    wanted = ndi.map_coordinates(hu.astype(float), [rows, columns], order=1)
    levels = np.clip((wanted + 300.0 + 750.0) * 255.0 / 1500.0, 0, 255)
    assert np.abs(grey - levels)[inside].max() <= 2.5
    outside = (rows < -0.6) | (rows > 39.6) | (columns < -0.6) | (columns > 49.6)
    assert (grey[outside] == 0).all()


def test_shrunk_it_is_the_mean():
    noise = np.random.default_rng(1).normal(-300, 200, (200, 200)).astype(np.int16)
    grey = drawn(noise, Geometry((50.0, 50.0), (200, 200), (1.0, 1.0)))
    means = noise.reshape(50, 4, 50, 4).mean((1, 3))
    assert np.abs(grey - (means + 300.0 + 750.0) * 255.0 / 1500.0).max() <= 2
    assert grey.std() < drawn(noise, Geometry((200.0, 200.0), (200, 200), (1.0, 1.0))).std() / 3


@pytest.mark.parametrize("hu", [-32768, -1025, 3072, 32767])
def test_what_ct_does_not_know_is_black_or_white(hu):
    flat = np.full((40, 50), hu, np.int16)
    grey = drawn(flat, Geometry((90.0, 80.0), (40, 50), (1.0, 1.0), 1.3), look=(0.0, 1000.0))
    assert set(np.unique(grey)) == {0 if hu < 0 else 255}


def test_planes_that_are_views_are_drawn():
    volume = np.stack([picture() + n for n in range(6)])
    geometry = Geometry((50.0, 6.0), (6, 50), (1.0, 1.0))
    assert np.array_equal(drawn(volume[::-1, 3, :], geometry), drawn(volume[::-1, 3, :].copy(), geometry))
