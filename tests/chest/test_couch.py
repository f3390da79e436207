"""Tables of several makes lie under the patient, in air only."""

import numpy as np
import pytest

from trainer.chest.couch import add_couch

PIXEL_MM = 0.8


def _scene() -> np.ndarray:
    y, x = np.mgrid[:512, :512] * PIXEL_MM
    return np.where(np.hypot((x - 205.0) / 1.5, y - 160.0) < 100.0, 40.0, -1000.0).astype(np.float32)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_table_has_two_shells_over_foam_and_leaves_the_patient_alone(seed):
    plain, image = _scene(), _scene()
    add_couch(image, PIXEL_MM, 205.0, 264.0, seed)
    assert np.array_equal(image[plain > -900], plain[plain > -900])
    column = image[int(264.0 / PIXEL_MM) :, 256]
    shells = np.flatnonzero(column > -500)
    assert len(np.flatnonzero(np.diff(shells) > 5)) == 1  # two lines
    between = column[shells[0] : shells[-1]]
    assert -960 < np.median(between) < -850


def test_makes_differ():
    images = [_scene() for _ in range(3)]
    for seed, image in enumerate(images):
        add_couch(image, PIXEL_MM, 205.0, 264.0, seed)
    assert not np.array_equal(images[0], images[1])
    assert not np.array_equal(images[1], images[2])
