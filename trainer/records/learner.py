"""Learners: local profiles under pseudonyms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from sqlalchemy import insert, select

from trainer.core.error import BadInput
from trainer.core.place import home_dir
from trainer.core.storage import read_bounded, write_atomically
from trainer.records import table
from trainer.records.database import Records

_CURRENT = "learner.txt"
_FIRST = "learner-1"
_ID_BYTES = 100


@dataclass(frozen=True)
class Learner:
    """Who plays.

    Parameters
    ----------
    id : str
    pseudonym : str
    exam_date : date, optional
        Day of the examination that is prepared for.
    """

    id: str
    pseudonym: str
    exam_date: date | None = None


def learners(records: Records) -> list[Learner]:
    """Return all learners by pseudonym."""
    columns = (table.learner.c.id, table.learner.c.pseudonym, table.learner.c.exam_date)
    with records.begin() as connection:
        rows = connection.execute(select(*columns).order_by(table.learner.c.pseudonym)).all()
    return [Learner(*row) for row in rows]


def add_learner(records: Records, pseudonym: str) -> Learner:
    """Return a new learner.

    Raises
    ------
    BadInput
        If the pseudonym is taken or empty.
    """
    made = Learner(str(uuid4()), pseudonym.strip())
    if not made.pseudonym or any(one.pseudonym == made.pseudonym for one in learners(records)):
        raise BadInput(f"{pseudonym!r}: taken, or empty; choose another pseudonym")
    with records.begin() as connection:
        connection.execute(
            insert(table.learner).values(id=made.id, pseudonym=made.pseudonym, made_at=datetime.now(UTC))
        )
    return made


def found_learner(records: Records) -> Learner | None:
    """Return who plays at this workstation: whom was chosen last, else the first there is; None if nobody yet."""
    known = learners(records)
    chosen = _chosen()
    return next((one for one in known if one.id == chosen), known[0] if known else None)


def current_learner(records: Records) -> Learner:
    """Return who plays at this workstation, and begin a profile if there is none yet."""
    return found_learner(records) or add_learner(records, _FIRST)


def choose_learner(learner: Learner) -> None:
    """Remember who plays at this workstation."""
    write_atomically(home_dir() / _CURRENT, learner.id.encode())


def _chosen() -> str:
    try:
        return read_bounded(home_dir() / _CURRENT, _ID_BYTES).decode("ascii", "replace").strip()
    except BadInput:  # nobody was chosen, or it cannot be read: the first there is will do
        return ""
