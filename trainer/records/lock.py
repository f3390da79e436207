"""One process at a time writes a folder: a lock that the system lets go of when the process ends, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Final

from trainer.core.error import BadInput

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NAME: Final = ".lock"
_HELD: dict[Path, int] = {}  # to the end of the process: letting go earlier would let two write by turns


def hold(folder: Path) -> None:
    """Be the one process that writes a folder, until it ends.

    Raises
    ------
    BadInput
        If another process holds it, or nothing can be written there.
    """
    where = folder.resolve()
    if where in _HELD:
        return
    try:
        # without O_NONBLOCK, opening a pipe that nobody reads would wait for ever
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(where / _NAME, flags, 0o644)
    except OSError as error:
        raise BadInput(f"{folder}: cannot be written ({error.strerror}); set ATOLL_HOME to another folder") from error
    try:
        _take(handle)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK}:
            os.close(handle)
            raise BadInput(
                "Atoll is open already and writes these records; go on in its window, or close it"
            ) from error
        # some network drives know no locks: better to play without one than not at all
    _HELD[where] = handle


def _take(handle: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
