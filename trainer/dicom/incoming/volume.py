"""The pixels of a stack as one volume on a straight lattice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from trainer.chest.imported.source import Source
from trainer.core.error import BadInput
from trainer.dicom.incoming.decoder import Decoder
from trainer.dicom.incoming.header import Header
from trainer.dicom.incoming.hounsfield import to_hu
from trainer.dicom.incoming.lattice import Lattice
from trainer.dicom.incoming.payload import Damaged, payload
from trainer.dicom.incoming.straightening import evened, straightened
from trainer.dicom.incoming.words import plain_name

_FILLED: Final = 0.7  # of the time, if it is to be straightened


def fill(lattice: Lattice, step: Callable[[float], None]) -> tuple[Source, tuple[str, ...]]:
    """Return a stack's pixels on a straight lattice, and what was changed to bring them there.

    Parameters
    ----------
    lattice : Lattice
    step : callable
        Told the share done; raises to end the work.

    Raises
    ------
    BadInput
        If the pixels of a slice cannot be read.
    """
    plain = lattice.is_straight and lattice.is_square and lattice.is_even
    share = 1.0 if plain else _FILLED
    hu = np.empty(lattice.shape, np.int16)
    with Decoder() as decoder:
        for k, header in enumerate(lattice.slices):
            step(share * k / len(hu))
            hu[k] = _turned(_read(header, decoder), lattice)
            for copy in lattice.copies[k]:
                if not np.array_equal(_turned(_read(copy, decoder), lattice), hu[k]):
                    raise BadInput(
                        f"{plain_name(copy.path.name)}: shows the same place as {plain_name(header.path.name)} "
                        "with other pixels; export one phase of the scan alone"
                    )
    if plain:
        spacing = (lattice.spacing_mm * float(lattice.up[2]), *lattice.pixel_mm)
        return Source(hu, _rounded(spacing), lattice.thickness_mm or spacing[0]), ()

    def going_on(done: float) -> None:
        step(share + (1.0 - share) * done)

    if lattice.is_straight and lattice.is_square:
        hu, spacing = evened(hu, lattice, going_on)
        changes: tuple[str, ...] = ("its slices were not quite equally far apart: evened out by resampling",)
    else:
        changes = ()
        if not lattice.is_straight:
            changes += (f"it was tilted by {lattice.tilt_deg:.1f} degrees: straightened by resampling",)
        if not lattice.is_square:
            changes += ("its pixels were not square: made so by resampling",)
        hu, spacing = straightened(hu, lattice, going_on)
    return Source(hu, _rounded(spacing), lattice.thickness_mm or spacing[0]), changes


def _rounded(spacing_mm: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return spacing without the last digits along z, which come from subtracting positions."""
    return round(spacing_mm[0], 6), spacing_mm[1], spacing_mm[2]


def _read(header: Header, decoder: Decoder) -> np.ndarray:
    """Return the HU of a slice as it is stored."""
    stored = header.stored
    assert stored is not None
    try:
        raw = payload(header)
        if header.syntax.codec:
            raw, allocated = decoder.decode(raw, header.syntax, stored)
            return to_hu(raw, stored, True, allocated)
        return to_hu(raw, stored, header.syntax.little, stored.allocated)
    except Damaged as error:
        raise BadInput(f"{plain_name(header.path.name)}: {error}") from error


def _turned(image: np.ndarray, lattice: Lattice) -> np.ndarray:
    """Return a slice with its rows from front to back and its columns from right to left."""
    image = image.T if lattice.transposed else image
    return image[:: -1 if lattice.flip_rows else 1, :: -1 if lattice.flip_columns else 1]
