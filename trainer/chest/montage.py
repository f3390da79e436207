"""Contact sheets of visits: each window in its own kernel at six levels and a coronal plane, a row group a day."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from trainer.chest.display import WINDOWS, plane, window_level
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Kernel
from trainer.chest.series import Series

LEVELS = (0.9, 0.74, 0.58, 0.42, 0.28, 0.14)
"""Heights between the lowest and the highest lung."""

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


def _carina_row(series: Series) -> int:
    """Return the row of the coronal plane through the carina, as this visit shows it."""
    y = float(series.deformation.to_visit(np.array(series.anatomy.landmarks["carina"]))[1])
    return int(np.clip(round((y - series.origin_mm[1]) / series.pixel_mm), 1, series.shape[1] - 2))


def coronal(series: Series, row: int) -> np.ndarray:
    """Return a coronal plane, int16, in square pixels of 2 mm or more, from every slice it needs and no more."""
    every = max(1, round(_CORONAL_STEP_MM / series.spacing_mm[0]))
    lines = np.stack([series.slice(i)[row - 1 : row + 2] for i in range(0, series.count, every)])
    return plane(np.round(lines.mean(axis=1, keepdims=True)).astype(np.int16), "coronal", 0)


def _tile(image: np.ndarray, window: str, side: int, height: float, text: str) -> np.ndarray:
    """Return a square picture with its text; ``height`` of the image beside its width, in millimetres."""
    grey = Image.fromarray(window_level(np.ascontiguousarray(image), *WINDOWS[window]))
    rows = min(side, round(side * height))
    tile = Image.new("L", (side, side))
    tile.paste(grey.resize((side, rows), Image.Resampling.BILINEAR), (0, (side - rows) // 2))
    font = ImageFont.load_default(size=max(10, side // 26))
    draw = ImageDraw.Draw(tile)
    draw.text((4, 2), text, fill=255, font=font)
    draw.text((4, side - side // 18 - 2), "SIMULATED", fill=200, font=font)
    draw.text((2, side // 2), "R", fill=200, font=font)
    return np.asarray(tile)


def montage(visits: Sequence[tuple[str, Series]], tile: int = 320, with_coronal: bool = True) -> np.ndarray:
    """Return a contact sheet, uint8, shape (rows, columns).

    Parameters
    ----------
    visits : sequence of (str, Series)
        Title and series of each day.
    tile : int
        Side of an axial picture in pixels.
    with_coronal : bool
        Add the coronal plane, which needs slices of the whole chest.
    """
    rows = []
    for title, series in visits:
        slices = [level_slice(series, level) for level in LEVELS]
        kernels: tuple[tuple[str, Kernel], ...] = (("lung", "lung"), ("mediastinum", "soft"))
        for window, kernel in kernels:
            shown = series.with_kernel(kernel)
            images = [shown.slice(i) for i in slices]
            front = coronal(shown, _carina_row(shown)) if with_coronal else None
            tiles = [
                _tile(image, window, tile, 1.0, f"{title}  {window}  z {series.position_mm(i):.0f} mm")
                for i, image in zip(slices, images, strict=True)
            ]
            if front is not None:
                width_mm = series.shape[2] * series.spacing_mm[2]
                height = (series.count - 1) * series.spacing_mm[0] / width_mm
                tiles.append(_tile(front, window, tile, height, f"{title}  {window}  coronal"))
            rows.append(np.hstack(tiles))
    return np.vstack(rows)


def png(image: np.ndarray) -> bytes:
    """Return a grey picture as the bytes of a PNG file."""
    stream = BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()
