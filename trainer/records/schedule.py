"""When a card comes back: ratings out of scores, the scheduler, and the examination that caps its intervals.

The scheduler is FSRS-6 (the ``fsrs`` library). Two things differ from its use for vocabulary. There are no learning
steps of minutes: a card takes minutes itself, brings a new patient each time, and one that is asked again within the
hour tests the memory of the model answer and not of the subject; so a card is due in days from its first rating on.
And no one is asked how hard it was: learners press "hard" for a fail, so the rating follows from the score.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from fsrs import Card as Scheduled
    from fsrs import Scheduler

Grade = Literal[1, 2, 3, 4]
AGAIN: Final = 1
HARD: Final = 2
GOOD: Final = 3
EASY: Final = 4

RETENTION: Final = 0.9
LONGEST_DAYS: Final = 180
"""No interval is longer."""

_FAIR, _WELL, _FULL = 0.5, 0.7, 0.9  # scores from which an answer is hard, good, easy; judgement
_LARGEST = 1e6  # days; no card lasts so long
_SURE = 0.8  # confidence without which nothing is easy; judgement


def rating_of(score: float, confidence: float | None, right: bool) -> Grade:
    """Return the rating that a score comes to.

    Parameters
    ----------
    score : float
        0 to 1.
    confidence : float or None
        How sure the learner was, 0.5 to 1.
    right : bool
        Whether all of it counts as right. Nothing is easy that was right by luck.
    """
    if score < _FAIR:
        return AGAIN
    if score < _WELL:
        return HARD
    easy = score >= _FULL and right and confidence is not None and confidence >= _SURE
    return EASY if easy else GOOD


@cache
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(
        desired_retention=RETENTION, learning_steps=(), relearning_steps=(), maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )  # fmt: skip


@cache
def scheduler_name() -> str:
    """Return the scheduler's name and version, as each card carries it."""
    from importlib.metadata import version

    return f"fsrs {version('fsrs')}"


def reviewed(schedule: str | None, identifier: str, grade: Grade, now: datetime) -> Scheduled:
    """Return a card of the scheduler after a review; None is a new one."""
    from fsrs import Card, Rating

    at = now.astimezone(UTC)
    number = int.from_bytes(sha256(identifier.encode()).digest()[:6])
    card = (None if schedule is None else scheduled_in(schedule)) or Card(card_id=number, due=at)
    return _scheduler().review_card(card, Rating(grade), at)[0]


def scheduled_in(schedule: str) -> Scheduled | None:
    """Return the scheduler's card as it was kept; None if it cannot be one: then it is begun anew."""
    from fsrs import Card

    try:
        card = Card.from_json(schedule)
        times, numbers = (card.due, card.last_review), (card.stability, card.difficulty)
        whole = all(at is not None and at.tzinfo is not None for at in times)
        whole = whole and all(one is not None and 0.0 < one < _LARGEST for one in numbers)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return card if whole and card.step in {None, 0} else None


def capped(due: datetime, last: datetime | None, exam: date | None, now: datetime) -> datetime:
    """Return when a card is due if there is an examination: never after the day before it.

    A card that was reviewed on that day, or later, is left as it is: there is no time for another review.

    Parameters
    ----------
    due : datetime
        As the scheduler has it.
    last : datetime or None
        Of the last review.
    exam : date or None
    now : datetime
        Its time zone decides when a day begins.
    """
    if exam is None:
        return due
    eve = datetime.combine(exam - timedelta(days=1), time.min, now.tzinfo)
    reviewed = last is not None and last >= eve
    return due if reviewed or due <= eve else eve
