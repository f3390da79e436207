"""Marks in a real, small series hit what is drawn there."""

import numpy as np
import pytest

from tests.chest.conftest import make_anatomy
from tests.chest.example import EXAMPLES
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.knowledge.statement import Mark
from trainer.reasoning.mark import block_about, lesion_at


@pytest.fixture(scope="module")
def series():
    return Series(make_anatomy(), EXAMPLES["cop"], Protocol(matrix=128, spacing_mm=5.0), visit_key=3)


def test_a_mark_on_an_opacity_as_the_series_shows_it_hits_it(series):
    tried = set()
    for index in range(2, series.count, 5):
        masks = series.truth(index)
        for label, mask in masks.items():
            own = np.argwhere(mask & ~np.any([other for n, other in masks.items() if n != label], axis=0))
            if label in tried or len(own) < 20:
                continue
            tried.add(label)
            row, column = own[len(own) // 2]
            mark = Mark(
                z_mm=series.position_mm(index), y_mm=series.origin_mm[1] + row * series.pixel_mm,
                x_mm=series.origin_mm[2] + column * series.pixel_mm, rating=4,
            )  # fmt: skip
            assert lesion_at(mark, block_about(series, mark, 0.5), 0.5) == label
    assert len(tried) >= 3


def test_a_mark_beside_the_body_hits_nothing(series):
    z_mm = series.position_mm(series.count // 2)
    mark = Mark(z_mm=z_mm, y_mm=series.origin_mm[1], x_mm=series.origin_mm[2], rating=1)
    assert lesion_at(mark, block_about(series, mark, 10.0), 10.0) is None
