"""A real chest scanned again, where one is at hand.

``ATOLL_REALISM_REFERENCE`` names the folder of a real series, as `tests.dicom.test_realism` has it.
"""

import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy import ndimage as ndi

from trainer.chest.acquired.acquire import acquire
from trainer.chest.acquired.grain import _detrended, _patches
from trainer.chest.grid import Grid
from trainer.chest.imported.source import Source

REFERENCE = os.environ.get("ATOLL_REALISM_REFERENCE")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not REFERENCE, reason="set ATOLL_REALISM_REFERENCE to try a real chest"),
]


@pytest.fixture(scope="module")
def real():
    slices = [pydicom.dcmread(path) for path in sorted(Path(REFERENCE).glob("*.dcm"))]
    slices.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
    hu = np.stack([ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for ds in slices])
    z = [float(ds.ImagePositionPatient[2]) for ds in slices]
    spacing = (float(np.median(np.diff(z))), *(float(v) for v in slices[0].PixelSpacing))
    labels, _ = ndi.label(ndi.binary_opening(hu > -300, np.ones((1, 5, 5))))
    body = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
    body = np.stack([ndi.binary_fill_holes(part) for part in body])
    lung = ndi.binary_opening(body & (hu < -500), np.ones((1, 7, 7)))
    near = ndi.binary_dilation(body, np.ones((1, 5, 5)))
    return Source(np.where(near, hu, -1000).astype(np.int16), spacing, float(slices[0].SliceThickness)), body, lung


def test_noise_and_densities_come_back(real):
    source, body, lung = real
    told = []
    scan = acquire(source, Grid(source.hu.shape, source.spacing_mm, (0.0, 0.0, 0.0)), body, lung, told.append)
    assert told == []
    assert 2.0 < scan.noise_hu < 80.0
    assert 25.0 < scan.blood_hu < 350.0
    assert scan.transfer[0] == pytest.approx(1.0)
    checked, missed = [], []
    coefficients = scan.coefficients.astype(np.float32)
    for index in range(10, len(source.hu) - 8, 12):
        patches, middles = _patches(source.hu[index].astype(np.float32), body[index])
        kept = scan.kept[index] / 255.0
        smooth = ndi.map_coordinates(
            coefficients,
            [np.full(source.hu.shape[1:], index), *np.indices(source.hu.shape[1:])],
            order=3,
            prefilter=False,
            mode="mirror",
        )
        for (y, x), patch in zip(middles, patches, strict=True):
            box = np.s_[y - 12 : y + 12, x - 12 : x + 12]
            own = source.hu[index][box].astype(float)
            if kept[box].mean() < 0.3:
                missed.append(smooth[box].mean() - own.mean())
                checked.append(_detrended(smooth[box][None].astype(float)).std() / patch.std())
    assert len(checked) > 100
    assert np.median(checked) < 0.5
    # the noise of a patch has itself a mean of about 1 HU
    assert abs(np.mean(missed)) < 0.5
    assert np.quantile(np.abs(missed), 0.95) < 2.0
