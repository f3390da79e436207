"""What is true in a CT, as a segmentation: a segment for each opacity, then one for each sign that any of them shows.

Labels are the terms of the Fleischner glossary (Bankier et al., Radiology 2024). Property types are codes of PS3.16
CID 6102; a sign that has none there is coded as what it is made of, an opacity or a lucency. A segment holds on each
slice the truth in its middle plane, so a structure that only grazes a thick slice may be missing from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from trainer.chest.opacity.sign import Sign
from trainer.chest.opacity.truth import CHEST
from trainer.chest.series import Series
from trainer.course.opacity import Lobe
from trainer.dicom.identity import (
    MODEL,
    SERIAL_NUMBER,
    SIMULATED,
    VERSION,
    Visit,
    coded,
    describe_visit,
    unique,
)

_SERIES_NUMBER: Final = 10
_CODES: Final = {
    Sign.GROUND_GLASS_OPACITY: codes.DCM.GroundGlassOpacity,
    Sign.AIR_BRONCHOGRAM: codes.DCM.AirBronchogram,
    Sign.HALO: codes.DCM.HaloSign,
    Sign.NODULE: codes.SCT.Nodule,
    Sign.MASS: codes.SCT.Mass,
    Sign.MICRONODULES: codes.DCM.Micronodule,
    Sign.TREE_IN_BUD: codes.DCM.TreeInBudSign,
    Sign.RETICULATION: codes.DCM.ReticularPattern,
    Sign.HONEYCOMBING: codes.DCM.HoneycombPattern,
    Sign.PARENCHYMAL_BAND: codes.DCM.ParenchymalBand,
    Sign.CAVITY: codes.DCM.Lucency,
    Sign.TRACTION_BRONCHIECTASIS: codes.DCM.Lucency,
    Sign.PLEURAL_EFFUSION: codes.SCT.PleuralEffusion,
    Sign.MOSAIC_ATTENUATION: codes.DCM.MosaicPerfusion,
    Sign.LYMPH_NODE: codes.SCT.Lymphadenopathy,
}
_LOBES: Final = {
    Lobe.RIGHT_UPPER: (codes.SCT.UpperLobeOfLung, codes.SCT.Right),
    Lobe.RIGHT_MIDDLE: (codes.SCT.MiddleLobeOfRightLung, None),
    Lobe.RIGHT_LOWER: (codes.SCT.LowerLobeOfLung, codes.SCT.Right),
    Lobe.LEFT_UPPER: (codes.SCT.UpperLobeOfLung, codes.SCT.Left),
    Lobe.LEFT_LOWER: (codes.SCT.LowerLobeOfLung, codes.SCT.Left),
}


def code_of(sign: Sign) -> Code:
    """Return the code of a sign."""
    code: Code = _CODES.get(sign, codes.DCM.Opacity)
    return code


class Truth:
    """Masks gathered slice by slice, only where there is anything.

    Parameters
    ----------
    series : Series
    """

    def __init__(self, series: Series) -> None:
        self._series = series
        self._masks: dict[int, dict[int | Sign, np.ndarray]] = {}

    def look(self, index: int) -> None:
        """Take in the truth of one slice."""
        found: dict[int | Sign, np.ndarray] = {}
        # the signs of an opacity share out all of it among them
        for (label, sign), mask in self._series.sign_truth(index).items():
            for what in (label, sign) if label != CHEST else (sign,):
                found[what] = found[what] | mask if what in found else mask
        if found:
            self._masks[index] = {what: np.packbits(mask) for what, mask in found.items()}

    @property
    def slices(self) -> list[int]:
        """Numbers of the slices that show anything."""
        return sorted(self._masks)

    @property
    def segments(self) -> list[int | Sign]:
        """What the masks are of: labels of opacities, then signs in the order of the glossary's list."""
        seen = {what for masks in self._masks.values() for what in masks}
        return [*sorted(w for w in seen if isinstance(w, int)), *(s for s in Sign if s in seen)]

    def stack(self) -> np.ndarray:
        """Return the masks, bool, shape (slices that show anything, rows, columns, segments)."""
        rows, columns = self._series.shape[1:]
        places = {what: n for n, what in enumerate(self.segments)}
        # Each mask has pages of its own in this order of the axes, and pages never written take no memory.
        out = np.zeros((len(places), len(self._masks), rows, columns), bool)
        for row, index in enumerate(self.slices):
            for what, packed in self._masks[index].items():
                out[places[what], row] = np.unpackbits(packed, count=rows * columns).reshape(rows, columns)
        return np.moveaxis(out, 0, 3)


