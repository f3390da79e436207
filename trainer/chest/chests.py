"""Imported chests kept on disk: one folder each under ``chests_dir()``, until it is removed.

A folder holds the anatomy as `trainer.chest.anatomy.raw` writes one, an index of it, and a small card. Nothing else is
kept: pixels and geometry, what the import told, and the version of Atoll; no date, no name and no number of the source.
A chest is told from another by its digest, the SHA-256 of its index, which has the SHA-256 of each of its files. The
files are held against it once a process. An imported chest cannot be made again, so it is no part of what makes room
for built ones (`trainer.chest.anatomy.store`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field, ValidationError

from trainer import __version__
from trainer.chest.anatomy.model import SEGMENTS, Anatomy, Branches, Organ
from trainer.chest.anatomy.raw import RAW, TREES, UNSOUND, anatomy_in, arrays_of, geometry_of, write_array
from trainer.core.error import BadInput
from trainer.core.place import chests_dir
from trainer.core.storage import STAGING, read_bounded, reason_of, staged_folder
from trainer.course.opacity import Lobe
from trainer.course.person import ChestName
from trainer.knowledge.number import Frozen
from trainer.knowledge.pack import DEVICE
from trainer.knowledge.statement import Identifier

CARD, INDEX = "card.json", "index.json"
MOST_CHEST_BYTES: Final = 4_000_000_000
"""What one chest may take; a long one of 512 columns takes about a quarter."""
MOST_BYTES: Final = 40_000_000_000
"""What all of them may take."""
_SPARE_BYTES: Final = 200_000_000  # left free on the disk, for runs and records
_MOST_CARD_BYTES: Final = 40_000
_MOST_INDEX_BYTES: Final = 200_000
_MOST_TOLD: Final = 40
_LONGEST_TOLD: Final = 300
_LONGEST_NAME: Final = 40
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_LOBULES: Final = 1_000_000
_ABANDONED_S: Final = 3600.0  # no chest takes so long to write

_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=1, le=100_000)]
_Size = Annotated[float, Field(gt=0, le=100)]


class ImportedChest(Frozen):
    """What the card of an imported chest says.

    Parameters
    ----------
    format : {1}
    name : str
        As its folder is called.
    digest : str
        SHA-256 of its content.
    slices, rows, columns : int
        Of the scan it comes from, as far as it was kept.
    spacing_mm : tuple of float
        Along (z, y, x), of that scan.
    thickness_mm : float
        Of the slices.
    lung_ml : float
        Volume of both lungs, vessels and airways in them included.
    told : tuple of str
        What the import said of it, a line each.
    engine : str
        Version of Atoll that imported it.
    """

    format: Literal[1] = 1
    name: Identifier
    digest: _Digest
    slices: _Count
    rows: _Count
    columns: _Count
    spacing_mm: tuple[_Size, _Size, _Size]
    thickness_mm: _Size
    lung_ml: Annotated[float, Field(ge=0, le=100_000)]
    told: Annotated[tuple[Annotated[str, Field(max_length=_LONGEST_TOLD)], ...], Field(max_length=_MOST_TOLD)] = ()
    engine: Annotated[str, Field(max_length=30)]

    @property
    def named(self) -> ChestName:
        """The chest as a person wears it."""
        return ChestName(self.name, self.digest)


def imported_chests() -> tuple[ImportedChest, ...]:
    """Return the imported chests that can be used, by name."""
    return tuple(card for folder in _folders() if (card := _card(folder)) is not None)


def damaged_chests() -> tuple[str, ...]:
    """Return a line about each imported chest that cannot be used."""
    return tuple(_damage(folder) for folder in _folders() if _card(folder) is None)


def chest_called(name: str) -> ImportedChest:
    """Return the imported chest of a name.

    Raises
    ------
    BadInput
        If there is none that can be used.
    """
    for folder in _folders():
        if folder.name == name:
            card = _card(folder)
            if card is None:
                raise BadInput(_damage(folder))
            return card
    raise BadInput(f"no imported chest is called {name!r}; {_there()}")


def check_name(name: str) -> None:
    """Raise `BadInput` unless an imported chest can be kept under a name."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise BadInput(
            f"{name!r} is no name of a chest: lower-case letters, digits and single hyphens, {_LONGEST_NAME} at most"
        )
    if DEVICE.fullmatch(name):
        raise BadInput(f"{name!r} is no name that every system can write; choose another")
    if name in {folder.name for folder in _folders()}:
        raise BadInput(f"an imported chest {name!r} is there already; first `atoll chest remove {name}`")


