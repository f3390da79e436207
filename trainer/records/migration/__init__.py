"""The steps by which the tables came to be as they are."""

from collections.abc import Mapping
from typing import Final

REVISIONS: Final = ("0001", "0002")
"""Every step in order, the last as this version of Atoll knows the tables; read without loading Alembic."""

ADDED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {"0002": {"run": ("chest_name", "chest_digest")}}
"""The columns that a step added, by its revision and their table; each may be empty."""


def later_columns(revision: str, table: str) -> frozenset[str]:
    """Return the columns of a table that it does not have yet at a revision."""
    after = REVISIONS[REVISIONS.index(revision) + 1 :]
    return frozenset(column for step in after for column in ADDED.get(step, {}).get(table, ()))
