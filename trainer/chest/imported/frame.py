"""The lattices of an import: the source's, the one on which the chest is kept, and coarser ones to look at first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numba as nb
import numpy as np
from scipy import ndimage as ndi

from trainer.chest.grid import Grid
from trainer.chest.imported.source import Source

BELOW_MM, ABOVE_MM = 80.0, 60.0
"""What is kept below and above the lungs; the rest of the person is nobody's business."""

MATRIX = 512
_SCOUT_MM = 3.6
_KEPT_Z_MM = (0.8, 1.25)  # slices so far apart are kept as they are


@dataclass(frozen=True)
class Frame:
    """Where the chest lies: x and y are 0 in the middle of the field, z is 0 at the top of the lungs.

    Parameters
    ----------
    grid : Grid
        On which the chest is kept.
    source : Grid
        Of the slices of the source that are kept.
    first : int
        Lowest slice of the source that is kept.
    by : int
        Voxels of ``grid`` to one of ``look`` along each axis.
    """

    grid: Grid
    source: Grid
    first: int
    by: int

    @property
    def look(self) -> Grid:
        """The lattice of about 2 mm on which is looked for organs."""
        return blocks_of(self.grid, self.by)

    def raised(self, up_mm: float) -> Frame:
        """Return the same lattices a little higher in the patient's space."""

        def moved(grid: Grid) -> Grid:
            z, y, x = grid.origin_mm
            return replace(grid, origin_mm=(z + up_mm, y, x))

        return replace(self, grid=moved(self.grid), source=moved(self.source))


def means(hu: np.ndarray, by: tuple[int, int, int]) -> np.ndarray:
    """Return int16 means of blocks of voxels; what does not fill a block at the far ends is left out."""
    bz, by_, bx = by
    nz, ny, nx = hu.shape[0] // bz, hu.shape[1] // by_, hu.shape[2] // bx
    out = np.empty((nz, ny, nx), np.int16)
    for z in range(nz):
        block = hu[z * bz : (z + 1) * bz, : ny * by_, : nx * bx].sum(axis=0, dtype=np.int32)
        across = block.reshape(ny, by_, nx * bx).sum(axis=1).reshape(ny, nx, bx).sum(axis=2)
        out[z] = np.rint(across / (bz * by_ * bx))
    return out


