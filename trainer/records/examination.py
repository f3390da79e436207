"""Looking at a SQLite file before it is used: whether it is whole, whose it is, and whether every value is of its kind.

SQLite's own check vouches for the structure of a file and not for what is in it: a text can stand where a number
belongs. What passes here can be read without a surprise, whoever wrote it; what the texts say is up to their readers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, String
from sqlalchemy.types import TypeEngine

from trainer.core.error import BadInput
from trainer.records.fault import DAMAGE, code_of, line_of
from trainer.records.migration import REVISIONS, later_columns
from trainer.records.table import Moment, metadata

_MAGIC: Final = b"SQLite format 3\x00"
_VERSION_TABLE: Final = "alembic_version"
_LONGEST_TEXT: Final = 1_000_000
LONGEST_EVENT: Final = 20_000
"""Letters, more than any event takes that was played: sixty steps of a course at some 120, forty reasons of 300."""

_LONGEST_WORD: Final = 80  # letters of an identifier; SQLite keeps them in narrower columns too
_LARGEST: Final = 1e15
_WHY: Final = 90  # letters of what SQLite says of the damage
_DAY: Final = "[1-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_TIME: Final = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]"


class Damaged(Exception):
    """A database of Atoll's that cannot be relied on; the text says why, in a few words of one line."""

    def __init__(self, why: str) -> None:
        super().__init__("".join(c if c.isprintable() else " " for c in why[:_WHY]))


def examine(path: Path) -> str | None:
    """Return the revision of the tables in a file, None if there are none yet.

    The file is only read, but for what SQLite itself does first: it takes back a change that a kill broke off.

    Raises
    ------
    Damaged
        If it is not whole, or holds what Atoll does not write.
    BadInput
        If it cannot be read, is of a newer version of Atoll, or is another program's.
    """
    _check_file(path)
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        try:
            return _read(path)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
            _take_back(path)
            return _read(path)
    except UnicodeDecodeError as error:  # even what SQLite says of the damage may quote it
        raise Damaged("a text in it is no text") from error
    except sqlite3.Error as error:
        if code_of(error) in DAMAGE or "decode" in str(error):
            if path.name.endswith(".sqlite") or _begins_well(path):
                raise Damaged(str(error)) from error
            raise BadInput(f"{path}: not a database; name another file in ATOLL_DATABASE") from error
        raise BadInput(line_of(error, str(path))) from error


def _read(path: Path) -> str | None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        return _look(connection, path)


