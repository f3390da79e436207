"""`atoll chest`, and the commands that play on an imported chest; reading and finding lungs are tested elsewhere."""

import json
import sys
from functools import partial
from types import ModuleType, SimpleNamespace

import pydicom
import pytest

from tests.chest.conftest import make_anatomy
from tests.chest.imports import scanned_as, small_chest
from trainer.chest import chests, protocol
from trainer.chest.chests import CARD, chest_called, imported_chests, keep_chest, remove_chest
from trainer.cli.main import run
from trainer.core.error import BadInput
from trainer.core.place import chests_dir
from trainer.encounter.examiner import Examiner
from trainer.encounter.run import decode
from trainer.reasoning.imagined import Imagined
from trainer.reasoning.sample import COARSE

TAKEN = ("102 slices of 512 x 512, 3 mm apart",)
TOLD = ("lobes: by fissures on the right, by geometry on the left", "noise 11 HU in soft tissue")


@pytest.fixture(autouse=True)
def _own_home(engine, tmp_path_factory, monkeypatch):
    """A home of its own, with the engine compiled before anything is printed."""
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def series(tmp_path, monkeypatch):
    """A folder from which the small chest is read; `read` and `find` take the places of the parts that do that."""
    folder = tmp_path / "ct"
    folder.mkdir()
    made = SimpleNamespace(folder=str(folder), warnings=(), forced=[], ready=[])
    monkeypatch.setattr("trainer.cli.engine.ready_chest", lambda: made.ready.append(True))

    def read(path, progress=None, cancelled=None):
        assert path == folder
        progress(1.0)
        return SimpleNamespace(source="a source", taken=TAKEN, left=("1 localiser",), warnings=made.warnings)

    def find(source, *, force=False, progress=None, cancelled=None):
        assert source == "a source"
        assert made.ready, "no compile is a silent wait"
        made.forced.append(force)
        progress(1.0)
        return SimpleNamespace(anatomy=small_chest(), told=TOLD)

    made.read, made.find = read, find
    for name, word, own in (
        ("trainer.dicom.reading", "read_series", "read"), ("trainer.chest.imported.assembly", "import_chest", "find"),
    ):  # fmt: skip
        fake = ModuleType(name)
        setattr(fake, word, lambda *words, own=own, **more: getattr(made, own)(*words, **more))
        monkeypatch.setitem(sys.modules, name, fake)
    return made


def says(capsys, *words, status=0):
    capsys.readouterr()
    assert run([str(word) for word in words]) == status
    said = capsys.readouterr()
    if status:
        assert said.err.startswith("atoll: ") and "\n" not in said.err.strip()
        return said.err.strip()
    return said.out


def kept():
    return sorted(path.name for path in chests_dir().iterdir()) if chests_dir().exists() else []


