"""The engine: every patient of a batch through one day, in one fixed order of processes."""

from __future__ import annotations

import numba as nb
import numpy as np

from trainer.core.time import TICKS_PER_DAY
from trainer.course.parameter import Parameters
from trainer.course.process import death, drive, growth, harm, microbe, opacity, steroid, vital
from trainer.course.state import NEVER as _NEVER
from trainer.course.state import Array, Record, Records, State
from trainer.knowledge.treatment import Channel

NEVER = int(_NEVER)
CHANNELS = len(Channel)
_STEROID = int(Channel.GLUCOCORTICOID)
_SPARING = int(Channel.STEROID_SPARING)
_MACROLIDE = int(Channel.MACROLIDE_IMMUNE)
_WITHDRAWN = int(Channel.CULPRIT_WITHDRAWAL)
_TICKS = TICKS_PER_DAY
BATCH_FOR_THREADS = 256  # patients from which waking a second thread costs less than it saves


@nb.njit(cache=True, nogil=True)
def live(p: Record, opacities: Records, q: Record, kinds: Records, b: Record, drugs: Array, tick: int) -> None:
    """Carry one living patient from the beginning of a day to the next, death aside."""
    mg = drugs[_STEROID]
    if p.treated_tick == NEVER and (mg > 0.0 or drugs[_MACROLIDE] > 0.0):
        p.treated_tick = tick
    for quarter in range(_TICKS):
        steroid.take(p, b, q, mg if quarter == 0 else 0.0)
        drive.inflame(p, q, tick + quarter, drugs[_WITHDRAWN])
        microbe.multiply(p, q, drugs, tick + quarter)
        vital.show(p, q, b, tick + quarter, drugs)
    steroid.settle(p, b, mg, drugs[_SPARING], drugs[_MACROLIDE])
    growth.grow(p)
    growth.stiffen(p, q, drugs)
    opacity.spread(p, opacities, q, kinds, tick, drugs)
    opacity.change(p, opacities, q, kinds, b, tick)
    harm.pay(p, b, mg, drugs, tick)


@nb.njit(cache=True, nogil=True)
def _one(
    i: int,
    patients: Records,
    opacities: Records,
    diseases: Records,
    kinds: Records,
    body: Records,
    drugs: Array,
    tick: int,
) -> None:
    """Carry the i-th patient of a batch through a day, if ill and alive."""
    p = patients[i]
    if tick < p.onset_tick or p.death_tick != NEVER:
        return
    row = p.disease
    if tick == p.onset_tick:
        opacity.first(p, opacities[i], diseases[row], kinds[row], tick)
    live(p, opacities[i], diseases[row], kinds[row], body[0], drugs[i], tick)
    if death.die(p, diseases[row], body[0], tick):
        p.death_tick = tick


# Two functions, since numba's cache cannot tell a parallel kernel from a serial one of the same name.
@nb.njit(cache=True, nogil=True)
def _advance_alone(
    patients: Records, opacities: Records, diseases: Records, kinds: Records, body: Records, drugs: Array, tick: int
) -> None:
    for i in range(len(patients)):
        _one(i, patients, opacities, diseases, kinds, body, drugs, tick)


@nb.njit(cache=True, nogil=True, parallel=True)
def _advance_together(
    patients: Records, opacities: Records, diseases: Records, kinds: Records, body: Records, drugs: Array, tick: int
) -> None:
    for i in nb.prange(len(patients)):
        _one(i, patients, opacities, diseases, kinds, body, drugs, tick)


def advance_day(state: State, parameters: Parameters, drugs: np.ndarray, day: int) -> None:
    """Carry a batch through ``day``, in place.

    Parameters
    ----------
    state : State
        At the beginning of the day.
    parameters : Parameters
    drugs : numpy.ndarray
        float64, shape (n, len(Channel)): what each patient takes on this day; the glucocorticoid in mg of
        prednisolone, all else as a strength from 0 to 1.
    day : int
        Days from presentation; negative in the history.
    """
    advance = _advance_together if len(state) >= BATCH_FOR_THREADS else _advance_alone
    advance(
        state.patients, state.opacities, parameters.diseases, parameters.kinds, parameters.body, drugs, day * _TICKS
    )
