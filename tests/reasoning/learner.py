"""Simulated patients of the case mix, and what a learner who works them up plausibly has seen of each."""

from dataclasses import dataclass

import numpy as np

from trainer.core.chance import key_of, uniform
from trainer.core.time import TICKS_PER_DAY
from trainer.course.beginning import first_day
from trainer.course.history import follow
from trainer.course.outcome import NEEDED_DAYS, outcomes
from trainer.course.result import result_of
from trainer.knowledge.plan import Course, Plan, Step
from trainer.reasoning.ctread import CHANGE, alive_on, change_features, reported, still_features
from trainer.reasoning.observer import Evidence, Scan, Seen, Told

ANTIBIOTIC = (Course(give="co-amoxiclav", day=0, steps=(Step(dose=1.0, unit="1", days=10),)),)
STEROID = (Course(give="prednisolone", day=0, steps=(Step(dose=0.75, unit="mg/kg", days=28),)),)
BLOOD = ("crp", "full-blood-count", "vital-signs")
HISTORY = (
    "history-symptoms", "history-drugs", "history-infection", "history-radiotherapy", "history-connective-tissue",
    "history-immunosuppression",
)  # fmt: skip
LATER = 28


@dataclass(frozen=True)
class Learner:
    """One patient of the case mix: what it is, and what was seen by day 0 and, if alive, by day `LATER`."""

    disease: str
    evidence: tuple[Evidence, ...]


def learners(engine, prior, count, seed):
    """Return the learners of ``count`` patients. In turn they give nothing, an antibiotic and a steroid."""
    names = sorted(prior)
    edges = np.cumsum([prior[name] for name in names])
    drawn = np.array([uniform(key_of("case mix", seed, i), 1, 0, 0) for i in range(count)]) * edges[-1]
    which = np.searchsorted(edges, drawn)
    found = []
    for index, name in enumerate(names):
        onset = engine.patients(name, seed, 0, int((which == index).sum())) if (which == index).any() else None
        for turn, courses in enumerate(((), ANTIBIOTIC, STEROID)):
            rows = np.arange(turn, 0 if onset is None else len(onset), 3)
            if len(rows):
                found += _of_disease(engine, name, onset.select(rows), courses)
    return found


def _of_disease(engine, name, onset, courses):
    begin = min(first_day(onset), 0)
    plan = Plan(id="orders", title="what was ordered", source="judgement", treatments=courses)
    days = {day for day in NEEDED_DAYS if day >= begin} | {0, LATER}
    history = follow(engine.parameters, onset, plan, engine.library.treatments, LATER, days)
    columns = outcomes(engine.parameters, history)
    return [Learner(name, _seen(engine, name, history, columns, row, courses)) for row in range(len(onset))]


def _seen(engine, name, history, columns, row, courses):
    patient = history.snapshots[0].patients[row]
    key = int(patient["key"])
    told = Told(
        "F" if patient["female"] else "M",
        float(patient["age_years"]),
        {column: float(columns[column][row]) for column in ("symptom_weeks", "fever")},
    )
    asked = [test for i, test in enumerate(HISTORY) if uniform(key, 1, 0, 9000 + i) < 0.5]
    seen, scans, evidence, before = [], [], [], None
    for day, tests in ((0, (*BLOOD, *asked)), (LATER, BLOOD)):
        state = history.snapshots[day].select(np.array([row]))
        if not alive_on(state.patients, day)[0]:
            break
        for report in (report for test in tests for report in engine.library.tests[test].reports):
            value = result_of(report, state.patients[0], engine.library.diseases[name], day * TICKS_PER_DAY)
            if value is not None:
                seen.append(Seen(day, report, value))
        still = reported(still_features(state)[0], key, day)
        if before is None:
            scans.append(Scan(day, still))
        else:
            change = reported(change_features(before, state)[0], key, day, CHANGE)
            scans.append(Scan(day, still, 0, change))
        before = state
        evidence.append(Evidence(told, tuple(seen), tuple(scans), courses, day))
    return tuple(evidence)
