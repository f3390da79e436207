"""Series that show no chest, half of one or a sick one: one line that says so, in bounded time."""

import dataclasses
import time

import numpy as np
import pytest
from scipy import ndimage as ndi

from trainer.chest.imported.assembly import import_chest
from trainer.chest.imported.body import body_of
from trainer.chest.imported.disease import check, density_of
from trainer.chest.imported.segmentation import segment, slices_of
from trainer.chest.imported.source import Source
from trainer.core.error import BadInput


@pytest.fixture(scope="module")
def lung(known, found):
    """The lungs on the slices of the source."""
    out = np.zeros(known.source.hu.shape, np.uint8)
    inside = slices_of(known.source, found)[2]
    own = out[found.frame.first : found.frame.first + len(inside)]
    own[inside] = 1
    half = out.shape[2] // 2
    own[..., half:] *= 2
    return out


def refused(source, force=False):
    """Return the line with which a series is refused."""
    before = time.monotonic()
    with pytest.raises(BadInput) as caught:
        import_chest(source, scale=2, force=force)
    assert time.monotonic() - before < 60.0
    line = str(caught.value)
    assert line and "\n" not in line and len(line) < 250
    return line


def changed(source, hu):
    return dataclasses.replace(source, hu=np.ascontiguousarray(hu))


def noise(shape, key=1):
    return np.random.Generator(np.random.Philox(key)).integers(-1024, 3000, shape).astype(np.int16)


@pytest.mark.parametrize(
    ("hu", "says"),
    [
        (noise((60, 96, 96)), "expected"),
        (np.full((60, 96, 96), -1000, np.int16), "no patient"),
        (np.full((60, 96, 96), 40, np.int16), "no lungs"),
        (np.full((60, 96, 96), -1024, np.int16), "no patient"),
        (np.full((60, 96, 96), 3071, np.int16), "no lungs"),
        (np.full((3, 96, 96), 40, np.int16), "covers only"),
        (np.full((1, 1, 1), 40, np.int16), "covers only"),
    ],
)
def test_what_is_no_chest(hu, says):
    assert says in refused(Source(hu, (4.0, 4.0, 4.0), 4.0), force=True)


def test_slices_that_are_turned_against_their_header(known):
    assert "spine lies before" in refused(changed(known.source, known.source.hu[:, ::-1, ::-1]))


def test_a_chest_without_lungs(known, lung):
    assert "no lungs were found" in refused(
        changed(known.source, np.where(known.source.hu < -200, 40, known.source.hu))
    )


def test_a_head_is_no_chest():
    z, y, x = np.ogrid[-45:45, -64:64, -64:64]
    hu = np.full((90, 128, 128), -1000, np.int16)
    hu[(z / 44) ** 2 + (y / 50) ** 2 + (x / 40) ** 2 < 1] = 900
    hu[(z / 41) ** 2 + (y / 46) ** 2 + (x / 36) ** 2 < 1] = 35
    hu[(z + 20) ** 2 + (y + 30) ** 2 + x**2 < 9**2] = -990  # a sinus
    assert "no lungs were found" in refused(Source(hu, (2.0, 2.0, 2.0), 2.0))


@pytest.mark.parametrize(("part", "where"), [(slice(0, 80), "top"), (slice(30, None), "bottom")])
def test_lungs_that_are_cut_off(known, part, where):
    assert f"cut off at the {where}" in refused(changed(known.source, known.source.hu[part]))


def test_an_abdomen_with_the_bases_of_the_lungs(known, lung):
    levels = np.flatnonzero(lung.any(axis=(1, 2)))
    hu = known.source.hu[: levels[0] + 28]
    assert "expected" in refused(changed(known.source, np.concatenate([hu[:1]] * 30 + [hu])))


def test_head_and_feet_swapped(known):
    assert "expected" in refused(changed(known.source, known.source.hu[::-1]))


