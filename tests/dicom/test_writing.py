"""A folder appears whole or not at all, whatever happens on the way."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.core.error import BadInput
from trainer.dicom import writing
from trainer.dicom.identity import visit_of
from trainer.dicom.writing import check_folder, whole_folder, write_visit

from .conftest import DAY, PERSON, make_series, write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small(anatomy):
    return make_series(anatomy)


def write_into(target, series, replace=False):
    with whole_folder(target, replace) as part:
        write_visit(part, visit_of(PERSON, DAY, series), series, truth=True, radiograph=True)


def held(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


def failing_write(error, after):
    """Return a writer that fails after some objects, having written half of the next."""
    real, count = writing.dcmwrite, iter(range(10_000))

    def fail(path, ds, **more):
        if next(count) < after:
            real(path, ds, **more)
            return
        Path(path).write_bytes(b"half")
        raise error

    return fail


@pytest.mark.parametrize("after", [0, 7, 31], ids=["first slice", "mid series", "film"])
def test_a_full_disk_leaves_nothing(small, tmp_path, monkeypatch, after):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(writing, "dcmwrite", failing_write(full, after))
    with pytest.raises(BadInput, match="No space left on device"):
        write_into(tmp_path / "scan", small)
    assert held(tmp_path) == []


def test_an_interruption_leaves_nothing(small, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "dcmwrite", failing_write(KeyboardInterrupt(), 5))
    with pytest.raises(KeyboardInterrupt):
        write_into(tmp_path / "scan", small)
    assert held(tmp_path) == []


def test_a_failure_leaves_what_was_there(small, tmp_path, monkeypatch):
    target = tmp_path / "scan"
    target.mkdir()
    (target / "CT-0001.dcm").write_bytes(b"old")
    monkeypatch.setattr(writing, "dcmwrite", failing_write(OSError(errno.EIO, "Input/output error"), 5))
    with pytest.raises(BadInput, match="Input/output error"):
        write_into(target, small, replace=True)
    assert (target / "CT-0001.dcm").read_bytes() == b"old"
    assert held(tmp_path) == [Path("scan"), Path("scan/CT-0001.dcm")]


def test_a_failed_exchange_puts_the_old_folder_back(tmp_path, monkeypatch):
    target = tmp_path / "scan"
    target.mkdir()
    (target / "CT-0001.dcm").write_bytes(b"old")
    real = Path.rename

    def rename(self, other):
        if self.suffix == ".part":
            raise OSError(errno.EIO, "Input/output error")
        return real(self, other)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(BadInput), whole_folder(target, replace=True) as part:
        (part / "CT-0001.dcm").write_bytes(b"new")
    assert (target / "CT-0001.dcm").read_bytes() == b"old"
    assert held(tmp_path) == [Path("scan"), Path("scan/CT-0001.dcm")]


def test_a_real_limit_on_file_size_leaves_nothing(tmp_path):
    """The kernel, not a stand-in, refuses to write on."""
    code = (
        "import resource, sys; from pathlib import Path; from tests.chest.conftest import make_anatomy\n"
        "from tests.dicom.conftest import *\n"
        "from tests.dicom.test_writing import write_into\n"
        "series = make_series(make_anatomy())\n"
        "series.slice(0)\n"  # what is compiled may be kept on disk before the limit holds
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))\n"
        "write_into(Path(sys.argv[1]) / 'scan', series)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert "BadInput" in done.stderr
    assert "File too large" in done.stderr
    assert held(tmp_path) == []


def test_the_folder_is_absent_until_it_is_whole(tmp_path):
    with whole_folder(tmp_path / "scan") as part:
        (part / "CT-0001.dcm").write_bytes(b"new")
        assert not (tmp_path / "scan").exists()
    assert held(tmp_path) == [Path("scan"), Path("scan/CT-0001.dcm")]
    assert (tmp_path / "scan").stat().st_mode & 0o777 == 0o755


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "scan").mkdir()
    with whole_folder(tmp_path / "scan") as part:
        (part / "CT-0001.dcm").write_bytes(b"new")
    assert held(tmp_path) == [Path("scan"), Path("scan/CT-0001.dcm")]


def test_a_scan_in_the_way_is_replaced_only_on_demand(tmp_path):
    target = tmp_path / "scan"
    (target / "day-000").mkdir(parents=True)
    (target / "day-000" / "CT-0001.dcm").write_bytes(b"old")
    with pytest.raises(BadInput, match="not empty"), whole_folder(target):
        pytest.fail("nothing may begin")
    with whole_folder(target, replace=True) as part:
        (part / "CT-0002.dcm").write_bytes(b"new")
    assert held(tmp_path) == [Path("scan"), Path("scan/CT-0002.dcm")]


def test_what_no_scan_wrote_is_never_replaced(tmp_path):
    target = tmp_path / "home"
    (target / "letters").mkdir(parents=True)
    (target / "letters" / "letter.txt").write_text("dear")
    with pytest.raises(BadInput, match=r"letter\.txt"), whole_folder(target, replace=True):
        pytest.fail("nothing may begin")
    assert (target / "letters" / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize(
    ("place", "message"),
    [("a-file", "is a file"), ("absent/scan", "no such folder"), ("/proc/scan", "cannot be written")],
)
def test_places_that_cannot_be(tmp_path, place, message):
    (tmp_path / "a-file").write_text("")
    with pytest.raises(BadInput, match=message), whole_folder(tmp_path / place):
        pytest.fail("nothing may begin")


def test_progress_is_told(anatomy, tmp_path):
    told = []
    series = make_series(anatomy)
    write(tmp_path / "visit", series, progress=told.append)
    assert len(told) == series.count + 1
    assert told[-1] == 1.0
    assert told == sorted(set(told))


def test_two_processes_write_the_same_bytes(folder, tmp_path):
    code = (
        "import sys; from pathlib import Path; from tests.chest.conftest import make_anatomy\n"
        "from tests.dicom.conftest import *\n"
        "write(Path(sys.argv[1]), make_series(make_anatomy()))\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, tmp_path / "again"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1", "PYTHONHASHSEED": "7"},
        check=True,
        timeout=300,
    )
    assert held(folder) == held(tmp_path / "again")
    assert len(held(folder)) > 30
    for name in held(folder):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def export_while_another_writes(target, replace):
    """Export into a folder in which another program puts a file meanwhile."""
    with whole_folder(target, replace) as part:
        (part / "CT-0001.dcm").write_bytes(b"new")
        target.mkdir()
        (target / "thesis.txt").write_text("years of work")


@pytest.mark.parametrize(("replace", "message"), [(False, "not empty"), (True, r"thesis\.txt")])
def test_what_came_there_meanwhile_is_kept(tmp_path, replace, message):
    target = tmp_path / "scan"
    with pytest.raises(BadInput, match=message):
        export_while_another_writes(target, replace)
    assert (target / "thesis.txt").read_text() == "years of work"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["scan", "thesis.txt"]


@pytest.mark.parametrize("place", ["/", "x" * 240])
def test_a_name_that_cannot_be_a_folder_of_its_own(tmp_path, place):
    with pytest.raises(BadInput, match="no name for a folder"):
        check_folder(tmp_path / place)


def fail_as_pydicom_does(target):
    """Fail on a full disk with the system's error wrapped in another."""
    with whole_folder(target):
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise OSError("while writing an element") from error


def test_a_reason_wrapped_in_another_error_is_told(tmp_path):
    with pytest.raises(BadInput, match="No space left"):
        fail_as_pydicom_does(tmp_path / "scan")
