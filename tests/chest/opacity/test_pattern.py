"""Densities, rims and signs inside opacities, before kernel and noise."""

from functools import cache

import numpy as np
import pytest

from trainer.chest.deformation import reference_deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.opacity.sign import Sign
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.opacity import OPACITY, ChestState, Form, Lobe


def scan(anatomy, spacing_mm=1.0, **values):
    record = np.zeros(1, OPACITY)
    base = {
        "label": 1,
        "height": 0.5,
        "azimuth": 1.5,
        "depth": 0.3,
        "lobe": Lobe.RIGHT_LOWER,
        "volume_ml": 40.0,
    }
    state = {k: values.pop(k) for k in ("effusion_right_ml", "effusion_left_ml", "mosaic", "node_mm") if k in values}
    for name, value in {**base, "rim_mm": 5.0, **values}.items():
        record[name] = value
    deformation = reference_deformation(anatomy, atlas_of(anatomy))
    return Series(anatomy, ChestState(0, record, **state), Protocol(matrix=256, spacing_mm=spacing_mm), 5, deformation)


_healthy = {}  # slices of the chest without an opacity, which many tests compare with


def healthy_slice(series, i):
    """Return a slice of the same scan of the healthy chest."""
    key = (id(series.anatomy), series.protocol, i)
    if key not in _healthy:
        nothing = ChestState(0, np.zeros(0, OPACITY))
        _healthy[key] = Series(series.anatomy, nothing, series.protocol, 5, series.deformation).clean(i)
    return _healthy[key]


def inner_hu(series, margin):
    """Return HU of voxels at least ``margin`` mm inside, where neither vessel nor bronchus lies."""
    import edt

    out = []
    masks = np.stack([series.truth(i).get(1, np.zeros(series.shape[1:], bool)) for i in range(series.count)])
    deep = edt.edt(masks, anisotropy=series.spacing_mm) > margin
    for i in np.flatnonzero(deep.any(axis=(1, 2)))[::2]:
        plain = healthy_slice(series, i)
        normal = (plain > -880) & (plain < -800)
        out.append(series.clean(i)[deep[i] & normal])
    return np.concatenate(out)


def test_consolidation_is_as_dense_as_tissue(anatomy):
    values = inner_hu(scan(anatomy, 2.0, fill=0.95), 9.0)
    assert -20.0 <= values.mean() <= 50.0


@pytest.mark.parametrize("fill", [0.2, 0.3, 0.45])
def test_ground_glass_lies_between(anatomy, fill):
    values = inner_hu(scan(anatomy, 2.0, fill=fill), 7.0)
    assert -700.0 <= values.mean() <= -300.0


def test_more_filling_is_denser(anatomy):
    means = [inner_hu(scan(anatomy, 2.0, fill=f), 8.0).mean() for f in (0.2, 0.4, 0.6, 0.8)]
    assert np.all(np.diff(means) > 0)


def test_bronchi_stay_black_and_vessels_fade_in_consolidation(anatomy):
    series, plain = scan(anatomy, fill=1.0, depth=0.8), scan(anatomy, fill=0.0, depth=0.8, volume_ml=0.0)
    airway, vessel = [], []
    for i in range(30, 80, 4):
        mask = series.truth(i).get(1)
        if mask is None:
            continue
        before, after = plain.clean(i), series.clean(i)
        airway.append(after[mask & (before < -940)])
        vessel.append(np.abs(after[mask & (before > 20)] - 30.0))
    assert np.concatenate(airway).mean() < -850.0
    assert np.concatenate(vessel).mean() < 25.0


def test_vessels_stay_visible_in_ground_glass(anatomy):
    series, plain = scan(anatomy, fill=0.3, depth=0.8), scan(anatomy, fill=0.0, depth=0.8, volume_ml=0.0)
    contrast = []
    for i in range(30, 80, 4):
        mask = series.truth(i).get(1)
        if mask is not None and (mask & (plain.clean(i) > 20)).any():
            image = series.clean(i)
            contrast.append(image[mask & (plain.clean(i) > 20)].mean() - np.median(image[mask]))
    assert np.mean(contrast) > 300.0


