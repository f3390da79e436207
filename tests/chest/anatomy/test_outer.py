import functools

import numba
import numpy as np
import pytest
from scipy import ndimage

from trainer.chest.anatomy.cage import spine_y
from trainer.chest.anatomy.habitus import grid_of, habitus_of
from trainer.chest.anatomy.model import Organ
from trainer.chest.anatomy.outer import Outer, outer
from trainer.chest.anatomy.shape import axis_mm
from trainer.course.person import Person

MAN = Person(11, "M", 58.0, 174.0, 78.0)
WOMAN = Person(5, "F", 66.0, 162.0, 66.0)
PEOPLE = (MAN, WOMAN, Person(21, "M", 76.0, 170.0, 95.0), Person(33, "F", 34.0, 168.0, 58.0))
SCALE = 3


@functools.cache
def chest(person: Person, scale: int = SCALE) -> Outer:
    return outer(person, grid_of(habitus_of(person), scale))


def level(person: Person, around: Outer, share: float) -> int:
    """Index of the slice at ``share`` of the lung's height, 1 at the apex."""
    z = -(1.0 - share) * habitus_of(person).lung_height_mm
    return round((z - around.grid.origin_mm[0]) / around.grid.spacing_mm[0])


def test_same_person_has_the_same_chest_in_any_number_of_threads():
    grid = grid_of(habitus_of(MAN), 6)
    one = outer(MAN, grid)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        two = outer(MAN, grid)
    finally:
        numba.set_num_threads(threads)
    for name in ("hu", "organ", "lung", "share"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert one.landmarks == two.landmarks


def test_another_key_has_another_chest():
    grid = grid_of(habitus_of(MAN), 6)
    other = Person(12, MAN.sex, MAN.age_years, MAN.height_cm, MAN.weight_kg)
    assert np.mean(outer(MAN, grid).organ != outer(other, grid).organ) > 0.03


@pytest.mark.parametrize("person", PEOPLE)
def test_lung_volume_is_that_of_a_supine_full_breath(person):
    around = chest(person)
    # ECSC 1993 (Quanjer, Eur Respir J 6 Suppl 16): TLC in litres, residual SD 0.70 in men, 0.60 in women
    height = person.height_cm / 100.0
    predicted, sd = (7.99 * height - 7.08, 0.70) if person.sex == "M" else (6.60 * height - 5.79, 0.60)
    volume = around.share.sum(dtype=np.float64) / 255.0 * around.grid.voxel_ml / 1000.0
    assert 0.70 * predicted - sd < volume < predicted + sd
    right = np.count_nonzero(around.lung == 1) / np.count_nonzero(around.lung)
    assert 0.50 < right < 0.60  # the right is the larger, about 53 to 56 %


@pytest.mark.parametrize("person", PEOPLE)
def test_heart_takes_about_half_of_the_width(person):
    around = chest(person)
    heart = np.nonzero((around.organ == Organ.HEART).any(axis=(0, 1)))[0]
    widest = max(np.ptp(np.nonzero(s.any(axis=0))[0]) + 1 for s in around.lung if s.any())
    # 0.51 and 0.45 in two measured chests; above 0.55 a heart is called enlarged on a frontal view
    assert 0.40 < (np.ptp(heart) + 1) / widest < 0.57


@pytest.mark.parametrize("person", PEOPLE)
def test_landmarks_lie_where_they_belong(person):
    around, habitus = chest(person), habitus_of(person)
    at = around.landmarks
    assert 75.0 < -at["carina"][0] / habitus.stretch < 95.0  # 83 and 84 mm in two measured chests
    assert abs(at["carina"][2]) < 15.0
    for side, sign in (("right", -1), ("left", 1)):
        hilum = at[f"{side}_hilum"]
        assert 10.0 < at["carina"][0] - hilum[0] < 45.0
        assert 15.0 < sign * (hilum[2] - at["carina"][2]) < 60.0
        top = at[f"{side}_dome"]
        assert sign * top[2] > 40.0
        assert 0.58 < -top[0] / habitus.lung_height_mm < 0.88
    # the right dome is the higher one, by 12 to 15 mm in two measured chests
    assert 3.0 < at["right_dome"][0] - at["left_dome"][0] < 30.0


@pytest.mark.parametrize("person", PEOPLE)
def test_paravertebral_gutters_reach_behind_the_vertebral_front(person):
    around = chest(person)
    y = axis_mm(around.grid, 1)
    for share in (0.7, 0.5, 0.36):
        i = level(person, around, share)
        z = axis_mm(around.grid, 0)[i]
        for side in (1, 2):
            back = y[np.nonzero((around.lung[i] == side).any(axis=1))[0].max()]
            depth = back - spine_y(habitus_of(person), z)
            assert 36.0 < depth < 75.0  # 42 to 62 mm measured at these levels


@pytest.mark.parametrize("person", PEOPLE)
def test_lung_reaches_far_below_the_dome_behind(person):
    around = chest(person)
    z = axis_mm(around.grid, 0)
    for side, name in ((1, "right_dome"), (2, "left_dome")):
        lowest = z[np.nonzero((around.lung == side).any(axis=(1, 2)))[0].min()]
        assert 35.0 < around.landmarks[name][0] - lowest < 110.0  # 45 to 90 mm measured


@pytest.mark.parametrize("person", [MAN, WOMAN])
def test_ribs_cut_a_slice_at_four_staggered_places_a_side(person):
    around = chest(person, 2)
    x = axis_mm(around.grid, 2)
    counts = []
    for share in np.linspace(0.3, 0.75, 10):
        bone = np.isin(around.organ[level(person, around, share)], (Organ.BONE,))
        near = ndimage.binary_dilation(around.lung[level(person, around, share)] > 0, iterations=9)
        sides = (bone & near & side[None, :] for side in (x < -42.0, x > 42.0))
        counts += [ndimage.label(s, np.ones((3, 3)))[1] for s in sides]
    assert 2.8 < np.mean(counts) < 5.5  # 3.5 to 5 measured
    assert len(set(counts)) > 1


def test_tissues_have_their_hounsfield_units():
    around = chest(MAN, 2)

    def median(organ):
        inner = ndimage.binary_erosion(around.organ == organ)
        return float(np.median(around.hu[inner]))

    assert -112 < median(Organ.FAT) < -96
    assert 42 < median(Organ.MUSCLE) < 54
    assert 36 < median(Organ.HEART) < 48
    assert 35 < median(Organ.VESSEL) < 45
    assert -118 < median(Organ.MEDIASTINUM) < -85
    assert median(Organ.AIRWAY) < -940
    bone = around.hu[around.organ == Organ.BONE]
    assert 120 < np.median(bone) < 450
    assert np.percentile(bone, 95) > 400
    assert around.hu[0, 0, 0] == -1000


def test_trachea_is_one_open_tube_from_neck_to_carina():
    around = chest(MAN, 2)
    air = (around.organ == Organ.AIRWAY) & (around.hu < -800)
    label, _ = ndimage.label(air)
    first = level(MAN, around, 1.0)
    carina = round((around.landmarks["carina"][0] - around.grid.origin_mm[0]) / around.grid.spacing_mm[0])
    top = np.unique(label[first][label[first] > 0])
    assert len(top) == 1
    for i in range(carina + 2, first):
        area = np.count_nonzero(label[i] == top[0]) * around.grid.spacing_mm[1] ** 2
        assert 120.0 < area < 800.0  # mm2


def test_lung_share_and_label_agree():
    around = chest(WOMAN)
    assert np.array_equal(around.lung > 0, around.share >= 128)
    assert np.array_equal(around.lung > 0, around.organ == Organ.LUNG)
    for side in (1, 2):
        _, parts = ndimage.label(around.lung == side)
        sizes = np.bincount(ndimage.label(around.lung == side)[0].ravel())[1:]
        assert parts < 12
        assert sizes.max() / sizes.sum() > 0.995


def test_a_woman_has_breasts_and_a_man_has_none():
    assert np.count_nonzero(chest(WOMAN).organ == Organ.BREAST) * chest(WOMAN).grid.voxel_ml > 150.0
    assert not (chest(MAN).organ == Organ.BREAST).any()


def test_age_widens_the_aorta_and_thins_bone():
    young = habitus_of(Person(7, "M", 30.0, 175.0, 75.0))
    old = habitus_of(Person(7, "M", 80.0, 175.0, 75.0))
    assert old.aorta > 1.15 * young.aorta
    assert old.bone < 0.75 * young.bone
    assert old.calcification > young.calcification + 0.3


@pytest.mark.parametrize("person", [MAN, WOMAN])
def test_recess_between_diaphragm_and_wall_closes_in_one_piece(person):
    around = chest(person, 2)
    z = axis_mm(around.grid, 0)
    low = np.flatnonzero((z < around.landmarks["right_dome"][0] - 20.0) & (around.lung > 0).any(axis=(1, 2)))
    pieces = [ndimage.label(around.lung[i] == side, np.ones((3, 3)))[1] for i in low for side in (1, 2)]
    # front and back may be parted by the dome; a shell of lung a voxel thick falls into 6 to 10 pieces
    assert max(pieces) <= 5
    assert np.mean(pieces) < 1.6


@pytest.mark.parametrize("person", PEOPLE)
def test_organs_fill_the_left_dome(person):
    around = chest(person)
    z = around.landmarks["left_dome"][0]
    i = round((z - 25.0 - around.grid.origin_mm[0]) / around.grid.spacing_mm[0])
    under = around.organ[i] == Organ.ABDOMEN
    under &= axis_mm(around.grid, 2)[None, :] > 25.0
    fat = (around.hu[i] < -60) & (around.hu[i] > -150)
    assert np.count_nonzero(under) * around.grid.spacing_mm[1] ** 2 > 2000.0  # mm2
    assert np.count_nonzero(under & fat) / np.count_nonzero(under) < 0.65


@pytest.mark.parametrize("person", PEOPLE)
def test_the_stomach_is_full_of_fluid_to_beyond_the_gas_level(person):
    around = chest(person)
    lumen = around.organ == Organ.STOMACH
    assert 60.0 < np.count_nonzero(lumen) * around.grid.voxel_ml < 900.0
    assert np.percentile(around.hu[lumen], 1) > -20.0  # gas comes with the visit
    assert np.percentile(around.hu[lumen], 99) < 50.0
    at = np.array(around.landmarks["gas_level"])
    z, y, x = np.rint((at - around.grid.origin_mm) / around.grid.spacing_mm).astype(int)
    assert lumen[z, y, x]
