"""CT Image Storage: one file a slice, which every viewer reads."""

from __future__ import annotations

from typing import Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage
from pydicom.valuerep import format_number_as_ds

from trainer.chest.display import WINDOWS
from trainer.chest.protocol import Kernel
from trainer.chest.series import Series
from trainer.dicom.identity import Visit, derivation_of, describe_visit

PADDING_HU: Final = -1024
"""What lies outside the circular field of view. Air at the floor of the scale shares the value."""

KERNEL_NAMES: Final[dict[Kernel, str]] = {"lung": "SIM_SHARP", "soft": "SIM_SOFT"}
AS_SCANNED: Final = "SIM_AS_SCANNED"
_SERIES_NUMBERS: Final[dict[Kernel, int]] = {"lung": 1, "soft": 2}
# the window that a viewer opens first is the one the kernel is meant for
_WINDOW_ORDER: Final[dict[Kernel, tuple[str, str]]] = {"lung": ("lung", "mediastinum"), "soft": ("mediastinum", "lung")}


def describe_series(visit: Visit, series: Series) -> Dataset:
    """Return the attributes that all slices of a series share."""
    protocol = series.protocol
    ds = describe_visit(visit)
    ds.Modality = "CT"
    ds.SOPClassUID = CTImageStorage
    if visit.imported:
        del ds.BurnedInAnnotation  # nobody knows what is burned into the scan that it comes from
    ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    ds.DerivationDescription = derivation_of(visit)
    ds.SeriesInstanceUID = visit.uid("series", repr(protocol))
    ds.SeriesNumber = _SERIES_NUMBERS[protocol.kernel]
    kernel = "as scanned" if visit.imported else f"{protocol.kernel} kernel"
    ds.SeriesDescription = f"Chest CT, {kernel}, {protocol.thickness_mm:g} mm (SIMULATED)"
    ds.ProtocolName = "SIMULATED CHEST"
    ds.PatientPosition = "HFS"
    ds.AcquisitionNumber = 1
    ds.KVP = None  # no tube, or one of which nothing was kept
    ds.ConvolutionKernel = AS_SCANNED if visit.imported else KERNEL_NAMES[protocol.kernel]
    ds.ReconstructionDiameter = format_number_as_ds(series.pixel_mm * protocol.matrix)
    ds.SliceThickness = format_number_as_ds(float(protocol.thickness_mm))
    ds.SpacingBetweenSlices = format_number_as_ds(float(protocol.spacing_mm))
    ds.PixelSpacing = [format_number_as_ds(series.pixel_mm)] * 2
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = series.shape[1:]
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 1
    ds.PixelPaddingValue = PADDING_HU
    ds.RescaleIntercept = "0"
    ds.RescaleSlope = "1"
    ds.RescaleType = "HU"
    windows = _WINDOW_ORDER[protocol.kernel]
    ds.WindowCenter = [f"{WINDOWS[name][0]:g}" for name in windows]
    ds.WindowWidth = [f"{WINDOWS[name][1]:g}" for name in windows]
    ds.WindowCenterWidthExplanation = [name.upper() for name in windows]
    return ds


def describe_slice(visit: Visit, series: Series, shared: Dataset, index: int) -> Dataset:
    """Return all of a slice but its pixels.

    Parameters
    ----------
    visit : Visit
    series : Series
    shared : Dataset
        From `describe_series`.
    index : int
        Number of the slice from the feet.
    """
    z, y, x = series.position_mm(index), series.origin_mm[1], series.origin_mm[2]
    ds = Dataset()
    ds.update(shared)
    ds.SOPInstanceUID = visit.uid("slice", repr(series.protocol), index)
    ds.InstanceNumber = index + 1
    # DICOM's patient axes run as the grid's do: x to the left, y to the back, z to the head
    ds.ImagePositionPatient = [format_number_as_ds(v) for v in (x, y, z)]
    ds.SliceLocation = format_number_as_ds(z)
    return ds


def with_pixels(ds: Dataset, image: np.ndarray) -> Dataset:
    """Give a slice its pixels, int16 HU of shape (rows, columns), and return it."""
    ds.PixelData = np.ascontiguousarray(image, "<i2").tobytes()
    ds["PixelData"].VR = "OW"
    return ds