def _rim_widths(series):
    """Return twice the depth, in mm, along the middle sheet of all that is denser than half way to tissue."""
    import edt
    from scipy.ndimage import maximum_filter

    volume = np.stack([series.clean(i) for i in range(series.count)])
    owned = np.stack([series.truth(i).get(1, np.zeros(series.shape[1:], bool)) for i in range(series.count)])
    depth = edt.edt((volume > -310.0) & owned, anisotropy=series.spacing_mm)
    half = float(np.mean(series.spacing_mm)) / 2
    ridge = (depth > 0) & (depth == maximum_filter(depth, 5))
    return 2.0 * (depth[ridge] - half)


@pytest.mark.parametrize(("form", "rim_mm"), [(Form.PATCH, 4.0), (Form.PATCH, 6.0), (Form.NODULE, 9.0)])
def test_the_rim_of_a_reversed_halo_has_its_thickness(anatomy, form, rim_mm):
    series = scan(anatomy, fill=0.95, ring=1.0, rim_mm=rim_mm, volume_ml=60.0, depth=0.45, form=form)
    widths = _rim_widths(series)
    assert len(widths) > 100
    assert np.median(widths) == pytest.approx(rim_mm, abs=1.0)


def test_the_centre_of_a_reversed_halo_is_ground_glass(anatomy):
    series = scan(anatomy, 2.0, fill=0.95, ring=1.0, rim_mm=4.0, volume_ml=45.0, depth=0.45, form=Form.NODULE)
    values = inner_hu(series, 10.0)
    assert -700.0 < values.mean() < -500.0


def test_a_cavity_takes_its_share(anatomy):
    series = scan(anatomy, fill=0.95, cavity=0.3, form=Form.NODULE, volume_ml=20.0)
    hollow = owned = 0
    for i in range(0, series.count, 2):
        masks = series.sign_truth(i)
        hollow += masks[1, Sign.CAVITY].sum() if (1, Sign.CAVITY) in masks else 0
        owned += series.truth(i).get(1, np.zeros(1)).sum()
    assert hollow / owned == pytest.approx(0.3, abs=0.06)


def test_honeycombing_lies_under_the_pleura_and_holds_air_and_walls(anatomy):
    series = scan(anatomy, fill=0.1, honeycomb=1.0, form=Form.FIELD, volume_ml=80.0, depth=0.0)
    image = series.clean(45)
    mask = series.sign_truth(45)[1, Sign.HONEYCOMBING]
    assert mask.sum() > 100
    assert image[mask].mean() < -900.0
    walls = series.truth(45)[1] & (image > -450.0)
    assert 0.1 < walls.sum() / (walls.sum() + mask.sum()) < 0.7


def test_sparing_keeps_the_outer_millimetres(anatomy):
    import edt

    plain, spared = (
        scan(anatomy, fill=0.4, sparing=s, form=Form.FIELD, volume_ml=120.0, depth=0.3) for s in (0.0, 1.0)
    )
    lobe = anatomy.lobe[45] > 0
    under = edt.edt(lobe, anisotropy=anatomy.grid.spacing_mm[1:])
    ring = lobe & (under > 1.5) & (under < 5.0) & (anatomy.hu[45] < -800)
    y, x = np.nonzero(ring)
    grid = anatomy.grid
    row = np.round((y * grid.spacing_mm[1] - plain.origin_mm[1]) / plain.pixel_mm).astype(int)
    column = np.round((x * grid.spacing_mm[2] - plain.origin_mm[2]) / plain.pixel_mm).astype(int)
    keep = plain.truth(45)[1][row, column]
    before, after = plain.clean(45)[row, column][keep].mean(), spared.clean(45)[row, column][keep].mean()
    assert before > -650.0
    assert after < -780.0