def test_an_import_tells_what_it_took_left_and_found(capsys, series):
    series.warnings = ("the pixels may hold burned-in text\x1b[31m",)
    assert run(["chest", "import", series.folder, "--name", "ward-3"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[:4] == [f"taken: {TAKEN[0]}", "left: 1 localiser", *(f"found: {line}" for line in TOLD)]
    assert lines[4].startswith("kept as 'ward-3': 3 slices of 3.00 x 0.70 x 0.70 mm (z, y, x), lungs 0.00 L")
    assert "--chest ward-3" in lines[5]
    assert said.err.strip() == "warning: the pixels may hold burned-in text\N{REPLACEMENT CHARACTER}[31m"
    assert kept() == ["ward-3"] and series.forced == [False]


def test_an_import_as_json_is_its_card_and_what_was_told(capsys, series):
    found = json.loads(says(capsys, "chest", "import", series.folder, "--name", "ward-3", "--force", "--json"))
    card = chest_called("ward-3")
    assert found == {
        **card.model_dump(mode="json"), "taken": list(TAKEN), "left": ["1 localiser"], "warnings": [],
    }  # fmt: skip
    assert card.told == TOLD and series.forced == [True]


def test_a_name_that_cannot_be_used_is_told_before_anything_is_read(capsys, series):
    says(capsys, "chest", "import", series.folder, "--name", "ward-3")
    series.read = lambda *_: pytest.fail("it was read")
    assert "atoll chest remove ward-3" in says(
        capsys, "chest", "import", series.folder, "--name", "ward-3", "--force", status=2
    )
    for name in ("Ward", "../x", "nul", ""):
        assert "no name" in says(capsys, "chest", "import", series.folder, "--name", name, status=2)
    assert "--name" in says(capsys, "chest", "import", series.folder, status=2)


@pytest.mark.parametrize("part", ["read", "find"])
@pytest.mark.parametrize(
    ("error", "line"),
    [(BadInput("ct: a head, no chest"), "ct: a head, no chest"), (MemoryError(), "not enough memory")],
)
def test_what_cannot_be_imported_is_one_line_and_leaves_nothing(capsys, series, part, error, line):
    def fail(*_, **__):
        raise error

    setattr(series, part, fail)
    assert line in says(capsys, "chest", "import", series.folder, "--name", "ward-3", status=2)
    assert kept() == []


@pytest.mark.parametrize("part", ["read", "find", "keep"])
def test_an_import_that_is_stopped_leaves_nothing(series, part, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    if part == "keep":
        real = chests.write_array
        monkeypatch.setattr(chests, "write_array", lambda path, a: stop() if path.name == "kept.raw" else real(path, a))
    else:
        setattr(series, part, stop)
    with pytest.raises(KeyboardInterrupt):
        run(["chest", "import", series.folder, "--name", "ward-3"])
    assert kept() == []


def test_chests_are_listed_and_removed(capsys):
    assert says(capsys, "chest", "list") == "no chest is imported\n"
    card, _ = keep_chest("ward-3", small_chest()), keep_chest("ward-4", small_chest(4))
    header, first, second = says(capsys, "chest", "list").splitlines()
    assert header.split()[0] == "chest" and first.split()[0] == "ward-3" and card.digest[:12] in first
    assert second.split()[0] == "ward-4"
    found = json.loads(says(capsys, "chest", "list", "--json"))
    assert found["chests"][0] == card.model_dump(mode="json") and found["damaged"] == []
    (chests_dir() / "ward-4" / CARD).write_text("{}")
    assert run(["chest", "list"]) == 0
    said = capsys.readouterr()
    assert "ward-4" not in said.out and "'ward-4' is damaged" in said.err
    assert len(json.loads(says(capsys, "chest", "list", "--json"))["damaged"]) == 1
    assert says(capsys, "chest", "remove", "ward-4") == "removed 'ward-4'\n"
    assert json.loads(says(capsys, "chest", "remove", "ward-3", "--json")) == {"removed": "ward-3"}
    assert "there is none" in says(capsys, "chest", "remove", "ward-3", status=2)


@pytest.fixture(scope="module")
def chest():
    """A chest that was scanned every 3 mm."""
    return scanned_as(make_anatomy(), thickness_mm=4.0, step=3)


@pytest.fixture
def ward(chest, monkeypatch):
    """That chest, imported; pictures are coarse."""
    monkeypatch.setattr(protocol, "Protocol", partial(protocol.Protocol, matrix=64))
    monkeypatch.setattr("trainer.cli.engine.ready_chest", lambda: None)  # compiled as it is needed
    return keep_chest("ward-3", chest)


def test_a_disease_is_scanned_in_an_imported_chest(capsys, ward, tmp_path):
    words = ["scan", "cop", "--day", "0", "--chest", "ward-3", "--truth", "--json"]
    assert run([*words, "--out", str(tmp_path / "a"), "--montage", str(tmp_path / "a.png")]) == 0
    said = capsys.readouterr()
    assert "--thickness" not in said.err and "--kernel" not in said.err, "nothing was asked for"
    found = json.loads(said.out)
    assert found["chest"] == {"name": "ward-3", "digest": ward.digest}
    (visit,) = found["visits"]
    assert (visit["kernel"], visit["thickness_mm"], visit["spacing_mm"][0]) == ("as scanned", 4.0, 3.0)
    slices = [pydicom.dcmread(path) for path in (tmp_path / "a").glob("CT-*")]
    assert len(slices) == visit["slices"] and (tmp_path / "a.png").stat().st_size > 1000

    remove_chest("ward-3")
    keep_chest("elsewhere", small_chest())
    assert "there are: elsewhere" in says(capsys, *words, "--out", tmp_path / "b", status=2)
    assert not (tmp_path / "b").exists()


def test_the_same_chest_under_another_name_gives_the_same_bytes(capsys, ward, chest, tmp_path):
    keep_chest("other-name", chest)
    for name in ("ward-3", "other-name"):
        words = ["scan", "healthy", "--day", "0", "--thickness", "5", "--chest", name]
        assert run([*words, "--out", str(tmp_path / name)]) == 0
    one, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("ward-3", "other-name")
    )
    assert one == other and len(one) > 20


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--thickness", "1"], "--thickness 1: raised to slices of 4 mm every 3 mm, as it was scanned"),
        (["--kernel", "soft"], "--kernel soft has no effect: an imported chest is shown with the kernel it came with"),
        (["--thickness", "5"], None),
    ],
)
def test_what_an_imported_chest_cannot_do_is_told(capsys, ward, tmp_path, words, line):
    assert run(["scan", "healthy", "--day", "0", *words, "--chest", "ward-3", "--out", str(tmp_path / "h")]) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 + (line is not None)
    assert line is None or said[0] == line
    step = 5.0 if line is None else 3.0
    assert f"slices of {step:.2f} x" in said[-1]


