"""What became of each patient, in the columns that a clinician would ask for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from trainer.core.time import DAYS_PER_WEEK, TICKS_PER_DAY
from trainer.course.history import History
from trainer.course.parameter import Parameters
from trainer.course.state import NEVER

FEVER_C = 38.0
CLEAR_FILM_ML = 8.0  # less filled lung than this a radiograph does not show; judgement
TRACE_ML = 4.0  # residual change that a thin-section CT shows; judgement
SEEN_ML = 3.0  # an opacity that a radiologist would list; judgement
SOLID_FILL = 0.6  # consolidation hides vessels from about here (Fleischner glossary, Bankier 2024)
FAINT_FILL = 0.12
RIM_FILL = (
    0.55  # the rim of a reversed halo is consolidation by definition; paler than this it is easily missed; judgement
)
EFFUSION_ML = 40.0  # visible on CT; judgement
RESIDUAL_DAY = 240  # follow-up HRCT after a median of 8 months (Lee 2010, n = 22)
FILM_DAYS = (-42, -28, -14, 0)  # films before treatment, between which migration is judged
NEEDED_DAYS = FILM_DAYS


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Parameters
    ----------
    unit : str
    meaning : str
    """

    unit: str
    meaning: str


COLUMNS: Mapping[str, Column] = {
    "patient": Column("1", "number of the patient in the cohort, from 0"),
    "disease": Column("", "identifier of the disease"),
    "age_years": Column("year", "age at presentation"),
    "sex": Column("", "F or M"),
    "severity": Column("SD", "severity of the illness in standard deviations of its disease"),
    "crp_mg_l": Column("mg/L", "C-reactive protein at presentation"),
    "fever": Column("0/1", f"temperature of {FEVER_C:g} degrees or more in the week before presentation"),
    "symptom_to_treatment_weeks": Column("week", "first symptom to first glucocorticoid or immune macrolide"),
    "symptom_weeks": Column("week", "first symptom to presentation"),
    "dlco_percent": Column("%", "diffusing capacity at presentation, of predicted"),
    "responded_w1": Column("0/1", "treated: symptoms at two thirds of their level at treatment or less after 1 week"),
    "responded_w2": Column("0/1", "the same, or film at two thirds or less, after 2 weeks"),
    "responded_w12": Column("0/1", "the same after 12 weeks"),
    "complete_remission_w24": Column("0/1", f"treated: film clear (below {CLEAR_FILM_ML:g} mL) after 24 weeks"),
    "clear_w4": Column("0/1", f"film clear (below {CLEAR_FILM_ML:g} mL) by 4 weeks from presentation"),
    "clearing_weeks": Column("week", "treatment to the first clear film"),
    "spontaneous_remission": Column(
        "0/1",
        "untreated for 4 weeks: by day 28 film at two thirds and symptoms at half or less, and so by day 84",
    ),
    "residual_ct_m8": Column("0/1", f"treated: {TRACE_ML:g} mL or more of change left on CT 8 months later"),
    "relapsed": Column("0/1", "responded, then new filled lung on film with symptoms or a raised CRP"),
    "relapse_day": Column("day", "day of the first relapse, from presentation"),
    "relapse_after_treatment_start_days": Column("day", "the same, from the start of treatment"),
    "relapse_dose_mg": Column("mg/day", "prednisolone on the day before the first relapse; 0 off treatment"),
    "relapse_on_treatment": Column("0/1", "whether that dose was above 0"),
    "relapses": Column("1", "number of relapses"),
    "migrated": Column(
        "0/1", "on films two or more weeks apart before treatment, one opacity gone and a new one elsewhere"
    ),
    "consolidation": Column("0/1", f"at presentation, an opacity filled to {SOLID_FILL:g} or more"),
    "ground_glass": Column(
        "0/1", f"at presentation, an opacity filled from {FAINT_FILL:g} to {SOLID_FILL:g}, a halo or a ring"
    ),
    "reversed_halo": Column("0/1", "at presentation, a ring of half or more of its full clearing"),
    "rim_mm": Column("mm", "thickness of the largest such ring"),
    "ring_ml": Column("mL", "volume of the largest such ring whose rim is dense enough to catch the eye; 0 without"),
    "perilobular": Column("0/1", "at presentation, perilobular arcades in a visible opacity"),
    "bilateral": Column("0/1", "at presentation, visible opacities in both lungs"),
    "effusion": Column("0/1", f"at presentation, pleural fluid of {EFFUSION_ML:g} mL or more on one side"),
    "hyperglycaemia": Column("0/1", "steroid-treated: a glucose of 11.1 mmol/L or more"),
    "diabetes": Column("0/1", "steroid-treated: persistent hyperglycaemia of diabetes"),
    "infection": Column("0/1", "a serious infection during follow-up"),
    "pjp": Column("0/1", "Pneumocystis pneumonia"),
    "adrenal_insufficiency": Column("0/1", "symptoms of adrenal insufficiency"),
    "any_steroid_effect": Column("0/1", "steroid-treated: any of the harms that a chart records"),
    "died": Column("0/1", "died during follow-up"),
    "death_day": Column("day", "day of death"),
    "cumulative_prednisolone_mg": Column("mg", "prednisolone taken during follow-up"),
}

