"""The header of one file: what kind of object it is and, of a CT slice, its geometry and how its pixels are stored.

Nothing else is read from it: `_READ` is the list of all that is ever looked at. The UIDs among these tell series and
copies apart and go no further.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from trainer.dicom.incoming.element import number, numbers, text, values, whole
from trainer.dicom.incoming.folder import NO_DICOM, Unreadable, opened
from trainer.dicom.incoming.kind import DAMAGED, SLICE, kind_of
from trainer.dicom.incoming.syntax import SYNTAXES, NoDicom, Syntax, declared

MOST_PIXELS: Final = 2_048
"""Rows and columns of a slice."""
_LEAST_PIXELS: Final = 32
_HEAD_BYTES: Final = 16_384  # hold the file meta information
_HEADER_BYTES: Final = 1 << 20  # of a deflated file: what is inflated to find its header
_MOST_READS: Final = 20_000  # of one header; real ones take 300 to 3,000
_MOST_READ: Final = 1 << 20  # bytes at a time
_MOST_BYTES: Final = 32 << 20  # in all
_MANY_FRAMES: Final = 0x5200  # the group in which an enhanced object describes each of its frames
_PIXEL_DATA: Final = 0x7FE00010
_UNDEFINED: Final = 0xFFFFFFFF

_READ: Final = (
    "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality", "ConversionType", "SliceThickness", "PatientPosition",
    "SeriesInstanceUID", "ImagePositionPatient", "ImageOrientationPatient", "SamplesPerPixel",
    "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns", "PixelSpacing", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit", "BurnedInAnnotation",
    "RecognizableVisualFeatures", "LossyImageCompression", "RescaleIntercept", "RescaleSlope", "RescaleType",
)  # fmt: skip

_NOT_SUPINE: Final = frozenset({"HFP", "FFP", "HFDL", "HFDR", "FFDL", "FFDR"})


@dataclass(frozen=True)
class Stored:
    """How the pixels of a slice are stored.

    Parameters
    ----------
    rows, columns : int
    allocated, bits, high : int
        Bits that a pixel takes, those that count, and the highest of these.
    signed : bool
    slope, intercept : float
        From stored values to HU.
    padding : tuple of int, optional
        The lowest and the highest stored value that mean "no pixel here".
    at, length : int
        Where the value of the pixel data begins in the file (inflated, if it is deflated), and how long it says it is.
    """

    rows: int
    columns: int
    allocated: int
    bits: int
    high: int
    signed: bool
    slope: float
    intercept: float
    padding: tuple[int, int] | None
    at: int
    length: int


@dataclass(frozen=True)
class Placed:
    """Where a slice lies: patient space of DICOM, x to the left, y to the back, z to the head.

    Parameters
    ----------
    first_mm : tuple of float
        Centre of the first pixel.
    right, down : tuple of float
        Unit vectors along a row and along a column.
    spacing_mm : tuple of float
        Of rows, of columns.
    thickness_mm : float
        0 if it is not told.
    """

    first_mm: tuple[float, ...]
    right: tuple[float, ...]
    down: tuple[float, ...]
    spacing_mm: tuple[float, float]
    thickness_mm: float


@dataclass(frozen=True)
class Header:
    """What was read of a file.

    Parameters
    ----------
    path : Path
    kind : str
        `SLICE` or what else it is.
    modality : str
        If it is an image of another modality that is well known.
    syntax : Syntax
    series, instance : str
        To tell series and copies apart.
    stored : Stored, optional
    placed : Placed, optional
        Both are there unless ``fault`` says why not, or it is no slice.
    fault : str
        Why this slice cannot be used, and what to do; empty if it can.
    original : bool
        Neither derived from other images nor reformatted.
    lossy, burned_in, recognisable, supine : bool
    """

    path: Path
    kind: str
    syntax: Syntax
    modality: str = ""
    series: str = ""
    instance: str = ""
    stored: Stored | None = None
    placed: Placed | None = None
    fault: str = ""
    original: bool = True
    lossy: bool = False
    burned_in: bool = False
    recognisable: bool = False
    supine: bool = True


class _Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class _Rationed:
    """A stream from which only so much can be read, so that no header takes long."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._reads, self._bytes = _MOST_READS, _MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        self._reads -= 1
        self._bytes -= size
        if self._reads < 0 or self._bytes < 0 or not 0 <= size <= _MOST_READ:
            raise ValueError("more than a header can hold")
        raw = self._stream.read(size)
        if 0 < len(raw) < size:
            raise ValueError("cut off")
        return raw

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def inflated(stream: _Stream, at: int, most: int) -> bytes:
    """Return the first ``most`` bytes of what was deflated into a stream from ``at``; the rest is never made.

    Raises
    ------
    ValueError
        If it was not deflated.
    """
    stream.seek(at)
    engine, out = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
    try:
        while len(out) < most and not engine.eof:
            chunk = engine.unconsumed_tail or stream.read(1 << 16)
            if not chunk:
                break
            out += engine.decompress(chunk, most - len(out))
    except zlib.error as error:
        raise ValueError("deflated data") from error
    return bytes(out)


