"""From a run to its score: what was stated and ordered at each step, against what could be known then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from trainer.core.error import BadInput
from trainer.encounter import chart, sight
from trainer.encounter.mind import Mind
from trainer.encounter.orderlog import charges_of, known_of, log_of
from trainer.encounter.played import Played, Stop, played, stops_of
from trainer.encounter.session import Session
from trainer.encounter.situation import Situation, situation_of
from trainer.encounter.weighing import Weighing
from trainer.knowledge.marking import Marking
from trainer.knowledge.policy import Policy
from trainer.knowledge.statement import Belief, Citation, Forecast, Read
from trainer.reasoning.belief import belief_item
from trainer.reasoning.citation import Chart, evidence_items, nothing_cited
from trainer.reasoning.decision import Choice, decision_item
from trainer.reasoning.dial import ScoreSheet, score_sheet
from trainer.reasoning.economy import Charge, economy_items
from trainer.reasoning.forecast import forecast_item
from trainer.reasoning.gate import Gate, Stretch, pulse_item, safety_gates, safety_items, unheeded_item
from trainer.reasoning.item import Item, Moment
from trainer.reasoning.keyfeature import key_feature_items, prophylaxis_item
from trainer.reasoning.mark import Slices, block_about, lesion_at, mark_item
from trainer.reasoning.observer import FINDING_OF_COLUMN, Expected
from trainer.reasoning.reading import perception_items, response_items

Draw = Callable[[Session, int], Slices]
"""Gives the CT series of a day of an encounter."""


_NOTHING = Expected(better=0.0, same=1.0, worse=0.0, relapse=0.0)  # what an unstated forecast is not held against


class Assessment:
    """Scores one branch of a run.

    Parameters
    ----------
    mind : Mind
        Of the session, which stands on this branch.
    policy : Policy
    weighing : Weighing
        Weighs the orders of a stop against the acts on the table.
    reference : sequence of Charge
        What the textbook plan spends on the same patient by the same day.
    draw : callable, optional
        Gives the CT of a day; needed only if the learner has set marks.
    """

    def __init__(
        self, mind: Mind, policy: Policy, weighing: Weighing, reference: Sequence[Charge], draw: Draw | None = None
    ) -> None:
        self._mind, self._session, self._draw = mind, mind.session, draw
        self._policy, self._weighing, self._reference = policy, weighing, reference
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
        stops, steps = self._steps()
        items: list[Item] = []
        before: dict[str, float] | None = None
        for one in steps:
            items += self._read_items(one)
            items += _one_of(self._belief_items(one, before))
            items += self._evidence_items(one) + _one_of(self._forecast_items(one)) + self._decision_items(one)
            stated = one.said(Belief)
            before = dict(stated[-1][1].shares) if stated else before
        return self._with_orders(items, stops)

    def _steps(self) -> tuple[list[Stop], list[Played]]:
        session = self._session
        stops = stops_of(session.events, situation_of((), session.place))
        return stops, played(session.case.steps, stops, session.now)

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
        told = [one if isinstance(one, str) else one.finding for one in self._session.case.told]
        return Chart(
            self._mind.posterior(now).evidence,
            self._mind.seen(now),
            self._names,
            self._mind.shown(now),
            {FINDING_OF_COLUMN.get(name, name) for name in told},
        )

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
        found = []
        for stop, at in self._deciding(one):
            found.append(decision_item(self._choice(stop), self._marking.points, at))
        return found

    def _choice(self, stop: Stop) -> Choice:
        return self._weighing(self._mind, stop.before, stop.after, stop.next_day)

    def _deciding(self, one: Played) -> Iterator[tuple[Stop, Moment]]:
        """Yield the step's first stop, and those at which a drug or an invasive test was ordered."""
        tests = self._session.engine.library.tests
        for index, stop in enumerate(one.stops):
            turning = [b.event for b in stop.after.begun[len(stop.before.begun) :]]
            turning += [o.event for o in stop.after.tests[len(stop.before.tests) :] if tests[o.request.test].invasive]
            if stop.next_day is not None and (index == 0 or turning):
                yield stop, Moment(stop.before.day, max(turning, default=stop.closing.event))

    def weighed(self) -> Iterator[tuple[Stop, Choice, float]]:
        """Yield each stop whose orders are weighed, with the choice and the luck, as each is worked out."""
        for one in self._steps()[1]:
            for stop, _ in self._deciding(one):
                yield stop, self._choice(stop), self._weighing.luck(self._mind, stop.before, stop.after)

    def gates(self) -> tuple[Gate, ...]:
        """Return the safety gates, as far as the run has come."""
        return self._with_orders([], self._steps()[0]).gates

    def answers(self, since: int) -> list[Item]:
        """Return the items of what was stated and decided after an event; what is still missing is left out."""
        items: list[Item] = []
        before: dict[str, float] | None = None
        for one in self._steps()[1]:
            read = {read.day for n, read in one.said(Read) if n > since}
            found = [item for item in self._read_items(one) if item.day in read] if read else []
            found += self._belief_items(one, before) if one.said_since(Belief, since) else []
            found += self._evidence_items(one) if one.said_since(Citation, since) else []
            found += self._forecast_items(one) if one.said_since(Forecast, since) else []
            found += self._decision_items(one) if one.closing.event > since else []
            items += [item for item in found if item.event is not None and item.event > since]
            stated = one.said(Belief)
            before = dict(stated[-1][1].shares) if stated else before
        return items

    def luck(self) -> list[tuple[int, float]]:
        """Return the day of each choice and how many points better it fared than could be expected; never scored."""
        return [(stop.before.day, luck) for stop, _, luck in self.weighed()]

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


def _lead(beliefs: Sequence[Belief]) -> str | None:
    """Return what the last of some differentials gives most, None where there is none."""
    return max(beliefs[-1].shares.items(), key=lambda share: share[1])[0] if beliefs else None


def _one_of(items: Sequence[Item]) -> list[Item]:
    """Return the items of one step as their mean, under the reason of the worst: saying more weighs no more."""
    if len(items) < 2:
        return list(items)
    worst = min(items, key=lambda item: item.points)
    mean = sum(item.points for item in items) / len(items)
    told = f"The mean of {len(items)} in this step; the worst: {worst.reason}"
    return [replace(worst, points=mean, reason=told)]
