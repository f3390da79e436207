"""Everything that lies over one picture, in pixels of the picture: a pure function of what is set down. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trainer.ui.reading.marks import RATINGS, Jotting
from trainer.ui.reading.measure import Distance, Level, ellipse_of, level_of, statistic, statistic_text
from trainer.ui.reading.overlay import Corners
from trainer.ui.reading.scan import Frame

NEAR_MM: Final = 0.75
"""A mark within this of a slice lies in it."""
FAR_MM: Final = 5.0
"""A mark within this of a slice is shown faintly, so that it is found again."""


@dataclass(frozen=True)
class Dot:
    """A mark, or an opacity whose change is stated."""

    row: float
    column: float
    text: str
    kind: str  # "mark" or "change"
    id: int
    faint: bool
    chosen: bool
    locked: bool


@dataclass(frozen=True)
class Line:
    """A measured distance, or where another pane cuts."""

    start: tuple[float, float]
    end: tuple[float, float]
    text: str
    kind: str  # "distance" or "cut"
    active: bool = False


@dataclass(frozen=True)
class Oval:
    """A measured region; half axes in pixels."""

    centre: tuple[float, float]
    half: tuple[float, float]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Outline:
    """The edge of an opacity, in the debrief; segments (row, column, row, column) along the edges of pixels."""

    segments: tuple[tuple[float, float, float, float], ...]
    text: str
    order: int


@dataclass(frozen=True)
class Scene:
    """What is drawn over a picture."""

    corners: Corners
    letters: tuple[str, str, str, str] | None = None
    dots: tuple[Dot, ...] = ()
    lines: tuple[Line, ...] = ()
    ovals: tuple[Oval, ...] = ()
    outlines: tuple[Outline, ...] = ()
    crosshair: tuple[float, float] | None = None
    pending: tuple[float, float] | None = None
    linked: bool = False
    flicker: str = ""
    waiting: bool = False


def cut(shown: Frame, other: Frame) -> Line | None:
    """Return where another picture of the same visit cuts this one, or None where they are parallel or apart."""
    here, there = level_of(shown), level_of(other)
    n = there.normal
    down = sum(a * b for a, b in zip(shown.down_mm, n, strict=True))
    across = sum(a * b for a, b in zip(shown.across_mm, n, strict=True))
    away = sum((a - b) * c for a, b, c in zip(here.origin_mm, there.origin_mm, n, strict=True))
    rows, columns = shown.hu.shape
    if max(abs(down), abs(across)) < 1e-6:
        return None
    if abs(down) >= abs(across):
        row = -away / down
        return Line((row, -0.5), (row, columns - 0.5), "", "cut") if -0.5 <= row <= rows - 0.5 else None
    column = -away / across
    return Line((-0.5, column), (rows - 0.5, column), "", "cut") if -0.5 <= column <= columns - 0.5 else None


def dots(sheet: Jotting, frame: Frame, chosen: int | None, locked: frozenset[int]) -> tuple[Dot, ...]:
    """Return the marks and notes of a frame's visit that lie in it or close by."""
    course, day = frame.ask.scan
    if course:
        return ()
    level = level_of(frame)
    reach = FAR_MM + 0.5 * frame.ask.slab_mm
    found = []
    for placed in sheet.marks:
        off = level.off_mm(placed.place) if placed.day == day else reach + 1.0
        if off <= reach:
            row, column = level.pixel_of(placed.place)
            sign = f" {placed.mark.sign.replace('-', ' ')}" if placed.mark.sign else ""
            text = f"{placed.mark.rating} {RATINGS[placed.mark.rating - 1]}{sign}"
            faint = off > NEAR_MM + 0.5 * frame.ask.slab_mm
            found.append(Dot(row, column, text, "mark", placed.id, faint, placed.id == chosen, day in locked))
    for note in sheet.notes:
        off = level.off_mm(note.place) if note.scan == frame.ask.scan else reach + 1.0
        if off <= reach:
            row, column = level.pixel_of(note.place)
            faint = off > NEAR_MM + 0.5 * frame.ask.slab_mm
            found.append(
                Dot(row, column, note.change or "?", "change", note.id, faint, note.id == chosen, note.day in locked)
            )
    return tuple(found)


def _lies_in(level: Level, place: tuple[float, float, float]) -> bool:
    return level.off_mm(place) <= NEAR_MM


def measures(sheet: Jotting, frame: Frame) -> tuple[tuple[Line, ...], tuple[Oval, ...]]:
    """Return the measurements made in a frame's slice."""
    level = level_of(frame)
    lines, ovals = [], []
    for measure in sheet.measures:
        if measure.scan != frame.ask.scan or measure.plane != frame.ask.plane or not _lies_in(level, measure.start):
            continue
        if isinstance(measure, Distance):
            lines.append(Line(level.pixel_of(measure.start), level.pixel_of(measure.end), measure.text, "distance"))
        else:
            centre, half = ellipse_of(measure, level)
            ovals.append(Oval(centre, half, statistic_text(statistic(measure, frame))))
    return tuple(lines), tuple(ovals)


def outline_of(mask: np.ndarray, text: str, order: int) -> Outline:
    """Return the edge of a mask, bool of shape (rows, columns), along the edges of its pixels."""
    inside = np.pad(mask, 1)
    found: list[tuple[float, float, float, float]] = []
    for row, column in np.argwhere(inside[1:, 1:-1] != inside[:-1, 1:-1]):
        found.append((row - 0.5, column - 0.5, row - 0.5, column + 0.5))
    for row, column in np.argwhere(inside[1:-1, 1:] != inside[1:-1, :-1]):
        found.append((row - 0.5, column - 0.5, row + 0.5, column - 0.5))
    return Outline(tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in found), text, order)


def nearest(found: Sequence[Dot], row: float, column: float, within: float) -> Dot | None:
    """Return the dot nearest to a pixel, if one lies within so many pixels."""
    close = [(((d.row - row) ** 2 + (d.column - column) ** 2) ** 0.5, n) for n, d in enumerate(found)]
    away, which = min(close, default=(within + 1.0, -1))
    return found[which] if away <= within else None
