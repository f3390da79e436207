"""Simulated time: an integer tick of six hours from the first contact.

Day 0 is the presentation; the history before it has negative ticks.
"""

from __future__ import annotations

TICK_HOURS = 6
TICKS_PER_DAY = 24 // TICK_HOURS
DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 365.25


def tick_of(day: float) -> int:
    """Return the first tick at or after the beginning of ``day`` (days, may be negative or fractional)."""
    return -int(-day * TICKS_PER_DAY // 1)


def day_of(tick: int) -> float:
    """Return the time of ``tick`` in days from presentation."""
    return tick / TICKS_PER_DAY
