"""How a patient begins: who falls ill, how their illness differs from others', and when they come."""

from __future__ import annotations

import numpy as np

from trainer.core.chance import normal, philox, uniform
from trainer.core.error import BadInput
from trainer.core.time import DAYS_PER_WEEK, TICKS_PER_DAY
from trainer.course.kernel import CHANNELS, advance_day
from trainer.course.parameter import Parameters
from trainer.course.person import Person
from trainer.course.state import NEVER, State, empty_state
from trainer.course.stream import TRAIT

MAX_ATTEMPTS = 40
_SEEN_ML = 20.0  # filled airspace that a film shows and that brings a patient to hospital; judgement
_FELT = 0.2  # symptoms that bring one; judgement
_KEY_SALT = 0x41544F4C
_TRAITS = (
    "severity_z", "frailty_z", "maturity_z", "steroid_z", "febrile_z", "protein_z", "scar_z", "sugar_z", "lung_z",
)  # fmt: skip
_UNIFORMS = ("ring_u", "perilobular_u", "effusion_u")
_REFRACTORY_Z = 8.0  # standard deviations of sensitivity that a refractory patient lacks; judgement
# Severe illness is felt as fever and protein as well as drive; frail patients are the severe ones more often than
# not. Judgement; the joint facts that rest on it are rows of the validation.
_SEVERITY_IN = {"febrile_z": 0.1, "frailty_z": 0.45, "protein_z": 0.2}


def at_onset(parameters: Parameters, diseases: np.ndarray, keys: np.ndarray) -> State:
    """Return patients on the day their illness begins, traits drawn, nothing yet to see.

    Parameters
    ----------
    parameters : Parameters
    diseases : numpy.ndarray
        int, shape (n,): row of each patient's disease.
    keys : numpy.ndarray
        uint64, shape (n,): each patient's key.
    """
    state = empty_state(len(keys))
    p = state.patients
    p["key"] = keys
    p["disease"] = diseases
    q = parameters.diseases[diseases]
    for index, name in enumerate(_TRAITS):
        p[name] = _normals(keys, index)
    for name, weight in _SEVERITY_IN.items():
        p[name] = weight * p["severity_z"] + np.sqrt(1 - weight**2) * p[name]
    for index, name in enumerate(_UNIFORMS):
        p[name] = _uniforms(keys, 40 + index)
    p["female"] = _uniforms(keys, 50) < q["population_female"]
    p["age_years"] = _spread(q, "population_age", _normals(keys, 51))
    _draw_stature(p, parameters.body[0], keys)
    weeks = _spread(q, "population_onset_to_presentation", _normals(keys, 52))
    p["onset_tick"] = -np.round(weeks * DAYS_PER_WEEK).astype(np.int64) * TICKS_PER_DAY
    p["severity_z"] = q["population_severity_centre"] + q["population_severity_spread"] * p["severity_z"]
    _draw_illness(p, q, keys)
    _set_body(p, parameters.body[0])
    return state


def present(parameters: Parameters, diseases: np.ndarray, keys: np.ndarray) -> State:
    """Return patients at onset who will be ill enough to come on day 0.

    Whoever has recovered, died or hardly noticed by then never meets a doctor: another is drawn in their place,
    from a key that depends on the first one and the attempt only. The history is not kept; carry the state through
    it again.

    Raises
    ------
    BadInput
        If nobody presents within `MAX_ATTEMPTS`.
    """
    state = at_onset(parameters, diseases, keys)
    waiting = np.flatnonzero(~_comes(parameters, state))
    for attempt in range(1, MAX_ATTEMPTS + 1):
        if not len(waiting):
            return state
        again = at_onset(parameters, diseases[waiting], keys_again(keys[waiting], attempt))
        comes = _comes(parameters, again)
        state.patients[waiting] = again.patients
        waiting = waiting[~comes]
    if len(waiting):
        name = parameters.ids[int(diseases[waiting[0]])]
        raise BadInput(f"{name}: no patient presents in {MAX_ATTEMPTS} attempts; its parameters make nobody ill")
    return state


def person_of(patient: np.void) -> Person:
    """Return who a patient's record is."""
    return Person(
        key=int(patient["key"]),
        sex="F" if patient["female"] else "M",
        age_years=float(patient["age_years"]),
        height_cm=float(patient["height_cm"]),
        weight_kg=float(patient["weight_kg"]),
    )


def first_day(state: State) -> int:
    """Return the first day of the earliest illness of a batch."""
    return int(state.patients["onset_tick"].min()) // TICKS_PER_DAY


def _comes(parameters: Parameters, state: State) -> np.ndarray:
    """Return who is ill enough on day 0; a disease without any process has nothing to bring anyone."""
    run = state.copy()
    drugs = np.zeros((len(run), CHANNELS))
    for day in range(first_day(run), 0):
        advance_day(run, parameters, drugs, day)
    p = run.patients
    ill = (p["film_ml"] >= _SEEN_ML) | (p["trace_ml"] >= 10 * _SEEN_ML)
    silent = parameters.diseases["kinds"][p["disease"]] == 0
    return silent | ((p["death_tick"] == NEVER) & ill & (p["symptom"] >= _FELT))


