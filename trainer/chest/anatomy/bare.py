"""Lungs without vessels or airways: lobes by planes, lobules by blocks; stands in while nothing furnishes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import edt
import numpy as np

from trainer.chest.anatomy.model import Branches
from trainer.chest.anatomy.shape import axis_mm
from trainer.chest.grid import Grid
from trainer.course.person import Person


@dataclass(frozen=True)
class BareInterior:
    """As the interior of a furnished lung."""

    lobe: np.ndarray
    segment: np.ndarray
    hu: np.ndarray
    vessel: np.ndarray
    airway: np.ndarray
    depth_mm: np.ndarray
    lobule: np.ndarray
    septum_mm: np.ndarray
    airways: Branches
    arteries: Branches
    veins: Branches


def furnish(
    grid: Grid,
    lung: np.ndarray,
    landmarks: Mapping[str, tuple[float, float, float]],
    person: Person,
    progress: Callable[[float], None] | None = None,
) -> BareInterior:
    """Return lungs of -892 HU in front to -818 at the back and nothing in them."""
    del person, progress
    z, y = axis_mm(grid, 0)[:, None, None], axis_mm(grid, 1)[None, :, None]
    carina = landmarks["carina"]
    oblique = (z - carina[0] + 10.0) + 0.9 * (y - carina[1])
    lower = oblique < -20.0
    middle = (z < carina[0] - 25.0) & ~lower
    lobe = np.where(lung == 2, np.where(lower, 5, 4), np.where(lower, 3, np.where(middle, 2, 1)))
    lobe = np.where(lung > 0, lobe, 0).astype(np.uint8)
    front = y.min() + 60.0
    hu = np.broadcast_to(-892.0 + 75.0 * (1.0 - np.exp(-(y - front) / 90.0)), grid.shape).astype(np.int16)
    half = np.ascontiguousarray(lung[::2, ::2, ::2][: grid.shape[0] // 2])
    spacing = tuple(2.0 * s for s in grid.spacing_mm)
    depth = edt.edt(half, anisotropy=spacing, parallel=2).astype(np.float16)
    blocks = [np.arange(n) * s // 16.0 for n, s in zip(half.shape, spacing, strict=True)]
    number = 1 + blocks[0][:, None, None] + 64 * blocks[1][None, :, None] + 4096 * blocks[2][None, None, :]
    lobule = np.where(half > 0, number, 0).astype(np.int32)
    septum = edt.edt(lobule.astype(np.uint32), anisotropy=spacing, parallel=2).astype(np.float16)
    zero = np.zeros(grid.shape, dtype=np.uint8)
    empty = Branches(
        np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros(0, np.float32),
        np.zeros(0, np.int32), np.zeros(0, np.int16), np.zeros(0, np.int16),
    )  # fmt: skip
    segment = lobe[::2, ::2, ::2][: half.shape[0]].copy()
    return BareInterior(lobe, segment, hu, zero, zero.copy(), depth, lobule, septum, empty, empty, empty)
