"""A case's texts filled in from the simulated patient, so that the story follows them and never differs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trainer.core.time import DAYS_PER_WEEK, TICKS_PER_DAY
from trainer.course.beginning import person_of

_DAYS_UNTIL = 14  # an illness of up to this many days is told in days, ...
_WEEKS_UNTIL = 18  # ... one of up to this many weeks in weeks, a longer one in months
_DAYS_PER_MONTH = 30.44


def words_of(patient: np.void) -> Mapping[str, str]:
    """Return the words of `trainer.knowledge.case.WORDS` for a patient.

    Parameters
    ----------
    patient : numpy.void
        A record of `trainer.course.state.PATIENT`.
    """
    person = person_of(patient)
    female = person.sex == "F"
    days = -int(patient["onset_tick"]) / TICKS_PER_DAY
    return {
        "person": "A woman" if female else "A man",
        "man": "woman" if female else "man",
        "they": "she" if female else "he",
        "They": "She" if female else "He",
        "them": "her" if female else "him",
        "their": "her" if female else "his",
        "Their": "Her" if female else "His",
        "weight": f"{person.weight_kg:.0f}",
        "age": f"{person.age_years:.0f}",
        "weeks": f"{days / DAYS_PER_WEEK:.0f}",
        "duration": _duration(days),
    }


def fill(text: str, patient: np.void) -> str:
    """Return a text of a case with its words filled in."""
    return text.format(**words_of(patient))


def _duration(days: float) -> str:
    """Return how long the illness has lasted: "5 days", "7 weeks", "8 months"."""
    if days <= _DAYS_UNTIL:
        count, unit = round(days), "day"
    elif days <= _WEEKS_UNTIL * DAYS_PER_WEEK:
        count, unit = round(days / DAYS_PER_WEEK), "week"
    else:
        count, unit = round(days / _DAYS_PER_MONTH), "month"
    return f"{count} {unit}{'' if count == 1 else 's'}"
