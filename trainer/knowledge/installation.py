"""Case packs made, put into the home, and taken out of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from trainer.core.error import BadFiles, BadInput, Fault
from trainer.core.place import cases_dir, packs_dir
from trainer.core.storage import STAGING, read_bounded, reason_of, staged_folder, write_atomically
from trainer.knowledge.casebook import CASE_FILE
from trainer.knowledge.caselint import check_texts, lint_case
from trainer.knowledge.document import document_of, parse
from trainer.knowledge.library import Library
from trainer.knowledge.pack import (
    DEVICE,
    MANIFEST,
    MOST_BYTES,
    MOST_FILE_BYTES,
    PACK_FILE,
    Installed,
    PackHeader,
    installed,
    manifest,
    names_in,
    pack_folders,
    read_installed,
    read_pack,
    write_pack,
)

Check = Callable[[Path, str], list[Fault]]
"""Returns what is wrong with a case, given the folder of the cases and its name, beyond what the linter sees."""


def install(path: Path, library: Library, check: Check) -> Installed:
    """Put a pack into the home, whole or not at all.

    Parameters
    ----------
    path : Path
        The zip file.
    library : Library
    check : callable
        Whether a case that the linter passes can be played.

    Raises
    ------
    BadInput
        If it is no pack, something in it is refused, or what it holds is there already.
    BadFiles
        If a case in it has a fault.
    """
    files = read_pack(read_bounded(path, MOST_BYTES), str(path))
    header = _header(files, Path(path.name))
    _check_free(header, files, str(path))
    _clear()
    folder = packs_dir() / header.id
    with staged_folder(folder, {**files, MANIFEST: manifest(files)}) as work:
        faults = _faults(work, files, library, check)
        if faults:
            raise BadFiles([Fault(Path(path.name, *f.path.relative_to(work).parts), f.line, f.message) for f in faults])
    return read_installed(folder)


def make_pack(folder: Path, out: Path, library: Library, check: Check) -> PackHeader:
    """Write the pack that a folder holds, laid out as a pack is: ``pack.yaml`` and ``cases/NAME/*.yaml``.

    Raises
    ------
    BadInput
        If the folder holds anything else, or the pack cannot be written.
    BadFiles
        If a case in it has a fault.
    """
    paths = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    raw = write_pack({path.relative_to(folder).as_posix(): read_bounded(path, MOST_FILE_BYTES) for path in paths})
    files = read_pack(raw, str(folder))
    header = _header(files, folder)
    _check_own(files, str(folder))
    faults = _faults(folder, files, library, check)
    if faults:
        raise BadFiles(faults)
    if len(raw) > MOST_BYTES:
        raise BadInput(f"{folder}: larger than a pack can be ({MOST_BYTES // 1000} kB); make two of it")
    write_atomically(out, raw)
    return header


def remove(name: str) -> None:
    """Take a pack out of the home, whether or not it can be used.

    Raises
    ------
    BadInput
        If there is none, or it cannot be removed.
    """
    folders = {folder.name: folder for folder in pack_folders()}
    if name not in folders:
        there = f"there are: {', '.join(folders)}" if folders else "there is none"
        raise BadInput(f"no pack is called {name!r}; {there}")
    folder = folders[name]
    _clear()
    try:
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
        else:
            folder.rename(packs_dir() / f"{STAGING}{name}")  # out of use at once, and whole until then
    except OSError as error:
        raise BadInput(f"{folder}: cannot be removed ({reason_of(error)})") from error
    _clear()


def _header(files: Mapping[str, bytes], path: Path) -> PackHeader:
    document = document_of(files[PACK_FILE], path / PACK_FILE)
    header = parse(PackHeader, document)
    faults = list(check_texts(document))
    if DEVICE.fullmatch(header.id):
        faults.append(document.fault(("id",), f"{header.id!r} is no name that every system can write"))
    if faults:
        raise BadFiles(faults)
    return header


def _check_own(files: Mapping[str, bytes], name: str) -> None:
    taken = [case for case in names_in(files) if (cases_dir() / case).exists()]
    if taken:
        raise BadInput(f"{name}: refused: Atoll has a case {taken[0]!r} of its own; give it another name")


def _check_free(header: PackHeader, files: Mapping[str, bytes], name: str) -> None:
    """Refuse what would take the place of something else."""
    _check_own(files, name)
    if header.id in {folder.name for folder in pack_folders()}:
        raise BadInput(f"{name}: a pack {header.id!r} is installed already; first `atoll pack remove {header.id}`")
    for other in installed()[0]:
        for case in set(names_in(files)) & set(other.names):
            raise BadInput(f"{name}: refused: the installed pack {other.header.id!r} has a case {case!r}, too")


def _faults(root: Path, files: Mapping[str, bytes], library: Library, check: Check) -> list[Fault]:
    faults: list[Fault] = []
    for name in names_in(files):
        if f"cases/{name}/{CASE_FILE}" not in files:
            faults.append(Fault(root / "cases" / name / CASE_FILE, 1, "every case has its case.yaml; there is none"))
            continue
        faults += lint_case(name, library, root / "cases") or check(root / "cases", name)
    return faults


def _clear() -> None:
    """Remove what an installation left that was killed; one that goes on in another process fails with a line."""
    for left in packs_dir().glob(f"{STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
