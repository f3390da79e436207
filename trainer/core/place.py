"""Where Atoll's own files lie, in a checkout or in an installed package, and where it may write."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

_PACKAGE = Path(__file__).resolve().parents[1]


def _data_root() -> Path:
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent


def cases_dir() -> Path:
    """Return the folder of the cases that come with Atoll."""
    return _data_root() / "cases"


def assets_dir() -> Path:
    """Return the folder of knowledge tables, icons and colour tables."""
    return _data_root() / "assets"


def home_dir() -> Path:
    """Return the folder for what Atoll writes by itself; ``ATOLL_HOME`` overrides it. It may not exist yet."""
    chosen = os.environ.get("ATOLL_HOME")
    return Path(chosen) if chosen else user_data_path("atoll", appauthor=False)


def packs_dir() -> Path:
    """Return the folder of installed case packs, one folder each. It may not exist yet."""
    return home_dir() / "packs"


def chests_dir() -> Path:
    """Return the folder of imported chests, one folder each. It may not exist yet."""
    return home_dir() / "chests"
