"""From what is stored to HU: every depth and sign, padding, each slice by its own rescaling, or one line."""

import warnings

import numpy as np
import pytest

from tests.dicom.incoming.received import NATIVE, chest, save, slices
from trainer.core.error import BadInput
from trainer.dicom.reading import read_series

HU = chest()


def refused(folder):
    with pytest.raises(BadInput) as caught:
        read_series(folder)
    line = str(caught.value)
    assert "\n" not in line and "SECRET" not in line and "Secret" not in line
    return line


@pytest.mark.parametrize(("bits", "signed", "intercept"), [
    (12, False, -1024.0), (12, False, -1000.0), (13, True, 0.0), (14, False, -8192.0), (15, True, 0.0),
    (16, True, 0.0), (16, False, -1024.0), (16, False, -32768.0), (16, True, -1024.0),
])  # fmt: skip
def test_bits_and_signs(tmp_path, bits, signed, intercept):
    hu = np.maximum(HU, -1000) if intercept == -1000.0 else HU
    save(tmp_path, slices(hu, bits=bits, signed=signed, intercept=intercept))
    assert np.array_equal(read_series(tmp_path).source.hu, hu)


@pytest.mark.parametrize("syntax", [NATIVE["explicit"], NATIVE["big endian"]])
def test_what_else_is_in_the_words_does_not_count(tmp_path, syntax):
    """Old files keep overlays in the bits above; others have the pixel in the upper bits."""
    made = slices(HU, syntax, bits=12, signed=False, intercept=-1024.0)
    kind = ">u2" if syntax == NATIVE["big endian"] else "<u2"
    for k, ds in enumerate(made):
        words = np.frombuffer(ds.PixelData, kind)
        if k % 2:
            ds.PixelData = (words | 0x5000).astype(kind).tobytes()
        else:
            ds.HighBit = 15
            ds.PixelData = (words << 4 | 7).astype(kind).tobytes()
    save(tmp_path, made)
    assert np.array_equal(read_series(tmp_path).source.hu, HU)


def test_each_slice_has_its_own_rescaling(tmp_path):
    made = []
    for k in range(len(HU)):
        even = HU // 2 * 2
        made.append(slices(even, bits=16, signed=True, slope=2.0 if k % 2 else 1.0, intercept=-10.0 * (k % 3))[k])
        made[-1].SeriesInstanceUID = made[0].SeriesInstanceUID
    save(tmp_path, made)
    assert np.array_equal(read_series(tmp_path).source.hu, HU // 2 * 2)


def test_a_slope_that_is_no_whole_number(tmp_path):
    save(tmp_path, slices(HU, slope=0.5, intercept=-0.25))
    assert np.abs(read_series(tmp_path).source.hu.astype(int) - HU).max() <= 1


@pytest.mark.parametrize("syntax", NATIVE.values(), ids=NATIVE)
@pytest.mark.parametrize("signed", [True, False])
def test_padding_becomes_air(tmp_path, syntax, signed):
    hu, value = HU.astype(int), -2000 if signed else 63536
    hu[:, :5] = -2000
    made = slices(hu, syntax, signed=signed)
    for ds in made:
        ds.PixelPaddingValue = value
        ds["PixelPaddingValue"].VR = "SS" if signed else "US"
        if not signed:
            ds.RescaleIntercept = "-1024"
            words = np.frombuffer(ds.PixelData, ">u2" if syntax == NATIVE["big endian"] else "<u2")
            words = np.where(words == value, value, (words + 1024) & 0xFFFF)
            ds.PixelData = words.astype(">u2" if syntax == NATIVE["big endian"] else "<u2").tobytes()
    save(tmp_path, made)
    got = read_series(tmp_path).source.hu
    assert np.all(got[:, :5] == -1000) and np.array_equal(got[:, 5:], HU[:, 5:])


def test_a_range_of_padding(tmp_path):
    hu = HU.astype(int)
    hu[:, :5] = -3000
    hu[:, 5:7] = -2500
    made = slices(hu)
    for ds in made:
        ds.PixelPaddingValue, ds.PixelPaddingRangeLimit = -3000, -2400
        ds["PixelPaddingValue"].VR = ds["PixelPaddingRangeLimit"].VR = "SS"
    save(tmp_path, made)
    got = read_series(tmp_path).source.hu
    assert np.all(got[:, :7] == -1000) and np.array_equal(got[:, 7:], HU[:, 7:])


def test_values_beyond_what_a_scanner_measures_are_clipped(tmp_path):
    hu = HU.astype(int)
    hu[:, 30:34, 30:34] = 20_000
    hu[:, :3] = -5_000
    save(tmp_path, slices(hu))
    got = read_series(tmp_path).source.hu
    assert got.dtype == np.int16
    assert np.all(got[:, 30:34, 30:34] == 3071) and np.all(got[:, :3] == -1024)


@pytest.mark.parametrize(("keyword", "value", "said"), [
    ("RescaleSlope", "0", "gives no Hounsfield units"),
    ("RescaleSlope", "-1", "gives no Hounsfield units"),
    ("RescaleSlope", "1e30", "gives no Hounsfield units"),
    ("RescaleSlope", "nan", "Hounsfield units"),
    ("RescaleIntercept", "inf", "Hounsfield units"),
    ("RescaleIntercept", "1e9", "gives no Hounsfield units"),
    ("RescaleIntercept", None, "does not say how its values become Hounsfield units"),
    ("RescaleType", "OD", "does not say how its values become Hounsfield units"),
    ("RescaleIntercept", "2000", "next to nothing in it is air"),
    ("BitsStored", 33, "its pixels of 33 bits in 16"),
    ("BitsStored", 0, "its pixels of 0 bits"),
    ("BitsStored", 1, "its pixels of 1 bits"),
    ("BitsAllocated", 32, "in 32 cannot be read"),
    ("BitsAllocated", 0, "in 0 cannot be read"),
    ("HighBit", 3, "cannot be read"),
    ("HighBit", 40, "cannot be read"),
    ("Rows", 20_000, "20,000 rows"),
    ("Columns", 20_000, "20,000 columns"),
    ("Rows", 0, "0 rows"),
    ("Rows", 2_048, "holds fewer pixels than its header says"),
    ("Rows", None, "rows"),
    ("SamplesPerPixel", 3, "greyscale"),
    ("PhotometricInterpretation", "MONOCHROME1", "greyscale"),
    ("PhotometricInterpretation", None, "greyscale"),
])  # fmt: skip
def test_pixels_that_make_no_sense(tmp_path, keyword, value, said):
    made = slices(HU)
    for ds in made:
        if value is None:
            del ds[keyword]
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                setattr(ds, keyword, value)
    save(tmp_path, made)
    assert said in refused(tmp_path)


def test_pixels_that_are_cut_off(tmp_path):
    paths = save(tmp_path, slices(HU))
    paths[3].write_bytes(paths[3].read_bytes()[:-1000])
    assert "IM0003.dcm: is cut off; export or copy it again" in refused(tmp_path)
