"""The database of what must last: SQLite in Atoll's home, or PostgreSQL by a URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from trainer.core.error import BadInput
from trainer.core.place import home_dir

FILE: Final = "records.sqlite"
_BUSY_MS: Final = 5000


class Records:
    """An open database.

    Parameters
    ----------
    url : str, optional
        ``ATOLL_DATABASE`` if not given; without that, a SQLite file in Atoll's home.

    Raises
    ------
    BadInput
        If it cannot be opened; the line says what to do.
    """

    def __init__(self, url: str | None = None) -> None:
        given = url or os.environ.get("ATOLL_DATABASE") or f"sqlite:///{home_dir() / FILE}"
        self._engine = _engine(given)
        with self.begin() as connection:
            upgrade(connection)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Do one transaction: all of it is on disk when the block ends, or nothing of it.

        Raises
        ------
        BadInput
            If the database cannot be read or written.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise BadInput(f"the records cannot be kept ({error})") from error

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    made = create_engine(url)
    if made.dialect.name == "sqlite":
        Path(str(made.url.database)).parent.mkdir(parents=True, exist_ok=True)
        event.listen(made, "connect", _prepare)
    return made


def _prepare(connection: Any, _: object) -> None:
    """Make a commit last through a loss of power, and let a second connection wait instead of failing."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def upgrade(connection: Connection) -> None:
    """Bring the tables to what this version of Atoll knows."""
    config = Config()
    config.set_main_option("script_location", "trainer.records:migration")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
