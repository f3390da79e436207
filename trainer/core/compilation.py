"""Knowing whether the compiled parts are ready, so that a first compile is announced and never a silent wait."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

import numba

from trainer.core.place import home_dir


def _stamp(name: str, sources: Iterable[Path]) -> Path:
    digest = hashlib.blake2b(digest_size=12)
    for part in (sys.version, numba.__version__, str(Path(__file__).parent)):
        digest.update(part.encode())
    for path in sorted(sources):
        digest.update(path.read_bytes())
    return home_dir() / "compiled" / f"{name}-{digest.hexdigest()}"


def is_compiled(name: str, package: Path) -> bool:
    """Return whether the kernels of a package were compiled here, from these very sources.

    Parameters
    ----------
    name : str
        Name of the package, for the mark that is left.
    package : Path
        Its folder.
    """
    return _stamp(name, package.rglob("*.py")).exists()


def mark_compiled(name: str, package: Path) -> None:
    """Leave a mark that the kernels of a package are compiled; where none can be left, the next start says it again."""
    stamp = _stamp(name, package.rglob("*.py"))
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    except OSError:
        return
