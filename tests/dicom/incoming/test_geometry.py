"""Where slices lie: any order and orientation comes out as one, what is askew is straightened, or one line."""

import numpy as np
import pytest

from tests.dicom.incoming.received import COUNT, PIXEL_MM, SPACING_MM, chest, save, slices
from trainer.core.error import BadInput
from trainer.dicom.reading import read_series

HU = chest()
DEG = np.pi / 180


def refused(folder):
    with pytest.raises(BadInput) as caught:
        read_series(folder)
    line = str(caught.value)
    assert "\n" not in line and "SECRET" not in line and "Secret" not in line
    return line


def smooth(count=COUNT, size=64):
    """Return a chest of nothing but slow waves, which resampling keeps: HU as float [z, y, x], and a function of mm."""

    def at(z, y, x):
        return -300.0 + 400.0 * np.sin(z / 25.0) * np.cos(y / 40.0 + 0.3) + 250.0 * np.sin(x / 35.0)

    z, y, x = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in (count, size, size)), indexing="ij")
    return at(z * SPACING_MM, y * PIXEL_MM, x * PIXEL_MM), at


def test_either_order_of_slices_and_of_numbers(tmp_path):
    made = slices(HU)
    for k, ds in enumerate(made):
        ds.InstanceNumber = (k * 7) % COUNT
    save(tmp_path, made[::-1])
    assert np.array_equal(read_series(tmp_path).source.hu, HU)


@pytest.mark.parametrize("flip_x", [False, True])
@pytest.mark.parametrize("flip_y", [False, True])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("headless", [False, True])
def test_every_orientation_of_an_axial_slice_comes_out_as_one(tmp_path, flip_x, flip_y, turned, headless):
    """Left and right, front and back, feet first, a quarter turn: what counts is where each pixel lies."""
    stored = HU[::-1] if headless else HU
    step = (0.0, 0.0, -SPACING_MM if headless else SPACING_MM)
    right, down = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    if flip_x:
        stored, right = stored[:, :, ::-1], (-1.0, 0.0, 0.0)
    if flip_y:
        stored, down = stored[:, ::-1], (0.0, -1.0, 0.0)
    if turned:
        stored, right, down = stored.transpose(0, 2, 1), down, right
    save(tmp_path, slices(stored, right=right, down=down, step=step))
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert reading.source.spacing_mm == (SPACING_MM, PIXEL_MM, PIXEL_MM)


def test_the_patient_lay_prone(tmp_path):
    made = slices(HU[:, ::-1, ::-1], right=(-1.0, 0.0, 0.0), down=(0.0, -1.0, 0.0))
    for ds in made:
        ds.PatientPosition = "HFP"
    save(tmp_path, made)
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert any("did not lie on the back" in line for line in reading.warnings)


def test_rows_and_columns_that_differ_in_number_and_spacing(tmp_path):
    hu = chest(rows=60, columns=72)
    made = slices(hu.transpose(0, 2, 1), right=(0.0, 1.0, 0.0), down=(1.0, 0.0, 0.0), pixel_mm=(4.0, 4.02))
    save(tmp_path, made)
    source = read_series(tmp_path).source
    assert np.array_equal(source.hu, hu)
    assert source.spacing_mm == (SPACING_MM, 4.02, 4.0)


@pytest.mark.parametrize("angle_deg", [0.05, 2.0, -4.5])
def test_a_tilted_stack_is_straightened(tmp_path, angle_deg):
    """The head is tilted forward: slices lie askew and each lies straight above the one below, across the slices."""
    c, s = np.cos(angle_deg * DEG), np.sin(angle_deg * DEG)
    _, at = smooth()
    k, j, i = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in (COUNT, 64, 64)), indexing="ij")
    y = j * PIXEL_MM * c - k * SPACING_MM * s
    z = j * PIXEL_MM * s + k * SPACING_MM * c
    hu = np.rint(at(z, y, i * PIXEL_MM)).astype(np.int16)
    save(tmp_path, slices(hu, down=(0.0, c, s), step=(0.0, -SPACING_MM * s, SPACING_MM * c)))
    reading = read_series(tmp_path)
    source = reading.source
    if abs(angle_deg) < 0.1:
        assert np.array_equal(source.hu, hu)
        return
    assert any(f"tilted by {abs(angle_deg)} degrees" in line for line in reading.taken)
    assert source.hu.shape == hu.shape
    straight, _ = smooth()
    dz = (np.arange(COUNT) - (COUNT - 1) / 2) * source.spacing_mm[0]
    wanted = at(dz[:, None, None], *np.meshgrid(*[(np.arange(64) - 31.5) * PIXEL_MM] * 2, indexing="ij"))
    inner = np.s_[6:-6, 12:-12, 12:-12]
    assert np.abs(source.hu[inner] - wanted[inner]).max() < 2.0
    assert np.abs(source.hu[inner] - straight[inner]).max() < 20.0  # the spacing is hardly another
    assert np.all(source.hu[0, 0, :] == -1000) or np.all(source.hu[0, -1, :] == -1000), "air beyond the original"


