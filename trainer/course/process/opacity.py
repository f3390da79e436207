"""Opacities: born at new places while old ones clear, which is migration."""

from __future__ import annotations

import math

import numba as nb

from trainer.core.chance import normal, uniform
from trainer.core.time import TICKS_PER_DAY
from trainer.course.opacity import MAX_OPACITIES
from trainer.course.parameter import FEEDS
from trainer.course.process.growth import embolise
from trainer.course.process.microbe import inflammation_of
from trainer.course.state import Array, Record, Records
from trainer.course.stream import ADDRESS, BIRTH, FIRST_BIRTH, SHAPE, TRAIT

_DRIVE = FEEDS["drive"]
_LOAD = FEEDS["load"]
_GROWTH = FEEDS["growth"]
_FIBROSIS = FEEDS["fibrosis"]
_PER_KIND = 32  # indices of chance reserved for each kind of opacity
_RING_DAYS = 8.0  # a nodule's centre turns to ground glass within days (Terada 2011, n = 7); judgement on the pace
_RING_STEP = 1.0 - math.exp(-1.0 / _RING_DAYS)
_MATURE_SLOWS = 0.45  # log clearing rate per SD of maturity; see drive._MATURE_FLARES_LESS
_SCAR_SPREAD = 0.9  # log SD of scarring between patients; judgement, from 27 % clearing wholly (Lee 2010, n = 22)
_LEFT_FILL = 0.35  # a full scar is ground glass and net, not consolidation
_GONE_ML = 0.4  # below this nothing is seen on 1 mm slices
_GONE_FILL = 0.03
_TRACTION_FROM_SCAR = 0.5
_FOLLOWING = 0.1  # share of the way to the drive that a field's activity goes in a day; judgement
_CALM = 0.999
_BURNT_OUT = 0.2
_STILL_SEEN_ML = 8.0  # what is left of an old opacity beyond this is not given up for a new one; judgement
_NODE_MM = 5.0  # short axis of an ordinary mediastinal node; judgement
_WEEPING = 0.15  # share of the way to its target that fluid goes in a day; judgement
_EFFUSION_SIDE = 100


@nb.njit(cache=True, nogil=True)
def _draw(
    p: Record, tick: int, kind: int, index: int, centre: float, spread: float, lognormal: float, low: float, high: float
) -> float:
    """Return a number for an opacity of this kind born at this tick; any plan shares it."""
    z = normal(p.key, SHAPE, tick, kind * _PER_KIND + index)
    value = centre * spread**z if lognormal > 0.0 else centre + spread * z
    return min(max(value, low), high)


@nb.njit(cache=True, nogil=True)
def _share(p: Record, tick: int, kind: int, index: int, most: float) -> float:
    """Return how marked a feature is: absent or present by chance ``most``, then 0.5 to 1."""
    u = uniform(p.key, SHAPE, tick, kind * _PER_KIND + index)
    return 0.0 if u >= most else 0.5 + 0.5 * u / most


