"""Key features of safe steroid treatment, read from what was ordered and nothing hidden.

Crude: two features with equal points and no windows in time. What a learner believed, saw and could have known is
not scored yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.knowledge.plan import Course, Request

PROPHYLAXIS_MG = 20.0  # prednisolone a day, and
PROPHYLAXIS_DAYS = 28  # days of it, from which PJP prophylaxis is advised (ATS 2011; practice differs, see the policy)
_INFECTION_TESTS = frozenset({"bronchoscopy-lavage", "sputum-culture", "blood-cultures", "afb-smear-pcr"})
_PROPHYLAXIS = frozenset({"co-trimoxazole-prophylaxis", "atovaquone"})


@dataclass(frozen=True)
class Item:
    """One thing that was scored.

    Parameters
    ----------
    id : str
    points, most : float
    reason : str
        What was done, what it was worth and why.
    source : str
    """

    id: str
    points: float
    most: float
    reason: str
    source: str


def key_features(courses: Sequence[Course], tests: Sequence[Request], weight_kg: float) -> list[Item]:
    """Return the items of an encounter.

    Parameters
    ----------
    courses : sequence of Course
        Treatments in the order in which they were started, each with its day.
    tests : sequence of Request
    weight_kg : float
    """
    steroid = next((c for c in courses if c.give == "prednisolone"), None)
    if steroid is None or steroid.day is None:
        return [
            Item(
                "infection-first",
                1,
                1,
                "No steroid was given, so none was given before infection was excluded.",
                "king-2022",
            )
        ]
    return [_infection_first(steroid.day, tests), _prophylaxis(steroid, courses, weight_kg)]


def _infection_first(steroid_day: int, tests: Sequence[Request]) -> Item:
    sent = [t for t in tests if t.test in _INFECTION_TESTS and t.day <= steroid_day]
    if sent:
        return Item(
            "infection-first",
            1,
            1,
            f"{sent[0].test} was sent on day {sent[0].day}, before the steroid of day {steroid_day}.",
            "king-2022",
        )
    return Item(
        "infection-first",
        0,
        1,
        f"Prednisolone began on day {steroid_day} with no sample sent: an infection would have spread under it.",
        "king-2022",
    )


def _prophylaxis(steroid: Course, courses: Sequence[Course], weight_kg: float) -> Item:
    mg = [s.dose * (weight_kg if s.unit == "mg/kg" else 1.0) for s in steroid.steps for _ in range(s.days)]
    high = sum(dose >= PROPHYLAXIS_MG for dose in mg)
    if high < PROPHYLAXIS_DAYS:
        return Item(
            "prophylaxis",
            1,
            1,
            f"Only {high} days at {PROPHYLAXIS_MG:g} mg or more: no prophylaxis is needed.",
            "park-2018",
        )
    if any(c.give in _PROPHYLAXIS for c in courses):
        return Item(
            "prophylaxis",
            1,
            1,
            f"{high} days at {PROPHYLAXIS_MG:g} mg or more, covered against Pneumocystis.",
            "park-2018",
        )
    return Item(
        "prophylaxis",
        0,
        1,
        f"{high} days at {PROPHYLAXIS_MG:g} mg or more without prophylaxis, which cuts Pneumocystis to a fourteenth.",
        "park-2018",
    )
