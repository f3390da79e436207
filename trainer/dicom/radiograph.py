"""Digital X-Ray Image Storage - For Presentation: a frontal film of the same chest."""

from __future__ import annotations

from typing import Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import DigitalXRayImageStorageForPresentation
from pydicom.valuerep import format_number_as_ds

from trainer.chest.radiograph import radiograph
from trainer.chest.series import Series
from trainer.dicom.identity import Visit, coded, derivation_of, describe_visit

_SERIES_NUMBER: Final = 20
_SIMULATED_CT: Final = "Projection of a simulated CT"


def radiograph_of(visit: Visit, series: Series, volume: np.ndarray) -> Dataset:
    """Return the film of a visit.

    Parameters
    ----------
    visit : Visit
    series : Series
    volume : numpy.ndarray
        Its slices, int16 HU [z, y, x].

    Notes
    -----
    Parallel rays from back to front through the CT's volume: arms, posture and breath are those of the CT, and
    structures outside its field of view are missing; the film ends beside and below the lungs.
    """
    film = radiograph(volume, series.spacing_mm)
    rows, columns = film.grey.shape
    ds = describe_visit(visit)
    ds.Modality = "DX"
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = visit.uid("film", repr(series.protocol))
    ds.SeriesInstanceUID = visit.uid("films", repr(series.protocol))
    ds.SeriesNumber = _SERIES_NUMBER
    ds.InstanceNumber = 1
    ds.SeriesDescription = "Chest radiograph, frontal (SIMULATED)"
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.DerivationDescription = f"Projection of a CT. {derivation_of(visit)}" if visit.imported else _SIMULATED_CT
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.PatientOrientation = ["L", "F"]
    ds.AnatomicRegionSequence = [coded(codes.SCT.Chest)]
    ds.ImageLaterality = "U"
    ds.ViewPosition = "PA"
    ds.ViewCodeSequence = [_view()]
    ds.PositionerType = None
    ds.AcquisitionContextSequence = []
    ds.ImagerPixelSpacing = [format_number_as_ds(film.pixel_mm)] * 2
    ds.PixelSpacing = ds.ImagerPixelSpacing  # parallel rays magnify nothing
    ds.PixelSpacingCalibrationType = "GEOMETRY"
    ds.PixelSpacingCalibrationDescription = "Parallel projection"
    ds.DetectorType = "DIRECT"
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PresentationLUTShape = "IDENTITY"
    ds.Rows, ds.Columns = rows, columns
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelRepresentation = 0
    ds.PixelIntensityRelationship = "LOG"
    ds.PixelIntensityRelationshipSign = -1  # bright where fewer rays arrive
    ds.RescaleIntercept = "0"
    ds.RescaleSlope = "1"
    ds.RescaleType = "US"
    ds.WindowCenter = "128"
    ds.WindowWidth = "256"
    ds.PixelData = film.grey.tobytes() + b"\0" * (film.grey.size % 2)
    ds["PixelData"].VR = "OB"
    return ds


def _view() -> Dataset:
    item = coded(codes.SCT.PosteroAnterior)
    item.ViewModifierCodeSequence = []
    return item
