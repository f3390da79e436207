"""What is written is what was scanned, where it was scanned, and says what it is."""

import math
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from trainer.course.person import ChestName
from trainer.dicom.ct import PADDING_HU
from trainer.dicom.identity import SIMULATED, VERSION, visit_of

from .conftest import DAY, PERSON, PROTOCOL, make_series, read, slices_of, write


def hu_of(ds):
    return ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)


def test_pixels_and_hu_come_back(series, objects):
    slices = slices_of(objects)
    assert len(slices) == series.count
    for index, ds in enumerate(slices):
        assert ds.pixel_array.dtype == np.int16
        assert np.array_equal(ds.pixel_array, series.slice(index))
        assert np.array_equal(hu_of(ds), series.slice(index))


def test_geometry(series, objects):
    slices = slices_of(objects)
    for index, ds in enumerate(slices):
        x, y, z = (float(v) for v in ds.ImagePositionPatient)
        assert x == pytest.approx(series.origin_mm[2], abs=1e-9)
        assert y == pytest.approx(series.origin_mm[1], abs=1e-9)
        assert z == pytest.approx(series.position_mm(index), abs=1e-9)
        assert [float(v) for v in ds.ImageOrientationPatient] == [1, 0, 0, 0, 1, 0]
        assert [float(v) for v in ds.PixelSpacing] == [pytest.approx(series.pixel_mm)] * 2
        assert ds.InstanceNumber == index + 1
        assert float(ds.SliceLocation) == z
    steps = np.diff([float(ds.ImagePositionPatient[2]) for ds in slices])
    assert np.allclose(steps, float(slices[0].SpacingBetweenSlices), atol=1e-9)
    assert float(slices[0].SliceThickness) == PROTOCOL.thickness_mm


def test_long_numbers_keep_to_sixteen_characters(anatomy, tmp_path):
    field = 100.0 * math.pi
    series = make_series(anatomy, protocol=replace(PROTOCOL, field_of_view_mm=field, spacing_mm=math.e * 4.0))
    ds = slices_of(write(tmp_path / "visit", series))[3]
    for keyword in ("ImagePositionPatient", "PixelSpacing", "SpacingBetweenSlices", "SliceLocation"):
        value = ds[keyword].value
        for number in value if ds[keyword].VM > 1 else [value]:
            assert len(str(number)) <= 16
    assert float(ds.ImagePositionPatient[2]) == pytest.approx(series.position_mm(3), abs=1e-9)
    assert float(ds.ReconstructionDiameter) == pytest.approx(field, abs=1e-9)


def test_every_object_says_that_it_is_simulated(objects):
    for ds in objects.values():
        assert ds.SyntheticData == "YES"
        assert ds.PatientComments == ds.ImageComments == SIMULATED
        assert str(ds.PatientName).startswith("SIMULATED^")
        assert ds.PatientID == f"SIM-{PERSON.key:016X}"
        assert ds.PatientBirthDate == ""
        assert ds.PatientSex == "F"
        assert ds.PatientAge == "061Y"
        assert ds.Manufacturer == "Simulated (no scanner)"
        assert ds.ImageType[0] == "DERIVED"
        assert ds.BurnedInAnnotation == "NO"
        (equipment,) = ds.ContributingEquipmentSequence
        (purpose,) = equipment.PurposeOfReferenceCodeSequence
        assert (purpose.CodeValue, purpose.CodingSchemeDesignator) == ("109100", "DCM")
        assert "InstanceCreationDate" not in ds
    assert all(list(ds.ImageType) == ["DERIVED", "SECONDARY", "AXIAL"] for ds in slices_of(objects))


@pytest.mark.parametrize(
    ("kernel", "name", "centres", "explained"),
    [
        ("lung", "SIM_SHARP", [-600, 40], ["LUNG", "MEDIASTINUM"]),
        ("soft", "SIM_SOFT", [40, -600], ["MEDIASTINUM", "LUNG"]),
    ],
)
def test_kernel_and_windows(anatomy, tmp_path, kernel, name, centres, explained):
    ds = slices_of(write(tmp_path / "visit", make_series(anatomy, protocol=replace(PROTOCOL, kernel=kernel))))[0]
    assert ds.ConvolutionKernel == name
    assert [float(v) for v in ds.WindowCenter] == centres
    assert sorted(float(v) for v in ds.WindowWidth) == [400, 1500]
    assert list(ds.WindowCenterWidthExplanation) == explained


