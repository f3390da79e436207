"""Backups of a SQLite file, and setting a damaged one aside. Nothing here overwrites what a learner played."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from trainer.core.error import BadInput
from trainer.core.storage import reason_of
from trainer.records.examination import Damaged, examine
from trainer.records.fault import line_of

_FOLDER: Final = "backups"
_KEPT: Final = {"daily": 7, "before": 3}  # a week of days, and the last three changes of the tables; judgement
_NAME: Final = re.compile(r"-(?P<day>\d{8})-\d{6}(?:-before-(?P<revision>\w+))?\.sqlite$")


def backups(path: Path, now: datetime) -> list[Path]:
    """Return the backups of a database, the newest first; one of a day to come was made by a wrong clock, and is last.

    Parameters
    ----------
    path : Path
    now : datetime
        In UTC.
    """
    folder = path.parent / _FOLDER
    found = [one for one in folder.glob(f"{path.stem}-*.sqlite") if _NAME.search(one.name)]
    latest = f"{path.stem}-{now + timedelta(days=1):%Y%m%d-%H%M%S}"
    return sorted(found, key=lambda one: (one.name <= latest, one.name), reverse=True)


def take_backup(path: Path, now: datetime, before: str | None = None) -> Path:
    """Copy a database as it stands into ``backups`` beside it, whole or not at all, and drop the oldest copies.

    Parameters
    ----------
    path : Path
    now : datetime
        In UTC; the copy is named by it.
    before : str, optional
        Revision to which the tables are about to be changed.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    folder = path.parent / _FOLDER
    end = "" if before is None else f"-before-{before}"
    target = folder / f"{path.stem}-{now:%Y%m%d-%H%M%S}{end}.sqlite"
    half = folder / f".half-{target.name}"
    try:
        folder.mkdir(exist_ok=True)
        half.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(half),))
        _last(half)
        half.replace(target)
    except sqlite3.Error as error:
        raise BadInput(f"no backup could be taken: {line_of(error, str(folder))}") from error
    except OSError as error:
        raise BadInput(
            f"{folder}: no backup could be taken ({reason_of(error)}); make room, or make it writable"
        ) from error
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
    _thin_out(path, now)
    return target


def backup_is_due(path: Path, now: datetime) -> bool:
    """Return whether no backup was taken today."""
    found = (_NAME.search(one.name) for one in backups(path, now))
    return not any(one is not None and one["day"] == f"{now:%Y%m%d}" for one in found)


def _thin_out(path: Path, now: datetime) -> None:
    left = dict(_KEPT)
    for one in backups(path, now):
        found = _NAME.search(one.name)
        kind = "before" if found is not None and found["revision"] else "daily"
        left[kind] -= 1
        if left[kind] < 0:
            with suppress(OSError):
                one.unlink()


def drop_backups(path: Path, now: datetime) -> None:
    """Remove every backup, half-made ones too.

    Raises
    ------
    BadInput
        If one cannot be removed.
    """
    half_made = (path.parent / _FOLDER).glob(f".half-{path.stem}-*")  # by a process that was killed
    for one in [*backups(path, now), *half_made]:
        try:
            one.unlink()
        except OSError as error:
            raise BadInput(f"{one}: cannot be removed ({error.strerror}); nothing else was changed") from error


def compact(path: Path) -> None:
    """Write a database anew without what was deleted from it, and cut its log.

    Raises
    ------
    BadInput
        If there is no room for it, or another program reads it.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise BadInput(f"its space is not cleared yet: {line_of(error, str(path))}") from error
    if busy:
        raise BadInput(
            f"{path}: another program still reads what was there; its log is cleared once all have closed it"
        )


def set_aside(path: Path) -> Path:
    """Rename a damaged database with its log, or the log that it left; return its new name, which no file had.

    Raises
    ------
    BadInput
        If it cannot be renamed.
    """
    ends, number = ("", "-wal", "-shm"), 1  # the file first: without its log it might pass for whole
    while any(path.with_name(f"{path.name}.damaged-{number}{end}").exists() for end in ends):
        number += 1
    aside = path.with_name(f"{path.name}.damaged-{number}")
    try:
        for end in ends:
            part = path.with_name(path.name + end)
            if part.exists():
                part.rename(aside.with_name(aside.name + end))
    except OSError as error:
        raise BadInput(
            f"{path}: damaged, and cannot be set aside ({error.strerror}); nothing was changed. Move it away"
        ) from error
    return aside


def restore(path: Path, target: Path, now: datetime) -> Path | None:
    """Copy the newest backup of a database that is whole to a place, and return it; None if there is none.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    for one in backups(path, now):
        try:
            if examine(one) is None:
                continue
        except (Damaged, BadInput):
            continue
        half = target.with_name(f".half-{target.name}")
        try:
            shutil.copyfile(one, half)
            _last(half)
            half.replace(target)
        except OSError as error:
            raise BadInput(f"{target}: the backup {one.name} cannot be put there ({reason_of(error)})") from error
        finally:
            with suppress(OSError):
                half.unlink(missing_ok=True)
        return one
    return None


def remove(path: Path) -> None:
    """Remove a database that was being made, with its log."""
    with suppress(OSError):
        for end in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + end).unlink(missing_ok=True)


def _last(path: Path) -> None:
    """Wait until a file is on disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
