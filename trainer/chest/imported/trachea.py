"""The trachea and bronchi, grown from the top with an eye on leaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from trainer.chest.grid import Grid
from trainer.core.error import BadInput

_AIR_HU = -800
_AREA_MM2 = (45.0, 900.0)  # of the trachea's lumen: 10 to 27 mm across, sabre and round (judgement)
_ASIDE_MM = 55.0
_LENGTH_MM = 30.0
_LEVELS_HU = (-960, -940, -920, -900, -880, -860, -840, -820, -800, -780, -750)
_MOST_ML = 160.0  # trachea and bronchi as far as they are seen hold 50 to 100 ml (judgement)
_BRONCHUS_MM2 = 35.0  # of a main bronchus: 6.7 mm across, at least (judgement)
_LEAP = 1.35  # growth by more between two levels is a leak


@dataclass(frozen=True, eq=False)
class Airways:
    """Open airways as far as they are seen.

    Parameters
    ----------
    lumen : numpy.ndarray
        bool [z, y, x].
    carina : tuple of int
        Voxel between the two main bronchi where they part.
    """

    lumen: np.ndarray
    carina: tuple[int, int, int]


def trachea_of(hu: np.ndarray, body: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the stretch of trachea that is cut round and single in axial slices, bool [z, y, x].

    Raises
    ------
    BadInput
        If there is none.
    """
    pixel = grid.spacing_mm[1] * grid.spacing_mm[2]
    best: list[tuple[int, int]] = []
    above: dict[int, list[tuple[int, int]]] = {}
    before = np.zeros(hu.shape[1:], np.int32)
    planes: dict[int, np.ndarray] = {}
    for z in range(hu.shape[0] - 1, -1, -1):
        labels, count = ndi.label((hu[z] < _AIR_HU) & body[z])
        chains: dict[int, list[tuple[int, int]]] = {}
        if count and body[z].any():
            middle = float(np.flatnonzero(body[z].any(0)).mean())
            areas = np.bincount(labels.ravel(), minlength=count + 1) * pixel
            for n, box in enumerate(ndi.find_objects(labels), 1):
                aside = abs(0.5 * (box[1].start + box[1].stop) - middle) * grid.spacing_mm[2]
                wide = max(
                    (b.stop - b.start) * s for b, s in zip(box, grid.spacing_mm[1:], strict=True)
                )
                if not _AREA_MM2[0] <= areas[n] <= _AREA_MM2[1] or aside > _ASIDE_MM or wide > 42.0:
                    continue
                over = before[labels == n]
                longest = max((above.get(int(m), []) for m in np.unique(over)), key=len)
                chains[n] = [*longest, (z, n)]
        planes[z] = labels
        above, before = chains, labels
        for chain in chains.values():
            if len(chain) > len(best):
                best = chain
    if len(best) * grid.spacing_mm[0] < _LENGTH_MM:
        raise BadInput("no trachea was found above the lungs; a chest CT from the neck to below the lungs is expected")
    out = np.zeros(hu.shape, np.bool_)
    for z, n in best:
        out[z] = planes[z] == n
    return out


def airways_of(hu: np.ndarray, body: np.ndarray, trachea: np.ndarray, grid: Grid) -> Airways:
    """Return the airways connected to the trachea: the widest growth that does not spill into the lung.

    Raises
    ------
    BadInput
        If the trachea does not part into two bronchi.
    """
    levels = np.flatnonzero(trachea.any((1, 2)))
    # half-way down the stretch; its ends may already lie in larynx or bronchus
    seed_z = int(levels[len(levels) // 2])
    seed = trachea[seed_z]
    best: np.ndarray | None = None
    last = 0.0
    for level in _LEVELS_HU:
        grown = _connected((hu < level) & body, seed_z, seed)
        volume = float(grown.sum()) * grid.voxel_ml
        if volume == 0.0:
            continue
        if volume > _MOST_ML or (last > 8.0 and volume > _LEAP * last):
            break
        best, last = grown, volume
    if best is None:
        raise BadInput("the airways cannot be told from the lungs; a CT of the whole chest at full breath is expected")
    return Airways(best, carina_of(best, seed_z, grid))


def _connected(mask: np.ndarray, z: int, seed: np.ndarray) -> np.ndarray:
    labels, _ = ndi.label(mask)
    numbers = np.bincount(labels[z][seed & mask[z]].ravel()) if (seed & mask[z]).any() else np.zeros(1, np.int64)
    if len(numbers) < 2:
        return np.zeros(mask.shape, np.bool_)
    out: np.ndarray = labels == int(numbers[1:].argmax()) + 1
    return out


def carina_of(lumen: np.ndarray, start: int, grid: Grid) -> tuple[int, int, int]:
    """Return the voxel where the trachea parts: the lowest slice with one lumen above two that stay two."""
    pixel = grid.spacing_mm[1] * grid.spacing_mm[2]
    deep = max(2, round(6.0 / grid.spacing_mm[0]))
    for z in range(start, deep, -1):
        if all(_two(lumen[z - k], pixel) for k in range(1, deep + 1)):
            labels, _ = ndi.label(lumen[z])
            y, x = ndi.center_of_mass(labels == int(np.bincount(labels.ravel())[1:].argmax()) + 1)
            return z, round(y), round(x)
    raise BadInput("the trachea does not part into two main bronchi; a CT of the whole chest is expected")


def _two(plane: np.ndarray, pixel_mm2: float) -> bool:
    """Tell whether a slice holds two large lumens."""
    labels, count = ndi.label(plane)
    areas = np.sort(np.bincount(labels.ravel())[1:] * pixel_mm2)
    return bool(count > 1 and areas[-2] >= _BRONCHUS_MM2)
