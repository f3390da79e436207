"""What a report of a CT says, how readers err on it, and what is compared between two scans."""

import numpy as np
import pytest

from trainer.course.opacity import Form, Lobe
from trainer.course.state import empty_state
from trainer.knowledge.library import library
from trainer.knowledge.statement import TRENDS, ZONES
from trainer.reasoning.ctread import (
    AGREEMENT,
    CHANGE,
    STILL,
    change_features,
    errors_of,
    log_likelihood,
    reported,
    still_features,
    trend_of,
    zones_of,
)


def chest(*opacities, **patient):
    """Return one patient whose opacities are given as dictionaries, one slot each; None leaves a slot empty."""
    state = empty_state(1)
    for slot, values in enumerate(opacities):
        if values is not None:
            record = {"label": slot + 1, "fill": 0.8, "volume_ml": 20.0, "height": 0.5, "rim_mm": 5.0, **values}
            for name, value in record.items():
                state.opacities[0, slot][name] = value
    for name, value in patient.items():
        state.patients[name] = value
    return state


def found(state):
    return {name for name, there in zip(STILL, still_features(state)[0], strict=True) if there}


def changed(early, late):
    return {name for name, there in zip(CHANGE, change_features(early, late)[0], strict=True) if there}


def test_every_name_is_a_finding_of_imaging_with_an_agreement():
    findings = library().findings
    assert set(AGREEMENT) == {*STILL, *CHANGE}
    for name in AGREEMENT:
        assert findings[name].kind == "imaging"


def test_a_sound_chest_has_nothing():
    assert found(chest()) == set()
    assert found(chest({"volume_ml": 1.0})) == set()
    assert not zones_of(chest()).any()


@pytest.mark.parametrize(
    ("opacity", "name"),
    [
        ({}, "consolidation"),
        ({"fill": 0.4}, "ground-glass-opacity"),
        ({"ring": 0.8}, "reversed-halo"),
        ({"ring": 0.8, "rim_mm": 20.0}, "thick-rim"),
        ({"ring": 0.8, "reticulation": 0.5}, "reticulation-inside-halo"),
        ({"form": Form.NODULE, "volume_ml": 5.0}, "nodule"),
        ({"form": Form.NODULE, "volume_ml": 50.0}, "mass"),
        ({"form": Form.WEDGE}, "wedge-shaped-opacity"),
        ({"depth": 0.1}, "peripheral-distribution"),
        ({"lobe": Lobe.LEFT_LOWER, "height": 0.1}, "lower-zone-predominance"),
    ],
)
def test_each_finding_is_read_from_what_the_opacity_is(opacity, name):
    plain = {"depth": 0.5, "lobe": Lobe.RIGHT_LOWER, "height": 0.7}
    assert name in found(chest({**plain, **opacity}))
    other = {"fill": 0.4} if name == "consolidation" else {}
    assert name not in found(chest({**plain, **other}))


def test_an_empty_slot_before_a_full_one_hides_nothing():
    assert "consolidation" in found(chest(None, {}))
    assert changed(chest(None, {}), chest(None, None)) >= {"opacity-gone"}


def test_gone_here_and_new_there_is_told_from_mere_shrinking():
    two = chest({}, {"lobe": Lobe.LEFT_UPPER})
    assert changed(two, two) == set()
    assert changed(two, chest({"volume_ml": 10.0}, {"volume_ml": 10.0})) == {"opacities-smaller"}
    moved = chest({}, None, {})
    assert changed(two, moved) == {"opacity-gone", "new-opacity"}
    another_in_the_same_slot = chest({}, {"label": 9})
    assert changed(two, another_in_the_same_slot) == {"opacity-gone", "new-opacity"}
    assert changed(two, chest()) == {"opacity-gone", "opacities-smaller", "opacities-mostly-cleared"}
    assert changed(chest({}), two) == {"new-opacity", "opacities-larger"}


def test_zones_follow_lobe_and_height():
    def where(**opacity):
        return {zone for zone, there in zip(ZONES, zones_of(chest(opacity))[0], strict=True) if there}

    assert where(lobe=Lobe.RIGHT_UPPER, height=0.9, volume_ml=5.0) == {"right-upper"}
    assert where(lobe=Lobe.LEFT_LOWER, height=0.05, volume_ml=5.0) == {"left-lower"}
    assert where(lobe=Lobe.RIGHT_MIDDLE, height=0.9, volume_ml=5.0) == {"right-middle"}
    assert len(where(lobe=Lobe.LEFT_UPPER, height=0.3, volume_ml=600.0)) > 1


def test_trend():
    def trend(early, late):
        return TRENDS[trend_of(chest(**early).patients, chest(**late).patients)[0]]

    ill = {"burden_ml": 100.0, "symptom": 0.5}
    assert trend(ill, ill) == "same"
    assert trend(ill, {"burden_ml": 60.0, "symptom": 0.5}) == "better"
    assert trend(ill, {"burden_ml": 100.0, "symptom": 0.3}) == "better"
    assert trend(ill, {"burden_ml": 140.0, "symptom": 0.3}) == "worse"
    assert trend(ill, {"burden_ml": 50.0, "symptom": 0.7}) == "worse"
    assert trend(ill, {"burden_ml": 0.0, "symptom": 0.0, "death_tick": 40}) == "worse"


def test_a_scan_is_always_reported_alike_and_two_scans_are_not():
    there = np.arange(len(STILL)) % 2 == 0
    first = reported(there, 5, 0)
    assert (first == reported(there, 5, 0)).all()
    assert any((first != reported(there, key, 28)).any() for key in range(5, 10))


@pytest.mark.parametrize("names", [STILL, CHANGE])
def test_readers_err_as_often_as_they_are_said_to(names):
    keys = range(1, 1501)
    missed, imagined = errors_of(names)
    said_if_there = np.mean([reported(np.ones(len(names), bool), key, 0, names) for key in keys], axis=0)
    said_if_not = np.mean([reported(np.zeros(len(names), bool), key, 0, names) for key in keys], axis=0)
    assert np.abs(1.0 - said_if_there - missed).max() < 0.05
    assert np.abs(said_if_not - imagined).max() < 0.04


def test_the_likelihood_of_all_reports_sums_to_one():
    there = np.random.default_rng(1).random((4, len(STILL))) < 0.5
    yes = np.exp(log_likelihood(np.ones(len(STILL), bool), there))
    no = np.exp(log_likelihood(np.zeros(len(STILL), bool), there))
    np.testing.assert_allclose(yes + no, 1.0)
    assert (yes[there] > 0.5).all() and (yes[~there] < 0.5).all()
