"""What kind of object a DICOM file holds."""

from __future__ import annotations

from typing import Any, Final

from trainer.dicom.incoming.element import number, text, values

DAMAGED: Final = "damaged"
LOCALISER: Final = "localiser"
CAPTURE: Final = "capture"
ENHANCED: Final = "enhanced"
SEGMENTATION: Final = "segmentation"
REPORT: Final = "report"
NO_IMAGE: Final = "no image"
CONTENTS: Final = "contents"
OTHER: Final = "other modality"
SLICE: Final = "slice"

_CT: Final = "1.2.840.10008.5.1.4.1.1.2"
_KINDS: Final = {
    "1.2.840.10008.1.3.10": CONTENTS,
    f"{_CT}.1": ENHANCED,
    f"{_CT}.2": ENHANCED,
    "1.2.840.10008.5.1.4.1.1.66.4": SEGMENTATION,
}
_CAPTURES: Final = "1.2.840.10008.5.1.4.1.1.7"
_REPORTS: Final = "1.2.840.10008.5.1.4.1.1.88."
_KNOWN_MODALITIES: Final = frozenset({"CR", "DX", "ES", "IVUS", "MG", "MR", "NM", "OT", "PT", "RF", "SC", "US", "XA"})


def kind_of(ds: Any, pixels: bool) -> tuple[str, str]:
    """Return what kind of object it is, and its modality if that is another one."""
    sop_class, modality = text(ds, "SOPClassUID"), text(ds, "Modality").upper()
    words = {str(word).upper() for word in values(ds, "ImageType")}
    if sop_class in _KINDS:
        return _KINDS[sop_class], ""
    if sop_class.startswith(_REPORTS) or modality == "SR":
        return REPORT, ""
    if not pixels:
        return (DAMAGED if sop_class == _CT else NO_IMAGE), ""  # a CT slice that ends before its pixels
    if sop_class == _CAPTURES or sop_class.startswith(f"{_CAPTURES}."):
        return CAPTURE, ""
    if modality != "CT" or sop_class not in {_CT, ""}:
        return OTHER, modality if modality in _KNOWN_MODALITIES else ""
    if "LOCALIZER" in words or "SCOUT" in words:
        return LOCALISER, ""
    if (number(ds, "NumberOfFrames") or 1) > 1:
        return ENHANCED, ""
    return SLICE, ""
