"""Thumbnails: the prior CT and the current one, at one height, with what must be written on them."""

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.chest.conftest import make_anatomy
from tests.chest.example import EXAMPLES
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.records.report.picture import Album

SESSION = SimpleNamespace()


@pytest.fixture(scope="module")
def anatomy():
    return make_anatomy()


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def album(anatomy, drawn):
    def draw(session, day):
        assert session is SESSION
        drawn.append(day)
        return Series(anatomy, EXAMPLES["cop"], Protocol(matrix=128), 11 + day)

    return Album(SESSION, [0, 28, 91], draw)


def grey(one):
    return np.asarray(Image.open(BytesIO(one.png)))


def test_the_prior_and_the_current_ct_of_a_day_are_shown(album, drawn):
    assert [one.label for one in album.pair(0)] == ["Current CT, day 0"]
    assert [one.label for one in album.pair(40)] == ["Prior CT, day 0", "Current CT, day 28"]
    assert [one.label for one in album.pair(91)] == ["Prior CT, day 28", "Current CT, day 91"]
    assert drawn == [0, 28, 91]  # each once
    assert Album(SESSION, [7], lambda *_: None).pair(6) == ()


def test_they_have_one_shape_and_say_that_they_are_simulated(album):
    for one in album.pair(28):
        picture = grey(one)
        assert picture.shape == (332, 380) and picture.dtype == np.uint8
        foot = picture[-28:]
        assert (foot == 0).mean() > 0.5 and (foot[:, :140] == 255).sum() > 100  # white words on black
        assert one.alt.startswith("SIMULATED. ") and "lung window" in one.alt


def test_the_lungs_are_in_the_middle_of_them(album):
    for one in album.pair(28):
        air = grey(one)[40:300, 20:360] < 100
        columns = np.flatnonzero(air.sum(axis=0) > 30)
        assert columns.min() < 120 and columns.max() > 220


def test_the_same_ct_gives_the_same_bytes(album, anatomy):
    other = Album(SESSION, [0, 28, 91], lambda _, day: Series(anatomy, EXAMPLES["cop"], Protocol(matrix=128), 11 + day))
    assert [one.png for one in album.pair(28)] == [one.png for one in other.pair(28)]
