"""Key features against orders, by hand, and that a harmful order never helps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reasoning.example import MARKING, SECOND_DEFECT, drugs_of, log_of, sound, steroid
from trainer.knowledge.keyfeature import OBSERVE, Avoided, Done, RelapseDose, TaperShape
from trainer.knowledge.treatment import Channel
from trainer.reasoning.dial import reading_of
from trainer.reasoning.item import Item
from trainer.reasoning.keyfeature import (
    key_feature_item,
    key_feature_items,
    prophylaxis_item,
    range_credit,
    time_credit,
)

POINTS = MARKING.points
WORDS = {"title": "t", "reason": "Because.", "source": "judgement"}


def done(weight="essential", **more):
    given = {"any_of": ("blood-cultures", "sputum-culture"), "by_day": 2, "zero_day": 12, **more}
    return Done(id="cultures", kind="done", weight=weight, **WORDS, **given)


def avoided(weight="harmful", **more):
    return Avoided(id="no-steroid", kind="avoided", weight=weight, **WORDS, any_of=("prednisolone",), **more)


SHAPE = TaperShape(
    id="taper", kind="taper", weight="essential", **WORDS, by_day=7, zero_day=21, start_mg_per_kg=(0.5, 1.0),
    weeks=(12.0, 26.0),
)  # fmt: skip
RELAPSE = RelapseDose(
    id="relapse", kind="relapse", weight="useful", **WORDS, least_mg=20.0, most_mg=30.0, within_days=7
)


def item(feature, *orders, **more):
    made = key_feature_item(feature, log_of(*orders, **more), POINTS)
    return made if made is None else sound([made])[0]


def test_credit_for_time_by_hand():
    assert [time_credit(d, 2, 12) for d in (0, 2, 7, 12, 40)] == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert time_credit(3, 2, 2) == 0.0


def test_credit_for_a_range_by_hand():
    assert [range_credit(v, 20, 30) for v in (10, 15, 20, 30, 45, 60, 90)] == [0.0, 0.5, 1.0, 1.0, 0.5, 0.0, 0.0]


@pytest.mark.parametrize(
    ("orders", "points"),
    [
        ([("sputum-culture", 0)], 3.0),
        ([("sputum-culture", 7)], 1.5),
        ([("sputum-culture", 7), ("blood-cultures", 1)], 1.5),
        ([("sputum-culture", 12)], 0.0),
        ([("sputum-culture", 30)], 0.0),
        ([("crp", 0)], 0.0),
        ([], 0.0),
    ],
)
def test_done_in_time(orders, points):
    assert item(done(), *orders).points == pytest.approx(points)


def test_orders_are_read_in_the_order_of_their_days():
    """A log is a run's, whose days never fall; so the first of an alternative is the earliest."""
    assert item(done(), ("blood-cultures", 1), ("sputum-culture", 7)).points == 3.0


def test_an_omission_is_laid_to_what_closed_the_step_and_not_before_it_is_due():
    left_out = item(done())
    assert left_out.event == 99 and "due by day 2" in left_out.reason
    assert item(done(by_day=60, zero_day=90), until_day=30) is None
    assert item(SHAPE, until_day=3) is None


def test_too_early_does_not_count_and_is_told():
    follow_up = done(any_of=("thin-section-ct",), from_day=28, by_day=56, zero_day=84)
    early = item(follow_up, ("thin-section-ct", 3))
    assert early.points == 0.0 and "day 3, too early; not again from day 28 to 56" in early.reason
    assert item(follow_up, ("thin-section-ct", 3), ("thin-section-ct", 40)).points == 3.0


def test_what_comes_after_its_prerequisite_was_broken_earns_nothing():
    late = done(before=("prednisolone",))
    assert item(late, ("prednisolone", 0), ("sputum-culture", 1)).points == 0.0
    assert item(late, ("prednisolone", 1), ("sputum-culture", 1)).points == 3.0
    assert item(late, ("sputum-culture", 0), ("prednisolone", 1)).points == 3.0


def test_waiting_under_watch_is_an_act():
    assert item(done(any_of=(OBSERVE,)), (OBSERVE, 0)).points == 3.0


@pytest.mark.parametrize(("weight", "lost"), [("wasteful", 0.5), ("harmful", 2.0), ("dangerous", 2.0)])
def test_what_is_to_be_avoided_costs_once_and_is_nothing_to_earn(weight, lost):
    for orders in ([("prednisolone", 0)], [("prednisolone", 0), ("prednisolone", 14)]):
        made = item(avoided(weight), *orders)
        assert (made.points, made.most, made.event) == (-lost, 0.0, 1)
    kept = item(avoided(weight))
    assert (kept.points, kept.most) == (0.0, 0.0)
    assert item(avoided(weight, from_day=10), ("prednisolone", 0)).points == 0.0


