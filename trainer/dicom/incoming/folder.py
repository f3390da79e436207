"""The files of a folder, found and opened so that nothing in it can make the reader wait or wander."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Final

from trainer.core.error import BadInput
from trainer.dicom.incoming.words import plain_name

MOST_FILES: Final = 20_000
_DEEPEST: Final = 8
_LEAST_BYTES: Final = 140  # preamble, mark and one element
_MOST_ENTRIES: Final = 4 * MOST_FILES  # files, folders and all else


class Unreadable(Exception):
    """A file cannot be opened or is none; the text is one of the kinds in which such files are counted."""


NO_PERMISSION: Final = "no permission"
NOT_REGULAR: Final = "not regular"
NO_DICOM: Final = "no DICOM"


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Parameters
    ----------
    paths : tuple of Path
        Its regular files, sorted by place and name, also those of the folders in it.
    left : Counter
        How many entries were passed by, by kind.
    """

    paths: tuple[Path, ...]
    left: Counter[str] = field(default_factory=Counter)


def find(folder: Path, stop: Callable[[], None]) -> Found:
    """Return the files of a folder and of the folders in it; no link to a folder is followed.

    Parameters
    ----------
    folder : Path
    stop : callable
        Called for each folder; raises to end the search.

    Raises
    ------
    BadInput
        If there is no such folder, it may not be read, or it holds too much.
    """
    _check(folder)
    paths: list[Path] = []
    left: Counter[str] = Counter()
    waiting = [(folder, 0)]
    entries = 0
    while waiting:
        here, depth = waiting.pop()
        stop()
        try:
            with os.scandir(here) as listing:
                for entry in listing:
                    entries += 1
                    if entries > _MOST_ENTRIES:
                        raise _too_many(folder)
                    _sort_in(entry, depth, paths, waiting, left)
        except OSError as error:
            if here == folder:
                raise BadInput(_line(folder, error)) from error
            left[NO_PERMISSION] += 1
        if len(paths) > MOST_FILES:
            raise _too_many(folder)
    return Found(tuple(sorted(paths, key=os.fspath)), left)


def _check(folder: Path) -> None:
    name = plain_name(str(folder))
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError as error:
        raise BadInput(f"{name}: there is no such folder; name the folder of a chest CT's DICOM files") from error
    except (OSError, ValueError) as error:
        raise BadInput(_line(folder, error)) from error
    if not stat.S_ISDIR(mode):
        raise BadInput(f"{name}: is no folder; name the folder that holds the DICOM files of the series")


def _line(folder: Path, error: Exception) -> str:
    why = getattr(error, "strerror", None) or "no such name is possible"
    return f"{plain_name(str(folder))}: the folder cannot be read ({why}); ask for access or copy it"


def _too_many(folder: Path) -> BadInput:
    return BadInput(
        f"{plain_name(str(folder))}: holds more than {MOST_FILES:,} files; name the folder of the one series alone"
    )


def _sort_in(
    entry: os.DirEntry[str], depth: int, paths: list[Path], waiting: list[tuple[Path, int]], left: Counter[str]
) -> None:
    """Put an entry of a folder among the files, among the folders to go on with, or aside."""
    try:
        if entry.is_dir(follow_symlinks=False):
            if depth < _DEEPEST:
                waiting.append((Path(entry.path), depth + 1))
            else:
                left[NOT_REGULAR] += 1
        elif entry.is_file():  # of a link: what it points to
            paths.append(Path(entry.path))
        else:
            left[NOT_REGULAR] += 1
    except OSError:
        left[NO_PERMISSION] += 1


@contextmanager
def opened(path: Path) -> Iterator[tuple[BufferedReader, int]]:
    """Open a regular file for reading, without ever waiting for a writer; give it and its size in bytes.

    Raises
    ------
    Unreadable
        If it cannot be opened, is no regular file, or is too small to be a slice.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise Unreadable(NO_PERMISSION) from error
    with os.fdopen(handle, "rb") as stream:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable(NOT_REGULAR)
        if about.st_size < _LEAST_BYTES:
            raise Unreadable(NO_DICOM)
        yield stream, about.st_size
