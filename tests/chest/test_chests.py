import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from tests.chest.imports import alike, small_chest, tree
from trainer import __version__
from trainer.chest import chests
from trainer.chest.anatomy import raw, store
from trainer.chest.anatomy.build import anatomy_of
from trainer.chest.chests import (
    CARD,
    INDEX,
    check_here,
    check_name,
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
from trainer.course.person import ChestName, Person


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    chests._verified.cache_clear()
    return tmp_path


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_what_is_kept_comes_back_by_its_content_and_cannot_be_written():
    card = keep_chest("ward-3", small_chest(), ("lobes: by fissures",))
    opened = open_chest(card.named)
    assert alike(opened, small_chest())
    assert opened.acquisition is not None
    with pytest.raises(ValueError, match="read-only"):
        opened.acquisition.coefficients[0, 0, 0] = 1
    assert imported_chests() == (card,)
    assert chest_called("ward-3") == card
    assert (card.slices, card.rows, card.columns, card.spacing_mm) == (3, 10, 12, (3.0, 0.7, 0.7))
    assert card.lung_ml == pytest.approx(np.count_nonzero(small_chest().lobe) * 0.49e-3, abs=0.05)


def test_nothing_else_is_kept():
    keep_chest("ward-3", small_chest(), ("told",))
    folder = chests_dir() / "ward-3"
    assert everything(folder) == {CARD, INDEX, *(f"{name}.raw" for name in raw.arrays_of(small_chest()))}
    assert set(json.loads((folder / CARD).read_text())) == {
        "format", "name", "digest", "slices", "rows", "columns", "spacing_mm", "thickness_mm", "lung_ml", "told",
        "engine",
    }  # fmt: skip
    assert set(json.loads((folder / INDEX).read_text())) == {
        "format", "grid", "landmarks", "source", "acquisition", "arrays",
    }  # fmt: skip
    assert json.loads((folder / CARD).read_text())["engine"] == __version__


def test_the_same_chest_has_the_same_digest_under_any_name_and_another_has_another():
    first, second = keep_chest("a", small_chest()), keep_chest("b", small_chest(), ("told otherwise",))
    assert first.digest == second.digest
    scan = small_chest().acquisition
    for changed in (
        small_chest(4), replace(small_chest(), acquisition=replace(scan, noise_hu=11.5)),
        replace(small_chest(), lobe=np.where(small_chest().lobe == 1, 2, small_chest().lobe).astype(np.uint8)),
        replace(small_chest(), veins=tree(2)),
    ):  # fmt: skip
        assert keep_chest("c", changed).digest != first.digest
        remove_chest("c")


def test_a_chest_is_found_whatever_it_is_called_here():
    card = keep_chest("here", small_chest())
    check_here(ChestName("there", card.digest))
    assert alike(open_chest(ChestName("there", card.digest)), small_chest())


def test_a_missing_chest_is_one_line():
    with pytest.raises(BadInput, match="'ward-3', which is not on this workstation; import it with `atoll chest impo"):
        open_chest(ChestName("ward-3", "0" * 64))


def test_another_chest_of_the_same_name_is_not_taken_for_it():
    keep_chest("ward-3", small_chest())
    with pytest.raises(BadInput, match="the chest 'ward-3' that is here is another one"):
        open_chest(ChestName("ward-3", "0" * 64))


def test_a_person_wears_an_imported_chest_at_any_scale():
    card = keep_chest("ward-3", small_chest())
    told: list[float] = []
    person = Person(1, "F", 60.0, 165.0, 60.0, card.named)
    assert alike(anatomy_of(person, told.append), small_chest())
    assert told == [1.0]
    assert alike(anatomy_of(person, scale=4), small_chest())
    with pytest.raises(BadInput, match="not on this workstation"):
        anatomy_of(replace(person, chest=ChestName("ward-3", "1" * 64)))


@pytest.mark.parametrize(
    "name", ["", "Ward", "ward_3", "ward 3", "-ward", "ward-", "a--b", "../x", "a/b", ".", "nul", "com1", "x" * 41, "é"]
)
def test_names_that_some_system_cannot_write_are_refused(name):
    with pytest.raises(BadInput, match="no name"):
        check_name(name)
    with pytest.raises(BadInput, match="no name"):
        keep_chest(name, small_chest())
    assert not chests_dir().exists()


def test_a_name_that_is_taken_is_refused_and_what_was_there_stays():
    card = keep_chest("ward-3", small_chest())
    with pytest.raises(BadInput, match="first `atoll chest remove ward-3`"):
        keep_chest("ward-3", small_chest(4))
    assert imported_chests() == (card,)


def test_a_built_chest_or_one_with_labels_that_are_none_is_never_kept():
    for wrong in (
        replace(small_chest(), source="built", acquisition=None),
        replace(small_chest(), lobe=np.full((8, 10, 12), 6, np.uint8)),
        replace(small_chest(), lobule=np.full((4, 5, 6), 2**31 - 1, np.int32)),
        replace(small_chest(), airways=replace(tree(), parent=np.array([-1, 2, 0], np.int32))),
    ):
        with pytest.raises(ValueError, match=r"built|lobe|lobule|airways"):
            keep_chest("ward-3", wrong)
    assert not chests_dir().exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"depth_mm": np.zeros((4, 5, 6), np.float32)}, {"vessel": np.zeros((8, 10, 12), bool)},
        {"segment": np.zeros((8, 10, 12), np.uint8)}, {"airways": replace(tree(), radius_mm=np.ones(3))},
    ],
)  # fmt: skip
def test_what_could_not_be_read_again_is_not_kept(wrong):
    with pytest.raises(ValueError, match=r"mm|vessel|segment|airways"):
        keep_chest("ward-3", replace(small_chest(), **wrong))
    assert list(chests_dir().iterdir()) == []


