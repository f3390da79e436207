"""Case packs that were damaged or made to do harm: a clear line each time, at once, and nothing written elsewhere."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.hostile import Watch, changed, mutated
from tests.knowledge.packing import CASE, files, zipped
from trainer.core.error import BadInput
from trainer.core.place import packs_dir
from trainer.knowledge.contents import contents
from trainer.knowledge.document import MAX_BYTES, MAX_DEPTH, MAX_NODES
from trainer.knowledge.installation import install, remove
from trainer.knowledge.library import library
from trainer.knowledge.pack import PACK_FILE, installed, read_pack, write_pack

FILES = files()
GOOD = write_pack(FILES)
TEXTS = f"cases/{CASE}/case.yaml", f"cases/{CASE}/textbook.yaml"


@pytest.fixture
def watch(tmp_path, monkeypatch):
    """A watch over a home of its own; a good pack was installed once, so that everything is imported."""
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("os.fsync", lambda _: None)  # a disk has other things to do
    (tmp_path / "x.atollpack").write_bytes(GOOD)
    install(tmp_path / "x.atollpack", library(), lambda *_: [])
    remove("ward-seven")
    return Watch(tmp_path / "home")


def tried(watch, tmp_path, raw, what):
    """Install a pack; what gets in is whole, in its place, read again, and taken out."""
    path = tmp_path / "x.atollpack"
    path.write_bytes(raw)
    pack = None
    with watch.over(what):
        pack = install(path, library(), lambda *_: [])
    there = sorted(entry.name for entry in packs_dir().iterdir())
    assert there == ([pack.header.id] if pack else []), what
    if pack:
        assert installed() == ([pack], [])
        remove(pack.header.id)


def test_bytes_of_a_pack(watch, tmp_path):
    for seed in range(400):
        tried(watch, tmp_path, mutated(GOOD, seed), seed)
    watch.tell("packs, bytes")
    assert watch.refused > 300


def fields_of(raw):
    """Return place and format of every number in the headers of a zip."""
    found, at = [], raw.find(b"PK")
    forms = {b"PK\x03\x04": "<4x5H3I2H", b"PK\x01\x02": "<4x6H3I5H2I", b"PK\x05\x06": "<4x4H2IH"}
    while at >= 0:
        place = at + 4
        for number in _letters(forms.get(raw[at : at + 4], "<4x")):
            found.append((place, f"<{number}"))
            place += struct.calcsize(f"<{number}")
        at = raw.find(b"PK", at + 1)
    return found


def _letters(form):
    number = ""
    for letter in form.removeprefix("<4x"):
        if letter.isdigit():
            number = letter
        else:
            yield from letter * int(number or 1)
            number = ""


def test_numbers_in_the_headers_of_a_zip(watch, tmp_path):
    """Sizes, offsets, methods, flags and modes that lie, as a bomb or a smuggler makes them."""
    rng = np.random.default_rng(1)
    places = fields_of(GOOD)
    for number in range(200):
        raw = bytearray(GOOD)
        for _ in range(1 + number % 2):
            place, form = places[int(rng.integers(0, len(places)))]
            now, widest = struct.unpack_from(form, raw, place)[0], 2 ** (8 * struct.calcsize(form)) - 1
            value = rng.choice([0, 1, 8, now + 1, now - 1, now * 2, now // 2, widest, widest - 1, rng.integers(widest)])
            struct.pack_into(form, raw, place, int(value) & widest)
        tried(watch, tmp_path, bytes(raw), number)
    watch.tell("packs, headers")
    assert watch.refused > 90


@settings(max_examples=100)
@given(st.text(max_size=60))
@example(f"cases/{CASE}/../../../../../../tmp/x.yaml")
@example("cases/" + "x/" * 2000 + "y.yaml")
def test_any_name_in_a_pack(name):
    try:
        raw = zipped([*FILES.items(), (name, b"id: x\n")])
    except UnicodeEncodeError:
        return  # half of a surrogate pair: no zip has such a name
    read = {}
    with suppress(BadInput):
        read = read_pack(raw, "x")
    assert set(read) - {*FILES} <= {name} and (not read or name.startswith("cases/"))


def test_texts_in_a_pack(watch, tmp_path):
    for seed in range(150):
        name = (PACK_FILE, *TEXTS)[seed % 3]
        tried(watch, tmp_path, write_pack({**FILES, name: mutated(FILES[name], seed)}), seed)
    watch.tell("packs, texts")
    assert watch.refused > 100


def test_bombs(watch, tmp_path):
    """What is small and would be large: deep, wide, packed, nested or shared."""
    deep = b"a: " + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)
    wide = b"a: [" + b"1," * MAX_NODES + b"]"
    lines = b"a: &a [x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(50))
    for text in (deep, wide, lines, b"x" * MAX_BYTES, b"? " * (MAX_BYTES // 2), b"{" + b"a," * 9_000 + b"}"):
        tried(watch, tmp_path, zipped({**FILES, TEXTS[0]: text}, method=0), text[:20])
        tried(watch, tmp_path, zipped({**FILES, PACK_FILE: text}, method=0), text[:20])
    many = {f"cases/case-{n}/{part}.yaml": b"a" for n in range(190) for part in ("case", "textbook")}
    tried(watch, tmp_path, write_pack({**FILES, **many}), "many cases")
    full = {f"cases/{CASE}/plan-{n}.yaml": FILES[TEXTS[1]] + b"\n#" + b"x y " * 40_000 for n in range(60)}
    tried(watch, tmp_path, zipped({**FILES, **full}), "many bytes")
    tried(watch, tmp_path, zipped({**FILES, f"cases/{CASE}/inner.yaml": GOOD}), "a pack in a pack")
    # one body of bytes for many names, as in Fifield's bomb (2019)
    shared = bytearray(zipped([*FILES.items(), *((f"cases/{CASE}/n{n}.yaml", b"a" * 9000) for n in range(90))]))
    first, at = 0, 0
    while (at := shared.find(b"PK\x01\x02", at)) >= 0:
        name = bytes(shared[at + 46 : at + 46 + shared[at + 28]])
        if b"/n" in name:
            first = first or struct.unpack_from("<I", shared, at + 42)[0]
            struct.pack_into("<I", shared, at + 42, first)
        at += 4
    tried(watch, tmp_path, bytes(shared), "shared bytes")
    watch.tell("packs, bombs")
    assert watch.refused == watch.inputs


def test_an_installed_pack_that_is_damaged_never_stops_the_start(watch, tmp_path):
    install(tmp_path / "x.atollpack", library(), lambda *_: [])
    own = {case.id for case in contents().cases} - {CASE}
    places = [packs_dir() / "ward-seven" / name for name in (*FILES, "installed.sha256")]
    for seed in range(60):
        path = places[seed % len(places)]
        before = path.read_bytes()
        path.write_bytes(mutated(before, seed))
        with watch.over(seed):
            found = contents()
        assert {case.id for case in found.cases} - {CASE} == own
        assert len(found.left_out) == (path.read_bytes() != before) and "\n" not in "".join(found.left_out)
        path.write_bytes(before)
    watch.tell("installed packs")


def test_values_in_a_case_that_is_installed(watch, tmp_path):
    import yaml

    kept = {name: yaml.safe_load(FILES[name]) for name in TEXTS}
    for seed in range(100):
        name = TEXTS[seed % 2]
        text = yaml.safe_dump(changed(kept[name], seed), allow_unicode=True, sort_keys=False).encode()
        tried(watch, tmp_path, write_pack({**FILES, name: text}), seed)
    watch.tell("packs, values")
    assert watch.refused > 60