def _take_back(path: Path) -> None:
    """Let SQLite take back the change that its journal beside the file tells of."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _check_file(path: Path) -> None:
    """Raise `BadInput` if the system does not let the file be read: it may be whole, so it is left alone."""
    try:
        if path.exists() and not path.is_file():
            raise BadInput(f"{path}: not a regular file; move it away, or set ATOLL_HOME to another folder")
        if path.exists():
            with path.open("rb") as stream:
                stream.read(1)
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror}); nothing was changed. Make it readable, or set ATOLL_HOME to "
            "another folder"
        ) from error


def _begins_well(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def _look(connection: sqlite3.Connection, path: Path) -> str | None:
    made = {(str(kind), str(name)): str(sql) for kind, name, sql in _rows(connection, _MADE)}
    if not made:
        return None
    revision = _revision(connection, made, path)
    odd = [name for (kind, name), sql in made.items() if kind not in {"table", "index"} or "VIRTUAL" in sql.upper()]
    if odd:
        raise Damaged(f"it holds {odd[0][:40]!r}, which Atoll does not make")
    if (said := next(_rows(connection, "PRAGMA quick_check(1)"))[0]) != "ok":
        raise Damaged(str(said).splitlines()[-1])
    _check_tables(connection, {name for _, name in made}, revision)
    if next(_rows(connection, "PRAGMA foreign_key_check"), None) is not None:
        raise Damaged("rows are missing to which others belong")
    return revision


_MADE: Final = "SELECT type, name, coalesce(sql, '') FROM sqlite_master"


def _rows(connection: sqlite3.Connection, statement: str) -> Iterator[Any]:
    return iter(connection.execute(statement))


def _revision(connection: sqlite3.Connection, made: dict[tuple[str, str], str], path: Path) -> str:
    if ("table", _VERSION_TABLE) not in made:
        raise BadInput(f"{path}: a database of another program; name another file in ATOLL_DATABASE, or move it away")
    found = [row[0] for row in _rows(connection, f"SELECT version_num FROM {_VERSION_TABLE} LIMIT 2")]  # noqa: S608
    if len(found) != 1 or not isinstance(found[0], str):
        raise Damaged("it does not say its version")
    return known_revision(found[0], str(path))


def known_revision(found: str, place: str) -> str:
    """Return a revision that this version of Atoll knows.

    Raises
    ------
    BadInput
        If it does not: then a newer one made the tables.
    """
    if found not in REVISIONS:
        raise BadInput(
            f"{place}: of a newer version of Atoll (its tables are {found[:20]!r}, this one knows {REVISIONS[-1]}); "
            "nothing was changed. Get the newer version, or set ATOLL_HOME to another folder"
        )
    return found


def _check_tables(connection: sqlite3.Connection, made: set[str], revision: str) -> None:
    """Raise `Damaged` unless the tables are those of a revision and every value in them is of its column's kind."""
    ours = {_VERSION_TABLE, *metadata.tables}
    ours |= {str(index.name) for table in metadata.tables.values() for index in table.indexes}
    ours |= {name for name in made if name.startswith("sqlite_autoindex_")}
    if made != ours:
        raise Damaged(f"its tables are not as Atoll makes them ({sorted(made ^ ours)[0][:40]})")
    for table in metadata.tables.values():
        columns = [(row[1], row[6]) for row in _rows(connection, f"PRAGMA table_xinfo({table.name})")]
        later = later_columns(revision, table.name)
        expected = [column for column in table.columns if column.name not in later]
        if columns != [(column.name, 0) for column in expected]:
            raise Damaged(f"its tables are not as Atoll makes them ({table.name})")
        _check_values(connection, table.name, expected)


def condition(columns: Iterable[Column[Any]]) -> str:
    """Return the condition that each value of a row is of its column's kind, in SQL."""
    return " AND ".join(f"({_right(column)})" for column in columns)


def _check_values(connection: sqlite3.Connection, table: str, columns: Sequence[Column[Any]]) -> None:
    statement = f"SELECT count(*) FROM {table} WHERE ({condition(columns)}) IS NOT 1"  # noqa: S608 - names are Atoll's own
    if next(_rows(connection, statement))[0]:
        raise Damaged(f"it holds values that Atoll does not write ({table})")
    texts = ", ".join(f'"{column.name}"' for column in columns if isinstance(column.type, String))
    for _ in _rows(connection, f"SELECT {texts} FROM {table}") if texts else ():  # noqa: S608
        pass  # a text that is no Unicode shows when it is read


def _right(column: Column[Any]) -> str:
    """Return the condition that a value is of its column's kind, in SQL."""
    right = _of_kind(f'"{column.name}"', column.type)
    return f'"{column.name}" IS NULL OR {right}' if column.nullable else right


def _of_kind(name: str, kind: TypeEngine[Any]) -> str:
    if isinstance(kind, (Moment, DateTime)):
        second = f"substr({name}, 1, 19)"
        there = f"datetime({second}, '+0 seconds') = {second}"  # not the 31st of February
        return f"typeof({name}) = 'text' AND {name} GLOB '{_DAY} {_TIME}' AND {there}"
    if isinstance(kind, Date):
        return f"typeof({name}) = 'text' AND {name} GLOB '{_DAY}' AND date({name}, '+0 days') = {name}"
    if isinstance(kind, Boolean):
        return f"typeof({name}) = 'integer' AND {name} IN (0, 1)"
    if isinstance(kind, Integer):
        return f"typeof({name}) = 'integer'"
    if isinstance(kind, Float):
        return f"typeof({name}) IN ('real', 'integer') AND abs({name}) < {_LARGEST}"
    assert isinstance(kind, String)
    longest = max(kind.length, _LONGEST_WORD) if kind.length else _LONGEST_TEXT
    longest = LONGEST_EVENT if name == '"body"' else longest
    return f"typeof({name}) = 'text' AND length({name}) <= {longest}"
