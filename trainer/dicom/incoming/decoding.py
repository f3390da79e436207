"""The process that decodes coded slices: it reads a slice from standard input and writes its pixels to standard output.

It is a process of its own because decoders are written in C and what they are given here is not trusted: one that
crashes, hangs or wants all memory takes nothing with it. Where the system can (not on Windows), the process first
gives away all that it does not need: memory, time, and the right to write any file.

A slice comes as `REQUEST` and its codestream; the answer is `ANSWER` and the pixels, little endian.
"""

from __future__ import annotations

import os
import struct
import sys
from contextlib import suppress
from typing import Any, Final

WORD: Final = "decode-slices"
"""What `atoll` is told to become this process; no command for anyone else."""
REQUEST: Final = struct.Struct("<BHHBB?I")
"""Place in `SYNTAXES`, rows, columns, bits allocated and stored, signed, length of the codestream."""
ANSWER: Final = struct.Struct("<?I")
"""Whether it was decoded, and the length of the pixels."""
READY: Final = b"\x01"
SYNTAXES: Final = (
    "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
)  # fmt: skip
_MOST_BYTES: Final = 1 << 30  # of memory; a slice of 2,048 x 2,048 pixels takes a tenth of it
_MOST_SECONDS: Final = 8  # of processor time for a slice; such a slice takes about one


def serve() -> int:
    """Decode what comes until nothing more does."""
    import gdcm

    _give_away()
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    outgoing.write(READY)
    outgoing.flush()
    while True:
        head = incoming.read(REQUEST.size)
        if len(head) < REQUEST.size:
            outgoing.flush()
            os._exit(0)  # without what the decoder's library does at its end
        syntax, rows, columns, allocated, bits, signed, length = REQUEST.unpack(head)
        coded = incoming.read(length)
        _allow_seconds()
        pixels = _decoded(gdcm, coded, SYNTAXES[syntax], (rows, columns), (allocated, bits, signed))
        outgoing.write(ANSWER.pack(pixels is not None, len(pixels or b"")))
        outgoing.write(pixels or b"")
        outgoing.flush()


def _give_away() -> None:
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, _MOST_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):  # macOS does not know all of them
            resource.setrlimit(what, (most, most))


def _allow_seconds() -> None:
    """Let the next slice have its time: the limit is of all the time that the process has had."""
    if sys.platform == "win32":
        return
    import resource

    had = resource.getrusage(resource.RUSAGE_SELF)
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(had.ru_utime + had.ru_stime) + 1 + _MOST_SECONDS, hard))


def _decoded(gdcm: Any, coded: bytes, syntax: str, size: tuple[int, int], depth: tuple[int, int, bool]) -> bytes | None:
    """Return the pixels of a codestream, or None if it is damaged."""
    rows, columns = size
    allocated, bits, signed = depth
    try:
        fragment = gdcm.Fragment()
        fragment.SetByteStringValue(coded)
        fragments = gdcm.SequenceOfFragments.New()
        fragments.AddFragment(fragment)
        element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
        element.SetValue(fragments.__ref__())
        image = gdcm.Image()
        image.SetNumberOfDimensions(2)
        image.SetDimensions((columns, rows, 1))
        image.SetDataElement(element)
        grey = gdcm.PhotometricInterpretation.MONOCHROME2
        image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(grey))
        image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
        image.SetPixelFormat(gdcm.PixelFormat(1, allocated, bits, bits - 1, int(signed)))
        text = image.GetBuffer()
    except Exception:  # whatever the library meets; a crash of it ends the process
        return None
    return None if text is None else text.encode("utf-8", "surrogateescape")  # it hands bytes over as text
