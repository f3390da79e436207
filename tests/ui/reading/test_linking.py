"""Planes of two visits that show the same tissue."""

import numpy as np
import pytest

from tests.chest.conftest import make_anatomy
from trainer.chest.deformation import visit_deformation
from trainer.chest.display import linked_mm
from trainer.chest.opacity.atlas import atlas_of
from trainer.ui.reading.linking import linked_plane
from trainer.ui.reading.plane import PLANES, Lattice


def lattice_of(anatomy, deformation):
    grid = anatomy.grid
    z = grid.origin_mm[0] + float(deformation.shift_mm[0])
    return Lattice(grid.shape, grid.spacing_mm, (z, *grid.origin_mm[1:]))


@pytest.fixture(scope="module")
def anatomy():
    return make_anatomy()


@pytest.fixture(scope="module")
def visits(anatomy):
    made = [visit_deformation(anatomy, atlas_of(anatomy), key) for key in (11, 12)]
    return [(one, lattice_of(anatomy, one)) for one in made]


def planes(here, there, orientation):
    return np.array([linked_plane(here, there, orientation, n) for n in range(here[1].count(orientation))])


@pytest.mark.parametrize("orientation", PLANES)
def test_a_visit_links_to_itself_plane_by_plane(visits, orientation):
    one = visits[0]
    assert np.array_equal(planes(one, one, orientation), np.arange(one[1].count(orientation)))


@pytest.mark.parametrize("orientation", PLANES)
def test_linked_planes_rise_and_lead_back(visits, orientation):
    here, there = visits
    onward, back = planes(here, there, orientation), planes(there, here, orientation)
    assert (np.diff(onward) >= 0).all()
    inside = np.flatnonzero((onward > 0) & (onward < there[1].count(orientation) - 1))
    assert len(inside) > 0.5 * here[1].count(orientation)
    assert np.abs(back[onward[inside]] - inside).max() <= 1


@pytest.mark.parametrize("index", [30, 60, 90])
def test_the_plane_lies_among_the_places_of_its_tissue(visits, index):
    (here, a), (there, b) = visits
    z = a.position_mm("axial", index)
    middle = here.centre_mm + here.shift_mm
    heights = [
        linked_mm((z, middle[1] + u * here.half_mm[1], middle[2] + v * here.half_mm[2]), here, there)[0]
        for u in (-0.5, 0.5)
        for v in (-0.45, 0.45)
    ]
    found = b.position_mm("axial", linked_plane((here, a), (there, b), "axial", index))
    assert found == pytest.approx(np.mean(heights), abs=1.0)
