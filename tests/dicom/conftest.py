"""One small visit, written once, that the tests read."""

import pydicom
import pytest

from tests.chest.conftest import anatomy  # noqa: F401 - a fixture
from tests.chest.example import EXAMPLES
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import Person
from trainer.dicom.identity import visit_of
from trainer.dicom.writing import whole_folder, write_visit

PERSON = Person(key=0xFEDCBA9876543210, sex="F", age_years=61.9, height_cm=165.0, weight_kg=70.0)
PROTOCOL = Protocol(kernel="lung", thickness_mm=4.0, spacing_mm=4.0, matrix=64)
KEY = 11
DAY = 5


def make_series(chest, example="cop", protocol=PROTOCOL, key=KEY):
    return Series(chest, EXAMPLES[example], protocol, key)


def write(folder, series, day=DAY, **more):
    """Write a series with its truth and film, and return its objects by file name."""
    with whole_folder(folder) as part:
        write_visit(part, visit_of(PERSON, day, series), series, truth=True, radiograph=True, **more)
    return read(folder)


def read(folder):
    return {path.name: pydicom.dcmread(path) for path in sorted(folder.iterdir())}


def slices_of(objects):
    """Return the CT slices as a reader sorts them, by position."""
    found = [ds for ds in objects.values() if ds.Modality == "CT"]
    return sorted(found, key=lambda ds: float(ds.ImagePositionPatient[2]))


@pytest.fixture(scope="session")
def series(anatomy):  # noqa: F811
    return make_series(anatomy)


@pytest.fixture(scope="session")
def folder(series, tmp_path_factory):
    """A folder with a whole visit."""
    out = tmp_path_factory.mktemp("dicom") / "visit"
    write(out, series)
    return out


@pytest.fixture(scope="session")
def objects(folder):
    return read(folder)
