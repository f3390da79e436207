"""Prednisolone by mouth, and how long other drugs take to work."""

from __future__ import annotations

import math

import numba as nb

from trainer.core.time import TICK_HOURS, TICKS_PER_DAY
from trainer.course.state import Record

_HOURS = float(TICK_HOURS)
_DAY = 1.0 / TICKS_PER_DAY
_RECENT_DAYS = 28.0
_NONE = 1e-6


@nb.njit(cache=True, nogil=True)
def take(p: Record, b: Record, q: Record, dose_mg: float) -> None:
    """Carry prednisolone through one tick after a dose of ``dose_mg``.

    Every glucocorticoid is carried as its equivalent of prednisolone by mouth, absorption included: an infusion of
    methylprednisolone is as much too slow and too small as the swallowed equivalent is.

    One absorbing and one central compartment, linear, solved exactly:
    ``gut' = -ka gut``, ``central' = ka gut - ke central``. What is not absorbed counts as eliminated, so that
    taken = gut + central + eliminated. The effect site follows the mean central amount with a first-order delay;
    the effect is ``x^h / (1 + x^h)`` where x is the effect site over its value at the half-effect dose.
    """
    ka = b.prednisolone_absorption
    ke = b.prednisolone_elimination
    gut = p.gut_mg + b.prednisolone_bioavailability * dose_mg
    left_gut = math.exp(-ka * _HOURS)
    left_central = math.exp(-ke * _HOURS)
    central = p.central_mg * left_central + gut * ka / (ka - ke) * (left_central - left_gut)
    cleared = gut + p.central_mg - gut * left_gut - central
    p.taken_mg += dose_mg
    p.gut_mg = gut * left_gut
    p.central_mg = central
    p.eliminated_mg += cleared + (1.0 - b.prednisolone_bioavailability) * dose_mg
    follow = 1.0 - math.exp(-b.prednisolone_effect_delay * _HOURS)
    effect = p.effect_mg + follow * (cleared / (ke * _HOURS) - p.effect_mg)
    p.effect_mg = effect if effect > _NONE else 0.0
    p.steroid_effect = effect_of(p.effect_mg, p.steroid_z, b, q.inflammation_half_effect_dose)


@nb.njit(cache=True, nogil=True)
def effect_site_mg(b: Record, daily_mg: float) -> float:
    """Return the effect-site amount that a daily dose settles at: its mean central amount."""
    return daily_mg * b.prednisolone_bioavailability / (b.prednisolone_elimination * 24.0)


@nb.njit(cache=True, nogil=True)
def effect_of(effect_mg: float, steroid_z: float, b: Record, half_dose_mg: float) -> float:
    """Return the effect, 0 to 1, of an effect-site amount for a patient of this sensitivity."""
    if effect_mg <= 0.0 or half_dose_mg <= 0.0:
        return 0.0
    half = effect_site_mg(b, half_dose_mg)
    half *= math.exp(-b.prednisolone_sensitivity_spread * steroid_z)
    x = (effect_mg / half) ** b.prednisolone_steepness
    return x / (1.0 + x)


@nb.njit(cache=True, nogil=True)
def settle(p: Record, b: Record, daily_mg: float, sparing: float, macrolide: float) -> None:
    """Carry the slow effects through one day: recent mean dose, steroid-sparing drugs, immune macrolide."""
    p.recent_mg += (1.0 - math.exp(-1.0 / _RECENT_DAYS)) * (daily_mg - p.recent_mg)
    p.sparing_effect += (1.0 - math.exp(-1.0 / b.prednisolone_sparing_delay)) * (sparing - p.sparing_effect)
    p.macrolide_effect += (1.0 - math.exp(-1.0 / b.prednisolone_macrolide_delay)) * (macrolide - p.macrolide_effect)
