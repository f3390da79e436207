"""Laws that hold for every disease and any plan: bounds, balance, monotony, causality, determinism."""

import math
import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.course.beginning import at_onset, present
from trainer.course.history import follow
from trainer.course.kernel import CHANNELS, advance_day
from trainer.course.state import PATIENT, State
from trainer.knowledge.library import library
from trainer.knowledge.plan import Course, Plan, Step
from trainer.knowledge.treatment import Channel

DISEASES = sorted(library().diseases)
OP = [d.id for d in library().diseases.values() if d.group == "organizing-pneumonia"]
ANTIBIOTICS = [
    t.id
    for t in library().treatments.values()
    if t.group == "antibiotic" and "macrolide_immune" not in {a.channel for a in t.acts}
]
BOUNDS = {
    "drive": (0, 10), "smoulder": (0, 4), "memory": (0, 1e4), "load": (0, 1), "fibrosis": (0, 1), "growth": (0, 1e4),
    "temperature_c": (34, 42.5), "spo2_percent": (40, 100), "crp_mg_l": (0, 2000), "white_cells_g_l": (0.05, 80),
    "eosinophils_g_l": (0, 30), "procalcitonin_ng_ml": (0, 200), "fvc_percent": (10, 150), "dlco_percent": (5, 150),
    "glucose_mmol_l": (3, 60), "hba1c_percent": (3, 20), "adrenal": (0, 1), "sleep": (0, 1), "mood": (0, 1),
    "symptom": (0, 1), "burden_ml": (0, 6000), "film_ml": (0, 6000), "trace_ml": (0, 12000), "steroid_effect": (0, 1),
    "gut_mg": (0, 2000), "central_mg": (0, 2000), "effusion_left_ml": (0, 4000), "effusion_right_ml": (0, 4000),
    "mosaic": (0, 1), "heart_rate_per_min": (40, 220), "respiratory_rate_per_min": (8, 80), "weight_gain_kg": (0, 80),
    "systolic_mmhg": (90, 220), "bone_t_score": (-9, 4), "cortisol_nmol_l": (0, 700), "esr_mm_h": (0, 150),
}  # fmt: skip
SHARES = (
    "fill",
    "ring",
    "halo",
    "perilobular",
    "septal",
    "nodularity",
    "tree_in_bud",
    "reticulation",
    "cavity",
    "honeycomb",
    "traction",
    "sparing",
    "scar",
    "activity",
    "height",
    "bronchocentric",
)


def step(dose, days, unit="mg"):
    return Step(dose=float(dose), unit=unit, days=days)


def steroid(*steps, day=0):
    return Course(give="prednisolone", day=day, steps=steps)


def plan(*courses):
    return Plan(id="p", title="p", source="judgement", treatments=courses)


doses = st.lists(st.tuples(st.integers(0, 80), st.integers(1, 60)), min_size=1, max_size=5)
others = st.lists(
    st.tuples(
        st.sampled_from(sorted(set(library().treatments) - {"prednisolone"})), st.integers(0, 60), st.integers(1, 90)
    ),
    max_size=3,
)


def course_of(name, day, days):
    treatment = library().treatments[name]
    unit = "mg" if treatment.group == "glucocorticoid" else "1"
    dose = treatment.usual_dose.value if unit == "mg" else 1.0
    return Course(give=name, day=day, steps=(step(dose, days, unit),))


def cohort(engine, disease, n, seed=1):
    return engine.patients(disease, seed, 0, n)


def run(engine, onset, the_plan, last, snapshots=()):
    return follow(engine.parameters, onset, the_plan, engine.library.treatments, last, {*snapshots, last})


