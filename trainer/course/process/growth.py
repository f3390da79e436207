"""Slow laws: tumour, fibrosis, emboli."""

from __future__ import annotations

import math

import numba as nb

from trainer.core.chance import uniform
from trainer.core.time import DAYS_PER_YEAR, TICKS_PER_DAY
from trainer.course.state import Array, Record
from trainer.course.stream import EMBOLUS
from trainer.knowledge.treatment import Channel

_ANTIFIBROTIC = int(Channel.ANTIFIBROTIC)
_ANTICOAGULATION = int(Channel.ANTICOAGULATION)
_MOST = 6.0  # times its size at presentation; the chest holds no more of a tumour of hundreds of millilitres; judgement


@nb.njit(cache=True, nogil=True)
def grow(p: Record) -> None:
    """Carry a tumour through one day: it doubles in the patient's doubling time, slows near `_MOST`, never shrinks."""
    if p.growth > 0.0:
        p.growth *= math.exp(math.log(2.0) / p.doubling_days * max(0.0, 1.0 - p.growth / _MOST))


@nb.njit(cache=True, nogil=True)
def stiffen(p: Record, q: Record, drugs: Array) -> None:
    """Carry fibrosis through one day: its own progress and what active drive adds; it never turns back."""
    if p.fibrosis <= 0.0 and q.fibrosis_per_drive <= 0.0:
        return
    rate = p.fibrosis_per_year * (1.0 - q.fibrosis_antifibrotic_slows * drugs[_ANTIFIBROTIC])
    rate += q.fibrosis_per_drive * p.drive
    p.fibrosis = min(p.fibrosis + rate / DAYS_PER_YEAR * (1.0 - p.fibrosis), 1.0)


@nb.njit(cache=True, nogil=True)
def embolise(p: Record, q: Record, tick: int, drugs: Array) -> bool:
    """Return whether an embolus comes on this day: a hazard that fades from the onset to a lasting one."""
    if q.thrombus_recurrence <= 0.0:
        return False
    days = (tick - p.onset_tick) / TICKS_PER_DAY
    rate = q.thrombus_recurrence + q.thrombus_early_recurrence * math.exp(-days / q.thrombus_early_fade)
    rate *= 1.0 - q.thrombus_anticoagulation_prevents * drugs[_ANTICOAGULATION]
    return uniform(p.key, EMBOLUS, tick, 0) < 1.0 - math.exp(-rate / DAYS_PER_YEAR)
