"""Where lungs and opacities lie among the slices of a CT, from the chest as it is drawn. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trainer.chest.anatomy.build import anatomy_of
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.core.chance import key_of
from trainer.course.opacity import Lobe
from trainer.encounter.search import Extent
from trainer.encounter.session import Session

_RIGHT = (Lobe.RIGHT_UPPER, Lobe.RIGHT_MIDDLE, Lobe.RIGHT_LOWER)
_LEFT = (Lobe.LEFT_UPPER, Lobe.LEFT_LOWER)
_STRIDE = (1, 4, 4)  # of the half-resolution lattice; an apex thinner than that is cut off by a millimetre or two
_MOST_POINTS = 2000


def extent_on(heed: Callable[[], None], session: Session, day: int) -> Extent:
    """Return where everything lies in the CT of a day of an encounter.

    Parameters
    ----------
    heed : callable
        Called while the chest is built, should it have to be; may raise to stop the work.
    session : Session
    day : int
    """
    visit = key_of("visit", session.person.key, day)
    return extent_of(Series(anatomy_of(session.person, lambda _: heed()), session.chest(day), Protocol(), visit))


def extent_of(series: Series) -> Extent:
    """Return where lungs and opacities lie on the visit of a series, its breath-hold and posture included."""
    atlas = atlas_of(series.anatomy)
    lobes = atlas.share[:: _STRIDE[0], :: _STRIDE[1], :: _STRIDE[2]] >> 4

    def span(places: np.ndarray) -> tuple[float, float]:
        """Return the lowest and highest slice of places, half-resolution indices of shape (n, 3)."""
        thinned = places[:: max(1, len(places) // _MOST_POINTS)]
        ends = places[[places[:, 0].argmin(), places[:, 0].argmax()]]
        z_mm = series.deformation.to_visit(atlas.position(np.vstack([thinned, ends])))[:, 0]
        low, high = ((z - series.origin_mm[0]) / series.spacing_mm[0] for z in (z_mm.min(), z_mm.max()))
        return float(low), float(high)

    def lung(side: tuple[Lobe, ...]) -> tuple[float, float]:
        return span(np.argwhere(np.isin(lobes, [lobe + 1 for lobe in side])) * _STRIDE)

    opacities, places_mm = {}, {}
    layer = series.drawing.layer
    for brush in layer.brushes:
        shape = tuple(int(brush[n]) for n in ("nz", "ny", "nx"))
        first = int(brush["first"])
        rank = layer.rank[first : first + int(np.prod(shape))].reshape(shape)
        start = [int(brush[n]) for n in ("z0", "y0", "x0")]
        z, y, x = (slice(a, a + n) for a, n in zip(start, shape, strict=True))
        inside = np.argwhere((rank < brush["threshold"]) & (atlas.share[z, y, x] >> 4 == brush["lobe"]))
        if len(inside):
            low, high = span(inside + start)
            label = int(brush["label"])
            opacities[label] = (max(0, int(low)), min(series.count - 1, int(np.ceil(high))))
            # the voxel next to the middle: of a crescent the middle itself may lie outside
            nearest = inside[((inside - inside.mean(axis=0)) ** 2).sum(axis=1).argmin()]
            place = series.deformation.to_visit(atlas.position(nearest + start))
            places_mm[label] = (float(place[0]), float(place[1]), float(place[2]))
    return Extent(series.count, lung(_RIGHT), lung(_LEFT), opacities, places_mm)
