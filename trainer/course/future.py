"""Futures: patients carried from a day on under what is given now and what is given once the disease is known.

One compiled loop carries a patient through all days of a future, which spares the batch its passage through memory
on every day. What is counted here weighs nothing: the weights belong to a policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numba as nb
import numpy as np

from trainer.core.time import DAYS_PER_WEEK, TICKS_PER_DAY
from trainer.course.kernel import BATCH_FOR_THREADS, CHANNELS, live
from trainer.course.parameter import Parameters
from trainer.course.process import death
from trainer.course.state import NEVER as _NEVER
from trainer.course.state import Array, Record, Records, State
from trainer.knowledge.treatment import Channel

NEVER = int(_NEVER)
Table: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]  # the arrays of `Regimens`
_STEROID = int(Channel.GLUCOCORTICOID)
_OXYGEN = int(Channel.OXYGEN)
_TICKS = TICKS_PER_DAY
_WEEK = DAYS_PER_WEEK
_TRIAL_DAYS = 14  # a course of steroid is given this long before it counts as failing; judgement
_HARDLY_ALIVE = 1e-3  # chance below which a patient is not carried on
_OXYGEN_MARGIN = 2.0  # % of saturation above which it is taken away at the weekly look; judgement
_OXYGEN_GIVEN = 0.5  # strength of the oxygen given to whoever needs it; judgement

FUTURE = np.dtype(
    [
        ("alive", np.float64),  # at the end: the chance of it, or 0 and 1
        ("days", np.float64),  # lived
        ("symptom", np.float64),  # sums over the days lived
        ("hypoxaemia", np.float64),
        ("sleepless", np.float64),
        ("low_mood", np.float64),
        ("growth", np.float64),  # of a tumour when the disease became known; at the end, if it did not
        ("started", np.int64),  # day of the future on which the treatment for who is ill began; -1 never
        ("again", np.int64),  # and began again
    ]
)


@dataclass(frozen=True, eq=False)
class Regimens:
    """What is taken day by day, for several regimens of equal length.

    Parameters
    ----------
    flat : numpy.ndarray
        float64, shape (regimens, days, channels): as `advance_day` takes it, doses by weight left out.
    per_kg : numpy.ndarray
        float64, shape (regimens, days): further mg of prednisolone a kg.
    most_mg : numpy.ndarray
        float64, shape (regimens, days): what the dose by weight is capped at.
    """

    flat: np.ndarray
    per_kg: np.ndarray
    most_mg: np.ndarray

    @property
    def table(self) -> Table:
        """Return the arrays as a compiled function takes them."""
        return self.flat, self.per_kg, self.most_mg

    @classmethod
    def none(cls, count: int, days: int) -> Regimens:
        """Return regimens in which nothing is taken."""
        return cls(np.zeros((count, days, CHANNELS)), np.zeros((count, days)), np.zeros((count, days)))


@dataclass(frozen=True, eq=False)
class Rules:
    """When the treatment of a known disease begins, and what counts.

    Parameters
    ----------
    symptom, spo2 : float
        Ill is who has these symptoms or more, or this saturation or less.
    look : int
        Days between two looks.
    oxygen_below, hypoxaemia_from, hypoxaemia_worst : float
    """

    symptom: float
    spo2: float
    look: int
    oxygen_below: float
    hypoxaemia_from: float
    hypoxaemia_worst: float


@nb.njit(cache=True, nogil=True)
def _mg(flat: Array, per_kg: Array, most: Array, row: int, day: int, weight: float) -> float:
    """Return the glucocorticoid of a day of a regimen; nothing after its end."""
    if day < 0 or day >= flat.shape[1]:
        return 0.0
    return flat[row, day, _STEROID] + min(per_kg[row, day] * weight, most[row, day])


@nb.njit(cache=True, nogil=True)
def _reached(flat: Array, per_kg: Array, most: Array, row: int, weight: float, mg: float, since: int) -> int:
    """Return the day of a taper on which who takes ``mg`` since so many days goes on: never at a higher dose."""
    for day in range(flat.shape[1]):
        dose = _mg(flat, per_kg, most, row, day, weight)
        if dose <= 1.001 * mg:
            return max(day, since)
    return since


@nb.njit(cache=True, nogil=True)
def _add(drugs: Array, flat: Array, row: int, day: int) -> None:
    """Give the drugs of a day of a regimen too, glucocorticoids aside."""
    if 0 <= day < flat.shape[1]:
        for channel in range(CHANNELS):
            if channel != _STEROID:
                drugs[channel] = max(drugs[channel], flat[row, day, channel])


@nb.njit(cache=True, nogil=True)
def _treat(
    t: int, since: int, mg: float, before: float, begun: int, ill: bool, look: bool, d: int, weight: float,
    given: Array, always: Table, ill_now: Table, again: Table, drugs: Array,
) -> float:  # fmt: skip
    """Add a day of the treatment of a known disease and return its glucocorticoid.

    ``given`` holds the days on which the treatment for who is ill started, its taper began and it began again, -1
    before; ``since`` counts the days since the disease is known.
    """
    tapers = _mg(ill_now[0], ill_now[1], ill_now[2], d, 0, weight) > 0.0
    returns = _mg(again[0], again[1], again[2], d, 0, weight)
    if since == 0 and tapers and before > 0.0:
        given[0] = t
        given[1] = t - _reached(ill_now[0], ill_now[1], ill_now[2], d, weight, before, t - begun)
    elif given[0] < 0 and look and ill:
        given[0] = t
        given[1] = t
    _add(drugs, always[0], d, since)
    if given[0] >= 0:
        _add(drugs, ill_now[0], d, t - given[0])
        mg = max(mg, _mg(ill_now[0], ill_now[1], ill_now[2], d, t - given[1], weight))
    if given[2] >= 0:
        mg = max(mg, _mg(again[0], again[1], again[2], d, t - given[2], weight))
    if returns > mg and look and ill and given[0] >= 0 and t - given[0] >= _TRIAL_DAYS:
        given[2] = t
        mg = returns
    if given[2] >= 0:
        _add(drugs, again[0], d, t - given[2])
    return mg


@nb.njit(cache=True, nogil=True)
def _count(p: Record, o: Record, rules: Array, alive: float) -> None:
    """Add the day that a patient has lived through."""
    o.days += alive
    o.symptom += alive * p.symptom
    o.hypoxaemia += alive * min(1.0, max(0.0, (rules[4] - p.spo2_percent) / (rules[4] - rules[5])))
    o.sleepless += alive * (1.0 - p.sleep)
    o.low_mood += alive * (1.0 - p.mood)


@nb.njit(cache=True, nogil=True)
def _carry(
    i: int, patients: Records, opacities: Records, diseases: Records, kinds: Records, body: Records,
    program: Array, known: Array, begun: Array, now: Table, always: Table, ill_now: Table, again: Table,
    rules: Array, day: int, mortal: bool, out: Records,
) -> None:  # fmt: skip
    """Carry the i-th patient through all days of the future."""
    p, o, row = patients[i], out[i], program[i]
    d = p.disease
    drugs = np.zeros(CHANNELS)
    given = np.full(3, -1)
    mg = 0.0
    oxygen = False
    alive = 1.0
    for t in range(now[0].shape[1]):
        if p.death_tick != NEVER or alive < _HARDLY_ALIVE:
            alive = 0.0
            break
        before = mg
        mg = _mg(now[0], now[1], now[2], row, t, p.weight_kg)
        drugs[:] = now[0][row, t]
        since = t - known[row]
        if since <= 0:
            o.growth = p.growth
        if since >= 0:
            ill = p.symptom >= rules[0] or p.spo2_percent <= rules[1] or oxygen
            look = since % int(rules[2]) == 0
            mg = _treat(
                t, since, mg, before, begun[row], ill, look, d, p.weight_kg, given, always, ill_now, again, drugs
            )
        if t % _WEEK == 0 or not oxygen:
            oxygen = p.spo2_percent < rules[3] + (_OXYGEN_MARGIN if oxygen else 0.0)
        if oxygen:
            drugs[_OXYGEN] = max(drugs[_OXYGEN], _OXYGEN_GIVEN)
        drugs[_STEROID] = mg
        tick = (day + t) * _TICKS
        live(p, opacities[i], diseases[d], kinds[d], body[0], drugs, tick)
        _count(p, o, rules, alive)
        if not mortal:
            alive *= 1.0 - death.risk(p, diseases[d], body[0], tick)
        elif death.die(p, diseases[d], body[0], tick):
            p.death_tick = tick
    o.alive = alive if p.death_tick == NEVER else 0.0
    o.started = given[0]
    o.again = given[2]


# Two functions, since numba's cache cannot tell a parallel kernel from a serial one of the same name.
@nb.njit(cache=True, nogil=True)
def _carry_alone(
    patients: Records, opacities: Records, diseases: Records, kinds: Records, body: Records,
    program: Array, known: Array, begun: Array, now: Table, always: Table, ill_now: Table, again: Table,
    rules: Array, day: int, mortal: bool, out: Records,
) -> None:  # fmt: skip
    for i in range(len(patients)):
        _carry(
            i, patients, opacities, diseases, kinds, body, program, known, begun, now, always, ill_now, again,
            rules, day, mortal, out,
        )  # fmt: skip


@nb.njit(cache=True, nogil=True, parallel=True)
def _carry_together(
    patients: Records, opacities: Records, diseases: Records, kinds: Records, body: Records,
    program: Array, known: Array, begun: Array, now: Table, always: Table, ill_now: Table, again: Table,
    rules: Array, day: int, mortal: bool, out: Records,
) -> None:  # fmt: skip
    for i in nb.prange(len(patients)):
        _carry(
            i, patients, opacities, diseases, kinds, body, program, known, begun, now, always, ill_now, again,
            rules, day, mortal, out,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Programs:
    """What is given now, one row for each way of going on.

    Parameters
    ----------
    now : Regimens
        Day by day of the future, until the disease is known; thereafter what is kept beside its treatment.
    known : numpy.ndarray
        int64, shape (programs,): day of the future on which the disease is known; beyond its end, never.
    begun : numpy.ndarray
        int64, shape (programs,): day of the future, negative in the past, on which the course of glucocorticoid
        began that is taken when the disease becomes known.
    """

    now: Regimens
    known: np.ndarray
    begun: np.ndarray


@dataclass(frozen=True, eq=False)
class Treatment:
    """What is given once a disease is known: `Regimens` with a row for each disease of the parameters."""

    always: Regimens
    if_ill: Regimens
    again: Regimens


def carry(
    state: State,
    parameters: Parameters,
    program: np.ndarray,
    programs: Programs,
    treatment: Treatment,
    rules: Rules,
    day: int,
    *,
    mortal: bool = False,
) -> np.ndarray:
    """Carry a batch through a future, in place, and return what is worth counting.

    Once the disease is known the reference treatment takes over: what is ``always`` given at once, what is given
    ``if_ill`` from the first look on at which the patient is ill; a course of glucocorticoid that is taken then is
    not begun anew but tapered from the dose that it has reached. Who is ill again at a lower dose than the first
    of ``again`` starts that.

    Parameters
    ----------
    state : State
        At the beginning of ``day``; past onset.
    parameters : Parameters
    program : numpy.ndarray
        int64, shape (n,): row of ``programs`` of each patient.
    programs : Programs
    treatment : Treatment
    rules : Rules
    day : int
    mortal : bool
        Whether patients die as their key says, as in the engine. Else nobody does, and each day counts with the
        chance that the patient is still alive: the mean over keys is the same and varies far less, since death
        hangs on the state and nothing hangs on its chance.

    Returns
    -------
    numpy.ndarray
        Records of `FUTURE`, shape (n,).
    """
    out = np.zeros(len(state), FUTURE)
    numbers = np.array(
        [rules.symptom, rules.spo2, rules.look, rules.oxygen_below, rules.hypoxaemia_from, rules.hypoxaemia_worst]
    )
    run = _carry_together if len(state) >= BATCH_FOR_THREADS else _carry_alone
    run(
        state.patients, state.opacities, parameters.diseases, parameters.kinds, parameters.body,
        program, programs.known, programs.begun, programs.now.table, treatment.always.table,
        treatment.if_ill.table, treatment.again.table, numbers, day, mortal, out,
    )  # fmt: skip
    return out
