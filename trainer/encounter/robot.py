"""Robots: players with one fixed fault, who must lose against the textbook on every case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trainer.core.chance import key_of, uniform
from trainer.encounter.examiner import Examiner
from trainer.encounter.player import Speaker, stops_of
from trainer.encounter.session import Session
from trainer.encounter.speaker import Observing, in_tokens
from trainer.knowledge.case import Case
from trainer.knowledge.casebook import TEXTBOOK, case_plan
from trainer.knowledge.library import Library
from trainer.knowledge.plan import Course, Plan, Request, Step
from trainer.knowledge.statement import OTHER, TOKENS, Belief, Citation, Forecast, Read

_CHOICE = 18  # stream of what the random player does
_FIRST_TESTS = ("vital-signs", "crp", "full-blood-count", "thin-section-ct")
_STEROID_MG_PER_KG, _STEROID_DAYS = 0.75, 84
_ANTIBIOTICS = ("co-amoxiclav", "clarithromycin", "piperacillin-tazobactam")
_HIGHEST_TOKENS = 8  # 40 %: who never is surer than that never is surer of anything


class Mute:
    """Says nothing at all."""

    def read(self, session: Session) -> Read | None:  # noqa: ARG002 - a speaker
        """Return no read."""
        return None

    def belief(self, session: Session) -> Belief | None:  # noqa: ARG002
        """Return no differential."""
        return None

    def evidence(self, session: Session) -> Sequence[Citation]:  # noqa: ARG002
        """Return nothing cited."""
        return ()

    def forecast(self, session: Session, next_day: int) -> Forecast | None:  # noqa: ARG002
        """Return no forecast."""
        return None


class Believing(Observing):
    """Speaks as the findings warrant, but for a differential that is put through a rule.

    Parameters
    ----------
    speaker : Observing
        Whose words they are else.
    rule : callable
        Takes the differential that the findings warrant and gives the one that is stated.
    """

    def __init__(self, speaker: Observing, rule: Callable[[Mapping[str, float]], dict[str, float]]) -> None:
        super().__init__(speaker.plan, speaker.mind, speaker.marking)
        self._rule = rule

    def belief(self, session: Session) -> Belief | None:
        """Return the differential that the rule makes."""
        stated = super().belief(session)
        return Belief(day=stated.day, shares=self._rule(stated.shares)) if stated is not None else None


@dataclass(frozen=True)
class Robot:
    """A player with one fixed fault.

    Parameters
    ----------
    id : str
    title : str
        Its fault, in words.
    plan : callable
        Its orders in a case, from the textbook's plan and the seed.
    speaker : callable
        Its words, from those of an ideal player with the same orders.
    """

    id: str
    title: str
    plan: Callable[[Plan, Case, Library, int], Plan]
    speaker: Callable[[Observing, Case, int], Speaker]


def _ideal(speaker: Observing, _: Case, __: int) -> Speaker:
    return speaker


def _mute(_: Observing, __: Case, ___: int) -> Speaker:
    return Mute()


def _as_textbook(plan: Plan, _: Case, __: Library, ___: int) -> Plan:
    return plan


def _with(plan: Plan, treatments: Sequence[Course], tests: Sequence[Request]) -> Plan:
    """Return a plan that keeps the textbook's visits and takes other orders."""
    return Plan(
        id=plan.id, title=plan.title, source="judgement", says="observer",
        visits=tuple(stops_of(plan, max([0, *plan.visits]))), treatments=tuple(treatments), tests=tuple(tests),
        answers=plan.answers if treatments or tests else (),
    )  # fmt: skip


def _nothing(plan: Plan, _: Case, __: Library, ___: int) -> Plan:
    return _with(plan, (), ())


def _first_tests() -> list[Request]:
    return [Request(test=test, day=0) for test in _FIRST_TESTS]


def _antibiotics(plan: Plan, case: Case, _: Library, __: int) -> Plan:
    days = [day for day in stops_of(plan, case.last_day) if day < max([1, *plan.visits])]
    courses = [
        Course(give=_ANTIBIOTICS[i % len(_ANTIBIOTICS)], day=day, steps=(Step(dose=1.0, unit="1", days=10),))
        for i, day in enumerate(days)
    ]
    return _with(plan, courses, _first_tests())


def _steroids(plan: Plan, _: Case, __: Library, ___: int) -> Plan:
    steps = (
        Step(dose=_STEROID_MG_PER_KG, unit="mg/kg", days=_STEROID_DAYS),
        Step(dose=20.0, unit="mg", days=28),
        Step(dose=10.0, unit="mg", days=28),
    )
    cover = Step(dose=1.0, unit="1", days=_STEROID_DAYS + 28)
    courses = (
        Course(give="prednisolone", day=0, steps=steps),
        Course(give="co-trimoxazole-prophylaxis", day=0, steps=(cover,)),
    )
    return _with(plan, courses, _first_tests())


