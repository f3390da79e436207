"""Case packs: what is good is installed whole and played, and nothing else gets in."""

import errno
import os
import re
import shutil
import stat
import zipfile

import pytest

from tests.knowledge.packing import CASE, HEADER, files, patched, zipped
from trainer.core.error import BadFiles, BadInput, Fault
from trainer.core.place import packs_dir
from trainer.knowledge.casebook import TEXTBOOK, case_names, case_plan, cohort_of, read_case
from trainer.knowledge.contents import cases_as_written, contents
from trainer.knowledge.installation import install, make_pack, remove
from trainer.knowledge.library import library
from trainer.knowledge.pack import (
    MOST_BYTES,
    MOST_ENTRIES,
    MOST_FILE_BYTES,
    installed,
    manifest,
    pack_folders,
    write_pack,
)

GOOD = files()
TEXT = GOOD[f"cases/{CASE}/case.yaml"]


def passes(folder, name):
    return []


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def put(tmp_path, home):
    """Install a pack of these files or bytes."""

    def into(pack=GOOD):
        path = tmp_path / "x.atollpack"
        path.write_bytes(pack if isinstance(pack, bytes) else write_pack(pack))
        return install(path, library(), passes)

    return into


def below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_pack_is_installed_and_its_case_is_there_to_play(home, put):
    before = case_names()
    pack = put()
    assert (pack.header.id, pack.header.authors, pack.names) == ("ward-seven", ("A. Author",), (CASE,))
    assert case_names() == sorted([*before, CASE])
    case = read_case(CASE, library())
    assert case_plan(case, TEXTBOOK, library()).id == TEXTBOOK
    assert cohort_of(CASE, library()).name == CASE
    assert case in cases_as_written() and contents().left_out == ()
    assert below(home) == sorted(f"packs/ward-seven/{name}" for name in [*GOOD, "installed.sha256"])
    remove("ward-seven")
    assert case_names() == before and below(home) == []
    with pytest.raises(BadInput, match="no case is called"):
        read_case(CASE, library())


def test_what_is_made_of_a_folder_can_be_installed(home, tmp_path, put):
    for name, content in GOOD.items():
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    out = tmp_path / "mine.atollpack"
    assert make_pack(tmp_path / "mine", out, library(), passes).title == "Cases of ward seven"
    first = out.read_bytes()
    make_pack(tmp_path / "mine", out, library(), passes)
    assert out.read_bytes() == first, "the same folder gives the same bytes"
    assert put(first).names == (CASE,)
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(BadInput, match=r"'notes\.txt' in it"):
        make_pack(tmp_path / "mine", out, library(), passes)
    (tmp_path / "mine" / "notes.txt").unlink()
    (tmp_path / "mine" / "cases" / CASE / "textbook.yaml").unlink()
    with pytest.raises(BadFiles, match=r"every case has its textbook\.yaml"):
        make_pack(tmp_path / "mine", out, library(), passes)


def test_a_zip_with_its_folders_as_entries_is_a_pack_too(put):
    assert put(zipped([("cases/", b""), (f"cases/{CASE}/", b""), *GOOD.items()], mode=0)).names == (CASE,)


