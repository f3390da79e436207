"""Codes slices as scanners and archives do, in a process of its own: `python -m tests.dicom.incoming.coding FILE FILE`.

The first file is an array of numpy, uint16 [slice, y, x], or int16; the second takes a codestream for each syntax and
slice. GDCM's encoder does not always come to a clean end, which is why it is not called by the tests themselves.
"""

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

SYNTAXES = {
    "RLE": "1.2.840.10008.1.2.5", "JPEG lossless": "1.2.840.10008.1.2.4.57",
    "JPEG lossless, first predictor": "1.2.840.10008.1.2.4.70", "JPEG-LS": "1.2.840.10008.1.2.4.80",
    "near-lossless JPEG-LS": "1.2.840.10008.1.2.4.81", "lossless JPEG 2000": "1.2.840.10008.1.2.4.90",
    "JPEG 2000": "1.2.840.10008.1.2.4.91",
}  # fmt: skip
"""All are coded without loss, also where the syntax would allow it."""


def coded(stored, bits, folder):
    """Return the codestreams of slices, by transfer syntax.

    Parameters
    ----------
    stored : numpy.ndarray
        uint16 or int16 [slice, y, x].
    bits : int
        That are stored of each pixel.
    folder : Path
        To work in.
    """
    np.save(folder / "stored.npy", stored)
    command = [sys.executable, "-m", "tests.dicom.incoming.coding", folder / "stored.npy", folder / "coded", str(bits)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[3])
    raw, at = (folder / "coded").read_bytes(), 0
    found = {}
    for syntax in SYNTAXES.values():
        found[syntax] = []
        for _ in stored:
            (length,) = struct.unpack_from("<I", raw, at)
            found[syntax].append(raw[at + 4 : at + 4 + length])
            at += 4 + length
    return found


def _encode(gdcm, image, bits, signed, syntax, kept):
    picture = gdcm.Image()
    picture.SetNumberOfDimensions(2)
    picture.SetDimensions((image.shape[1], image.shape[0], 1))
    picture.SetPixelFormat(gdcm.PixelFormat(1, 16, bits, bits - 1, int(signed)))
    grey = gdcm.PhotometricInterpretation.MONOCHROME2
    picture.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(grey))
    picture.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian))
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetByteStringValue(image.astype("<u2").tobytes())
    picture.SetDataElement(element)
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    change.SetInput(picture)
    assert change.Change(), syntax
    fragments = change.GetOutput().GetDataElement().GetSequenceOfFragments()
    value = fragments.GetFragment(0).GetByteValue()
    kept += [picture, element, change, fragments, value]
    return value.GetBuffer().encode("utf-8", "surrogateescape")


def _main():
    import gdcm

    source, target, bits = sys.argv[1:]
    stored, kept = np.load(source), []
    signed = stored.dtype.kind == "i"
    with Path(target).open("wb") as out:
        for syntax in SYNTAXES.values():
            for image in stored:
                code = _encode(gdcm, image, int(bits), signed, syntax, kept)
                out.write(struct.pack("<I", len(code)) + code)
    os._exit(0)


if __name__ == "__main__":
    _main()
