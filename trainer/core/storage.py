"""Files read up to a limit, and written whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from trainer.core.error import BadFiles, BadInput, Fault

_NEW_MODE = 0o644
STAGING = ".atoll-"
"""How the names of files and folders begin that are not yet whole."""


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """Return what a regular file holds.

    Raises
    ------
    BadFiles
        If it cannot be read, is no regular file (a pipe may never end) or is larger than ``most_bytes``.
    """
    try:
        # without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BadFiles([Fault(path, 1, "cannot be read (not a regular file)")])
            raw = stream.read(most_bytes + 1)
    except OSError as error:
        raise BadFiles([Fault(path, 1, f"cannot be read ({error.strerror})")]) from error
    if len(raw) > most_bytes:
        raise BadFiles([Fault(path, 1, f"larger than such a file can be ({most_bytes // 1000} kB)")])
    return raw


def reason_of(error: BaseException) -> str:
    """Return why something could not be written: the system's words, also of an error wrapped in another."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return str(error) or type(error).__name__


def check_target(path: Path) -> None:
    """Raise `BadInput` if it is plain already that a file cannot be written here."""
    if not path.parent.is_dir():
        raise BadInput(f"{path.parent}: there is no such folder; make it first")
    if not os.access(_target(path)[0].parent, os.W_OK | os.X_OK):
        raise BadInput(f"{path}: its folder cannot be written; choose another folder")


def _target(path: Path) -> tuple[Path, int]:
    """Return the place that a path leads to, past links, and the mode of the file to be there."""
    target = Path(os.path.realpath(path))
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return target, _NEW_MODE
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}); choose another place") from error
    if not stat.S_ISREG(mode):
        raise BadInput(f"{path}: cannot be written (not a regular file); choose another name")
    if not mode & 0o222 or not os.access(target, os.W_OK):
        raise BadInput(f"{path}: cannot be written (the file there is read-only); choose another name")
    return target, stat.S_IMODE(mode)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. A link stays, and what it leads to is written; a file keeps its mode.

    Raises
    ------
    BadInput
        If the folder cannot be written, the disk is full, or what is there is read-only or no regular file.
    """
    target, mode = _target(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=STAGING)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}); choose another folder") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}); nothing was kept of it") from error
    finally:
        with suppress(OSError):
            Path(temporary).unlink(missing_ok=True)


@contextmanager
def staged_folder(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write files into a new folder beside ``folder``, which takes its name when the block ends well and is gone else.

    Parameters
    ----------
    folder : Path
        It must not exist. The folders above it are made.
    files : mapping of str to bytes
        By their path within the folder, parts separated by "/". Whoever calls has checked that none leads out of it.

    Raises
    ------
    BadInput
        If the folder is there already or cannot be written, or the disk is full.
    """
    work: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=STAGING))
        for name, content in files.items():
            target = work.joinpath(*name.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        yield work
        if folder.exists():  # a rename would take the place of an empty folder
            raise BadInput(f"{folder}: is there already; nothing was written")
        work.chmod(0o755)
        work.rename(folder)
    except OSError as error:
        raise BadInput(f"{folder}: cannot be written ({reason_of(error)}); nothing was kept of it") from error
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)
