"""The orders of a stop, weighed against the other acts on the table, on what could be known."""

from __future__ import annotations

from trainer.encounter import chart
from trainer.encounter.mind import Mind, standing
from trainer.encounter.situation import Situation
from trainer.knowledge.statement import Belief
from trainer.reasoning.decision import Choice
from trainer.reasoning.sample import FULL, Effort
from trainer.reasoning.value import OWN, Appraiser, Orders, Values, regret_of


class Weighing:
    """Weighs the orders of stops.

    Parameters
    ----------
    appraiser : Appraiser
    effort : Effort
        How many patients are imagined.
    """

    def __init__(self, appraiser: Appraiser, effort: Effort = FULL) -> None:
        self._appraiser, self._effort = appraiser, effort

    def values(self, mind: Mind, before: Situation, after: Situation) -> Values:
        """Return what each act on the table, and what was ordered, was worth at a stop.

        Parameters
        ----------
        mind : Mind
        before, after : Situation
            As the clock came to stand, and before it was moved on.
        """
        stated = _stated(after)
        shares = mind.posterior(after).shares
        thought_of = frozenset(
            d for d, share in stated.items() if share >= self._effort.share > shares.get(d, 0.0)
        )  # what is likely is imagined in any case
        key = ("values", standing(before), standing(after), thought_of, self._effort)
        return mind.remembered(key, lambda: self._weigh(mind, before, after, stated))

    def _weigh(self, mind: Mind, before: Situation, after: Situation, stated: dict[str, float]) -> Values:
        posterior, orders = mind.posterior(after), _orders(mind, before, after)
        imagined = mind.observer.imagined
        return self._appraiser.values(imagined, posterior, before.courses, orders, after.day, self._effort, stated)

    def __call__(self, mind: Mind, before: Situation, after: Situation, next_day: int | None) -> Choice:
        """Return the choice at a stop with its regret; the parameters are as for `values`."""
        found = self.values(mind, before, after)
        judged = regret_of(found, _stated(after) or dict(mind.posterior(after).shares))
        own, title = found.own, _own_title(mind, before, after, next_day)
        return Choice(
            own=title,
            best=found.titles[judged.regret.best] if judged.regret.best != own else title,
            total=judged.regret.total,
            belief=judged.regret.belief,
            act=judged.regret.act,
            reach=judged.regret.reach,
            standard_error=float(found.standard_error[own]),
            equally_right=judged.right,
        )

    def luck(self, mind: Mind, before: Situation, after: Situation) -> float:
        """Return how much better the orders fared in this very patient than could be expected; never scored."""
        found = self.values(mind, before, after)
        orders = _orders(mind, before, after)
        state = mind.session.bedside.state(after.day)
        truth = self._appraiser.in_truth(state, before.courses, orders, after.day)
        return truth[OWN] - float(found.expected[found.own])


def _stated(now: Situation) -> dict[str, float]:
    beliefs = now.said(Belief)
    return dict(beliefs[-1][1].shares) if beliefs else {}


def _orders(mind: Mind, before: Situation, after: Situation) -> Orders:
    """Return the courses that run and begin, and the tests of the stop or still without a result."""
    library = mind.session.engine.library
    waiting, known = [], set()
    for ordered in after.tests:
        request = ordered.request
        there = chart.known_day(library.tests[request.test], request.day) <= after.day
        if there and ordered.event <= before.last_event:
            known.add(request.test)
        else:
            waiting.append(request.test)
    return Orders(courses=after.courses, tests=tuple(dict.fromkeys(waiting)), answered=frozenset(known))


def _own_title(mind: Mind, before: Situation, after: Situation, next_day: int | None) -> str:
    """Return what was ordered at a stop in a few words."""
    library = mind.session.engine.library
    tests = [library.tests[o.request.test] for o in after.tests[len(before.tests) :]]
    invasive = [test.name for test in tests if test.invasive]
    given = [library.treatments[b.course.give].name for b in after.begun[len(before.begun) :]]
    words = list(dict.fromkeys([*given, *invasive]))
    if len(tests) > len(invasive):
        words.append("tests")
    return f"{', '.join(words)} and a visit on day {next_day}" if words else f"waiting until day {next_day}"
