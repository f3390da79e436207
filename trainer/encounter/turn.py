"""The next act at a decision point: what can be typed, what it orders, and what it is worth."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import utils

from trainer.encounter.event import Command, CourseStarted, CourseStopped, TestOrdered
from trainer.encounter.examiner import Examiner
from trainer.encounter.order import MOST_MATCHES, Catalogue
from trainer.encounter.orderlog import known_of, log_of
from trainer.encounter.player import stops_of
from trainer.encounter.session import Rejected, Session
from trainer.encounter.situation import Situation
from trainer.knowledge.case import step_of
from trainer.knowledge.casebook import TEXTBOOK, case_plan
from trainer.knowledge.keyfeature import GOOD, OBSERVE, Avoided, Done, KeyFeature, RelapseDose, TaperShape
from trainer.knowledge.library import Library
from trainer.knowledge.plan import Course, Plan, Request, Step
from trainer.knowledge.valuation import Valuation
from trainer.reasoning.gate import Gate, Stretch, safety_gates
from trainer.reasoning.item import Moment, capital, inline, listed
from trainer.reasoning.keyfeature import key_feature_items
from trainer.reasoning.value import OWN, Values

STOP: Final = "stop:"
"""Before the identifier of a treatment: to stop it."""

_WAITING: Final = (
    "Go on as it is and see again", "watch and wait", "observe", "wait", "watchful waiting", "continue", "nothing new",
    "no treatment",
)  # fmt: skip
_DAYS: Final = 28  # a course is taken to last so long if nobody says how long; judgement
_USEFUL: Final = 0.9  # for an act that is due later, or useful and no more; judgement
_AUTHORS: Final = 0.75  # at least for what the author orders here beside what the case turns on; judgement
_BESIDE_THE_POINT: Final = 0.6  # at most where the case turns on something else, or on nothing; judgement
_NEEDLESS: Final = 0.5  # at most for what enters the body where waiting is worth as much; judgement
_TOO_SOON: Final = 0.4  # at most for what spoils something that must come first; judgement
_WASTED: Final = 0.25  # at most for what is wasteful here; judgement
_TITLES: Final = 3
_WAITING_ON_TABLE: Final = "observe"  # the policies' act of going on as it is
_PROTECTION: Final = "prophylaxis"


@dataclass(frozen=True)
class Verdict:
    """What an act is worth.

    Parameters
    ----------
    credit : float
    model : str
        The best act, or those that are due.
    reasons : tuple of str
    features : tuple of KeyFeature
        On which the step turns, or which the act runs against.
    """

    credit: float
    model: str
    reasons: tuple[str, ...]
    features: tuple[KeyFeature, ...] = ()


class ActFinder:
    """Everything that can be done next, by any word for it: tests, treatments, to stop one, to wait.

    Parameters
    ----------
    library : Library
    taken : collection of str
        Treatments that can be stopped.
    """

    def __init__(self, library: Library, taken: Collection[str]) -> None:
        self._library = library
        self._catalogue = Catalogue(library.tests, library.treatments)
        self._others = [(OBSERVE, _WAITING)] + [
            (f"{STOP}{give}", (name_of(f"{STOP}{give}", library),
                               *(f"stop {word}" for word in library.treatments[give].synonyms)))
            for give in taken
        ]  # fmt: skip

    def find(self, typed: str) -> list[tuple[str, str]]:
        """Return what the typed text may mean, likeliest first: identifiers and names."""
        wanted = utils.default_process(typed)
        if not wanted:
            return []
        found = [
            (identifier, words[0])
            for identifier, words in self._others
            if any(utils.default_process(word).startswith(wanted) for word in words)
        ]
        for match in self._catalogue.find(typed):
            same = match.word.lower() == match.name.lower()
            found.append((match.id, match.name if same else f"{match.name} ({match.word})"))
        return found[:MOST_MATCHES]


def name_of(act: str, library: Library) -> str:
    """Return how an act is called."""
    if act == OBSERVE:
        return _WAITING[0]
    if act.startswith(STOP):
        return f"Stop {inline(library.treatments[act.removeprefix(STOP)].name)}"
    return library.tests[act].name if act in library.tests else library.treatments[act].name


def judge_act(examiner: Examiner, session: Session, act: str | None) -> Verdict:
    """Return what an act is worth where an encounter stands.

    A key feature of the case that is due and met earns all. What the case calls harmful earns nothing. Else the value
    on what could be known counts, within bounds: an act that is as right as any but passes by what the step turns on
    earns no more than `_BESIDE_THE_POINT`.

    Parameters
    ----------
    examiner : Examiner
    session : Session
        Will have the act ordered afterwards.
    act : str or None
    """
    library, arrived = session.engine.library, session.now
    stand = _stand_of(session)
    credit, values, index, refused = _value(examiner, session, act)
    best = _best_titles(values)
    waiting = bool(values.right[values.acts.index(_WAITING_ON_TABLE)])
    reasons = _told_by_value(values, index, best, refused)
    ordered = [name_of(one, library) for one in stand.author if one != OBSERVE]
    if ordered:
        reasons.append(f"The author of the case orders here: {listed([inline(one) for one in ordered])}.")
    authors = listed([inline(one) for one in ordered[:_TITLES]])
    model = capital(stand.turning or authors or (name_of(OBSERVE, library) if waiting else best[0]))
    if act is None or refused is not None:
        return Verdict(0.0, model, tuple(reasons), stand.due)
    unsafe = _gates_failed_by(examiner, session, arrived)
    if unsafe:
        told = [f"Not safe: {gate.reason}" for gate in unsafe]
        return Verdict(0.0, model, (*told, *reasons), stand.due)
    least, most, why, features = _bounds(stand, act, waiting, library)
    return Verdict(max(least, min(most, credit)), model, (*why, *reasons), features)


@dataclass(frozen=True)
class _Stand:
    """What a decision point turns on.

    Parameters
    ----------
    day : int
    author : tuple of str
        What the author orders here.
    open : tuple of KeyFeature
        That should be met, can still be, and have not been.
    due : tuple of KeyFeature
        Those of them on which this very step turns.
    avoided : tuple of Avoided
        What should not be ordered now.
    """

    day: int
    author: tuple[str, ...]
    open: tuple[KeyFeature, ...]
    due: tuple[KeyFeature, ...]
    avoided: tuple[Avoided, ...]

    @property
    def turning(self) -> str:
        """What the step turns on, in words; nothing where it turns on nothing."""
        return capital(listed([inline(feature.title) for feature in self.due])) if self.due else ""


def _stand_of(session: Session) -> _Stand:
    case, library, day = session.case, session.engine.library, session.now.day
    author = _author_here(case_plan(case, TEXTBOOK, library), session)
    waiting = tuple(feature for feature in case.key_features if _open(feature, session))
    here = [f for f in waiting if any(_meets(f, act, library) for act in author)]
    due = [f for f in here if f.weight == "essential"] or here
    first: list[KeyFeature] = [f for f in due if isinstance(f, Done) and f.before]
    avoided = tuple(f for f in case.key_features if isinstance(f, Avoided) and f.from_day <= day <= f.until_day)
    return _Stand(day, author, waiting, tuple((first or due)[:_TITLES]), avoided)


_Bounds = tuple[float, float, tuple[str, ...], tuple[KeyFeature, ...]]


def _bounds(stand: _Stand, act: str, waiting: bool, library: Library) -> _Bounds:
    """Return the least and the most that an act can earn, why, and the key features that this rests on."""
    wrong = _wrong(stand, act)
    if wrong is not None:
        return wrong
    met = tuple(f for f in stand.open if _meets(f, act, library))
    if met:
        return _met(stand, met)
    if act in stand.author and not (act == OBSERVE and stand.due):  # to wait does nothing of what is due
        return (_AUTHORS, _AUTHORS, (), stand.due) if stand.due else (_USEFUL, 1.0, (), ())
    if stand.due:
        return 0.0, _BESIDE_THE_POINT, ("It passes by what this step turns on.",), stand.due
    if waiting and act != OBSERVE:
        enters = act in library.treatments or library.tests[act].invasive
        why = "To go on as it is is worth as much here; what is added must be worth more than that."
        return 0.0, _NEEDLESS if enters else _BESIDE_THE_POINT, (why,), ()
    return 0.0, 1.0, (), ()


def _wrong(stand: _Stand, act: str) -> _Bounds | None:
    """Return the bounds of what should not be done here."""
    harm = tuple(f for f in stand.avoided if act in f.any_of)
    if harm:
        return 0.0, _WASTED if all(f.weight == "wasteful" for f in harm) else 0.0, (), (*harm, *stand.due)
    spoiled = tuple(f for f in stand.open if isinstance(f, Done) and f.weight == "essential" and act in f.before)
    if spoiled:
        return 0.0, _TOO_SOON, (f"Too soon: {listed([inline(f.title) for f in spoiled])} must come first.",), spoiled
    if act.startswith(STOP):
        why = "It ends before its course is over; the author of the case keeps it."
        return 0.0, _WASTED, (why,), stand.due
    return None


def _met(stand: _Stand, met: tuple[KeyFeature, ...]) -> _Bounds:
    """Return the bounds of what meets key features."""
    features = (*met, *(f for f in stand.due if f not in met))[:_TITLES]
    if any(f in stand.due for f in met):
        return 1.0, 1.0, (), features
    if stand.due:
        return _AUTHORS, _AUTHORS, (f"It has its place, but this step turns on: {stand.turning}.",), features
    return _USEFUL, 1.0, (), features


def _gates_failed_by(examiner: Examiner, session: Session, arrived: Situation) -> list[Gate]:
    """Return the safety gates that fail by what was ordered since; a single act need not bring its own protection."""
    marking, case, now = examiner.policy.marking, session.case, session.now
    shares = examiner.mind(session).posterior(arrived).shares
    known = known_of(session, (Stretch(now.day, now.day, shares),), marking.safety)
    log = log_of(session, Moment(now.day, now.last_event))
    items = key_feature_items(case.key_features, log, marking.points)
    gates = safety_gates(marking.safety, log, known, case.key_features, items)
    return [g for g in gates if g.failed and g.event > arrived.last_event and g.id != _PROTECTION]


# Key features


def _open(feature: KeyFeature, session: Session) -> bool:
    """Return whether a feature that should be met can still be, and has not been."""
    day = session.now.day
    if feature.weight not in GOOD:
        return False
    log = log_of(session, Moment(day, session.now.last_event))
    match feature:
        case Done():
            return feature.from_day <= day < max(feature.zero_day, feature.by_day + 1) and not log.of(
                feature.any_of, feature.from_day, day
            )
        case TaperShape():
            return feature.from_day <= day < feature.zero_day and log.first_course.first_day is None
        case RelapseDose():
            recent = [when for when in log.relapses if 0 <= day - when <= feature.within_days]
            return bool(recent) and not any(o.steroid and o.day >= recent[0] for o in log.orders)
        case _:
            return False


def _meets(feature: KeyFeature, act: str, library: Library) -> bool:
    if isinstance(feature, Done):
        return act in feature.any_of
    treatment = library.treatments.get(act)
    return isinstance(feature, TaperShape | RelapseDose) and treatment is not None and (
        treatment.group == "glucocorticoid"
    )  # fmt: skip


def _author_here(plan: Plan, session: Session) -> tuple[str, ...]:
    """Return what the author orders on this day and until the next visit, and has not ordered yet."""
    now = session.now
    until = min([day for day in stops_of(plan, session.case.last_day) if day > now.day], default=now.day + 1)
    since = now.visits[-2] + 1 if len(now.visits) > 1 else 0
    relapsing = any(session.bedside.relapsing(day) for day in range(since, now.day + 1))
    done = {o.request.test for o in now.tests if o.request.day == now.day}
    tests = [r.test for r in plan.tests if now.day <= r.day < until and r.test not in done]
    given = [
        c.give for c in plan.treatments if (now.day <= c.day < until if c.day is not None else relapsing)
    ]  # fmt: skip
    return tuple(dict.fromkeys([*given, *tests, *([] if given else [OBSERVE])]))


# Value


def _value(examiner: Examiner, session: Session, act: str | None) -> tuple[float, Values, int | None, str | None]:
    """Return the credit of an act by its value, the values, which of them it is, and why it was refused."""
    library, mind, arrived = session.engine.library, examiner.mind(session), session.now
    valuation, points = examiner.policy.value, examiner.policy.marking.points
    if act is None:
        return 0.0, examiner.weighing.values(mind, arrived, arrived), None, None
    waiting = examiner.weighing.values(mind, arrived, arrived)
    same = {choice.id for choice in valuation.acts if _leads(choice.tests, choice.regimens, valuation) == act}
    known = [i for i, one in enumerate(waiting.acts) if one in same or (act == OBSERVE and one == OWN)]
    for command in orders_for(act, session, library):
        answer = session.submit(command)
        if isinstance(answer, Rejected):
            return 0.0, waiting, None, answer.reason
    if known:
        values, index = waiting, max(known, key=lambda i: float(waiting.expected[i]))
    else:
        values = examiner.weighing.values(mind, arrived, session.now)
        index = values.own
    lost = float(values.expected.max() - values.expected[index])
    scale = min(float(values.expected.max() - values.expected.min()), points.lost_all.value)
    right = bool(values.right[index]) or scale <= 0.0
    return 1.0 if right else max(0.0, 1.0 - lost / scale), values, index, None


def _leads(tests: Sequence[str], regimens: Sequence[str], valuation: Valuation) -> str | None:
    """Return what a choice on the table is known by: its last test, or the first drug of its only regimen."""
    if len(regimens) == 1 and not tests:
        return valuation.regimens[regimens[0]].courses[0].give
    return tests[-1] if tests and not regimens else None


def orders_for(act: str, session: Session, library: Library) -> list[Command]:
    """Return what an act orders: a drug as the author of the case doses it here, or else at its usual dose."""
    day = session.now.day
    if act == OBSERVE:
        return []
    if act.startswith(STOP):
        return [CourseStopped(give=act.removeprefix(STOP), day=day)]
    if act in library.tests:
        return [TestOrdered(request=Request(test=act, day=day))]
    step = step_of(session.case, day)
    plan = case_plan(session.case, TEXTBOOK, library)
    written = [c for c in plan.treatments if c.give == act and (c.day is None or c.day >= step.day)]
    if written:
        return [CourseStarted(course=Course(give=act, day=day, steps=written[0].steps))]
    treatment = library.treatments[act]
    steroid = treatment.group == "glucocorticoid"
    usual = Step(dose=treatment.usual_dose.value if steroid else 1.0, unit="mg" if steroid else "1", days=_DAYS)
    return [CourseStarted(course=Course(give=act, day=day, steps=(usual,)))]


def _best_titles(values: Values) -> list[str]:
    """Return the titles of the acts that are worth most, the best first; only those that tie with it."""
    order = sorted(range(len(values.acts)), key=lambda i: -float(values.expected[i]))
    return [values.titles[i] for i in order if values.right[i] and values.acts[i] != OWN][:_TITLES] or ["Your act"]


def _told_by_value(values: Values, index: int | None, best: Sequence[str], refused: str | None) -> list[str]:
    if values.right[values.acts.index(_WAITING_ON_TABLE)]:
        lines = ["On what could be known no act on the table is clearly worth more than to go on as it is."]
    else:
        near = ". They are too close to tell apart" if len(best) > 1 else ""
        quoted = "; ".join(f"“{title}”" for title in best)
        lines = [f"Worth most on what could be known: {quoted}{near}."]
    if refused is not None:
        return [f"Your act cannot be done here: {refused}.", *lines]
    if index is not None and not values.right[index]:
        lost = float(values.expected.max() - values.expected[index])
        lines.append(f"Your act is worth {lost:.0f} points of expected utility less than the best.")
    return lines