def test_numbers_of_numpy_are_numbers():
    landmarks = MappingProxyType({"carina": (np.float32(1.0), np.float32(2.5), np.float32(-3.25))})
    spacing = (np.float64(1.0), 0.7, 0.7)
    grid = replace(small_chest().grid, shape=(np.int64(8), 10, 12), spacing_mm=spacing)
    card = keep_chest("ward-3", replace(small_chest(), landmarks=landmarks, grid=grid))
    assert alike(open_chest(card.named), small_chest())


def test_removed_is_removed():
    keep_chest("ward-3", small_chest())
    remove_chest("ward-3")
    assert imported_chests() == ()
    assert list(chests_dir().iterdir()) == []
    with pytest.raises(BadInput, match="no imported chest is called 'ward-3'; there is none"):
        remove_chest("ward-3")


def test_a_link_is_removed_and_what_it_leads_to_stays(tmp_path):
    keep_chest("ward-3", small_chest())
    (chests_dir() / "ward-3").rename(tmp_path / "elsewhere")
    (chests_dir() / "ward-3").symlink_to(tmp_path / "elsewhere")
    assert len(imported_chests()) == 1
    remove_chest("ward-3")
    assert (tmp_path / "elsewhere" / CARD).exists()


def test_a_chest_outlives_a_new_version_of_built_ones(monkeypatch):
    card = keep_chest("ward-3", small_chest())
    monkeypatch.setattr(store, "VERSION", store.VERSION + 1)
    monkeypatch.setattr(store, "MOST_BYTES", 0)
    store.save(store.folder_of(Person(1, "F", 60.0, 165.0, 60.0)), replace(small_chest(), acquisition=None))
    assert alike(open_chest(card.named), small_chest())


def test_told_lines_are_plain_and_few():
    card = keep_chest("ward-3", small_chest(), ("one\ntwo\x1b[31m", "x" * 1000, *(["more"] * 60)))
    assert card.told[0] == "one two\N{REPLACEMENT CHARACTER}[31m"
    assert len(card.told[1]) == 300
    assert len(card.told) == 40