def test_a_tilted_gantry_shifts_slices_and_is_straightened(tmp_path):
    """As a scanner with a tilted gantry writes it: the table goes along z, the slices lie askew."""
    angle = 3.0 * DEG
    c, s = np.cos(angle), np.sin(angle)
    _, at = smooth()
    k, j, i = np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in (COUNT, 64, 64)), indexing="ij")
    hu = np.rint(at(k * SPACING_MM + j * PIXEL_MM * s, j * PIXEL_MM * c, i * PIXEL_MM)).astype(np.int16)
    save(tmp_path, slices(hu, down=(0.0, c, s)))
    source = read_series(tmp_path).source
    assert source.spacing_mm[0] == pytest.approx(SPACING_MM, abs=1e-5)
    wanted, _ = smooth()
    inner = np.s_[6:-6, 12:-12, 12:-12]
    assert np.abs(source.hu[inner] - wanted[inner]).max() < 2.0


@pytest.mark.parametrize(("angle_deg", "said"), [(8.0, "tilted by 8.0 degrees; up to 5"), (90.0, "are not axial")])
def test_a_stack_that_is_tilted_too_far(tmp_path, angle_deg, said):
    c, s = np.cos(angle_deg * DEG), np.sin(angle_deg * DEG)
    save(tmp_path, slices(HU, down=(0.0, c, s), step=(0.0, -SPACING_MM * s, SPACING_MM * c)))
    assert said in refused(tmp_path)


def test_orientations_that_differ_a_little(tmp_path):
    made = slices(HU)
    for k, ds in enumerate(made):
        turn = (-1) ** k * 0.0004
        ds.ImageOrientationPatient = [1, turn, 0, -turn, 1, 0]
    save(tmp_path, made)
    assert np.array_equal(read_series(tmp_path).source.hu, HU)
    made[4].ImageOrientationPatient = [1, 0.004, 0, -0.004, 1, 0]
    save(tmp_path, made)
    assert "has slices of different orientation" in refused(tmp_path)


def test_uneven_slices_are_evened_out(tmp_path):
    _, at = smooth()
    gaps = SPACING_MM * (1.0 + 0.03 * np.sin(np.arange(COUNT - 1) / 4.0))
    places = np.concatenate([[0.0], np.cumsum(gaps)])
    middle = places[-1] / 2
    y, x = np.meshgrid(*[(np.arange(64) - 31.5) * PIXEL_MM] * 2, indexing="ij")
    hu = np.rint([at(z - middle, y, x) for z in places]).astype(np.int16)
    made = slices(hu)
    for ds, z in zip(made, places, strict=True):
        ds.ImagePositionPatient = [-170.0, -180.0, f"{z:.5f}"]
    save(tmp_path, made)
    reading = read_series(tmp_path)
    assert any("evened out" in line for line in reading.taken)
    even = np.linspace(-middle, middle, COUNT)
    assert reading.source.spacing_mm[0] == pytest.approx(even[1] - even[0], abs=1e-4)
    wanted = np.array([at(z, y, x) for z in even])
    assert np.abs(reading.source.hu[4:-4] - wanted[4:-4]).max() < 2.0
    assert np.abs(hu[4:-4] - wanted[4:-4]).max() > 10.0, "nothing was to be evened out"


def test_slices_that_are_too_uneven(tmp_path):
    made = slices(HU)
    made[9].ImagePositionPatient = [-170.0, -180.0, made[9].ImagePositionPatient[2] + 0.4]
    save(tmp_path, made)
    assert "has slices 4.60 to 5.40 mm apart" in refused(tmp_path)


def test_elongated_pixels_are_made_square(tmp_path):
    _, at = smooth()
    z, y, x = np.meshgrid(
        *((np.arange(n) - (n - 1) / 2) * step for n, step in ((COUNT, SPACING_MM), (64, 5.0), (80, 4.0))), indexing="ij"
    )
    save(tmp_path, slices(np.rint(at(z, y, x)).astype(np.int16), pixel_mm=(5.0, 4.0)))
    reading = read_series(tmp_path)
    assert reading.source.spacing_mm == (SPACING_MM, 4.0, 4.0) and reading.source.hu.shape == (COUNT, 80, 80)
    z, y, x = np.meshgrid(
        *((np.arange(n) - (n - 1) / 2) * step for n, step in ((COUNT, SPACING_MM), (80, 4.0), (80, 4.0))), indexing="ij"
    )
    inner = np.s_[2:-2, 6:-6, 6:-6]
    assert np.abs(reading.source.hu[inner] - at(z, y, x)[inner]).max() < 2.0
    assert any("square" in line for line in reading.taken)


