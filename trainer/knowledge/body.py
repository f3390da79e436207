"""Physiology and the cost of steroids, the same in every patient whatever the disease."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from trainer.knowledge.number import Frozen, Number, Spread, within

_PerDay = Annotated[Number, within("1/day", high=50)]
_PerYear = Annotated[Number, within("1/year")]
_PerHour = Annotated[Number, within("1/h")]
_PositiveDays = Annotated[Number, within("day", low=0.1)]  # something is divided by it
_Factor = Annotated[Number, within(high=1000)]
_Share = Annotated[Number, within(high=1.0)]
_NEAREST_RATES = 0.01


class Stature(Frozen):
    """Height and weight of adults."""

    height_women: Annotated[Spread, within("cm", low=120, high=230, limited=True)]
    height_men: Annotated[Spread, within("cm", low=120, high=230, limited=True)]
    mass_index: Annotated[Spread, within("kg/m2", low=12, high=70, limited=True)]


class Prednisolone(Frozen):
    """Pharmacokinetics and the delay of the effect."""

    bioavailability: Annotated[Number, within(low=0.01, high=1)]
    absorption: Annotated[Number, within("1/h", low=0.01, high=50)]
    elimination: Annotated[Number, within("1/h", low=0.01, high=50)]
    effect_delay: _PerHour
    steepness: Annotated[Number, within(high=10)]
    sensitivity_spread: Annotated[Number, within(high=2)]
    sparing_delay: _PositiveDays
    macrolide_delay: _PositiveDays

    @model_validator(mode="after")
    def _rates_differ(self) -> Self:
        ka, ke = self.absorption.value, self.elimination.value
        if abs(ka - ke) < _NEAREST_RATES * ke:
            raise ValueError("absorption and elimination are too near one another; their difference divides")
        return self


class Vitals(Frozen):
    """How the body answers to filled lung and to inflammation."""

    temperature: Annotated[Spread, within("degC")]
    crp: Annotated[Spread, within("mg/L")]
    crp_half_life: Annotated[Number, within("h", low=0.1)]
    fvc: Annotated[Spread, within("%")]
    dlco: Annotated[Spread, within("%")]
    spo2: Annotated[Spread, within("%")]
    lung_volume: Annotated[Number, within("mL", low=500, high=15000)]
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
    haemoglobin_turnover: Annotated[Number, within("day", low=1)]
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
    background_doubling: Annotated[Number, within("year", low=1)]
    hypoxaemia: _PerYear
    hypoxaemia_below: Annotated[Number, within("%")]


class Body(Frozen):
    """All of it."""

    stature: Stature
    prednisolone: Prednisolone
    vitals: Vitals
    harm: Harm
    mortality: Mortality
