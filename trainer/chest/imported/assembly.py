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
from trainer.chest.imported import body as patient
from trainer.chest.imported.fissure import fissures_in, on_grid
from trainer.chest.imported.frame import Frame, frame_of, means, refined, resampled, sampled
from trainer.chest.imported.landmark import Point, landmarks_of
from trainer.chest.imported.lung import Lungs, lungs_of, refine
from trainer.chest.imported.organ import organs_of
from trainer.chest.imported.scout import extent_of
from trainer.chest.imported.source import Source
from trainer.chest.imported.trachea import Airways, airways_of, followed, trachea_of
from trainer.chest.imported.vessel import lung_hu, vessels_of
from trainer.core.error import BadInput
from trainer.course.person import Person

_AIR_HU = -1000
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


@dataclass(frozen=True, eq=False)
class Segmented:
    """What was found in a series.

    Parameters
    ----------
    frame : Frame
        Lattices of the chest and of the slices kept.
    hu : numpy.ndarray
        int16 [z, y, x] on ``frame.grid``.
    body : numpy.ndarray
        bool: the patient, on the lattice of `Frame.look`.
    kept : numpy.ndarray
        bool: the patient and the margin around, on the lattice of `Frame.look`.
    lungs : Lungs
        On the lattice of `Frame.look`.
    lung : numpy.ndarray
        uint8 [z, y, x] on ``frame.grid``: 0, 1 right, 2 left.
    lumen : numpy.ndarray
        uint8 [z, y, x] on ``frame.grid``: share of open airway that is seen.
    landmarks : dict
        Points in mm (z, y, x).
    told : tuple of str
    """

    frame: Frame
    hu: np.ndarray
    body: np.ndarray
    kept: np.ndarray
    lungs: Lungs
    lung: np.ndarray
    lumen: np.ndarray
    landmarks: dict[str, Point]
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
    acquisition = _acquired(source, found, told.append)
    step(0.6)
    made = assemble(source, found, acquisition, lambda share: step(0.6 + 0.4 * share))
    return replace(made, told=(*made.told, *told))


def segment(source: Source, force: bool, scale: int, step: Callable[[float], None]) -> Segmented:
    """Return what lies in a series; see `import_chest`."""
    extent = extent_of(source)
    step(0.1)
    frame = frame_of(source, extent.bottom_mm, extent.top_mm, scale)
    hu = resampled(source, frame)
    low, half = means(hu, (frame.by,) * 3), frame.look
    step(0.3)
    body = patient.body_of(low, half.spacing_mm)
    kept = patient.with_margin(body, half.spacing_mm)
    low[~kept] = _AIR_HU
    trachea = trachea_of(low, body, half)
    airways = airways_of(low, body, trachea, half)
    step(0.5)
    lungs = lungs_of(low, body, airways, half)
    step(0.7)
    lung = refine(lungs, hu, half, frame.grid)
    hu[~refined(kept, half, frame.grid)] = _AIR_HU
    top = float(np.flatnonzero(lung.any(axis=(1, 2)))[-1]) * frame.grid.spacing_mm[0] + frame.grid.origin_mm[0]
    frame = frame.raised(-top)
    half = frame.look
    landmarks = landmarks_of(airways, lungs.side, half)
    lumen = followed(hu, sampled(airways.lumen, half, frame.grid), frame.by * airways.carina[0], frame.grid)
    step(1.0)
    return Segmented(frame, hu, body, kept, lungs, lung, lumen, landmarks, ())


def _acquired(source: Source, found: Segmented, tell: Callable[[str], None]) -> Acquisition:
    """Return how the source was scanned, measured on its own lattice."""
    frame = found.frame
    hu = source.hu[frame.first : frame.first + frame.source.shape[0]].copy()
    hu[~refined(found.kept, frame.look, frame.source)] = _AIR_HU
    body = refined(found.body, frame.look, frame.source)
    lung = refined(found.lung != 0, frame.grid, frame.source)
    return acquire(Source(hu, source.spacing_mm, source.thickness_mm), frame.source, body, lung, tell)


def assemble(source: Source, found: Segmented, acquisition: Acquisition, step: Callable[[float], None]) -> Imported:
    """Return the anatomy of what was found in a series."""
    grid, half = found.frame.grid, found.frame.look
    low = means(found.hu, (found.frame.by,) * 3)
    person = _stand_in(source)
    vessel = vessels_of(found.hu, found.lung, grid, (low, found.lungs, half))
    step(0.3)
    fissures, of_fissures = _fissures(found, low, vessel, person)
    inner = furnish(grid, found.lung, found.landmarks, person, lambda share: step(0.4 + 0.4 * share), fissures)
    _check_lobes(inner, grid)
    airway = _airway(inner.airway, found, vessel)
    organ = _organ(found, low, half)
    volumes: dict[str, Any] = {
        "hu": found.hu, "organ": organ, "lobe": inner.lobe, "segment": inner.segment, "vessel": vessel,
        "airway": airway, "depth_mm": inner.depth_mm, "lobule": inner.lobule, "septum_mm": inner.septum_mm,
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
    digest = hashlib.blake2b(np.ascontiguousarray(source.hu), digest_size=8).digest()
    return Person(int.from_bytes(digest, "little") >> 1, "F", 60.0, 168.0, 70.0)


def _fissures(
    found: Segmented, low: np.ndarray, vessel: np.ndarray, person: Person
) -> tuple[Fissures, tuple[str, ...]]:
    """Return the fissures over the full lattice, and a line about each."""
    look, by = found.frame.look, found.frame.by
    share = means(vessel, (by, by, by)).astype(np.float32) / np.float32(255.0)
    excess = np.clip(low - lung_hu(low, found.lungs, look), -_EXCESS_HU, _EXCESS_HU).astype(np.float32)
    excess[share > _VESSEL_SHARE] = 0.0
    usual = fissures_of(look, found.lungs.side, found.landmarks, person)
    fissures, told = fissures_in(usual, found.lungs.side, share, excess, look)
    return on_grid(fissures, look, found.frame.grid), told


def _check_lobes(inner: LungInterior, grid: Grid) -> None:
    sizes = np.bincount(inner.lobe.ravel(), minlength=6)[1:] * grid.voxel_ml
    if float(sizes.min()) < _LOBE_ML:
        raise BadInput(f"the lungs do not fall into five lobes; one would hold only {sizes.min():.0f} ml")


def _airway(drawn: np.ndarray, found: Segmented, vessel: np.ndarray) -> np.ndarray:
    """Return the share of open airway in the lungs: bronchi that are seen, and drawn ones where no real vessel is."""
    out = np.minimum(drawn, 255 - vessel)
    np.maximum(out, found.lumen, out=out)
    out[found.lung == 0] = 0
    return out


def _organ(found: Segmented, low: np.ndarray, half: Grid) -> np.ndarray:
    coarse = organs_of(low, found.body, found.lungs.side, found.landmarks, half)
    shape = found.hu.shape
    at = [np.minimum(np.arange(n) // found.frame.by, m - 1) for n, m in zip(shape, half.shape, strict=True)]
    out: np.ndarray = coarse[np.ix_(*at)]
    out[found.lumen >= 128] = Organ.AIRWAY
    out[found.lung > 0] = Organ.LUNG
    return out
