"""What is thought and not yet said: the draft of a step, and the commands that it comes to. Knows no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from trainer.encounter.event import (
    BeliefStated,
    Command,
    CourseStarted,
    CourseStopped,
    Event,
    EvidenceCited,
    ForecastStated,
    Moved,
    ReadStated,
    TestOrdered,
    WaitingChosen,
)
from trainer.encounter.objection import objection_to
from trainer.encounter.session import Session
from trainer.encounter.situation import Situation
from trainer.knowledge.statement import Belief, Change, Citation, Mark, Read, Trend, Zone
from trainer.ui.step.differential import Differential
from trainer.ui.step.prospect import Prospect
from trainer.ui.step.standing import Standing

Order = TestOrdered | CourseStarted | CourseStopped | WaitingChosen | Moved
MOST_CITED = 12  # on each side, as many as a statement holds


@dataclass(frozen=True)
class Draft:
    """What is drafted on a day.

    Parameters
    ----------
    day : int
    signs : tuple of str
    normal : bool
        Whether the reader says that there is nothing to be seen.
    zones : mapping
        Rating of each zone that is not 0.
    trend : str or None
    marks, changes
        Set in the pictures.
    differential : Differential
    citations : tuple of Citation
        Of those with a finding, one for each disease.
    orders : tuple of Order
        Queued, in the order in which they are to be sent.
    prospect : Prospect or None
    next_day : int or None
        None until another day is chosen than the next step's.
    """

    day: int
    signs: tuple[str, ...] = ()
    normal: bool = False
    zones: Mapping[Zone, int] = field(default_factory=dict)
    trend: Trend | None = None
    marks: tuple[Mark, ...] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)
    differential: Differential = field(default_factory=Differential)
    citations: tuple[Citation, ...] = ()
    orders: tuple[Order, ...] = ()
    prospect: Prospect | None = None
    next_day: int | None = None

    @property
    def reading(self) -> bool:
        """Whether anything of a read is there; not by its changes, which would tell whether an opacity was hit."""
        return bool(self.signs or self.normal or any(self.zones.values()) or self.trend or self.marks)

    def toggled(self, sign: str) -> Draft:
        """Return the draft with a sign seen, or no longer seen."""
        left = tuple(one for one in self.signs if one != sign)
        return replace(self, signs=left if sign in self.signs else (*left, sign), normal=False)

    def rated(self, zone: Zone, rating: int) -> Draft:
        """Return the draft with a zone rated, 0 to 4."""
        kept = {one: value for one, value in self.zones.items() if one != zone}
        return replace(self, zones={**kept, zone: rating} if rating else kept, normal=self.normal and not rating)

    def citation(self, disease: str) -> Citation:
        """Return what is cited on a disease so far."""
        found = next((one for one in self.citations if one.disease == disease), None)
        return found or Citation(day=self.day, disease=disease)

    def citing(self, disease: str, finding: str, side: str | None) -> Draft:
        """Return the draft with a finding cited "for" or "against" a disease, or with None not cited on it."""
        was = self.citation(disease)
        supports = [one for one in was.supports if one != finding]
        opposes = [one for one in was.opposes if one != finding]
        target = {"for": supports, "against": opposes}.get(side or "")
        if target is not None and len(target) < MOST_CITED:
            target.append(finding)
        made = Citation(day=self.day, disease=disease, supports=tuple(supports), opposes=tuple(opposes))
        rest = tuple(one for one in self.citations if one.disease != disease)
        return replace(self, citations=(*rest, made) if made.supports or made.opposes else rest)

    def queued(self, order: Order) -> Draft:
        """Return the draft with one more order; a second course of a drug takes the place of the first."""
        return replace(self, orders=(*(one for one in self.orders if not _replaces(order, one)), order))

    def unqueued(self, index: int) -> Draft:
        """Return the draft without an order."""
        return replace(self, orders=self.orders[:index] + self.orders[index + 1 :])

    def leading_to(self, standing: Standing) -> int:
        """Return the day to which the clock is to be moved."""
        if self.next_day is not None and standing.day < self.next_day <= standing.last_day:
            return self.next_day
        return standing.next_day


def _replaces(new: Order, old: Order) -> bool:
    courses = (CourseStarted, CourseStopped)
    if isinstance(new, courses) and isinstance(old, courses):
        return _given(new) == _given(old)
    return isinstance(new, WaitingChosen | Moved) and type(new) is type(old)


def _given(order: CourseStarted | CourseStopped) -> str:
    return order.course.give if isinstance(order, CourseStarted) else order.give


def read_of(draft: Draft) -> Read:
    """Return the read as it is drafted."""
    return Read(
        day=draft.day,
        signs=draft.signs,
        zones={zone: value for zone, value in draft.zones.items() if value},
        trend=draft.trend,
        changes=dict(draft.changes),
        marks=draft.marks,
    )


def statements(draft: Draft, standing: Standing) -> list[Command]:
    """Return what the draft says that is not committed yet: read, belief, evidence, forecast."""
    found: list[Command] = []
    if standing.scan and standing.read is None and draft.reading:
        found.append(ReadStated(read=read_of(draft)))
    if standing.belief is None and draft.differential.placed:
        found.append(BeliefStated(belief=Belief(day=draft.day, shares=draft.differential.shares())))
    locked = {one.disease for one in standing.citations}
    found += [EvidenceCited(citation=one) for one in draft.citations if one.disease not in locked]
    if standing.forecast is None and draft.prospect is not None and not standing.last:
        found.append(ForecastStated(forecast=draft.prospect.forecast(draft.day)))
    return found


def commands(draft: Draft, standing: Standing) -> list[Command]:
    """Return all that a commit submits, in order.

    What is said comes before what is ordered: it is held against what was known when it was said.
    """
    return [*statements(draft, standing), *draft.orders]


def objection(draft: Draft, order: Order, session: Session) -> str | None:
    """Return why an order could not be carried out after those that are queued, or None."""
    now = session.now
    for one in draft.orders:
        if not _replaces(order, one):
            now = _after(now, one)
    return objection_to(order, now, session.case, session.engine.library)


def _after(now: Situation, order: Order) -> Situation:
    return now.after((now.last_event + 1, order))


def settled(draft: Draft, happened: Iterable[Event]) -> Draft:
    """Return the draft without the orders that have been carried out.

    Parameters
    ----------
    draft : Draft
    happened : iterable of Event
        Of today.
    """
    done = [event.model_copy(update={"second": None}) for event in happened]
    return replace(draft, orders=tuple(order for order in draft.orders if order not in done))


def today_of(session: Session) -> list[Event]:
    """Return the events since the clock came to stand where it stands."""
    arrived = session.now.stops[-1][0] if session.now.stops else 0
    return [event for number, event in session.events if number > arrived]