@pytest.mark.parametrize("side", [1, 2])
def test_a_lung_without_air(known, lung, side):
    hu = np.where(lung == side, 40, known.source.hu).astype(np.int16)
    assert "lung" in refused(changed(known.source, hu), force=True)


def test_a_consolidated_lung_is_refused_unless_forced(known, lung):
    hu = known.source.hu.copy()
    for side in (1, 2):
        own = np.argwhere(lung == side)
        middle = np.percentile(own, 45, axis=0) + np.array((0.0, 10.0, 0.0))
        away = ((own - middle) * np.array(known.source.spacing_mm)) ** 2
        sick = own[away.sum(axis=1) <= np.percentile(away.sum(axis=1), 20)]
        hu[tuple(sick.T)] = 40
    assert (hu != known.source.hu).sum() > 0.18 * (lung > 0).sum()
    assert "diseased already" in refused(changed(known.source, hu))


def dome_z(found):
    dome = min(found.landmarks["right_dome"][0], found.landmarks["left_dome"][0])
    return round((dome - found.frame.look.origin_mm[0]) / found.frame.look.spacing_mm[0])


def test_a_hazy_lung_is_refused_unless_forced(found):
    hazy = np.where(found.lungs.side > 0, np.maximum(found.low, found.low // 2 - 220), found.low)
    density = density_of(hazy, found.lungs, dome_z(found), found.frame.look)
    assert density.haze > 0.5
    with pytest.raises(BadInput, match="hazy"):
        check(density, force=False)
    assert "hazy" in check(density, force=True)[0]


def test_light_lung_is_told(found):
    half = np.arange(found.low.shape[0])[:, None, None] > np.argwhere(found.lungs.side > 0)[:, 0].mean()
    light = np.where(half & (found.lungs.side > 0) & (found.low < -700), found.low - 160, found.low)
    density = density_of(light, found.lungs, dome_z(found), found.frame.look)
    assert 0.3 < density.light < 0.6
    assert density_of(found.low, found.lungs, dome_z(found), found.frame.look).light < 0.01
    assert f"{density.light:.1%} below -950 HU" in check(density, force=False)[0]


def test_lungs_that_touch_are_parted(known, found, lung):
    levels = np.flatnonzero(lung.any(axis=(1, 2)))
    hu = known.source.hu.copy()
    bridge = np.zeros(hu.shape, bool)
    rows = np.flatnonzero((lung[levels[0] + 45 : levels[0] + 60] == 1).any(axis=(0, 2)))
    # a bridge of lung in front of the heart, with a thin denser line where both lungs meet
    for z in range(levels[0] + 45, levels[0] + 60):
        for y in range(rows[0] + 4, rows[0] + 9):
            right, left = np.flatnonzero(lung[z, y] == 1), np.flatnonzero(lung[z, y] == 2)
            if len(right) and len(left):
                bridge[z, y, right[-1] : left[0] + 1] = True
                hu[z, y, right[-1] : left[0] + 1] = -860
                hu[z, y, (right[-1] + left[0]) // 2] = -650
    joined = ndi.label((hu < -500) & ((lung > 0) | bridge))[0]
    largest = [int(np.bincount(joined[lung == side])[1:].argmax()) + 1 for side in (1, 2)]
    assert largest[0] == largest[1]
    got = segment(changed(known.source, hu), True, 2, lambda share: None)
    for side in (1, 2):
        grown = (got.lung == side).sum() / (found.lung == side).sum()
        assert 0.98 < grown < 1.06, (side, grown)


def test_a_couch_is_no_patient(found):
    low = found.low.copy()
    below = np.flatnonzero(found.body.any(axis=(0, 2)))[-1]
    assert below + 3 < low.shape[1]
    low[:, below : below + 2, 20:-20] = 300  # a slab as wide as a couch, which touches the back
    low[:, 3:5, 60:-60] = 100  # a blanket
    body = body_of(low, found.frame.look.spacing_mm)
    assert (body != found.body).sum() < 0.01 * found.body.sum()