_COMPARE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<": operator.lt,
    ">=": operator.ge,
    "==": operator.eq,
}
_RECORDED_GAIN_KG = 8.0  # weight gain that reaches the chart; judgement


def outcomes(parameters: Parameters, history: History) -> dict[str, np.ndarray]:
    """Return the columns of `COLUMNS` for a cohort; NaN where one does not apply.

    Parameters
    ----------
    parameters : Parameters
    history : History
        With snapshots on `NEEDED_DAYS` (those that lie in the history) and on its last day.
    """
    first, last = history.snapshots[0].patients, history.snapshots[history.last_day].patients
    n = len(first)
    columns: dict[str, np.ndarray] = {
        "patient": np.arange(n),
        "disease": np.array([parameters.ids[d] for d in first["disease"]]),
        "age_years": first["age_years"].astype(float),
        "sex": np.where(first["female"], "F", "M"),
        "severity": first["severity_z"].astype(float),
        "crp_mg_l": first["crp_mg_l"].astype(float),
        "fever": _fever(history),
        "symptom_weeks": -first["onset_tick"] / TICKS_PER_DAY / DAYS_PER_WEEK,
        "dlco_percent": first["dlco_percent"].astype(float),
    }
    treated_day = np.where(last["treated_tick"] == NEVER, np.nan, last["treated_tick"] / TICKS_PER_DAY)
    columns["symptom_to_treatment_weeks"] = (treated_day - first["onset_tick"] / TICKS_PER_DAY) / DAYS_PER_WEEK
    columns |= _response(history, treated_day, last)
    columns |= _relapse(history, treated_day)
    columns |= _picture(history)
    columns |= _harm(history, last)
    died = last["death_tick"] != NEVER
    columns["died"] = died.astype(float)
    columns["death_day"] = np.where(died, last["death_tick"] / TICKS_PER_DAY, np.nan)
    columns["cumulative_prednisolone_mg"] = last["taken_mg"].astype(float)
    return {name: columns[name] for name in COLUMNS}


def meets(columns: Mapping[str, np.ndarray], conditions: Iterable[str]) -> np.ndarray:
    """Return which patients meet all conditions such as "crp_mg_l < 100", bool, shape (n,)."""
    keep = np.ones(len(columns["patient"]), dtype=bool)
    for condition in conditions:
        name, sign, number = condition.split()
        keep &= _COMPARE[sign](columns[name], float(number))
    return keep


def _fever(history: History) -> np.ndarray:
    begin = max(history.first_day, -7)
    week = history.from_day("temperature_c", begin)[:, : -begin + 1]
    return (week.max(axis=1) >= FEVER_C).astype(float)


