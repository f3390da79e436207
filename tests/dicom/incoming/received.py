"""Makes the folders that a hospital might hand over: small chests of ellipses, as DICOM of every kind."""

import warnings

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

CT = "1.2.840.10008.5.1.4.1.1.2"
PATIENT = "Secret^Person"
SPACING_MM = 5.0
COUNT, SIZE = 34, 64
PIXEL_MM = 5.0


def chest(count=COUNT, rows=SIZE, columns=SIZE, key=0):
    """Return HU, int16 [z, y, x] feet to head, front to back, right to left: a body, two unlike lungs, a spine."""
    z, y, x = np.ogrid[0:count, 0:rows, 0:columns]
    z, y, x = z / (count - 1) - 0.5, y / (rows - 1) - 0.5, x / (columns - 1) - 0.5
    hu = np.full((count, rows, columns), -1000.0)
    hu[np.broadcast_to((x / 0.46) ** 2 + (y / 0.33) ** 2 < 1, hu.shape)] = 40.0
    hu[((x + 0.2) / 0.15) ** 2 + (y / 0.22) ** 2 + (z / 0.46) ** 2 < 1] = -850.0
    hu[((x - 0.2) / 0.12) ** 2 + (y / 0.2) ** 2 + (z / 0.42) ** 2 < 1] = -840.0
    hu[np.broadcast_to((x / 0.05) ** 2 + ((y - 0.22) / 0.06) ** 2 < 1, hu.shape)] = 300.0
    hu += np.random.default_rng(key).normal(0.0, 10.0, hu.shape)
    return np.clip(np.rint(hu), -1024, 3071).astype(np.int16)


def slices(
    hu,
    syntax=ExplicitVRLittleEndian,
    *,
    right=(1.0, 0.0, 0.0),
    down=(0.0, 1.0, 0.0),
    step=(0.0, 0.0, SPACING_MM),
    pixel_mm=(PIXEL_MM, PIXEL_MM),
    thickness_mm=SPACING_MM,
    bits=16,
    signed=True,
    slope=1.0,
    intercept=0.0,
    series=None,
    codes=None,
):
    """Return the objects of a series; ``hu`` is [slice, row, column] as stored."""
    study, series, frame = generate_uid(), series or generate_uid(), generate_uid()
    made = []
    for k, image in enumerate(hu):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = syntax
        ds.SpecificCharacterSet = "ISO_IR 100"
        ds.SOPClassUID, ds.SOPInstanceUID = CT, generate_uid()
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, series, frame
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.Modality, ds.PatientName, ds.PatientID = "CT", PATIENT, "SECRET-4711"
        ds.PatientBirthDate, ds.StudyDate, ds.SeriesDescription = "19500101", "20200202", "secret thorax"
        ds.PatientPosition, ds.InstanceNumber = "HFS", k + 1
        ds.ImageOrientationPatient = [*map(_ds, (*right, *down))]
        ds.ImagePositionPatient = [_ds(-170.0 + k * step[0]), _ds(-180.0 + k * step[1]), _ds(-300.0 + k * step[2])]
        ds.PixelSpacing, ds.SliceThickness = [*map(_ds, pixel_mm)], _ds(thickness_mm)
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows, ds.Columns = image.shape
        ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, bits, bits - 1
        ds.PixelRepresentation = int(signed)
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = _ds(slope), _ds(intercept), "HU"
        values = stored(image, bits, slope, intercept)
        if codes is not None:
            ds.PixelData = encapsulate([codes[k]])
        else:
            ds.PixelData = values.astype(">u2" if syntax == ExplicitVRBigEndian else "<u2").tobytes()
        ds["PixelData"].VR = "OB" if codes is not None else "OW"
        made.append(ds)
    return made


def stored(image, bits=16, slope=1.0, intercept=0.0):
    """Return what is stored of HU: the bits that count, as uint16."""
    return (np.rint((image.astype(float) - intercept) / slope).astype(np.int64) & ((1 << bits) - 1)).astype(np.uint16)


def _ds(value):
    return f"{value:.10f}"[:16]


def save(folder, made, name="IM"):
    """Write objects into a folder and return their paths."""
    folder.mkdir(exist_ok=True, parents=True)
    paths = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are wrong by intent
        for k, ds in enumerate(made):
            paths.append(folder / f"{name}{k:04d}.dcm")
            pydicom.dcmwrite(paths[-1], ds, enforce_file_format=True)
    return paths


NATIVE = {
    "implicit": ImplicitVRLittleEndian,
    "explicit": ExplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}