def keep_chest(
    name: str, anatomy: Anatomy, told: tuple[str, ...] = (), progress: Callable[[float], None] | None = None
) -> ImportedChest:
    """Keep an imported chest, whole or not at all.

    Parameters
    ----------
    name : str
    anatomy : Anatomy
        With its acquisition.
    told : tuple of str
        What the import said of it.
    progress : callable, optional
        Told the share written, 0 to 1.

    Raises
    ------
    BadInput
        If the name cannot be used or is taken, the chest or all of them are too large, or the disk has no room.
    """
    check_name(name)
    scan = anatomy.acquisition
    if scan is None or anatomy.source != "imported":
        raise ValueError("a built chest is kept by trainer.chest.anatomy.store")
    _check_labels(anatomy)
    arrays = arrays_of(anatomy)
    most = sum(array.nbytes for array in arrays.values())
    _sweep()  # first: what was left there may be all that is in the way
    _check_room(most)
    body = _index(anatomy, arrays)
    card = ImportedChest(
        name=name, digest=_sha(body), slices=scan.grid.shape[0], rows=scan.grid.shape[1], columns=scan.grid.shape[2],
        spacing_mm=scan.grid.spacing_mm, thickness_mm=scan.thickness_mm,
        lung_ml=round(int(np.count_nonzero(anatomy.lobe)) * anatomy.grid.voxel_ml, 1),
        told=tuple(_plain(line) for line in told[:_MOST_TOLD]), engine=__version__,
    )  # fmt: skip
    texts = {INDEX: body, CARD: (card.model_dump_json(indent=1) + "\n").encode()}
    with staged_folder(chests_dir() / name, texts) as work:
        done = 0
        for part, array in arrays.items():
            write_array(work / f"{part}{RAW}", array)
            done += array.nbytes
            if progress is not None:
                progress(done / most)
        _check_sizes(work)  # what could not be read again is not kept
    return card


def remove_chest(name: str) -> None:
    """Remove an imported chest, whether or not it can be used.

    Raises
    ------
    BadInput
        If there is none, or it cannot be removed.
    """
    folders = {folder.name: folder for folder in _folders()}
    if name not in folders:
        raise BadInput(f"no imported chest is called {name!r}; {_there()}")
    folder = folders[name]
    _sweep()
    gone = folder.with_name(f"{STAGING}{name}")
    try:
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
            return
        shutil.rmtree(gone, ignore_errors=True)  # what an earlier removal left
        folder.rename(gone)  # out of use at once, and whole until then
    except OSError as error:
        raise BadInput(f"{folder}: cannot be removed ({reason_of(error)})") from error
    shutil.rmtree(gone, ignore_errors=True)


def check_here(which: ChestName) -> None:
    """Raise `BadInput` if an imported chest is not on this workstation; its files are not looked into."""
    _found(which)


def open_chest(which: ChestName) -> Anatomy:
    """Return an imported chest as read-only memory maps, found by its content, whatever it is called here.

    Raises
    ------
    BadInput
        If it is not on this workstation, or its files are not as they were written.
    """
    folder = _found(which)
    try:
        # a change of any file within the life of this process is seen by its size or its time
        stamp = tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.iterdir()))
        sums = _verified(folder, which.digest, stamp)
        return anatomy_in(folder, _read_index(folder), lambda name, _: sums[name])
    except (BadInput, *UNSOUND) as error:
        raise BadInput(_damage(folder)) from error


@lru_cache(maxsize=8)
def _verified(folder: Path, digest: str, stamp: Any) -> dict[str, str]:  # noqa: ARG001 - what else it depends on
    """Return the checksums of the files of a chest, once all of it was held against them."""
    if _sha(_index_bytes(folder)) != digest:
        raise ValueError(folder)
    index = _read_index(folder)
    _check_labels(anatomy_in(folder, index, _checksum))
    return {name: form["checksum"] for name, form in index["arrays"].items()}


def _found(which: ChestName) -> Path:
    """Return the folder of the chest of a digest."""
    called = False
    for folder in _folders():
        card = _card(folder)
        if card is not None and card.digest == which.digest:
            return folder
        called = called or folder.name == which.name
    other = f" (the chest {which.name!r} that is here is another one)" if called else ""
    raise BadInput(
        f"this encounter is played on the imported chest {which.name!r}, which is not on this workstation{other}; "
        "import it with `atoll chest import`"
    )


def _folders() -> list[Path]:
    """Return what lies where imported chests do, by name."""
    try:
        return sorted(path for path in chests_dir().iterdir() if _NAME.fullmatch(path.name))
    except OSError:  # none was ever imported, or the place cannot be read
        return []


