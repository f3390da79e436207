"""Thumbnails of the CTs of a run: prior and current at one height of the lungs, in the lung window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from trainer.chest.display import WINDOWS, window_level
from trainer.chest.montage import level_slice, png
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.series import Series
from trainer.encounter.session import Session
from trainer.records.report.value import Thumbnail

Draw = Callable[[Session, int], Series]
"""Gives the CT of a day of an encounter."""

_WIDTH, _HEIGHT = 380, 304  # pixels: some 230 to the inch at the size in print
_FOOT = 28  # pixels below it for words
_AIR_HU = -1024
_MARGIN_MM = 20.0  # of chest wall around the lungs, and for posture
_LEVELS = (0.38, 0.46, 0.54, 0.62, 0.7, 0.78)  # heights of the lungs; lower down another breath shows none
_MIDDLE = 0.5
_PLACES = 9  # on each edge of the lungs' box, to see how far the visit has moved them


class Album:
    """The CTs of a run, each drawn once.

    Parameters
    ----------
    session : Session
    days : sequence of int
        Days of the CTs, in order.
    draw : callable
        Gives the CT of a day.
    """

    def __init__(self, session: Session, days: Sequence[int], draw: Draw) -> None:
        self._session, self._days, self._draw = session, days, draw
        self._series: dict[int, Series] = {}

    def pair(self, day: int) -> tuple[Thumbnail, ...]:
        """Return the CT before the current one, if there is one, and the current one as of a day."""
        days = [scan for scan in self._days if scan <= day][-2:]
        visits = [self._of(scan) for scan in days]
        if not visits:
            return ()
        level = _level_of(visits)
        titles = ("Prior", "Current") if len(days) == 2 else ("Current",)
        return tuple(_thumbnail(t, d, s, level) for t, d, s in zip(titles, days, visits, strict=True))

    def _of(self, day: int) -> Series:
        if day not in self._series:
            self._series[day] = self._draw(self._session, day)
        return self._series[day]


def _level_of(visits: Sequence[Series]) -> float:
    """Return the height at which the visits together show most opacity."""
    shown = [
        sum(int(mask.sum()) for series in visits for mask in series.truth(level_slice(series, level)).values())
        for level in _LEVELS
    ]
    return _LEVELS[int(np.argmax(shown))] if max(shown) > 0 else _MIDDLE


def _thumbnail(title: str, day: int, series: Series, level: float) -> Thumbnail:
    level_hu, width_hu = WINDOWS["lung"]
    image = _lungs(series, series.slice(level_slice(series, level)))
    grey = Image.fromarray(window_level(image, level_hu, width_hu))
    tile = Image.new("L", (_WIDTH, _HEIGHT + _FOOT))
    tile.paste(grey.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS))
    _write(tile, f"day {day}", f"L {level_hu:.0f}  W {width_hu:.0f}")
    alt = (
        f"SIMULATED. {title} CT, day {day}: axial slice at {100 * level:.0f} % of the height of the lungs, lung window."
    )
    return Thumbnail(f"{title} CT, day {day}", alt, png(np.asarray(tile)))


def _write(tile: Image.Image, day: str, window: str) -> None:
    """Write on a picture what must be on it; the foot is black, so that nothing lies under its words."""
    draw, (width, height) = ImageDraw.Draw(tile), tile.size
    font, middle = ImageFont.load_default(size=_FOOT * 0.72), (height - _FOOT) / 2
    places: tuple[tuple[tuple[float, float], str, str], ...] = (
        ((6, height - _FOOT / 2), "SIMULATED", "lm"), ((width - 6, height - _FOOT / 2), window, "rm"),
        ((6, 4), day, "la"), ((5, middle), "R", "lm"), ((width - 5, middle), "L", "rm"),
    )  # fmt: skip
    for place, words, anchor in places:
        draw.text(place, words, fill=255, font=font, anchor=anchor, stroke_width=2, stroke_fill=0)


def _lungs(series: Series, image: np.ndarray) -> np.ndarray:
    """Return the part of an axial slice that the lungs lie in on this visit, with a margin, in the thumbnail's shape.

    What lies outside the field of view is air.
    """
    atlas = atlas_of(series.anatomy)
    low = np.min([[side.start for side in box] for box in atlas.boxes], axis=0)
    high = np.max([[side.stop for side in box] for box in atlas.boxes], axis=0)
    lines = [np.linspace(a, b, _PLACES) for a, b in zip(low, high, strict=True)]
    places = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    found = (series.deformation.to_visit(atlas.position(places))[:, 1:] - series.origin_mm[1:]) / series.pixel_mm
    middle = 0.5 * (found.min(axis=0) + found.max(axis=0))
    half = 0.5 * (found.max(axis=0) - found.min(axis=0)) + _MARGIN_MM / series.pixel_mm
    across = max(float(half[1]), float(half[0]) * _WIDTH / _HEIGHT)
    sizes = (round(across * _HEIGHT / _WIDTH), round(across))
    centre = [round(float(value)) + size for value, size in zip(middle, sizes, strict=True)]  # in the padded slice
    padded = np.pad(image, [(size, size) for size in sizes], constant_values=_AIR_HU)
    rows, columns = (slice(max(0, at - size), at + size) for at, size in zip(centre, sizes, strict=True))
    return np.ascontiguousarray(padded[rows, columns])