@nb.njit(cache=True, nogil=True)
def bear(p: Record, opacities: Records, k: Record, kind: int, tick: int, u: float) -> None:
    """Put a new opacity of ``kind`` into a free slot, or in the place of the faintest that has burnt out.

    ``u``, from 0 to 1, chooses its lobe.
    """
    slot = -1
    faintest = _STILL_SEEN_ML
    for i in range(MAX_OPACITIES):
        if opacities[i].label == 0:
            slot = i
            break
        solid = opacities[i].volume_ml * opacities[i].fill
        if opacities[i].activity < _BURNT_OUT and solid < faintest:
            slot = i
            faintest = solid
    if slot < 0:
        return
    o = opacities[slot]
    p.next_label += 1
    o.label = p.next_label
    o.born_tick = tick
    o.kind = kind
    o.form = k.form
    lobe = 0
    while lobe < 4 and u >= k.lobe_share[lobe]:
        u -= k.lobe_share[lobe]
        lobe += 1
    o.lobe = lobe
    o.height = _draw(p, tick, kind, 0, k.height_centre, k.height_spread, k.height_lognormal, 0.02, 0.98)
    o.depth = _draw(p, tick, kind, 1, k.depth_centre, k.depth_spread, k.depth_lognormal, 0.0, 0.9)
    angle = uniform(p.key, ADDRESS, tick, kind * _PER_KIND + 1)
    behind = uniform(p.key, ADDRESS, tick, kind * _PER_KIND + 2) < k.posterior
    o.azimuth = math.pi * (0.55 + 0.5 * angle) if behind else math.pi * 1.15 * angle
    o.bronchocentric = _share(p, tick, kind, 2, k.bronchocentric)
    o.full_volume_ml = _draw(
        p, tick, kind, 3, k.volume_centre, k.volume_spread, k.volume_lognormal, k.volume_low, k.volume_high
    )
    o.pace = _draw(p, tick, kind, 16, 1.0, max(k.pace_spread, 1.0), 1.0, 0.1, 10.0)
    fill = k.fill_centre + k.denser_when_mature * p.maturity_z
    o.full_fill = _draw(p, tick, kind, 4, fill, k.fill_spread, k.fill_lognormal, k.fill_low, k.fill_high)
    o.volume_ml = 0.15 * o.full_volume_ml
    o.fill = 0.3 * o.full_fill
    o.activity = 1.0
    ready = p.ring_u < k.ring
    o.ring_share = 0.0
    if ready and uniform(p.key, SHAPE, tick, kind * _PER_KIND + 5) < 0.5:
        o.ring_share = 0.8 + 0.2 * uniform(p.key, SHAPE, tick, kind * _PER_KIND + 6)
    o.ring = 0.0
    o.rim_mm = _draw(p, tick, kind, 7, k.rim_centre, k.rim_spread, k.rim_lognormal, k.rim_low, k.rim_high)
    o.halo = _share(p, tick, kind, 8, k.halo)
    o.perilobular = 0.0
    if p.perilobular_u < k.perilobular:
        o.perilobular = _share(p, tick, kind, 9, 0.6)
    o.septal = _share(p, tick, kind, 10, k.septal)
    o.nodularity = _share(p, tick, kind, 11, k.nodularity)
    o.tree_in_bud = _share(p, tick, kind, 12, k.tree_in_bud)
    o.reticulation = _share(p, tick, kind, 13, k.reticulation)
    o.cavity = 0.0
    o.honeycomb = 0.0
    o.traction = 0.0
    o.sparing = _share(p, tick, kind, 14, k.sparing)
    o.scar = 0.0


@nb.njit(cache=True, nogil=True)
def first(p: Record, opacities: Records, q: Record, kinds: Records, tick: int) -> None:
    """Bear the opacities with which the illness begins: a whole number of each kind plus a chance of one more.

    Their lobes are spread evenly over the kind's shares, so that what is diffuse begins in every lobe.
    """
    for kind in range(q.kinds):
        count = int(kinds[kind].first)
        if uniform(p.key, FIRST_BIRTH, tick, kind) < kinds[kind].first - count:
            count += 1
        start = uniform(p.key, ADDRESS, tick, kind * _PER_KIND)
        for i in range(count):
            bear(p, opacities, kinds[kind], kind, tick - i, (start + i / count) % 1.0)


@nb.njit(cache=True, nogil=True)
def spread(p: Record, opacities: Records, q: Record, kinds: Records, tick: int, drugs: Array) -> None:
    """Bear this day's new opacities: each kind with a hazard in proportion to what it feeds on."""
    for kind in range(q.kinds):
        k = kinds[kind]
        fed = 0.0
        if k.feed == _DRIVE:
            fed = p.drive
        elif k.feed == _LOAD:
            fed = inflammation_of(p, q)
        elif k.feed == _GROWTH:
            fed = p.growth
        if fed > 0.0 and uniform(p.key, BIRTH, tick, kind) < 1.0 - math.exp(-k.births * fed):
            bear(p, opacities, k, kind, tick, uniform(p.key, ADDRESS, tick, kind * _PER_KIND))
        if k.feed == 0 and embolise(p, q, tick, drugs):
            p.embolus_tick = tick
            bear(p, opacities, k, kind, tick, uniform(p.key, ADDRESS, tick, kind * _PER_KIND))


@nb.njit(cache=True, nogil=True)
def _feed(p: Record, q: Record, o: Record, k: Record, effect: float) -> float:
    """Return the activity of an opacity after this day.

    An opacity with a life of its own burns out; one without, as a field of interstitial disease, follows the drive.
    """
    if k.feed == _LOAD:
        want = min(1.0, 1.3 * inflammation_of(p, q))
        return o.activity + 0.5 * (want - o.activity)
    if k.feed in (_GROWTH, _FIBROSIS):
        return 1.0
    if k.burn_out <= 0.0 and k.feed == _DRIVE:
        return o.activity + _FOLLOWING * (min(1.0, p.drive) - o.activity)
    if k.burn_out <= 0.0:
        return o.activity
    starved = 2.0 - min(1.0, p.drive) if k.feed == _DRIVE else 1.0
    return o.activity * math.exp(-o.pace * starved * (1.0 + k.steroid_quickens * effect) / k.burn_out)