def test_padding_is_one_value_outside_the_circle(objects):
    ds = slices_of(objects)[10]
    y, x = np.mgrid[: ds.Rows, : ds.Columns] - 0.5 * (ds.Rows - 1)
    outside = ds.pixel_array[np.hypot(y, x) > 0.5 * ds.Rows + 1]
    assert len(outside) > 100
    assert np.unique(outside).tolist() == [PADDING_HU] == [ds.PixelPaddingValue]


def test_one_visit_is_one_study_whatever_the_kernel(anatomy, series, objects, tmp_path):
    soft = write(tmp_path / "soft", series.with_kernel("soft"))
    both = [*objects.values(), *soft.values()]
    for keyword in ("StudyInstanceUID", "AccessionNumber", "StudyDate", "StudyID", "FrameOfReferenceUID", "PatientID"):
        assert len({ds[keyword].value for ds in both}) == 1, keyword
    assert len({ds.SeriesInstanceUID for ds in both}) == 6
    assert len({ds.SOPInstanceUID for ds in both}) == len(both)


@pytest.mark.parametrize(
    ("example", "key", "day"), [("cop", 12, DAY + 1), ("cop treated", 11, DAY)], ids=["another day", "another plan"]
)
def test_another_visit_shares_the_patient_and_nothing_else(anatomy, objects, tmp_path, example, key, day):
    other = write(tmp_path / "other", make_series(anatomy, example, key=key), day)
    names = {
        keyword: {ds[keyword].value for ds in other.values()} & {ds[keyword].value for ds in objects.values()}
        for keyword in (
            "StudyInstanceUID",
            "FrameOfReferenceUID",
            "AccessionNumber",
            "SeriesInstanceUID",
            "SOPInstanceUID",
        )
    }
    assert all(not shared for shared in names.values()), names
    assert {ds.PatientID for ds in (*other.values(), *objects.values())} == {f"SIM-{PERSON.key:016X}"}


def test_identifiers_are_uuids_and_dates_follow_the_days(series):
    visit = visit_of(PERSON, 0, series)
    number = int(visit.uid("study").removeprefix("2.25."))
    assert (number >> 76 & 0xF, number >> 62 & 0x3) == (8, 2)
    assert visit.uid("study").is_valid
    assert visit.uid("slice", 1) != visit.uid("slice", "1")
    assert [visit_of(PERSON, day, series).date for day in (-31, 0, 365)] == ["20001201", "20010101", "20020101"]


def test_identifiers_of_a_built_chest_never_change_and_an_imported_one_has_others_by_its_content(series):
    p, state = PERSON, series.state
    name = (
        f"Person(key={p.key!r}, sex={p.sex!r}, age_years={p.age_years!r}, height_cm={p.height_cm!r}, "
        f"weight_kg={p.weight_kg!r})"
    )
    shown = repr((state.tick, state.effusion_right_ml, state.effusion_left_ml, state.mosaic, state.node_mm))
    parts = (VERSION, name, "3", str(series.visit_key), shown, state.opacities.tobytes().hex())
    assert visit_of(p, 3, series).digest == sha256("\x1f".join(parts).encode()).hexdigest()
    worn = {
        visit_of(replace(p, chest=ChestName(name, digest)), 3, series).digest
        for name in ("ward-3", "ward-4")
        for digest in ("0" * 64, "1" * 64)
    }
    assert len(worn) == 2 and visit_of(p, 3, series).digest not in worn


def test_reading_needs_no_file_names(folder, series):
    """Sorted by position, the files give the volume that was scanned, feet first."""
    volume = np.stack([ds.pixel_array for ds in slices_of(read(folder))])
    assert np.array_equal(volume, series.volume())
