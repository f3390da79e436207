"""The furnished lungs of one small synthetic chest: what must hold of any."""

import edt
import numba
import numpy as np
import pytest
from scipy import ndimage as ndi

from trainer.chest.anatomy import lung as furnished
from trainer.chest.anatomy.lung import LungInterior, furnish
from trainer.chest.grid import Grid
from trainer.course.person import Person

GRID = Grid((132, 150, 190), (2.0, 1.6, 1.6), (-264.0, -150.0, -152.0))
# a plain chest: each lung an egg that the heart hollows, 245 mm tall
LANDMARKS = {
    "carina": (-86.0, -29.0, 0.0), "right_hilum": (-108.0, -24.0, -27.0), "left_hilum": (-112.0, -18.0, 42.0),
    "right_pa": (-103.0, -41.0, -43.0), "left_pa": (-97.0, -16.0, 49.0), "right_upper_vein": (-114.0, -52.0, -33.0),
    "right_lower_vein": (-129.0, -31.0, -33.0), "left_upper_vein": (-110.0, -52.0, 41.0),
    "left_lower_vein": (-127.0, -24.0, 38.0),
}  # fmt: skip
PERSON = Person(77, "F", 58.0, 166.0, 64.0)


def _lungs() -> np.ndarray:
    z, y, x = (o + s * np.arange(n) for n, s, o in zip(GRID.shape, GRID.spacing_mm, GRID.origin_mm, strict=True))
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]
    out = np.zeros(GRID.shape, np.uint8)
    heart = ((z + 140) / 60) ** 2 + ((y + 60) / 55) ** 2 + ((x - 20) / 62) ** 2 < 1
    middle = (np.abs(x - 3.0) < 30) & (y > -110) & (z < -20)
    for side, centre in ((1, -72.0), (2, 78.0)):
        tall = np.where(z > -130, 128.0, 122.0)
        egg = np.abs((z + 130) / tall) ** 2.6 + np.abs((y + 45) / 96) ** 2.4 + np.abs((x - centre) / 68) ** 2.4 < 1
        out[egg & ~heart & ~middle] = side
    return out


@pytest.fixture(scope="module")
def lung() -> np.ndarray:
    return _lungs()


@pytest.fixture(scope="module")
def interior(lung: np.ndarray) -> LungInterior:
    return furnish(GRID, lung, LANDMARKS, PERSON)


