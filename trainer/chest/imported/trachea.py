"""The trachea and bronchi, grown from the top with an eye on leaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage as ndi

from trainer.chest.grid import Grid
from trainer.core.error import BadInput

_AIR_HU = -800
_AREA_MM2 = (45.0, 900.0)  # of the trachea's lumen: 8 to 34 mm across if round, for narrow and wide ones (judgement)
_ASIDE_MM = 55.0
_LENGTH_MM = 30.0
_LEVELS_HU = (-960, -940, -920, -900, -880, -860, -840, -820, -800, -780, -750)
_MOST_ML = 160.0  # trachea and bronchi as far as they are seen hold 50 to 100 ml (judgement)
_BRONCHUS_MM2 = 35.0  # of a main bronchus: 6.7 mm across, at least (judgement)
_FINE_HU = (-950, -940, -930, -920, -910, -900, -890, -880, -870)
_FINE_LEAP = 1.12
_AROUND_MM = 30.0
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
                wide = max((b.stop - b.start) * s for b, s in zip(box, grid.spacing_mm[1:], strict=True))
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


def followed(hu: np.ndarray, share: np.ndarray, carina_z: int, grid: Grid) -> np.ndarray:
    """Return the share of open airway, uint8 [z, y, x], followed beyond what a coarser look has found.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x] on ``grid``.
    share : numpy.ndarray
        uint8 [z, y, x] on ``grid``: the airways of the coarser look.
    carina_z : int
        Slice of the carina.
    grid : Grid
    """
    known = share >= 128
    top = min(hu.shape[0], carina_z + round(8.0 / grid.spacing_mm[0]))
    where = [np.flatnonzero(known[:top].any(axis=tuple(b for b in range(3) if b != a))) for a in range(3)]
    pad = [round(_AROUND_MM / s) for s in grid.spacing_mm]
    box = tuple(
        slice(max(0, int(w[0]) - p), min(n, int(w[-1]) + p + 1)) for w, p, n in zip(where, pad, hu.shape, strict=True)
    )
    box = (slice(box[0].start, top), box[1], box[2])
    seed, inner = known[box], hu[box]
    best, last = seed, float(seed.sum())
    for level in _FINE_HU:
        labels, _ = ndi.label((inner < level) | seed)
        own = np.bincount(labels[seed])
        grown = labels == int(own.argmax())
        volume = float(grown.sum())
        if volume > _FINE_LEAP * last:
            break
        best, last = grown, volume
    out = share.copy()
    soft = ndi.uniform_filter(best.astype(np.float32), 3)
    out[box] = np.maximum(out[box], np.rint(255.0 * np.where(best, np.maximum(soft, 0.6), soft * (soft > 0.2))))
    return out


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
