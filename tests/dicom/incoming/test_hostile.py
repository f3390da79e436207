"""Folders and files that were damaged or made to do harm: one line in little time, and nothing left behind."""

import os
import socket
import struct
import threading
import time
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest

from tests.dicom.incoming.received import NATIVE, chest, save, slices
from tests.hostile import Watch, mutated
from trainer.core.error import BadInput
from trainer.dicom.incoming import folder as folder_module
from trainer.dicom.incoming.folder import Unreadable
from trainer.dicom.incoming.header import read_header
from trainer.dicom.incoming.hounsfield import to_hu
from trainer.dicom.incoming.payload import Damaged, payload
from trainer.dicom.reading import Reading, read_series

HU = chest()
POSIX = pytest.mark.skipif(os.name != "posix", reason="only there are such things")


def refused(folder, seconds=2.0):
    begun = time.monotonic()
    with pytest.raises(BadInput) as caught:
        read_series(folder)
    line = str(caught.value)
    assert time.monotonic() - begun < 5 * seconds
    assert line.isprintable() and "SECRET" not in line and "Secret" not in line
    assert len(line) < 400
    return line


def test_no_folder(tmp_path):
    assert "there is no such folder" in refused(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"x" * 500)
    assert "is no folder" in refused(tmp_path / "file")
    assert "the folder is empty" in refused(empty(tmp_path / "empty"))
    assert "the folder cannot be read" in refused(tmp_path / ("x" * 5000))
    assert "the folder cannot be read" in refused(tmp_path / "a\x00b")


def empty(folder):
    folder.mkdir()
    return folder


def test_no_dicom(tmp_path):
    (tmp_path / "a.txt").write_text("hello" * 100)
    (tmp_path / "b.dcm").write_bytes(os.urandom(5000))
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04" + bytes(3000))
    assert "holds no DICOM files (3 files that are no DICOM)" in refused(tmp_path)


def test_a_slice_that_cannot_be_read_is_told_with_the_gap_that_it_leaves(tmp_path):
    paths = save(tmp_path, slices(HU))
    paths[12].write_bytes(paths[12].read_bytes()[:500])
    line = refused(tmp_path)
    assert "lacks 1 slice, the first 60.0 mm above" in line and "(1 damaged DICOM file beside it)" in line


@POSIX
def test_what_is_no_plain_file_never_makes_it_wait(tmp_path, monkeypatch):
    save(tmp_path, slices(HU))
    os.mkfifo(tmp_path / "IM0000a.dcm")
    with socket.socket(socket.AF_UNIX) as end:
        monkeypatch.chdir(tmp_path)  # the name of a socket is short
        end.bind("IM0000b.dcm")
        for name, target in (
            ("null", "/dev/null"), ("zero", "/dev/zero"), ("loop", "loop"), ("gone", "nowhere"), ("up", "."),
            ("root", "/"), ("maps", "/proc/self/maps"), ("mem", "/proc/self/mem"), ("tty", "/dev/tty"),
        ):  # fmt: skip
            (tmp_path / name).symlink_to(target)
        reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert sum(int(line.split()[0]) for line in reading.left) == 11


@POSIX
def test_links_to_slices_are_followed(tmp_path):
    paths = save(tmp_path / "store", slices(HU))
    linked = empty(tmp_path / "linked")
    for path in paths:
        (linked / path.name).symlink_to(path)
    assert np.array_equal(read_series(linked).source.hu, HU)


def test_a_file_that_turns_into_a_pipe_or_is_gone(tmp_path, monkeypatch):
    """What was found may be another thing when it is opened."""
    paths = save(tmp_path, slices(HU))
    first, found = folder_module.find, []

    def find(folder, stop):
        found.append(first(folder, stop))
        paths[3].unlink()
        if os.name == "posix":
            os.mkfifo(paths[3])
        return found[0]

    monkeypatch.setattr("trainer.dicom.reading.find", find)
    assert "lacks 1 slice" in refused(tmp_path)


def test_a_slice_that_is_gone_once_its_header_is_read(tmp_path, monkeypatch):
    paths = save(tmp_path, slices(HU))
    monkeypatch.setattr("trainer.dicom.reading._check_air", lambda *_: None)

    def step(share):
        if share > 0.2 and paths[-1].exists():
            paths[-1].unlink()

    with pytest.raises(BadInput, match=r"IM0033\.dcm: can no longer be read"):
        read_series(tmp_path, step)


