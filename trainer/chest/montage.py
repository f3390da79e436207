"""Contact sheets of visits: each window in its own kernel, where a chest has two, at six levels and a coronal plane."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from trainer.chest.anatomy.model import Organ
from trainer.chest.display import WINDOWS, plane, window_level
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Kernel
from trainer.chest.series import Series

LEVELS = (0.9, 0.74, 0.58, 0.42, 0.28, 0.14)
"""Heights between the lowest and the highest lung."""

_LEVEL_REACH = 0.055  # how far a level may move to show more of the disease; neighbours lie 0.14 to 0.16 apart
_LEVEL_TRIALS = 5
_POSTURE_MM = 14.0

_CORONAL_STEP_MM = 2.0


def level_slice(series: Series, level: float) -> int:
    """Return the slice at a height of the lungs, 0 lowest, 1 highest, as this visit shows them."""
    atlas = atlas_of(series.anatomy)
    low = min(b[0].start for b in atlas.boxes)
    high = max(b[0].stop for b in atlas.boxes) - 1
    z = atlas.origin_mm[0] + atlas.spacing_mm[0] * (low + level * (high - low))
    middle = (z, series.deformation.centre_mm[1], series.deformation.centre_mm[2])
    visit = series.deformation.to_visit(np.array(middle))
    index = round(float(visit[0] - series.origin_mm[0]) / series.spacing_mm[0])
    return int(min(max(index, 0), series.count - 1))


def levels_of(visits: Sequence[Series]) -> tuple[float, ...]:
    """Return six heights, each moved a little to where the visits together show most opacity; the same for all."""
    if not any(len(series.state.opacities) for series in visits):
        return LEVELS
    offsets = np.linspace(-_LEVEL_REACH, _LEVEL_REACH, _LEVEL_TRIALS)
    chosen = []
    for level in LEVELS:
        shown = [sum(_opaque_pixels(series, level + float(offset)) for series in visits) for offset in offsets]
        best = int(np.argmax(shown)) if max(shown) > 0 else _LEVEL_TRIALS // 2
        chosen.append(level + float(offsets[best]))
    return tuple(chosen)


def _opaque_pixels(series: Series, level: float) -> int:
    return sum(int(mask.sum()) for mask in series.truth(level_slice(series, level)).values())


def _carina_row(series: Series) -> int:
    """Return the row of the coronal plane through the carina, as this visit shows it."""
    y = float(series.deformation.to_visit(np.array(series.anatomy.landmarks["carina"]))[1])
    return int(np.clip(round((y - series.origin_mm[1]) / series.pixel_mm), 1, series.shape[1] - 2))


def coronal(series: Series, row: int) -> np.ndarray:
    """Return a coronal plane, int16, in square pixels of 2 mm or more, from every slice it needs and no more."""
    every = max(1, round(_CORONAL_STEP_MM / series.spacing_mm[0]))
    lines = np.stack([series.slice(i)[row - 1 : row + 2] for i in range(0, series.count, every)])
    return plane(np.round(lines.mean(axis=1, keepdims=True)).astype(np.int16), "coronal", 0)


def _body_rows(series: Series) -> slice:
    """Return the rows of an axial slice that the body lies in, with a margin for posture; the couch may be cut."""
    organ = series.anatomy.organ
    rows = np.flatnonzero((organ[:: max(1, len(organ) // 20)] != Organ.OUTSIDE).any((0, 2)))
    grid, shift = series.anatomy.grid, float(series.deformation.shift_mm[1])
    ends = grid.origin_mm[1] + np.array([rows[0], rows[-1]]) * grid.spacing_mm[1] + shift - series.origin_mm[1]
    first, last = (ends + np.array([-_POSTURE_MM, _POSTURE_MM])) / series.pixel_mm
    return slice(max(0, round(first)), min(series.shape[1], round(last)))


def _tile(image: np.ndarray, window: str, size: tuple[int, int], height: float, text: str) -> np.ndarray:
    """Return a picture of ``size`` (rows, columns) with its text; ``height`` of the image beside its width, in mm."""
    grey = Image.fromarray(window_level(np.ascontiguousarray(image), *WINDOWS[window]))
    rows, columns = size
    scale = min(columns, rows / height)
    wide, high = round(scale), round(scale * height)
    tile = Image.new("L", (columns, rows))
    tile.paste(grey.resize((wide, high), Image.Resampling.BICUBIC), ((columns - wide) // 2, (rows - high) // 2))
    font = ImageFont.load_default(size=max(10, columns // 26))
    draw = ImageDraw.Draw(tile)
    for place, words in (((4, 2), text), ((4, rows - columns // 18 - 2), "SIMULATED"), ((2, rows // 2), "R")):
        draw.text(place, words, fill=255, font=font, stroke_width=1, stroke_fill=0)
    return np.asarray(tile)


def _kernels(series: Series) -> tuple[tuple[str, Kernel], ...]:
    """Return each window with its kernel; an imported chest has but the one with which it was scanned."""
    if series.anatomy.acquisition is not None:
        return ("lung", series.protocol.kernel), ("mediastinum", series.protocol.kernel)
    return ("lung", "lung"), ("mediastinum", "soft")


def _drawn(series: Series, slices: Sequence[int], with_coronal: bool) -> tuple[list[np.ndarray], np.ndarray | None]:
    """Return axial slices and, on demand, the coronal plane through the carina."""
    return [series.slice(i) for i in slices], coronal(series, _carina_row(series)) if with_coronal else None


def montage(visits: Sequence[tuple[str, Series]], tile: int = 320, with_coronal: bool = True) -> np.ndarray:
    """Return a contact sheet, uint8, shape (rows, columns).

    Parameters
    ----------
    visits : sequence of (str, Series)
        Title and series of each day.
    tile : int
        Width of a picture in pixels.
    with_coronal : bool
        Add the coronal plane, which needs slices of the whole chest.
    """
    rows = []
    bodies = [_body_rows(series) for _, series in visits]
    size = (max(round(tile * (b.stop - b.start) / s.shape[1]) for b, (_, s) in zip(bodies, visits, strict=True)), tile)
    levels = levels_of([series for _, series in visits])
    for (title, series), body in zip(visits, bodies, strict=True):
        slices = [level_slice(series, level) for level in levels]
        drawn: dict[Kernel, tuple[list[np.ndarray], np.ndarray | None]] = {}
        for window, kernel in _kernels(series):
            if kernel not in drawn:
                drawn[kernel] = _drawn(series.with_kernel(kernel), slices, with_coronal)
            images, front = drawn[kernel]
            tiles = [
                _tile(
                    image[body],
                    window,
                    size,
                    (body.stop - body.start) / series.shape[1],
                    f"{title}  {window}  z {series.position_mm(i):.0f} mm",
                )
                for i, image in zip(slices, images, strict=True)
            ]
            if front is not None:
                width_mm = series.shape[2] * series.spacing_mm[2]
                height = (series.count - 1) * series.spacing_mm[0] / width_mm
                tiles.append(_tile(front, window, size, height, f"{title}  {window}  coronal"))
            rows.append(np.hstack(tiles))
    return np.vstack(rows)


def png(image: np.ndarray) -> bytes:
    """Return a grey picture as the bytes of a PNG file."""
    stream = BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()
