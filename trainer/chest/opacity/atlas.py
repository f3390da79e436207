"""What opacities need to know of an anatomy, prepared once: its lobes, lobules and pleura at half resolution."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field

import numba as nb
import numpy as np
from scipy.ndimage import find_objects

from trainer.chest.anatomy.model import Anatomy
from trainer.chest.opacity.tube import Tubes, tubes_of
from trainer.core.chance import key_of

HUNDREDTHS = 100.0  # distances are kept as int16 in 0.01 mm


@nb.njit(cache=True, nogil=True, parallel=True)
def _share(lobe: np.ndarray, out: np.ndarray) -> None:
    """Write, for each half-resolution voxel and lobe, how many of its 8 voxels belong to the lobe."""
    for k in nb.prange(out.shape[0]):
        z = np.int64(k)
        for y in range(out.shape[1]):
            for x in range(out.shape[2]):
                best, most = 0, 0
                for label in range(1, 6):
                    n = 0
                    for c in range(8):
                        n += lobe[2 * z + (c >> 2), 2 * y + ((c >> 1) & 1), 2 * x + (c & 1)] == label
                    if n > most:
                        best, most = label, n
                out[z, y, x] = best * 16 + most


@nb.njit(cache=True, nogil=True)
def _centroids(lobule: np.ndarray, sums: np.ndarray) -> None:
    for z in range(lobule.shape[0]):
        for y in range(lobule.shape[1]):
            for x in range(lobule.shape[2]):
                n = lobule[z, y, x]
                if n > 0:
                    sums[n, 0] += z
                    sums[n, 1] += y
                    sums[n, 2] += x
                    sums[n, 3] += 1.0


@dataclass(frozen=True, eq=False)
class Brick:
    """A block of half-resolution voxels.

    Parameters
    ----------
    start : tuple of int
        Index (z, y, x) of its first voxel in the whole lattice.
    values : numpy.ndarray
        [z, y, x].
    """

    start: tuple[int, int, int]
    values: np.ndarray

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """The block as slices of the whole lattice."""
        z, y, x = (slice(s, s + n) for s, n in zip(self.start, self.values.shape, strict=True))
        return z, y, x


@dataclass(frozen=True, eq=False)
class RankField:
    """What is the same on every day of one opacity.

    Parameters
    ----------
    point_mm : numpy.ndarray
        Its address, shape (3,).
    rank : Brick
        float32: how early it takes a voxel.
    inside : numpy.ndarray
        bool like ``rank``: the voxels of its lobe.
    below : numpy.ndarray
        int64: full-resolution voxels of the lobe up to the end of each bin of ranks (see `rank`).
    limit : float
        A threshold above this would take voxels too near a face behind which the lobe goes on.
    """

    point_mm: np.ndarray
    rank: Brick
    inside: np.ndarray
    below: np.ndarray
    limit: float


@dataclass(frozen=True, eq=False)
class Atlas:
    """The lungs at half resolution, ready for ranking and sampling.

    Parameters
    ----------
    key : int
        64-bit key of this anatomy; shapes of opacities are drawn from it.
    spacing_mm, origin_mm : tuple of float
        Lattice of the half-resolution voxels, (z, y, x).
    share : numpy.ndarray
        uint8 [z, y, x]: 16 x the lobe (1 to 5) that fills most of the voxel + its eighths.
    depth, septum : numpy.ndarray
        int16 [z, y, x]: distance to pleura and to the lobule's border in 0.01 mm.
    lobule : numpy.ndarray
        int32 [z, y, x]: number of the lobule.
    lobule_centre_mm : numpy.ndarray
        float32, shape (lobules + 1, 3): centroid of each lobule.
    boxes : tuple of tuple of slice
        Bounding box of each lobe, in `Lobe` order.
    tubes : Tubes
        The bronchi.
    ranks, fluids : dict
        Rank fields already drawn and volumes of fluid already added up, by what they depend on.
    """

    key: int
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    share: np.ndarray
    depth: np.ndarray
    septum: np.ndarray
    lobule: np.ndarray
    lobule_centre_mm: np.ndarray
    boxes: tuple[tuple[slice, slice, slice], ...]
    tubes: Tubes
    ranks: dict[tuple[float, ...], RankField] = field(default_factory=dict)
    fluids: dict[tuple[int, ...], tuple[np.ndarray, float, float]] = field(default_factory=dict)

    def lobe_of(self, lobe: int) -> np.ndarray:
        """Return the mask [z, y, x] of voxels that lie for the most part in ``lobe`` (a `Lobe`)."""
        mask: np.ndarray = (self.share >> 4) == lobe + 1
        return mask

    def index(self, point_mm: np.ndarray) -> np.ndarray:
        """Return half-resolution indices (z, y, x) of points in mm."""
        return (np.asarray(point_mm) - self.origin_mm) / self.spacing_mm

    def position(self, index: np.ndarray) -> np.ndarray:
        """Return points in mm of half-resolution indices (z, y, x)."""
        return np.asarray(index) * self.spacing_mm + self.origin_mm


def _hundredths(values: np.ndarray) -> np.ndarray:
    out = np.empty(values.shape, np.int16)
    for z in range(values.shape[0]):
        out[z] = np.clip(values[z].astype(np.float32) * HUNDREDTHS, -32000, 32000)
    return out


def make_atlas(anatomy: Anatomy) -> Atlas:
    """Prepare the half-resolution data of an anatomy."""
    half = anatomy.lobule.shape
    share = np.empty(half, np.uint8)
    _share(anatomy.lobe, share)
    (dz, dy, dx), (z0, y0, x0) = anatomy.grid.spacing_mm, anatomy.grid.origin_mm
    spacing = (2.0 * dz, 2.0 * dy, 2.0 * dx)
    origin = (z0 + 0.5 * dz, y0 + 0.5 * dy, x0 + 0.5 * dx)
    sums = np.zeros((int(anatomy.lobule.max()) + 1, 4), np.float64)
    _centroids(anatomy.lobule, sums)
    centre = sums[:, :3] / np.maximum(sums[:, 3:], 1.0) * spacing + origin
    boxes = find_objects(share >> 4, 5)
    eighths = np.bincount(share.ravel(), minlength=96)
    name = ",".join(f"{k}={anatomy.landmarks[k]}" for k in sorted(anatomy.landmarks))
    return Atlas(
        key=key_of("anatomy", name, *(int(n) for n in eighths)),
        spacing_mm=spacing,
        origin_mm=origin,
        share=share,
        depth=_hundredths(anatomy.depth_mm),
        septum=_hundredths(anatomy.septum_mm),
        lobule=anatomy.lobule,
        lobule_centre_mm=centre.astype(np.float32),
        tubes=tubes_of(anatomy.airways),
        boxes=tuple(b or (slice(0, 0),) * 3 for b in boxes),
    )


_made: dict[int, Atlas] = {}


def atlas_of(anatomy: Anatomy) -> Atlas:
    """Return the atlas of an anatomy, prepared at the first call and kept as long as the anatomy lives."""
    found = _made.get(id(anatomy))
    if found is None:
        found = _made[id(anatomy)] = make_atlas(anatomy)
        weakref.finalize(anatomy, _made.pop, id(anatomy), None)
    return found