@given(st.sampled_from(DISEASES), doses, others, st.integers(0, 10_000))
def test_nothing_is_negative_or_without_bound(engine, disease, taper, other, seed):
    onset = cohort(engine, disease, 6, seed)
    the_plan = plan(steroid(*(step(d, n) for d, n in taper)), *(course_of(*o) for o in other))
    state = run(engine, onset, the_plan, 120).snapshots[120]
    for name in PATIENT.names:
        assert np.isfinite(state.patients[name]).all(), name
    for name, (low, high) in BOUNDS.items():
        values = state.patients[name]
        assert ((values >= low) & (values <= high)).all(), (name, values)
    there = state.opacities[state.opacities["label"] > 0]
    for name in SHARES:
        assert ((there[name] >= 0) & (there[name] <= 1)).all(), name
    assert ((there["volume_ml"] > 0) & (there["volume_ml"] < 3000)).all()


@given(doses, st.integers(0, 1000))
def test_what_is_taken_is_in_the_body_or_gone(engine, taper, seed):
    onset = cohort(engine, "cop", 3, seed)
    patients = run(engine, onset, plan(steroid(*(step(d, n) for d, n in taper))), 90).snapshots[90].patients
    taken = sum(d * max(0, min(n, 90 - sum(k for _, k in taper[:i]))) for i, (d, n) in enumerate(taper))
    alive = patients["death_tick"] > 90 * 4
    total = patients["gut_mg"] + patients["central_mg"] + patients["eliminated_mg"]
    assert patients["taken_mg"][alive] == pytest.approx(taken, rel=1e-4)
    assert total == pytest.approx(patients["taken_mg"], rel=1e-4, abs=1e-3)


@given(st.sampled_from(DISEASES), doses, st.lists(st.integers(0, 40), min_size=5, max_size=5), st.integers(0, 1000))
def test_more_prednisolone_never_raises_drive(engine, disease, taper, more, seed):
    onset = cohort(engine, disease, 8, seed)
    less = run(engine, onset, plan(steroid(*(step(d, n) for d, n in taper))), 150)
    higher = run(
        engine, onset, plan(steroid(*(step(min(d + m, 80), n) for (d, n), m in zip(taper, more, strict=False)))), 150
    )
    both_alive = (less.snapshots[150].patients["death_tick"] > 600) & (
        higher.snapshots[150].patients["death_tick"] > 600
    )
    assert (higher.series["drive"] <= less.series["drive"] * (1 + 1e-5) + 1e-7)[both_alive].all()


@pytest.mark.parametrize("disease", OP)
def test_antibiotics_do_nothing_for_organizing_pneumonia(engine, disease):
    onset = cohort(engine, disease, 20)
    alone = run(engine, onset, plan(), 90)
    treated = run(engine, onset, plan(*(course_of(name, 0, 60) for name in ANTIBIOTICS)), 90)
    assert (alone.series["drive"] == treated.series["drive"]).all()
    if library().diseases[disease].microbe is None:
        assert alone.snapshots[90].opacities.tobytes() == treated.snapshots[90].opacities.tobytes()


@given(st.sampled_from(DISEASES), doses, others, st.integers(1, 80), st.integers(0, 1000))
def test_a_day_never_depends_on_a_later_decision(engine, disease, taper, other, day, seed):
    onset = cohort(engine, disease, 4, seed)
    late = [steroid(*(step(d, n) for d, n in taper), day=day), *(course_of(n, max(day, d), k) for n, d, k in other)]
    first = run(engine, onset, plan(), 100, [day])
    second = run(engine, onset, plan(*late), 100, [day])
    assert first.snapshots[day].tobytes() == second.snapshots[day].tobytes()
    for name, values in first.series.items():
        until = day - first.first_day + (1 if name != "prednisolone_mg" else 0)
        assert (values[:, :until] == second.series[name][:, :until]).all(), name


def test_a_change_on_day_40_leaves_days_0_to_39_identical(engine):
    onset = cohort(engine, "cop", 50)
    first = run(engine, onset, plan(steroid(step(40, 100))), 60, range(41))
    second = run(engine, onset, plan(steroid(step(40, 40), step(5, 60))), 60, range(41))
    assert all(first.snapshots[d].tobytes() == second.snapshots[d].tobytes() for d in range(41))
    assert first.snapshots[60].tobytes() != second.snapshots[60].tobytes()