def test_pixels_too_far_from_square(tmp_path):
    save(tmp_path, slices(HU, pixel_mm=(5.0, 2.0)))
    assert "too far from square" in refused(tmp_path)


@pytest.mark.parametrize("missing", [[1], [17], [17, 18, 19], [5, 20]])
def test_slices_that_are_missing(tmp_path, missing):
    save(tmp_path, [ds for k, ds in enumerate(slices(HU)) if k not in missing])
    line = refused(tmp_path)
    assert f"lacks {len(missing)} slice" in line
    assert f"the first {missing[0] * SPACING_MM:.1f} mm above its lowest slice" in line


def test_slices_twice(tmp_path):
    made = slices(HU)
    save(tmp_path, made)
    save(tmp_path / "again", made[3:6])
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert reading.left == ("3 copies of slices",)


def test_another_slice_in_the_same_place(tmp_path):
    made = slices(HU)
    save(tmp_path, made)
    made[4].PixelData = made[9].PixelData
    save(tmp_path / "more", made[4:5], "ZZ")
    assert "shows the same place as" in refused(tmp_path)


@pytest.mark.parametrize("count", [1, 2, 19])
def test_too_few_slices(tmp_path, count):
    save(tmp_path, slices(HU[:count]))
    assert f"has {count} slice" in refused(tmp_path)


def test_too_short_a_series(tmp_path):
    save(tmp_path, slices(HU, step=(0.0, 0.0, 2.0), thickness_mm=2.0))
    assert "covers 66 mm of the patient; a whole chest is expected" in refused(tmp_path)


def test_all_slices_in_one_place(tmp_path):
    save(tmp_path, slices(HU, step=(0.0, 0.0, 0.0)))
    assert "has 1 slice" in refused(tmp_path)


@pytest.mark.parametrize(("step", "thickness", "said"), [
    (0.3, 1.0, "0.3 mm apart"), (8.0, 5.0, "8 mm apart"), (5.0, 8.0, "8 mm thick"), (5.0, 0.2, "0.2 mm thick"),
])  # fmt: skip
def test_slices_too_thin_or_too_thick(tmp_path, step, thickness, said):
    save(tmp_path, slices(HU, step=(0.0, 0.0, step), thickness_mm=thickness))
    assert said in refused(tmp_path)


@pytest.mark.parametrize("told", [None, "0", "-3"])
def test_a_thickness_that_is_not_told(tmp_path, told):
    made = slices(HU)
    for ds in made:
        ds.SliceThickness = told
    save(tmp_path, made)
    reading = read_series(tmp_path)
    assert reading.source.thickness_mm == SPACING_MM
    assert any("does not say how thick" in line for line in reading.warnings)


def test_a_slice_beside_the_others(tmp_path):
    made = slices(HU)
    made[10].ImagePositionPatient = [-140.0, -180.0, made[10].ImagePositionPatient[2]]
    save(tmp_path, made)
    assert "beside the others" in refused(tmp_path)


@pytest.mark.parametrize(("keyword", "value", "said"), [
    ("ImageOrientationPatient", [0, 0, 0, 0, 0, 0], "makes no sense"),
    ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0], "makes no sense"),
    ("ImageOrientationPatient", [1, 0, 0], "where in the patient"),
    ("ImageOrientationPatient", None, "where in the patient"),
    ("ImagePositionPatient", [0, 0], "where in the patient"),
    ("ImagePositionPatient", [0, 0, "1e300"], "makes no sense"),
    ("PixelSpacing", ["0.0", "1.0"], "0.1 to 5 mm are read"),
    ("PixelSpacing", ["-1.0", "1.0"], "0.1 to 5 mm are read"),
    ("PixelSpacing", None, "where in the patient"),
])  # fmt: skip
def test_geometry_that_makes_no_sense(tmp_path, keyword, value, said):
    made = slices(HU)
    for ds in made:
        if value is None:
            del ds[keyword]
        else:
            setattr(ds, keyword, value)
    save(tmp_path, made)
    line = refused(tmp_path)
    assert said in line and "IM0000.dcm" in line