def _on(history: History, name: str, days: np.ndarray) -> np.ndarray:
    """Return a quantity on each patient's own day, NaN where the day is missing or beyond follow-up."""
    known = np.isfinite(days) & (days <= history.last_day)
    column = np.where(known, days, 0).astype(int) - history.first_day
    return np.where(known, history.series[name][np.arange(len(days)), column], np.nan)


def _flag(condition: np.ndarray, applies: np.ndarray) -> np.ndarray:
    return np.where(applies, np.asarray(condition, dtype=float), np.nan)


def _response(history: History, treated: np.ndarray, last: np.ndarray) -> dict[str, np.ndarray]:
    death = np.where(last["death_tick"] == NEVER, np.inf, last["death_tick"] / TICKS_PER_DAY)
    symptom, film = (_on(history, name, treated) for name in ("symptom", "film_ml"))
    found: dict[str, np.ndarray] = {}
    for week in (1, 2, 12):
        day = treated + week * DAYS_PER_WEEK
        better = _on(history, "symptom", day) <= 2 / 3 * symptom
        if week > 1:
            better |= _on(history, "film_ml", day) <= 2 / 3 * film
        found[f"responded_w{week}"] = _flag(better & (death > day), np.isfinite(treated) & (day <= history.last_day))
    day = treated + 24 * DAYS_PER_WEEK
    clear = (_on(history, "film_ml", day) < CLEAR_FILM_ML) & (death > day)
    found["complete_remission_w24"] = _flag(clear, np.isfinite(treated) & (day <= history.last_day))
    day = treated + RESIDUAL_DAY
    left = _on(history, "trace_ml", day) >= TRACE_ML
    found["residual_ct_m8"] = _flag(left, np.isfinite(treated) & (day <= history.last_day) & (death > day))
    found["clear_w4"] = np.full(len(treated), np.nan)
    if history.last_day >= 28:
        soon = history.from_day("film_ml", 0)[:, :29] < CLEAR_FILM_ML
        found["clear_w4"] = (soon & (np.arange(29) < death[:, None])).any(axis=1).astype(float)
    found["clearing_weeks"] = _clearing(history, treated, death)
    found["spontaneous_remission"] = _spontaneous(history, treated, death)
    return found


def _clearing(history: History, treated: np.ndarray, death: np.ndarray) -> np.ndarray:
    weeks = np.full(len(treated), np.nan)
    days = np.arange(history.first_day, history.last_day + 1)
    clear = (history.series["film_ml"] < CLEAR_FILM_ML) & (days[None, :] >= treated[:, None])
    clear &= days[None, :] < death[:, None]
    found = clear.any(axis=1)
    weeks[found] = (days[clear[found].argmax(axis=1)] - treated[found]) / DAYS_PER_WEEK
    return weeks


def _spontaneous(history: History, treated: np.ndarray, death: np.ndarray) -> np.ndarray:
    if history.last_day < 84:
        return np.full(len(treated), np.nan)
    left_alone = np.isnan(treated) | (treated >= 28)
    watched = np.isnan(treated) | (treated >= 84)
    film, symptom = history.at("film_ml", 0), history.at("symptom", 0)
    better = (history.at("film_ml", 28) <= 2 / 3 * film) & (history.at("symptom", 28) <= 0.5 * symptom)
    stays = (history.at("film_ml", 84) <= 2 / 3 * film) & ~history.from_day("relapsing", 0)[:, :85].any(axis=1)
    return _flag(better & (stays | ~watched) & (death > 84), left_alone)


def _relapse(history: History, treated: np.ndarray) -> dict[str, np.ndarray]:
    seen = history.from_day("relapsing", 0) > 0
    relapsed = seen.any(axis=1)
    day = np.where(relapsed, seen.argmax(axis=1), np.nan)
    dose: np.ndarray = _on(history, "prednisolone_mg", np.where(relapsed, np.maximum(day - 1, 0), np.nan))
    return {
        "relapsed": relapsed.astype(float),
        "relapse_day": day,
        "relapse_after_treatment_start_days": day - treated,
        "relapse_dose_mg": dose,
        "relapse_on_treatment": np.where(relapsed, (dose > 0.0).astype(float), np.nan),
        "relapses": seen.sum(axis=1).astype(float),
    }


