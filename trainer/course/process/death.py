"""Death: of the disease, of hypoxaemia, of an infection caught under steroids, of age."""

from __future__ import annotations

import math

import numba as nb

from trainer.core.chance import uniform
from trainer.core.time import DAYS_PER_YEAR, TICKS_PER_DAY
from trainer.course.process.microbe import inflammation_of
from trainer.course.state import Record
from trainer.course.stream import DEATH

_INFECTION_DAYS = 14.0


@nb.njit(cache=True, nogil=True)
def die(p: Record, q: Record, b: Record, tick: int) -> bool:
    """Return whether the patient dies on this day."""
    return uniform(p.key, DEATH, tick, 0) < risk(p, q, b, tick)


@nb.njit(cache=True, nogil=True)
def risk(p: Record, q: Record, b: Record, tick: int) -> float:
    """Return the probability that the patient dies on this day."""
    rate = b.mortality_background_at_60 * 2.0 ** ((p.age_years - 60.0) / b.mortality_background_doubling)
    short = max(0.0, b.mortality_hypoxaemia_below - p.spo2_percent)
    rate += b.mortality_hypoxaemia * (short / 10.0) ** 2
    frail = math.exp(0.5 * p.frailty_z)
    rate += frail * (
        q.danger_per_drive * p.drive * p.drive
        + q.danger_per_load * inflammation_of(p, q) * p.load
        + q.danger_per_fibrosis * p.fibrosis
        + q.danger_per_growth * min(p.growth, 10.0)
        + q.danger_steroid_harm * p.steroid_effect
    )
    rate += _from_infection(tick, p.infection_tick, b.harm_infection_deaths * frail)
    rate += _from_infection(tick, p.pjp_tick, b.harm_pneumocystis_deaths)
    if p.embolus_tick == tick:
        rate -= math.log(1.0 - min(q.thrombus_lethality, 0.95)) * DAYS_PER_YEAR
    return 1.0 - math.exp(-rate / DAYS_PER_YEAR)


@nb.njit(cache=True, nogil=True)
def _from_infection(tick: int, event_tick: int, lethality: float) -> float:
    """Return the hazard per year that kills ``lethality`` of those infected within two weeks of it."""
    days = (tick - event_tick) / TICKS_PER_DAY
    if days < 0.0 or days >= _INFECTION_DAYS:
        return 0.0
    return -math.log(1.0 - min(lethality, 0.95)) * DAYS_PER_YEAR / _INFECTION_DAYS