def _card(folder: Path) -> ImportedChest | None:
    """Return the card of a chest, or None if the card, the index or the size of a file is not as it was written."""
    try:
        card = ImportedChest.model_validate_json(read_bounded(folder / CARD, _MOST_CARD_BYTES))
        if card.name != folder.name or card.digest != _sha(_index_bytes(folder)):
            return None
        _check_sizes(folder)
    except (BadInput, ValidationError, *UNSOUND):
        return None
    return card


def _damage(folder: Path) -> str:
    return f"the imported chest {folder.name!r} is damaged; `atoll chest remove {folder.name}`, and import it again"


def _there() -> str:
    names = [card.name for card in imported_chests()]
    return f"there are: {', '.join(names)}" if names else "there is none; `atoll chest import` brings one in"


def _index(anatomy: Anatomy, arrays: dict[str, np.ndarray]) -> bytes:
    forms = {
        name: {"shape": list(array.shape), "dtype": array.dtype.str, "checksum": _checksum(name, array)}
        for name, array in arrays.items()
    }
    value = {"format": 1, **geometry_of(anatomy), "arrays": forms}
    return json.dumps(value, sort_keys=True, indent=1, allow_nan=False, default=_number).encode() + b"\n"


def _number(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no number")


def _index_bytes(folder: Path) -> bytes:
    return read_bounded(folder / INDEX, _MOST_INDEX_BYTES)


def _read_index(folder: Path) -> dict[str, Any]:
    index: dict[str, Any] = json.loads(_index_bytes(folder))
    if index["format"] != 1 or index["source"] != "imported" or index["acquisition"] is None:
        raise ValueError(folder)
    return index


def _check_sizes(folder: Path) -> None:
    """Raise one of `UNSOUND` unless index and files are those of an anatomy; their content is not read."""
    index = _read_index(folder)
    anatomy_in(folder, index, lambda name, _: index["arrays"][name]["checksum"])


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _checksum(_: str, array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def _check_labels(anatomy: Anatomy) -> None:
    """Raise `ValueError` if a label is none: tables are looked into by them."""
    most = {"organ": max(Organ), "lobe": 1 + max(Lobe), "segment": len(SEGMENTS) - 1, "lobule": _MOST_LOBULES}
    for name, last in most.items():
        found: np.ndarray = getattr(anatomy, name)
        if int(found.max()) > last or int(found.min()) < 0:
            raise ValueError(f"{name}: {found.min()} to {found.max()}")
    for tree in TREES:
        rows: Branches = getattr(anatomy, tree)
        if np.any(rows.parent < -1) or np.any(rows.parent >= np.arange(len(rows))):
            raise ValueError(f"{tree}: a branch comes before its parent")
        if np.any(rows.segment < 0) or np.any(rows.segment >= len(SEGMENTS)):
            raise ValueError(f"{tree}: a segment that is none")
        if not all(np.isfinite(column).all() for column in (rows.start_mm, rows.end_mm, rows.radius_mm)):
            raise ValueError(f"{tree}: a branch that is nowhere")


def _check_room(size: int) -> None:
    """Raise `BadInput` if there is no room for so many bytes."""
    if size > MOST_CHEST_BYTES:
        raise BadInput(f"this chest would take {_mb(size)}, more than one can ({_mb(MOST_CHEST_BYTES)})")
    held = sum(_sizes())
    if held + size > MOST_BYTES:
        raise BadInput(
            f"the imported chests take {_mb(held)}, and with this one more than they may ({_mb(MOST_BYTES)}); "
            "first remove one with `atoll chest remove`"
        )
    place = chests_dir()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        free = shutil.disk_usage(place).free
    except OSError:  # writing will tell
        return
    if free < size + _SPARE_BYTES:
        raise BadInput(
            f"{chests_dir()}: the chest takes {_mb(size)}, and the disk has {_mb(free)} free; make room, "
            "or let ATOLL_HOME name a place with more"
        )


def _sizes() -> Iterator[int]:
    for folder in _folders():
        with contextlib.suppress(OSError):
            yield from (path.stat().st_size for path in folder.iterdir())


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _plain(line: str) -> str:
    """Return a line of what was told as it can be kept and printed."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(line.split()))
    return text[:_LONGEST_TOLD]


def _sweep() -> None:
    """Remove what processes that were killed have left; another that is at work has touched its folder lately."""
    for left in chests_dir().glob(f"{STAGING}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(left, ignore_errors=True)