def segmentation_of(visit: Visit, series: Series, headers: Mapping[int, Dataset], truth: Truth) -> Dataset | None:
    """Return the segmentation of a series, or None if nothing is to be seen in it.

    Parameters
    ----------
    visit : Visit
    series : Series
    headers : mapping of int to Dataset
        Each slice without its pixels, by number.
    truth : Truth
        Having looked at every slice.
    """
    if not truth.slices:
        return None
    records = {int(o["label"]): o for o in series.state.opacities}
    signs = series.signs()
    described = [
        _sign(n, what) if isinstance(what, Sign) else _opacity(n, visit, records[what], signs[what])
        for n, what in enumerate(truth.segments, 1)
    ]
    seg = Segmentation(
        source_images=[headers[i] for i in truth.slices],
        pixel_array=truth.stack(),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=described,
        series_instance_uid=visit.uid("segmentations", repr(series.protocol)),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=visit.uid("segmentation", repr(series.protocol)),
        instance_number=1,
        manufacturer=visit.manufacturer,
        manufacturer_model_name=MODEL,
        software_versions=VERSION,
        device_serial_number=SERIAL_NUMBER,
        content_label="TRUTH",
        content_description="Opacities and signs as they were simulated",
        series_description="Truth: opacities and signs (SIMULATED)",
    )
    _settle(seg, visit, repr(series.protocol))
    return seg


def _settle(seg: Segmentation, visit: Visit, role: str) -> None:
    """Take out what highdicom read from a clock or drew by chance, and say that the object is simulated."""
    shared = describe_visit(visit)
    for keyword in (
        "SyntheticData", "SeriesDate", "SeriesTime", "ContentDate", "ContentTime", "PatientComments", "ImageComments",
        "StudyDescription", "ContributingEquipmentSequence", "BurnedInAnnotation", "BodyPartExamined",
    ):  # fmt: skip
        seg[keyword] = shared[keyword]
    del seg.InstanceCreationDate, seg.InstanceCreationTime
    dimension = visit.uid("dimension", role)
    for item in (*seg.DimensionOrganizationSequence, *seg.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimension


def _describe(number: int, label: str, code: Code, **more: Any) -> SegmentDescription:
    found = SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=code,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=AlgorithmIdentificationSequence(
            name=MODEL, version=VERSION, family=codes.DCM.ArtificialIntelligence
        ),
        **more,
    )
    # highdicom asks for a family of algorithms, the standard does not, and none of its families is a simulation
    del found.SegmentationAlgorithmIdentificationSequence
    return found


def _sign(number: int, sign: Sign) -> SegmentDescription:
    return _describe(number, sign.value, code_of(sign))


def _opacity(number: int, visit: Visit, record: np.void, signs: tuple[Sign, ...]) -> SegmentDescription:
    label = int(record["label"])
    lobe = Lobe(int(record["lobe"]))
    leading = signs[0].value if signs else "opacity"
    region, side = _LOBES[lobe]
    found = _describe(
        number,
        f"opacity {label}: {leading}",
        code_of(signs[0]) if signs else codes.DCM.Opacity,
        anatomic_regions=[region],
        # the same opacity in another visit of this patient carries the same identifier
        tracking_uid=unique("opacity", visit.person.key, label),
        tracking_id=f"opacity {label}",
    )
    if side is not None:
        found.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [coded(side)]
    names = ", ".join(sign.value for sign in signs) or "no named sign"
    found.SegmentDescription = f"{lobe_name(lobe)}: {names}. {SIMULATED}"[:1024]
    return found


def lobe_name(lobe: int) -> str:
    """Return a lobe in words, such as "right upper lobe"."""
    return f"{Lobe(lobe).name.lower().replace('_', ' ')} lobe"