ODD_NAMES = [
    "/etc/passwd", "../x.yaml", f"cases/{CASE}/../../x.yaml", "cases/../pack.yaml", "C:/x.yaml", "C:x.yaml",
    f"cases\\{CASE}\\x.yaml", "cases/a\x00b/case.yaml", "cases/a\nb/case.yaml", "cases/\x1b[2J/case.yaml",
    f"cases/{CASE.upper()}/case.yaml", "PACK.YAML", "cases/cafe\u0301/case.yaml", "cases/caf\u00e9/case.yaml",
    "cases/a\u202eb/case.yaml", "cases//case.yaml", "./pack.yaml", "cases/./x.yaml", "cases/con/case.yaml",
    f"cases/{CASE}/aux.yaml", f"cases/{CASE}/com1.yaml", f"cases/{CASE}/x.yaml.", f"cases/{CASE}/x.yaml ", "",
    f"cases/{CASE}/x.zip", f"cases/{CASE}/inner.atollpack", f"cases/{CASE}/x.yml", f"cases/{CASE}/x.py", "x.yaml",
    f"cases/{CASE}/deep/x.yaml", "cases/case.yaml", f"cases/{CASE}/x.yaml:stream", "__MACOSX/._pack.yaml",
    "installed.sha256", f"cases/{'a' * 81}/case.yaml", "//server/share/x.yaml", "~/x.yaml", f"cases/{CASE}/-.yaml",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_a_name_that_could_lead_elsewhere_is_refused(home, put, name):
    with pytest.raises(BadInput, match=r"x\.atollpack: (refused|not a case pack)") as caught:
        put(zipped([*GOOD.items(), (name, b"id: x\n")]))
    assert "\n" not in str(caught.value)
    assert below(home) == []


LAST = f"cases/{CASE}/zz.yaml"
WHOLE = zipped([*GOOD.items(), (LAST, b"x" * 500)])


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not a case pack"),
        (b"PK\x03\x04", "not a case pack"),
        (zipped({}), "not a case pack"),
        (zipped(dict.fromkeys(["pack.yaml"], HEADER)), "there is no case in it"),
        (zipped({name: text for name, text in GOOD.items() if name != "pack.yaml"}), r"there is no pack\.yaml"),
        (b"#!/bin/sh\n" + WHOLE, "does not begin as a zip"),
        (WHOLE + b"more", "does not end as a zip"),
        (WHOLE[:-1], "not a case pack"),
        (patched(WHOLE, LAST, "mode", (stat.S_IFLNK | 0o777) << 16), "is a link or a device"),
        (patched(WHOLE, LAST, "mode", (stat.S_IFIFO | 0o777) << 16), "is a link or a device"),
        (patched(WHOLE, LAST, "mode", (stat.S_IFDIR | 0o777) << 16), "is a link or a device"),
        (patched(WHOLE, LAST, "flags", 0x1), "is encrypted"),
        (patched(WHOLE, LAST, "flags", 0x40), "is encrypted"),
        (zipped(GOOD, method=zipfile.ZIP_BZIP2), "by a method that is not read"),
        (zipped(GOOD, method=zipfile.ZIP_LZMA), "by a method that is not read"),
        (patched(WHOLE, LAST, "size", 5), "not a case pack, or damaged"),
        (patched(WHOLE, LAST, "size", 10**6), "not a case pack, or damaged"),
        (patched(WHOLE, LAST, "crc", 7), "not a case pack, or damaged"),
        (patched(WHOLE, LAST, "packed", 10**6), "shares bytes"),
        (patched(WHOLE, LAST, "offset", 0), "shares bytes"),
        (zipped([*GOOD.items(), (LAST, b"a"), (LAST, b"b")]), "two entries have one name"),
        (zipped([*GOOD.items(), (LAST, b"\x00" * (MOST_FILE_BYTES + 1))]), "is larger than 200 kB"),
        (zipped([*GOOD.items(), (LAST, b"\x00" * 150_000)]), "is packed more than 100 to 1"),
        (zipped([*GOOD.items(), *((f"cases/{CASE}/n{i}.yaml", b"") for i in range(MOST_ENTRIES))]), "more than 400"),
        (b"PK\x03\x04" + bytes(MOST_BYTES), "larger than such a file can be"),
    ],
)  # fmt: skip
def test_what_is_no_good_zip_is_refused(home, put, raw, says):
    with pytest.raises(BadInput, match=says) as caught:
        put(raw)
    assert "\n" not in str(caught.value)
    assert below(home) == []


def test_the_limit_of_all_bytes_holds_whatever_the_pack_says(home, put, monkeypatch):
    monkeypatch.setattr("trainer.knowledge.pack.MOST_ALL_BYTES", 20_000)
    with pytest.raises(BadInput, match="in all"):
        put({**GOOD, LAST: bytes(range(256)) * 50})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("format: 1", "format: 2", r"x\.atollpack/pack\.yaml:1: format"),
        ("id: ward-seven", "id: ../seven", "id: "),
        ("id: ward-seven", "id: nul", "no name that every system can write"),
        ("version: 1", "version: one", "version"),
        ("A. Author", "", "authors"),
        ("licence: CC-BY-4.0", "license: CC-BY-4.0", "licence|license"),
        ("Cases of", '"Cases\\e[2J of"', "not YAML|no plain text"),
        ("Cases of ward", "<img src=x> ward", "markup"),
        ("Cases of", "&a Cases of", "aliases"),
    ],
)
def test_a_header_is_checked(home, put, old, new, says):
    header = HEADER.decode().replace(old, new).encode()
    assert header != HEADER
    with pytest.raises(BadFiles, match=says):
        put(files(header=header))
    assert below(home) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("disease: ", "disease: x", "no disease is called"),
        ("title: ", "title: <b>", "markup"),
        ("title: ", "title: <!--", "markup"),
        ("{person}", "{person} <img src='//far/x.png'>", "markup"),
        ("{person}", "{person.__class__}", "cannot be filled in"),
        ("{person}", "{person}" + "x" * 2000, "2000 at most"),
        ("{person}", "\u202e{person}", r"U\+202E"),
        ("objectives:", "extra: !!python/object/apply:os.system [id]\nobjectives:", "tag"),
        ("id: the-dressmaker", "id: another", "differs from its folder"),
    ],
)
def test_a_case_is_linted_before_it_is_installed(home, put, old, new, says):
    text = TEXT.decode().replace(old, new, 1).encode()
    assert text != TEXT
    with pytest.raises(BadFiles, match=rf"x\.atollpack/cases/{CASE}/case\.yaml:\d+: .*") as caught:
        put({**GOOD, f"cases/{CASE}/case.yaml": text})
    assert any(re.search(says, str(fault)) for fault in caught.value.faults)
    assert below(home) == []


def test_a_case_that_cannot_be_played_is_not_installed(home, tmp_path):
    path = tmp_path / "x.atollpack"
    path.write_bytes(write_pack(GOOD))
    with pytest.raises(BadFiles, match=r"x\.atollpack/cases/the-dressmaker/textbook\.yaml:3: no"):
        install(path, library(), lambda folder, name: [Fault(folder / name / "textbook.yaml", 3, "no")])
    assert below(home) == []


