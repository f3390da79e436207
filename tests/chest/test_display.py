"""Windows, planes, slabs, regions, films and contact sheets."""

import numpy as np
import pytest
from PIL import Image

from trainer.chest.display import ellipse, plane, region_statistic, slab, window_level
from trainer.chest.montage import montage, png
from trainer.chest.protocol import Protocol
from trainer.chest.radiograph import radiograph
from trainer.chest.series import Series

from .example import EXAMPLES


def test_window_ends_are_black_and_white():
    image = np.array([[-1350, -600, 150], [-2000, 3000, -599]], np.int16)
    grey = window_level(image, -600.0, 1500.0)
    assert grey.tolist() == [[0, 128, 255], [0, 255, 128]]
    again = np.empty_like(grey)
    assert window_level(image, -600.0, 1500.0, again) is again


@pytest.fixture(scope="module")
def ramp():
    z, y, x = np.indices((4, 5, 6))
    return (100 * z + 10 * y + x).astype(np.int16)


def test_planes_are_head_up(ramp):
    assert np.array_equal(plane(ramp, "axial", 2), ramp[2])
    assert plane(ramp, "coronal", 1)[0].tolist() == ramp[3, 1].tolist()
    assert plane(ramp, "sagittal", 4)[-1].tolist() == ramp[0, :, 4].tolist()


def test_slabs(ramp):
    assert np.array_equal(slab(ramp, "axial", 1, 3, "maximum"), ramp[3])
    assert np.array_equal(slab(ramp, "axial", 1, 3, "minimum"), ramp[1])
    assert np.array_equal(slab(ramp, "axial", 1, 3, "mean"), ramp[2])
    assert np.array_equal(slab(ramp, "coronal", 0, 4, "maximum"), plane(ramp, "coronal", 4))
    assert slab(ramp, "sagittal", 2, 2, "mean").shape == (4, 5)


def test_region_statistic():
    image = np.arange(100, dtype=np.int16).reshape(10, 10)
    mask = ellipse((10, 10), (4.5, 4.5), (2.0, 2.0))
    found = region_statistic(image, mask, (0.5, 0.5))
    assert found.mean_hu == pytest.approx(49.5)
    assert found.area_mm2 == pytest.approx(found.pixels * 0.25)
    assert found.minimum_hu == image[mask].min()
    assert found.maximum_hu == image[mask].max()
    assert found.sd_hu == pytest.approx(image[mask].std())
    with pytest.raises(ValueError, match="no pixel"):
        region_statistic(image, np.zeros((10, 10), bool), (1.0, 1.0))


def test_a_film_shows_lungs_dark_and_consolidation_lighter(anatomy):
    films = []
    for volume_ml in (0.0, 60.0):
        state = EXAMPLES["cop"]
        records = state.opacities[:1].copy()
        records["volume_ml"] = volume_ml
        series = Series(anatomy, type(state)(0, records), Protocol(kernel="soft", matrix=128, spacing_mm=4.0), 11)
        films.append(radiograph(series.volume(), series.spacing_mm, 256).grey.astype(float))
    plain, ill = films
    assert plain.shape == ill.shape
    middle = plain[:, plain.shape[1] // 2 - 6 : plain.shape[1] // 2 + 6].mean()
    right = plain[:, plain.shape[1] // 4 : plain.shape[1] // 4 + 10].mean()
    assert right < middle - 30
    assert (ill - plain).max() > 40


def test_a_montage_holds_both_windows_of_each_day(anatomy):
    visits = [
        (day, Series(anatomy, EXAMPLES["cop"], Protocol(matrix=128, spacing_mm=6.0), 11)) for day in ("day 0", "day 30")
    ]
    sheet = montage(visits, tile=96)
    height = sheet.shape[0] // 4
    assert sheet.shape == (4 * height, 7 * 96)
    assert 50 <= height <= 96  # the body, not the air around it
    assert sheet[:height].mean() > sheet[height : 2 * height].mean()
    assert png(sheet)[:8] == b"\x89PNG\r\n\x1a\n"
    assert Image.fromarray(sheet).mode == "L"
