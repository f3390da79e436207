"""Key features read from what was ordered, and nothing hidden: a part of the management dial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from trainer.core.time import DAYS_PER_WEEK
from trainer.knowledge.keyfeature import GOOD, Avoided, Done, KeyFeature, RelapseDose, TaperShape
from trainer.knowledge.marking import Points, Prophylaxis
from trainer.reasoning.item import Item, Moment, share
from trainer.reasoning.taper import Taper

_DOSE_ROUNDING = 0.05  # mg/kg by which a rounded tablet may miss a limit


@dataclass(frozen=True)
class Order:
    """Something that was ordered.

    Parameters
    ----------
    id : str
        Of a test or a treatment, or `OBSERVE`. A course whose every dose is 0 ends a treatment and is no order of it.
    day : int
    event : int
        Number of the event.
    steroid : bool
        Whether it is a course of a glucocorticoid.
    """

    id: str
    day: int
    event: int
    steroid: bool = False


@dataclass(frozen=True, eq=False)
class Log:
    """All that was ordered up to a day.

    Parameters
    ----------
    orders : tuple of Order
        In the order of their events.
    taper : Taper
        What of them is taken, day by day, up to ``until_day`` or as long as is ordered.
    first_course : Taper
        The same of the orders placed before a relapse was noticed.
    weight_kg : float
    until_day : int
        Last day that is judged. What was not done by a later day is not held against anybody yet.
    closing : Moment
        The event that closed the last step; omissions are laid to it.
    relapses : tuple of int
        Days of the visits at which a relapse was noticed.
    names : mapping
        Tests, treatments and diseases to their names.
    """

    orders: tuple[Order, ...]
    taper: Taper
    first_course: Taper
    weight_kg: float
    until_day: int
    closing: Moment
    relapses: tuple[int, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, word: str) -> str:
        """Return how something is called."""
        return self.names.get(word, word)

    def of(self, ids: Iterable[str], from_day: int, until_day: int) -> list[Order]:
        """Return the orders of any of these in a window, its ends included."""
        wanted = frozenset(ids)
        last = min(until_day, self.until_day)
        return [order for order in self.orders if order.id in wanted and from_day <= order.day <= last]

    def steroid_by(self, day: int) -> Moment:
        """Return when the last course of steroid was ordered up to a day, or else the closing."""
        last = [order for order in self.orders if order.steroid and order.day <= day]
        return Moment(last[-1].day, last[-1].event) if last else self.closing


def time_credit(day: int, by_day: int, zero_day: int) -> float:
    """Return the credit for an act by its day: 1 up to ``by_day``, falling evenly to 0 on ``zero_day``."""
    if day <= by_day:
        return 1.0
    return max(0.0, (zero_day - day) / (zero_day - by_day)) if zero_day > by_day else 0.0


def range_credit(value: float, low: float, high: float) -> float:
    """Return 1 within a range, falling evenly to 0 at half its lowest and twice its highest value (judgement)."""
    if value < low:
        return max(0.0, 2.0 * value / low - 1.0)
    return 1.0 if value <= high else max(0.0, 2.0 - value / high)


def key_feature_items(features: Sequence[KeyFeature], log: Log, points: Points) -> list[Item]:
    """Return the items of the key features that can be judged by now.

    Parameters
    ----------
    features : sequence of KeyFeature
    log : Log
    points : Points
        Those of the policy.

    Notes
    -----
    What should be done earns its weight times the credit for its time and shape; what should not be done loses its
    weight, and was nothing to earn. So a further order of what is to be avoided can only lower the sum.
    """
    made = (key_feature_item(feature, log, points) for feature in features)
    return [item for item in made if item is not None]


def key_feature_item(feature: KeyFeature, log: Log, points: Points) -> Item | None:
    """Return the item of one key feature, None while it cannot be judged."""
    judged = _judge(feature, log)
    if judged is None:
        return None
    met, at, said, evidence = judged
    weights = {
        "essential": points.essential, "useful": points.useful, "wasteful": points.wasteful,
        "harmful": points.harmful, "dangerous": points.harmful,
    }  # fmt: skip
    worth = weights[feature.weight].value
    most = worth if feature.weight in GOOD else 0.0
    earned = worth * met if feature.weight in GOOD else 0.0 - worth * met
    return Item(
        f"key-{feature.id}", "management", feature.title, earned, most, at.day, at.event, f"{said} {feature.reason}",
        feature.source, evidence,
    )  # fmt: skip


_Judged = tuple[float, Moment, str, tuple[str, ...]]


def _judge(feature: KeyFeature, log: Log) -> _Judged | None:
    """Return how far a feature is met (0 to 1), when, what is said of it, and what that rests on."""
    match feature:
        case Done():
            return _done(feature, log)
        case Avoided():
            return _avoided(feature, log)
        case TaperShape():
            return _shape(feature, log)
        case RelapseDose():
            return _relapse(feature, log)


def _done(feature: Done, log: Log) -> _Judged | None:
    orders = log.of(feature.any_of, feature.from_day, feature.zero_day)
    if not orders:
        late = log.of(feature.any_of, feature.zero_day + 1, log.until_day)
        if late:
            first = late[0]
            said = f"{log.name(first.id)} was ordered only on day {first.day}; it was due by day {feature.by_day}."
            return 0.0, Moment(first.day, first.event), said, (first.id,)
        if log.until_day < feature.by_day:
            return None
        early = log.of(feature.any_of, 0, feature.from_day - 1)
        said = f"Not ordered, though due by day {feature.by_day}."
        if early:
            said = f"{log.name(early[0].id)} was ordered on day {early[0].day}, too early; not again from day "
            said += f"{feature.from_day} to {feature.by_day}, when it was due."
        return 0.0, log.closing, said, tuple(order.id for order in early)
    first = orders[0]
    at = Moment(first.day, first.event)
    sooner = [o for o in log.of(feature.before, 0, first.day) if o.day < first.day]
    if sooner:
        said = f"{log.name(first.id)} was ordered on day {first.day}"
        said += f", after {log.name(sooner[0].id)} had been started on day {sooner[0].day}."
        return 0.0, at, said, (first.id, sooner[0].id)
    credit = time_credit(first.day, feature.by_day, feature.zero_day)
    late_by = "in time" if credit == 1.0 else f"late: it was due by day {feature.by_day} and earns {share(credit)}"
    return credit, at, f"{log.name(first.id)} was ordered on day {first.day}, {late_by}.", (first.id,)


def _avoided(feature: Avoided, log: Log) -> _Judged | None:
    orders = log.of(feature.any_of, feature.from_day, feature.until_day)
    if not orders:
        return None if log.until_day < feature.from_day else (0.0, log.closing, "Rightly not ordered.", ())
    first = orders[0]
    return 1.0, Moment(first.day, first.event), f"{log.name(first.id)} was ordered on day {first.day}.", (first.id,)


def _shape(feature: TaperShape, log: Log) -> _Judged | None:
    first = log.first_course.first_day
    if first is None or first > log.until_day:
        if log.until_day < feature.by_day:
            return None
        return 0.0, log.closing, f"No steroid was begun, though due by day {feature.by_day}.", ()
    at = log.steroid_by(first)
    if first < feature.from_day:
        return 0.0, at, f"The steroid was begun on day {first}, before day {feature.from_day}.", ()
    per_kg = float(log.first_course.mg[first]) / log.weight_kg
    weeks = log.first_course.course_weeks
    low, high = feature.start_mg_per_kg
    dose = range_credit(per_kg, low - _DOSE_ROUNDING, high + _DOSE_ROUNDING)
    duration = range_credit(weeks, *feature.weeks)
    credit = time_credit(first, feature.by_day, feature.zero_day) * 0.5 * (dose + duration)
    said = f"The steroid was begun on day {first} at {per_kg:.2f} mg/kg and lasts {weeks:.0f} weeks"
    wanted = f"{low:g} to {high:g} mg/kg for {feature.weeks[0]:g} to {feature.weeks[1]:g} weeks by day {feature.by_day}"
    said += "." if credit == 1.0 else f"; {wanted} is what is looked for."
    return credit, at, said, (f"{per_kg:.2f} mg/kg", f"{weeks:.1f} weeks")


def _relapse(feature: RelapseDose, log: Log) -> _Judged | None:
    due = [day for day in log.relapses if day + feature.within_days <= log.until_day]
    if not due:
        return None
    credit_of, doses = [], []  # a dose that is high enough is raised by holding it: a new course where it would fall
    for day in due:
        before = float(log.taper.mg[day - 1]) if 0 < day <= len(log.taper.mg) else 0.0
        after = log.taper.mg[day : day + feature.within_days + 1]
        highest = float(after.max()) if len(after) else 0.0
        ordered = any(o.steroid and day <= o.day <= day + feature.within_days for o in log.orders)
        raised = highest > before or (ordered and before >= feature.least_mg)
        credit_of.append(range_credit(highest, feature.least_mg, feature.most_mg) if raised else 0.0)
        doses.append(highest)
    worst = int(np.argmin(credit_of))
    credit = float(np.mean(credit_of))
    day, dose = due[worst], doses[worst]
    later = [o for o in log.orders if o.steroid and day <= o.day <= day + feature.within_days]
    at = Moment(later[-1].day, later[-1].event) if later else log.closing
    said = f"After the relapse of day {day} the highest dose was {dose:.0f} mg"
    if credit < 1.0:
        wanted = f"{feature.least_mg:g} to {feature.most_mg:g} mg"
        low = dose < feature.least_mg or (credit_of[worst] == 0.0 and dose <= feature.most_mg)
        said += f"; the steroid was not raised, {wanted} is what is looked for" if low else f"; {wanted} is enough"
    said += "."
    return credit, at, said, (f"{dose:.0f} mg",)


def prophylaxis_demanded(rule: Prophylaxis, taper: Taper, defects: Sequence[str]) -> bool:
    """Return whether a policy demands prophylaxis under what is taken.

    Parameters
    ----------
    rule : Prophylaxis
    taper : Taper
    defects : sequence of str
        What else is known to lower the patient's defence: findings that were seen, drugs that are given.
    """
    if rule.second_defect and not defects:
        return False
    return taper.longest_at(rule.from_mg.value) > rule.weeks.value * DAYS_PER_WEEK


def bare_days(rule: Prophylaxis, taper: Taper) -> int:
    """Return the days at the policy's dose or more that no prophylaxis covers."""
    return int(((taper.mg >= rule.from_mg.value) & ~taper.covered).sum())


