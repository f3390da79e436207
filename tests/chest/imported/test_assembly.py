"""A chest of which everything is known is imported: what is found is compared with what is there."""

import dataclasses

import numpy as np
import pytest
from scipy import ndimage as ndi

from tests.chest.acquired.phantom import scanned_chest
from tests.chest.imported.conftest import PERSON, scanned
from trainer.chest.anatomy.build import BuildCancelled
from trainer.chest.anatomy.lobe import fissures_of
from trainer.chest.anatomy.model import SEGMENTS, Organ
from trainer.chest.imported.assembly import assemble, import_chest, of_blood
from trainer.chest.imported.segmentation import segment, slices_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.opacity import OPACITY, ChestState


def dice(one, other):
    return 2.0 * float((one & other).sum()) / float(one.sum() + other.sum())


@pytest.fixture(scope="module")
def imported(known, found):
    return assemble(known.source, dataclasses.replace(found, hu=found.hu.copy()), None, lambda share: None)


@pytest.fixture(scope="module")
def chest(imported):
    return imported.anatomy


@pytest.fixture(scope="module")
def lobe(known, found):
    return known.on(found.frame, known.truth.lobe)


def test_volume_and_sides_are_those_of_the_truth(chest, lobe):
    assert (chest.lobe > 0).sum() == pytest.approx((lobe > 0).sum(), rel=0.03)
    for side in ((1, 2, 3), (4, 5)):
        assert dice(np.isin(chest.lobe, side), np.isin(lobe, side)) > 0.97
    other = np.isin(chest.lobe, (1, 2, 3)) & np.isin(lobe, (4, 5)) | np.isin(chest.lobe, (4, 5)) & np.isin(
        lobe, (1, 2, 3)
    )
    assert other.sum() < 1e-4 * (lobe > 0).sum()


def test_lobes_are_near_even_where_no_fissure_is_seen(chest, lobe):
    for n, least in zip(range(1, 6), (0.88, 0.7, 0.88, 0.9, 0.9), strict=True):
        assert dice(chest.lobe == n, lobe == n) > least, n


def test_carina_hila_and_domes_are_found(known, found, chest):
    shift = known.shift_mm(found.frame)
    for name, most in (("carina", 10), ("right_hilum", 15), ("left_hilum", 15), ("right_dome", 8), ("left_dome", 13)):
        away = np.array(chest.landmarks[name]) + shift - np.array(known.truth.landmarks[name])
        assert np.linalg.norm(away) < most, (name, away)


def test_airways_outside_the_lungs_are_airways(known, found, chest):
    organ = known.on(found.frame, known.truth.organ)
    own = chest.organ == Organ.AIRWAY
    assert (own & (organ != Organ.AIRWAY) & (organ != Organ.LUNG)).sum() < 0.03 * own.sum()
    lumen = (organ == Organ.AIRWAY) & (found.hu < -900)
    assert (lumen & ((chest.airway > 127) | own)).sum() > 0.8 * lumen.sum()
    assert not (own & (chest.lobe > 0)).any()


def test_wide_vessels_are_vessels_and_tissue_is_none(known, found, chest, lobe):
    truth = known.on(found.frame, known.truth.vessel)
    inside = (lobe > 0) & (chest.lobe > 0)
    wide, none = inside & (truth > 230), inside & (truth == 0)
    assert (chest.vessel[wide] > 90).mean() > 0.75
    assert (chest.vessel[none] > 90).mean() < 0.02
    assert not chest.vessel[chest.lobe == 0].any()
    assert (chest.vessel.astype(int) + chest.airway <= 255)[inside & (found.lumen == 0)].all()