def test_no_permission(tmp_path, monkeypatch):
    paths = save(tmp_path, slices(HU))
    (tmp_path / "readme.txt").write_text("x" * 500)
    real = os.open

    def closed(path, *rest, **more):
        if str(path).endswith(".dcm"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", closed)
    line = refused(tmp_path)
    assert f"{len(paths)} entries that may not be read" in line
    (tmp_path / "readme.txt").unlink()
    assert "its files may not be read; ask for access or copy them" in refused(tmp_path)

    def shut(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", shut)
    assert "the folder cannot be read (Permission denied)" in refused(tmp_path)


def test_a_folder_that_holds_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(folder_module, "MOST_FILES", 40)
    save(tmp_path, slices(HU))
    for i in range(10):
        (tmp_path / f"more{i}").write_bytes(b"x" * 200)
    assert "holds more than 40 files" in refused(tmp_path)


def test_folders_in_folders_without_end(tmp_path):
    deep = tmp_path
    for _ in range(60):
        deep /= "d"
        deep.mkdir()
    save(tmp_path / "d" / "d", slices(HU))
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU) and reading.left == ("1 entry that is no plain file",)


def test_of_a_file_of_many_gigabytes_only_what_is_a_slice_is_read(tmp_path):
    paths = save(tmp_path, slices(HU))
    for name, begin in (("huge.dcm", paths[0].read_bytes()), ("huge.bin", b"x")):
        with (tmp_path / name).open("wb") as out:
            out.write(begin)
            out.truncate(50 << 30)  # takes no room
    begun = time.process_time()
    assert read_series(tmp_path).left == ("1 copy of a slice", "1 file that is no DICOM")
    assert time.process_time() - begun < 2.0


@POSIX
def test_names_that_order_a_terminal_about(tmp_path):
    made = slices(HU)
    for ds in made:
        ds.BitsStored = 3
    save(tmp_path / "a\x1b[2J\nb", made, "IM\x1b]0;x\x07\n\u202e")
    assert "\x1b" not in refused(tmp_path / "a\x1b[2J\nb")
    broken = empty(tmp_path / os.fsdecode(b"\xff\xfe"))
    assert "there is no such folder" in refused(broken / "x")
    assert "is empty" in refused(broken)


def element(tag, vr, value):
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    if vr in {b"OB", b"OW", b"SQ", b"UN", b"UT"}:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def with_header(path, extra):
    """Put bytes where the data set of a file begins."""
    raw = path.read_bytes()
    begin = 144 + int.from_bytes(raw[140:144], "little")
    path.write_bytes(raw[:begin] + extra + raw[begin:])


NESTED = struct.pack("<HH2sHI", 8, 6, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)


@pytest.mark.parametrize("extra", [
    NESTED * 20_000,
    NESTED * 200,
    element(0x00080001, b"UN", b"")[:-4] + b"\xff\xff\xff\xff" + bytes(20 << 20),
    element(0x00080006, b"LO", b"x") * 500_000,
    element(0x00080008, b"CS", b"A\\" * 30_000),
    element(0x00080005, b"CS", b"\\".join([b"ISO 2022 IR 87"] * 2_000)),
    element(0x00080005, b"CS", b"NO SUCH SET "),
    element(0x00280004, b"UT", b"x" * (30 << 20)),
    struct.pack("<HH2sHI", 8, 6, b"UT", 0, 0xFFFFFFFE),
    struct.pack("<HHI", 0xFFFE, 0xE00D, 0) * 10,
], ids=[
    "sequences in sequences", "fewer of them", "an element without an end", "half a million elements", "many values",
    "many character sets", "an unknown one", "a very long value", "a length beyond the end", "ends without a beginning",
])  # fmt: skip
def test_headers_made_to_take_long(tmp_path, extra):
    for path in save(tmp_path, slices(HU[:1])):
        with_header(path, extra)
        tracemalloc.start()
        begun = time.process_time()
        with suppress(Unreadable):
            read_header(path)
        took, (_, most) = time.process_time() - begun, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert took < 2.0 and most < 100 << 20, (took, most)


def test_nothing_is_left_behind(tmp_path):
    save(tmp_path, slices(HU))
    before = sorted(tmp_path.iterdir())
    threads = threading.active_count()
    read_series(tmp_path)
    (tmp_path / "IM0005.dcm").write_bytes(b"x" * 200)
    refused(tmp_path)
    assert sorted(tmp_path.iterdir()) == before and threading.active_count() == threads


def test_files_without_preamble(tmp_path):
    """As they were written before 1995: the data set alone."""
    for path in save(tmp_path, slices(HU, NATIVE["implicit"])):
        raw = path.read_bytes()
        path.write_bytes(raw[144 + int.from_bytes(raw[140:144], "little") :])
    assert np.array_equal(read_series(tmp_path).source.hu, HU)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a chest's files, by syntax; few pixels, so that most mutations hit the header."""
    small = chest(rows=32, columns=32)
    found = {}
    for name, syntax in NATIVE.items():
        paths = save(tmp_path_factory.mktemp("whole"), slices(small, syntax, pixel_mm=(5.0, 5.0)))
        found[name] = [path.read_bytes() for path in paths]
    return found


def header_mutated(raw, seed):
    """Return a file with something changed before its pixels: a bit, a length, a tag, its order, or where it ends."""
    rng = np.random.default_rng(seed)
    out = bytearray(raw)
    end = min(len(out) - 8, 1400)
    for _ in range(int(rng.integers(1, 4))):
        at, to = (int(n) for n in rng.integers(128, end, 2))
        match int(rng.integers(0, 7)):
            case 0:
                out[at] ^= 1 << int(rng.integers(0, 8))
            case 1:  # a length
                out[at : at + 2] = struct.pack("<H", int(rng.choice([0, 1, 3, 0x7FFF, 0xFFFF])))
            case 2:
                out[at : at + 4] = struct.pack("<I", int(rng.choice([0, 0xFFFFFFFF, 0xFFFFFFFE, 0x80000000, 1 << 20])))
            case 3:  # two places changed over
                out[at : at + 4], out[to : to + 4] = out[to : to + 4], out[at : at + 4]
            case 4:
                out[at : at + 4] = struct.pack(
                    "<HH", *(int(n) for n in rng.choice([0x0028, 0x0020, 8, 0x7FE0, 0xFFFE, 0x10], 2))
                )
            case 5:
                out[at : at + 2] = [b"SQ", b"UN", b"OB", b"DS", b"US", b"PN", b"??"][int(rng.integers(0, 7))]
            case _:
                del out[int(rng.integers(200, len(out))) :]
                break
    return bytes(out)


@pytest.mark.parametrize("name", NATIVE)
def test_mutated_files(tmp_path, whole, name):
    """Each is a slice that makes sense, something else, or counted among the damaged; as are its pixels."""
    path, good = tmp_path / "slice.dcm", whole[name]
    watch, sliced, pixels = Watch(tmp_path), 0, 0
    for seed in range(600):
        raw = (mutated if seed % 3 == 0 else header_mutated)(good[seed % len(good)], seed)
        path.write_bytes(raw)
        with watch.over((name, seed)), suppress(Unreadable, Damaged):
            header = read_header(path)
            if header.stored is None or header.placed is None:
                assert header.kind != "slice" or header.fault
                continue
            sliced += 1
            stored = header.stored
            assert 32 <= stored.rows <= 2048 and 32 <= stored.columns <= 2048 and 8 <= stored.bits <= 16
            image = to_hu(payload(header), stored, header.syntax.little, stored.allocated)
            pixels += 1
            assert image.dtype == np.int16 and image.shape == (stored.rows, stored.columns)
            assert image.min() >= -1024 and image.max() <= 3071
    watch.tell(f"files, {name}: {sliced} slices, {pixels} with pixels")
    assert watch.inputs == 600 and 30 < pixels <= sliced < 590


@pytest.mark.parametrize("name", NATIVE)
def test_mutated_slices(tmp_path, whole, name):
    """A series with one file that is damaged is a good chest, or one line that says what to do."""
    good = whole[name]
    folder = empty(tmp_path / "series")
    for k, raw in enumerate(good):
        (folder / f"IM{k:04d}.dcm").write_bytes(raw)
    watch, read = Watch(tmp_path), 0
    for seed in range(60):
        k = seed % len(good)
        change = mutated if seed % 3 == 0 else header_mutated
        raw = change(good[k], seed)
        if seed % 20 == 7:
            raw = good[k] + good[(k + 1) % len(good)]
        (folder / f"IM{k:04d}.dcm").write_bytes(raw)
        with watch.over((name, seed)):
            reading = read_series(folder)
            assert isinstance(reading, Reading) and reading.source.hu.dtype == np.int16
            assert reading.source.hu.min() >= -1024 and reading.source.hu.max() <= 3071
            read += 1
        (folder / f"IM{k:04d}.dcm").write_bytes(good[k])
    watch.tell(f"slices, {name}")
    assert read > 5 and watch.refused > 20
    assert not any("SECRET" in line or "Secret" in line or len(line) > 400 for line in watch.said)


def test_series_of_nothing_but_mutated_slices(tmp_path, whole):
    """As a disk that is dying gives it back: 40 series, 1,360 files."""
    watch = Watch(tmp_path)
    for seed in range(40):
        folder = empty(tmp_path / f"series{seed}")
        for k, raw in enumerate(whole["explicit" if seed % 2 else "implicit"]):
            (folder / f"IM{k:04d}.dcm").write_bytes(header_mutated(raw, 1_000 * seed + k))
        with watch.over(seed):
            read_series(folder)
    watch.tell("series of mutated slices")
    assert watch.refused > 30
