"""Sharpness of a source, measured at the skin: how far the step from air to tissue is spread out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.optimize import least_squares
from scipy.special import erf

from trainer.chest.acquired.spectrum import FREQUENCIES

_MOST_SLICES: Final = 60
_HALF_HU: Final = -500.0
_ARC: Final = 5  # pixels to both sides over which the skin is nearly straight
_SLANT: Final = (0.1, 0.6)  # pixels that the edge shifts from one row to the next: so that it meets pixels everywhere
_STRAIGHT: Final = 0.12  # pixels off a parabola, root mean square
_SLOPING: Final = 0.5  # pixels that the edge may shift from the slice below to the slice above: thick slices blur it
_MARGIN: Final = 7  # pixels looked at before and behind the edge
_REACH: Final = (-4.0, 5.0)  # pixels before and behind the edge
_BIN: Final = 0.2
_ENOUGH: Final = 400  # stretches of skin
_FALLBACK: Final = 0.55  # standard deviation in pixels of the spread of a soft kernel (B40f at 0.65 mm: 0.55 mm)
_FLOOR: Final = -0.024  # of the scale, -1024 HU, as a share of the step
_MOST_MISFIT: Final = 0.05  # of the step, root mean square


def _stretches(slices: np.ndarray, body: np.ndarray) -> list[np.ndarray]:
    """Return (distance from the edge in pixels, HU) of the pixels around straight stretches of skin, front and sides.

    Parameters
    ----------
    slices : numpy.ndarray
        float32 [3, y, x]: a slice between its neighbours.
    body : numpy.ndarray
        bool [y, x].
    """
    rows = np.flatnonzero(body.any(axis=1))
    if len(rows) < 4 * _ARC:
        return []
    front = slices[:, : (rows[0] + rows[-1]) // 2]  # the couch lies behind
    turned = front.transpose(0, 2, 1)
    return [found for view in (front, turned, turned[:, ::-1]) for found in _seen_from_above(view)]


def _first_edge(view: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the first row inside the body, whether there is one, and where exactly the edge lies, for each column."""
    inside = view > _HALF_HU
    first = np.argmax(inside, axis=0)
    here = inside.any(axis=0) & (first >= _MARGIN) & (first < view.shape[0] - _MARGIN)
    column = np.arange(view.shape[1])
    before, behind = view[np.maximum(first - 1, 0), column], view[first, column]
    return first, here, first - (behind - _HALF_HU) / np.maximum(behind - before, 1.0)


def _seen_from_above(view: np.ndarray) -> list[np.ndarray]:
    """Return stretches of the first edge that is met in each column of a slice between its neighbours."""
    first, here, exact = _first_edge(view[1])
    _, lower, low = _first_edge(view[0])
    _, upper, high = _first_edge(view[2])
    here &= lower & upper & (np.abs(high - low) < _SLOPING)
    arc = np.arange(-_ARC, _ARC + 1)
    fit = np.linalg.pinv(np.stack([np.ones(len(arc)), arc, arc * arc], axis=1))
    depth = np.arange(-_MARGIN, _MARGIN + 1)
    found = []
    for c in range(_ARC, view.shape[2] - _ARC, 3):
        if not here[c - _ARC : c + _ARC + 1].all():
            continue
        line = exact[c - _ARC : c + _ARC + 1]
        middle, slope, bend = fit @ line
        off = line - (middle + slope * arc + bend * arc * arc)
        if not _SLANT[0] < abs(slope) < _SLANT[1] or float(np.sqrt(np.mean(off * off))) > _STRAIGHT:
            continue
        at = first[c] + depth
        found.append(np.stack([(at - middle) / np.hypot(1.0, slope), view[1, at, c]]))
    return found


def _profile(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return distances and the middle HU there, as a share of the step from air."""
    places = np.arange(_REACH[0], _REACH[1], _BIN)
    at = np.floor((points[0] - _REACH[0]) / _BIN).astype(int)
    keep = (at >= 0) & (at < len(places))
    order = np.argsort(at[keep], kind="stable")
    groups = np.split(points[1][keep][order], np.searchsorted(at[keep][order], np.arange(1, len(places))))
    share = np.array([(np.median(g) + 1000.0) / 1000.0 if len(g) else np.nan for g in groups])
    good = np.isfinite(share)
    return places[good] + 0.5 * _BIN, share[good]


def curve(lift: float, band: float) -> np.ndarray:
    """Return a transfer at `FREQUENCIES`: a Gaussian of width ``band`` that sharp kernels lift in its middle."""
    g = (FREQUENCIES / band) ** 2
    out: np.ndarray = (1.0 + lift * g) * np.exp(-g)
    return out


def _spread(lift: float, band: float, at: np.ndarray) -> np.ndarray:
    """Return the step, 0 to 1, that an edge becomes, in closed form; places ``at`` in pixels."""
    s = 1.0 / (np.sqrt(2.0) * np.pi * band)  # standard deviation in pixels of the Gaussian
    bell = np.exp(-0.5 * (at / s) ** 2) / (s * np.sqrt(2.0 * np.pi))
    out: np.ndarray = 0.5 * (1.0 + erf(at / (np.sqrt(2.0) * s))) + 0.5 * lift * at * bell
    return out


def transfer_of(hu: np.ndarray, body: np.ndarray, tell: Callable[[str], None]) -> np.ndarray:
    """Measure what is left of the contrast of details, float32 at `FREQUENCIES`.

    Parameters
    ----------
    hu : numpy.ndarray
        int16 [z, y, x].
    body : numpy.ndarray
        bool [z, y, x].
    tell : callable
        Told when it could not be measured, and what stands in for it.

    Notes
    -----
    Air, skin and the fat under it are fitted as two steps, each spread alike. The skin's bright line hides a part of
    what a sharp kernel adds to an edge, and the floor of the scale (-1024 HU) its other part, so the lift of sharp
    kernels is the least certain of what is measured here.
    """
    found: list[np.ndarray] = []
    for z in range(1, len(hu) - 1, -(-len(hu) // _MOST_SLICES)):
        found += _stretches(hu[z - 1 : z + 2].astype(np.float32), body[z])
    if len(found) >= _ENOUGH:
        at, share = _profile(np.concatenate(found, axis=1))

        def misfit(p: np.ndarray) -> np.ndarray:
            lift, band, place, skin, deep, fat = p
            step = (1.0 + skin) * _spread(lift, band, at - place)
            step -= (skin - fat) * _spread(lift, band, at - place - deep)
            out: np.ndarray = np.maximum(step, _FLOOR) - share
            return out

        start = (0.2, 0.5, 0.0, 0.05, 2.0, -0.1)
        low, high = (0.0, 0.18, -1.0, -0.15, 1.0, -0.2), (2.5, 1.2, 1.0, 0.15, 4.0, 0.1)
        best = least_squares(misfit, start, bounds=(low, high), loss="soft_l1", f_scale=0.02)
        if float(np.sqrt(np.mean(misfit(best.x) ** 2))) < _MOST_MISFIT:
            return curve(float(best.x[0]), float(best.x[1])).astype(np.float32)
    tell(f"too little clean skin to measure the sharpness at: taken as that of a soft kernel ({_FALLBACK:g} pixels)")
    return np.exp(-2.0 * (np.pi * _FALLBACK * FREQUENCIES) ** 2).astype(np.float32)
