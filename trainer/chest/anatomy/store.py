"""Anatomies kept on disk, because building one takes seconds and opening one must not.

One folder a person under ``home_dir()/anatomy``: a small JSON index with a checksum of its own, and one file of bare
numbers a volume, opened as a read-only memory map. A folder is written under another name and moved into place whole,
so a reader never sees half of one. What is not as the index says is treated as absent and built anew: index, sizes
and the trees, whose numbers point into each other, by checksum; the large volumes, which only hold densities and
labels, by size.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.anatomy.raw import RAW, TREES, UNSOUND, anatomy_in, arrays_of, geometry_of
from trainer.core import chance
from trainer.core.place import home_dir
from trainer.course.person import Person

# Raised whenever the same person would be built otherwise than before.
VERSION = 7

_INDEX, _PART = "index.json", ".part"
_ABANDONED_S = 3600.0  # no anatomy takes so long to write
MOST_BYTES = 8_000_000_000
"""What is kept at most, some sixteen chests of the full grid; the one opened longest ago goes first."""


def folder_of(person: Person, scale: int = 1) -> Path:
    """Return the folder in which the anatomy of ``person`` is kept; it need not exist."""
    parts = (person.key, person.sex, repr(person.age_years), repr(person.height_cm), repr(person.weight_kg))
    return home_dir() / "anatomy" / f"{chance.key_of(VERSION, scale, *parts):016x}"


def check_place(folder: Path) -> None:
    """Make the place in which anatomies are kept.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder.parent):
        pass


def save(folder: Path, anatomy: Anatomy) -> None:
    """Write ``anatomy`` as ``folder``, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder.parent)
    part = Path(tempfile.mkdtemp(prefix=folder.name, suffix=_PART, dir=folder.parent))
    try:
        arrays = arrays_of(anatomy)
        for name, array in arrays.items():
            np.ascontiguousarray(array).tofile(part / f"{name}{RAW}")
        body = json.dumps(
            {
                "version": VERSION,
                **geometry_of(anatomy),
                "arrays": {n: _described(n, a) for n, a in arrays.items()},
            }
        )
        (part / _INDEX).write_text(f"{zlib.crc32(body.encode()):08x}\n{body}", encoding="utf-8")
        part.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        # another process may have written the same anatomy meanwhile; its copy is as good
        with contextlib.suppress(OSError):
            part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _make_room(folder)


def load(folder: Path) -> Anatomy | None:
    """Return the anatomy kept in ``folder`` as read-only memory maps, or None if there is none that is sound."""
    try:
        digest, _, body = (folder / _INDEX).read_text(encoding="utf-8").partition("\n")
        if digest != f"{zlib.crc32(body.encode()):08x}":
            return None
        index = json.loads(body)
        if index["version"] != VERSION:
            return None
        with contextlib.suppress(OSError):  # the time of the last use; a place that cannot be written keeps its own
            os.utime(folder / _INDEX)
        return anatomy_in(folder, index, _checksum)
    except UNSOUND:
        return None


def _described(name: str, array: np.ndarray) -> dict[str, Any]:
    return {"shape": list(array.shape), "dtype": array.dtype.str, "checksum": _checksum(name, array)}


def _checksum(name: str, array: np.ndarray) -> int | None:
    """Return the checksum of a column of a tree; volumes are too large to be read when they are opened."""
    return zlib.crc32(np.ascontiguousarray(array).tobytes()) if name.split("-", maxsplit=1)[0] in TREES else None


def _sweep(place: Path) -> None:
    """Remove what processes that were killed have left half-written."""
    for part in place.glob(f"*{_PART}"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(part, ignore_errors=True)


def _make_room(newest: Path) -> None:
    """Remove the anatomies opened longest ago, until the rest is within `MOST_BYTES`."""
    kept = []
    for folder in newest.parent.iterdir():
        with contextlib.suppress(OSError):  # another process may be removing it
            if folder != newest and folder.suffix != _PART:
                size = sum(path.stat().st_size for path in folder.iterdir())
                kept.append(((folder / _INDEX).stat().st_mtime, size, folder))
    room = MOST_BYTES - sum(path.stat().st_size for path in newest.glob("*"))
    for _, size, folder in sorted(kept, reverse=True):
        room -= size
        if room < 0:
            shutil.rmtree(folder, ignore_errors=True)