def prophylaxis_item(
    rule: Prophylaxis | None, log: Log, defects: Sequence[str], points: Points, features: Sequence[KeyFeature]
) -> Item | None:
    """Return what is lost by leaving out a prophylaxis that the learner's own orders call for.

    It is a duty that comes with the steroid: it can lose the points of an essential act, and earns none, so that
    nobody gains by giving a steroid. None where there is nothing to judge, or where a key feature of the case asks
    for it already.

    Parameters
    ----------
    rule : Prophylaxis or None
        None where the policy has none.
    log : Log
    defects : sequence of str
        As for `prophylaxis_demanded`.
    points : Points
    features : sequence of KeyFeature
        Of the case.
    """
    if rule is None or not prophylaxis_demanded(rule, log.taper, defects):
        return None
    if any(isinstance(f, Done) and set(f.any_of) & set(rule.drugs) for f in features):
        return None
    bare = bare_days(rule, log.taper)
    at = log.steroid_by(log.until_day)
    days = log.taper.days_at(rule.from_mg.value)
    reason = (
        f"{days} days at {rule.from_mg.value:g} mg or more, {bare} of them without prophylaxis against Pneumocystis."
    )
    slack, whole = rule.slack.value, rule.weeks.value * DAYS_PER_WEEK
    gone = min(1.0, max(0.0, bare - slack) / max(1.0, whole - slack))
    if gone > 0.0:
        reason += (
            f" This policy asks for it from {rule.from_mg.value:g} mg for {rule.weeks.value:g} weeks on; it cuts "
            f"Pneumocystis pneumonia to about a fourteenth (Park 2018)."
        )
    lost = points.essential.value * gone
    return Item("prophylaxis", "management", rule.title, 0.0 - lost, 0.0, at.day, at.event, reason, rule.source)