def test_nothing_takes_the_place_of_another(home, put):
    with pytest.raises(BadInput, match="Atoll has a case 'the-tailor' of its own"):
        put({"pack.yaml": HEADER, **{name.replace(CASE, "the-tailor"): text for name, text in files().items()}})
    put()
    with pytest.raises(BadInput, match="'ward-seven' is installed already; first `atoll pack remove ward-seven`"):
        put()
    with pytest.raises(BadInput, match="the installed pack 'ward-seven' has a case 'the-dressmaker', too"):
        put(files(header=HEADER.replace(b"ward-seven", b"ward-eight")))
    assert [pack.header.id for pack in installed()[0]] == ["ward-seven"]


def damage(kind, folder):
    case, sums = folder / "cases" / CASE / "case.yaml", folder / "installed.sha256"
    match kind:
        case "changed":
            case.write_text(case.read_text().replace("title: ", "title: An ", 1))
        case "cut":
            case.write_bytes(case.read_bytes()[:100])
        case "gone":
            case.unlink()
        case "added":
            (folder / "cases" / CASE / "more.yaml").write_text("id: more\n")
        case "huge":
            case.write_bytes(b"x" * (MOST_FILE_BYTES + 1))
        case "no sums":
            sums.unlink()
        case "a pipe":
            case.unlink()
            os.mkfifo(case)
        case "empty":
            shutil.rmtree(folder)
            folder.mkdir()
        case "a file":
            shutil.rmtree(folder)
            folder.write_text("x")
        case "renamed":
            folder.rename(folder.with_name("ward-six"))
        case "of a newer Atoll":
            header = folder / "pack.yaml"
            header.write_bytes(header.read_bytes().replace(b"format: 1", b"format: 9"))
            sums.write_bytes(manifest({name: (folder / name).read_bytes() for name in GOOD}))
        case "of an older Atoll":
            case.write_bytes(case.read_bytes() + b"humour: dry\n")
            sums.write_bytes(manifest({name: (folder / name).read_bytes() for name in GOOD}))


KINDS = [
    "changed", "cut", "gone", "added", "huge", "no sums", "a pipe", "empty", "a file", "renamed", "of a newer Atoll",
    "of an older Atoll",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_pack_that_was_damaged_is_left_out_with_a_line(home, put, kind):
    own = contents().cases
    put()
    damage(kind, packs_dir() / "ward-seven")
    found = contents()
    assert found.cases == own
    (line,) = found.left_out
    assert "left out" in line and "\n" not in line and "ward-" in line
    assert read_case("the-tailor", library()).id == "the-tailor"
    (folder,) = pack_folders()
    remove(folder.name)
    assert contents().left_out == () and below(home) == []
    assert put().names == (CASE,)


def test_what_is_not_a_pack_is_let_be(home, put):
    put()
    (packs_dir() / ".DS_Store").write_text("x")
    (packs_dir() / "ward-seven" / "cases" / ".DS_Store").write_text("x")
    (packs_dir() / "ward-seven" / "cases" / CASE / "._case.yaml").write_text("x")
    assert [pack.names for pack in installed()[0]] == [(CASE,)]
    assert contents().left_out == ()


def test_a_case_that_came_with_a_later_atoll_is_its_own(home, put, monkeypatch):
    put()
    monkeypatch.setattr("trainer.knowledge.pack.cases_dir", lambda: packs_dir() / "ward-seven" / "cases")
    packs, (line,) = installed()
    assert packs == [] and "a case 'the-dressmaker' of its own" in line


@pytest.mark.parametrize("name", ["../x", "/", "", ".", "ward-six", "ward-seven/cases", "WARD-SEVEN"])
def test_only_a_pack_is_removed(home, put, name):
    put()
    with pytest.raises(BadInput, match=r"no pack is called .*there are: ward-seven"):
        remove(name)
    assert CASE in case_names()


def test_a_link_is_removed_and_not_what_it_leads_to(home, tmp_path, put):
    put()
    kept = tmp_path / "kept"
    (packs_dir() / "ward-seven").rename(kept)
    (packs_dir() / "ward-seven").symlink_to(kept)
    remove("ward-seven")
    assert (kept / "pack.yaml").is_file() and not (packs_dir() / "ward-seven").exists()


def test_an_installation_that_was_killed_leaves_nothing_that_counts(home, put):
    left = packs_dir() / ".atoll-x"
    (left / "cases" / CASE).mkdir(parents=True)
    (left / "cases" / CASE / "case.yaml").write_bytes(TEXT)
    assert CASE not in case_names() and contents().left_out == ()
    put()
    assert not left.exists()


def test_a_full_disk_is_one_line_and_leaves_nothing(home, put, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left on device"):
        put()
    assert below(home) == []


def test_a_home_that_cannot_be_made_is_one_line(tmp_path, put, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "file"))
    assert contents().left_out == ()
    with pytest.raises(BadInput, match="cannot be written"):
        put()
