"""What helps to find a fault of Atoll, in one file that a user may send. Nothing is ever sent by itself.

Logs, versions, platform and the health of the records; no runs, no answers, no pseudonyms. The names of the user,
of the computer and of folders are replaced wherever they stand, as well as they can be found.
"""

from __future__ import annotations

import getpass
import importlib.metadata
import io
import json
import os
import platform
import re
import sqlite3
import sys
import zipfile
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from trainer import __version__
from trainer.core.compilation import all_compiled
from trainer.core.place import home_dir
from trainer.core.storage import write_atomically

_MOST_LOG: Final = 500_000  # bytes of the end of each
_MOST_LOGS: Final = 12
_DATABASE: Final = "records.sqlite"
_KNOWN: Final = re.compile(
    r"records\.sqlite[\w.-]*|preferences\.json|anatomy|backups?|chests|compiled|logs|look|packs|runs"
)
_PACKAGES: Final = (
    "PySide6-Essentials", "numpy", "scipy", "numba", "llvmlite", "edt", "pydicom", "highdicom", "pydantic", "PyYAML",
    "pyqtgraph", "SQLAlchemy", "alembic", "fsrs", "Jinja2", "typst", "psycopg",
)  # fmt: skip
_SETTINGS: Final = (
    "QT_QPA_PLATFORM",
    "QT_SCALE_FACTOR",
    "XDG_SESSION_TYPE",
    "LANG",
    "NUMBA_CPU_NAME",
    "NUMBA_NUM_THREADS",
)
_README: Final = """What Atoll wrote down to help find a fault. Look at it before you send it to anybody.

report.json   versions, platform, and whether the records can be read (counts, no contents)
logs/         what went wrong, with names of the user, the computer, folders and learners replaced

It holds no runs, no answers and no pseudonyms. Atoll sends nothing by itself.
"""


def write_fault_report(path: Path) -> None:
    """Write the report as a zip file.

    Raises
    ------
    BadInput
        If it cannot be written there.
    """
    write_atomically(path, _fault_report(home_dir()))


def _fault_report(home: Path) -> bytes:
    """Return the report as the bytes of a zip file."""
    health, pseudonyms = _records(home / _DATABASE)
    hide = _Hiding(home, pseudonyms, _names_in(home / "chests"))
    report = {
        "atoll": __version__,
        "python": sys.version,
        "bundle": bool(getattr(sys, "frozen", False)),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "settings": {name: os.environ[name] for name in _SETTINGS if name in os.environ},
        "home": "ATOLL_HOME" if "ATOLL_HOME" in os.environ else "usual",
        "database": "ATOLL_DATABASE (not asked)" if "ATOLL_DATABASE" in os.environ else "SQLite",
        "compiled": all_compiled(),
        "in the home": _listing(home),
        "records": health,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README)
        archive.writestr("report.json", hide(json.dumps(report, indent=1, ensure_ascii=False)))
        logs = (one for one in (home / "logs").glob("*.log*") if one.is_file())  # a pipe would be waited for
        for log in sorted(logs)[:_MOST_LOGS]:
            with suppress(OSError):
                archive.writestr(f"logs/{hide(log.name)}", hide(_end_of(log)))
    return out.getvalue()


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _end_of(log: Path) -> str:
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - _MOST_LOG))
        return stream.read().decode(errors="replace")


def _listing(home: Path) -> dict[str, int]:
    """Return sizes in bytes of what Atoll itself put into its home, and how much else there is."""
    found: dict[str, int] = {}
    with suppress(OSError):
        for path in sorted(home.iterdir()):
            name = path.name if _KNOWN.fullmatch(path.name) else "(other)"
            size = sum(one.stat().st_size for one in (path.rglob("*") if path.is_dir() else (path,)) if one.is_file())
            found[name] = found.get(name, 0) + size
    return found


def _names_in(folder: Path) -> tuple[str, ...]:
    """Return what lies in a folder by name."""
    with suppress(OSError):
        return tuple(path.name for path in folder.iterdir())
    return ()


def _records(path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return how a database is, with counts alone, and the pseudonyms in it, which are to be hidden elsewhere."""
    if not path.is_file():
        return {"there": path.exists()}, ()
    pseudonyms: list[str] = []
    health: dict[str, Any] = {"there": True}
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=2.0)) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            tables = sorted(name for (name,) in rows if re.fullmatch(r"\w+", name))
            if "learner" in tables:
                pseudonyms = [str(one) for (one,) in connection.execute("SELECT pseudonym FROM learner")]
            if "alembic_version" in tables:
                health["version"] = [str(one) for (one,) in connection.execute("SELECT * FROM alembic_version")]
            health["rows"] = {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a plain word
                for name in tables
            }
            health["check"] = connection.execute("PRAGMA quick_check(5)").fetchone()[0]
    except sqlite3.Error as error:
        health["fault"] = f"{type(error).__name__}: {error}"
    return health, tuple(pseudonyms)


class _Hiding:
    """Replaces what tells of a person, a computer or a folder.

    Parameters
    ----------
    home : Path
        Of Atoll.
    pseudonyms : sequence of str
    chests : sequence of str
        Names of imported chests: whoever chose them may have named a ward or a person.
    """

    def __init__(self, home: Path, pseudonyms: Sequence[str], chests: Sequence[str]) -> None:
        folders = {str(home): "<atoll-home>", str(home.resolve()): "<atoll-home>"}
        with suppress(RuntimeError):  # nobody has a home in some containers
            folders |= {str(Path.home()): "<home>", str(Path.home().resolve()): "<home>"}
        folders |= {folder.replace("\\", "\\\\"): word for folder, word in folders.items()}  # as JSON and repr write it
        names = dict.fromkeys(chests, "<chest>") | dict.fromkeys(pseudonyms, "<learner>")
        with suppress(OSError, KeyError, ImportError):  # no such user is known to the system
            names[getpass.getuser()] = "<user>"
        names[platform.node()] = "<computer>"
        self._words = [(re.compile(re.escape(f), re.IGNORECASE), w) for f, w in _longest_first(folders)]
        self._words += [
            (re.compile(rf"(?<!\w){re.escape(n)}(?!\w)", re.IGNORECASE), w) for n, w in _longest_first(names)
        ]

    def __call__(self, text: str) -> str:
        """Return a text without them."""
        for pattern, word in self._words:
            text = pattern.sub(lambda _, put=word: put, text)  # type: ignore[misc]
        return text


def _longest_first(words: dict[str, str]) -> list[tuple[str, str]]:
    """Return what is to be replaced; a folder of one letter, or none, would be found everywhere."""
    return sorted(((old, new) for old, new in words.items() if len(old) > 1), key=lambda pair: -len(pair[0]))