def read_header(path: Path) -> Header:
    """Return the header of a file.

    Raises
    ------
    Unreadable
        If it is no DICOM file, cannot be opened, or is damaged.
    """
    with opened(path) as (stream, size):
        try:
            syntax, at = declared(stream.read(_HEAD_BYTES))
        except NoDicom as error:
            raise Unreadable(NO_DICOM) from error
        except (OSError, ValueError) as error:
            raise Unreadable(DAMAGED) from error
        try:
            return _parsed(path, stream, size, syntax, at)
        except Exception as error:  # whatever pydicom meets in a damaged file
            raise Unreadable(DAMAGED) from error


def _parsed(path: Path, stream: BinaryIO, size: int, syntax: Syntax | None, at: int) -> Header:
    from pydicom.datadict import tag_for_keyword
    from pydicom.filereader import read_dataset
    from pydicom.tag import BaseTag

    known = SYNTAXES["1.2.840.10008.1.2.1"] if syntax is None else syntax
    source: _Stream = stream
    if known.deflated:
        source, at = io.BytesIO(inflated(stream, at, _HEADER_BYTES)), 0
    source.seek(at)
    pixels = [0, 0]

    def at_pixels(tag: int, _: str | None, length: int) -> bool:
        if tag == _PIXEL_DATA:
            pixels[:] = source.tell(), length
        return tag >= _PIXEL_DATA - 2 or tag >> 16 == _MANY_FRAMES  # the float forms of the pixels count as none

    tags: list[BaseTag | int] = [BaseTag(tag_for_keyword(keyword) or 0) for keyword in _READ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = read_dataset(
            _Rationed(source), known.implicit, known.little, stop_when=at_pixels, specific_tags=tags  # type: ignore[arg-type]
        )  # fmt: skip
        if not pixels[0] and source.tell() > (len(source.getvalue()) if isinstance(source, io.BytesIO) else size):
            raise ValueError("cut off")
        return _told(path, ds, known, syntax is not None, (pixels[0], pixels[1]))


def _told(path: Path, ds: Any, syntax: Syntax, known: bool, pixels: tuple[int, int]) -> Header:
    """Return the header from what pydicom read."""
    kind, modality = kind_of(ds, bool(pixels[0]))
    if kind != SLICE:
        return Header(path, kind, syntax, modality)
    image_type = [str(word).upper() for word in values(ds, "ImageType")]
    secondary = bool(text(ds, "ConversionType"))
    about = {
        "series": text(ds, "SeriesInstanceUID"),
        "instance": text(ds, "SOPInstanceUID"),
        "original": image_type[:2] == ["ORIGINAL", "PRIMARY"],
        "lossy": syntax.lossy or text(ds, "LossyImageCompression") == "01",
        "burned_in": text(ds, "BurnedInAnnotation").upper() == "YES"
        or (secondary and text(ds, "BurnedInAnnotation").upper() != "NO"),
        "recognisable": text(ds, "RecognizableVisualFeatures").upper() == "YES",
        "supine": text(ds, "PatientPosition").upper() not in _NOT_SUPINE,
    }
    try:
        if not known:
            raise _Fault("its pixels are coded in a way that Atoll does not read; export it without compression")
        stored, placed = _stored(ds, syntax, *pixels), _placed(ds)
    except _Fault as fault:
        return Header(path, kind, syntax, fault=str(fault), **about)  # type: ignore[arg-type]
    return Header(path, kind, syntax, stored=stored, placed=placed, **about)  # type: ignore[arg-type]


class _Fault(Exception):
    """A slice cannot be used; the text says why."""


def _stored(ds: Any, syntax: Syntax, at: int, length: int) -> Stored:
    """Return how the pixels are stored, as far as all of it makes sense."""
    rows, columns, allocated, bits = (
        whole(ds, keyword) for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored")
    )
    if not (_LEAST_PIXELS <= rows <= MOST_PIXELS and _LEAST_PIXELS <= columns <= MOST_PIXELS):
        raise _Fault(
            f"it says that it has {rows:,} rows and {columns:,} columns; {_LEAST_PIXELS} to {MOST_PIXELS:,} are read"
        )
    if whole(ds, "SamplesPerPixel", 1) != 1 or text(ds, "PhotometricInterpretation") != "MONOCHROME2":
        raise _Fault("it is no plain greyscale image (MONOCHROME2); export the original slices")
    high = whole(ds, "HighBit", bits - 1)
    if not (allocated in {8, 16} and 8 <= bits <= allocated and bits - 1 <= high < allocated):
        raise _Fault(f"its pixels of {bits} bits in {allocated} cannot be read; 12 to 16 bits in 16 are usual in CT")
    if (length == _UNDEFINED) != bool(syntax.codec):
        raise _Fault("its pixels are not stored as its header says; export or copy it again")
    if not syntax.codec and length < rows * columns * allocated // 8:
        raise _Fault("it holds fewer pixels than its header says; export or copy it again")
    slope, intercept = number(ds, "RescaleSlope"), number(ds, "RescaleIntercept")
    if slope is None or intercept is None or text(ds, "RescaleType").upper() not in {"", "HU", "US"}:
        raise _Fault("it does not say how its values become Hounsfield units; export the original slices")
    if not (0.001 <= slope <= 100.0 and abs(intercept) <= 70_000.0):
        raise _Fault(f"its rescaling (slope {slope:.4g}, intercept {intercept:.4g}) gives no Hounsfield units")
    signed = whole(ds, "PixelRepresentation", 0) == 1
    padding = _padding(ds, bits, signed, syntax.little)
    return Stored(rows, columns, allocated, bits, high, signed, slope, intercept, padding, at, length)


def _padding(ds: Any, bits: int, signed: bool, little: bool) -> tuple[int, int] | None:
    """Return the range of stored values that are padding.

    Its VR depends on the pixels' sign and is often wrong, so the bytes are taken as what the pixels are.
    """
    ends = []
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        element = ds.get_item(keyword) if keyword in ds else None
        raw = getattr(element, "value", None)
        if isinstance(raw, bytes) and len(raw) == 2:
            value = struct.unpack("<H" if little else ">H", raw)[0] & ((1 << bits) - 1)
            ends.append(value - (1 << bits) if signed and value >> (bits - 1) else value)
    return (min(ends), max(ends)) if ends else None


def _placed(ds: Any) -> Placed:
    """Return where the slice lies, as far as all of it makes sense."""
    first = numbers(ds, "ImagePositionPatient", 3)
    axes = numbers(ds, "ImageOrientationPatient", 6)
    spacing = numbers(ds, "PixelSpacing", 2)
    if first is None or axes is None or spacing is None:
        raise _Fault("it does not say where in the patient it lies; export the original slices")
    right, down = axes[:3], axes[3:]
    lengths = math.hypot(*right), math.hypot(*down)
    crossing = sum(a * b for a, b in zip(right, down, strict=True))
    if any(abs(length - 1.0) > 0.01 for length in lengths) or abs(crossing) > 0.01 or max(map(abs, first)) > 1e5:
        raise _Fault("its place in the patient makes no sense; export or copy it again")
    if not all(0.1 <= step <= 5.0 for step in spacing):
        raise _Fault(f"its pixels are {spacing[0]:.4g} x {spacing[1]:.4g} mm; 0.1 to 5 mm are read")
    right = tuple(value / lengths[0] for value in right)
    down = tuple(value / lengths[1] for value in down)
    thickness = max(0.0, number(ds, "SliceThickness") or 0.0)  # one below nothing tells nothing
    return Placed(first, right, down, (spacing[0], spacing[1]), thickness)
