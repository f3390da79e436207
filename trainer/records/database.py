"""The database of what must last: SQLite in Atoll's home, or PostgreSQL by a URL."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from trainer.core.error import BadInput
from trainer.core.place import home_dir
from trainer.records.backup import backup_is_due, backups, compact, remove, restore, set_aside, take_backup
from trainer.records.examination import Damaged, examine, known_revision
from trainer.records.fault import line_of
from trainer.records.lock import hold
from trainer.records.migration import REVISIONS

_LOG: Final = logging.getLogger("atoll")
FILE: Final = "records.sqlite"
VARIABLE: Final = "ATOLL_DATABASE"
_BUSY_MS: Final = 5000
_CONNECT_S: Final = 10
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS lets a disk keep what was synced in its own memory otherwise; nothing elsewhere
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    f"busy_timeout={_BUSY_MS}",
)
"""A commit lasts through a loss of power, a second connection waits instead of failing, and what was erased is gone."""


class Records:
    """An open database.

    Parameters
    ----------
    url : str, optional
        ``ATOLL_DATABASE`` if not given; without that, a SQLite file in Atoll's home.
    upgrade : bool
        Whether the tables on a server may be made or changed. A file's are whenever it needs it, after a backup.
    now : datetime, optional
        In UTC; the default is the clock's.

    Attributes
    ----------
    place : str
        Where the records are, as may be shown: without a password.
    file : Path or None
        The SQLite file; None on a server.
    notices : tuple of str
        What the learner is to be told, a line each: a damaged file that was set aside, a backup that failed.

    Raises
    ------
    BadInput
        If it cannot be opened; the line says what to do.
    """

    def __init__(self, url: str | None = None, upgrade: bool = False, now: datetime | None = None) -> None:
        parsed = _parsed(url or os.environ.get(VARIABLE) or f"sqlite:///{home_dir() / FILE}")
        self.file = Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None
        shown = parsed.set(drivername="postgresql", password=None, query={}).render_as_string()
        self.place = shown if self.file is None else str(self.file)
        self.notices: tuple[str, ...] = ()
        self._secrets = _secrets(parsed)
        self._claimed = self.file is None
        revision = None if self.file is None else self._revision_of_file(self.file, now or datetime.now(UTC))
        self._engine = self._made_engine(parsed)
        try:
            if self.file is None:
                revision = self._revision_on_server(upgrade)
            if revision != REVISIONS[-1]:
                self._upgrade(self._engine)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Do one transaction: all of it is on disk when the block ends, or nothing of it.

        Raises
        ------
        BadInput
            If the database cannot be read or written, or another process writes it.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise BadInput(line_of(error, self.place, self._secrets)) from error
        except UnicodeDecodeError as error:
            raise BadInput(line_of(sqlite3.DatabaseError("a text in them is no text"), self.place)) from error
        except UnicodeEncodeError as error:  # of a word of a command line, say
            raise BadInput("what was asked for holds letters that are none; nothing was kept of it") from error

    def claim(self, now: datetime | None = None) -> None:
        """Be the one process that writes a SQLite file, and take the backup of the day. On a server many write.

        Whatever writes claims the file by itself; a window claims it when it opens, to say at once that another is
        open.

        Raises
        ------
        BadInput
            If another process does, or nothing can be written there.
        """
        if self._claimed:
            return
        self._hold()
        at = now or datetime.now(UTC)
        if self.file is not None and backup_is_due(self.file, at):
            try:
                take_backup(self.file, at)
            except BadInput as error:  # a day without a backup is no reason not to play
                self._notice(str(error))

    def check(self) -> tuple[str, ...]:
        """Return what is wrong with the database as a whole, a line each; what was wrong at opening is in `notices`.

        Raises
        ------
        BadInput
            If it cannot be read.
        """
        if self.file is None:
            return ()  # a server looks after its own pages
        with self.begin() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return tuple(f"{self.place}: {line}" for text in found for line in str(text).splitlines() if line != "ok")

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _hold(self) -> None:
        if self.file is not None:
            hold(self.file.parent)
        self._claimed = True

    def _revision_of_file(self, path: Path, now: datetime) -> str | None:
        """Return the revision of a file that is fit to be used; a damaged one is mended first."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"{path.parent}: cannot be made ({error.strerror}); set ATOLL_HOME to another folder"
            ) from error
        try:
            revision = examine(path)
            if revision is None:
                self._find_again(path, now)
                revision = examine(path)
        except Damaged:
            self._hold()
            revision = self._mended(path, now)
        if revision != REVISIONS[-1]:
            self._hold()
        if revision is not None and revision != REVISIONS[-1]:
            take_backup(path, now, before=REVISIONS[-1])
        return revision

    def _find_again(self, path: Path, now: datetime) -> None:
        """Put back a file that went, or was emptied: as it was mended, or else from the newest backup."""
        made = _mending(path)
        if not (made.exists() or backups(path, now)):
            return
        self._hold()
        if any(path.with_name(path.name + end).exists() for end in ("", "-wal")):
            set_aside(path)  # the log of another file would be read into the one that takes its place
        if made.exists():  # it is whole: the damaged file is set aside only then
            made.replace(path)
            self._notice(f"{path.name} was damaged and was mended; it was set aside as {path.name}.damaged-N.")
        elif (used := restore(path, path, now)) is not None:
            self._notice(f"{path.name} was not there any more; the backup {used.name} took its place.")

    def _mended(self, path: Path, now: datetime) -> str | None:
        """Make new records of the newest backup and what can be vouched for; only then set the damaged ones aside."""
        try:
            return examine(path)  # another process mended it while this one waited
        except Damaged as damaged:
            made = _mending(path)
            remove(made)
            try:
                used = restore(path, made, now)
                found = self._bring_over(path, made)
                aside = set_aside(path)
                made.replace(path)
            except (BadInput, OSError) as error:
                reason = error if isinstance(error, BadInput) else error.strerror
                raise BadInput(f"{path}: damaged ({damaged}), and cannot be mended: {reason}") from error
            finally:
                if path.exists():
                    remove(made)
            instead = "There was no backup" if used is None else f"The backup {used.name} took its place"
            self._notice(f"{path.name} was damaged ({damaged}). It was set aside as {aside.name} and is kept.")
            self._notice(f"{instead}; {found}.")
            return examine(path)

    def _bring_over(self, damaged: Path, made: Path) -> str:
        """Bring what can be vouched for out of a damaged file into one that is made, and say how much that was."""
        from trainer.records.salvage import salvage

        engine = self._made_engine(URL.create("sqlite", database=str(made)))
        try:
            if examine(made) != REVISIONS[-1]:
                self._upgrade(engine)
            with engine.begin() as connection:
                found = salvage(damaged, connection)
        except SQLAlchemyError as error:
            raise BadInput(line_of(error, str(made))) from error
        finally:
            engine.dispose()
        compact(made)
        lost = f", {found.lost} could not be" if found.lost else ""
        return f"{found.runs or 'no'} run{'' if found.runs == 1 else 's'} could be brought over whole{lost}"

    def _notice(self, line: str) -> None:
        """Keep what the learner is to be told, and say it wherever the log goes: a command shows it at once."""
        self.notices = (*self.notices, line)
        _LOG.warning(line)

    def _made_engine(self, url: URL) -> Engine:
        if self.file is None:
            try:
                return create_engine(
                    url,
                    pool_pre_ping=True,
                    hide_parameters=True,
                    isolation_level="REPEATABLE READ",  # a run and its events are read as they were at one moment
                    connect_args={"connect_timeout": _CONNECT_S},
                )
            except ImportError as error:
                raise BadInput(
                    f"{self.place}: PostgreSQL needs one more package; `pip install 'atoll-trainer[postgresql]'`"
                ) from error
        made = create_engine(url, hide_parameters=True)
        event.listen(made, "connect", _prepare)
        event.listen(made, "begin", _begin)
        event.listen(made, "before_cursor_execute", self._before)
        return made

    def _before(self, _: Connection, __: object, ___: str, ____: object, context: Any, _____: bool) -> None:
        """Let nobody write a file that another process writes."""
        if not self._claimed and context is not None and (context.isinsert or context.isupdate or context.isdelete):
            self._hold()

    def _revision_on_server(self, upgrade: bool) -> str | None:
        found = None
        with self.begin() as connection:
            if connection.scalar(text("SELECT to_regclass('alembic_version')")) is not None:
                found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        revision = None if found is None else known_revision(str(found), self.place)
        if revision != REVISIONS[-1] and not upgrade:
            raise BadInput(
                f"{self.place}: the tables are {'not there yet' if revision is None else 'of an older version'}; "
                "whoever owns them runs `atoll records upgrade` (first a pg_dump, if there is anything in them)"
            )
        return revision

    def _upgrade(self, engine: Engine) -> None:
        """Bring the tables to what this version of Atoll knows, in one transaction."""
        try:
            with engine.connect() as connection:
                if self.file is not None:  # a table is changed by being made again; its rows must not take others along
                    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
                with connection.begin():
                    migrate(connection)
        except SQLAlchemyError as error:
            raise BadInput(line_of(error, self.place, self._secrets)) from error
        finally:
            engine.dispose()  # the next connection is prepared anew


