"""Safety gates on what could be known, and that a harmful order never helps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import MARKING, SECOND_DEFECT, drugs_of, log_of, sound, steroid
from trainer.knowledge.keyfeature import OBSERVE, Avoided
from trainer.knowledge.treatment import Channel
from trainer.reasoning.dial import reading_of
from trainer.reasoning.gate import Known, Saturation, Stretch, pulse_item, safety_gates, safety_items, unheeded_item
from trainer.reasoning.item import Moment
from trainer.reasoning.keyfeature import key_feature_items

SAFETY = MARKING.safety
LIKELY = {"fungal": 0.3, "tuberculosis": 0.02, "bacterial": 0.2, "cop": 0.48}
CLEAR = {"fungal": 0.01, "tuberculosis": 0.01, "bacterial": 0.05, "cop": 0.93}


def failed(log, known, safety=SAFETY, features=()):
    items = key_feature_items(features, log, MARKING.points)
    gates = safety_gates(safety, log, known, features, items)
    assert len({gate.id for gate in gates}) == len(gates)
    sound(safety_items(safety, gates, features, items))
    return {gate.id for gate in gates if gate.failed}


def known_of(drugs, *posteriors, **more):
    """Return what was known at steps on days 0, 14, 28 ..."""
    steps = tuple(Stretch(14 * n, 14 * n + 13, posterior) for n, posterior in enumerate(posteriors))
    return Known(drugs, steps, **more)


def steroid_gate(*given, posteriors=(LIKELY,), safety=SAFETY):
    drugs = drugs_of(*given)
    return failed(log_of(("prednisolone", 0), drugs=drugs), known_of(drugs, *posteriors), safety)


MOULD = (Channel.MOULD, 0, 14, 1.0)


@pytest.mark.parametrize(
    ("given", "posteriors", "gates"),
    [
        ([steroid(40, 0, 14)], (LIKELY,), {"steroid-in-fungal"}),
        ([steroid(40, 0, 14), MOULD], (LIKELY,), set()),
        ([steroid(40, 0, 14), (Channel.MYCOBACTERIA, 0, 14, 1.0)], (LIKELY,), {"steroid-in-fungal"}),
        ([steroid(40, 0, 14), (Channel.MOULD, 5, 9, 1.0)], (LIKELY,), {"steroid-in-fungal"}),  # cover came late
        ([steroid(40, 5, 9), (Channel.MOULD, 0, 4, 1.0)], (LIKELY,), set()),
        ([steroid(15, 0, 14)], (LIKELY,), set()),
        ([steroid(40, 0, 14)], (CLEAR,), set()),
        ([steroid(40, 0, 20)], (CLEAR, LIKELY), {"steroid-in-fungal"}),  # carried on when it had become likely
        ([steroid(40, 0, 14)], ({"bacterial": 0.6, "fungal": 0.05},), {"steroid-in-bacterial"}),
        ([steroid(40, 0, 14)], (LIKELY | {"tuberculosis": 0.2},), {"steroid-in-fungal", "steroid-in-tuberculosis"}),
        ([], (LIKELY,), set()),
    ],
)  # fmt: skip
def test_a_steroid_into_a_likely_infection_needs_cover(given, posteriors, gates):
    assert steroid_gate(*given, posteriors=posteriors) == gates


def test_another_policy_is_stricter_where_it_says_so():
    some = ({"tuberculosis": 0.07},)
    assert steroid_gate(steroid(15, 0, 14), posteriors=some) == set()
    assert steroid_gate(steroid(15, 0, 14), posteriors=some, safety=SECOND_DEFECT.safety) == {"steroid-in-tuberculosis"}


def test_prophylaxis_and_what_the_policy_says():
    drugs = drugs_of(steroid(40, 0, 56), steroid(10, 56, 64))
    log, known = log_of(("prednisolone", 0), drugs=drugs), known_of(drugs, CLEAR)
    assert failed(log, known) == {"prophylaxis"}
    assert failed(log, known, SECOND_DEFECT.safety) == set()
    assert failed(log, known_of(drugs, CLEAR, defects=("hiv-positive",)), SECOND_DEFECT.safety) == {"prophylaxis"}
    some = drugs_of(steroid(40, 0, 55), steroid(10, 55, 64))
    assert failed(log_of(("prednisolone", 0), drugs=some), known_of(some, CLEAR)) == set()
    courses = drugs_of(steroid(10, 0, 120), steroid(20, 0, 28), steroid(20, 40, 28))  # neither more than four weeks
    assert failed(log_of(("prednisolone", 0), drugs=courses), known_of(courses, CLEAR)) == set()
    covered = drugs_of(steroid(40, 0, 60), steroid(10, 60, 60), (Channel.PNEUMOCYSTIS, 3, 60, 0.9))
    assert failed(log_of(("prednisolone", 0), drugs=covered), known_of(covered, CLEAR)) == set()


def test_an_abrupt_stop():
    drugs = drugs_of(steroid(15, 0, 25))
    assert failed(log_of(("prednisolone", 0), drugs=drugs), known_of(drugs, CLEAR)) == {"abrupt-stop"}
    # what was ordered for later days is not yet a stop
    assert failed(log_of(("prednisolone", 0), drugs=drugs, until_day=20), known_of(drugs, CLEAR)) == set()


@pytest.mark.parametrize(
    ("test", "percent", "event", "gates"),
    [
        ("surgical-biopsy", 89.0, 0, {"hypoxaemia"}),
        ("transbronchial-biopsy", 89.0, 0, set()),
        ("cryobiopsy", 87.0, 0, {"hypoxaemia"}),
        ("cryobiopsy", 87.0, 5, set()),  # measured only afterwards
        ("bronchoscopy-lavage", 80.0, 0, set()),
    ],
)
def test_a_biopsy_in_known_hypoxaemia(test, percent, event, gates):
    known = known_of(drugs_of(), CLEAR, saturations=(Saturation(0, event, percent),))
    assert failed(log_of((test, 0)), known) == gates


def test_the_last_saturation_counts():
    known = known_of(drugs_of(), CLEAR, saturations=(Saturation(0, 0, 85.0), Saturation(7, 1, 95.0)))
    assert failed(log_of(("crp", 7), ("cryobiopsy", 7)), known) == set()


@pytest.mark.parametrize(
    ("orders", "lost"),
    [
        ([], True),
        ([(OBSERVE, 20)], True),
        ([("thin-section-ct", 21)], False),
        ([("thin-section-ct", 25)], True),
        ([("prednisolone", 20)], True),  # what the case says to avoid is no answer
    ],
)
def test_a_deterioration_is_to_be_answered(orders, lost):
    known = known_of(drugs_of(), CLEAR, deteriorations=(Moment(20, 0),))
    made = unheeded_item(SAFETY, log_of(*orders), known, (HARMFUL,))
    assert (made is not None) == lost
    if made is not None:
        assert sound([made])[0].points == -0.2 and "got worse on day 20" in made.reason
    assert unheeded_item(SAFETY, log_of(until_day=21), known, ()) is None


def test_a_pulse_is_for_respiratory_failure():
    drugs = drugs_of(steroid(1250, 20, 3))
    log = log_of(("crp", 0), ("prednisolone", 20), drugs=drugs)
    for more, lost in (
        ({}, True),
        ({"saturations": (Saturation(20, 1, 95.0),)}, True),
        ({"saturations": (Saturation(20, 1, 91.0),)}, False),
        ({"saturations": (Saturation(20, 3, 91.0),)}, True),  # measured only afterwards
        ({"deteriorations": (Moment(18, 1),)}, False),
        ({"deteriorations": (Moment(10, 1),)}, True),
    ):
        made = pulse_item(SAFETY, log, known_of(drugs, CLEAR, **more))
        assert (made is not None) == lost, more
        assert made is None or (sound([made])[0].points, made.event) == (-0.2, 2)
    assert pulse_item(SAFETY, log_of(("prednisolone", 0), drugs=drugs_of(steroid(80))), known_of(drugs)) is None


def feature(weight, *words, name="x"):
    return Avoided(
        id=name, kind="avoided", title="t", weight=weight, reason="Because.", source="judgement", any_of=words
    )


HARMFUL = feature("harmful", "prednisolone", name="harm")
DANGEROUS = feature("dangerous", "surgical-biopsy", name="danger")


def test_a_dangerous_key_feature_is_a_gate_and_a_harmful_one_lowers_the_dial():
    assert failed(log_of(("surgical-biopsy", 0)), known_of(drugs_of()), features=(DANGEROUS,)) == {"key-danger"}
    assert failed(log_of(), known_of(drugs_of()), features=(DANGEROUS,)) == set()
    log = log_of(("prednisolone", 0))
    items = key_feature_items((HARMFUL,), log, MARKING.points)
    gates = safety_gates(SAFETY, log, known_of(drugs_of()), (HARMFUL,), items)
    assert reading_of("safety", safety_items(SAFETY, gates, (HARMFUL,), items)).value == pytest.approx(80.0)


def test_one_failed_gate_is_not_diluted_by_many_passed():
    drugs = drugs_of(steroid(40, 0, 14))
    log, known = log_of(("prednisolone", 0), drugs=drugs), known_of(drugs, LIKELY)
    gates = safety_gates(SAFETY, log, known, (), [])
    dial = reading_of("safety", safety_items(SAFETY, gates, (), []))
    assert dial.value == pytest.approx(40.0) and 0 < dial.se < 40


TESTS = ("crp", "thin-section-ct", "surgical-biopsy", "prednisolone", OBSERVE)


@given(
    st.lists(st.tuples(st.sampled_from(TESTS), st.integers(0, 60)), max_size=6),
    st.sampled_from(["prednisolone", "surgical-biopsy"]), st.integers(0, 60), st.integers(80, 99),
    st.lists(st.floats(0, 1), min_size=4, max_size=4), st.tuples(st.integers(0, 60), st.integers(1, 60)),
)  # fmt: skip
def test_a_harmful_order_never_raises_safety(orders, worse, day, percent, chances, cover):
    orders = sorted(orders, key=lambda order: order[1])
    features = (HARMFUL, DANGEROUS)
    steps = tuple(Stretch(14 * n, 14 * n + 13, {"fungal": chance}) for n, chance in enumerate(chances))

    def safety(log_orders):
        given = [steroid(40, d, 30) for name, d in log_orders if name == "prednisolone"]
        drugs = drugs_of(*given, (Channel.PNEUMOCYSTIS, *cover, 0.9), (Channel.MOULD, *cover, 1.0))
        log = log_of(*log_orders, drugs=drugs)
        known = Known(drugs, steps, (Saturation(0, 0, percent),), (Moment(20, 0),))
        items = key_feature_items(features, log, MARKING.points)
        gates = safety_gates(SAFETY, log, known, features, items)
        extra = unheeded_item(SAFETY, log, known, features)
        made = safety_items(SAFETY, gates, features, items) + ([] if extra is None else [extra])
        return reading_of("safety", sound(made)).value

    with_it = sorted([*orders, (worse, day)], key=lambda order: order[1])
    assert safety(with_it) <= safety(orders) + 1e-9


def test_what_may_not_know_the_patient_does_not():
    """Of the parts of the score only the read of the picture may reach the chest, and none the patient's state."""
    import importlib
    from pathlib import Path

    for name in (
        "belief",
        "forecast",
        "citation",
        "keyfeature",
        "gate",
        "economy",
        "decision",
        "item",
        "dial",
        "taper",
    ):
        text = Path(importlib.import_module(f"trainer.reasoning.{name}").__file__).read_text()
        assert "trainer.course" not in text and "trainer.chest" not in text, name
