"""The patient apart from couch, clothes and wires."""

from __future__ import annotations

import edt
import numpy as np
from scipy import ndimage as ndi

DENSE_HU = -300
AIR_HU = -1000
MARGIN_MM = 2.5
"""Kept around the skin, so that its edge stays as it was scanned."""

SKIN_MM = 2.0  # over which a skin's edge fades beyond `DENSE_HU` (two pixels of a soft kernel)
SHEET_MM = 1.6  # half of what a sheet is thick at most, as it is seen (judgement)
_THIN_MM = 5.0  # half the thickness of a couch's shell, of a cable, of a fold of cloth, at most (judgement)
_LIMB = 0.02  # a part smaller than this share of the trunk is no limb of the patient (judgement)


def body_of(hu: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Return the mask of the patient, bool [z, y, x], with all the air inside.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x].
    spacing_mm : tuple of float
    """
    dense = hu > DENSE_HU
    core = np.empty(dense.shape, np.bool_)
    flat = spacing_mm[1:]
    for z, plane in enumerate(dense):
        core[z] = edt.edt(plane, anisotropy=flat) > _THIN_MM
    labels, count = ndi.label(core)
    if count == 0:
        return core
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    core = (sizes > _LIMB * sizes.max())[labels]
    body = np.empty(dense.shape, np.bool_)
    for z, plane in enumerate(core):
        if not plane.any():
            body[z] = False
            continue
        # a little further than the core was shrunk, so that corners come back
        grown = (edt.edt(~plane, anisotropy=flat) <= _THIN_MM + 1.5 * max(flat)) & dense[z]
        body[z] = ndi.binary_fill_holes(grown)
    return body


def with_margin(body: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Return the mask of all that is kept of a slice: the patient and `MARGIN_MM` around."""
    out = np.empty(body.shape, np.bool_)
    for z, plane in enumerate(body):
        out[z] = plane if plane.all() or not plane.any() else edt.edt(~plane, anisotropy=spacing_mm[1:]) <= MARGIN_MM
    return out


def undress(hu: np.ndarray, kept: np.ndarray, spacing_mm: tuple[float, float, float]) -> None:
    """Make air of all but the patient in slices of full resolution, in place.

    Beyond the skin densities may fall as fast as a skin's edge does and no slower: a sheet that lies against the back
    is nearer than a coarse look tells.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x].
    kept : numpy.ndarray
        bool [z, y, x]: of `with_margin`.
    spacing_mm : tuple of float
    """
    for image, near in zip(hu, kept, strict=True):
        whole = ndi.binary_fill_holes(near & (image > DENSE_HU))
        core = edt.edt(whole, anisotropy=spacing_mm[1:]) > SHEET_MM if not whole.all() else whole
        if core.any() and not core.all():
            away = edt.edt(~core, anisotropy=spacing_mm[1:]) - SHEET_MM
            edge = DENSE_HU + (AIR_HU - DENSE_HU) * np.clip(away / SKIN_MM, 0.0, 1.0)
            np.copyto(image, np.minimum(image, edge).astype(np.int16), where=away > 0.5 * max(spacing_mm[1:]))
        image[~near] = AIR_HU
