"""Outcome columns: what they hold, where they are empty, and that they agree with one another."""

import numpy as np
import pytest

from trainer.core.error import BadInput
from trainer.course.cohort import simulate
from trainer.course.outcome import COLUMNS, meets
from trainer.knowledge.library import library

NAMED = (
    "patient, disease, age_years, sex, severity, crp_mg_l, fever, symptom_to_treatment_weeks, responded_w1, "
    "responded_w2, responded_w12, complete_remission_w24, clearing_weeks, spontaneous_remission, relapsed, "
    "relapse_day, relapse_after_treatment_start_days, relapse_dose_mg, relapse_on_treatment, relapses, "
    "migrated, consolidation, ground_glass, reversed_halo, rim_mm, ring_ml, perilobular, bilateral, effusion, "
    "hyperglycaemia, diabetes, infection, pjp, "
    "adrenal_insufficiency, any_steroid_effect, died, death_day, cumulative_prednisolone_mg"
).split(", ")
FLAGS = [name for name, column in COLUMNS.items() if column.unit == "0/1"]


@pytest.fixture(scope="module")
def treated(engine):
    return simulate(engine, "cop", library().plans["germop-24w"], 150, 365, 3)


@pytest.fixture(scope="module")
def untreated(engine):
    return simulate(engine, "cop", library().plans["untreated"], 150, 365, 3)


def test_the_columns_are_there_in_both(treated, untreated):
    assert set(NAMED) <= set(treated) and list(treated) == list(COLUMNS) == list(untreated)
    assert all(len(v) == 150 for v in treated.values())


def test_flags_are_flags(treated, untreated):
    for columns in (treated, untreated):
        for name in FLAGS:
            assert set(np.unique(columns[name][np.isfinite(columns[name])])) <= {0.0, 1.0}, name


def test_columns_agree_with_one_another(treated):
    relapsed = treated["relapsed"] == 1
    assert (np.isfinite(treated["relapse_day"]) == relapsed).all()
    assert ((treated["relapses"] > 0) == relapsed).all()
    assert ((treated["relapse_dose_mg"] > 0) == (treated["relapse_on_treatment"] == 1))[relapsed].all()
    assert (np.isfinite(treated["rim_mm"]) == (treated["reversed_halo"] == 1)).all()
    assert (np.isfinite(treated["death_day"]) == (treated["died"] == 1)).all()
    assert (treated["any_steroid_effect"] >= np.nan_to_num(treated["diabetes"])).all()
    assert (treated["hyperglycaemia"] >= treated["diabetes"]).all()


def test_what_does_not_apply_is_empty(treated, untreated):
    for name in ("responded_w2", "clearing_weeks", "diabetes", "symptom_to_treatment_weeks", "any_steroid_effect"):
        assert np.isnan(untreated[name]).all(), name
    assert np.isnan(treated["spontaneous_remission"]).all()
    assert (untreated["cumulative_prednisolone_mg"] == 0).all()
    short = treated["death_day"] < 0
    assert not short.any()


def test_presentation_does_not_depend_on_the_plan(treated, untreated):
    for name in ("age_years", "sex", "crp_mg_l", "fever", "migrated", "consolidation", "reversed_halo", "bilateral"):
        assert (treated[name] == untreated[name]).all(), name


def test_conditions_choose_patients(engine, treated):
    assert meets(treated, ["crp_mg_l < 50"]).sum() == (treated["crp_mg_l"] < 50).sum()
    chosen = simulate(
        engine, "cop", library().plans["untreated"], 10, 0, 1, requires=("reversed_halo == 1", "fever == 1")
    )
    assert (chosen["reversed_halo"] == 1).all() and (chosen["fever"] == 1).all()
    with pytest.raises(BadInput, match="nobody in"):
        simulate(engine, "cop", library().plans["untreated"], 1, 0, 1, requires=("age_years < 1",))


def test_blocks_do_not_show(engine, monkeypatch):
    whole = simulate(engine, "cop", library().plans["germop-24w"], 25, 60, 8)
    monkeypatch.setattr("trainer.course.cohort.BLOCK", 7)
    parts = simulate(engine, "cop", library().plans["germop-24w"], 25, 60, 8)
    for name in whole:
        assert (whole[name] == parts[name]).all() or np.array_equal(whole[name], parts[name], equal_nan=True), name
