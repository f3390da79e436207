"""What the body shows: temperature, proteins, cells, gas exchange, lung volumes, and how ill the patient feels.

What differs between diseases or rests on a publication is in ``assets/knowledge``. The slopes written here (a beat
per degree, a breath per lost point of saturation) are judgement: they give the chart ordinary values.
"""

from __future__ import annotations

import math

import numba as nb

from trainer.core.chance import uniform
from trainer.core.time import TICK_HOURS
from trainer.course.process.microbe import inflammation_of
from trainer.course.process.steroid import effect_site_mg
from trainer.course.state import Array, Record
from trainer.course.stream import BODY
from trainer.knowledge.treatment import Channel

_OXYGEN = int(Channel.OXYGEN)
_CRP_LEAST = 0.3
_TEMPERATURE_HOURS = 10.0  # time constant of fever and of its fall under steroids; judgement
_WARMTH_KEPT = math.exp(-TICK_HOURS / _TEMPERATURE_HOURS)
_ESR_DAYS = 7.0  # the sedimentation rate lags the CRP by about a week; judgement
_ESR_KEPT = math.exp(-TICK_HOURS / 24.0 / _ESR_DAYS)
_WHITE_CELLS = 6.8  # G/L in health; judgement
_STEROID_CELLS = 3.0  # G/L of white cells that 40 mg of prednisolone adds; judgement
_INFECTION_CRP = 120.0  # mg/L and K of an intercurrent infection at its worst; judgement
_INFECTION_FEVER = 1.6
_INFECTION_DAYS = 8.0
_SPO2_NOISE = 0.5
_ROOT_12 = math.sqrt(12.0)  # a uniform number has an SD of 1 / sqrt(12)
_TEMPERATURE_NOISE = 0.12


@nb.njit(cache=True, nogil=True)
def intercurrent(tick: int, event_tick: int) -> float:
    """Return how bad an infection caught at ``event_tick`` is now: 1 at its worst, fading over days."""
    days = (tick - event_tick) * TICK_HOURS / 24.0
    if days < 0.0:
        return 0.0
    return math.exp(-days / _INFECTION_DAYS)


@nb.njit(cache=True, nogil=True)
def _wander(p: Record, tick: int, index: int) -> float:
    """Return day-to-day variation of mean 0 and SD 1; uniform, which is a third of the work of a normal number."""
    return _ROOT_12 * (uniform(p.key, BODY, tick, index) - 0.5)


@nb.njit(cache=True, nogil=True)
def show(p: Record, q: Record, b: Record, tick: int, drugs: Array) -> None:
    """Let every quantity follow the state for one tick.

    CRP follows a target with its plasma half-life; fever follows within hours, steroids and all. Lung function
    and saturation fall in proportion to the share of the lung that is filled, and with fibrosis.
    """
    organism = inflammation_of(p, q)
    caught = intercurrent(tick, p.infection_tick) + intercurrent(tick, p.pjp_tick)
    protein = q.answer_crp_spread**p.protein_z
    target = b.vitals_crp_centre + (q.answer_crp_per_drive * p.drive + q.answer_crp_per_load * organism) * protein
    target += _INFECTION_CRP * caught
    keep = math.exp(-math.log(2.0) * TICK_HOURS / b.vitals_crp_half_life)
    p.crp_mg_l = max(_CRP_LEAST, target + (p.crp_mg_l - target) * keep)
    p.esr_mm_h = p.esr_mm_h * _ESR_KEPT + (1.0 - _ESR_KEPT) * min(140.0, 8.0 + 0.25 * p.age_years + 0.55 * p.crp_mg_l)
    febrile = q.answer_fever_per_drive * p.drive + q.answer_fever_per_load * organism
    febrile *= max(0.0, 1.0 + q.answer_fever_spread * p.febrile_z)
    febrile += _INFECTION_FEVER * caught
    daily = 0.25 * math.sin(math.pi / 2.0 * (tick % 4 - 1))
    rest = b.vitals_temperature_centre + min(febrile, 3.6)
    p.temperature_c = (p.temperature_c - daily) * _WARMTH_KEPT + rest * (1.0 - _WARMTH_KEPT) + daily
    p.temperature_c += _TEMPERATURE_NOISE * _wander(p, tick, 0) * (1.0 - _WARMTH_KEPT)
    marrow = min(1.0, 1.0 + q.answer_white_cells / _WHITE_CELLS)
    cells = _WHITE_CELLS + q.answer_white_cells + q.answer_white_cells_per_drive * p.drive
    cells += q.answer_white_cells_per_load * p.load + 6.0 * marrow * caught
    cells += _STEROID_CELLS * marrow * min(p.effect_mg / effect_site_mg(b, 40.0), 1.5)
    p.white_cells_g_l = max(0.1, cells)
    p.eosinophils_g_l = (0.15 + q.answer_eosinophils_per_drive * p.drive) * (1.0 - 0.9 * p.steroid_effect)
    septic = q.answer_procalcitonin_per_load * organism + q.answer_procalcitonin_per_drive * p.drive + 3.0 * caught
    p.procalcitonin_ng_ml = 0.05 + septic
    _breathe(p, q, b, tick, drugs, febrile, caught)


@nb.njit(cache=True, nogil=True)
def _breathe(p: Record, q: Record, b: Record, tick: int, drugs: Array, febrile: float, caught: float) -> None:
    """Lung function, saturation, heart and respiratory rate, and symptoms."""
    filled = min(1.0, (p.burden_ml + 0.3 * (p.effusion_left_ml + p.effusion_right_ml)) / b.vitals_lung_volume)
    filled = min(1.0, filled + 0.25 * caught * (0.3 if p.pjp_tick > tick else 1.0))
    fvc = b.vitals_fvc_centre + b.vitals_fvc_spread * p.lung_z
    fvc *= 1.0 - b.vitals_fvc_lost_to_filled_lung * filled
    p.fvc_percent = max(15.0, fvc - q.answer_fvc_lost_to_fibrosis * p.fibrosis)
    dlco = b.vitals_dlco_centre + b.vitals_dlco_spread * p.lung_z
    dlco *= math.exp(-b.vitals_dlco_lost_to_filled_lung * filled)
    dlco -= q.answer_dlco_lost_to_fibrosis * p.fibrosis + q.answer_dlco_lost_to_drive * min(p.drive, 2.0)
    p.dlco_percent = max(10.0, dlco)
    lost = b.vitals_spo2_lost_to_filled_lung * filled + 0.16 * max(0.0, 55.0 - p.dlco_percent)
    spo2 = b.vitals_spo2_centre - lost + _SPO2_NOISE * _wander(p, tick, 1)
    spo2 += drugs[_OXYGEN] * min(b.vitals_oxygen_gain, 0.7 * lost)
    p.spo2_percent = min(100.0, max(40.0, spo2))
    p.heart_rate_per_min = 72.0 + 9.0 * febrile + 1.2 * lost
    p.respiratory_rate_per_min = 14.0 + 1.5 * febrile + 0.9 * lost
    ill = b.vitals_symptom_per_drive * (p.drive + inflammation_of(p, q)) + b.vitals_symptom_per_lost_lung * filled
    p.symptom = min(1.0, ill + 0.6 * caught + 0.5 * p.fibrosis + 0.25 * min(p.growth, 2.0))
