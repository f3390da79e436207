"""An opacity takes the volume it has, in its lobe, and melts from its edge."""

import numpy as np
import pytest

from trainer.chest.deformation import reference_deformation
from trainer.chest.opacity.address import address_mm
from trainer.chest.opacity.atlas import atlas_of, make_atlas
from trainer.chest.opacity.territory import grow
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.opacity import OPACITY, ChestState, Form, Lobe

PROTOCOL = Protocol(kernel="soft", matrix=256, spacing_mm=1.5)


def opacity(**values):
    record = np.zeros(1, OPACITY)
    for name, value in {
        "label": 1,
        "height": 0.5,
        "azimuth": 1.5,
        "depth": 0.2,
        "fill": 0.9,
        "rim_mm": 5.0,
        **values,
    }.items():
        record[name] = value
    return record


def still(anatomy, records):
    """Return the series of a chest that lies as it was built."""
    deformation = reference_deformation(anatomy, atlas_of(anatomy))
    return Series(anatomy, ChestState(0, records), PROTOCOL, 5, deformation)


def truth_volume(series):
    dz, dy, dx = series.spacing_mm
    out = {}
    for index in range(series.count):
        for label, mask in series.truth(index).items():
            out[label] = out.get(label, 0.0) + mask.sum() * dz * dy * dx / 1000.0
    return out


@pytest.mark.parametrize(
    ("form", "lobe", "volume_ml"),
    [
        (Form.PATCH, Lobe.RIGHT_LOWER, 25.0),
        (Form.PATCH, Lobe.LEFT_UPPER, 6.0),
        (Form.NODULE, Lobe.RIGHT_UPPER, 2.0),
        (Form.WEDGE, Lobe.LEFT_LOWER, 8.0),
        (Form.BAND, Lobe.RIGHT_UPPER, 4.0),
        (Form.FIELD, Lobe.LEFT_LOWER, 60.0),
        (Form.CENTRILOBULAR, Lobe.LEFT_UPPER, 20.0),
    ],
)
def test_truth_masks_have_the_volume(anatomy, form, lobe, volume_ml):
    series = still(anatomy, opacity(form=form, lobe=lobe, volume_ml=volume_ml))
    assert truth_volume(series)[1] == pytest.approx(volume_ml, rel=0.05)


def test_a_volume_beyond_the_lobe_takes_the_lobe(anatomy):
    atlas = atlas_of(anatomy)
    territory = grow(anatomy, atlas, opacity(lobe=Lobe.RIGHT_MIDDLE, volume_ml=5000.0))[0]
    lobe = atlas.lobe_of(Lobe.RIGHT_MIDDLE)
    assert (territory.shell > 0).sum() == lobe.sum()


@pytest.mark.parametrize("form", list(Form))
def test_a_smaller_day_lies_inside_a_larger_one(anatomy, form):
    small, large = (still(anatomy, opacity(form=form, lobe=Lobe.RIGHT_LOWER, volume_ml=ml)) for ml in (5.0, 12.0))
    shared = total = 0
    for index in range(3, small.count, 5):
        inner = small.truth(index).get(1)
        if inner is None:
            continue
        outer = large.truth(index).get(1, np.zeros_like(inner))
        shared += (inner & outer).sum()
        total += inner.sum()
    assert total > 200
    assert shared == total


def test_what_was_drawn_before_does_not_matter(anatomy):
    """A larger day leaves a larger block of ranks behind; the smaller day must come out the same from it."""
    fresh, used = make_atlas(anatomy), make_atlas(anatomy)
    for form in Form:
        small, large = (
            opacity(form=form, lobe=Lobe.RIGHT_LOWER, volume_ml=ml, bronchocentric=0.3) for ml in (4.0, 40.0)
        )
        grow(anatomy, used, large)
        one, other = grow(anatomy, fresh, small)[0], grow(anatomy, used, small)[0]
        assert one.threshold == other.threshold
        assert one.rank.start == other.rank.start
        taken = [t.rank.values < t.threshold for t in (one, other)]
        assert np.array_equal(*taken)
        if form not in (Form.FIELD, Form.CENTRILOBULAR):
            assert np.array_equal(one.edge, other.edge)
            assert np.array_equal(one.shell, other.shell)


def test_the_shape_is_not_a_ball(anatomy):
    atlas = atlas_of(anatomy)
    territory = grow(anatomy, atlas, opacity(lobe=Lobe.RIGHT_LOWER, volume_ml=20.0))[0]
    points = np.argwhere(territory.shell > 0) * atlas.spacing_mm
    radius = np.linalg.norm(points - points.mean(axis=0), axis=1)
    ball = (20_000 * 3 / (4 * np.pi)) ** (1 / 3)
    assert radius.max() > 1.35 * ball


def test_other_labels_and_other_chests_get_other_shapes(anatomy):
    atlas = atlas_of(anatomy)
    one, two = (grow(anatomy, atlas, opacity(lobe=0, volume_ml=5.0, label=n))[0] for n in (1, 2))
    assert one.seed != two.seed
    same = one.rank.values.shape == two.rank.values.shape and np.array_equal(one.rank.values, two.rank.values)
    assert not same


@pytest.mark.parametrize("lobe", list(Lobe))
def test_the_address_lies_in_its_lobe_where_it_says(anatomy, lobe):
    atlas = atlas_of(anatomy)
    mask = atlas.lobe_of(lobe)
    planes = np.flatnonzero(mask.any(axis=(1, 2)))
    for height in (0.2, 0.8):
        point = address_mm(anatomy, atlas, opacity(lobe=lobe, height=height)[0])
        z, y, x = np.round(atlas.index(point)).astype(int)
        assert mask[z, y, x]
        assert z == pytest.approx(planes[0] + height * (planes[-1] - planes[0]), abs=1.5)
    front, back = (address_mm(anatomy, atlas, opacity(lobe=lobe, azimuth=a)[0]) for a in (0.0, np.pi))
    assert front[1] < back[1]
    lateral, medial = (address_mm(anatomy, atlas, opacity(lobe=lobe, azimuth=a)[0]) for a in (np.pi / 2, 3 * np.pi / 2))
    outward = 1 if lobe >= Lobe.LEFT_UPPER else -1
    assert outward * lateral[2] > outward * medial[2]
    shallow, deep = (address_mm(anatomy, atlas, opacity(lobe=lobe, depth=d)[0]) for d in (0.0, 1.0))
    hilum = np.array(anatomy.landmarks["left_hilum" if lobe >= Lobe.LEFT_UPPER else "right_hilum"])
    assert np.linalg.norm((deep - hilum)[1:]) < np.linalg.norm((shallow - hilum)[1:])
