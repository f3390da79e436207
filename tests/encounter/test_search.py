"""The search audit: what of a CT was shown, and which opacities were missed for want of looking."""

import numpy as np
import pytest

from trainer.course.opacity import OPACITY, Lobe
from trainer.encounter.search import Coverage, Extent, search_of, together
from trainer.knowledge.statement import ZONES, Read

# One slice a percent of the height of the right lung; the left one reaches from slice 10 to 70.
EXTENT = Extent(100, (0.0, 90.0), (10.0, 70.0), {1: (65, 75), 2: (12, 20)})


def opacities(*where, volume_ml=30.0):
    """Return opacities in the given lobes, at the middle of their height."""
    found = np.zeros(len(where), OPACITY)
    for n, (lobe, height) in enumerate(where):
        found[n]["label"], found[n]["lobe"], found[n]["height"] = n + 1, lobe, height
        found[n]["volume_ml"], found[n]["fill"] = volume_ml, 0.8
    return found


TWO = opacities((Lobe.RIGHT_UPPER, 0.8), (Lobe.LEFT_LOWER, 0.1))


def shown(never=(), glimpsed=()):
    digits = ["2"] * 100
    for digit, spans in (("0", never), ("1", glimpsed)):
        for first, last in spans:
            digits[first : last + 1] = digit * (last + 1 - first)
    return "".join(digits)


def audit(digits, read=None, marked=(), extent=EXTENT, there=TWO):
    return search_of(7, digits, extent, there, read, marked)


def test_records_of_one_ct_are_put_together_by_the_highest():
    assert together(["0120", "1011", "00"]) == "1121"
    assert together([]) == ""


def test_zones_are_thirds_of_each_lung_as_it_lies_on_the_visit():
    assert [EXTENT.zone(zone) for zone in ZONES] == [
        range(60, 90), range(30, 60), range(0, 30), range(50, 70), range(30, 50), range(10, 30),
    ]  # fmt: skip


def test_slices_and_zones_are_counted():
    found = audit(shown(never=[(60, 89)], glimpsed=[(10, 29)]))
    assert found.slices == Coverage(never=30, glimpsed=20, seen=50)
    reach = {zone: coverage.reach for zone, coverage in found.zones.items()}
    assert reach["right-upper"] == "never" and reach["right-lower"] == "glimpsed" and reach["left-middle"] == "seen"
    said = " ".join(found.said)
    assert "The right upper zone was for the most part never on the screen" in said
    assert "saw 50, glimpsed 20" in said and "never had 30" in said


def test_what_was_never_shown_is_an_error_of_search():
    found = audit(shown(never=[(60, 80)]), Read(day=7, zones={"left-lower": 3}))
    assert [(one.label, one.cause, one.zones) for one in found.missed] == [(1, "search", ("right-upper",))]
    assert "slices 66 to 76" in found.said[-2] and "error of search (Kundel 1978)" in found.said[-2]
    assert found.said[-1].startswith("Go through every slice")


def test_one_slice_of_an_opacity_is_enough_not_to_be_one_of_search():
    found = audit(shown(never=[(60, 74)]), Read(day=7, zones={"left-lower": 3}))
    assert [(one.label, one.cause) for one in found.missed] == [(1, "recognition")]


def test_what_was_shown_and_is_not_in_the_read_is_one_of_recognition_or_decision():
    found = audit(shown(), Read(day=7))
    assert [(one.label, one.cause, one.glimpsed) for one in found.missed] == [
        (1, "recognition", False), (2, "recognition", False),
    ]  # fmt: skip
    assert "or of decision" in found.said[-1]
    passed_over = audit(shown(glimpsed=[(60, 80)]), Read(day=7, zones={"left-lower": 1})).missed
    assert [(one.label, one.glimpsed) for one in passed_over] == [(1, True)]


@pytest.mark.parametrize(
    ("read", "marked"),
    [
        (Read(day=7, zones={"right-upper": 1, "left-lower": 4}), ()),
        (Read(day=7, zones={"left-lower": 4}), (1,)),
        (Read(day=7, zones={"left-lower": 4}, changes={"1": "same"}), ()),
    ],
)
def test_what_is_read_in_its_zone_marked_or_followed_is_not_missed(read, marked):
    assert audit(shown(), read, marked).missed == ()


def test_a_zone_that_is_read_does_not_excuse_what_lay_where_nobody_looked():
    """A guess about a zone is no look at it."""
    found = audit(shown(never=[(60, 80)]), Read(day=7, zones={"right-upper": 4, "left-lower": 4}))
    assert [(one.label, one.cause) for one in found.missed] == [(1, "search")]


def test_without_a_read_nothing_was_called_and_only_search_is_judged():
    assert [one.cause for one in audit(shown(never=[(12, 20)])).missed] == ["search"]


def test_what_no_radiologist_would_list_is_not_missed():
    faint = opacities((Lobe.RIGHT_UPPER, 0.8), volume_ml=0.2)
    assert audit(shown(never=[(0, 99)]), Read(day=7), there=faint).missed == ()


def test_slices_beyond_the_record_were_never_shown():
    found = audit("2" * 40)
    assert found.slices == Coverage(never=60, glimpsed=0, seen=40) and len(found.shown) == 100


def test_a_ct_that_was_never_opened_says_so():
    assert audit("").said[0] == "The CT of day 7 was never opened."


def test_without_the_chest_slices_alone_are_counted():
    found = audit("0122", extent=None)
    assert found.slices == Coverage(1, 1, 2) and not found.zones and not found.missed
