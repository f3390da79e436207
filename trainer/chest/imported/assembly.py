"""From an axial CT series to an anatomy on which opacities are played."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from trainer.chest.acquired.acquire import acquire
from trainer.chest.acquisition import Acquisition
from trainer.chest.anatomy.build import BuildCancelled
from trainer.chest.anatomy.lobe import Fissures, fissures_of
from trainer.chest.anatomy.lung import LungInterior, furnish
from trainer.chest.anatomy.model import Anatomy, Organ
from trainer.chest.grid import Grid
from trainer.chest.imported.fissure import fissures_in, on_grid
from trainer.chest.imported.frame import means
from trainer.chest.imported.organ import organs_of
from trainer.chest.imported.segmentation import Segmented, segment, slices_of
from trainer.chest.imported.source import Source
from trainer.chest.imported.vessel import lung_hu, vessels_of
from trainer.core import chance
from trainer.core.error import BadInput
from trainer.course.person import Person

_EXCESS_HU = 150.0  # more is a vessel or the chest wall
_VESSEL_SHARE = 0.08
_LOBE_ML = 30.0  # no lobe of an adult is smaller (judgement)


@dataclass(frozen=True, eq=False)
class Imported:
    """A real chest, ready to be kept.

    Parameters
    ----------
    anatomy : Anatomy
    told : tuple of str
        What was found and how surely, a line each.
    """

    anatomy: Anatomy
    told: tuple[str, ...]


def import_chest(
    source: Source,
    *,
    force: bool = False,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    scale: int = 1,
) -> Imported:
    """Return a real chest as an anatomy.

    Parameters
    ----------
    source : Source
    force : bool
        Take a lung that is diseased already.
    progress : callable, optional
        Told the share done, 0 to 1.
    cancelled : callable, optional
        Asked between the steps; if true, `BuildCancelled` is raised.
    scale : int
        1 for the full grid, 2 for half as many voxels along each axis.

    Raises
    ------
    BadInput
        If the series does not show two whole lungs, or, unless forced, lungs that are diseased.
    """

    def step(share: float) -> None:
        if cancelled is not None and cancelled():
            raise BuildCancelled
        if progress is not None:
            progress(share)

    step(0.0)
    found = segment(source, force, scale, lambda share: step(0.45 * share))
    told: list[str] = []
    slices, body, lung = slices_of(source, found)
    acquisition = acquire(slices, found.frame.source, body, lung, told.append)
    step(0.55)
    made = assemble(source, found, acquisition, lambda share: step(0.55 + 0.45 * share))
    return replace(made, told=(*made.told, *told, *of_blood(acquisition)))


def of_blood(acquisition: Acquisition) -> tuple[str, ...]:
    """Return what is to be told about contrast medium in a scan."""
    if not acquisition.enhanced:
        return ()
    return (f"blood of {acquisition.blood_hu:.0f} HU: contrast medium, which every CT on this chest will show",)


def assemble(source: Source, found: Segmented, acquisition: Acquisition, step: Callable[[float], None]) -> Imported:
    """Return the anatomy of what was found in a series."""
    grid = found.frame.grid
    person = _stand_in(source)
    vessel = vessels_of(found.hu, found.lung, grid, (found.low, found.lungs, found.frame.look))
    step(0.3)
    fissures, of_fissures = _fissures(found, vessel, person)
    inner = furnish(grid, found.lung, found.landmarks, person, lambda share: step(0.4 + 0.4 * share), fissures)
    _check_lobes(inner, grid)
    volumes: dict[str, Any] = {
        "hu": found.hu, "organ": _organ(found), "lobe": inner.lobe, "segment": inner.segment, "vessel": vessel,
        "airway": _airway(inner.airway, found, vessel), "depth_mm": inner.depth_mm, "lobule": inner.lobule,
        "septum_mm": inner.septum_mm,
    }  # fmt: skip
    for volume in volumes.values():
        volume.flags.writeable = False
    anatomy = Anatomy(
        grid=grid, airways=inner.airways, arteries=inner.arteries, veins=inner.veins,
        landmarks=MappingProxyType(found.landmarks), source="imported", acquisition=acquisition, **volumes,
    )  # fmt: skip
    step(1.0)
    return Imported(anatomy, (*found.told, *of_fissures))


def _stand_in(source: Source) -> Person:
    """Return someone of whom nothing is known but this chest: chance is keyed by its content."""
    digest = hashlib.blake2b(digest_size=16)
    for plane in source.hu:
        digest.update(plane.tobytes())
    return Person(chance.key_of("imported", digest.hexdigest(), *source.spacing_mm), "F", 60.0, 168.0, 70.0)


def _fissures(found: Segmented, vessel: np.ndarray, person: Person) -> tuple[Fissures, tuple[str, ...]]:
    """Return the fissures over the full lattice, and a line about each."""
    look, by, low = found.frame.look, found.frame.by, found.low
    share = means(vessel, (by, by, by)).astype(np.float32) / np.float32(255.0)
    excess = np.clip(low - lung_hu(low, found.lungs, look), -_EXCESS_HU, _EXCESS_HU).astype(np.float32)
    excess[share > _VESSEL_SHARE] = 0.0
    usual = fissures_of(look, found.lungs.side, found.landmarks, person)
    fissures, told = fissures_in(usual, found.lungs.side, share, excess, look)
    return on_grid(fissures, look, found.frame.grid), told


def _check_lobes(inner: LungInterior, grid: Grid) -> None:
    sizes = np.bincount(inner.lobe[::2, ::2, ::2].ravel(), minlength=6)[1:] * 8.0 * grid.voxel_ml
    if float(sizes.min()) < _LOBE_ML:
        raise BadInput(f"the lungs do not fall into five lobes; one would hold only {sizes.min():.0f} ml")


def _airway(drawn: np.ndarray, found: Segmented, vessel: np.ndarray) -> np.ndarray:
    """Return the share of open airway in the lungs: bronchi that are seen, and drawn ones where no real vessel is."""
    out = np.minimum(drawn, 255 - vessel)
    np.maximum(out, found.lumen, out=out)
    out[found.lung == 0] = 0
    return out


def _organ(found: Segmented) -> np.ndarray:
    look = found.frame.look
    coarse = organs_of(found.low, found.body, found.lungs.side, found.landmarks, look)
    shape = found.hu.shape
    at = [np.minimum(np.arange(n) // found.frame.by, m - 1) for n, m in zip(shape, look.shape, strict=True)]
    out: np.ndarray = coarse[np.ix_(*at)]
    out[found.lumen >= 128] = Organ.AIRWAY
    out[found.lung > 0] = Organ.LUNG
    return out