def _draw_illness(p: np.ndarray, q: np.ndarray, keys: np.ndarray) -> None:
    z = _normals(keys, 60)
    p["steroid_z"] -= np.where(_uniforms(keys, 66) < q["inflammation_refractory"], _REFRACTORY_Z, 0.0)
    heat = 0.8 * p["severity_z"] + 0.6 * z
    p["smoulder"] = q["inflammation_ignition"] * _power(q["inflammation_ignition_spread"], heat)
    weeks = _spread(q, "inflammation_turn", _normals(keys, 61)) + q["inflammation_severity_delays_turn"] * heat
    weeks = np.maximum(weeks, q["inflammation_turn_low"])  # who has long turned does not come any more
    turns = q["inflammation_turn_spread"] > 0
    p["turn_tick"] = np.where(turns, np.round(weeks * DAYS_PER_WEEK).astype(np.int64) * TICKS_PER_DAY, NEVER)
    p["first_turn_tick"] = p["turn_tick"]
    p["exposure"] = 1.0
    p["load"] = q["microbe_inoculum"]
    u = _uniforms(keys, 62)
    resistant = q["microbe_resistant"]
    p["organism"] = np.where(u < resistant, 2, np.where(u < resistant + q["microbe_atypical"], 1, 0))
    p["doubling_days"] = np.maximum(_spread(q, "growth_doubling_time", _normals(keys, 63)), 1.0)
    days_ill = -p["onset_tick"] / TICKS_PER_DAY
    growing = q["growth_doubling_time_centre"] > 0
    p["growth"] = np.where(growing, 2.0 ** (-days_ill / p["doubling_days"]), 0.0)
    p["fibrosis_per_year"] = _spread(q, "fibrosis_progress", _normals(keys, 64))
    now = _spread(q, "fibrosis_at_presentation", _normals(keys, 65))
    p["fibrosis"] = np.maximum(now - p["fibrosis_per_year"] * days_ill / 365.25, 0.5 * now)


def _draw_stature(p: np.ndarray, b: np.void, keys: np.ndarray) -> None:
    z = _normals(keys, 53)
    women, men = (_one(b, f"stature_height_{sex}", z) for sex in ("women", "men"))
    p["height_cm"] = np.where(p["female"], women, men)
    index = _one(b, "stature_mass_index", _normals(keys, 54))
    p["weight_kg"] = index * (p["height_cm"] / 100.0) ** 2


def _set_body(p: np.ndarray, b: np.void) -> None:
    """Give everyone the body of the day before the illness."""
    p["temperature_c"] = b["vitals_temperature_centre"]
    p["crp_mg_l"] = b["vitals_crp_centre"]
    p["esr_mm_h"] = 8.0 + 0.25 * p["age_years"]
    p["spo2_percent"] = b["vitals_spo2_centre"]
    p["fvc_percent"] = b["vitals_fvc_centre"] + b["vitals_fvc_spread"] * p["lung_z"]
    p["dlco_percent"] = b["vitals_dlco_centre"] + b["vitals_dlco_spread"] * p["lung_z"]
    p["glucose_mmol_l"] = b["harm_glucose_centre"] + b["harm_glucose_spread"] * p["sugar_z"]
    p["hba1c_percent"] = 0.63 * p["glucose_mmol_l"] + 1.65
    p["heart_rate_per_min"] = 72.0
    p["respiratory_rate_per_min"] = 14.0
    p["white_cells_g_l"] = 6.8
    p["eosinophils_g_l"] = 0.15
    p["procalcitonin_ng_ml"] = 0.05
    p["systolic_mmhg"] = 125.0 + 0.25 * (p["age_years"] - 60.0)
    p["sleep"] = p["mood"] = p["adrenal"] = 1.0
    p["cortisol_nmol_l"] = 420.0
    p["bone_t_score"] = -0.6 - 0.03 * (p["age_years"] - 50.0) - 0.4 * p["female"] - 0.3 * p["frailty_z"]
    p["node_mm"] = 5.0


def _normals(keys: np.ndarray, index: int) -> np.ndarray:
    return np.array([normal(key, TRAIT, 0, index) for key in keys])


def _uniforms(keys: np.ndarray, index: int) -> np.ndarray:
    return np.array([uniform(key, TRAIT, 0, index) for key in keys])


def keys_again(keys: np.ndarray, attempt: int) -> np.ndarray:
    """Return the keys, uint64, of those who take the place of others at an attempt."""
    words = [philox(attempt, 0, _KEY_SALT, 0, int(k) & 0xFFFFFFFF, int(k) >> 32) for k in keys]
    return np.array([((int(a) << 32) | int(b)) >> 1 for a, b, _, _ in words], dtype=np.uint64)


def _power(base: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    return np.where(base > 0, np.maximum(base, 1e-12) ** exponent, 0.0)


def _spread(records: np.ndarray, name: str, z: np.ndarray) -> np.ndarray:
    """Return the values of a `Spread` at ``z``, zero where the disease does not have it."""
    centre, wide = records[f"{name}_centre"], records[f"{name}_spread"]
    value = np.where(records[f"{name}_lognormal"] > 0, centre * _power(wide, z), centre + wide * z)
    present = (centre != 0) | (wide != 0)
    return np.where(present, np.clip(value, records[f"{name}_low"], records[f"{name}_high"]), 0.0)


def _one(record: np.void, name: str, z: np.ndarray) -> np.ndarray:
    """Return the values of one `Spread` at many ``z``."""
    return _spread(np.array([record] * len(z), dtype=record.dtype) if len(z) else record.reshape(0), name, z)
