"""A chest of any person: the body around the lungs and the lungs' own tissue, put together."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy import hilum, store
from trainer.chest.anatomy.habitus import grid_of, habitus_of
from trainer.chest.anatomy.lung import furnish
from trainer.chest.anatomy.model import Anatomy, Organ
from trainer.chest.anatomy.outer import outer
from trainer.chest.chests import open_chest
from trainer.course.person import Person

_VESSEL, _AIRWAY = int(Organ.VESSEL), int(Organ.AIRWAY)
_EDGE_HU = -840  # lung in voxels of its border that no lobe owns


class BuildCancelled(Exception):
    """The caller asked to stop before the anatomy was complete."""


@nb.njit(cache=True, nogil=True, parallel=True)
def _fill(hu: Any, organ: Any, share: Any, lung: Any, inner: Any, edge: Any) -> Any:
    """Replace the lungs' share of each voxel by lung tissue; ``edge`` HU stands in where no tissue was made."""
    for ii in nb.prange(hu.shape[0]):
        i = np.int64(ii)
        for j in range(hu.shape[1]):
            for k in range(hu.shape[2]):
                s = np.int32(share[i, j, k])
                if s == 0:
                    continue
                if lung[i, j, k] == 0 and organ[i, j, k] in (_VESSEL, _AIRWAY):
                    continue
                tissue = np.int32(inner[i, j, k]) if lung[i, j, k] > 0 else np.int32(edge)
                mixed = np.int32(hu[i, j, k]) * (255 - s) + tissue * s
                hu[i, j, k] = np.int16((mixed + 127 * (1 if mixed >= 0 else -1)) // 255)


def build_anatomy(
    person: Person,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    scale: int = 1,
) -> Anatomy:
    """Return the chest of ``person``, from nothing.

    Parameters
    ----------
    person : Person
    progress : callable, optional
        Told the share done, 0 to 1.
    cancelled : callable, optional
        Asked between the steps; if true, `BuildCancelled` is raised.
    scale : int
        1 for the full grid, 2 for half as many voxels along each axis.
    """

    def step(share: float) -> None:
        if cancelled is not None and cancelled():
            raise BuildCancelled
        if progress is not None:
            progress(share)

    step(0.0)
    grid = grid_of(habitus_of(person), scale)
    around = outer(person, grid)
    step(0.4)
    inner = furnish(grid, around.lung, around.landmarks, person, lambda share: step(0.4 + 0.55 * share))
    step(0.96)
    hilum.join(around, inner)
    _fill(around.hu, around.organ, around.share, around.lung, inner.hu, _EDGE_HU)
    volumes: dict[str, Any] = {
        "hu": around.hu, "organ": around.organ, "lobe": inner.lobe, "segment": inner.segment, "vessel": inner.vessel,
        "airway": inner.airway, "depth_mm": inner.depth_mm, "lobule": inner.lobule, "septum_mm": inner.septum_mm,
    }  # fmt: skip
    for volume in volumes.values():
        volume.flags.writeable = False
    anatomy = Anatomy(
        grid=grid, airways=inner.airways, arteries=inner.arteries, veins=inner.veins,
        landmarks=MappingProxyType(dict(around.landmarks)), **volumes,
    )  # fmt: skip
    step(1.0)
    return anatomy


def anatomy_of(
    person: Person,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    scale: int = 1,
) -> Anatomy:
    """Return the chest of ``person`` from disk, or build and keep it; see `build_anatomy`.

    The imported chest that a person wears is opened. It has one resolution, whatever ``scale`` says: nothing is gained
    by half of what lies on the disk.

    Raises
    ------
    BadInput
        If the imported chest is not on this workstation, or damaged.
    """
    if person.chest is not None:
        imported = open_chest(person.chest)
        if progress is not None:
            progress(1.0)
        return imported
    folder = store.folder_of(person, scale)
    kept = store.load(folder)
    if kept is not None:
        if progress is not None:
            progress(1.0)
        return kept
    store.check_place(folder)
    built = build_anatomy(person, progress, cancelled, scale)
    store.save(folder, built)
    # the maps on disk take the place of the built arrays, so that memory is the page cache's
    return store.load(folder) or built
