"""A real chest, plain and compressed: what comes out is what is in its files.

``ATOLL_REALISM_REFERENCE`` names a folder of CT slices from a scanner.
"""

import os
import time
from pathlib import Path

import numpy as np
import pydicom
import pytest

from tests.dicom.incoming.coding import SYNTAXES, coded
from trainer.dicom.reading import read_series

REFERENCE = os.environ.get("ATOLL_REALISM_REFERENCE")
pytestmark = pytest.mark.skipif(not REFERENCE, reason="set ATOLL_REALISM_REFERENCE to read a real chest")


@pytest.fixture(scope="module")
def objects():
    found = [pydicom.dcmread(path) for path in sorted(Path(REFERENCE).glob("*.dcm"))]
    return sorted(found, key=lambda ds: ds.ImagePositionPatient[2])


def test_a_real_chest(objects):
    begun = time.process_time()
    reading = read_series(Path(REFERENCE))
    print(f"\n{time.process_time() - begun:.2f} s, {reading.taken}, {reading.left}, {reading.warnings}")
    wanted = np.stack([ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for ds in objects])
    assert np.array_equal(reading.source.hu, np.clip(wanted, -1024, 3071))
    rise = np.ptp([ds.ImagePositionPatient[2] for ds in objects]) / (len(objects) - 1)
    assert reading.source.spacing_mm == pytest.approx((rise, *objects[0].PixelSpacing), abs=1e-5)
    middle = reading.source.hu[len(objects) // 2]
    rows = np.nonzero((middle > 700).any(axis=1))[0]
    assert rows.mean() > middle.shape[0] / 2, "the spine is behind"


@pytest.fixture(scope="module")
def codes(objects, tmp_path_factory):
    """The middle of the chest in every syntax."""
    some = objects[30:85]
    stored = np.stack([ds.pixel_array for ds in some]).astype(np.uint16)
    return some, stored, coded(stored, int(some[0].BitsStored), tmp_path_factory.mktemp("real"))


@pytest.mark.parametrize("name", SYNTAXES)
def test_a_real_chest_compressed(codes, tmp_path, name):
    some, stored, found = codes
    for k, (ds, code) in enumerate(zip(some, found[SYNTAXES[name]], strict=True)):
        copy = pydicom.Dataset(ds)
        copy.file_meta = pydicom.dataset.FileMetaDataset(ds.file_meta)
        copy.file_meta.TransferSyntaxUID = SYNTAXES[name]
        copy.PixelData = pydicom.encaps.encapsulate([code])
        copy["PixelData"].VR = "OB"
        pydicom.dcmwrite(tmp_path / f"{k}.dcm", copy, enforce_file_format=True)
    begun = time.monotonic()
    source = read_series(tmp_path).source
    print(f"\n{name}: {len(some)} slices in {time.monotonic() - begun:.2f} s")
    assert np.array_equal(source.hu, np.clip(stored.astype(int) - 1024, -1024, 3071))