def test_an_effusion_has_its_volume_and_lies_behind(anatomy):
    volume = 25.0
    series = scan(anatomy, volume_ml=0.0, effusion_right_ml=volume)
    dz, dy, dx = series.spacing_mm
    wet, rows = 0, []
    healthy = scan(anatomy, volume_ml=0.0)
    for i in range(1, series.count, 3):
        changed = (healthy.clean(i) < -700) & (np.abs(series.clean(i) - 9.0) < 6.0)
        wet += changed.sum()
        rows.extend(np.nonzero(changed)[0])
    assert 3 * wet * dz * dy * dx / 1000.0 == pytest.approx(volume, rel=0.12)
    lung_rows = np.nonzero(healthy.clean(40) < -700)[0]
    assert np.mean(rows) > np.median(lung_rows)


def test_mosaic_darkens_some_lobules_only(anatomy):
    plain, mosaic = scan(anatomy, volume_ml=0.0), scan(anatomy, volume_ml=0.0, mosaic=1.0)
    levels = (25, 40, 55, 70, 85)  # a lobule is darkened or not: one slice holds too few of them to count
    before, after = (np.stack([series.clean(level) for level in levels]) for series in (plain, mosaic))
    change = (after - before)[before < -780]
    change = change[change > -80]
    assert (change < -25).mean() > 0.15
    assert (change > 10).mean() > 0.15


def sign_values(series, sign, step=2):
    """Return HU of the pixels that show a sign, and how deep under the pleura they lie, in mm."""
    from scipy.ndimage import map_coordinates

    atlas = atlas_of(series.anatomy)
    hu, depth, septum = [], [], []
    for i in range(0, series.count, step):
        mask = series.sign_truth(i).get((1, sign))
        if mask is None:
            continue
        y, x = np.nonzero(mask)
        hu.append(series.clean(i)[y, x])
        mm = np.stack(
            [
                np.full(len(y), series.position_mm(i)),
                series.origin_mm[1] + y * series.pixel_mm,
                series.origin_mm[2] + x * series.pixel_mm,
            ]
        )
        at = atlas.index(mm.T).T
        depth.append(map_coordinates(atlas.depth.astype(float), at, order=1) * 0.01)
        septum.append(map_coordinates(atlas.septum.astype(float), at, order=1) * 0.01)
    return tuple(np.concatenate(v) if v else np.zeros(0) for v in (hu, depth, septum))


@pytest.mark.parametrize("fill", [0.6, 0.8, 0.95])
def test_all_that_is_called_consolidation_is(anatomy, fill):
    hu = sign_values(scan(anatomy, 2.0, fill=fill), Sign.CONSOLIDATION)[0]
    assert len(hu) > 1000
    assert -20.0 <= hu.mean() <= 50.0


def test_what_is_half_filled_is_mixed(anatomy):
    series = scan(anatomy, 2.0, fill=0.6, volume_ml=80.0)
    solid, hazy = (sign_values(series, sign)[0] for sign in (Sign.CONSOLIDATION, Sign.GROUND_GLASS_OPACITY))
    assert 0.1 < len(solid) / (len(solid) + len(hazy)) < 0.7
    assert -700.0 <= hazy.mean() <= -300.0


@pytest.mark.parametrize(
    "values",
    [
        {"fill": 0.6, "perilobular": 0.6, "septal": 0.6, "nodularity": 0.5},
        {
            "fill": 0.1,
            "honeycomb": 0.8,
            "traction": 0.8,
            "reticulation": 0.8,
            "sparing": 0.3,
            "form": Form.FIELD,
        },
        {"fill": 0.9, "cavity": 0.2, "form": Form.NODULE},
    ],
)
def test_signs_share_out_their_opacity(anatomy, values):
    series = scan(anatomy, volume_ml=60.0, **values)
    for i in (40, 46, 52):
        masks = series.sign_truth(i)
        owned = series.truth(i).get(1)
        if owned is not None:
            assert np.array_equal(sum(m.astype(int) for m in masks.values()), owned.astype(int))


