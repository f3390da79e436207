"""An anatomy as files: one of bare numbers a volume and a column of a tree, and what an index says of them as JSON.

What an index says is not believed: types, shapes and sizes are what an anatomy has, or the files are none.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from trainer.chest.acquisition import Acquisition
from trainer.chest.anatomy.model import Anatomy, Branches
from trainer.chest.grid import Grid

RAW: Final = ".raw"
UNSOUND: Final = (OSError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
"""What reading files may raise that are not as they were written."""

TREES: Final = ("airways", "arteries", "veins")
_WHOLE: Final = {"hu": np.int16, "organ": np.uint8, "lobe": np.uint8, "vessel": np.uint8, "airway": np.uint8}
_HALF: Final = {"segment": np.uint8, "depth_mm": np.float16, "lobule": np.int32, "septum_mm": np.float16}
_VOLUMES: Final = ("hu", "organ", "lobe", "segment", "vessel", "airway", "depth_mm", "lobule", "septum_mm")
_COLUMNS: Final = {
    "start_mm": np.float32, "end_mm": np.float32, "radius_mm": np.float32, "parent": np.int32,
    "generation": np.int16, "segment": np.int16,
}  # fmt: skip
_SCANNED: Final = {"coefficients": np.int16, "kept": np.uint8}
_CURVES: Final = ("power", "transfer")
_MODULATION: Final = "modulation"  # one number a slice
_FIGURES: Final = ("thickness_mm", "noise_hu", "blood_hu")
_MOST_ROWS: Final = 5_000_000  # of a tree or a curve
_MOST_VOXELS: Final = 2048  # along an axis
_MOST_LANDMARKS: Final = 100
_FARTHEST: Final = 1e5  # of any number of millimetres or HU

Checksum = Callable[[str, np.ndarray], Any]


def arrays_of(anatomy: Anatomy) -> dict[str, np.ndarray]:
    """Return the arrays of an anatomy by the names of their files."""
    arrays = {name: getattr(anatomy, name) for name in _VOLUMES}
    for tree in TREES:
        for column in _COLUMNS:
            arrays[f"{tree}-{column}"] = getattr(getattr(anatomy, tree), column)
    if anatomy.acquisition is not None:
        arrays |= {name: getattr(anatomy.acquisition, name) for name in (*_SCANNED, *_CURVES, _MODULATION)}
    return arrays


def geometry_of(anatomy: Anatomy) -> dict[str, Any]:
    """Return what of an anatomy is no array, for JSON."""
    found: dict[str, Any] = {
        "grid": asdict(anatomy.grid), "landmarks": dict(anatomy.landmarks), "source": anatomy.source,
    }  # fmt: skip
    if anatomy.acquisition is not None:
        figures = {name: float(getattr(anatomy.acquisition, name)) for name in _FIGURES}
        found["acquisition"] = {"grid": asdict(anatomy.acquisition.grid), **figures}
    return found


def write_array(path: Path, array: np.ndarray) -> None:
    """Write an array as bare numbers into a new file, and see to it that it is on the disk."""
    with path.open("xb") as stream:
        stream.write(np.ascontiguousarray(array).data)  # unlike numpy's own writing it tells why it cannot
        stream.flush()
        os.fsync(stream.fileno())


def anatomy_in(folder: Path, index: Any, checksum: Checksum) -> Anatomy:
    """Return the anatomy in a folder as read-only memory maps.

    Parameters
    ----------
    folder : Path
    index : object
        As it was read: `geometry_of`, and under "arrays" the shape, type and checksum of each array.
    checksum : callable
        Returns the checksum of an array by its name and itself; what the index has must be the same.

    Raises
    ------
    OSError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError
        `UNSOUND`, if anything is not as an anatomy's files are.
    """
    grid, forms = _grid(index["grid"]), index["arrays"]
    half = (grid.shape[0] // 2, grid.shape[1] // 2, grid.shape[2] // 2)
    expected: dict[str, tuple[Any, tuple[int, ...]]] = {name: (kind, grid.shape) for name, kind in _WHOLE.items()}
    expected |= {name: (kind, half) for name, kind in _HALF.items()}
    for tree in TREES:
        rows = _rows(forms[f"{tree}-radius_mm"])
        for column, kind in _COLUMNS.items():
            expected[f"{tree}-{column}"] = (kind, (rows, 3) if column in {"start_mm", "end_mm"} else (rows,))
    scan = index.get("acquisition")
    if scan is not None:
        lattice = _grid(scan["grid"]).shape
        expected |= {name: (kind, lattice) for name, kind in _SCANNED.items()}
        expected[_MODULATION] = (np.float32, lattice[:1])
        expected |= {name: (np.float32, (_rows(forms["power"]),)) for name in _CURVES}
    arrays = {name: _opened(folder, name, forms[name], *of, checksum) for name, of in expected.items()}
    trees: dict[str, Any] = {t: Branches(**{c: arrays[f"{t}-{c}"] for c in _COLUMNS}) for t in TREES}
    volumes: dict[str, Any] = {name: arrays[name] for name in _VOLUMES}
    return Anatomy(
        grid=grid, landmarks=_landmarks(index["landmarks"]), source="built" if scan is None else "imported",
        acquisition=None if scan is None else _acquisition(scan, arrays), **volumes, **trees,
    )  # fmt: skip


def _acquisition(scan: dict[str, Any], arrays: dict[str, np.ndarray]) -> Acquisition:
    kept: dict[str, Any] = {name: arrays[name] for name in (*_SCANNED, *_CURVES, _MODULATION)}
    figures: dict[str, Any] = {name: _number(scan[name]) for name in _FIGURES}
    if figures["thickness_mm"] <= 0 or figures["noise_hu"] < 0:
        raise ValueError(figures)
    return Acquisition(grid=_grid(scan["grid"]), **kept, **figures)


def _opened(
    folder: Path, name: str, form: dict[str, Any], kind: Any, shape: tuple[int, ...], checksum: Checksum
) -> np.ndarray:
    """Return a file of bare numbers as a memory map, if it is as expected and as the index says."""
    path, dtype = folder / f"{name}{RAW}", np.dtype(kind)
    if form["shape"] != list(shape) or form["dtype"] != dtype.str:
        raise ValueError(name)
    if path.stat().st_size != math.prod(shape) * dtype.itemsize:
        raise ValueError(path)
    array = np.memmap(path, dtype, mode="r", shape=shape) if 0 not in shape else np.empty(shape, dtype)
    if form["checksum"] != checksum(name, array):
        raise ValueError(path)
    return array


def _rows(form: dict[str, Any]) -> int:
    rows = form["shape"][0]
    if type(rows) is not int or not 0 <= rows <= _MOST_ROWS:
        raise ValueError(rows)
    return rows


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not -_FARTHEST <= value <= _FARTHEST:
        raise ValueError(value)
    return float(value)


def _three(values: Any) -> tuple[float, float, float]:
    z, y, x = values
    return _number(z), _number(y), _number(x)


def _landmarks(found: dict[str, Any]) -> MappingProxyType[str, tuple[float, float, float]]:
    if len(found) > _MOST_LANDMARKS:
        raise ValueError(len(found))
    return MappingProxyType({name: _three(point) for name, point in found.items()})


def _grid(found: dict[str, Any]) -> Grid:
    nz, ny, nx = found["shape"]
    if not all(type(n) is int and 2 <= n <= _MOST_VOXELS for n in (nz, ny, nx)):
        raise ValueError(found)
    spacing = _three(found["spacing_mm"])
    if min(spacing) <= 0:
        raise ValueError(found)
    return Grid((nz, ny, nx), spacing, _three(found["origin_mm"]))
