"""The safety dial: gates that nothing buys back, judged on what could be known when it was done.

Nothing of the hidden truth enters, and no luck: a gate is failed by the act, whether or not harm came of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.core.time import DAYS_PER_WEEK
from trainer.knowledge.keyfeature import OBSERVE, Avoided, KeyFeature
from trainer.knowledge.marking import Hypoxaemia, Infection, Prophylaxis, Safety, UncoveredSteroid
from trainer.knowledge.number import JUDGEMENT
from trainer.knowledge.treatment import Channel
from trainer.reasoning.item import Item, Moment, inline, share
from trainer.reasoning.keyfeature import Log, bare_days, prophylaxis_demanded


@dataclass(frozen=True)
class Gate:
    """One safety gate.

    Parameters
    ----------
    id, title : str
    failed : bool
    reason : str
    day : int
    event : int
        Number of the event at which it was failed, or of what closed the step at which it was passed.
    source : str
    """

    id: str
    title: str
    failed: bool
    reason: str
    day: int
    event: int
    source: str = JUDGEMENT

    def as_json(self) -> dict[str, object]:
        """Return what a score lists of a gate."""
        return {"id": self.id, "failed": self.failed, "reason": self.reason}


@dataclass(frozen=True)
class Stretch:
    """The days that a step decides on, with what could be known when it was closed.

    Parameters
    ----------
    day, until_day : int
        The step's day, and the last one before the next.
    posterior : mapping
        The observer's, disease to share.
    """

    day: int
    until_day: int
    posterior: Mapping[str, float]


@dataclass(frozen=True)
class Saturation:
    """An oxygen saturation that the learner had been shown, in percent."""

    day: int
    event: int
    percent: float


@dataclass(frozen=True, eq=False)
class Known:
    """What the gates are judged on, beside the orders.

    Parameters
    ----------
    drugs : numpy.ndarray
        What is taken on each day as ordered, shape (days, len(Channel)).
    stretches : tuple of Stretch
    saturations : tuple of Saturation
    deteriorations : tuple of Moment
        When the learner was told that the patient got worse.
    defects : tuple of str
        As for `prophylaxis_demanded`.
    """

    drugs: np.ndarray
    stretches: tuple[Stretch, ...] = ()
    saturations: tuple[Saturation, ...] = ()
    deteriorations: tuple[Moment, ...] = ()
    defects: tuple[str, ...] = ()


def safety_gates(
    safety: Safety, log: Log, known: Known, features: Sequence[KeyFeature], items: Sequence[Item]
) -> list[Gate]:
    """Return all gates of a run: those of the policy, and one for each dangerous key feature.

    Parameters
    ----------
    safety : Safety
    log : Log
    known : Known
    features : sequence of KeyFeature
        Of the case.
    items : sequence of Item
        What `key_feature_items` made of them.
    """
    gates: list[Gate] = []
    if safety.uncovered_steroid is not None:
        rule = safety.uncovered_steroid
        gates += [_uncovered(rule, disease, kind, log, known) for disease, kind in rule.infections.items()]
    if safety.prophylaxis is not None:
        gates.append(_prophylaxis(safety.prophylaxis, log, known))
    if safety.abrupt_stop is not None:
        stop = safety.abrupt_stop
        gates.append(_abrupt(stop.title, stop.weeks.value, stop.from_mg.value, log))
    if safety.hypoxaemia is not None:
        gates.append(_hypoxaemia(safety.hypoxaemia, log, known))
    return gates + _dangers(features, items)


def safety_items(
    safety: Safety, gates: Sequence[Gate], features: Sequence[KeyFeature], items: Sequence[Item]
) -> list[Item]:
    """Return the items of the safety dial: one for each gate, and one for each harmful key feature that was done.

    The parameters are as for `safety_gates`. The points are shares of the dial.
    """
    worth, harm = safety.failed_gate.value, safety.harm.value
    made = [
        Item(
            f"gate-{gate.id}", "safety", gate.title, 0.0 if gate.failed else worth, worth, gate.day, gate.event,
            gate.reason, gate.source,
        )
        for gate in gates
    ]  # fmt: skip
    harmful = {f"key-{feature.id}" for feature in features if feature.weight == "harmful"}
    return made + [
        Item(f"harm-{i.id}", "safety", i.title, -harm, 0.0, i.day, i.event, i.reason, i.source, i.evidence)
        for i in items
        if i.id in harmful and i.points < 0.0
    ]


def unheeded_item(safety: Safety, log: Log, known: Known, features: Sequence[KeyFeature]) -> Item | None:
    """Return what is lost by leaving a deterioration without an answer; None where there is nothing to judge.

    What the case says to avoid is no answer, and neither is waiting. It is a harm and no gate: whether there is a
    deterioration to answer is chance. The parameters are as for `safety_gates`.
    """
    rule = safety.unheeded
    if rule is None:
        return None
    no_answer = {OBSERVE} | {word for f in features if isinstance(f, Avoided) for word in f.any_of}
    for call in known.deteriorations:
        last = call.day + int(rule.within_days.value)
        answers = [o for o in log.orders if o.id not in no_answer and o.event > call.event]
        if log.until_day >= last and not any(o.day <= last for o in answers):
            reason = f"The patient got worse on day {call.day}, and nothing was ordered in {last - call.day} days."
            return Item(
                "unheeded", "safety", rule.title, -safety.harm.value, 0.0, call.day, call.event, reason, JUDGEMENT
            )
    return None


def pulse_item(safety: Safety, log: Log, known: Known) -> Item | None:
    """Return what is lost by a pulse of steroid without need; None where there was none. A harm and no gate."""
    rule = safety.pulse
    if rule is None:
        return None
    for day in np.flatnonzero(log.taper.mg[: log.until_day + 1] >= rule.from_mg.value).tolist():
        at = log.steroid_by(day)
        shown = [reading.percent for reading in known.saturations if reading.event < at.event]
        worse = any(
            call.event < at.event and at.day - call.day <= rule.within_days.value for call in known.deteriorations
        )
        if not worse and not (shown and shown[-1] < rule.below.value):
            reason = (
                f"{log.taper.mg[day]:.0f} mg of prednisolone equivalent on day {day}, with no saturation below "
                f"{rule.below.value:g} % and no recent deterioration: a pulse adds harm and nothing else."
            )
            return Item("pulse", "safety", rule.title, -safety.harm.value, 0.0, at.day, at.event, reason, JUDGEMENT)
    return None


def _uncovered(rule: UncoveredSteroid, disease: str, kind: Infection, log: Log, known: Known) -> Gate:
    """A steroid needs cover from its first day in every stretch at whose start the infection was likely."""
    name, dose = inline(log.name(disease)), f"{rule.from_mg.value:g} mg or more"
    title, least = f"{rule.title}: {name}", share(kind.threshold.value)
    cover = known.drugs[:, [Channel[channel.upper()] for channel in kind.channels]].max(axis=1) > 0.0
    high = known.drugs[:, Channel.GLUCOCORTICOID] >= rule.from_mg.value
    for stretch in known.stretches:
        chance = stretch.posterior.get(disease, 0.0)
        days = slice(stretch.day, min(stretch.until_day, log.until_day) + 1)
        begun = np.maximum.accumulate(cover[days]) if len(cover[days]) else cover[days]
        bare = np.flatnonzero(high[days] & ~begun)
        if chance >= kind.threshold.value and len(bare):
            day = stretch.day + int(bare[0])
            at = log.steroid_by(day)
            reason = (
                f"A steroid of {dose} was given on day {day} with nothing against {name}, which from what was known on "
                f"day {stretch.day} had a chance of {share(chance)}; from {least} on it needs cover."
            )
            return Gate(f"steroid-in-{disease}", title, True, reason, at.day, at.event)
    reason = f"No steroid of {dose} was given without cover while the chance of {name} was {least} or more."
    return Gate(f"steroid-in-{disease}", title, False, reason, log.closing.day, log.closing.event)


def _prophylaxis(rule: Prophylaxis, log: Log, known: Known) -> Gate:
    bare = bare_days(rule, log.taper)
    demanded = prophylaxis_demanded(rule, log.taper, known.defects)
    failed = demanded and bare >= rule.gate_weeks.value * DAYS_PER_WEEK
    at = log.steroid_by(log.until_day) if failed else log.closing
    days = f"{log.taper.days_at(rule.from_mg.value)} days at {rule.from_mg.value:g} mg or more"
    reason = f"{days}: this policy asks for no prophylaxis here."
    if demanded:
        reason = f"{days}, {bare} of them without prophylaxis against Pneumocystis."
    return Gate("prophylaxis", rule.title, failed, reason, at.day, at.event, rule.source)


def _abrupt(title: str, weeks: float, from_mg: float, log: Log) -> Gate:
    day = log.taper.abrupt_stop(weeks, from_mg)
    if day is None or day > log.until_day:
        reason = f"No steroid taken for more than {weeks:g} weeks was stopped at once from {from_mg:g} mg or more."
        return Gate("abrupt-stop", title, False, reason, log.closing.day, log.closing.event)
    at = log.steroid_by(day)
    reason = (
        f"On day {day} the steroid ended at once from {log.taper.mg[day - 1]:.0f} mg after more than {weeks:g} weeks: "
        f"the adrenals may not follow."
    )
    return Gate("abrupt-stop", title, True, reason, at.day, at.event)


def _hypoxaemia(rule: Hypoxaemia, log: Log, known: Known) -> Gate:
    for order in log.orders:
        limit = rule.below.get(order.id)
        shown = [reading for reading in known.saturations if reading.event < order.event]
        if limit is not None and shown and shown[-1].percent < limit.value:
            last = shown[-1]
            reason = (
                f"{log.name(order.id)} was ordered on day {order.day} with a saturation of {last.percent:.0f} % on "
                f"day {last.day}; below {limit.value:g} % it is too dangerous."
            )
            return Gate("hypoxaemia", rule.title, True, reason, order.day, order.event)
    reason = "No biopsy was ordered in the face of a low saturation."
    return Gate("hypoxaemia", rule.title, False, reason, log.closing.day, log.closing.event)


def _dangers(features: Sequence[KeyFeature], items: Sequence[Item]) -> list[Gate]:
    by_id = {item.id: item for item in items}
    judged = [by_id.get(f"key-{f.id}") for f in features if f.weight == "dangerous"]
    return [
        Gate(item.id, item.title, item.points < 0.0, item.reason, item.day, item.event or 0, item.source)
        for item in judged
        if item is not None
    ]
