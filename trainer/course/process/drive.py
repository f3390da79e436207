"""Inflammatory drive: kindled once, self-limiting, held down by steroids, ready to flare."""

from __future__ import annotations

import math

import numba as nb

from trainer.core.chance import normal, uniform
from trainer.core.time import TICKS_PER_DAY
from trainer.course.state import Record
from trainer.course.stream import FLARE, FLARE_SIZE

_DAY = 1.0 / TICKS_PER_DAY
_MOST_SMOULDER = 4.0
_FLARE_SPREAD = 0.5  # log SD of the size of a flare; judgement: relapses run from trivial to as bad as the first
_MATURE_FLARES_LESS = 0.9  # log hazard per SD; with the slower clearing of mature tissue it makes those who clear
# fast the ones who relapse (Barroso 2007, n = 32: films normal after 8 against 13 weeks)


@nb.njit(cache=True, nogil=True)
def _flare_hazard(p: Record, q: Record, effect: float, turned: bool) -> float:
    """Return the hazard of a flare a day; mature tissue, an immune macrolide and sparing drugs lower it."""
    hazard = (
        q.inflammation_flare_rate
        * p.memory**2
        / (1.0 + p.memory**2)
        * (1.0 - effect)
        * math.exp(-_MATURE_FLARES_LESS * p.maturity_z)
    )
    hazard *= 1.0 - q.inflammation_macrolide_blocks * p.macrolide_effect
    hazard *= 1.0 - q.inflammation_sparing_blocks * p.sparing_effect
    if turned:
        hazard *= q.inflammation_turned_flares
    return hazard


@nb.njit(cache=True, nogil=True)
def inflame(p: Record, q: Record, tick: int, withdrawn: float) -> None:
    """Carry smoulder, drive and memory through one tick.

    ::

        smoulder' = -(fade + heals E) smoulder            or the size of a flare, when that is more
        drive'    = production smoulder (1 - blocks E)    - clearance (1 + clears E) drive
        memory'   = laid drive^2                          - (fade_m + heals_m M) memory
        flares come with hazard  flare_rate memory^2 / (1 + memory^2) (1 - E), see `_flare_hazard`

    E is the steroid effect, M that of an immune macrolide. Macrolides and steroid-sparing drugs block as steroids
    do; a macrolide also heals smoulder and memory (relapse in 10 %: Radzikowska 2017, n = 40). Exposure to a culprit
    moves towards what withdrawal leaves of it, so half-hearted avoidance leaves half and a rechallenge brings it
    back. It multiplies its share of production. Every right-hand side rises with the state and falls with E, so
    more steroid never means more drive.
    A flare needs memory, which active disease lays down, severe disease far more: those treated late have more of
    it, and it outlives a short course of steroids. A trace of it makes no flare; where it is plentiful, more of it
    adds little. From its turn on, an illness fades fast by itself and flares little: the mild turn about the time
    they come to a doctor, the severe months later, and a flare after that puts a new turn off.
    """
    if q.inflammation_production <= 0.0:
        return
    effect = p.steroid_effect
    blocked = (
        (1.0 - q.inflammation_steroid_blocks * effect)
        * (1.0 - q.inflammation_macrolide_blocks * p.macrolide_effect)
        * (1.0 - q.inflammation_sparing_blocks * p.sparing_effect)
    )
    if q.inflammation_exposure_half_life > 0.0:
        left = 1.0 - withdrawn
        p.exposure = left + (p.exposure - left) * math.exp(-math.log(2.0) / q.inflammation_exposure_half_life * _DAY)
        share = q.inflammation_exposure_share
        blocked *= 1.0 - share + share * p.exposure
    heal = q.inflammation_fade + q.inflammation_steroid_heals * effect
    turned = tick >= p.turn_tick
    if turned:
        heal += q.inflammation_turned_fade
    heal += q.inflammation_macrolide_heals * p.macrolide_effect
    smoulder = p.smoulder * math.exp(-heal * _DAY)
    hazard = _flare_hazard(p, q, effect, turned)
    if hazard > 0.0 and uniform(p.key, FLARE, tick, 0) < 1.0 - math.exp(-hazard * _DAY):
        size = q.inflammation_flare_size * math.exp(_FLARE_SPREAD * normal(p.key, FLARE_SIZE, tick, 0))
        smoulder = max(smoulder, size)
        if tick >= p.first_turn_tick:
            p.turn_tick = max(p.turn_tick, tick + int(q.inflammation_flare_turn * TICKS_PER_DAY))
        p.flares += 1
    p.smoulder = min(smoulder, _MOST_SMOULDER)
    clear = q.inflammation_clearance * (1.0 + q.inflammation_steroid_clears * effect)
    drive = p.drive * math.exp(-clear * _DAY) + q.inflammation_production * p.smoulder * blocked * _DAY
    laid = q.inflammation_memory_laid * math.exp(q.inflammation_memory_frailty * p.frailty_z)
    forgets = q.inflammation_memory_fade + q.inflammation_macrolide_heals * p.macrolide_effect
    p.memory = p.memory * math.exp(-forgets * _DAY) + laid * drive * drive * _DAY
    p.drive = drive