def blocks_of(grid: Grid, by: int) -> Grid:
    """Return the lattice of blocks of ``by`` voxels along each axis, placed at their middles."""
    (nz, ny, nx), (dz, dy, dx), (z, y, x) = grid.shape, grid.spacing_mm, grid.origin_mm
    more = 0.5 * (by - 1)
    return Grid(
        (nz // by, ny // by, nx // by), (by * dz, by * dy, by * dx), (z + more * dz, y + more * dy, x + more * dx)
    )


def scout_of(source: Source) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Return the whole source at about 4 mm, int16 [z, y, x], and its spacing."""
    blocks = tuple(max(1, round(_SCOUT_MM / s)) for s in source.spacing_mm)
    by = (blocks[0], blocks[1], blocks[2])
    spacing = tuple(b * s for b, s in zip(by, source.spacing_mm, strict=True))
    return means(source.hu, by), (spacing[0], spacing[1], spacing[2])


def frame_of(source: Source, bottom_mm: float, top_mm: float, scale: int) -> Frame:
    """Return the lattices for lungs between two heights, mm above the middle of the source's lowest slice."""
    dz, dy, dx = source.spacing_mm
    n = source.hu.shape
    first = max(0, int(np.ceil((bottom_mm - BELOW_MM) / dz)))
    last = min(n[0] - 1, int(np.floor((top_mm + ABOVE_MM) / dz)))
    step = dz if _KEPT_Z_MM[0] <= dz <= _KEPT_Z_MM[1] else 1.0
    step *= scale
    slices = int((last - first) * dz / step) + 1
    low = first * dz - top_mm
    field = max(n[1] * dy, n[2] * dx)
    matrix = MATRIX // scale
    pixel = field / matrix
    half = 0.5 * (matrix - 1) * pixel
    own = Grid((last - first + 1, n[1], n[2]), (dz, dy, dx), (low, -0.5 * (n[1] - 1) * dy, -0.5 * (n[2] - 1) * dx))
    return Frame(
        Grid((slices, matrix, matrix), (step, pixel, pixel), (low, -half, -half)), own, first, 2 if scale == 1 else 1
    )


def resampled(source: Source, frame: Frame) -> np.ndarray:
    """Return the source on the chest's lattice, int16 [z, y, x]: cubic splines through its voxels, air around it."""
    grid, own = frame.grid, frame.source
    kept = source.hu[frame.first : frame.first + own.shape[0]]
    same = grid.shape[1:] == own.shape[1:] and np.allclose(grid.spacing_mm[1:], own.spacing_mm[1:])
    flat = np.ascontiguousarray(kept, np.float32) if same else np.stack([_plane(p, grid, own) for p in kept])
    ratio = own.spacing_mm[0] / grid.spacing_mm[0]
    if ratio < 0.7:  # several slices to a step: their mean
        flat = ndi.gaussian_filter1d(flat, 0.4 / ratio, axis=0)
    flat = ndi.spline_filter1d(flat, 3, axis=0, output=np.float32, mode="mirror")
    out = np.empty(grid.shape, np.int16)
    last = len(flat) - 1
    for z in range(grid.shape[0]):
        at = z * grid.spacing_mm[0] / own.spacing_mm[0]
        k = min(int(at), last)
        t = np.float32(at - k)
        weights = ((1 - t) ** 3 / 6, (3 * t**3 - 6 * t**2 + 4) / 6, (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6, t**3 / 6)
        plane = np.zeros(grid.shape[1:], np.float32)
        for m, w in enumerate(weights):
            row = abs(k - 1 + m)
            row = min(row, 2 * last - row) if last > 0 else 0
            plane += np.float32(w) * flat[max(row, 0)]
        out[z] = np.rint(np.clip(plane, -1024.0, 3071.0))
    return out


def _plane(plane: np.ndarray, grid: Grid, own: Grid) -> np.ndarray:
    """Return one slice on the columns and rows of ``grid``."""
    steps = [g / s for g, s in zip(grid.spacing_mm[1:], own.spacing_mm[1:], strict=True)]
    shift = [(g - s) / p for g, s, p in zip(grid.origin_mm[1:], own.origin_mm[1:], own.spacing_mm[1:], strict=True)]
    blur = [0.4 * s if s > 1.3 else 0.0 for s in steps]
    smooth = ndi.gaussian_filter(plane.astype(np.float32), blur) if max(blur) > 0.0 else plane.astype(np.float32)
    out: np.ndarray = ndi.affine_transform(
        smooth, steps, shift, grid.shape[1:], np.float32, order=3, mode="constant", cval=-1000.0
    )
    return out


@nb.njit(cache=True, nogil=True, parallel=True)
def _sample(values: Any, step: Any, start: Any, out: Any) -> Any:
    """Fill ``out`` by trilinear interpolation; beyond its ends the outermost values go on."""
    nz, ny, nx = values.shape
    column, part = np.empty(out.shape[2], np.int64), np.empty(out.shape[2], np.float32)
    for k in range(out.shape[2]):
        x = min(max(start[2] + step[2] * k, 0.0), nx - 1.0)
        column[k] = min(int(x), max(nx - 2, 0))
        part[k] = np.float32(x - column[k])
    for ii in nb.prange(out.shape[0]):
        i = np.int64(ii)
        row = np.empty(nx + 1, np.float32)
        z = min(max(start[0] + step[0] * i, 0.0), nz - 1.0)
        z0 = int(z)
        z1, fz = min(z0 + 1, nz - 1), np.float32(z - z0)
        for j in range(out.shape[1]):
            y = min(max(start[1] + step[1] * j, 0.0), ny - 1.0)
            y0 = int(y)
            y1, fy = min(y0 + 1, ny - 1), np.float32(y - y0)
            w11 = fz * fy
            w10, w01 = fz - w11, fy - w11
            w00 = np.float32(1.0) - fz - w01
            for k in range(nx):
                row[k] = (
                    w00 * np.float32(values[z0, y0, k])
                    + w01 * np.float32(values[z0, y1, k])
                    + w10 * np.float32(values[z1, y0, k])
                    + w11 * np.float32(values[z1, y1, k])
                )
            row[nx] = row[nx - 1]
            for k in range(out.shape[2]):
                first = row[column[k]]
                out[i, j, k] = np.uint8(first + part[k] * (row[column[k] + 1] - first) + np.float32(0.5))


def sampled(values: np.ndarray, grid: Grid, wanted: Grid) -> np.ndarray:
    """Return a volume of shares on another lattice.

    Parameters
    ----------
    values : numpy.ndarray
        uint8 [z, y, x] on ``grid``; a mask is taken as 0 and 255.
    grid, wanted : Grid

    Returns
    -------
    numpy.ndarray
        uint8 on ``wanted``.
    """
    shares = values.view(np.uint8) * np.uint8(255) if values.dtype == np.bool_ else values
    step = np.array(wanted.spacing_mm) / np.array(grid.spacing_mm)
    start = (np.array(wanted.origin_mm) - np.array(grid.origin_mm)) / np.array(grid.spacing_mm)
    out = np.empty(wanted.shape, np.uint8)
    _sample(np.ascontiguousarray(shares), step, start, out)
    return out


def refined(mask: np.ndarray, grid: Grid, wanted: Grid) -> np.ndarray:
    """Return a mask on a finer lattice, bool [z, y, x], its border where the interpolated mask is a half."""
    return sampled(mask, grid, wanted) >= 128
