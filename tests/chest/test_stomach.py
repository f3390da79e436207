"""The surface of the stomach's fluid is level in the patient space of every visit, and gas changes nothing else."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from trainer.chest.anatomy.model import Organ
from trainer.chest.deformation import reference_deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.chest.stomach import lumen_box, surface_mm

from .conftest import SHAPE, SPACING
from .example import state

PROTOCOL = Protocol(kernel="soft", matrix=256)
HEALTHY = state()
LEVEL = (30.0, 72.0, 132.0)
HALF = np.array([22.0, 30.0, 26.0])
FLUID_HU, WALL_HU = 18, 45


@pytest.fixture(scope="module")
def chests(anatomy):
    """The small chest with a stomach in place of its left lung's lower part: one with gas, one with fluid only."""
    z, y, x = (np.indices(SHAPE)[a] * SPACING[a] for a in range(3))
    below = (z < 60.0) & (x > 92.0) & (anatomy.lobe > 0)
    lumen = sum(((v - c) / h) ** 2 for v, c, h in zip((z, y, x), LEVEL, HALF, strict=True)) < 1.0
    organ, hu = anatomy.organ.copy(), anatomy.hu.copy()
    organ[below], hu[below] = Organ.ABDOMEN, WALL_HU
    organ[lumen], hu[lumen] = Organ.STOMACH, FLUID_HU
    lobe = np.where(below | lumen, 0, anatomy.lobe).astype(np.uint8)
    full = replace(anatomy, organ=organ, hu=hu, lobe=lobe)
    return replace(full, landmarks=MappingProxyType({**anatomy.landmarks, "gas_level": LEVEL})), full


def rolled(chest, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    rotation = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
    still = reference_deformation(chest, atlas_of(chest))
    return replace(still, rotation=rotation, shift_mm=np.array([3.0, 4.0, -5.0]))


def border(series, index):
    """Return columns and rows (fractions included) on which gas gives way to fluid."""
    image = series.clean(index)
    columns, rows = [], []
    for x in range(image.shape[1]):
        below = np.flatnonzero((image[:-1, x] < -480.0) & (np.abs(image[1:, x] - FLUID_HU) < 470.0))
        inside = [y for y in below if np.all(np.abs(image[y + 2 : y + 8, x] - FLUID_HU) < 2.0)]
        if inside:
            y = inside[0]
            columns.append(x)
            rows.append(y + (-480.0 - image[y, x]) / (image[y + 1, x] - image[y, x]))
    return np.array(columns), np.array(rows)


@pytest.mark.parametrize("degrees", [-8.0, 0.0, 8.0])
def test_the_surface_is_level_however_the_patient_lies(chests, degrees):
    chest = chests[0]
    series = Series(chest, HEALTHY, PROTOCOL, 1, rolled(chest, degrees))
    place = series.deformation.to_visit(np.array(LEVEL))
    for dz in (-8.0, 0.0, 8.0):
        columns, rows = border(series, round((place[0] + dz - series.origin_mm[0]) / series.spacing_mm[0]))
        assert len(columns) * series.pixel_mm > 35.0
        slope, _ = np.polyfit(columns, rows, 1)
        assert abs(np.degrees(np.arctan(slope))) < 1.0
        assert series.origin_mm[1] + rows.mean() * series.pixel_mm == pytest.approx(place[1], abs=0.2)


def test_gas_changes_nothing_but_the_lumen_before_the_surface(chests):
    gassy, full = (Series(c, HEALTHY, PROTOCOL, 1, rolled(c, 8.0)) for c in chests)
    index = round((full.deformation.to_visit(np.array(LEVEL))[0] - full.origin_mm[0]) / full.spacing_mm[0])
    with_, without = gassy.clean(index), full.clean(index)
    changed = with_ != without
    row = (surface_mm(chests[0], gassy.deformation) - gassy.origin_mm[1]) / gassy.pixel_mm
    assert not changed[int(np.ceil(row + 0.5)) :].any()
    assert np.count_nonzero(changed) * gassy.pixel_mm**2 == pytest.approx(np.pi * HALF[1] * HALF[2] / 2, rel=0.1)
    assert (np.abs(without[changed] - FLUID_HU) <= WALL_HU - FLUID_HU).all()
    middle = without == FLUID_HU
    middle[int(row - 1.0) :] = False
    assert np.median(with_[middle]) == pytest.approx(-985.0)


def test_without_a_gas_level_the_lumen_is_as_it_was_built(chests):
    full = chests[1]
    plain = replace(full, organ=np.where(full.organ == Organ.STOMACH, Organ.ABDOMEN, full.organ).astype(np.uint8))
    assert surface_mm(full, rolled(full, 8.0)) == -np.inf
    for index in (20, 33):
        one, two = (Series(c, HEALTHY, PROTOCOL, 1, rolled(c, 8.0)).clean(index) for c in (full, plain))
        assert np.array_equal(one, two)


def test_the_box_holds_the_lumen_or_nothing(anatomy, chests):
    inside = np.argwhere(chests[0].organ == Organ.STOMACH)
    first, last = lumen_box(chests[0]).T
    assert (first <= inside.min(axis=0) - 1).all()
    assert (last >= inside.max(axis=0)).all()
    assert (last - first - np.ptp(inside, axis=0) <= 8).all()
    empty = lumen_box(anatomy)
    assert (empty[:, 1] < empty[:, 0]).all()
