"""The transfer syntaxes that are read, and which of them a file declares."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_PREAMBLE: Final = 128
_MARK: Final = b"DICM"
_LONG_VR: Final = frozenset((b"OB", b"OW", b"UN", b"SQ", b"OF", b"OD", b"OL", b"OV", b"UT", b"UC", b"UR"))
_MOST_META: Final = 64  # elements of the file meta information; PS3.10 knows 15
_SYNTAX: Final = (0x0002, 0x0010)
_IMPLICIT: Final = "1.2.840.10008.1.2"


@dataclass(frozen=True)
class Syntax:
    """A transfer syntax.

    Parameters
    ----------
    uid : str
    name : str
        As a line of text calls it.
    implicit, little, deflated : bool
        How the elements are written.
    codec : str
        How the pixels are: empty, or one of "rle", "jpeg", "jpegls", "jpeg2000".
    lossy : bool
        Whether coding may have changed them.
    """

    uid: str
    name: str
    implicit: bool = False
    little: bool = True
    deflated: bool = False
    codec: str = ""
    lossy: bool = False


_ALL: Final = (
    Syntax(_IMPLICIT, "implicit VR little endian", implicit=True),
    Syntax("1.2.840.10008.1.2.1", "explicit VR little endian"),
    Syntax("1.2.840.10008.1.2.1.99", "deflated", deflated=True),
    Syntax("1.2.840.10008.1.2.2", "explicit VR big endian", little=False),
    Syntax("1.2.840.10008.1.2.5", "RLE", codec="rle"),
    Syntax("1.2.840.10008.1.2.4.50", "JPEG baseline", codec="jpeg", lossy=True),
    Syntax("1.2.840.10008.1.2.4.51", "JPEG extended", codec="jpeg", lossy=True),
    Syntax("1.2.840.10008.1.2.4.57", "JPEG lossless", codec="jpeg"),
    Syntax("1.2.840.10008.1.2.4.70", "JPEG lossless", codec="jpeg"),
    Syntax("1.2.840.10008.1.2.4.80", "JPEG-LS", codec="jpegls"),
    Syntax("1.2.840.10008.1.2.4.81", "near-lossless JPEG-LS", codec="jpegls", lossy=True),
    Syntax("1.2.840.10008.1.2.4.90", "lossless JPEG 2000", codec="jpeg2000"),
    Syntax("1.2.840.10008.1.2.4.91", "JPEG 2000", codec="jpeg2000", lossy=True),
)
SYNTAXES: Final = {syntax.uid: syntax for syntax in _ALL}


class NoDicom(Exception):
    """A file does not begin as a DICOM file does."""


def declared(head: bytes) -> tuple[Syntax | None, int]:
    """Return the transfer syntax of a file, None if it is none of those read, and where its data set begins.

    Parameters
    ----------
    head : bytes
        The beginning of the file, a few kilobytes.

    Raises
    ------
    NoDicom
        If it is no DICOM file.
    ValueError
        If its file meta information is damaged.
    """
    if head[_PREAMBLE : _PREAMBLE + 4] != _MARK:
        # Written before the file format was a standard: the data set alone, of which the first element is of group 8.
        if len(head) > 8 and head[:2] == b"\x08\x00" and head[2:4] in {b"\x00\x00", b"\x05\x00", b"\x08\x00"}:
            return SYNTAXES[_IMPLICIT], 0
        raise NoDicom
    at, uid = _PREAMBLE + 4, None
    for _ in range(_MOST_META):
        if at + 8 > len(head):
            break
        group, element, vr, length = struct.unpack_from("<HH2sH", head, at)
        if group != 0x0002:
            break
        start = at + 8
        if vr in _LONG_VR:
            if at + 12 > len(head):
                break
            (length,) = struct.unpack_from("<I", head, at + 8)
            start = at + 12
        if start + length > len(head):
            raise ValueError("file meta information")
        if (group, element) == _SYNTAX:
            uid = head[start : start + length].rstrip(b"\x00 ").decode("ascii", "replace")
        at = start + length
    if uid is None:
        raise ValueError("no transfer syntax")
    return SYNTAXES.get(uid), at
