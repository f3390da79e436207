"""The tables of what must last, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_NAMES: Final = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, or no migration could drop one in SQLite."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back on."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Refuse a moment without a zone: nobody could say when it was."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(naming_convention=_NAMES)


def _of(table: str, column: str, *, primary: bool = False, nullable: bool = False) -> Column[str]:
    """Return a column that belongs to a row of another table and goes with it."""
    return Column(
        column, String(36), ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=primary, nullable=nullable,
        index=not primary,
    )  # fmt: skip


learner = Table(
    "learner",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("pseudonym", String(60), nullable=False, unique=True),
    Column("exam_date", Date),
    Column("made_at", Moment, nullable=False),
)

assessment = Table(
    "assessment",
    metadata,
    Column("id", String(36), primary_key=True),
    _of("learner", "learner_id"),
    Column("seed", BigInteger, nullable=False),
    Column("time_factor", Float, nullable=False),
    Column("policy", String(60), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

run = Table(
    "run",
    metadata,
    Column("id", String(36), primary_key=True),
    _of("learner", "learner_id"),
    Column("name", String(120), nullable=False),
    Column("case_id", String(60), nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("engine", String(30), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("policy", String(60), nullable=False),
    Column("time_factor", Float, nullable=False),
    Column("format", Integer, nullable=False),
    Column("second", Integer),
    Column("state", String(64)),
    Column("seal", String(64)),
    Column("day", Integer, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("played_at", Moment, nullable=False),
    Column("chest_name", String(80)),  # of the imported chest it is played on; both or neither
    Column("chest_digest", String(64)),
    UniqueConstraint("learner_id", "name"),
)

event = Table(
    "event",
    metadata,
    _of("run", "run_id", primary=True),
    Column("number", Integer, primary_key=True),
    Column("body", Text, nullable=False),  # JSON, as in a run file
    Column("link", String(64), nullable=False),  # SHA-256 over the link before and the body
)

score = Table(
    "score",
    metadata,
    _of("run", "run_id", primary=True),
    Column("overall", Float, nullable=False),
    Column("policy", String(60), nullable=False),
    Column("engine", String(30), nullable=False),
    Column("disease", String(60), nullable=False),
    Column("difficulty", String(20), nullable=False),
    Column("gates_failed", Integer, nullable=False),
    Column("sheet", Text, nullable=False),  # JSON, as `atoll score --json` prints it
    Column("scored_at", Moment, nullable=False),
)

dial = Table(
    "dial",
    metadata,
    _of("run", "run_id", primary=True),
    Column("dial", String(30), primary_key=True),
    Column("value", Float, nullable=False),
    Column("se", Float, nullable=False),
)

statement = Table(
    "statement",
    metadata,
    _of("run", "run_id", primary=True),
    Column("event", Integer, primary_key=True),
    Column("kind", String(20), primary_key=True),  # better, same, worse, relapse; lead: the leading diagnosis
    Column("share", Float, nullable=False),
    Column("came", Boolean, nullable=False),
)

card = Table(
    "card",
    metadata,
    Column("id", String(36), primary_key=True),
    _of("learner", "learner_id"),
    Column("kind", String(20), nullable=False),  # decision, occlusion
    Column("case_id", String(60), nullable=False),
    Column("step", Integer, nullable=False),  # index of the step in the case
    Column("schedule", Text, nullable=False),  # JSON of the scheduler's card
    Column("scheduler", String(30), nullable=False),  # its name and version
    Column("due_at", Moment, nullable=False),
    Column("last_seed", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("learner_id", "kind", "case_id", "step"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", String(36), primary_key=True),
    _of("card", "card_id"),
    Column("seed", BigInteger, nullable=False),
    Column("score", Float, nullable=False),
    Column("confidence", Float),
    Column("rating", Integer, nullable=False),
    Column("said", Text, nullable=False),  # JSON
    Column("answered_at", Moment, nullable=False),
)

sitting = Table(
    "sitting",
    metadata,
    _of("assessment", "assessment_id", primary=True),
    Column("place", Integer, primary_key=True),  # from 1
    Column("case_id", String(60), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("run_id", String(36), ForeignKey("run.id", ondelete="SET NULL")),
)
