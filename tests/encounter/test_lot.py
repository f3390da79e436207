"""The cases of a set: mixed, never the same patient, what was met lately last."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.encounter.lot import LATELY_DAYS, LEAST, MOST, Met, draw, draw_patient
from trainer.knowledge.contents import cases_as_written

CASES = cases_as_written()
OF = {case.id: case for case in CASES}
met = st.dictionaries(
    st.sampled_from(sorted(OF)),
    st.builds(Met, days=st.floats(0.0, 400.0), seeds=st.frozensets(st.integers(1, 9999), max_size=5)),
)


def diseases(drawn):
    return Counter(OF[lot.case].disease for lot in drawn)


@given(seed=st.integers(0, 2**62), count=st.integers(LEAST, MOST), known=met)
def test_no_case_no_disease_and_no_patient_twice(seed, count, known):
    drawn = draw(CASES, known, count, seed)
    assert len(drawn) == count == len({lot.case for lot in drawn})
    assert max(diseases(drawn).values()) == 1, "there are nine diseases"
    assert all(lot.case not in known or lot.seed not in known[lot.case].seeds for lot in drawn)
    assert drawn == draw(CASES, known, count, seed)


@given(seed=st.integers(0, 2**62), count=st.integers(3, MOST))
def test_the_difficulty_is_mixed(seed, count):
    drawn = draw(CASES, {}, count, seed)
    assert len({OF[lot.case].difficulty for lot in drawn}) >= 2


@given(seed=st.integers(0, 2**62))
def test_a_disease_comes_again_only_when_none_is_left(seed):
    few = [
        OF[name] for name in ("two-tickets", "wandering-shadows", "temperature-diary", "the-tailor", "the-allotment")
    ]
    assert diseases(draw(few, {}, 3, seed)) == {"cop": 1, "op-radiotherapy": 1, "bacterial": 1}
    assert diseases(draw(few, {}, 5, seed))["cop"] == 3
    assert len(draw(few, {}, 6, seed)) == 5


@given(seed=st.integers(0, 2**62), lately=st.sets(st.sampled_from(sorted(OF)), max_size=4))
def test_what_was_met_lately_is_left_out_while_others_of_other_diseases_are_there(seed, lately):
    known = {name: Met(LATELY_DAYS - 1.0, ()) for name in lately}
    fresh = {case.disease for case in CASES if case.id not in lately}
    drawn = draw(CASES, known, 5, seed)
    assert len(fresh) >= 5 and not lately & {lot.case for lot in drawn}


def test_what_was_met_the_longest_ago_comes_first_among_equals():
    days = {"the-tailor": 40.0, "the-allotment": 90.0, "the-night-shift": 60.0, "the-pill-box": 50.0}
    few = [OF[name] for name in days]
    drawn = draw(few, {name: Met(age, ()) for name, age in days.items()}, 2, 7)
    assert {lot.case for lot in drawn} == {"the-allotment", "the-night-shift"}


def test_chance_spreads_over_the_cases():
    found = Counter(lot.case for seed in range(300) for lot in draw(CASES, {}, 4, seed))
    assert set(found) == set(OF)
    assert found.most_common()[-1][1] > 15, "no case is hardly ever drawn"
    places = Counter(draw(CASES, {}, 4, seed)[0].case for seed in range(300))
    assert len(places) > 6, "and any may come first"


@pytest.mark.parametrize("had", [range(1000, 10_000), range(1000, 200_000)])
def test_there_is_always_another_patient(had):
    assert draw_patient("the-tailor", had, 3) not in had
