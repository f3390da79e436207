"""From a debrief to what the report says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from trainer.core.error import BadInput
from trainer.encounter.chain import links_of
from trainer.encounter.debrief import Debrief, Visit
from trainer.encounter.run import Run
from trainer.encounter.session import Session
from trainer.encounter.situation import died
from trainer.knowledge.marking import DIALS
from trainer.reasoning.decision import Choice
from trainer.reasoning.gate import Gate
from trainer.reasoning.item import capital, share
from trainer.records.report.line import timeline_of
from trainer.records.report.picture import Album, Draw
from trainer.records.report.value import (
    Chain,
    DialLine,
    Fact,
    GateLine,
    NextCard,
    RegretStep,
    Report,
    Thumbnail,
)
from trainer.records.report.word import clip, many

Tell = Callable[[float, str], None]
"""Told a share, 0 to 1, and what is being done; may raise to stop the work."""

MOST_STEPS = 3
_MOST_CARDS = 4
_MOST_GATES = 10  # the failed ones first; a page holds no more of them with their reasons
_LEADING = 2  # diagnoses that a step names
_SLIGHT = 0.05  # points that nobody would call lost
_TOLD = 0.045  # share from which on a diagnosis is named; a token is 0.05

DIAL_WORDS: Mapping[str, str] = {
    "perception": "signs and zones seen in the CT",
    "response": "what changed between two CTs",
    "diagnosis": "differential against what could be known",
    "calibration": "forecasts against what was to be expected",
    "evidence": "findings cited for and against",
    "management": "orders, and choices on what could be known",
    "safety": "gates that nothing buys back",
    "economy": "what was spent beside the textbook plan",
}


def check_finished(run: Run, session: Session) -> None:
    """Raise `BadInput` if a run goes on: a report would tell what is still asked.

    Parameters
    ----------
    run : Run
        As it was kept, with its time.
    session : Session
        Of that run.
    """
    if session.now.over or (run.header.mode == "exam" and run.elapsed_s >= _limit_s(run, session)):
        return
    what = "an examination" if run.header.mode == "exam" else "a run"
    raise BadInput(f"{what} that is not over has no report; end the case first")


def report_of(
    run: Run,
    debrief: Debrief,
    session: Session,
    draw: Draw | None = None,
    *,
    learner: str | None = None,
    finished_on: date | None = None,
    next_cards: Sequence[NextCard] = (),
    tell: Tell | None = None,
) -> Report:
    """Return the report of a finished run.

    Parameters
    ----------
    run : Run
        As it was kept.
    debrief : Debrief
        Of this run.
    session : Session
        Of this run, carried to its end.
    draw : callable, optional
        Gives the CT of a day; without it there are no pictures.
    learner : str, optional
        Pseudonym; None for nobody's.
    finished_on : date, optional
        Day of the run's last save; no clock is read here, so that the same run gives the same report.
    next_cards : sequence of NextCard
        Cards of the review, in any order.
    tell : callable, optional

    Raises
    ------
    BadInput
        If the run goes on.
    """
    check_finished(run, session)
    policy = session.engine.library.policy(run.header.policy)
    sheet = debrief.sheet
    failed = sum(gate.failed for gate in sheet.gates)
    cap = policy.marking.safety.cap.value
    cards = sorted(next_cards, key=lambda card: (card.due, card.text))
    return Report(
        title=clip(debrief.title, 70),
        facts=_facts(run, debrief, session, learner, finished_on),
        policy=clip(policy.title, 80),
        policy_words=clip(policy.summary, 420),
        overall=sheet.overall,
        weights={name: policy.marking.weights[name].value for name in DIALS if name in sheet.dials},
        cap=cap if failed and sheet.overall >= cap else None,
        dials=tuple(_dial(debrief, name) for name in DIALS),
        gates=tuple(_gate(gate) for gate in sorted(sheet.gates, key=lambda gate: not gate.failed)[:_MOST_GATES]),
        failed_gates=failed,
        passed_gates=len(sheet.gates) - failed,
        chain=chain_of(run),
        disease=clip(debrief.disease, 90),
        ending=clip(debrief.ending, 420),
        timeline=timeline_of(debrief, session),
        steps=_steps(debrief, session, draw, tell or (lambda _share, _text: None)),
        weighed=sum(visit.choice is not None for visit in debrief.visits),
        next_cards=tuple(NextCard(card.due, clip(card.text, 90)) for card in cards[:_MOST_CARDS]),
        more_cards=max(0, len(cards) - _MOST_CARDS),
    )


def chain_of(run: Run) -> Chain:
    """Return the end of a run's hash chain and its length."""
    return Chain(links_of(run.header, run.events)[-1], len(run.events))


