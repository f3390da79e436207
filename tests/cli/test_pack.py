"""`atoll pack`: what is installed is listed, drawn, played and scored like Atoll's own."""

import json
from functools import partial

import pytest

from tests.knowledge.packing import CASE, files
from trainer.cli.main import run
from trainer.core.place import packs_dir
from trainer.encounter.examiner import Examiner
from trainer.knowledge.pack import write_pack
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE


@pytest.fixture(autouse=True)
def _ready(engine):
    """Compile before anything is printed."""


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "home"))


@pytest.fixture
def pack(tmp_path):
    path = tmp_path / "mine.atollpack"
    path.write_bytes(write_pack(files()))
    return path


def says(capsys, *words, status=0):
    assert run(list(words)) == status
    said = capsys.readouterr()
    return said.err.strip() if status else said.out


def test_a_pack_is_made_installed_played_and_removed(capsys, tmp_path, pack, monkeypatch, engine):
    monkeypatch.setattr("trainer.cli.pack.SEEDS", (1,))
    monkeypatch.setattr("trainer.cli.encounter.imagined", lambda *_: Imagined(engine, 60))
    monkeypatch.setattr("trainer.cli.encounter.Examiner", partial(Examiner, effort=COARSE))
    for name, content in files().items():
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    made = tmp_path / "made.atollpack"
    said = says(capsys, "pack", "make", str(tmp_path / "mine"), "--out", str(made))
    assert said == f"made {made}: Cases of ward seven, version 1\n" and made.read_bytes() == pack.read_bytes()
    assert says(capsys, "pack", "list") == "no pack is installed\n"
    assert says(capsys, "pack", "install", str(pack)) == f"installed 'ward-seven', version 1: {CASE}\n"
    row = {"id": "ward-seven", "version": 1, "title": "Cases of ward seven", "authors": "A. Author"}
    (listed,) = json.loads(says(capsys, "pack", "list", "--json"))["packs"]
    assert listed == {**row, "licence": "CC-BY-4.0", "cases": [CASE]}
    assert "Cases of ward seven" in says(capsys, "pack", "list")
    assert CASE in [case["id"] for case in json.loads(says(capsys, "cases", "--json"))]
    out = tmp_path / "run.json"
    assert run(["play", CASE, "--plan", "textbook", "--seed", "2", "--out", str(out)]) == 0
    capsys.readouterr()
    assert says(capsys, "replay", str(out)).startswith("verified")
    assert run(["simulate", CASE, "--patients", "2", "--days", "7"]) == 0
    capsys.readouterr()
    assert says(capsys, "pack", "remove", "ward-seven") == "removed 'ward-seven'\n"
    assert "no case is called 'the-dressmaker'" in says(capsys, "replay", str(out), status=2)
    assert "no pack is called 'ward-seven'; there is none" in says(capsys, "pack", "remove", "ward-seven", status=2)


def test_a_pack_that_cannot_be_played_or_read_is_one_line_and_is_not_there(capsys, tmp_path, pack):
    never = files()
    name = f"cases/{CASE}/case.yaml"
    never[name] = never[name].replace(b"requires:\n", b"requires:\n  - age_years >= 200\n", 1)
    assert never != files()
    for content, words in ((write_pack(never), "it does not run on seed 1"), (b"PK", "not a case pack")):
        pack.write_bytes(content)
        assert words in says(capsys, "pack", "install", str(pack), status=2).splitlines()[-1]
        assert list(packs_dir().glob("*")) == []
    for folder in (tmp_path, tmp_path / "none"):
        words = ("pack", "make", str(folder), "--out", str(tmp_path / "y.atollpack"))
        assert "there is no pack.yaml in it" in says(capsys, *words, status=2)
    assert "cannot be read" in says(capsys, "pack", "install", str(tmp_path / "none"), status=2)


def test_a_damaged_pack_is_said_and_bars_nothing(capsys, pack):
    run(["pack", "install", str(pack)])
    (packs_dir() / "ward-seven" / "pack.yaml").write_text("id: other\n")
    capsys.readouterr()
    for words in (["cases"], ["pack", "list"]):
        assert run(words) == 0
        said = capsys.readouterr()
        assert len(said.err.splitlines()) == 1 and "left out; `atoll pack remove ward-seven`" in said.err
        assert CASE not in said.out
    (line,) = json.loads(says(capsys, "pack", "list", "--json"))["left_out"]
    assert "not as it was installed" in line
    assert run(["pack", "remove", "ward-seven"]) == 0