@nb.njit(cache=True, nogil=True)
def _ripen_and_clear(p: Record, o: Record, k: Record, effect: float, pace: float) -> None:
    """Fill and widen while active; melt from the edge and thin out, at the patient's pace, when activity is spent."""
    alive = min(1.0, 1.5 * o.activity)
    size = o.full_volume_ml * (p.growth if k.feed == _GROWTH else 1.0)
    if k.feed == _FIBROSIS:
        size *= 0.3 + 0.7 * p.fibrosis
    ripe = alive * (1.0 - math.exp(-1.0 / k.ripening))
    o.fill += ripe * max(o.full_fill - o.fill, 0.0)
    o.volume_ml += ripe * max(size - o.volume_ml, 0.0)
    if alive > _CALM:
        return
    quick = pace * o.pace * (1.0 - alive) * (1.0 + k.steroid_quickens * effect)
    quick /= 1.0 + k.age_slows * max(p.age_years - 50.0, 0.0) / 20.0
    floor = _LEFT_FILL * o.scar
    o.fill = max(o.fill * math.exp(-k.clearing * quick), min(o.fill, floor))
    least = 0.5 * o.scar * o.full_volume_ml
    o.volume_ml = max(o.volume_ml * math.exp(-k.shrinking * quick), min(o.volume_ml, least))


@nb.njit(cache=True, nogil=True)
def _change_look(p: Record, o: Record, k: Record, tick: int, scarring: float) -> None:
    """Ring, cavity and the marks of fibrosis; ``scarring`` is how readily the patient scars."""
    age_days = (tick - o.born_tick) / TICKS_PER_DAY
    if o.ring_share > 0.0 and age_days > k.ring_after:
        o.ring += (o.ring_share - o.ring) * _RING_STEP
    if k.cavity > 0.0 and uniform(p.key, SHAPE, o.born_tick, o.kind * _PER_KIND + 15) < k.cavity:
        o.cavity = min(0.8, max(o.cavity, (age_days - max(k.ripening, k.cavity_after)) / 30.0))
    o.scar = min(1.0, o.scar + k.scarring * scarring * o.fill * (1.0 - o.scar))
    if k.feed == _FIBROSIS or k.honeycomb > 0.0:
        o.honeycomb = k.honeycomb * p.fibrosis
        o.traction = k.traction * p.fibrosis
    else:
        o.traction = max(o.traction, _TRACTION_FROM_SCAR * k.traction * o.scar)


@nb.njit(cache=True, nogil=True)
def change(p: Record, opacities: Records, q: Record, kinds: Records, b: Record, tick: int) -> None:
    """Carry every opacity through one day, drop those that are gone, and sum what is left."""
    effect = p.steroid_effect
    pace = math.exp(-_MATURE_SLOWS * p.maturity_z)
    scarring = math.exp(_SCAR_SPREAD * p.scar_z)
    burden = 0.0
    film = 0.0
    trace = 0.0
    for i in range(MAX_OPACITIES):
        o = opacities[i]
        if o.label == 0:
            continue
        k = kinds[o.kind]
        o.activity = _feed(p, q, o, k, effect)
        _ripen_and_clear(p, o, k, effect, pace)
        _change_look(p, o, k, tick, scarring)
        if (o.volume_ml < _GONE_ML or o.fill < _GONE_FILL) and o.activity < 0.5:
            o.label = 0
            continue
        solid = o.volume_ml * o.fill * (1.0 - 0.6 * o.ring)
        burden += solid
        if o.fill > b.vitals_film_threshold_fill:
            film += solid
        trace += o.volume_ml
    p.burden_ml = burden
    p.film_ml = film
    p.trace_ml = trace
    p.mosaic = q.pleura_mosaic * min(1.0, p.drive + p.fibrosis)
    ill = p.drive + p.load + min(p.growth, 1.0)
    p.node_mm = _NODE_MM + max(q.pleura_nodes - _NODE_MM, 0.0) * min(1.0, ill)
    _weep(p, q, burden)


@nb.njit(cache=True, nogil=True)
def _weep(p: Record, q: Record, burden_ml: float) -> None:
    """Let pleural fluid follow the illness within days; one side holds most of it."""
    target = 0.0
    if p.effusion_u < q.pleura_effusion:
        cause = p.drive + inflammation_of(p, q)
        if q.thrombus_recurrence > 0.0:
            cause += 0.5 * min(1.0, burden_ml / 20.0)
        target = min(1.0, cause) * q.pleura_effusion_volume_centre * (0.3 + 1.4 * p.effusion_u / q.pleura_effusion)
    left = uniform(p.key, TRAIT, 0, _EFFUSION_SIDE) < 0.5
    p.effusion_left_ml += _WEEPING * ((target if left else 0.3 * target) - p.effusion_left_ml)
    p.effusion_right_ml += _WEEPING * ((0.3 * target if left else target) - p.effusion_right_ml)
