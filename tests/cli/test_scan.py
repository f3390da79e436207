"""`atoll scan` from its words to its files, on a small chest in the place of a built one."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pydicom
import pytest
from PIL import Image

from tests.chest.conftest import anatomy  # noqa: F401 - a fixture
from trainer.chest import protocol
from trainer.chest.anatomy import build
from trainer.cli.main import run
from trainer.core.time import TICKS_PER_DAY
from trainer.course.history import follow
from trainer.dicom import writing

ROOT = Path(__file__).parents[2]
QUICK = ("--thickness", "5")


@pytest.fixture(autouse=True)
def _small_chest(anatomy, engine, monkeypatch):  # noqa: F811
    """A chest that is there at once, on a coarse matrix; the engine compiled before anything is printed."""
    monkeypatch.setattr(build, "anatomy_of", lambda person, progress: anatomy)
    monkeypatch.setattr(protocol, "Protocol", partial(protocol.Protocol, matrix=64))


def held(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def slices_of(folder):
    return [pydicom.dcmread(path) for path in sorted(folder.glob("CT-*"))]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("scans")


@pytest.fixture(scope="module")
def two_days(place):
    """The words of a scan of two days, and its folder."""
    return ["scan", "cop", "--plan", "germop-24w", "--day", "0", "--day", "28", *QUICK], place / "two"


def test_two_days_with_everything(two_days, place, capsys):
    words, out = two_days
    extra = ["--truth", "--radiograph", "--montage", place / "two.png", "--json", "--out", out]
    assert run([*words, *map(str, extra)]) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert "\x1b" not in said.err
    assert report["plan"] == "germop-24w"
    assert [visit["day"] for visit in report["visits"]] == [0, 28]
    studies, patients = set(), set()
    for visit in report["visits"]:
        folder = Path(visit["folder"])
        assert folder == out / f"day-{visit['day']:03d}"
        slices = slices_of(folder)
        first = slices[0]
        studies.add(first.StudyInstanceUID)
        patients.add(first.PatientID)
        assert visit["slices"] == len(slices) == 24
        assert visit["spacing_mm"] == [5.0, *(pytest.approx(float(v)) for v in first.PixelSpacing)]
        assert first.StudyDate == visit["study_date"]
        seg = pydicom.dcmread(folder / "SEG.dcm")
        assert visit["segments"] == len(seg.SegmentSequence)
        named = {d.SegmentLabel: d.SegmentDescription for d in seg.SegmentSequence if "TrackingID" in d}
        assert visit["opacities"]
        for opacity in visit["opacities"]:
            assert set(opacity) == {"label", "lobe", "volume_ml", "fill", "signs"}
            if opacity["signs"]:
                label = f"opacity {opacity['label']}: {opacity['signs'][0]}"
                assert label not in named or named[label].startswith(f"{opacity['lobe']}: {opacity['signs'][0]}")
        assert len(named) > 0.5 * len(visit["opacities"])
        assert pydicom.dcmread(folder / "DX.dcm").Modality == "DX"
    assert len(studies) == 2
    assert patients == {report["patient"]}
    with Image.open(place / "two.png") as picture:
        assert picture.height % 4 == 0  # two windows of two days
        assert len(picture.getcolors()) > 100


def test_a_day_alone_is_that_day_among_others(two_days, tmp_path):
    _, out = two_days
    words = ["scan", "cop", "--plan", "germop-24w", "--day", "28", *QUICK, "--out", str(tmp_path / "one")]
    assert run(words) == 0
    assert len(held(tmp_path / "one")) == 24
    for name in held(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (out / "day-028" / name).read_bytes()


def test_without_json_it_says_where(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(protocol, "Protocol", protocol.Protocol.func)  # the matrix that users get
    words = ["scan", "healthy", "--day", "0", *QUICK, "--kernel", "soft", "--truth"]
    assert run([*words, "--out", str(tmp_path / "h")]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == f"day 0: 24 slices of 5.00 x 0.35 x 0.35 mm (z, y, x) in {tmp_path / 'h'}"
    assert not (tmp_path / "h" / "SEG.dcm").exists()
    assert slices_of(tmp_path / "h")[0].ConvolutionKernel == "SIM_SOFT"


def test_a_case_names_its_patient(tmp_path, capsys):
    words = [
        "scan",
        "wandering-shadows",
        "--plan",
        "textbook",
        "--day",
        "0",
        *QUICK,
        "--json",
        "--out",
        str(tmp_path / "c"),
    ]
    assert run(words) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["of"], report["plan"]) == ("wandering-shadows", "textbook")
    assert len(slices_of(tmp_path / "c")) == report["visits"][0]["slices"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cop"], "--day"),
        (["cop", "--day", "5000"], "'5000' is no day"),
        (["cop", "--day", "noon"], "'noon' is no day"),
        (["cop", "--day", "-1990"], "outside this patient's history"),
        (["measles", "--day", "0"], "'measles'"),
        (["cop", "--day", "0", "--plan", "prayer"], "'prayer'"),
        (["cop", "--day", "0", "--kernel", "bone"], "bone"),
        (["cop", "--day", "0", "--thickness", "0.2"], "'0.2' is no slice thickness"),
        (["cop", "--day", "0", "--thickness", "nan"], "'nan' is no slice thickness"),
        (["cop", "--day", "0", "--montage", "absent/m.png"], "no such folder"),
        (["cop", "--day", "0", "--montage", "OUT/m.png"], "lies in the folder of the scan"),
        (["cop", "--day", "0", "--montage", "OUT"], "lies in the folder of the scan"),
        (["cop", "--day", "0", "--montage", "/dev/full"], "not a regular file"),
        (["cop", "--day", "0", "--montage", ""], "no place to write to"),
    ],
)
def test_bad_words_are_one_line_and_leave_nothing(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    out = str(tmp_path / "scan")
    assert run(["scan", *(word.replace("OUT", out) for word in words), "--out", out]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("atoll: ")
    assert message in line
    assert held(tmp_path) == []


@pytest.mark.parametrize("words", [[], ["--truth", "--montage", "m.png"]])
def test_dicom_wants_a_folder(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    assert run(["scan", "healthy", "--day", "0", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "add --out" in line
    assert held(tmp_path) == []


def test_a_montage_alone(tmp_path, capsys):
    place = tmp_path / "m.png"
    assert run(["scan", "healthy", "--day", "0", *QUICK, "--montage", str(place), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["folder"] is None
    assert report["visits"][0]["study_date"] is None
    assert held(tmp_path) == ["m.png"]


def test_a_folder_in_the_way(tmp_path, capsys):
    (tmp_path / "scan").mkdir()
    (tmp_path / "scan" / "CT-0001.dcm").write_bytes(b"old")
    words = ["scan", "healthy", "--day", "0", *QUICK, "--out", str(tmp_path / "scan")]
    assert run(words) == 2
    assert "--force" in capsys.readouterr().err
    assert held(tmp_path) == ["scan", "scan/CT-0001.dcm"]
    assert run([*words, "--force"]) == 0
    assert len(slices_of(tmp_path / "scan")) == 24


def test_a_place_that_cannot_be_written(capsys):
    assert run(["scan", "healthy", "--day", "0", "--out", "/proc/scan"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("atoll: /proc")
    assert "cannot be written" in line


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_under_the_scan(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(writing, "dcmwrite", full)
    assert run(["scan", "healthy", "--day", "0", *QUICK, "--out", str(tmp_path / "scan")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "No space left on device" in line
    assert held(tmp_path) == []


def test_a_full_disk_under_the_montage(tmp_path, monkeypatch, capsys):
    from trainer.core import storage

    monkeypatch.setattr(storage.os, "fsync", full)
    words = [
        "scan",
        "healthy",
        "--day",
        "0",
        *QUICK,
        "--montage",
        str(tmp_path / "m.png"),
        "--out",
        str(tmp_path / "s"),
    ]
    assert run(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "m.png" in line
    assert held(tmp_path) == []


def test_a_full_disk_under_the_chest(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "anatomy_of", full)
    assert run(["scan", "healthy", "--day", "0", *QUICK, "--out", str(tmp_path / "scan")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "No space left on device" in line
    assert "ATOLL_HOME" in line
    assert held(tmp_path) == []


def test_the_dead_are_not_scanned(engine, tmp_path, capsys):
    day = 365
    for seed in range(1, 40):
        onset = engine.patients("fungal", seed, 0, 1)
        end = follow(engine.parameters, onset, engine.library.plan("untreated"), engine.library.treatments, day, [day])
        if end.snapshots[day].patients["death_tick"][0] <= day * TICKS_PER_DAY:
            break
    else:
        pytest.fail("nobody dies of untreated fungal infection")
    assert run(["scan", "fungal", "--seed", str(seed), "--day", str(day), "--out", str(tmp_path / "scan")]) == 2
    assert "died on day" in capsys.readouterr().err
    assert held(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "status", "words"),
    [
        (signal.SIGINT, 130, ["atoll: stopped; nothing half-written was left"]),
        (signal.SIGTERM, 143, []),
        (signal.SIGHUP, 129, []),
    ],
)
def test_being_stopped_leaves_nothing(tmp_path, number, status, words):
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background job has none
        "import sys; from tests.chest.conftest import make_anatomy; from trainer.chest.anatomy import build\n"
        "build.anatomy_of = lambda person, progress: make_anatomy()\n"
        "import time; from trainer.chest.series import Series; quick = Series.slice\n"
        "Series.slice = lambda self, index: (time.sleep(0.05), quick(self, index))[1]  # slow enough to be stopped\n"
        "from trainer.app import main; sys.exit(main(sys.argv[1:]))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "scan", "healthy", "--day", "0", "--out", tmp_path / "scan"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        deadline = time.monotonic() + 120
        while len(held(tmp_path)) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert any(".part" in name for name in held(tmp_path)), "the scan has begun"
        child.send_signal(number)
        said = child.communicate(timeout=60)[1]
    assert child.returncode == status
    assert [line for line in said.splitlines() if line.startswith("atoll: ")] == words
    assert held(tmp_path) == []


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit) as stopped:
        run(["scan", "--help"])
    assert stopped.value.code == 0
    assert "atoll scan cop --day 0 --day 28" in capsys.readouterr().out