def _picture(history: History) -> dict[str, np.ndarray]:
    state = history.snapshots[0]
    o = state.opacities
    there = o["label"] > 0
    visible = there & (o["volume_ml"] >= SEEN_ML) & (o["fill"] >= FAINT_FILL)
    ring = visible & (o["ring"] >= 0.5)
    glass = visible & ((o["fill"] < SOLID_FILL) | (o["halo"] > 0) | (o["ring"] >= 0.5))
    largest = np.where(ring, o["volume_ml"], 0.0).argmax(axis=1)
    rim = o["rim_mm"][np.arange(len(o)), largest].astype(float)
    fluid = np.maximum(state.patients["effusion_left_ml"], state.patients["effusion_right_ml"])
    right = visible & (o["lobe"] <= 2)
    left = visible & (o["lobe"] > 2)
    return {
        "migrated": _migrated(history),
        "consolidation": (visible & (o["fill"] >= SOLID_FILL)).any(axis=1).astype(float),
        "ground_glass": glass.any(axis=1).astype(float),
        "reversed_halo": ring.any(axis=1).astype(float),
        "rim_mm": np.where(ring.any(axis=1), rim, np.nan),
        "ring_ml": np.where(ring & (o["fill"] >= RIM_FILL), o["volume_ml"], 0.0).max(axis=1).astype(float),
        "perilobular": (visible & (o["perilobular"] > 0)).any(axis=1).astype(float),
        "bilateral": (right.any(axis=1) & left.any(axis=1)).astype(float),
        "effusion": (fluid >= EFFUSION_ML).astype(float),
    }


def _migrated(history: History) -> np.ndarray:
    films = [history.snapshots[day].opacities for day in FILM_DAYS if day in history.snapshots]
    moved = np.zeros(len(films[-1]), dtype=bool)
    for i, early in enumerate(films):
        for late in films[i + 1 :]:
            moved |= _moved(early, late)
    return moved.astype(float)


def _moved(early: np.ndarray, late: np.ndarray) -> np.ndarray:
    """Return where a shadow of the early film is gone or nearly so on the late one, and another has come."""

    def solid(o: np.ndarray) -> np.ndarray:
        return np.where(o["label"] > 0, o["volume_ml"] * o["fill"], 0.0)

    same = (early["label"][:, :, None] == late["label"][:, None, :]) & (early["label"] > 0)[:, :, None]
    now = (same * solid(late)[:, None, :]).sum(axis=2)
    gone = (solid(early) >= SEEN_ML) & (now < 0.35 * solid(early))
    new = (solid(late) >= SEEN_ML) & ~same.any(axis=1)
    return gone.any(axis=1) & new.any(axis=1)


def _harm(history: History, last: np.ndarray) -> dict[str, np.ndarray]:
    steroid = last["taken_mg"] > 0

    def happened(name: str) -> np.ndarray:
        return last[f"{name}_tick"] < min(int(NEVER), history.last_day * TICKS_PER_DAY + 1)

    recorded = last["weight_gain_kg"] >= _RECORDED_GAIN_KG
    for name in ("diabetes", "infection", "pjp", "adrenal", "mood", "fracture"):
        recorded |= happened(name) & (last[f"{name}_tick"] >= last["treated_tick"])
    return {
        "hyperglycaemia": _flag(happened("hyperglycaemia"), steroid),
        "diabetes": _flag(happened("diabetes"), steroid),
        "infection": happened("infection").astype(float),
        "pjp": happened("pjp").astype(float),
        "adrenal_insufficiency": _flag(happened("adrenal"), steroid),
        "any_steroid_effect": _flag(recorded, steroid),
    }
