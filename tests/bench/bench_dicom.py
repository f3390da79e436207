"""How fast a visit of 300 slices becomes DICOM, without the time to scan it; prints figures and asserts nothing."""

import shutil
import time

import numpy as np
import pytest

from tests.chest.conftest import make_anatomy
from tests.chest.example import EXAMPLES
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import Person
from trainer.dicom.ct import describe_series, describe_slice
from trainer.dicom.identity import visit_of
from trainer.dicom.segmentation import Truth, segmentation_of
from trainer.dicom.writing import whole_folder, write_object, write_visit

SLICES = 300
PERSON = Person(42, "F", 61.0, 165.0, 70.0)


class Scanned(Series):
    """A series whose slices lie ready, so that what is measured is the writing."""

    kept: np.ndarray

    def slice(self, index):
        return self.kept[index]


@pytest.fixture(scope="module")
def scanned():
    chest = make_anatomy()
    length = (chest.grid.shape[0] - 1) * chest.grid.spacing_mm[0]
    protocol = Protocol(spacing_mm=length / (SLICES - 1) * (1.0 - 1e-9))
    series = Scanned(chest, EXAMPLES["cop"], protocol, 11)
    one = Series(chest, EXAMPLES["cop"], protocol, 11).slice(150)
    series.kept = np.stack([np.roll(one, index, 1) for index in range(series.count)])
    assert series.shape == (SLICES, 512, 512)
    return series


def timed(work):
    begin = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - begin[0], time.process_time() - begin[1]


@pytest.mark.bench
def test_export(scanned, tmp_path, capsys):
    visit = visit_of(PERSON, 0, scanned)
    lines = []

    def export():
        with whole_folder(tmp_path / "scan") as part:
            return write_visit(part, visit, scanned)

    for turn in ("first", "second"):
        written, elapsed, processor = timed(export)
        lines.append(f"{written.slices} slices, {turn} time: {elapsed:.2f} s, processor {processor:.2f} s (target 3 s)")
        shutil.rmtree(tmp_path / "scan")
    with capsys.disabled():
        print("\n" + "\n".join(lines))


@pytest.mark.bench
def test_truth(scanned, tmp_path, capsys):
    visit = visit_of(PERSON, 0, scanned)
    shared = describe_series(visit, scanned)
    truth = Truth(scanned)
    _, looked, _ = timed(lambda: [truth.look(index) for index in range(scanned.count)])
    headers = {index: describe_slice(visit, scanned, shared, index) for index in range(scanned.count)}
    seg, encoded, _ = timed(lambda: segmentation_of(visit, scanned, headers, truth))
    _, written, _ = timed(lambda: write_object(tmp_path / "SEG.dcm", seg))
    size = (tmp_path / "SEG.dcm").stat().st_size / 1e6
    with capsys.disabled():
        print(
            f"\ntruth of {scanned.count} slices, {len(seg.SegmentSequence)} segments, {seg.NumberOfFrames} frames: "
            f"looked {looked:.1f} s, encoded {encoded:.1f} s, written {written:.1f} s, {size:.0f} MB"
        )