def test_air_bronchograms_are_tubes_without_gaps(anatomy):
    series = scan(anatomy, fill=0.95, volume_ml=90.0, depth=0.6)
    air, truth, signs = series.anatomy.airways, cache(series.truth), cache(series.sign_truth)
    seen = along = 0
    for start, end in zip(air.start_mm, air.end_mm, strict=True):
        for t in np.linspace(0.2, 0.8, 7):
            z, y, x = start + t * (end - start)
            i = round((z - series.origin_mm[0]) / series.spacing_mm[0])
            row, column = (round((v - o) / series.pixel_mm) for v, o in zip((y, x), series.origin_mm[1:], strict=True))
            around = truth(i).get(1)
            if around is None or not around[row - 6 : row + 7, column - 6 : column + 7].all():
                continue
            tube = signs(i).get((1, Sign.AIR_BRONCHOGRAM), np.zeros_like(around))
            along += 1
            seen += tube[row - 2 : row + 3, column - 2 : column + 3].any()
    assert along > 10
    assert seen > 0.9 * along


def test_arcades_lie_along_the_borders_of_lobules(anatomy):
    series = scan(anatomy, fill=0.5, perilobular=0.9, volume_ml=80.0)
    hu, depth, septum = sign_values(series, Sign.PERILOBULAR)
    other = sign_values(series, Sign.GROUND_GLASS_OPACITY)[2]
    assert hu.mean() > -450.0
    near = np.minimum(septum, depth)
    assert np.median(near) < 0.6 * np.median(other)


def test_centrilobular_nodules_keep_off_pleura_and_septa(anatomy):
    series = scan(anatomy, fill=0.3, form=Form.CENTRILOBULAR, volume_ml=150.0)
    hu, depth, septum = sign_values(series, Sign.CENTRILOBULAR_NODULES)
    assert len(hu) > 200
    assert -750.0 < hu.mean() < -350.0
    assert depth.min() > 2.5
    assert np.quantile(septum, 0.05) > 1.0
    assert np.median(septum) > 2.5


def test_traction_widens_bronchi_unevenly(anatomy):
    def lumen(traction):
        series = scan(anatomy, fill=0.3, traction=traction, form=Form.FIELD, volume_ml=150.0, depth=0.4)
        return len(sign_values(series, Sign.TRACTION_BRONCHIECTASIS)[0])

    assert lumen(1.0) > 1.3 * lumen(0.3) > 0


def test_a_ring_pales_as_it_melts_and_a_fungal_centre_is_reticulated(anatomy):
    ring = {"ring": 1.0, "rim_mm": 5.0, "volume_ml": 60.0, "depth": 0.45, "form": Form.NODULE}
    rims = [sign_values(scan(anatomy, fill=f, **ring), Sign.REVERSED_HALO)[0] for f in (0.9, 0.15)]
    assert rims[0].mean() > -60.0
    assert len(rims[1]) < 0.1 * len(rims[0])
    clean, netted = (inner_hu(scan(anatomy, 2.0, fill=0.9, reticulation=r, **ring), 9.0) for r in (0.0, 0.9))
    assert netted.std() > 2.0 * clean.std()


def test_signs_are_named(anatomy):
    assert scan(anatomy, fill=0.95, ring=1.0).signs()[1][0] is Sign.REVERSED_HALO
    assert Sign.HONEYCOMBING in scan(anatomy, fill=0.1, honeycomb=0.8, form=Form.FIELD).signs()[1]
    assert Sign.CRAZY_PAVING in scan(anatomy, fill=0.3, septal=0.8).signs()[1]
    assert Sign.AIR_BRONCHOGRAM in scan(anatomy, fill=0.9).signs()[1]
    assert Sign.CONSOLIDATION not in scan(anatomy, fill=0.4).signs()[1]
