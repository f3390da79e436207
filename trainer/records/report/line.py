"""The course of a run as the timeline shows it."""

from __future__ import annotations

from collections.abc import Mapping

from trainer.encounter import sight
from trainer.encounter.debrief import Debrief, Visit
from trainer.encounter.orderlog import taken_days
from trainer.encounter.session import Session
from trainer.encounter.situation import died
from trainer.knowledge.statement import OTHER
from trainer.knowledge.treatment import Channel
from trainer.records.report.value import Bar, BeliefLine, Timeline
from trainer.records.report.word import clip

_MOST_BARS = 5
_MOST_BELIEFS = 4
_WORTH_A_ROW = 0.045  # share from which on a disease has its own row; a token is 0.05


def timeline_of(debrief: Debrief, session: Session) -> Timeline:
    """Return the run day by day."""
    now, tests = session.now, session.engine.library.tests
    doses = session.bedside.drugs(now.courses, now.day)[:, Channel.GLUCOCORTICOID]
    bars = _bars(session)
    return Timeline(
        last_day=now.day,
        visits=now.visits,
        scans=tuple(sight.scan_days(session.pictures())),
        invasive=tuple(sorted({o.request.day for o in now.tests if tests[o.request.test].invasive})),
        alarms=tuple(day for _, day, why in now.stops if any(one.kind in {"deterioration", "call"} for one in why)),
        death_day=now.day if died(now) else None,
        dose_mg=tuple(float(dose) for dose in doses),
        bars=bars[:_MOST_BARS],
        more_bars=max(0, len(bars) - _MOST_BARS),
        belief_days=tuple(visit.day for visit in debrief.visits),
        beliefs=_beliefs(debrief.visits, debrief.names),
    )


def _bars(session: Session) -> tuple[Bar, ...]:
    """Return what else was taken, one bar a treatment, by its first day."""
    treatments, now = session.engine.library.treatments, session.now
    spans: dict[str, tuple[int, int]] = {}
    for index, begun in enumerate(now.begun):
        first, days = begun.course.day or 0, taken_days(now.begun, index)
        if days > 0 and treatments[begun.course.give].group != "glucocorticoid":
            known = spans.get(begun.course.give, (first, first))
            spans[begun.course.give] = (min(known[0], first), max(known[1], min(first + days, now.day)))
    ordered = sorted(spans.items(), key=lambda one: (one[1], one[0]))
    return tuple(Bar(clip(treatments[give].name, 40), first, end) for give, (first, end) in ordered)


def _beliefs(visits: tuple[Visit, ...], names: Mapping[str, str]) -> tuple[BeliefLine, ...]:
    """Return the diseases that anybody gave most, the largest first, and all others together."""
    most: dict[str, float] = {}
    for visit in visits:
        for shares in (visit.stated or {}, visit.observer):
            for disease, value in shares.items():
                most[disease] = max(most.get(disease, 0.0), value)
    most.pop(OTHER, None)
    shown = sorted((d for d, value in most.items() if value >= _WORTH_A_ROW), key=lambda d: (-most[d], d))
    shown = shown[:_MOST_BELIEFS]

    def rest(shares: Mapping[str, float]) -> float:
        return max(0.0, sum(shares.values()) - sum(shares.get(d, 0.0) for d in shown))

    lines = [
        BeliefLine(
            clip(names.get(disease, disease), 60),
            tuple(None if v.stated is None else v.stated.get(disease, 0.0) for v in visits),
            tuple(v.observer.get(disease, 0.0) for v in visits),
        )
        for disease in shown
    ]
    stated = tuple(None if v.stated is None else rest(v.stated) for v in visits)
    return (*lines, BeliefLine("All others", stated, tuple(rest(v.observer) for v in visits)))
