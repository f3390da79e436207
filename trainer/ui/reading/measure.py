"""Distances and densities of regions, kept as places of the patient. Knows no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trainer.chest.display import Plane, RegionStatistic, ellipse, region_statistic
from trainer.ui.reading.scan import Frame
from trainer.ui.reading.view import Name, Place, signed


def _dot(a: Place, b: Place) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@dataclass(frozen=True)
class Level:
    """The plane in which a frame lies; plain numbers, for it is asked about every mark at every slice.

    Parameters
    ----------
    origin_mm, down, across, normal : tuple of float
        Place of pixel [0, 0]; steps divided by their squared length; unit normal.
    """

    origin_mm: Place
    down: Place
    across: Place
    normal: Place

    def off_mm(self, place: Place) -> float:
        """Return how far a place lies off the plane."""
        return abs(_dot(self._away(place), self.normal))

    def pixel_of(self, place: Place) -> tuple[float, float]:
        """Return the row and column at which a place is drawn."""
        away = self._away(place)
        return _dot(away, self.down), _dot(away, self.across)

    def _away(self, place: Place) -> Place:
        return place[0] - self.origin_mm[0], place[1] - self.origin_mm[1], place[2] - self.origin_mm[2]


def level_of(frame: Frame) -> Level:
    """Return the plane of a frame."""
    d, a = frame.down_mm, frame.across_mm
    cross = (d[1] * a[2] - d[2] * a[1], d[2] * a[0] - d[0] * a[2], d[0] * a[1] - d[1] * a[0])
    long = math.sqrt(_dot(cross, cross))
    dd, aa = _dot(d, d), _dot(a, a)
    return Level(
        frame.origin_mm,
        (d[0] / dd, d[1] / dd, d[2] / dd),
        (a[0] / aa, a[1] / aa, a[2] / aa),
        (cross[0] / long, cross[1] / long, cross[2] / long),
    )


@dataclass(frozen=True)
class Distance:
    """A distance between two places of a slice."""

    scan: Name
    plane: Plane
    start: Place
    end: Place

    @property
    def length_mm(self) -> float:
        """How long it is."""
        return math.dist(self.start, self.end)

    @property
    def text(self) -> str:
        """As it is written beside the line."""
        return f"{self.length_mm:.1f} mm"


@dataclass(frozen=True)
class Region:
    """An ellipse in a slice, by two opposite corners of the rectangle that holds it."""

    scan: Name
    plane: Plane
    start: Place
    end: Place


Measure = Distance | Region


def ellipse_of(region: Region, level: Level) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the centre and the half axes of a region in pixels, each (row, column)."""
    r0, c0 = level.pixel_of(region.start)
    r1, c1 = level.pixel_of(region.end)
    return (0.5 * (r0 + r1), 0.5 * (c0 + c1)), (max(0.5 * abs(r1 - r0), 0.5), max(0.5 * abs(c1 - c0), 0.5))


def statistic(region: Region, frame: Frame) -> RegionStatistic | None:
    """Return the density of a region of a frame, or None where it holds no pixel."""
    centre, half = ellipse_of(region, level_of(frame))
    rows, columns = frame.hu.shape
    mask = ellipse((rows, columns), centre, half)
    return region_statistic(frame.hu, mask, frame.pixel_mm) if mask.any() else None


def statistic_text(found: RegionStatistic | None) -> tuple[str, ...]:
    """Return a density as it is written beside the region."""
    if found is None:
        return ("outside the picture",)
    area = f"{found.area_mm2:.0f} mm²" if found.area_mm2 < 1000.0 else f"{found.area_mm2 / 100.0:.1f} cm²"
    return (
        f"mean {signed(found.mean_hu)} SD {found.sd_hu:.0f} HU",
        f"min {signed(found.minimum_hu)} max {signed(found.maximum_hu)}",
        area,
    )