@pytest.fixture(scope="module")
def few(engine):
    return Imagined(engine, 60)


@pytest.fixture
def _few_patients(monkeypatch, few):
    for module in ("encounter", "report"):
        monkeypatch.setattr(f"trainer.cli.{module}.imagined", lambda *_: few)
        monkeypatch.setattr(f"trainer.cli.{module}.Examiner", partial(Examiner, effort=COARSE))


@pytest.mark.usefixtures("_few_patients")
def test_a_case_is_played_on_an_imported_chest_and_kept_without_it(capsys, ward, tmp_path):
    path, plain = tmp_path / "run.json", tmp_path / "plain.json"
    words = ["play", "wandering-shadows", "--plan", "textbook", "--seed", "3"]
    says(capsys, *words, "--chest", "ward-3", "--out", path)
    says(capsys, *words, "--out", plain)
    header = decode(path.read_text(), "run").header
    assert header.chest is not None and header.chest.named == ward.named
    assert '"chest"' not in plain.read_text()
    states = [decode(one.read_text(), "run").state for one in (path, plain)]
    assert states[0] == states[1], "the chest decides pictures, nothing else of the patient"
    sheet = says(capsys, "score", path, "--json")
    assert says(capsys, "replay", path).startswith("verified")

    remove_chest("ward-3")
    assert says(capsys, "replay", path).startswith("verified")
    assert "SIMULATED" in says(capsys, "twin", path, "--plan", "untreated")
    missing = "'ward-3', which is not on this workstation; import it with `atoll chest import`"
    assert missing in says(capsys, "score", path, status=2)
    assert missing in says(capsys, "report", path, "--out", tmp_path / "r.pdf", status=2)
    assert not (tmp_path / "r.pdf").exists()
    keep_chest("ward-3", small_chest())
    assert "the chest 'ward-3' that is here is another one" in says(capsys, "score", path, status=2)

    keep_chest("ward-9", scanned_as(make_anatomy(), thickness_mm=4.0, step=3))
    assert imported_chests()[-1].digest == ward.digest
    assert says(capsys, "score", path, "--json") == sheet, "found by its content, whatever it is called here"
    assert "no imported chest is called 'ward-5'" in says(
        capsys, *words, "--chest", "ward-5", "--out", tmp_path / "x", status=2
    )


def test_a_case_that_is_left_goes_on_in_the_same_chest(capsys, ward, tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    words = ["play", "wandering-shadows", "--seed", "3", "--out", path]

    def type_(*lines):
        left = [f"{line}\n" for line in lines]
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(readline=lambda _: left.pop(0) if left else ""))

    type_("order thin-section CT", f"look {tmp_path / 'ct.png'}")
    assert "is in" in says(capsys, *words, "--chest", "ward-3")
    assert (tmp_path / "ct.png").exists()
    type_("go 1")
    assert "Going on" not in says(capsys, *words)
    keep_chest("ward-4", small_chest())
    assert "on another chest than 'ward-4'" in says(capsys, *words, "--chest", "ward-4", status=2)
    remove_chest("ward-3")
    assert "not on this workstation" in says(capsys, *words, status=2)
    header = decode(path.read_text(), "run").header
    assert header.chest is not None and header.chest.name == "ward-3"