def test_a_disk_without_room_is_told_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(chests.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(BadInput, match="the disk has 0 MB free"):
        keep_chest("ward-3", small_chest())
    assert not chests_dir().exists()


def test_what_a_killed_process_left_is_swept_before_room_is_sought(monkeypatch):
    left = chests_dir() / f"{STAGING}left"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))

    def usage(_):
        return type("Usage", (), {"free": 0 if left.exists() else 10**12})()

    monkeypatch.setattr(chests.shutil, "disk_usage", usage)
    assert keep_chest("ward-3", small_chest()).name == "ward-3"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_disk_that_fills_while_a_chest_is_written_is_told_in_the_words_of_the_system(monkeypatch):
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda path, mode: real(path, mode.replace("x", "w")))
    with pytest.raises(OSError, match="No space left on device"):
        raw.write_array(Path("/dev/full"), np.zeros((3, 100_000), np.int16))


def test_there_is_a_bound_for_one_and_for_all(monkeypatch):
    keep_chest("ward-3", small_chest())
    size = sum(path.stat().st_size for path in (chests_dir() / "ward-3").iterdir())
    monkeypatch.setattr(chests, "MOST_BYTES", int(1.5 * size))
    with pytest.raises(BadInput, match="first remove one"):
        keep_chest("ward-4", small_chest())
    monkeypatch.setattr(chests, "MOST_CHEST_BYTES", 1000)
    with pytest.raises(BadInput, match="more than one can"):
        keep_chest("ward-4", small_chest())
    assert [card.name for card in imported_chests()] == ["ward-3"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_cannot_be_written_whole_leaves_nothing(monkeypatch, failure):
    real, written = chests.write_array, []

    def write(path, array):
        if len(written) == 5:
            raise failure
        written.append(path)
        real(path, array)

    monkeypatch.setattr(chests, "write_array", write)
    with pytest.raises((BadInput, KeyboardInterrupt), match=r"No space left|^$"):
        keep_chest("ward-3", small_chest())
    assert len(written) == 5
    assert list(chests_dir().iterdir()) == []


def test_a_home_that_cannot_be_written_is_one_line(home):
    (home / "chests").write_text("in the way")
    with pytest.raises(BadInput, match="cannot be written"):
        keep_chest("ward-3", small_chest())
    assert imported_chests() == ()


def test_what_was_left_by_a_process_that_was_killed_is_swept_away():
    keep_chest("ward-3", small_chest())
    old, new = chests_dir() / f"{STAGING}old", chests_dir() / f"{STAGING}new"
    old.mkdir()
    new.mkdir()
    os.utime(old, (0, 0))
    keep_chest("ward-4", small_chest())
    assert not old.exists()
    assert new.exists()  # another process may be at it


_KEEP = """
import sys
from tests.chest.imports import small_chest
from trainer.chest import chests
if sys.argv[1] == "die":
    real = chests.write_array
    def write(path, array):
        if path.name == "kept.raw":
            import os
            os._exit(9)
        real(path, array)
    chests.write_array = write
print(chests.keep_chest("ward-3", small_chest()).digest)
"""


def _process(word):
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", _KEEP, word], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_process_that_dies_leaves_no_chest():
    dying = _process("die")
    dying.communicate(timeout=60)
    assert dying.returncode == 9
    assert imported_chests() == ()
    assert damaged_chests() == ()
    assert alike(open_chest(keep_chest("ward-3", small_chest()).named), small_chest())


def test_of_two_processes_that_import_the_same_name_one_does():
    both = [_process("live"), _process("live")]
    ends = [(one.communicate(timeout=60), one.returncode) for one in both]
    assert sorted(code for _, code in ends) == [0, 1]
    ((_, complaint), _) = next(end for end in ends if end[1])
    assert "BadInput" in complaint
    assert len(imported_chests()) == 1
    assert [path.name for path in chests_dir().iterdir()] == ["ward-3"]
