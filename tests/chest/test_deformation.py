"""Each visit lies differently, by known amounts, and the way back is known."""

import numpy as np
import pytest

from trainer.chest.deformation import INVERSE_ACCURACY_MM, reference_deformation, visit_deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.core.chance import key_of


def lung_points(anatomy, step=9):
    atlas = atlas_of(anatomy)
    return atlas.position(np.argwhere(atlas.share > 0)[::step])


@pytest.mark.parametrize("visit", range(6))
def test_there_and_back(anatomy, visit):
    deformation = visit_deformation(anatomy, atlas_of(anatomy), key_of("visit", visit))
    points = lung_points(anatomy, 37)
    there = deformation.to_visit(points)
    assert np.abs(deformation.to_reference(there) - points).max() < INVERSE_ACCURACY_MM
    assert np.abs(there - points).max() > 1.0
    back = deformation.to_reference(points)
    assert np.abs(deformation.to_visit(back) - points).max() < INVERSE_ACCURACY_MM


def test_the_reference_moves_nothing(anatomy):
    points = lung_points(anatomy, 101)
    np.testing.assert_allclose(reference_deformation(anatomy, atlas_of(anatomy)).to_visit(points), points, atol=1e-9)


def test_it_never_folds(anatomy):
    points = lung_points(anatomy, 23)
    for visit in range(40):
        deformation = visit_deformation(anatomy, atlas_of(anatomy), key_of("fold", visit))
        for axis in np.eye(3):
            moved = deformation.to_reference(points + axis) - deformation.to_reference(points)
            assert (moved @ (deformation.rotation.T @ axis)).min() > 0.2


def test_visits_spread_as_measured(anatomy):
    atlas = atlas_of(anatomy)
    visits = [visit_deformation(anatomy, atlas, key_of("spread", n)) for n in range(300)]
    domes = np.array([v.dome_mm for v in visits])
    assert domes.std(axis=0) == pytest.approx([7.0, 7.0], rel=0.15)
    assert abs(np.corrcoef(domes.T)[0, 1]) < 0.2
    roll = np.degrees([np.arctan2(v.rotation[2, 1], v.rotation[1, 1]) for v in visits])
    assert roll.std() == pytest.approx(5.0, rel=0.15)


def test_a_lower_dome_means_more_air(anatomy):
    atlas = atlas_of(anatomy)
    points = lung_points(anatomy, 31)
    ratios, falls = [], []
    for visit in range(30):
        deformation = visit_deformation(anatomy, atlas, key_of("air", visit))
        ratios.append(deformation.volume_ratio(points))
        falls.append(sum(deformation.dome_mm))
    assert np.corrcoef(ratios, falls)[0, 1] > 0.8


def test_volume_ratio_is_that_of_the_moved_tissue(anatomy):
    deformation = visit_deformation(anatomy, atlas_of(anatomy), 4)
    points = lung_points(anatomy, 53)
    eps = 0.5
    sides = [deformation.to_visit(points + eps * e) - deformation.to_visit(points - eps * e) for e in np.eye(3)]
    measured = np.linalg.det(np.stack(sides, axis=-1) / (2 * eps)).mean()
    assert deformation.volume_ratio(points) == pytest.approx(measured, abs=0.01)
