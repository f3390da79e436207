"""What coded pixels say of themselves, read before any decoder is let near them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_SOI: Final = b"\xff\xd8"
_SEQUENTIAL: Final = {"jpeg": frozenset((0xC0, 0xC1, 0xC3)), "jpegls": frozenset((0xF7,))}
_FRAMES: Final = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7))
_COSINE: Final = frozenset((0xC0, 0xC1))
_MOST_COSINE_BITS: Final = 12
_BARE: Final = frozenset((0x01, *range(0xD0, 0xD9)))
_MOST_MARKERS: Final = 200
_SIZ: Final = b"\xff\x4f\xff\x51"
_BEFORE_SIZ: Final = 4_096  # bytes of boxes that some writers leave around a JPEG 2000 codestream
_MOST_TILES: Final = 4_096
_LEAST_BITS, _MOST_BITS = 8, 16


@dataclass(frozen=True)
class Coded:
    """The size and the depth that a codestream declares.

    Parameters
    ----------
    rows, columns : int
    bits : int
        Of a sample.
    signed : bool
    """

    rows: int
    columns: int
    bits: int
    signed: bool = False


def declared_by(raw: bytes, codec: str) -> Coded:
    """Return what the header of a codestream says.

    Parameters
    ----------
    raw : bytes
    codec : str
        "jpeg", "jpegls" or "jpeg2000".

    Raises
    ------
    ValueError
        If there is no such header, or it is of no single greyscale image.
    """
    try:
        coded = _jpeg2000(raw) if codec == "jpeg2000" else _jpeg(raw, _SEQUENTIAL[codec])
    except (struct.error, IndexError) as error:
        raise ValueError("cut off") from error
    if not _LEAST_BITS <= coded.bits <= _MOST_BITS:
        raise ValueError("depth")
    return coded


def _jpeg(raw: bytes, allowed: frozenset[int]) -> Coded:
    if raw[:2] != _SOI:
        raise ValueError("no JPEG")
    at = 2
    for _ in range(_MOST_MARKERS):
        while raw[at] == 0xFF and raw[at + 1] == 0xFF:  # fill bytes
            at += 1
        if raw[at] != 0xFF:
            break
        marker = raw[at + 1]
        if marker in _BARE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", raw, at + 2)
        if marker in _FRAMES:
            bits, rows, columns, samples = struct.unpack_from(">BHHB", raw, at + 4)
            if marker not in allowed or samples != 1 or (marker in _COSINE and bits > _MOST_COSINE_BITS):
                raise ValueError("process")
            return Coded(rows, columns, bits)
        if length < 2:
            break
        at += 2 + length
    raise ValueError("no frame")


def _jpeg2000(raw: bytes) -> Coded:
    at = raw.find(_SIZ, 0, _BEFORE_SIZ)
    if at < 0:
        raise ValueError("no JPEG 2000")
    x1, y1, x0, y0, tile_x, tile_y, _, _, samples = struct.unpack_from(">8IH", raw, at + 8)
    depth, step_x, step_y = struct.unpack_from(">3B", raw, at + 42)
    columns, rows = x1 - x0, y1 - y0
    if samples != 1 or (step_x, step_y) != (1, 1) or min(columns, rows, tile_x, tile_y) < 1:
        raise ValueError("no single image")
    if (columns // tile_x + 2) * (rows // tile_y + 2) > _MOST_TILES:
        raise ValueError("tiles")
    return Coded(rows, columns, (depth & 0x7F) + 1, bool(depth & 0x80))
