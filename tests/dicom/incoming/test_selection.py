"""What else lies in the folder is set aside and told, the best chest is taken, and nothing of the patient comes out."""

import dataclasses

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tests.dicom.incoming.received import COUNT, SPACING_MM, chest, save, slices
from trainer.core.error import BadInput
from trainer.dicom.incoming import lattice
from trainer.dicom.reading import ReadingCancelled, read_series

HU = chest()


def refused(folder):
    with pytest.raises(BadInput) as caught:
        read_series(folder)
    line = str(caught.value)
    assert "\n" not in line and "SECRET" not in line and "Secret" not in line
    return line


def localiser():
    made = slices(HU[:1])
    made[0].ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    return made


def other(modality, sop_class, count=1, pixels=True):
    made = slices(HU[:count])
    for ds in made:
        ds.Modality, ds.SOPClassUID = modality, sop_class
        if not pixels:
            del ds.PixelData
    return made


CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ENHANCED = "1.2.840.10008.5.1.4.1.1.2.1"
MR = "1.2.840.10008.5.1.4.1.1.4"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
DOSE = "1.2.840.10008.5.1.4.1.1.88.67"
PLAN = "1.2.840.10008.5.1.4.1.1.481.5"


def test_all_that_lies_beside_the_chest_is_set_aside_and_told(tmp_path):
    save(tmp_path / "CT", slices(HU))
    save(tmp_path / "CT", localiser() + localiser(), "LOC")
    save(tmp_path / "SC", other("CT", CAPTURE), "SC")
    save(tmp_path / "MR", other("MR", MR, 3), "MR")
    save(tmp_path / "SR", other("SR", DOSE, pixels=False), "SR")
    save(tmp_path / "SEG", other("SEG", SEG), "SEG")
    save(tmp_path / "RT", other("RTPLAN", PLAN, pixels=False), "RT")
    save(tmp_path / "ENH", other("CT", ENHANCED), "ENH")
    save(tmp_path / "short", slices(HU[:5]), "SHORT")
    (tmp_path / "notes.txt").write_text("Doe, John")
    (tmp_path / "viewer.exe").write_bytes(b"MZ" + bytes(5000))
    (tmp_path / "empty").write_bytes(b"")
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert set(reading.left) == {
        "5 CT images in series too short for a chest", "2 localisers", "1 secondary capture",
        "3 images of another kind (MR)", "1 report", "1 segmentation", "1 object that is no image",
        "1 enhanced (multi-frame) CT", "3 files that are no DICOM",
    }  # fmt: skip


def test_a_series_of_our_own_is_read(folder, series, monkeypatch):
    """What Atoll wrote, with a segmentation and a film beside it; the chest of the tests is a short one."""
    monkeypatch.setattr(lattice, "LEAST_COVER_MM", 100.0)
    reading = read_series(folder)
    volume = series.volume()
    padded = np.where(volume == -1024, -1000, volume)  # outside the field, said to be padding
    assert np.array_equal(reading.source.hu, np.minimum(padded, 3071))
    assert reading.source.spacing_mm[0] == pytest.approx(4.0)
    assert {"1 segmentation", "1 image of another kind (DX)"} <= set(reading.left)


def test_of_several_series_the_thinnest_that_covers_enough(tmp_path):
    thin = chest(2 * COUNT, key=1)
    save(tmp_path, slices(HU), "A")
    save(tmp_path, slices(thin, step=(0.0, 0.0, SPACING_MM / 2), thickness_mm=2.5), "B")
    save(tmp_path, slices(chest(60, key=2), step=(0.0, 0.0, 2.65), thickness_mm=1.0)[:58], "C")  # ends below the neck
    coronal = slices(HU, down=(0.0, 0.0, -1.0), step=(0.0, 5.0, 0.0))
    save(tmp_path, coronal, "D")
    save(tmp_path, [ds for k, ds in enumerate(slices(HU)) if k != 9], "E")
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, thin)
    assert "of 3 axial series it has the thinnest slices" in reading.taken
    assert set(reading.left) == {
        f"another series of {COUNT} slices, 5 mm apart", "another series of 58 slices, 2.65 mm apart",
        f"{COUNT} CT images that are not axial",
        f"another series of {COUNT - 1} CT images that lacks 1 slice, the first 45.0 mm above its lowest slice; "
        "export the whole series again",
    }  # fmt: skip


def test_originals_before_what_was_derived_from_them(tmp_path):
    derived = slices(chest(key=3))
    for ds in derived:
        ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    save(tmp_path, derived, "A")
    save(tmp_path, slices(HU), "B")
    assert np.array_equal(read_series(tmp_path).source.hu, HU)


def test_the_choice_does_not_depend_on_chance(tmp_path):
    save(tmp_path, slices(HU), "A")
    save(tmp_path, slices(chest(key=5)), "B")
    assert np.array_equal(read_series(tmp_path).source.hu, HU)
    assert any("others would have done as well" in line for line in read_series(tmp_path).taken)


def test_slices_of_another_size_or_orientation_in_the_same_series(tmp_path):
    uid = generate_uid()
    save(tmp_path, slices(HU, series=uid), "A")
    save(tmp_path, slices(HU[:3, :32, :32], series=uid), "B")
    save(tmp_path, slices(HU[:4], series=uid, right=(0.0, 1.0, 0.0), down=(0.0, 0.0, -1.0)), "C")
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert set(reading.left) == {"3 CT images in series too short for a chest", "4 CT images that are not axial"}


