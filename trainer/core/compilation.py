"""Where compiled kernels are kept, and knowing whether they are ready: no compile is ever a silent wait.

They are kept beside their sources. Where these may not be written (an installation for all users, a bundle on a
read-only drive), what was compiled there by whoever may is copied once into Atoll's home, and added to there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Final, Self

from trainer.core.place import home_dir

_TRAINER: Final = Path(__file__).resolve().parents[1]
_KERNELS: Final = ("*.nbi", "*.nbc")
_MARK: Final = ".compiled"
_BEGUN: Final = ".begun"
_HALF: Final = "*.nb?.tmp.*"  # numba renames these when they are whole


class KernelLocator:
    """Tells numba where the kernels of Atoll's own files are kept: see ``NUMBA_CACHE_LOCATOR_CLASSES``.

    numba's own locators take the executable of a bundle for the source, and pass by a folder that can be read but not
    written.

    Parameters
    ----------
    source : Path
        The file in which a kernel stands.
    line : int
        On which it begins.
    """

    def __init__(self, source: Path, line: int) -> None:
        self._source, self._line = source, line

    @classmethod
    def from_function(cls, function: FunctionType, source: str) -> Self | None:
        """Return the locator of a kernel, or None if it is none of Atoll's."""
        path = Path(source).resolve()
        return cls(path, function.__code__.co_firstlineno) if _TRAINER in path.parents else None

    def get_cache_path(self) -> str:
        """Return the folder of what is compiled."""
        return str(kept_in(self._source.parent))

    def ensure_cache_path(self) -> None:
        """Make that folder."""
        kept_in(self._source.parent).mkdir(parents=True, exist_ok=True)

    def get_source_stamp(self) -> bytes:
        """Return what must be the same for a compiled kernel to be used: what the file says, never when."""
        return hashlib.sha256(self._source.read_bytes()).digest()

    def get_disambiguator(self) -> str:
        """Return what tells kernels of one name apart."""
        return str(self._line)


def kept_in(folder: Path) -> Path:
    """Return where what is compiled from the sources of a folder is kept; it may not exist yet."""
    return folder / "__pycache__" if _writable(folder) else _own(folder, home_dir())


@lru_cache
def _writable(folder: Path) -> bool:
    """Return whether files can be made here; on Windows only trying tells."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@lru_cache
def _own(folder: Path, home: Path) -> Path:
    """Return the folder in Atoll's home for what is compiled from a folder, filled from beside the sources."""
    shared = sorted(path for path in (folder / "__pycache__").glob("*") if path.suffix in {".nbi", ".nbc", _MARK})
    listing = "\n".join(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in shared)
    name = f"{folder.name}-{_digest(str(folder))}"
    own = home / "compiled" / f"{name}-{_digest(listing)}"
    if own.is_dir():
        return own
    with suppress(OSError):
        own.parent.mkdir(parents=True, exist_ok=True)
        for old in own.parent.glob(f"{name}-*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(dir=own.parent, prefix=".atoll-"))
        try:
            for path in shared:
                shutil.copy2(path, fresh)
            fresh.replace(own)
        finally:  # another process may have been faster
            shutil.rmtree(fresh, ignore_errors=True)
    return own


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _stamp(package: Path, kind: str) -> Path:
    """Return the mark that says: the kernels kept here were made from these very sources, for this processor."""
    digest = hashlib.blake2b(digest_size=12)
    for part in (sys.version, version("numba"), version("llvmlite"), *_processor()):
        digest.update(part.encode())
    # a kernel freezes the constants it names, and those may stand in any package below its own
    below = [_TRAINER / name for name in ("core", "knowledge", "course")]
    for path in sorted({path for folder in (package, *below) for path in folder.rglob("*.py")}):
        digest.update(path.read_bytes())
    return kept_in(package) / f"{package.name}-{digest.hexdigest()}{kind}"


@lru_cache
def _processor() -> tuple[str, str]:
    """Return for which processor numba compiles: name and features, both in a kernel's key."""
    from llvmlite import binding

    name, features = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
    if name is None:
        name = binding.get_host_cpu_name()
    if features is None:
        features = binding.get_host_cpu_features().flatten()
    return name, features


def is_compiled(package: Path) -> bool:
    """Return whether the kernels of a package's folder are there, compiled from these very sources."""
    return _stamp(package, _MARK).exists()


def all_compiled() -> bool:
    """Return whether nothing is left to compile; cheap to ask, for no kernel is imported."""
    return all(is_compiled(_TRAINER / name) for name in ("course", "chest"))


def drop_half_written() -> None:
    """Clear away what a compile that was killed had only half written."""
    _drop(_TRAINER, (_HALF,))


def begin_compiling(package: Path) -> None:
    """Drop what was compiled from other sources, and keep what a compile that was broken off had ready.

    numba looks only at the file in which a kernel stands, so a kernel that calls one of another file would go on
    with the old one.
    """
    begun = _stamp(package, _BEGUN)
    patterns: tuple[str, ...] = (_HALF,)
    if not begun.exists():
        patterns += (*_KERNELS, f"*{_MARK}", f"*{_BEGUN}")
    _drop(package, patterns)
    _leave(begun)


def mark_compiled(package: Path) -> None:
    """Leave a mark that the kernels are compiled; where none can be left, the next start says it again."""
    _leave(_stamp(package, _MARK))
    with suppress(OSError):
        _stamp(package, _BEGUN).unlink()


def _leave(mark: Path) -> None:
    with suppress(OSError):
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def _drop(package: Path, patterns: Iterable[str]) -> None:
    for folder in _folders(package):
        for path in (path for pattern in patterns for path in folder.glob(pattern)):
            with suppress(OSError):
                path.unlink()


def _folders(package: Path) -> Iterator[Path]:
    """Yield where the kernels of a package are kept."""
    for folder in sorted({package, *(path.parent for path in package.rglob("*.py"))}):
        yield kept_in(folder)


@contextmanager
def counting(package: Path, kernels: int, tell: Callable[[float], None]) -> Iterator[None]:
    """Tell the share that is compiled while something in the block compiles a package.

    Parameters
    ----------
    package : Path
    kernels : int
        How many there are about; the share is of these, and never more than all.
    tell : callable
        Told a share from 0 to 1. What it raises ends the compile.
    """
    from numba.core import event

    ready = sum(1 for folder in _folders(package) for _ in folder.glob(_KERNELS[1]))

    class Listener(event.Listener):
        """Counts the kernels as they are compiled, those within another first."""

        def on_start(self, _: event.Event) -> None:
            """Count nothing yet."""

        def on_end(self, _: event.Event) -> None:
            """Count one more."""
            nonlocal ready
            ready += 1
            tell(min(ready / kernels, 1.0))

    with event.install_listener("numba:compile", Listener()):
        yield