def test_it_is_an_anatomy(chest):
    half = tuple(n // 2 for n in chest.grid.shape)
    full = {"hu": np.int16, "organ": np.uint8, "lobe": np.uint8, "vessel": np.uint8, "airway": np.uint8}
    small = {"segment": np.uint8, "depth_mm": np.float16, "lobule": np.int32, "septum_mm": np.float16}
    for name, kind in full.items():
        volume = getattr(chest, name)
        assert (volume.shape, volume.dtype, volume.flags.writeable) == (chest.grid.shape, kind, False), name
    for name, kind in small.items():
        assert (getattr(chest, name).shape, getattr(chest, name).dtype) == (half, kind), name
    assert chest.source == "imported"
    assert set(np.unique(chest.segment)) == set(range(len(SEGMENTS)))
    assert ((chest.organ == Organ.LUNG) == (chest.lobe > 0)).all()
    assert Organ.STOMACH not in np.unique(chest.organ)
    assert (chest.hu[chest.organ == Organ.OUTSIDE] < 200).all()
    levels = np.flatnonzero((chest.lobe > 0).any(axis=(1, 2)))
    assert chest.grid.origin_mm[0] + levels[-1] * chest.grid.spacing_mm[0] == pytest.approx(0.0)


def test_nothing_but_the_patient_is_kept(known, found):
    clean, body, lung = slices_of(known.source, found)
    assert clean.hu.shape == body.shape == lung.shape == found.frame.source.shape
    given = known.source.hu[found.frame.first :][: len(body)]
    deep = np.stack([ndi.binary_erosion(plane, iterations=3) for plane in body])
    assert (clean.hu[deep] == given[deep]).all()
    assert (clean.hu[body] <= given[body]).all() and (clean.hu[body] == given[body]).mean() > 0.97
    assert (lung <= body).all()
    assert 0.003 < (~body & (clean.hu != -1000)).sum() / body.sum() < 0.1  # a margin, not the couch
    rows = np.flatnonzero((clean.hu > -500).any(axis=(0, 2)))
    assert rows[-1] <= np.flatnonzero(body.any(axis=(0, 2)))[-1] + 3


def test_a_line_is_told_about_each_thing(imported):
    assert len(imported.told) == 5
    assert all(line and "\n" not in line for line in imported.told)
    assert "lungs" in imported.told[0] and "dense" in imported.told[1]
    assert [line.split(" fissure")[0] for line in imported.told[2:]] == ["right oblique", "horizontal", "left oblique"]


def test_contrast_medium_is_told():
    scan = scanned_chest()[0].acquisition
    assert of_blood(dataclasses.replace(scan, blood_hu=45.0)) == ()
    (line,) = of_blood(dataclasses.replace(scan, blood_hu=112.0))
    assert "112 HU" in line and "contrast medium" in line


def test_an_opacity_is_played_on_it(chest):
    opacity = np.zeros(1, OPACITY)
    opacity["label"], opacity["lobe"], opacity["height"], opacity["depth"] = 1, 2, 0.5, 0.1
    opacity["azimuth"], opacity["volume_ml"], opacity["fill"], opacity["rim_mm"] = 2.6, 40.0, 0.95, 5.0
    protocol = Protocol(matrix=128, spacing_mm=6.0)
    sick = Series(chest, ChestState(0, opacity), protocol, 9)
    well = Series(chest, ChestState(0, opacity[:0]), protocol, 9)
    truth = {n: sick.truth(n).get(1) for n in range(sick.count)}
    n = max((n for n in truth if truth[n] is not None), key=lambda n: truth[n].sum())
    rise = sick.slice(n).astype(int) - well.slice(n)
    assert np.median(rise[truth[n]]) > 300


def test_the_same_series_gives_the_same_chest(known, chest, found):
    again = segment(known.source, False, 2, lambda share: None)
    for name in ("hu", "lung", "lumen"):
        assert np.array_equal(getattr(again, name), getattr(found, name)), name
    assert again.landmarks == found.landmarks


def test_it_can_be_broken_off(known):
    with pytest.raises(BuildCancelled):
        import_chest(known.source, scale=2, cancelled=lambda: True)


@pytest.mark.long
def test_fissures_that_are_seen_beat_geometry():
    known = scanned(PERSON, 2, 3.0)
    found = segment(known.source, False, 2, lambda share: None)
    got = assemble(known.source, found, None, lambda share: None)
    assert sum("fissure: seen" in line for line in got.told) == 3
    truth = known.on(found.frame, known.truth.lobe)
    usual = fissures_of(found.frame.grid, found.lung, found.landmarks, dataclasses.replace(PERSON, key=1))
    z = found.frame.grid.origin_mm[0] + found.frame.grid.spacing_mm[0] * np.arange(found.frame.grid.shape[0])
    for side, upper, lower, fissure in ((1, (1, 2), (3,), usual.right), (2, (4,), (5,), usual.left)):
        real = np.isin(truth, lower)
        guess = (found.lung == side) & (z[:, None, None] < fissure.height_mm)
        assert dice(np.isin(got.anatomy.lobe, lower), real) > max(0.97, dice(guess, real))
        assert dice(np.isin(got.anatomy.lobe, upper), np.isin(truth, upper)) > 0.97
