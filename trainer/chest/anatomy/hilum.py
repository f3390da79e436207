"""The roots of the lungs: bronchi and vessels on their way between the mediastinum's great ones and lung."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy import airway, capsule, tree
from trainer.chest.anatomy.lung import LungInterior
from trainer.chest.anatomy.model import Branches, Organ
from trainer.chest.anatomy.outer import Outer
from trainer.chest.grid import Grid

_REACH_MM = (65.0, 55.0, 95.0)  # about the carina, along z, y, x
_BELOW_MM = 35.0  # the roots lie below and about the carina
_BRONCHUS_MM, _VESSEL_MM = 1.5, 1.8  # radii from which a branch is drawn
_WALL_HU, _BLOOD_HU, _AIR_HU = 30, 40, -992
_MEDIASTINUM, _AIRWAY, _VESSEL, _FAT = (int(o) for o in (Organ.MEDIASTINUM, Organ.AIRWAY, Organ.VESSEL, Organ.FAT))


@nb.njit(cache=True, nogil=True, parallel=True)
def _lay(hu: Any, organ: Any, vessel: Any, shell: Any, lumen: Any) -> Any:
    """Lay vessels, then bronchi, into fat; no bronchus enters a vessel and no vessel an open airway."""
    for ii in nb.prange(hu.shape[0]):
        i = np.int64(ii)
        for j in range(hu.shape[1]):
            for k in range(hu.shape[2]):
                o = organ[i, j, k]
                value = np.int64(hu[i, j, k])
                v, s, a = np.int64(vessel[i, j, k]), np.int64(shell[i, j, k]), np.int64(lumen[i, j, k])
                if v > 0 and o != _AIRWAY:
                    value += (_BLOOD_HU - value) * v // 255
                if s > 0 and o not in (_VESSEL, _AIRWAY):
                    value += (_WALL_HU - value) * s // 255
                if a > 0 and o != _VESSEL:
                    value += (_AIR_HU - value) * a // 255
                hu[i, j, k] = value
                if o in (_MEDIASTINUM, _FAT):
                    if s >= 128:
                        organ[i, j, k] = _AIRWAY
                    elif v >= 128:
                        organ[i, j, k] = _VESSEL


def _near(branches: Branches, centre: np.ndarray, radius_mm: float) -> np.ndarray:
    """Return the rows, root excluded, at least as thick as ``radius_mm`` that come near the roots of the lungs."""
    reach = np.array(_REACH_MM)
    away = np.minimum(np.abs(branches.start_mm - centre), np.abs(branches.end_mm - centre))
    rows = np.flatnonzero((away < reach).all(axis=1) & (branches.radius_mm >= radius_mm))
    return rows[rows > 0]


def join(around: Outer, inner: LungInterior) -> None:
    """Draw what the lungs' trees hold outside the lungs into ``around``, in place.

    Parameters
    ----------
    around : Outer
    inner : LungInterior
    """
    grid, reach = around.grid, np.array(_REACH_MM)
    centre = np.array(around.landmarks["carina"]) - np.array([_BELOW_MM, 0.0, 0.0])
    org, sp = np.array(grid.origin_mm), np.array(grid.spacing_mm)
    low = np.clip(np.floor((centre - reach - org) / sp).astype(int), 0, np.array(grid.shape) - 1)
    high = np.clip(np.ceil((centre + reach - org) / sp).astype(int), low + 1, np.array(grid.shape))
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    z, y, x = (float(o) for o in org + low * sp)
    hu, organ = around.hu[box], around.organ[box]
    part = Grid((hu.shape[0], hu.shape[1], hu.shape[2]), grid.spacing_mm, (z, y, x))
    mask = np.isin(organ, (_MEDIASTINUM, _AIRWAY, _VESSEL, _FAT)).astype(np.uint8)
    vessels = np.zeros(hu.shape, dtype=np.uint8)
    for branches in (inner.arteries, inner.veins):
        rods = tree.capsules_of(branches, _near(branches, centre, _VESSEL_MM))
        capsule.coverage(rods, part, mask, vessels)
    rows = _near(inner.airways, centre, _BRONCHUS_MM)
    # trachea and main bronchi are there already; beyond the segmental bronchi none runs outside the lungs
    rows = rows[(inner.airways.generation[rows] > 1) & (inner.airways.segment[inner.airways.parent[rows]] == 0)]
    rods = tree.capsules_of(inner.airways, rows)
    wall = airway.wall_mm(inner.airways.radius_mm[rows]).repeat(len(rods.start_radius_mm) // max(1, len(rows)))
    shell = capsule.Capsules(
        rods.start_mm, rods.end_mm, (rods.start_radius_mm + wall).astype(np.float32),
        (rods.end_radius_mm + wall).astype(np.float32),
    )  # fmt: skip
    _lay(hu, organ, vessels, capsule.coverage(shell, part, mask), capsule.coverage(rods, part, mask))
