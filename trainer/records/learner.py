"""Learners: local profiles under pseudonyms, with all that is theirs to be taken along or erased."""

from __future__ import annotations

import io
import json
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from trainer import __version__
from trainer.core.error import BadInput
from trainer.core.place import home_dir
from trainer.core.storage import check_target, read_bounded, write_atomically
from trainer.records import table
from trainer.records.backup import compact, drop_backups, take_backup
from trainer.records.database import Records
from trainer.records.shelf import Shelf

_CURRENT: Final = "learner.txt"
_FIRST: Final = "learner-1"
_ID_BYTES: Final = 100
_LONGEST: Final = 60
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SAID: Final = (
    "SIMULATED patients, for training; no measure of clinical competence.\n\n"
    "All that Atoll {version} kept of the learner {pseudonym}: runs/*.json are run files, which Atoll replays "
    "(`atoll replay FILE`) and takes in (`atoll runs import FILE`); the other files are tables, a row each.\n"
)


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
    with records.begin() as connection:
        return _all(connection)


def _all(connection: Connection) -> list[Learner]:
    columns = (table.learner.c.id, table.learner.c.pseudonym, table.learner.c.exam_date)
    rows = connection.execute(select(*columns).order_by(table.learner.c.pseudonym, table.learner.c.id))
    return [Learner(*row) for row in rows]


def add_learner(records: Records, pseudonym: str) -> Learner:
    """Return a new learner.

    Raises
    ------
    BadInput
        If the pseudonym is taken or cannot be one.
    """
    made = Learner(str(uuid4()), _checked(pseudonym))
    with records.begin() as connection:
        _check_free(connection, made)
        values = {"id": made.id, "pseudonym": made.pseudonym, "made_at": datetime.now(UTC)}
        connection.execute(insert(table.learner).values(**values))
    return made


def change_learner(
    records: Records, learner: Learner, pseudonym: str | None = None, exam_date: date | None = None
) -> Learner:
    """Return the learner under another pseudonym, if one is given, and with the day of the examination that is given.

    Raises
    ------
    BadInput
        If the pseudonym is taken or cannot be one, or the learner is no longer there.
    """
    made = replace(learner, pseudonym=_checked(pseudonym or learner.pseudonym), exam_date=exam_date)
    with records.begin() as connection:
        _check_free(connection, made)
        values = {"pseudonym": made.pseudonym, "exam_date": made.exam_date}
        done = connection.execute(update(table.learner).where(table.learner.c.id == made.id).values(**values))
        if not done.rowcount:
            raise BadInput(f"{learner.pseudonym}: this learner was erased")
    return made


def _checked(pseudonym: str) -> str:
    plain = " ".join(pseudonym.split())
    if not plain or len(plain) > _LONGEST or not plain.isprintable():
        raise BadInput(f"{pseudonym[:_LONGEST]!r} is no pseudonym; 1 to {_LONGEST} plain letters are")
    return plain


def _check_free(connection: Connection, wanted: Learner) -> None:
    if any(one.pseudonym == wanted.pseudonym and one.id != wanted.id for one in _all(connection)):
        raise BadInput(f"{wanted.pseudonym!r} is taken; choose another pseudonym")


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


def learner_called(records: Records, pseudonym: str) -> Learner:
    """Return a learner by pseudonym.

    Raises
    ------
    BadInput
        If there is none.
    """
    found = next((one for one in learners(records) if one.pseudonym == pseudonym), None)
    if found is None:
        raise BadInput(f"{pseudonym[:_LONGEST]!r}: there is no such learner; `atoll learner list` lists them")
    return found


def _chosen() -> str:
    try:
        return read_bounded(home_dir() / _CURRENT, _ID_BYTES).decode("ascii", "replace").strip()
    except BadInput:  # nobody was chosen, or it cannot be read: the first there is will do
        return ""


