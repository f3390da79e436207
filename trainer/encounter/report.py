"""The written report of a CT, which a learner gets after reading the picture."""

from __future__ import annotations

from trainer.encounter import sight
from trainer.encounter.session import Session
from trainer.knowledge.statement import Read


def report_of(session: Session) -> str:
    """Return the report of the last CT, or why it is not there yet: the read comes first."""
    days = sight.scan_days(session.pictures())
    if not days:
        return "There is no CT yet."
    day, today = days[-1], session.now.day
    if day == today and not any(read.day == day for _, read in session.now.said(Read)):
        return "Read today's CT first; then the report is yours."
    return sight.in_words(session, day, days[-2] if len(days) > 1 else None)
