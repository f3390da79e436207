"""What can go wrong with a database, each in one line that says what to do."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_SQLITE: Final = {
    sqlite3.SQLITE_FULL: "the disk is full; make room, then do the last step again: it was not kept",
    sqlite3.SQLITE_READONLY: "they cannot be written; make their folder writable, or set ATOLL_HOME to another folder",
    sqlite3.SQLITE_CANTOPEN: "they cannot be opened; make their folder and file readable and writable, or set "
    "ATOLL_HOME to another folder",
    sqlite3.SQLITE_PERM: "they may not be opened; make them readable and writable, or set ATOLL_HOME to another folder",
    sqlite3.SQLITE_BUSY: "another program holds them; close it, then do the last step again: it was not kept",
    sqlite3.SQLITE_LOCKED: "another program holds them; close it, then do the last step again: it was not kept",
    sqlite3.SQLITE_IOERR: "the disk does not answer as it should; look after it, then do the last step again: it was "
    "not kept",
    sqlite3.SQLITE_CORRUPT: "they are damaged; close Atoll and open it again: they will be set aside, and the newest "
    "backup takes their place",
    sqlite3.SQLITE_NOTADB: "they are damaged; close Atoll and open it again: they will be set aside, and the newest "
    "backup takes their place",
    sqlite3.SQLITE_TOOBIG: "a text is longer than a database keeps",
}
_OVERTAKEN: Final = ("40001", "40P01")  # PostgreSQL: could not serialize, deadlock
_ORPHAN: Final = "23503"  # PostgreSQL: a foreign key
DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def code_of(error: BaseException) -> int:
    """Return SQLite's primary result code, 0 if it gives none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def line_of(error: SQLAlchemyError | sqlite3.Error, place: str, secrets: tuple[str, ...] = ()) -> str:
    """Return one line for what went wrong, with neither the statement nor what was to be written nor a password.

    Parameters
    ----------
    error : SQLAlchemyError or sqlite3.Error
    place : str
        Where the records are, as may be shown.
    secrets : tuple of str
        What must not be shown, should the server quote it.
    """
    inner: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        inner = error.orig
    said, sqlstate = _SQLITE.get(code_of(inner)), getattr(inner, "sqlstate", None)
    if said is None and isinstance(error, PoolTimeout):
        said = "every connection is in use; wait a moment, then do the last step again: it was not kept"
    if getattr(inner, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY or sqlstate == _ORPHAN:
        said = "what this belongs to was erased, elsewhere it may be; it was not kept"
    elif isinstance(error, IntegrityError) or sqlstate in _OVERTAKEN:
        said = "another window wrote the same at the same time; do the last step again: it was not kept"
    if said is None:
        words = str(inner).strip().partition("\n")[0] or type(inner).__name__
        said = f"{words}; nothing was kept of the last step"
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            said = "the server does not answer any more; when it does, do the last step again: it was not kept"
    line = f"the records in {place}: {said}"
    for secret in secrets:
        line = line.replace(secret, "***")
    return line
