"""Reads of the CT against what it shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import AT, MARKING, sound
from trainer.knowledge.statement import CHANGES, ZONES, Mark, Read
from trainer.reasoning.mark import Block, block_about, lesion_at, mark_item
from trainer.reasoning.reading import Sight, perception_items, response_items

PERCEPTION = MARKING.perception
ASKABLE = ("consolidation", "ground-glass-opacity", "reversed-halo", "cavity", "honeycombing", "nodule", "reticulation")
SIGHT = Sight(
    day=28, askable=ASKABLE, present=frozenset({"consolidation", "reversed-halo", "ground-glass-opacity"}),
    zones=(False, True, True, False, False, True), trend="same",
    changes={1: "resolved", 2: "smaller", 3: "same", 4: "new", 5: "migrated"}, migrated=True,
    names={"reversed-halo": "reversed halo sign"},
)  # fmt: skip


def read_of(**parts):
    return Read(day=28, **parts)


def perception(**parts):
    made = sound(perception_items(read_of(**parts), SIGHT, PERCEPTION, AT))
    return {item.id.split("-")[0]: item for item in made}


def response(sight=SIGHT, **parts):
    made = sound(response_items(read_of(**parts), sight, PERCEPTION, AT))
    return {item.id.split("-")[0]: item for item in made}


def test_signs_by_hand():
    """Consolidation weighs 2, the reversed halo 3, ground glass 1: six in all; a false cavity takes half of its 3."""
    assert perception(signs=("consolidation", "reversed-halo", "ground-glass-opacity"))["signs"].points == 1.0
    assert perception(signs=("consolidation",))["signs"].points == pytest.approx(2 / 6)
    assert perception(signs=("consolidation", "reversed-halo", "cavity"))["signs"].points == pytest.approx(3.5 / 6)
    assert perception(signs=("consolidation", "air-bronchogram"))["signs"].points == pytest.approx(2 / 6)
    assert perception(signs=ASKABLE)["signs"].points < 0.5
    reason = perception(signs=("consolidation", "cavity"))["signs"].reason
    assert (
        "ground-glass-opacity and reversed halo sign; your read does not name them" in reason
        and "You name cavity, which is not" in reason
    )


def test_a_sound_chest():
    sound_chest = Sight(28, ASKABLE, frozenset(), (False,) * 6)
    quiet = perception_items(read_of(), sound_chest, PERCEPTION, AT)
    assert [item.points for item in quiet] == [1.0, 1.0]
    loud = perception_items(read_of(signs=("consolidation",)), sound_chest, PERCEPTION, AT)
    assert loud[0].points == 0.0


def test_zones_earn_what_is_above_chance():
    right = dict(zip(ZONES, (0, 4, 3, 0, 0, 2), strict=True))
    assert perception(zones=right)["zones"].points == 1.0
    assert perception(zones={})["zones"].points == 0.0
    assert perception(zones=dict.fromkeys(ZONES, 4))["zones"].points == 0.0
    # two of three diseased zones above all sound ones: pairs won 6 of 9, ties 3 of 9; (6 + 1.5) / 9 = 5/6
    some = perception(zones={"right-middle": 3, "right-lower": 3})["zones"]
    assert some.points == pytest.approx(2 / 3) and "left lower zone was missed" in some.reason


def test_a_ct_that_was_not_read_earns_nothing():
    made = sound([*perception_items(None, SIGHT, PERCEPTION, AT), *response_items(None, SIGHT, PERCEPTION, AT)])
    assert {item.points for item in made} == {0.0} and all("not read" in i.reason for i in made if i.id[:4] != "migr")
    first = Sight(0, ASKABLE, frozenset(), (False,) * 6)
    assert response_items(None, first, PERCEPTION, AT) == []


@pytest.mark.parametrize(("trend", "points"), [("same", 1.0), ("better", 0.25), ("worse", 0.25), (None, 0.0)])
def test_the_trend(trend, points):
    assert response(trend=trend)["trend"].points == points


def test_migration_is_to_be_named_where_it_is():
    missed = response(trend="same")["migration"]
    assert missed.points == 0.0 and missed.event == AT.event
    assert missed.reason == "The CT of day 28 showed migration; your read does not name it."
    assert response(signs=("migration",))["migration"].points == 1.0
    assert response(changes={"5": "migrated"})["migration"].points == 1.0
    still = Sight(28, ASKABLE, frozenset(), (False,) * 6, trend="same")
    assert "migration" not in response(still)
    assert response(still, signs=("migration",))["migration"].points == -0.5


def test_changes_of_opacities():
    right = {str(label): change for label, change in SIGHT.changes.items()}
    assert response(changes=right)["changes"].points == pytest.approx(1.0)
    # kappa of the three with an order stays 1, one of the two others is missed
    assert response(changes=right | {"4": "same"})["changes"].points == pytest.approx(4 / 5)
    off = response(changes=right | {"2": "larger"})["changes"]
    assert off.points < 0.9 and "Opacity 2 is smaller, you say larger" in off.reason
    assert "changes" not in response()
    alike = Sight(28, ASKABLE, frozenset(), (True,) * 6, "better", dict.fromkeys(range(1, 11), "smaller"))
    nine = {str(n): "smaller" for n in range(1, 10)} | {"10": "same"}
    assert response(alike, changes=nine)["changes"].points == pytest.approx(1 - 0.1 / 3)


@given(
    st.sets(st.sampled_from(ASKABLE)), st.dictionaries(st.sampled_from(ZONES), st.integers(0, 4)),
    st.dictionaries(st.sampled_from("123459"), st.sampled_from(CHANGES)), st.sampled_from(["better", "same", "worse"]),
)  # fmt: skip
def test_any_read_is_marked_within_bounds(signs, zones, changes, trend):
    perception(signs=tuple(signs), zones=zones)
    made = response(signs=tuple(signs), changes=changes, trend=trend)
    assert all(-0.5 <= item.points <= 1.0 for item in made.values())


BLOCK = np.zeros((20, 40, 40), np.int32)
BLOCK[8:12, 5:10, 5:10] = 3
BLOCK[8:12, 5:10, 14:30] = 7
TRUTH = Block({label: label == BLOCK for label in (3, 7)}, (2.0, 1.0, 1.0), (100.0, -20.0, -20.0))


def mark(z, y, x):
    return Mark(z_mm=100.0 + 2.0 * z, y_mm=-20.0 + y, x_mm=-20.0 + x, rating=3)


@pytest.mark.parametrize(
    ("place", "label"),
    [
        ((10, 7, 7), 3),
        ((10, 19, 7), 3),  # 10 mm from the nearest voxel of the mask
        ((10, 20, 7), None),
        ((16, 7, 7), 3),  # ten millimetres above, five slices
        ((17, 7, 7), None),
        ((10, 7, 12), 3),  # between the two: the centre of 3 is nearer
        ((10, 7, 29), 7),
        ((10, 38, 38), None),
    ],
)
def test_which_opacity_a_mark_hits(place, label):
    assert lesion_at(mark(*place), TRUTH, 10.0) == label


class FakeSeries:
    """The same truth as slices of a series."""

    origin_mm, spacing_mm, count, shape = (100.0, -20.0, -20.0), (2.0, 1.0, 1.0), 20, (20, 40, 40)

    def __init__(self):
        self.made = []

    def position_mm(self, index):
        return 100.0 + 2.0 * index

    def truth(self, index):
        self.made.append(index)
        masks = {label: BLOCK[index] == label for label in (3, 7)}
        return {label: mask for label, mask in masks.items() if mask.any()}


def test_only_the_slices_about_a_mark_are_made():
    series = FakeSeries()
    block = block_about(series, mark(4, 7, 7), 10.0)
    assert series.made == list(range(10)) and set(block.masks) == {3, 7}
    assert (block.masks[7] == (BLOCK[:10] == 7)).all()
    assert lesion_at(mark(4, 7, 7), block, 10.0) == 3
    high = block_about(series, mark(16, 7, 7), 10.0)
    assert high.origin_mm[0] == 100.0 + 2.0 * 11 and lesion_at(mark(16, 7, 7), high, 10.0) == 3
    assert lesion_at(mark(500, 7, 7), block_about(series, mark(500, 7, 7), 10.0), 10.0) is None


def test_of_two_opacities_in_one_place_the_nearer_centre_is_hit():
    wide = np.zeros_like(BLOCK, bool)
    wide[8:12, 5:10, :] = True
    both = Block({3: BLOCK == 3, 8: wide}, (2.0, 1.0, 1.0), (100.0, -20.0, -20.0))
    assert lesion_at(mark(10, 7, 7), both, 1.0) == 3
    assert lesion_at(mark(10, 7, 25), both, 1.0) == 8


def test_a_mark_outside_the_block_hits_nothing():
    assert lesion_at(mark(500, 7, 7), TRUTH, 10.0) is None


def test_marks_by_hand():
    weights = {3: 1.0, 7: 3.0}

    def points(*found):
        return sound([mark_item(found, weights, PERCEPTION, AT)])[0].points

    assert points(7) == pytest.approx(0.75)
    assert points(7, 7, 3) == 1.0
    assert points(7, None, None) == pytest.approx(0.55)
    assert points(3, 7, *[None] * 30) == pytest.approx(0.5)
    assert points() == points(None) == 0.0