def _everything(plan: Plan, case: Case, library: Library, _: int) -> Plan:
    place = "clinic" if case.setting == "clinic" else "ward"
    tests = [Request(test=test.id, day=0) for test in library.tests.values() if place in test.settings]
    later = [request for request in plan.tests if request.day > 0]
    return _with(plan, plan.treatments, [*tests, *later])


def _random(plan: Plan, case: Case, library: Library, seed: int) -> Plan:
    key = key_of("robot", case.id, seed)
    place = "clinic" if case.setting == "clinic" else "ward"
    names = sorted(test.id for test in library.tests.values() if place in test.settings)
    drugs = sorted(t.id for t in library.treatments.values())
    stops = stops_of(plan, case.last_day)
    tests, courses = list[Request](), list[Course]()
    for n, day in enumerate(stops):
        for i in range(4):
            index = int(uniform(key, _CHOICE, n, i) * len(names))
            tests.append(Request(test=names[index], day=day))
        if uniform(key, _CHOICE, n, 9) < 0.5:
            treatment = library.treatments[drugs[int(uniform(key, _CHOICE, n, 10) * len(drugs))]]
            steroid = treatment.group == "glucocorticoid"
            dose = treatment.usual_dose.value if steroid else 1.0
            step = Step(dose=dose, unit="mg" if steroid else "1", days=14)
            courses.append(Course(give=treatment.id, day=day, steps=(step,)))
    return _with(plan, courses, list(dict.fromkeys(tests)))


def _certain_of(disease: str) -> Callable[[Observing, Case, int], Speaker]:
    """Return a speaker who believes one thing."""
    return lambda speaker, _, __: Believing(speaker, lambda _: {disease: 1.0})


def _timid(stated: Mapping[str, float]) -> dict[str, float]:
    """Return a differential in which nothing gets more than 40 %; the rest is left to others."""
    highest = _HIGHEST_TOKENS / TOKENS
    kept = {name: min(share, highest) for name, share in stated.items() if name != OTHER}
    rest = round((1.0 - sum(kept.values())) * TOKENS) / TOKENS
    return kept | ({OTHER: rest} if rest > 0 else {})


def _uniform(speaker: Observing, _: Case, __: int) -> Speaker:
    diseases = speaker.mind.observer.diseases
    return Believing(speaker, lambda _: in_tokens({name: 1.0 / len(diseases) for name in diseases}))


def _scattered(speaker: Observing, case: Case, seed: int) -> Speaker:
    key = key_of("robot belief", case.id, seed)
    diseases = speaker.mind.observer.diseases

    def rule(_: Mapping[str, float]) -> dict[str, float]:
        counts: dict[str, int] = {}
        for token in range(TOKENS):
            name = diseases[int(uniform(key, _CHOICE, 0, 100 + token) * len(diseases))]
            counts[name] = counts.get(name, 0) + 1
        return {name: n / TOKENS for name, n in counts.items()}

    return Believing(speaker, rule)


ROBOTS: tuple[Robot, ...] = (
    Robot("nothing", "orders and says nothing", _nothing, _mute),
    Robot("antibiotics", "takes everything for bacterial pneumonia", _antibiotics, _certain_of("bacterial")),
    Robot("steroids", "steroids at once, before any sample", _steroids, _ideal),
    Robot("everything", "orders every test there is", _everything, _ideal),
    Robot("always-op", "calls everything organizing pneumonia and treats it so", _steroids, _certain_of("cop")),
    Robot("uniform", "gives every disease the same", _as_textbook, _uniform),
    Robot("never-extreme", "never is surer than 40 %", _as_textbook,
          lambda speaker, _, __: Believing(speaker, _timid)),
    Robot("random", "orders and believes at random", _random, _scattered),
)  # fmt: skip
TEXTBOOK_PLAYER = Robot(TEXTBOOK, "the author's plan, ideal words", _as_textbook, _ideal)


def play_robot(examiner: Examiner, robot: Robot, case: Case, seed: int) -> Session:
    """Return an encounter as a robot plays it.

    Raises
    ------
    BadInput
        If the encounter refuses something that it does.
    """
    library = examiner.engine.library
    plan = robot.plan(case_plan(case, TEXTBOOK, library), case, library, seed)
    session = examiner.session(case, seed)
    ideal = Observing(plan, examiner.mind(session), examiner.policy.marking)
    return examiner.play(session, plan, robot.speaker(ideal, case, seed))
