"""Physiology and the cost of steroids, the same in every patient whatever the disease."""

from __future__ import annotations

from typing import Annotated

from trainer.knowledge.number import Frozen, Number, Spread, within

_PerDay = Annotated[Number, within("1/day")]
_PerYear = Annotated[Number, within("1/year")]
_PerHour = Annotated[Number, within("1/h")]
_Days = Annotated[Number, within("day")]
_Factor = Annotated[Number, within()]
_Share = Annotated[Number, within(high=1.0)]


class Stature(Frozen):
    """Height and weight of adults."""

    height_women: Annotated[Spread, within("cm")]
    height_men: Annotated[Spread, within("cm")]
    mass_index: Annotated[Spread, within("kg/m2")]


class Prednisolone(Frozen):
    """Pharmacokinetics and the delay of the effect."""

    bioavailability: _Share
    absorption: _PerHour
    elimination: _PerHour
    effect_delay: _PerHour
    steepness: _Factor
    sensitivity_spread: _Factor
    sparing_delay: _Days
    macrolide_delay: _Days


class Vitals(Frozen):
    """How the body answers to filled lung and to inflammation."""

    temperature: Annotated[Spread, within("degC")]
    crp: Annotated[Spread, within("mg/L")]
    crp_half_life: Annotated[Number, within("h")]
    fvc: Annotated[Spread, within("%")]
    dlco: Annotated[Spread, within("%")]
    spo2: Annotated[Spread, within("%")]
    lung_volume: Annotated[Number, within("mL")]
    fvc_lost_to_filled_lung: _Factor
    dlco_lost_to_filled_lung: _Factor
    spo2_lost_to_filled_lung: Annotated[Number, within("%")]
    oxygen_gain: Annotated[Number, within("%")]
    film_threshold_fill: _Share
    symptom_per_drive: _Factor
    symptom_per_lost_lung: _Factor


class Harm(Frozen):
    """What glucocorticoids cost, by dose and time."""

    glucose: Annotated[Spread, within("mmol/L")]
    glucose_per_effect: Annotated[Number, within("mmol/L")]
    glucose_risk_spread: _Factor
    hyperglycaemia: Annotated[Number, within("mmol/L")]
    diabetes: Annotated[Number, within("mmol/L")]
    diabetes_dose: Annotated[Number, within("mg/day")]
    haemoglobin_turnover: _Days
    infection: _PerYear
    infection_at_20_mg: _Factor
    infection_deaths: _Share
    pneumocystis_at_30_mg: _PerYear
    pneumocystis_prevented: _Share
    pneumocystis_deaths: _Share
    mood: _PerYear
    mood_frailty: _Factor
    weight_gain: Annotated[Number, within("kg/month")]
    pressure: Annotated[Number, within("mmHg")]
    bone_loss: Annotated[Number, within("1/year")]
    bone_protected: _Share
    fracture: _PerYear
    adrenal_suppression: _PerDay
    adrenal_recovery: _PerDay
    adrenal_crisis: _PerYear


class Mortality(Frozen):
    """Deaths that are not the disease's own."""

    background_at_60: _PerYear
    background_doubling: Annotated[Number, within("year")]
    hypoxaemia: _PerYear
    hypoxaemia_below: Annotated[Number, within("%")]


class Body(Frozen):
    """All of it."""

    stature: Stature
    prednisolone: Prednisolone
    vitals: Vitals
    harm: Harm
    mortality: Mortality
