"""What a later look shows of the treatment that was given since an earlier one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.course.cohort import Engine
from trainer.course.planning import PlanRun
from trainer.knowledge.plan import Course, Plan
from trainer.knowledge.treatment import Channel

TRIAL_DAYS = 5
"""Days of a drug between two looks from which the second shows how the patient answers to it; judgement."""

ALONE_DAYS = 7
"""Days without a drug that acts on the lung from which improvement is called spontaneous; judgement."""

ANSWER, NO_ANSWER, ALONE = "steroid-response", "no-response-to-antibiotics", "spontaneous-improvement"
_ANY_WEIGHT_KG = 70.0  # it does not decide whether a drug is taken


def answered(engine: Engine, courses: Sequence[Course], early: int, late: int) -> str | None:
    """Return which finding of the course a look on day ``late`` is about, beside one on day ``early``.

    A steroid hides what an antibiotic given with it does, so `NO_ANSWER` is told of an antibiotic without one. None
    if too little was given to judge, and too much to call the course the illness's own.
    """
    antibiotics = tuple(c for c in courses if engine.library.treatments[c.give].group == "antibiotic")
    taken = _taken(engine, courses, early, late)
    if (taken[:, Channel.GLUCOCORTICOID] > 0).sum() >= TRIAL_DAYS:
        return ANSWER
    if _taken(engine, antibiotics, early, late).any(axis=1).sum() >= TRIAL_DAYS:
        return NO_ANSWER
    alone = late - early >= ALONE_DAYS and not taken[:, : Channel.ANTICOAGULATION].any()
    return ALONE if alone else None


def _taken(engine: Engine, courses: Sequence[Course], early: int, late: int) -> np.ndarray:
    """Return what is taken on each day from ``early`` to the day before ``late``, shape (days, channels)."""
    plan = Plan(id="orders", title="what was ordered", source="judgement", treatments=tuple(courses))
    run = PlanRun(plan, engine.library.treatments, np.array([_ANY_WEIGHT_KG]))
    return np.array([run.drugs(day, {})[0] for day in range(early, late)]).reshape(late - early, len(Channel))
