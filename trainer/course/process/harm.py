"""What steroids cost: glucose, infection, mood, bone, weight, the adrenal axis.

Rates and their sources are in ``assets/knowledge/body.yaml``. The shapes written here (how a rate rises with the
dose, how fast pressure, sleep and mood follow it) are judgement.
"""

from __future__ import annotations

import math

import numba as nb

from trainer.core.chance import uniform
from trainer.core.time import DAYS_PER_YEAR
from trainer.course.state import NEVER as _NEVER
from trainer.course.state import Array, Record
from trainer.course.stream import ADRENAL, INFECTION, PNEUMOCYSTIS, TOXICITY
from trainer.knowledge.treatment import Channel

NEVER = int(_NEVER)
_PNEUMOCYSTIS = int(Channel.PNEUMOCYSTIS)
_BONE = int(Channel.BONE_PROTECTION)
_GLUCOSE = int(Channel.GLUCOSE_LOWERING)
_PHYSIOLOGICAL_MG = 5.0  # about what the adrenals make in a day, as prednisolone
_FRAGILE_AXIS = 0.35  # below this a missing dose is felt; judgement


@nb.njit(cache=True, nogil=True)
def _happens(p: Record, stream: int, tick: int, index: int, per_year: float) -> bool:
    """Return whether an event with this hazard falls on this day of follow-up; the history before it has none."""
    if tick < 0:
        return False
    return uniform(p.key, stream, tick, index) < 1.0 - math.exp(-per_year / DAYS_PER_YEAR)


@nb.njit(cache=True, nogil=True)
def pay(p: Record, b: Record, daily_mg: float, drugs: Array, tick: int) -> None:
    """Carry the harms of glucocorticoids through one day of ``daily_mg``."""
    dose = min(daily_mg / 40.0, 2.0)
    risk = b.harm_glucose_risk_spread**p.sugar_z
    fasting = b.harm_glucose_centre + b.harm_glucose_spread * p.sugar_z
    peak = fasting + b.harm_glucose_per_effect * dose * risk * (1.0 - 0.6 * drugs[_GLUCOSE])
    p.glucose_mmol_l = peak
    settled = 0.62 * peak + 0.38 * fasting
    haemoglobin = 0.63 * settled + 1.65
    p.hba1c_percent += (haemoglobin - p.hba1c_percent) / b.harm_haemoglobin_turnover
    if daily_mg > 0.0:
        if peak > b.harm_hyperglycaemia and p.hyperglycaemia_tick == NEVER:
            p.hyperglycaemia_tick = tick
        lasting = peak > b.harm_diabetes and p.recent_mg > b.harm_diabetes_dose
        if lasting and p.diabetes_tick == NEVER:
            p.diabetes_tick = tick
    p.systolic_mmhg += 0.1 * (125.0 + 0.25 * (p.age_years - 60.0) + b.harm_pressure * dose - p.systolic_mmhg)
    gain = b.harm_weight_gain / 30.4 * min(daily_mg / 20.0, 2.0)
    p.weight_gain_kg += gain - 0.004 * p.weight_gain_kg
    p.sleep += 0.4 * (1.0 - 0.45 * min(dose, 1.5) - p.sleep)
    p.mood += 0.1 * (1.0 - (0.6 if p.mood_tick != NEVER and dose > 0.2 else 0.1 * dose) - p.mood)
    _infect(p, b, drugs, tick)
    _wear(p, b, daily_mg, drugs, tick)


@nb.njit(cache=True, nogil=True)
def _infect(p: Record, b: Record, drugs: Array, tick: int) -> None:
    """Ordinary infection and Pneumocystis, by dose and weeks of it."""
    frail = math.exp(0.5 * p.frailty_z)
    rate = b.harm_infection * frail * (1.0 + (b.harm_infection_at_20_mg - 1.0) * min(p.recent_mg / 20.0, 1.5))
    if _happens(p, INFECTION, tick, 0, rate) and p.infection_tick == NEVER:
        p.infection_tick = tick
    over = max(0.0, p.recent_mg - 10.0) / 20.0
    rate = b.harm_pneumocystis_at_30_mg * frail * over * (1.0 - b.harm_pneumocystis_prevented * drugs[_PNEUMOCYSTIS])
    if _happens(p, PNEUMOCYSTIS, tick, 0, rate) and p.pjp_tick == NEVER:
        p.pjp_tick = tick


@nb.njit(cache=True, nogil=True)
def _wear(p: Record, b: Record, daily_mg: float, drugs: Array, tick: int) -> None:
    """Mood, bone and the adrenal axis."""
    if daily_mg > 0.0:
        rate = b.harm_mood * math.exp(b.harm_mood_frailty * p.frailty_z) * (daily_mg / 40.0) ** 1.5
        if _happens(p, TOXICITY, tick, 0, rate) and p.mood_tick == NEVER:
            p.mood_tick = tick
    loss = b.harm_bone_loss / DAYS_PER_YEAR * min(daily_mg / 7.5, 3.0) * (1.0 - b.harm_bone_protected * drugs[_BONE])
    p.bone_t_score -= loss
    rate = b.harm_fracture * 2.0 ** (-p.bone_t_score) * (1.0 + 2.0 * min(p.recent_mg / 7.5, 2.0))
    if _happens(p, TOXICITY, tick, 1, rate) and p.fracture_tick == NEVER:
        p.fracture_tick = tick
    pressing = min(daily_mg / _PHYSIOLOGICAL_MG, 4.0)
    p.adrenal += b.harm_adrenal_recovery * (1.0 - p.adrenal) * max(0.0, 1.0 - pressing)
    p.adrenal -= b.harm_adrenal_suppression * p.adrenal * pressing
    p.cortisol_nmol_l = 60.0 + 360.0 * p.adrenal
    lacking = max(0.0, 1.0 - p.adrenal - daily_mg / _PHYSIOLOGICAL_MG)
    fragile = p.adrenal < _FRAGILE_AXIS + 0.5 * lacking and lacking > 0.2 and p.adrenal_tick == NEVER
    if fragile and _happens(p, ADRENAL, tick, 0, b.harm_adrenal_crisis * lacking):
        p.adrenal_tick = tick