def _limit_s(run: Run, session: Session) -> float:
    return session.case.minutes * 60 * run.header.time_factor


def _facts(
    run: Run, debrief: Debrief, session: Session, learner: str | None, finished_on: date | None
) -> tuple[Fact, ...]:
    header, person, now = run.header, debrief.person, session.now
    sex = "woman" if person.sex == "F" else "man"
    found = [
        Fact("Learner", clip(learner, 60) if learner and clip(learner, 60) else "no name"),
        Fact("Case", clip(f"{header.case}, version {header.version}", 90)),
        Fact("Patient", f"seed {header.seed}: a {sex} of {person.age_years:.0f} years"),
        Fact("Mode", "examination" if header.mode == "exam" else "tutor"),
        Fact("Time", _time(run, session)),
        Fact("Course", f"{many(now.day, 'day')}, {many(len(now.visits), 'visit')}; {_ended(session)}"),
    ]
    if header.chest is not None:
        found.insert(3, Fact("Chest", clip(f"{header.chest.name}, imported (content {header.chest.digest[:12]})", 90)))
    if debrief.left:
        worth = ", ".join(f"{one.overall:.0f}" for one in debrief.left)
        found.append(Fact("Went back", clip(f"{many(len(debrief.left), 'time')}; the paths left scored {worth}", 90)))
    found.append(Fact("Engine", f"Atoll {header.engine}"))
    if finished_on is not None:
        found.append(Fact("Last saved", f"{finished_on.day} {finished_on:%B %Y}"))
    return tuple(found)


def _time(run: Run, session: Session) -> str:
    minutes = run.elapsed_s / 60
    if run.header.mode != "exam":
        return f"{minutes:.0f} min, no limit" if run.elapsed_s else "not taken"
    factor = f", factor {run.header.time_factor:g}" if run.header.time_factor != 1 else ""
    taken = f"{minutes:.0f}" if run.elapsed_s else "not taken, limit"
    return f"{taken}{' of' if run.elapsed_s else ''} {_limit_s(run, session) / 60:.0f} min{factor}"


def _ended(session: Session) -> str:
    if died(session.now):
        return "the patient died"
    return "the case was closed" if session.now.over else "the time ran out"


def _dial(debrief: Debrief, name: str) -> DialLine:
    reading = debrief.sheet.dials.get(name)  # type: ignore[call-overload]
    value, se = (None, None) if reading is None else (reading.value, reading.se)
    lost = [item for item in debrief.sheet.items if item.dial == name and item.lost > _SLIGHT]
    worst = max(lost, key=lambda item: item.lost, default=None)
    cost = "" if worst is None else f"{clip(worst.title, 44)}, day {worst.day}"
    return DialLine(capital(name), DIAL_WORDS[name], value, se, cost)


def _gate(gate: Gate) -> GateLine:
    return GateLine(clip(gate.title, 80), gate.failed, gate.day, clip(gate.reason, 260))


def _steps(debrief: Debrief, session: Session, draw: Draw | None, tell: Tell) -> tuple[RegretStep, ...]:
    weighed = [(visit, visit.choice) for visit in debrief.visits if visit.choice is not None]
    largest = sorted(weighed, key=lambda one: (-one[1].total, one[0].day))[:MOST_STEPS]
    album = Album(session, [day for day, _ in debrief.scans], draw) if draw is not None else None
    found = []
    for done, (visit, choice) in enumerate(largest):
        tell(done / len(largest), f"drawing the CTs of day {visit.day}")
        pictures = album.pair(visit.day) if album is not None else ()
        found.append(_step(debrief, visit, choice, pictures))
    return tuple(found)


def _step(debrief: Debrief, visit: Visit, choice: Choice, pictures: tuple[Thumbnail, ...]) -> RegretStep:
    return RegretStep(
        day=visit.day,
        title=clip(visit.step, 60),
        total=choice.total,
        belief=choice.belief,
        act=choice.act,
        standard_error=choice.standard_error,
        reach=choice.reach,
        equally_right=choice.equally_right,
        chosen=clip(choice.own, 170),
        best=clip(choice.best, 170),
        stated=_leading(visit.stated, debrief.names) if visit.stated is not None else "no differential stated",
        observer=_leading(visit.observer, debrief.names),
        luck=visit.luck,
        pictures=pictures,
    )


def _leading(shares: Mapping[str, float], names: Mapping[str, str]) -> str:
    """Return the diagnoses that got most, with their shares."""
    top = sorted(shares.items(), key=lambda one: (-one[1], one[0]))[:_LEADING]
    told = [f"{clip(names.get(d, d), 45)} {share(value)}" for d, value in top if value >= _TOLD]
    return ", ".join(told) or "none above the others"