def test_a_batch_equals_its_members(engine):
    germop = library().plans["germop-24w"]
    onset = cohort(engine, "cop", 12)
    together = run(engine, onset, germop, 200).snapshots[200]
    for row in range(12):
        member = engine.patients("cop", 1, row, 1)
        assert member.patients.tobytes() == onset.patients[row : row + 1].tobytes()
        alone = run(engine, member, germop, 200).snapshots[200]
        assert alone.tobytes() == together.select(np.array([row])).tobytes()


def test_one_thread_and_two_give_the_same(engine):
    onset = cohort(engine, "fungal", 40)
    before = numba.get_num_threads()
    seen = []
    for threads in (1, min(2, before)):
        numba.set_num_threads(threads)
        try:
            seen.append(run(engine, onset, library().plans["germop-24w"], 90).snapshots[90].tobytes())
        finally:
            numba.set_num_threads(before)
    assert seen[0] == seen[1]


SCRIPT = """
import hashlib
from trainer.course.cohort import Engine, simulate
from trainer.knowledge.library import library
e = Engine.of(library())
c = simulate(e, "cop", e.library.plans["germop-24w"], 30, 120, 5)
h = hashlib.sha256()
for name in sorted(c):
    h.update(c[name].astype(str).tobytes() if c[name].dtype.kind == "U" else c[name].tobytes())
print(h.hexdigest())
"""


def test_two_processes_give_the_same():
    found = set()
    for hash_seed, zone, threads in (("1", "UTC", "1"), ("2", "Asia/Tokyo", "2")):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone, "NUMBA_NUM_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        found.add(done.stdout.strip())
    assert len(found) == 1 and len(found.pop()) == 64


def test_two_advances_equal_one_and_a_state_can_be_carried_on(engine):
    onset = cohort(engine, "cop", 5)
    drugs = np.zeros((5, CHANNELS))
    drugs[:, Channel.GLUCOCORTICOID] = 20
    whole, begun = onset.copy(), onset.copy()
    for day in range(-10, 10):
        advance_day(whole, engine.parameters, drugs, day)
    for day in range(-10, 0):
        advance_day(begun, engine.parameters, drugs, day)
    resumed = State(np.frombuffer(begun.patients.tobytes(), PATIENT).copy(), begun.opacities.copy())
    for day in range(10):
        advance_day(resumed, engine.parameters, drugs, day)
    assert resumed.tobytes() == whole.tobytes()


def test_patients_differ_and_seeds_differ(engine):
    a = cohort(engine, "cop", 20, 1).patients
    b = cohort(engine, "cop", 20, 2).patients
    assert len(np.unique(a["age_years"])) == 20
    assert not set(a["key"].tolist()) & set(b["key"].tolist())


def test_only_the_ill_present(engine):
    rows = np.full(60, engine.parameters.row("cop"))
    keys = np.arange(60, dtype=np.uint64) + np.uint64(99)
    came = run(engine, present(engine.parameters, rows, keys), plan(), 0).snapshots[0].patients
    anyone = run(engine, at_onset(engine.parameters, rows, keys), plan(), 0).snapshots[0].patients
    assert came["film_ml"].min() > 0 and came["symptom"].min() > 0.1
    assert (anyone["film_ml"] < 5).any(), "selection has nothing to do"


@settings(max_examples=15)
@given(st.integers(2, 60))
def test_the_effect_of_a_dose_is_a_rising_share(engine, dose):
    onset = cohort(engine, "cop", 4)
    effects = [
        run(engine, onset, plan(steroid(step(d, 20))), 15).snapshots[15].patients["steroid_effect"]
        for d in (dose, dose + 5)
    ]
    assert ((effects[0] > 0) & (effects[1] > effects[0]) & (effects[1] < 1)).all()
    assert not math.isnan(float(effects[0].sum()))
