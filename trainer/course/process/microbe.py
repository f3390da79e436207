"""The disease's own organism: growth, kill by a matching drug, host defence that steroids weaken."""

from __future__ import annotations

import math

import numba as nb

from trainer.core.time import TICKS_PER_DAY
from trainer.course.parameter import MICROBES
from trainer.course.state import Array, Record
from trainer.knowledge.treatment import Channel

_DAY = 1.0 / TICKS_PER_DAY
_BACTERIA = MICROBES["bacteria"]
_MOULD = MICROBES["mould"]
_TYPICAL = int(Channel.TYPICAL_BACTERIA)
_MOULD_DRUG = int(Channel.MOULD)
_MYCOBACTERIA_DRUG = int(Channel.MYCOBACTERIA)
_GONE = 1e-4


@nb.njit(cache=True, nogil=True)
def multiply(p: Record, q: Record, drugs: Array, tick: int) -> None:
    """Carry the load through one tick: ``load' = growth load (1 - load) - (kill drug + defence (1 - w E)) load``.

    ``drugs`` holds the strength of each `Channel`. Bacteria answer to the channel of their own kind only. Where the
    defence matures it rises in a straight line from nothing at onset to its full strength.
    """
    if q.microbe_kind == 0 or p.load <= 0.0:
        return
    if q.microbe_kind == _BACTERIA:
        drug = drugs[_TYPICAL + p.organism]
    elif q.microbe_kind == _MOULD:
        drug = drugs[_MOULD_DRUG]
    else:
        drug = drugs[_MYCOBACTERIA_DRUG]
    defence = q.microbe_defence * (1.0 - q.microbe_steroid_weakens * p.steroid_effect)
    if q.microbe_defence_matures > 0.0:
        defence *= min(1.0, (tick - p.onset_tick) * _DAY / q.microbe_defence_matures)
    grown = p.load * math.exp(q.microbe_growth * (1.0 - p.load) * _DAY)
    load = min(grown * math.exp(-(q.microbe_kill * drug + defence) * _DAY), 1.0)
    p.load = load if load > _GONE else 0.0


@nb.njit(cache=True, nogil=True)
def inflammation_of(p: Record, q: Record) -> float:
    """Return the inflammation that the organism causes, 0 to 1: its load, masked by steroids."""
    return p.load * (1.0 - q.microbe_steroid_masks * p.steroid_effect)
