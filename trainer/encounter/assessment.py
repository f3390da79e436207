"""From a run to its score: what was stated and ordered at each step, against what could be known then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from trainer.core.error import BadInput
from trainer.encounter import chart, sight
from trainer.encounter.event import Advanced, Ended
from trainer.encounter.mind import Mind
from trainer.encounter.orderlog import charges_of, known_of, log_of
from trainer.encounter.run import Numbered
from trainer.encounter.session import Session
from trainer.encounter.situation import Situation, situation_of
from trainer.knowledge.case import Step
from trainer.knowledge.marking import Marking
from trainer.knowledge.policy import Policy
from trainer.knowledge.statement import Belief, Citation, Forecast, Read
from trainer.reasoning.belief import belief_item
from trainer.reasoning.citation import Chart, evidence_items, nothing_cited
from trainer.reasoning.decision import Choice, decision_item
from trainer.reasoning.dial import ScoreSheet, score_sheet
from trainer.reasoning.economy import Charge, economy_items
from trainer.reasoning.forecast import forecast_item
from trainer.reasoning.gate import Stretch, pulse_item, safety_gates, safety_items, unheeded_item
from trainer.reasoning.item import Item, Moment
from trainer.reasoning.keyfeature import key_feature_items, prophylaxis_item
from trainer.reasoning.mark import Slices, block_about, lesion_at, mark_item
from trainer.reasoning.observer import Expected
from trainer.reasoning.reading import perception_items, response_items

S = TypeVar("S", Read, Belief, Citation, Forecast)
Draw = Callable[[Session, int], Slices]
"""Gives the CT series of a day of an encounter."""

Weigh = Callable[[Mind, Situation, Situation, int], Choice]
"""Weighs the orders of a stop: the mind, where the stop began, where it was closed, and the next visit."""


@dataclass(frozen=True)
class Stop:
    """The clock at one place.

    Parameters
    ----------
    before : Situation
        As the clock came to stand.
    after : Situation
        Before it was moved on.
    closing : Moment
        The event that moved it on or closed the case, or else the last one.
    next_day : int or None
        To which it was to be moved on; None if the case was closed.
    """

    before: Situation
    after: Situation
    closing: Moment
    next_day: int | None


@dataclass(frozen=True)
class Played:
    """A step of the case as it was played.

    Parameters
    ----------
    step : Step
    stops : tuple of Stop
        None where the clock was moved past it.
    skipped : Moment or None
        The event that did so, or that closed the case before it.
    """

    step: Step
    stops: tuple[Stop, ...]
    skipped: Moment | None = None

    @property
    def closing(self) -> Moment:
        """The event that a loss by omission is laid to."""
        if self.stops:
            return self.stops[-1].closing
        assert self.skipped is not None
        return self.skipped

    def said(self, kind: type[S]) -> list[tuple[int, S]]:
        """Return the statements of a kind made in the step, with their event numbers."""
        if not self.stops:
            return []
        begin = self.stops[0].before.last_event
        return [(n, s) for n, s in self.stops[-1].after.said(kind) if n > begin]


def stops_of(events: Sequence[Numbered], place: Situation) -> list[Stop]:
    """Return where the clock stood, in order.

    Parameters
    ----------
    events : sequence of tuple
        Those that count, with their numbers.
    place : Situation
        Where the case begins.
    """
    found, before, now = [], place, place
    for number, event in events:
        if isinstance(event, Advanced | Ended):
            ahead = event.to_day if isinstance(event, Advanced) else None
            found.append(Stop(before, now, Moment(now.day, number), ahead))
            before = now.after((number, event))
        now = now.after((number, event))
    if not now.over:
        found.append(Stop(before, now, Moment(now.day, now.last_event), None))
    return found


def played(steps: Sequence[Step], stops: Sequence[Stop], last: Situation) -> list[Played]:
    """Return each step that has begun by now, or that was left out, with its stops."""
    found = []
    died = any(one.kind == "death" for _, _, why in last.stops for one in why)
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        until = after.day if after is not None else None
        own = tuple(s for s in stops if s.before.day >= step.day and (until is None or s.before.day < until))
        if own:
            found.append(Played(step, own))
            continue
        passed = next((s for s in stops if s.before.day < step.day and _leaps(s, step.day, stops)), None)
        if passed is not None or (last.over and not died):
            closing = passed.closing if passed is not None else stops[-1].closing
            found.append(Played(step, (), closing))
    return found


def _leaps(stop: Stop, day: int, stops: Sequence[Stop]) -> bool:
    """Return whether the clock went from this stop to beyond a day."""
    later = [s.before.day for s in stops if s.before.last_event > stop.before.last_event]
    return bool(later) and later[0] > day


def _lead(beliefs: Sequence[Belief]) -> str | None:
    """Return what the last of some differentials gives most, None where there is none."""
    return max(beliefs[-1].shares.items(), key=lambda share: share[1])[0] if beliefs else None


_NOTHING = Expected(better=0.0, same=1.0, worse=0.0, relapse=0.0)  # what an unstated forecast is not held against


class Assessment:
    """Scores one branch of a run.

    Parameters
    ----------
    mind : Mind
        Of the session, which stands on this branch.
    policy : Policy
    weigh : callable
        Weighs the orders of a stop against the acts on the table.
    reference : sequence of Charge
        What the textbook plan spends on the same patient by the same day.
    draw : callable, optional
        Gives the CT of a day; needed only if the learner has set marks.
    """

    def __init__(
        self, mind: Mind, policy: Policy, weigh: Weigh, reference: Sequence[Charge], draw: Draw | None = None
    ) -> None:
        self._mind, self._session, self._draw = mind, mind.session, draw
        self._policy, self._weigh, self._reference = policy, weigh, reference
        library = self._session.engine.library
        self._names = {
            thing: known.name
            for table in (library.findings, library.diseases, library.tests, library.treatments)
            for thing, known in table.items()
        }
        self._prior = policy.case_mix

    @property
    def _marking(self) -> Marking:
        return self._policy.marking

    def sheet(self) -> ScoreSheet:
        """Return the score."""
        session = self._session
        begin = situation_of((), session.place)
        stops = stops_of(session.events, begin)
        steps = played(session.case.steps, stops, session.now)
        items: list[Item] = []
        before: dict[str, float] | None = None
        for one in steps:
            items += self._read_items(one)
            items += self._belief_items(one, before)
            items += self._evidence_items(one) + self._forecast_items(one) + self._decision_items(one)
            stated = one.said(Belief)
            before = dict(stated[-1][1].shares) if stated else before
        return self._with_orders(items, stops)

    def _with_orders(self, items: list[Item], stops: Sequence[Stop]) -> ScoreSheet:
        session, marking = self._session, self._marking
        closing = stops[-1].closing
        log = log_of(session, closing)
        stretches = tuple(self._stretch(stop, following) for stop, following in pairwise([*stops, None]) if stop)
        known = known_of(session, stretches, marking.safety)
        features = key_feature_items(session.case.key_features, log, marking.points)
        covered = prophylaxis_item(
            marking.safety.prophylaxis, log, known.defects, marking.points, session.case.key_features
        )
        gates = safety_gates(marking.safety, log, known, session.case.key_features, features)
        pulse = pulse_item(marking.safety, log, known)
        unheeded = unheeded_item(marking.safety, log, known, session.case.key_features)
        items += features + [extra for extra in (covered, unheeded, pulse) if extra is not None]
        items += safety_items(marking.safety, gates, session.case.key_features, features)
        items += economy_items(charges_of(session, session.now.day), self._reference, marking.economy, closing)
        return score_sheet(items, gates, marking)

    def _stretch(self, stop: Stop, following: Stop | None) -> Stretch:
        until = following.before.day - 1 if following is not None else max(stop.before.day, self._session.now.day)
        return Stretch(stop.before.day, max(until, stop.before.day), self._mind.posterior(stop.after).shares)

    def _belief_items(self, one: Played, before: dict[str, float] | None) -> list[Item]:
        if "belief" not in one.step.asks:
            return []
        stated = one.said(Belief)
        marking = self._marking.reasoning
        if not stated:
            at = Moment(one.step.day, one.closing.event)
            return [belief_item(None, {}, self._prior, marking, at, self._names)]
        items = []
        for number, belief in stated:
            reference = self._mind.posterior(self._at(number)).shares
            at = Moment(belief.day, number)
            items.append(belief_item(belief.shares, reference, self._prior, marking, at, self._names, before))
            before = dict(belief.shares)
        return items

    def _at(self, number: int) -> Situation:
        """Return where the encounter stood when an event came."""
        return situation_of([(n, e) for n, e in self._session.events if n < number], self._session.place)

    def _evidence_items(self, one: Played) -> list[Item]:
        if "evidence" not in one.step.asks:
            return []
        cited = one.said(Citation)
        marking, at = self._marking.reasoning, Moment(one.step.day, one.closing.event)
        if not cited:
            if not one.stops:
                return [nothing_cited(at)]
            lead = _lead([belief for _, belief in one.said(Belief)])
            return evidence_items([], lead, self._chart(one.stops[-1].after), marking, at)
        items = []
        for day in dict.fromkeys(citation.day for _, citation in cited):
            number = max(n for n, citation in cited if citation.day == day)
            now = self._at(number)
            beliefs = [belief for _, belief in now.said(Belief) if belief.day == day]
            lead = _lead(beliefs)
            own = [citation for _, citation in cited if citation.day == day]
            items += evidence_items(own, lead, self._chart(now), marking, Moment(day, number))
        return items

    def _chart(self, now: Situation) -> Chart:
        """Return what could be cited where the encounter stood."""
        return Chart(self._mind.posterior(now).evidence, self._mind.seen(now), self._names, self._mind.shown(now))

    def _forecast_items(self, one: Played) -> list[Item]:
        if "forecast" not in one.step.asks:
            return []
        stated, marking = one.said(Forecast), self._marking.reasoning
        if not stated:
            ahead = not one.stops or any(stop.next_day is not None for stop in one.stops)
            at = Moment(one.step.day, one.closing.event)
            return [forecast_item(None, _NOTHING, marking, at)] if ahead else []
        items = []
        for number, forecast in stated:
            stop = next(s for s in reversed(one.stops) if s.before.last_event < number)
            if stop.next_day is not None:
                expected = self._mind.expected(stop.after, stop.next_day)
                items.append(forecast_item(forecast, expected, marking, Moment(forecast.day, number)))
        return items

    def _decision_items(self, one: Played) -> list[Item]:
        """Return the items of the step's first stop, and of those at which a drug or an invasive test was ordered."""
        items = []
        for index, stop in enumerate(one.stops):
            turning = [b.event for b in stop.after.begun[len(stop.before.begun) :]]
            tests = self._session.engine.library.tests
            turning += [o.event for o in stop.after.tests[len(stop.before.tests) :] if tests[o.request.test].invasive]
            if stop.next_day is None or not (index == 0 or turning):
                continue
            choice = self._weigh(self._mind, stop.before, stop.after, stop.next_day)
            at = Moment(stop.before.day, max(turning, default=stop.closing.event))
            items.append(decision_item(choice, self._marking.points, at))
        return items

    def _read_items(self, one: Played) -> list[Item]:
        if "read" not in one.step.asks or not one.stops:
            return []
        items: list[Item] = []
        now = one.stops[-1].after
        days = sight.scan_days(chart.pictures(self._session.engine.library, now.tests, now.day))
        first = one.stops[0].before.day
        for day in (d for d in days if d >= first):
            earlier = [d for d in days if d < day]
            seen = sight.sight_of(self._session, day, earlier[-1] if earlier else None)
            reads = [(n, read) for n, read in now.said(Read) if read.day == day]
            read = reads[-1][1] if reads else None
            at = Moment(day, reads[-1][0] if reads else one.closing.event)
            items += perception_items(read, seen, self._marking.perception, at)
            items += response_items(read, seen, self._marking.perception, at)
            if read is not None and read.marks:
                items.append(self._mark_item(read, at))
        return items

    def _mark_item(self, read: Read, at: Moment) -> Item:
        """Return the item of the marks of a read; only for this is the chest built."""
        if self._draw is None:
            raise BadInput("the run has marks in its CTs; they can only be scored where the chest can be drawn")
        series = self._draw(self._session, read.day)
        marking = self._marking.perception
        radius = marking.radius_mm.value
        found = [lesion_at(mark, block_about(series, mark, radius), radius) for mark in read.marks]
        opacities = self._session.chest(read.day).opacities
        weights = {int(o["label"]): float(o["volume_ml"] * o["fill"]) for o in opacities}
        return mark_item(found, weights, marking, at)
