"""Every way in which pixels are coded: bit for bit what was stored, or one line."""

import os
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate

from tests.dicom.incoming import jpeg
from tests.dicom.incoming.coding import SYNTAXES, coded
from tests.dicom.incoming.received import NATIVE, chest, save, slices, stored
from tests.hostile import mutated
from trainer.core.error import BadInput
from trainer.dicom.incoming import decoder as decoder_module
from trainer.dicom.incoming.decoder import Decoder
from trainer.dicom.incoming.header import Stored
from trainer.dicom.incoming.payload import Damaged
from trainer.dicom.incoming.syntax import SYNTAXES as KNOWN
from trainer.dicom.reading import read_series

HU = chest()


def rescale(bits):
    """Return the sign and the intercept with which so many bits hold a chest."""
    return (True, 0.0) if bits in {13, 16} else (False, -1024.0)


@pytest.fixture(scope="module", params=[12, 13, 16])
def codes(request, tmp_path_factory):
    """The codestreams of one chest in every syntax, by so many bits."""
    bits = request.param
    signed, intercept = rescale(bits)
    words = stored(HU, 16, 1.0, intercept)
    return bits, coded(words.view(np.int16) if signed else words, bits, tmp_path_factory.mktemp("coded"))


def how(bits, allocated=16):
    return Stored(64, 64, allocated, bits, bits - 1, False, 1.0, -1024.0, None, 0, 0)


@pytest.mark.parametrize("syntax", NATIVE.values(), ids=NATIVE)
@pytest.mark.parametrize("bits", [12, 16])
def test_pixels_that_are_not_coded(tmp_path, syntax, bits):
    signed, intercept = rescale(bits)
    save(tmp_path, slices(HU, syntax, bits=bits, signed=signed, intercept=intercept))
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    assert not reading.left and not reading.warnings


@pytest.mark.parametrize("name", SYNTAXES)
def test_coded_pixels_are_bit_for_bit_what_was_stored(tmp_path, codes, name):
    bits, found = codes
    signed, intercept = rescale(bits)
    made = slices(HU, SYNTAXES[name], bits=bits, signed=signed, intercept=intercept, codes=found[SYNTAXES[name]])
    save(tmp_path, made)
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, HU)
    lossy = name in {"near-lossless JPEG-LS", "JPEG 2000"}  # that it might be is said
    assert [("loss" in line) for line in reading.warnings] == [True] * lossy


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize("bits", [12, 16])
def test_every_predictor_of_lossless_jpeg(predictor, bits):
    words = stored(HU[12], bits, 1.0, -1024.0)
    if bits == 16:
        words = (words.astype(np.uint32) * 17 & 0xFFFF).astype(np.uint16)
    with Decoder() as decoder:
        raw, allocated = decoder.decode(
            jpeg.lossless(words, bits, predictor), KNOWN["1.2.840.10008.1.2.4.57"], how(bits)
        )
    assert allocated == 16 and np.array_equal(np.frombuffer(raw, "<u2").reshape(64, 64), words)


@pytest.mark.parametrize(("bits", "uid"), [(8, "1.2.840.10008.1.2.4.50"), (12, "1.2.840.10008.1.2.4.51")])
def test_jpeg_with_loss(bits, uid):
    values = np.kron(np.random.default_rng(0).integers(0, 1 << bits, (8, 8)), np.ones((8, 8), int))
    with Decoder() as decoder:
        raw, allocated = decoder.decode(jpeg.flat_blocks(values, bits), KNOWN[uid], how(bits, 8 if bits == 8 else 16))
    assert allocated == (8 if bits == 8 else 16)
    assert np.array_equal(np.frombuffer(raw, f"<u{allocated // 8}").reshape(64, 64), values)