def test_a_picture_of_the_dose_in_the_same_series(tmp_path):
    made = slices(HU)
    rgb = slices(HU[:1], series=made[0].SeriesInstanceUID)
    rgb[0].PhotometricInterpretation, rgb[0].SamplesPerPixel = "RGB", 3
    save(tmp_path, made, "A")
    save(tmp_path, rgb, "B")
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert len(reading.left) == 1 and reading.left[0].startswith("1 CT image that cannot be used (B0000.dcm: it is no")


@pytest.mark.parametrize(("made", "said"), [
    (other("MR", MR, 30), "holds no CT slices (30 images of another kind (MR))"),
    (other("CT", CAPTURE, 30), "holds no CT slices (30 secondary captures)"),
    (other("CT", ENHANCED), "enhanced (multi-frame) object, which is not read; export it as classic CT slices"),
    (other("SR", DOSE, pixels=False), "holds no CT slices (1 report)"),
    (other("CT", "1.2.840.10008.5.1.4.1.1.2", 30, pixels=False), "holds no CT slices (30 damaged DICOM files)"),
    (localiser(), "holds no CT slices (1 localiser)"),
])  # fmt: skip
def test_folders_without_a_chest(tmp_path, made, said):
    save(tmp_path, made)
    assert said in refused(tmp_path)


def test_an_enhanced_object_is_told_however_much_it_says_of_its_frames(tmp_path):
    made = other("CT", ENHANCED)
    frame = Dataset()
    frame.SliceThickness = "1"
    groups = Dataset()
    groups.PixelMeasuresSequence = [frame] * 3
    groups.is_undefined_length_sequence_item = True
    made[0].PerFrameFunctionalGroupsSequence = [groups] * 5000
    made[0]["PerFrameFunctionalGroupsSequence"].is_undefined_length = True
    save(tmp_path, made)
    assert "multi-frame" in refused(tmp_path)


def test_what_was_compressed_with_loss_only_if_there_is_nothing_better(tmp_path):
    lossy = slices(chest(key=3))
    for ds in lossy:
        ds.LossyImageCompression = "01"
    save(tmp_path, lossy, "A")
    save(tmp_path, slices(HU), "B")
    assert np.array_equal(read_series(tmp_path).source.hu, HU)


def test_many_frames_in_one_object(tmp_path):
    made = slices(HU[:1])
    made[0].NumberOfFrames = 100
    made[0].PixelData *= 100
    save(tmp_path, made)
    assert "multi-frame" in refused(tmp_path)


def test_a_table_of_contents_is_no_slice(tmp_path):
    save(tmp_path, slices(HU))
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.1.3.10"
    ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.FileSetID = "SECRET"
    pydicom.dcmwrite(tmp_path / "DICOMDIR", ds, enforce_file_format=True)
    assert read_series(tmp_path).left == ("1 table of contents (DICOMDIR)",)


@pytest.mark.parametrize(("changes", "said"), [
    ({"BurnedInAnnotation": "YES"}, "burned into"),
    ({"ConversionType": "WSD"}, "burned into"),
    ({"RecognizableVisualFeatures": "YES"}, "recognised"),
    ({"LossyImageCompression": "01"}, "with loss"),
    ({"BurnedInAnnotation": "NO", "ConversionType": "WSD"}, ""),
])  # fmt: skip
def test_what_must_be_looked_at_is_told(tmp_path, changes, said):
    made = slices(HU)
    for keyword, value in changes.items():
        setattr(made[20], keyword, value)
    save(tmp_path, made)
    warnings = read_series(tmp_path).warnings
    assert len(warnings) == bool(said) and all(said in line for line in warnings)


def test_nothing_but_pixels_and_geometry_comes_out(tmp_path):
    """Every value of the headers that is of the patient, the place or the time, and every UID, is looked for."""
    made = slices(HU)
    for k, ds in enumerate(made):
        ds.InstitutionName, ds.AccessionNumber = "SECRET HOSPITAL", "SECRET-1"
        ds.PatientComments, ds.ImageComments = "SECRET comment", f"SECRET {k}"
        ds.add_new((0x0009, 0x0010), "LO", "SECRET CREATOR")
        ds.add_new((0x0009, 0x1001), "LO", "SECRET private")
    save(tmp_path, made)
    reading = read_series(tmp_path)
    assert [field.name for field in dataclasses.fields(reading)] == ["source", "taken", "left", "warnings"]
    assert [field.name for field in dataclasses.fields(reading.source)] == ["hu", "spacing_mm", "thickness_mm"]
    said = " ".join((*reading.taken, *reading.left, *reading.warnings))
    for word in ("SECRET", "Secret", "secret", "2020", "1950", "1.2.8", *(ds.SOPInstanceUID for ds in made)):
        assert word not in said
    assert reading.source.hu.base is None or not isinstance(reading.source.hu.base, bytes)


def test_progress_and_cancelling(tmp_path):
    save(tmp_path, slices(HU))
    told = []
    read_series(tmp_path, told.append)
    assert told[0] == 0.0 and told[-1] == 1.0 and told == sorted(told) and len(told) > COUNT
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > COUNT + 10

    with pytest.raises(ReadingCancelled):
        read_series(tmp_path, cancelled=cancelled)
    assert len(asked) == COUNT + 11
