import numpy as np
import pytest
from scipy import ndimage

from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.anatomy.model import Organ
from trainer.course.person import Person


@pytest.fixture(scope="module")
def chest():
    return build_anatomy(Person(11, "M", 58.0, 174.0, 78.0), scale=2)


def test_air_runs_from_the_trachea_into_all_lobes(chest):
    air = (chest.organ == Organ.AIRWAY) & (chest.hu < -700) | (chest.airway > 140)
    label, _ = ndimage.label(air, np.ones((3, 3, 3)))
    top = label[round((0.0 - chest.grid.origin_mm[0]) / chest.grid.spacing_mm[0])]
    trachea = np.bincount(top[top > 0]).argmax()
    reached = np.bincount(chest.lobe[label == trachea], minlength=6)
    assert (reached[1:] > 40).all()


def test_border_voxels_mix_lung_and_wall(chest):
    rim = ndimage.binary_dilation(chest.lobe > 0) & (chest.lobe == 0)
    assert np.mean((chest.hu[rim] > -800) & (chest.hu[rim] < -100)) > 0.2


def test_volumes_agree_with_each_other(chest):
    inside = chest.organ == Organ.LUNG
    assert np.array_equal(inside, chest.lobe > 0)
    assert not chest.vessel[~inside].any()
    half = tuple(n // 2 for n in chest.grid.shape)
    for volume in (chest.segment, chest.depth_mm, chest.lobule, chest.septum_mm):
        assert volume.shape == half


def test_mean_density_of_the_lungs_is_that_of_a_full_breath(chest):
    # -780 and -805 HU with vessels in two measured chests
    assert -850 < chest.hu[chest.lobe > 0].mean() < -770
