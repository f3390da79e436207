"""Ratings, the scheduler against the published vectors, and the cap before an examination."""

from datetime import UTC, datetime, timedelta

import pytest
from fsrs import Card as Scheduled
from fsrs import Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from trainer.records.schedule import AGAIN, EASY, GOOD, HARD, LONGEST_DAYS, capped, rating_of, reviewed

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

# The library against the published vectors


def test_the_library_gives_the_published_first_values():
    """FSRS-6 with its default weights, as published: a new card rated Good, then each rating after two days."""
    scheduler = Scheduler(desired_retention=0.9, learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    first, _ = scheduler.review_card(Scheduled(card_id=1, due=NOW), Rating.Good, NOW)
    assert first.stability == pytest.approx(2.3065, abs=1e-4)
    assert first.difficulty == pytest.approx(2.1181, abs=1e-4)
    later = NOW + timedelta(days=2)
    assert scheduler.get_card_retrievability(first, later) == pytest.approx(0.90949, abs=1e-5)
    wanted = {
        Rating.Again: (0.6076, 7.3945, 1), Rating.Hard: (7.5133, 4.7529, 8), Rating.Good: (10.9643, 2.1112, 11),
        Rating.Easy: (18.5218, 1.0, 19),
    }  # fmt: skip
    for rating, (stability, difficulty, days) in wanted.items():
        card, _ = scheduler.review_card(first, rating, later)
        assert card.stability == pytest.approx(stability, abs=1e-4)
        assert card.difficulty == pytest.approx(difficulty, abs=1e-4)
        assert (card.due - later).days == days


def test_our_scheduler_gives_the_same_intervals():
    text = reviewed(None, "a", GOOD, NOW).to_json()
    for grade, days in ((AGAIN, 1), (HARD, 8), (GOOD, 11), (EASY, 19)):
        later = NOW + timedelta(days=2)
        assert (reviewed(text, "a", grade, later).due - later).days == days


def test_a_card_is_never_due_within_the_hour():
    for grade in (AGAIN, HARD, GOOD, EASY):
        assert reviewed(None, "a", grade, NOW).due - NOW >= timedelta(days=1)


# Ratings


@pytest.mark.parametrize(
    ("score", "confidence", "right", "grade"),
    [
        (0.49, 1.0, True, AGAIN), (0.5, 1.0, True, HARD), (0.69, 1.0, True, HARD), (0.7, 1.0, True, GOOD),
        (0.89, 1.0, True, GOOD), (0.95, 0.8, True, EASY), (0.95, 0.79, True, GOOD), (0.95, 1.0, False, GOOD),
        (1.0, None, True, GOOD),
    ],
)  # fmt: skip
def test_the_rating_follows_from_the_score(score, confidence, right, grade):
    assert rating_of(score, confidence, right) == grade


# The examination


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 20)), min_size=1, max_size=12), st.integers(1, 400),
)  # fmt: skip
def test_no_card_is_ever_due_after_the_day_before_the_examination(answers, ahead):
    exam = (NOW + timedelta(days=ahead)).date()
    eve = datetime.combine(exam - timedelta(days=1), datetime.min.time(), UTC)
    text, now = None, NOW
    for grade, wait in answers:
        card = reviewed(text, "a", grade, now)
        due = capped(card.due, card.last_review, exam, now)
        assert due <= card.due and (due <= eve or now >= eve)
        assert (card.due - now).days <= LONGEST_DAYS
        assert due > now or now >= eve
        text, now = card.to_json(), max(now, due) + timedelta(days=wait)
