"""What can be vouched for is brought out of damaged records into those that took their place.

A run is brought over if its chain and its seal hold: then every event of it is as it was committed. Of the other tables
a row is brought over if each value is of its kind and what it belongs to is there; what the values say cannot be
vouched for. What is there already is never changed, but for a run that goes on where the one that is there ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Connection, Table

from trainer.core.error import BadInput
from trainer.records import table
from trainer.records.examination import condition
from trainer.records.row import run_of

_STEPS: Final = 100_000
_MOST_TURNS: Final = 200  # of so many steps of SQLite's: a second or two; a broken tree may lead round and round
_Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Salvaged:
    """How many runs were brought over, and how many were seen that could not be."""

    runs: int
    lost: int


def salvage(damaged: Path, connection: Connection) -> Salvaged:
    """Bring over what can be vouched for; whoever calls commits.

    Parameters
    ----------
    damaged : Path
        It is only read.
    connection : Connection
        To the records that took its place, in SQLite, their tables as this version of Atoll knows them.
    """
    found: dict[str, _Rows] = {}
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(_opened(damaged)) as source:
        found = {one.name: _readable(source, one) for one in table.metadata.sorted_tables}
    happened: dict[str, _Rows] = {}
    for event in sorted(found.pop("event", []), key=lambda event: int(event["number"])):
        happened.setdefault(event["run_id"], []).append(event)
    runs = lost = 0
    for one in table.metadata.sorted_tables:
        for row in found.get(one.name, []):
            if not _belongs(connection, one, row):
                lost += one is table.run
            elif one is not table.run:
                _insert(connection, one, row)
            elif (number := _bring_run(connection, row, happened.get(row["id"], []))) is not None:
                runs += number
            else:
                lost += 1
    return Salvaged(runs, lost)


def _opened(damaged: Path) -> sqlite3.Connection:
    source = sqlite3.connect(f"{damaged.resolve().as_uri()}?mode=ro", uri=True)
    source.execute("PRAGMA trusted_schema=OFF")
    turns = iter(range(_MOST_TURNS))
    source.set_progress_handler(lambda: next(turns, None) is None, _STEPS)
    return source


def _readable(source: sqlite3.Connection, one: Table) -> _Rows:
    """Return the rows of a table that can be read, from either end, if each value is of its kind."""
    rows: dict[int, dict[str, Any]] = {}
    with suppress(sqlite3.Error, UnicodeDecodeError, ValueError):
        plain = "SELECT type, upper(sql) FROM sqlite_master WHERE name = ?"
        ((kind, sql),) = source.execute(plain, (one.name,)).fetchall()
        if kind != "table" or "VIRTUAL" in sql or "GENERATED" in sql:
            return []
    names, chosen = [column.name for column in one.columns], _chosen(source, one)
    for order in ("ASC", "DESC"):
        try:
            for number, *values in source.execute(f"{chosen} ORDER BY rowid {order}"):
                rows[number] = dict(zip(names, values, strict=True))
            break
        except (sqlite3.Error, UnicodeDecodeError):
            continue  # as far as it went; now from the other end
    return [rows[number] for number in sorted(rows)]


def _chosen(source: sqlite3.Connection, one: Table) -> str:
    """Return how the rows of a table are read; a column that an older version did not have yet is empty."""
    there = {column.name for column in one.columns}
    with suppress(sqlite3.Error, UnicodeDecodeError):
        found = {row[1] for row in source.execute(f"PRAGMA table_xinfo({one.name})")}
        there -= {column.name for column in one.columns if column.nullable and column.name not in found}
    # a name in quotes that is no column would be taken for a text
    columns = ", ".join(f'"{column.name}"' if column.name in there else "NULL" for column in one.columns)
    right = condition(column for column in one.columns if column.name in there)
    return f"SELECT rowid, {columns} FROM {one.name} NOT INDEXED WHERE {right}"  # noqa: S608


def _belongs(connection: Connection, one: Table, row: Mapping[str, Any]) -> bool:
    """Return whether all that a row belongs to is there."""
    for key in one.foreign_keys:
        value, owner = row[key.parent.name], key.column.table.name
        if value is not None:
            there = connection.exec_driver_sql(f"SELECT 1 FROM {owner} WHERE id = ?", (value,))  # noqa: S608
            if there.first() is None:
                return False
    return True


def _insert(connection: Connection, one: Table, row: Mapping[str, Any]) -> int:
    """Insert a row as SQLite keeps it, if none is there that stands in its way; return how many were inserted."""
    columns, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
    statement = f"INSERT OR IGNORE INTO {one.name} ({columns}) VALUES ({marks})"  # noqa: S608 - names are Atoll's own
    return connection.exec_driver_sql(statement, tuple(row.values())).rowcount


def _bring_run(connection: Connection, row: dict[str, Any], events: _Rows) -> int | None:
    """Return 1 if a run was brought over or carried on, 0 if it was there, None if it cannot be vouched for."""
    try:
        run_of(SimpleNamespace(**row), [SimpleNamespace(**event) for event in events], row["name"])
    except BadInput:
        return None
    new = _insert(connection, table.run, row)
    if not connection.exec_driver_sql("SELECT 1 FROM run WHERE id = ?", (row["id"],)).first():
        return None  # another run has its name
    chosen = "SELECT number, link FROM event WHERE run_id = ? ORDER BY number"
    had = [tuple(one) for one in connection.exec_driver_sql(chosen, (row["id"],))]
    if had != [(event["number"], event["link"]) for event in events[: len(had)]]:
        return 0  # what is there went another way, or further
    if not new and len(had) == len(events):
        return 0
    for event in events[len(had) :]:
        _insert(connection, table.event, event)
    changing = [name for name in row if name not in {"id", "learner_id", "name", "made_at"}]
    assigned = ", ".join(f'"{name}" = ?' for name in changing)
    values = (*(row[name] for name in changing), row["id"])
    connection.exec_driver_sql(f"UPDATE run SET {assigned} WHERE id = ?", values)  # noqa: S608 - names are Atoll's own
    return 1
