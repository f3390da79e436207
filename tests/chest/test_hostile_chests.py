"""Imported chests that were damaged or forged on the disk: one line, or absent; never a crash or a wild allocation."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from tests.chest.imports import small_chest, tree
from trainer.chest import chests
from trainer.chest.chests import (
    CARD,
    INDEX,
    chest_called,
    damaged_chests,
    imported_chests,
    keep_chest,
    open_chest,
    remove_chest,
)
from trainer.core.error import BadInput
from trainer.core.place import chests_dir
from trainer.core.storage import STAGING
from trainer.course.person import ChestName


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    chests._verified.cache_clear()
    return tmp_path


@pytest.mark.parametrize("name", ["hu.raw", "coefficients.raw", "airways-parent.raw", "power.raw", CARD, INDEX])
@pytest.mark.parametrize("harm", ["cut", "gone", "longer", "empty", "folder"])
def test_a_damaged_chest_is_told_and_does_not_hide_the_others(name, harm):
    card, other = keep_chest("ward-3", small_chest()), keep_chest("ward-4", small_chest(4))
    path = chests_dir() / "ward-3" / name
    content = path.read_bytes()
    path.unlink()
    if harm == "folder":
        path.mkdir()
    elif harm != "gone":
        path.write_bytes({"cut": content[:-3], "longer": content + b"x", "empty": b""}[harm])
    if harm == "longer" and name == CARD:
        path.write_bytes(content + b"{}")
    assert imported_chests() == (other,)
    (line,) = damaged_chests()
    assert "'ward-3' is damaged" in line
    with pytest.raises(BadInput, match="damaged"):
        chest_called("ward-3")
    with pytest.raises(BadInput):
        open_chest(card.named)
    remove_chest("ward-3")
    assert damaged_chests() == ()


@pytest.mark.parametrize("name", ["lobe.raw", "kept.raw", "veins-radius_mm.raw", "arteries-parent.raw"])
def test_a_flipped_bit_is_noticed_when_a_chest_is_opened(name):
    card = keep_chest("ward-3", replace(small_chest(), veins=tree(2)))
    assert open_chest(card.named)
    path = chests_dir() / "ward-3" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(1, 1))
    with pytest.raises(BadInput, match="damaged"):
        open_chest(card.named)


def _forge(change) -> ChestName:
    """Keep a chest, change its index and give the card the digest of what came of it, as somebody hostile would."""
    keep_chest("forged", small_chest())
    folder = chests_dir() / "forged"
    index = json.loads((folder / INDEX).read_text())
    change(index)
    body = json.dumps(index).encode()
    (folder / INDEX).write_bytes(body)
    card = json.loads((folder / CARD).read_text())
    card["digest"] = chests._sha(body)
    (folder / CARD).write_text(json.dumps(card))
    return ChestName("forged", card["digest"])


def _in(index, *path):
    for key in path[:-1]:
        index = index[key]
    return index, path[-1]


FORGERIES = [
    (("arrays", "hu", "shape"), [8, 10, 13]),
    (("arrays", "hu", "shape"), [-8, -10, 12]),
    (("arrays", "hu", "shape"), [2**62, 2**62, 4]),
    (("arrays", "hu", "shape"), [8.0, 10, 12.5]),
    (("arrays", "hu", "shape"), "8"),
    (("arrays", "hu", "dtype"), "|O"),
    (("arrays", "hu", "dtype"), ">i2"),
    (("arrays", "hu", "dtype"), "<f8"),
    (("arrays", "hu", "dtype"), ["a", "b"]),
    (("arrays", "hu", "checksum"), "0" * 64),
    (("arrays", "hu"), None),
    (("arrays",), {"../../../etc/passwd": {"shape": [1], "dtype": "|u1", "checksum": ""}}),
    (("arrays",), []),
    (("arrays", "airways-radius_mm", "shape"), [10**12]),
    (("arrays", "airways-radius_mm", "shape"), [-1]),
    (("arrays", "airways-radius_mm", "shape"), []),
    (("arrays", "power", "shape"), [2**40]),
    (("arrays", "modulation", "shape"), [4]),
    (("grid", "shape"), [10**9, 10**9, 10**9]),
    (("grid", "shape"), [8, 10]),
    (("grid", "shape"), [-8, 10, -12]),
    (("grid", "shape"), [True, 10, 12]),
    (("grid", "spacing_mm"), [0, 1, 1]),
    (("grid", "spacing_mm"), [1e308, 1e308, 1e308]),
    (("grid", "origin_mm"), [float("nan"), 0, 0]),
    (("grid", "origin_mm"), [float("inf"), 0, 0]),
    (("acquisition", "grid", "shape"), [3, 10, 10**15]),
    (("acquisition", "noise_hu"), -1),
    (("acquisition", "thickness_mm"), "3"),
    (("acquisition",), None),
    (("landmarks",), {"carina": [1, 2]}),
    (("landmarks",), [1]),
    (("source",), "built"),
    (("format",), 2),
]


@pytest.mark.parametrize(("path", "value"), FORGERIES)
def test_what_a_forged_index_says_is_not_believed(path, value):
    def change(index):
        where, key = _in(index, *path)
        where[key] = value

    which = _forge(change)
    with pytest.raises(BadInput):
        open_chest(which)
    assert len(imported_chests()) + len(damaged_chests()) == 1


def test_labels_that_are_none_are_refused_even_with_sums_that_are_right():
    card = keep_chest("forged", small_chest())
    wrong = np.full((4, 5, 6), 2**31 - 1, np.int32)
    remove_chest("forged")

    def change(index):
        wrong.tofile(chests_dir() / "forged" / "lobule.raw")
        index["arrays"]["lobule"]["checksum"] = chests._checksum("lobule", wrong)

    with pytest.raises(BadInput, match="damaged"):
        open_chest(_forge(change))
    assert card.digest != chest_called("forged").digest


@pytest.mark.parametrize(
    "card",
    [
        b"", b"[]", b"null", b"{}", b"\xff\xfe", b"[" * 30_000, b'{"format": 1}', b" " * 50_000, b"9" * 9_000,
        b'{"format": "1", "name": 3}',
    ],
)  # fmt: skip
def test_a_card_that_is_none_is_told(card):
    keep_chest("ward-3", small_chest())
    (chests_dir() / "ward-3" / CARD).write_bytes(card)
    assert imported_chests() == ()
    assert len(damaged_chests()) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "ward-4"), ("name", "../ward-3"), ("slices", "3"), ("slices", -1), ("slices", 10**30),
        ("spacing_mm", [1, 2]), ("spacing_mm", [1.0, 1.0, -1.0]), ("lung_ml", "NaN"), ("told", "told"),
        ("told", ["x" * 1000]), ("told", ["x"] * 41), ("engine", 4), ("digest", "A" * 64), ("source_name", "Doe"),
        ("format", 2),
    ],
)  # fmt: skip
def test_a_card_with_anything_wrong_is_told(key, value):
    keep_chest("ward-3", small_chest())
    path = chests_dir() / "ward-3" / CARD
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    assert imported_chests() == ()
    assert len(damaged_chests()) == 1


def test_what_else_lies_there_is_no_chest():
    keep_chest("ward-3", small_chest())
    (chests_dir() / "notes.txt").write_text("mine")
    (chests_dir() / "file").write_text("in the way")
    (chests_dir() / f"{STAGING}half").mkdir()
    assert [card.name for card in imported_chests()] == ["ward-3"]
    assert len(damaged_chests()) == 1  # `file` bears the name of a chest


def test_a_pipe_in_the_place_of_a_file_does_not_wait(monkeypatch):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes by name on this system")
    keep_chest("ward-3", small_chest())
    for name in (CARD, INDEX, "hu.raw"):
        path = chests_dir() / "ward-3" / name
        path.unlink()
        os.mkfifo(path)
        assert imported_chests() == ()