def _half(volume: np.ndarray) -> np.ndarray:
    nz, ny, nx = (n // 2 for n in volume.shape)
    return volume[::2, ::2, ::2][:nz, :ny, :nx]


def test_shapes_and_types(interior: LungInterior) -> None:
    half = tuple(n // 2 for n in GRID.shape)
    full = {"lobe": np.uint8, "hu": np.int16, "vessel": np.uint8, "airway": np.uint8}
    small = {"segment": np.uint8, "depth_mm": np.float16, "lobule": np.int32, "septum_mm": np.float16}
    for name, kind in full.items():
        assert (getattr(interior, name).shape, getattr(interior, name).dtype) == (GRID.shape, kind)
    for name, kind in small.items():
        assert (getattr(interior, name).shape, getattr(interior, name).dtype) == (half, kind)


def test_five_lobes_fill_the_lungs(interior: LungInterior, lung: np.ndarray) -> None:
    assert ((interior.lobe > 0) == (lung > 0)).all()
    assert set(np.unique(interior.lobe[lung == 1])) == {1, 2, 3}
    assert set(np.unique(interior.lobe[lung == 2])) == {4, 5}
    share = np.bincount(interior.lobe[lung > 0], minlength=6)[1:] / (lung > 0).sum()
    # the middle lobe is the smallest, each lower lobe a fifth to a third of both lungs
    assert share.argmin() == 1
    assert 0.03 < share[1] < 0.16
    assert (share[[0, 2, 3, 4]] > 0.12).all()


def test_lobes_lie_as_they_should(interior: LungInterior) -> None:
    centre = {n: ndi.center_of_mass(interior.lobe == n) for n in range(1, 6)}
    assert centre[1][0] > centre[2][0]
    assert centre[2][1] < centre[3][1]
    assert centre[4][0] > centre[5][0]
    assert centre[4][1] < centre[5][1]


def test_lobes_are_whole(interior: LungInterior) -> None:
    for n in range(1, 6):
        labels, count = ndi.label(interior.lobe == n)
        assert count >= 1
        assert np.bincount(labels.ravel())[1:].max() > 0.97 * (interior.lobe == n).sum()


def test_each_segment_stays_in_its_lobe(interior: LungInterior) -> None:
    lobe, owner = _half(interior.lobe), furnished.airway.SEGMENT_LOBE
    assert set(np.unique(interior.segment)) == set(range(19))
    for s in range(1, 19):
        assert set(np.unique(lobe[interior.segment == s])) == {owner[s]}
        assert (interior.segment == s).sum() * 8 * GRID.voxel_ml > 40.0


def test_trees_are_large_and_connected(interior: LungInterior) -> None:
    assert len(interior.airways) >= 12_000
    assert len(interior.arteries) + len(interior.veins) >= 24_000
    for tree in (interior.airways, interior.veins):
        child = np.flatnonzero(tree.parent >= 0)
        assert (tree.parent[child] < child).all()
        gap = np.linalg.norm(tree.start_mm[child] - tree.end_mm[tree.parent[child]], axis=1)
        assert gap.max() < 1e-3
        assert (tree.radius_mm[child] <= tree.radius_mm[tree.parent[child]] + 1e-5).all()
        assert (tree.generation[child] == tree.generation[tree.parent[child]] + 1).all()


def test_calibres_are_normal(interior: LungInterior) -> None:
    """Weibel 1963: main bronchi 12.2, lobar 8.3, segmental 5.6 mm, here at the median within a quarter."""
    airways = interior.airways
    segmental = [np.flatnonzero(airways.segment == s)[0] for s in range(1, 19)]
    assert np.median(2 * airways.radius_mm[segmental]) == pytest.approx(5.6, rel=0.25)
    assert 2 * airways.radius_mm[1] == pytest.approx(12.2, rel=0.25)
    last = np.setdiff1d(np.arange(len(airways)), airways.parent)
    assert np.median(2 * airways.radius_mm[last]) == pytest.approx(0.6, rel=0.25)


def test_an_artery_runs_beside_each_bronchus(interior: LungInterior) -> None:
    airways, arteries = interior.airways, interior.arteries
    wide = np.flatnonzero((airways.radius_mm > 1.0) & (airways.segment > 0))
    apart = np.linalg.norm(airways.end_mm[wide] - arteries.end_mm[wide], axis=1)
    touch = airways.radius_mm[wide] + arteries.radius_mm[wide]
    assert (apart > touch).all()
    assert (apart < touch + 2.0).all()
    # lumen over artery, median 0.75 in chest A (CPTAC-PDA C3N-00249, n = 1, 65 pairs)
    assert 0.56 < np.median(airways.radius_mm[wide] / arteries.radius_mm[wide]) < 0.91


def test_vessels_stop_short_of_pleura(interior: LungInterior, lung: np.ndarray) -> None:
    depth = edt.edt(lung, anisotropy=GRID.spacing_mm)
    rim = (lung > 0) & (depth < 3.0)
    core = (depth > 12.0) & (depth < 30.0)
    assert interior.vessel[rim].mean() < 0.2 * interior.vessel[core].mean()


def test_fissures_lie_in_bands_without_vessels(interior: LungInterior) -> None:
    border = np.zeros(GRID.shape, bool)
    border[1:] = (interior.lobe[1:] != interior.lobe[:-1]) & (interior.lobe[1:] > 0) & (interior.lobe[:-1] > 0)
    apart = edt.edt(~border, anisotropy=GRID.spacing_mm)
    inside = (interior.lobe > 0) & (apart < 40.0)
    band, beyond = interior.vessel[inside & (apart < 3.0)], interior.vessel[inside & (apart > 10.0)]
    assert (band > 100).mean() < 0.4 * (beyond > 100).mean()


def test_wide_vessels_lie_deep(interior: LungInterior) -> None:
    for tree in (interior.arteries, interior.veins):
        at = furnished._at(furnished.half_of(GRID), tree.end_mm.astype(np.float64))
        inside = _half(interior.lobe)[at] > 0
        depth = interior.depth_mm[at][inside & (tree.radius_mm > 2.0)]
        assert np.percentile(depth, 10) > 5.0
        thin = interior.depth_mm[at][inside & (tree.radius_mm < 0.6)]
        assert np.median(depth) > np.median(thin)


def test_few_ends_leave_the_lungs(interior: LungInterior) -> None:
    for tree in (interior.airways, interior.veins):
        at = furnished._at(furnished.half_of(GRID), tree.end_mm.astype(np.float64))
        assert (_half(interior.lobe)[at] > 0).mean() > 0.97


def test_seen_bronchi_keep_away_from_the_chest_wall(interior: LungInterior, lung: np.ndarray) -> None:
    """Open lumens in ``hu`` are central; the coverage volume has many more."""
    air = (ndi.uniform_filter(interior.hu.astype(np.float32), 3) < -960) & ndi.binary_erosion(lung > 0)
    assert air.any()
    assert (interior.airway > 60).sum() > 3 * air.sum()
    from_right, from_left = (
        np.maximum.accumulate(lung, 2) > 0,
        np.maximum.accumulate(lung[:, :, ::-1], 2)[:, :, ::-1] > 0,
    )
    chest = from_right & from_left
    costal = edt.edt(chest, anisotropy=GRID.spacing_mm)
    assert np.percentile(costal[air], 2) > 18.0


def test_tissue_follows_gravity(interior: LungInterior, lung: np.ndarray) -> None:
    """-892 HU in front to about -818 at the back, medians between vessels (n = 2)."""
    inside = (lung > 0) & (interior.vessel < 20)
    y = np.broadcast_to((GRID.origin_mm[1] + GRID.spacing_mm[1] * np.arange(GRID.shape[1]))[None, :, None], lung.shape)
    front = y[lung > 0].min()
    # the densities were measured in a picture, which blurs the threads of tissue
    share = ndi.gaussian_filter((lung > 0).astype(np.float32), 1.0)
    picture = ndi.gaussian_filter(np.where(lung > 0, interior.hu, 0).astype(np.float32), 1.0) / np.maximum(share, 0.1)
    for depth, expected in ((20.0, -877.0), (100.0, -842.0), (160.0, -830.0)):
        here = inside & (np.abs(y - front - depth) < 5.0)
        assert np.median(picture[here]) == pytest.approx(expected, abs=25.0)


def test_lobules_are_ten_to_twenty_five_millimetres(interior: LungInterior) -> None:
    lobule, lobe = interior.lobule, _half(interior.lobe)
    assert ((lobule > 0) == (lobe > 0)).all()
    depth = interior.depth_mm.astype(np.float32)
    count = np.bincount(lobule.ravel())
    numbers = np.unique(lobule[depth > 8.0])
    volume = count[numbers[numbers > 0]] * 8 * GRID.voxel_ml * 1000.0
    across = (6.0 * volume / np.pi) ** (1.0 / 3.0)
    assert np.percentile(across, 10) > 10.0
    assert np.percentile(across, 90) < 25.0
    assert interior.septum_mm[lobe > 0].min() >= 0.0
    assert np.percentile(interior.septum_mm[lobe > 0], 99) < 13.0


def test_no_lobule_crosses_a_fissure(interior: LungInterior) -> None:
    lobe = _half(interior.lobe)
    pairs = np.unique(np.stack([interior.lobule[lobe > 0], lobe[lobe > 0]]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1]


def test_lungs_are_not_mirror_images_and_persons_differ(interior: LungInterior, lung: np.ndarray) -> None:
    other = furnish(GRID, lung, LANDMARKS, Person(78, "F", 58.0, 166.0, 64.0))
    assert (other.lobe != interior.lobe).sum() > 500
    assert (other.vessel != interior.vessel).sum() > 10_000
    mirrored = (interior.vessel > 60) & (interior.vessel[:, :, ::-1] > 60)
    assert mirrored.sum() < 0.15 * (interior.vessel > 60).sum()


def test_same_voxels_on_one_thread(interior: LungInterior, lung: np.ndarray) -> None:
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        again = furnish(GRID, lung, LANDMARKS, PERSON)
    finally:
        numba.set_num_threads(before)
    for name in ("lobe", "segment", "hu", "vessel", "airway", "lobule", "septum_mm"):
        assert np.array_equal(getattr(again, name), getattr(interior, name))


def test_progress_only_rises(lung: np.ndarray) -> None:
    told: list[float] = []
    furnish(GRID, lung, LANDMARKS, PERSON, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
