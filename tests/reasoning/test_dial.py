"""Dials, their standard error and the one figure."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import MARKING
from trainer.knowledge.marking import DIALS
from trainer.reasoning.dial import reading_of, score_sheet
from trainer.reasoning.gate import Gate
from trainer.reasoning.item import Item


def item(points, most=1.0, dial="diagnosis", name="i"):
    return Item(name, dial, "t", points, most, 0, 1, "Because.", "judgement")


def gate(failed):
    return Gate("g", "t", failed, "Because.", 0, 1)


def test_a_dial_is_points_over_most():
    assert reading_of("diagnosis", [item(0.5), item(1.0), item(0.0, 2.0)]).value == pytest.approx(37.5)
    assert reading_of("management", [item(1.0), item(-3.0, 0.0)]).value == 0.0


def test_a_single_item_never_looks_certain():
    """With an item of one half beside it, one right item has a standard error of 25, and four have 10."""
    assert reading_of("diagnosis", [item(1.0)]).se == pytest.approx(25.0)
    assert reading_of("diagnosis", [item(1.0)] * 4).se == pytest.approx(10.0)
    mixed = reading_of("diagnosis", [item(1.0), item(0.0)] * 2)
    assert mixed.se > reading_of("diagnosis", [item(0.5)] * 4).se


def test_the_overall_is_a_geometric_mean_by_hand():
    items = [item(1.0, dial="diagnosis"), item(0.25, dial="management", name="m")]
    weight = {name: MARKING.weights[name].value for name in ("diagnosis", "management")}
    expected = 100 * 0.25 ** (weight["management"] / sum(weight.values()))
    assert score_sheet(items, [gate(False)], MARKING).overall == pytest.approx(expected)
    assert score_sheet([item(1.0)], [gate(True)], MARKING).overall == 40.0
    assert score_sheet([item(0.0)], [gate(False)], MARKING).overall == pytest.approx(5.0)
    assert score_sheet([], [], MARKING).overall == 0.0


def test_only_what_was_asked_for_is_a_dial():
    sheet = score_sheet([item(1.0)], [], MARKING)
    assert set(sheet.dials) == {"diagnosis"}


def test_the_json_is_what_is_promised():
    sheet = score_sheet([item(0.5)], [gate(True)], MARKING)
    value = json.loads(json.dumps(sheet.as_json()))
    assert set(value) == {"overall", "dials", "gates", "items"}
    assert value["gates"] == [{"id": "g", "failed": True, "reason": "Because."}]
    assert set(value["dials"]["diagnosis"]) == {"value", "se"}
    assert value["items"][0]["event"] == 1 and value["items"][0]["dial"] == "diagnosis"


def test_a_loss_without_event_or_reason_cannot_be_made():
    for event, reason in ((None, "Because."), (1, "")):
        with pytest.raises(ValueError, match="without an event and a reason"):
            Item("i", "safety", "t", 0.0, 1.0, 0, event, reason, "judgement")
    with pytest.raises(ValueError, match="2 points of 1"):
        Item("i", "safety", "t", 2.0, 1.0, 0, 1, "Because.", "judgement")


VALUES = st.lists(st.tuples(st.sampled_from(DIALS), st.floats(-1, 1)), min_size=1, max_size=20)


@given(VALUES, st.lists(st.booleans(), max_size=3))
def test_any_score_is_within_bounds_and_a_worse_item_never_raises_it(values, gates):
    items = [item(value, dial=dial) for dial, value in values]
    before = score_sheet(items, [gate(failed) for failed in gates], MARKING)
    assert 0.0 <= before.overall <= 100.0
    assert all(0.0 <= d.value <= 100.0 and d.se >= 0.0 for d in before.dials.values())
    if any(gates):
        assert before.overall <= 40.0
    dial = values[0][0]
    after = score_sheet([*items, item(-1.0, 0.0, dial)], [gate(True)], MARKING)
    assert after.dials[dial].value <= before.dials[dial].value and after.overall <= before.overall + 1e-9


def test_the_weights_add_up():
    assert sum(MARKING.weights[dial].value for dial in DIALS) == pytest.approx(1.0)