def test_a_chest_of_8_bits_is_read_and_its_coarseness_told(tmp_path):
    flat = np.repeat(np.repeat(HU[:, ::8, ::8], 8, axis=1), 8, axis=2)
    values = np.clip((flat.astype(int) + 1024) // 16, 0, 255)
    codes = [jpeg.flat_blocks(image, 8) for image in values]
    made = slices(flat, "1.2.840.10008.1.2.4.50", bits=8, signed=False, slope=16.0, intercept=-1024.0, codes=codes)
    for ds in made:
        ds.BitsAllocated = 8
    save(tmp_path, made)
    reading = read_series(tmp_path)
    assert np.array_equal(reading.source.hu, values * 16 - 1024)
    assert any("coarse" in line for line in reading.warnings) and any("loss" in line for line in reading.warnings)


def test_a_frame_in_many_fragments(tmp_path, codes):
    bits, found = codes
    signed, intercept = rescale(bits)
    uid = SYNTAXES["JPEG-LS"]
    made = slices(HU, uid, bits=bits, signed=signed, intercept=intercept, codes=found[uid])
    for ds, code in zip(made, found[uid], strict=True):
        ds.PixelData = encapsulate([code], fragments_per_frame=5)
    save(tmp_path, made)
    assert np.array_equal(read_series(tmp_path).source.hu, HU)


def refused(folder):
    with pytest.raises(BadInput) as caught:
        read_series(folder)
    line = str(caught.value)
    assert "\n" not in line and "SECRET" not in line and "Secret" not in line
    return line


def one_coded(tmp_path, code, uid, **more):
    """Write a chest of which one slice holds this code, and return the line that says what is wrong."""
    codes = [jpeg.flat_blocks(np.full((64, 64), 500), 12)] * len(HU)
    codes[7] = code
    save(tmp_path, slices(HU, uid, bits=12, signed=False, intercept=-1024.0, codes=codes))
    return refused(tmp_path)


def test_codes_of_another_size_than_the_header_says(tmp_path):
    line = one_coded(tmp_path, jpeg.flat_blocks(np.full((64, 128), 500), 12), "1.2.840.10008.1.2.4.51")
    assert line.startswith("IM0007.dcm: holds 64 x 128 coded pixels where its header says 64 x 64")


def test_codes_that_would_grow_without_end(tmp_path):
    """A bomb: 65,500 x 65,500 pixels from a few bytes."""
    code = bytearray(jpeg.flat_blocks(np.full((64, 64), 500), 12))
    at = code.index(b"\xff\xc1") + 5
    code[at : at + 4] = (65_500).to_bytes(2, "big") * 2
    assert "65500 x 65500 coded pixels" in one_coded(tmp_path, bytes(code), "1.2.840.10008.1.2.4.51")


@pytest.mark.parametrize("code", [b"\x00\x00", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"\x00" * 500, b"\xff" * 500])
def test_codes_that_are_none(tmp_path, code):
    assert "IM0007.dcm: holds damaged JPEG extended pixels" in one_coded(tmp_path, code, "1.2.840.10008.1.2.4.51")


def rle(segments):
    head = [len(segments)] + [0] * 15
    at = 64
    for i, segment in enumerate(segments):
        head[1 + i] = at
        at += len(segment)
    return np.array(head, "<u4").tobytes() + b"".join(segments)


@pytest.mark.parametrize(
    "code",
    [rle([b"\x81\x00" * 100_000] * 2), rle([b"\x81\x00"] * 2), rle([b"\x81\x00" * 32] * 15), b"\x02" + b"\xff" * 70],
    ids=["far too many pixels", "far too few", "too many segments", "offsets beyond the end"],
)
def test_rle_that_does_not_fit(tmp_path, code):
    """More pixels than fit are refused or cut off, never written beyond the slice."""
    good = rle([b"\x81\x01" * 32, b"\x81\x00" * 32])
    codes = [good] * len(HU)
    codes[7] = code
    save(tmp_path, slices(HU, "1.2.840.10008.1.2.5", bits=12, signed=False, intercept=-1024.0, codes=codes))
    line = refused(tmp_path)
    assert "IM0007.dcm" in line or "next to nothing in it is air" in line


def test_jpeg_2000_of_a_million_tiles():
    code = bytearray(b"\xff\x4f\xff\x51\x00\x29\x00\x00")
    for value in (64, 64, 0, 0, 1, 1, 0, 0):
        code += value.to_bytes(4, "big")
    code += b"\x00\x01\x0b\x01\x01"
    with Decoder() as decoder, pytest.raises(Damaged):
        decoder.decode(bytes(code), KNOWN["1.2.840.10008.1.2.4.90"], how(12))


def test_a_bomb_of_deflate_is_never_inflated(tmp_path):
    paths = save(tmp_path, slices(HU, NATIVE["deflated"]))
    raw = paths[5].read_bytes()
    begin = 144 + int.from_bytes(raw[140:144], "little")
    inner = zlib.decompress(raw[begin:], -15) + b"\x00" * (64 << 20)
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    paths[5].write_bytes(raw[:begin] + engine.compress(inner) + engine.flush())
    del inner
    assert paths[5].stat().st_size < 1 << 20
    begun = time.process_time()
    assert np.array_equal(read_series(tmp_path).source.hu, HU)
    assert time.process_time() - begun < 2.0
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    paths[5].write_bytes(raw[:begin] + engine.compress(b"\x00" * (64 << 20)) + engine.flush())
    assert "lacks 1 slice" in refused(tmp_path)


def test_a_decoder_that_crashes_hangs_or_is_not_there(tmp_path, monkeypatch):
    codes = [jpeg.flat_blocks(np.full((64, 64), 500), 12)] * len(HU)
    uid = "1.2.840.10008.1.2.4.51"
    save(tmp_path, slices(HU, uid, bits=12, signed=False, intercept=-1024.0, codes=codes))
    monkeypatch.setattr(decoder_module, "_SLICE_SECONDS", 1.0)
    begin = (
        "import sys, os, time; sys.stdout.buffer.write(b'\\x01'); sys.stdout.buffer.flush(); sys.stdin.buffer.read(1);"
    )
    for ending, said in (
        (begin + "os.abort()", "IM0000.dcm: holds damaged JPEG extended pixels"),
        (begin + "time.sleep(60)", "IM0000.dcm: holds damaged JPEG extended pixels"),
        (begin + "sys.stdout.buffer.write(b'\\x01' * 9)", "IM0000.dcm: holds damaged JPEG extended pixels"),
        ("raise SystemExit(1)", "the decoder of compressed slices cannot be started"),
    ):
        monkeypatch.setattr(decoder_module, "command", lambda ending=ending: (sys.executable, "-c", ending))
        begun = time.monotonic()
        assert said in refused(tmp_path)
        assert time.monotonic() - begun < 10.0
    monkeypatch.setattr(decoder_module, "command", lambda: (str(tmp_path / "nowhere"),))
    assert "cannot be started" in refused(tmp_path)
    assert not children(), "a process was left"


def children():
    """Return the decoders that this process began and that are still there, where the system tells (Linux)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            words = (folder / "cmdline").read_bytes()
            if int(parent) == os.getpid() and (b"decode-slices" in words or state == "Z"):
                found.append(folder.name)
    return found


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such limits")
def test_the_decoder_can_write_no_file_and_take_no_memory(tmp_path):
    code = (
        "import sys; sys.argv = ['x']; from trainer.dicom.incoming import decoding as d; d._give_away();\n"
        "try:\n with open(sys.stdin.readline().strip(), 'w') as f: f.write('x' * 10)\n"
        "except OSError: print('no file')\n"
        "try: b'x' * (3 << 30); print('took')\n"
        "except MemoryError: print('no memory')\n"
    )
    ignored = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);" + code
    done = subprocess.run(
        [sys.executable, "-c", ignored], input=str(tmp_path / "x") + "\n", capture_output=True, text=True,
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.split("\n")[:2] == ["no file", "no memory"], done.stderr


def test_damaged_codes_by_the_thousand(codes):
    """One process serves them all, and a new one each time that it crashes; each is pixels or one complaint."""
    bits, found = codes
    signed, _ = rescale(bits)
    store = Stored(64, 64, 16, bits, bits - 1, signed, 1.0, 0.0, None, 0, 0)
    said, worst, count = [], 0.0, 0
    with Decoder() as decoder:
        for uid, frames in found.items():
            for seed in range(50):
                raw = mutated(frames[seed % len(frames)], seed)
                begun = time.monotonic()
                try:
                    pixels, allocated = decoder.decode(raw, KNOWN[uid], store)
                    assert len(pixels) == 64 * 64 * allocated // 8
                except Damaged as line:
                    said.append(str(line))
                worst, count = max(worst, time.monotonic() - begun), count + 1
    print(f"{bits} bits: {count} codestreams, {len(said)} refused, the slowest {worst:.2f} s")
    assert worst < 5.0 and len(said) > count // 4
    assert all("\n" not in line and "export it again" in line for line in said)
    assert not children(), "a process was left"


@pytest.mark.parametrize("name", ["RLE", "JPEG lossless", "JPEG-LS", "lossless JPEG 2000"])
def test_mutated_files_of_coded_slices(tmp_path, codes, name):
    """Each series has one file that is damaged anywhere; a chest or one line, and no process is left."""
    bits, found = codes
    signed, intercept = rescale(bits)
    made = slices(HU, SYNTAXES[name], bits=bits, signed=signed, intercept=intercept, codes=found[SYNTAXES[name]])
    good = [path.read_bytes() for path in save(tmp_path, made)]
    said = []
    for seed in range(8):
        path = tmp_path / f"IM{seed:04d}.dcm"
        path.write_bytes(mutated(good[seed], seed))
        begun = time.monotonic()
        try:
            assert len(read_series(tmp_path).source.hu) >= len(HU) - 1  # one less at an end is still a chest
        except BadInput as line:
            said.append(str(line))
        assert time.monotonic() - begun < 10.0
        path.write_bytes(good[seed])
    assert said and all(line.isprintable() and "SECRET" not in line for line in said)
    assert not children(), "a process was left"


def test_no_program_that_lies_in_the_folder_is_run(tmp_path, monkeypatch):
    """Whoever stands in the folder of the images while reading it runs nothing of it."""
    for name in ("gdcm", "struct", "trainer", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w').close()\n")
    codes = [jpeg.flat_blocks(np.full((64, 64), 20), 12)] * len(HU)
    save(tmp_path, slices(HU, "1.2.840.10008.1.2.4.51", bits=12, signed=False, intercept=-1024.0, codes=codes))
    monkeypatch.chdir(tmp_path)
    assert np.all(read_series(tmp_path).source.hu == -1004)
    assert not (tmp_path / "run").exists()


def test_a_decoder_that_works_is_seen_and_ended(tmp_path):
    code = jpeg.flat_blocks(np.full((64, 64), 20), 12)
    with Decoder() as decoder:
        decoder.decode(code, KNOWN["1.2.840.10008.1.2.4.51"], how(12))
        assert len(children()) == 1 or not Path("/proc/self/stat").exists()
    assert not children()


def test_no_decoder_is_begun_for_plain_pixels(tmp_path, monkeypatch):
    def never():
        raise AssertionError

    monkeypatch.setattr(decoder_module, "command", never)
    save(tmp_path, slices(HU))
    assert read_series(tmp_path).source.hu.shape == HU.shape


def test_what_is_compressed_in_a_way_that_is_not_read(tmp_path):
    made = slices(HU, bits=12, signed=False, intercept=-1024.0)
    for path, ds in zip(save(tmp_path, made), made, strict=True):
        raw = path.read_bytes()
        assert raw.count(b"1.2.840.10008.1.2.1\x00") == 1
        path.write_bytes(raw.replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.9\x00"))
        assert pydicom.dcmread(path).Rows == ds.Rows
    assert "coded in a way that Atoll does not read; export it without compression" in refused(tmp_path)
