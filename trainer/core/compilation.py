"""Knowing whether the compiled parts are ready, so that a first compile is announced and never a silent wait."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path

import numba

from trainer.core.place import home_dir


def _stamp(package: Path) -> Path:
    """Return the mark that says: the kernels cached beside these very sources were made from them."""
    digest = hashlib.blake2b(digest_size=12)
    for part in (sys.version, numba.__version__, str(Path(__file__).parent)):
        digest.update(part.encode())
    trainer = Path(__file__).resolve().parents[1]
    # a kernel freezes the constants it names, and those may stand in any package below its own
    below = [trainer / name for name in ("core", "knowledge", "course")]
    for path in sorted({path for folder in (package, *below) for path in folder.rglob("*.py")}):
        digest.update(path.read_bytes())
    beside = package / "__pycache__"
    folder = beside if os.access(package, os.W_OK) else home_dir() / "compiled"
    return folder / f"{package.name}-{digest.hexdigest()}.compiled"


def is_compiled(package: Path) -> bool:
    """Return whether the kernels of a package's folder were compiled here, from these very sources."""
    return _stamp(package).exists()


def begin_compiling(package: Path) -> None:
    """Drop what was compiled from other sources.

    numba looks only at the file in which a kernel stands, so a kernel that calls one of another file would go on
    with the old one.
    """
    for pattern in ("*.nbi", "*.nbc", "*.compiled"):
        for path in package.rglob(f"__pycache__/{pattern}"):
            with suppress(OSError):
                path.unlink()


def mark_compiled(package: Path) -> None:
    """Leave a mark that the kernels are compiled; where none can be left, the next start says it again."""
    stamp = _stamp(package)
    with suppress(OSError):
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
