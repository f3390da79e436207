"""The segmentation is the truth of the series, voxel by voxel, and is called what it is."""

import numpy as np
import pytest
from highdicom.seg import Segmentation, segread
from pydicom.sr.codedict import codes

from tests.chest.example import BACK, patch, state
from trainer.chest.opacity.sign import Sign
from trainer.chest.series import Series
from trainer.course.opacity import ChestState, Lobe
from trainer.dicom.identity import visit_of
from trainer.dicom.segmentation import code_of
from trainer.dicom.writing import Written, write_visit

from .conftest import DAY, KEY, PERSON, PROTOCOL, make_series, slices_of, write


@pytest.fixture(scope="module")
def seg(folder):
    return segread(folder / "SEG.dcm")


def masks_of(seg: Segmentation, slices):
    """Return each segment's mask by slice, bool [slice, row, column], as a reader of DICOM gets it."""
    uids = [ds.SOPInstanceUID for ds in slices]
    stack = seg.get_pixels_by_source_instance(
        uids, ignore_spatial_locations=False, assert_missing_frames_are_empty=True
    )
    return {d.SegmentLabel: stack[..., n].astype(bool) for n, d in enumerate(seg.SegmentSequence)}


def test_segments_are_the_truth(seg, series, objects):
    found = masks_of(seg, slices_of(objects))
    opacities = {label: np.zeros(series.shape, bool) for label in series.signs()}
    signs: dict[Sign, np.ndarray] = {}
    for index in range(series.count):
        for label, mask in series.truth(index).items():
            opacities[label][index] = mask
        for (_, sign), mask in series.sign_truth(index).items():
            signs.setdefault(sign, np.zeros(series.shape, bool))[index] |= mask
    expected = {f"opacity {label}: {series.signs()[label][0].value}": mask for label, mask in opacities.items()}
    expected |= {sign.value: mask for sign, mask in signs.items()}
    assert len(expected) > 6
    assert found.keys() == expected.keys()
    for name, mask in expected.items():
        assert mask.any(), name
        assert np.array_equal(found[name], mask), name


def test_it_lies_on_its_ct(seg, objects):
    ct = slices_of(objects)[0]
    assert seg.SegmentationType == "BINARY"
    for keyword in ("FrameOfReferenceUID", "StudyInstanceUID", "AccessionNumber", "PatientID"):
        assert seg[keyword].value == ct[keyword].value
    assert seg.ReferencedSeriesSequence[0].SeriesInstanceUID == ct.SeriesInstanceUID


def test_names_codes_and_places(seg):
    for item in seg.SegmentSequence:
        (kind,) = item.SegmentedPropertyTypeCodeSequence
        assert kind.CodingSchemeDesignator in {"DCM", "SCT"}
        assert "SegmentationAlgorithmIdentificationSequence" not in item
    halo = next(d for d in seg.SegmentSequence if "reversed halo" in d.SegmentLabel)
    (region,) = halo.AnatomicRegionSequence
    assert region.CodeMeaning == codes.SCT.UpperLobeOfLung.meaning
    assert region.AnatomicRegionModifierSequence[0].CodeMeaning == "Left"
    assert halo.SegmentDescription.startswith("left upper lobe: reversed halo sign")


def test_every_sign_has_a_code():
    assert {code_of(sign).scheme_designator for sign in Sign} == {"DCM", "SCT"}


def test_the_right_lower_lobe_lies_right_low_and_behind(anatomy, tmp_path):
    """From DICOM's axes alone: x grows to the patient's left, y to the back, z to the head."""
    chest = state(patch(Lobe.RIGHT_LOWER, 0.2, BACK, 20, 0.9), patch(Lobe.LEFT_UPPER, 0.8, 0.0, 20, 0.9))
    objects = write(tmp_path / "visit", Series(anatomy, chest, PROTOCOL, KEY))
    slices = slices_of(objects)
    found = masks_of(segread(tmp_path / "visit" / "SEG.dcm"), slices)
    places = {}
    for label in (1, 2):
        k, row, column = np.nonzero(next(m for name, m in found.items() if name.startswith(f"opacity {label}")))
        origin = np.array([[float(v) for v in slices[i].ImagePositionPatient] for i in k])
        down, across = (float(v) for v in slices[0].PixelSpacing)
        places[label] = (origin + np.stack([column * across, row * down, 0 * k], 1)).mean(0)
    (x1, y1, z1), (x2, y2, z2) = places[1], places[2]
    assert x1 < x2 - 20.0
    assert y1 > y2 + 10.0
    assert z1 < z2 - 20.0


def test_an_opacity_is_tracked_between_visits(anatomy, seg, tmp_path):
    write(tmp_path / "later", make_series(anatomy, "cop treated", key=99), DAY + 28)
    later = segread(tmp_path / "later" / "SEG.dcm")

    def tracked(one):
        return {d.TrackingID: d.TrackingUID for d in one.SegmentSequence if "TrackingUID" in d}

    before, after = tracked(seg), tracked(later)
    assert len(set(before.values())) == len(before) == 6
    assert after.items() <= before.items()
    assert len(after) == 4


def test_a_clear_chest_has_no_segmentation(anatomy, tmp_path):
    healthy = Series(anatomy, ChestState(0, state().opacities), PROTOCOL, KEY)
    written = write_visit(tmp_path, visit_of(PERSON, DAY, healthy), healthy, truth=True)
    assert written == Written(healthy.count, 0, radiograph=False)
    assert not (tmp_path / "SEG.dcm").exists()