def export_learner(records: Records, learner_id: str, path: Path) -> None:
    """Write all that is kept of a learner into a zip, and nothing of anybody else.

    Raises
    ------
    BadInput
        If there is no such learner, or the file cannot be written.
    """
    check_target(path)
    learner = next((one for one in learners(records) if one.id == learner_id), None)
    if learner is None:
        raise BadInput("there is no such learner")
    with records.begin() as connection:
        rows = {one.name: _rows_of(connection, one, learner_id) for one in table.metadata.sorted_tables}
    files = {"README.txt": _SAID.format(version=__version__, pseudonym=learner.pseudonym)}
    files |= _run_files(Shelf(records, learner_id), rows["run"], rows.pop("event"))
    files |= {f"{name}.json": _as_json(found) for name, found in rows.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        for name in sorted(files):
            pack.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    write_atomically(path, packed.getvalue())


def _rows_of(connection: Connection, one: Table, learner_id: str) -> list[dict[str, Any]]:
    """Return the rows of a table that belong to a learner, by whatever way they do."""
    ordered = select(one).where(_belongs(one, learner_id)).order_by(*one.primary_key)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def _belongs(one: Table, learner_id: str) -> ColumnElement[bool]:
    if one is table.learner:
        return one.c.id == learner_id
    key = next(key for key in sorted(one.foreign_keys, key=lambda key: key.parent.name) if not key.parent.nullable)
    owner = key.column.table
    return key.parent.in_(select(key.column).where(_belongs(owner, learner_id)))


def _run_files(shelf: Shelf, runs: list[dict[str, Any]], events: list[dict[str, Any]]) -> dict[str, str]:
    """Return the runs as files; one that cannot be played here goes along as it is kept."""
    files = {}
    for number, row in enumerate(runs, 1):
        name = row["name"] if _PLAIN.fullmatch(row["name"]) else f"run-{number}"
        try:
            files[f"runs/{name}.json"] = shelf.load(row["name"]).encode()
        except BadInput as error:
            kept = [one for one in events if one["run_id"] == row["id"]]
            files[f"runs/{name}.kept.json"] = _as_json({"why": str(error), "run": row, "events": kept})
    return files


def _as_json(value: object) -> str:
    return json.dumps(value, indent=1, default=_plain, ensure_ascii=False) + "\n"


def _plain(value: date) -> str:
    return value.isoformat()


def erase_learner(records: Records, learner_id: str, now: datetime | None = None) -> tuple[str, ...]:
    """Erase all that is kept of a learner; return what may hold some of it still, a line each.

    The backups hold the learner too, so they go first and a new one is taken at the end: killed in between, the learner
    is either still there to be erased again, or gone.

    Raises
    ------
    BadInput
        If there is no such learner, or something cannot be erased; the line says what.
    """
    at = now or datetime.now(UTC)
    records.claim()
    if learner_id not in {one.id for one in learners(records)}:
        raise BadInput("there is no such learner")
    if records.file is not None:
        drop_backups(records.file, at)
    with records.begin() as connection:
        connection.execute(delete(table.learner).where(table.learner.c.id == learner_id))
    if _chosen() == learner_id:
        with suppress(OSError):  # it names nobody any more
            (home_dir() / _CURRENT).unlink()
    left = ["files that were exported, reports and pictures: wherever they were put"]
    if records.file is None:
        return (*left, "the server's own log and dumps: ask whoever keeps it")
    records.close()  # its idle connections would keep the log from being cut
    try:
        compact(records.file)
        take_backup(records.file, at)
    except BadInput as error:  # the learner is gone all the same
        left.append(str(error))
    damaged = sorted(one.name for one in records.file.parent.glob(f"{records.file.name}.damaged-*"))
    if damaged:
        left.append(f"damaged records that were set aside in {records.file.parent}: {', '.join(damaged)}")
    return (*left, "what a disk holds of files that were removed, and copies that were made of Atoll's folder")
