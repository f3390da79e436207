"""The steps by which the tables came to be as they are."""

from typing import Final

REVISIONS: Final = ("0001",)
"""Every step in order, the last as this version of Atoll knows the tables; read without loading Alembic."""