def there_are_records() -> bool:
    """Return whether anything was ever kept here; opening the records would begin them."""
    return bool(os.environ.get(VARIABLE)) or (home_dir() / FILE).exists()


def migrate(connection: Connection) -> None:
    """Take the steps that the tables lack; whoever calls commits. Alembic is loaded only here."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "trainer.records:migration")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _mending(path: Path) -> Path:
    """Return where new records are made in place of damaged ones."""
    return path.with_name(f".mending-{path.name}")


def _parsed(given: str) -> URL:
    try:
        url = make_url(given)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):  # of a port that is no number: a part of a password, more often
        raise BadInput(
            f"{VARIABLE} is no URL of a database; postgresql://USER@HOST/NAME is expected, or sqlite:///FILE"
        ) from None
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise BadInput(f"{VARIABLE} names {backend[:20]!r}; Atoll keeps its records in postgresql or sqlite")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise BadInput(f"{VARIABLE} names no file; sqlite:///FILE is expected")
    return url.set(drivername="sqlite", query={})


def _secrets(url: URL) -> tuple[str, ...]:
    """Return what of a URL must not be shown, as it is and as it stands in the URL."""
    found = [url.password, *(value for name, value in url.query.items() if "password" in name)]
    plain = [str(one) for one in found if one]
    return tuple(dict.fromkeys([*plain, *(quote(one, safe="") for one in plain)]))


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # or the driver would begin transactions by its own rules, and end them on DDL
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Begin as a writer: a reader that comes to write later might find that it was overtaken."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