@pytest.mark.parametrize(
    ("given", "points"),
    [
        (steroid(50, 0, 100), 3.0),
        (steroid(50, 14, 100), 1.5),
        (steroid(50, 0, 42), 1.5),  # the dose is right, six weeks are half of the shortest
        (steroid(105, 0, 100), 1.5 + 1.5 * (2 - 1.5 / 1.05)),  # the range of 0.5 to 1 mg/kg is widened by 0.05
        (steroid(50, 30, 80), 0.0),
    ],
)
def test_the_shape_of_a_taper(given, points):
    made = item(SHAPE, ("prednisolone", given[1]), drugs=drugs_of(given))
    assert made.points == pytest.approx(points) and made.event == 1


def test_a_taper_is_judged_without_what_a_relapse_added():
    whole = drugs_of(steroid(50, 0, 42), steroid(20, 42, 78))
    made = item(SHAPE, ("prednisolone", 0), drugs=whole, first=drugs_of(steroid(50, 0, 42)))
    assert made.points == pytest.approx(1.5)


@pytest.mark.parametrize(("after", "points"), [(20, 1.0), (45, 0.5), (60, 0.0), (10, 0.0), (15, 0.5)])
def test_the_dose_after_a_relapse(after, points):
    drugs = drugs_of(steroid(30, 0, 28), steroid(10, 28, 22), steroid(after, 50, 40))
    made = item(RELAPSE, ("prednisolone", 0), ("prednisolone", 50), drugs=drugs, relapses=(50,))
    assert made.points == pytest.approx(points) and made.event == 2


def test_a_dose_that_is_high_enough_is_held_by_a_new_course():
    drugs = drugs_of(steroid(20, 0, 90))
    assert item(RELAPSE, ("prednisolone", 0), ("prednisolone", 50), drugs=drugs, relapses=(50,)).points == 1.0
    assert item(RELAPSE, ("prednisolone", 0), drugs=drugs, relapses=(50,)).points == 0.0


def test_without_a_relapse_there_is_nothing_to_judge():
    assert item(RELAPSE, ("prednisolone", 0), drugs=drugs_of(steroid(30))) is None
    assert item(RELAPSE, ("prednisolone", 0), drugs=drugs_of(steroid(30)), relapses=(98,)) is None


def test_key_features_of_one_case_average():
    """Three features that earn 1, 0.5 and nothing make one half (the rule of key-feature problems)."""
    made = [Item(f"i{n}", "management", "t", 3 * v, 3.0, 0, 1, "r.", "judgement") for n, v in enumerate((1, 0.5, 0))]
    assert reading_of("management", made).value == pytest.approx(50.0)


def prophylaxis(bare, covered=0, marking=MARKING, defects=(), features=()):
    drugs = drugs_of(steroid(20, 0, bare + covered), (Channel.PNEUMOCYSTIS, 0, covered, 0.9))
    log = log_of(("prednisolone", 0), drugs=drugs)
    made = prophylaxis_item(marking.safety.prophylaxis, log, defects, POINTS, features)
    return made if made is None else sound([made])[0].points


def test_prophylaxis_is_a_duty_that_comes_with_the_dose():
    assert prophylaxis(28) is None  # no longer than four weeks
    assert prophylaxis(29) == -3.0
    assert prophylaxis(7, covered=50) == 0.0
    assert prophylaxis(14, covered=50) == pytest.approx(-1.0)


def test_what_a_case_asks_for_itself_is_not_asked_twice():
    own = done(any_of=("co-trimoxazole-prophylaxis",), by_day=14, zero_day=42)
    assert prophylaxis(84, features=(own,)) is None
    assert prophylaxis(84, features=(done(),)) == -3.0


def test_the_other_policy_asks_for_prophylaxis_only_with_a_second_defect():
    assert prophylaxis(84, marking=SECOND_DEFECT) is None
    assert prophylaxis(84, marking=SECOND_DEFECT, defects=("hiv-positive",)) == -3.0


FEATURES = (
    done(), done("useful", any_of=("bronchoscopy-lavage",), by_day=14, zero_day=28, before=("prednisolone",)),
    avoided(), avoided("dangerous", from_day=5), avoided("wasteful", until_day=20),
)  # fmt: skip
ORDERS = st.tuples(
    st.sampled_from(["blood-cultures", "bronchoscopy-lavage", "prednisolone", "crp", OBSERVE]), st.integers(0, 40)
)


@given(st.lists(ORDERS, max_size=8), st.integers(0, 40))
def test_a_harmful_order_never_raises_the_part_of_key_features(orders, day):
    orders = sorted(orders, key=lambda order: order[1])

    def total(log_orders):
        drugs = drugs_of(*(steroid(40, d, 40) for name, d in log_orders if name == "prednisolone"))
        log = log_of(*log_orders, drugs=drugs)
        made = key_feature_items(FEATURES, log, POINTS)
        extra = prophylaxis_item(MARKING.safety.prophylaxis, log, (), POINTS, ())
        made += [] if extra is None else [extra]
        return reading_of("management", sound(made)).value, sum(i.points for i in made)

    before = total(orders)
    after = total(sorted([*orders, ("prednisolone", day)], key=lambda order: order[1]))
    assert after[0] <= before[0] + 1e-9 and after[1] <= before[1] + 1e-9
