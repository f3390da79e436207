"""Anatomies kept on disk, because building one takes seconds and opening one must not.

One folder a person under ``home_dir()/anatomy``: a small JSON index and one raw ``.npy`` a volume, opened as
read-only memory maps. A folder is written under another name and moved into place whole, so a reader never sees
half of one; what cannot be read is treated as absent.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from trainer.chest.anatomy.model import Anatomy, Branches
from trainer.chest.grid import Grid
from trainer.core import chance
from trainer.core.place import home_dir
from trainer.course.person import Person

# Raised whenever the same person would be built otherwise than before.
VERSION = 5

_VOLUMES = ("hu", "organ", "lobe", "segment", "vessel", "airway", "depth_mm", "lobule", "septum_mm")
_TREES = ("airways", "arteries", "veins")
_COLUMNS = ("start_mm", "end_mm", "radius_mm", "parent", "generation", "segment")


def folder_of(person: Person, scale: int = 1) -> Path:
    """Return the folder in which the anatomy of ``person`` is kept; it need not exist."""
    parts = (person.key, person.sex, repr(person.age_years), repr(person.height_cm), repr(person.weight_kg))
    return home_dir() / "anatomy" / f"{chance.key_of(VERSION, scale, *parts):016x}"


def save(folder: Path, anatomy: Anatomy) -> None:
    """Write ``anatomy`` as ``folder``, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=folder.name, suffix=".part", dir=folder.parent))
    try:
        arrays = _arrays(anatomy)
        for name, array in arrays.items():
            np.save(part / f"{name}.npy", array, allow_pickle=False)
        index = {
            "version": VERSION,
            "grid": asdict(anatomy.grid),
            "landmarks": dict(anatomy.landmarks),
            "source": anatomy.source,
            "arrays": {n: {"shape": list(a.shape), "dtype": a.dtype.str} for n, a in arrays.items()},
        }
        (part / "index.json").write_text(json.dumps(index), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        # another process may have written the same anatomy meanwhile; its copy is as good
        with contextlib.suppress(OSError):
            part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def load(folder: Path) -> Anatomy | None:
    """Return the anatomy kept in ``folder`` as read-only memory maps, or None if there is none that is sound."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        if index["version"] != VERSION:
            return None
        arrays = {}
        for name, form in index["arrays"].items():
            array = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            if list(array.shape) != form["shape"] or array.dtype.str != form["dtype"]:
                return None
            arrays[name] = array
        return _anatomy(index, arrays)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _arrays(anatomy: Anatomy) -> dict[str, np.ndarray]:
    arrays = {name: getattr(anatomy, name) for name in _VOLUMES}
    for tree in _TREES:
        for column in _COLUMNS:
            arrays[f"{tree}-{column}"] = getattr(getattr(anatomy, tree), column)
    return arrays


def _anatomy(index: dict[str, Any], arrays: dict[str, np.ndarray]) -> Anatomy:
    grid = Grid(*(tuple(index["grid"][k]) for k in ("shape", "spacing_mm", "origin_mm")))
    trees: dict[str, Any] = {t: Branches(**{c: arrays[f"{t}-{c}"] for c in _COLUMNS}) for t in _TREES}
    landmarks = MappingProxyType({name: (p[0], p[1], p[2]) for name, p in index["landmarks"].items()})
    volumes: dict[str, Any] = {name: arrays[name] for name in _VOLUMES}
    return Anatomy(grid=grid, landmarks=landmarks, source=index["source"], **volumes, **trees)
