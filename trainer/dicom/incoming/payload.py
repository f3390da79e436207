"""The bytes of a slice's pixels as they lie in its file, plain or coded."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from trainer.dicom.incoming.folder import Unreadable, opened
from trainer.dicom.incoming.header import Header, Stored, inflated
from trainer.dicom.incoming.syntax import NoDicom, declared

_HEAD_BYTES: Final = 16_384
_ITEM: Final = (0xFFFE, 0xE000)
_END: Final = (0xFFFE, 0xE0DD)
_MOST_FRAGMENTS: Final = 4_096


class Damaged(Exception):
    """The pixels of a slice cannot be read; the text says why, in words that go on from the file's name."""


def payload(header: Header) -> bytes:
    """Return the bytes of a slice's pixels.

    Raises
    ------
    Damaged
        If they are not all there.
    """
    stored = header.stored
    assert stored is not None
    try:
        with opened(header.path) as (stream, _):
            if header.syntax.codec:
                return _coded(stream, stored)
            return _plain(stream, header, stored)
    except Unreadable as error:
        raise Damaged("can no longer be read") from error
    except (OSError, ValueError, NoDicom) as error:
        raise Damaged("is damaged; export or copy it again") from error


def _plain(stream: BinaryIO, header: Header, stored: Stored) -> bytes:
    size = stored.rows * stored.columns * stored.allocated // 8
    if header.syntax.deflated:
        _, begin = declared(stream.read(_HEAD_BYTES))
        raw = inflated(stream, begin, stored.at + size)[stored.at :]
    else:
        stream.seek(stored.at)
        raw = stream.read(size)
    if len(raw) < size:
        raise Damaged("is cut off; export or copy it again")
    return raw


def _coded(stream: BinaryIO, stored: Stored) -> bytes:
    """Return the one frame that lies in items (PS3.5 A.4), its fragments put together."""
    most = 2 * stored.rows * stored.columns * stored.allocated // 8 + (1 << 16)
    stream.seek(stored.at)
    out, begun = bytearray(), False
    for _ in range(_MOST_FRAGMENTS):
        head = stream.read(8)
        if len(head) < 8:
            raise Damaged("is cut off; export or copy it again")
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) == _END:
            break
        if (group, element) != _ITEM or len(out) + length > most:
            raise Damaged("holds coded pixels in no order that can be followed; export or copy it again")
        value = stream.read(length)
        if len(value) < length:
            raise Damaged("is cut off; export or copy it again")
        if begun:  # the first item is the table of offsets
            out += value
        begun = True
    return bytes(out)
