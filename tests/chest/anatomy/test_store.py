import dataclasses
import os
from types import MappingProxyType

import numpy as np
import pytest

from trainer.chest.anatomy import build, store
from trainer.chest.anatomy.model import Anatomy, Branches
from trainer.chest.grid import Grid
from trainer.course.person import Person

PERSON = Person(9, "F", 51.0, 165.0, 60.0)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path))
    return tmp_path


def small() -> Anatomy:
    rng = np.random.default_rng(3)
    shape, half = (8, 10, 12), (4, 5, 6)
    tree = Branches(
        rng.random((3, 3)).astype(np.float32), rng.random((3, 3)).astype(np.float32), rng.random(3).astype(np.float32),
        np.array([-1, 0, 0], np.int32), np.arange(3, dtype=np.int16), np.zeros(3, np.int16),
    )  # fmt: skip
    full = {n: rng.integers(0, 200, shape).astype(np.uint8) for n in ("organ", "lobe", "vessel", "airway")}
    return Anatomy(
        grid=Grid(shape, (1.0, 0.7, 0.7), (-5.0, -3.5, 1.25)), hu=rng.integers(-1000, 900, shape).astype(np.int16),
        segment=rng.integers(0, 19, half).astype(np.uint8), depth_mm=rng.random(half).astype(np.float16),
        lobule=rng.integers(0, 9, half).astype(np.int32), septum_mm=rng.random(half).astype(np.float16),
        airways=tree, arteries=tree, veins=tree, landmarks=MappingProxyType({"carina": (1.0, 2.5, -3.25)}), **full,
    )  # fmt: skip


def same(a: Anatomy, b: Anatomy) -> bool:
    for f in dataclasses.fields(Anatomy):
        one, two = getattr(a, f.name), getattr(b, f.name)
        if isinstance(one, Branches):
            pairs = [(getattr(one, c.name), getattr(two, c.name)) for c in dataclasses.fields(Branches)]
        else:
            pairs = [(one, two)]
        for x, y in pairs:
            if not (np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y):
                return False
    return True


def test_what_is_kept_comes_back_and_cannot_be_written():
    folder = store.folder_of(PERSON)
    store.save(folder, small())
    kept = store.load(folder)
    assert kept is not None
    assert same(kept, small())
    with pytest.raises(ValueError, match="read-only"):
        kept.hu[0, 0, 0] = 1


def test_nothing_kept_is_nothing():
    assert store.load(store.folder_of(PERSON)) is None


@pytest.mark.parametrize("name", ["hu.raw", "index.json", "airways-parent.raw"])
@pytest.mark.parametrize("harm", ["cut", "gone", "garbage"])
def test_a_damaged_file_is_ignored(name, harm):
    folder = store.folder_of(PERSON)
    store.save(folder, small())
    path = folder / name
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-3])
    elif harm == "gone":
        path.unlink()
    else:
        path.write_bytes(b"\x00" * 301)
    assert store.load(folder) is None
    store.save(folder, small())
    assert store.load(folder) is not None


@pytest.mark.parametrize("path", ["index.json", "airways-parent.raw", "veins-radius_mm.raw"])
def test_a_flipped_bit_is_noticed(path):
    folder = store.folder_of(PERSON)
    store.save(folder, small())
    raw = bytearray((folder / path).read_bytes())
    raw[len(raw) // 2] ^= 4
    (folder / path).write_bytes(raw)
    assert store.load(folder) is None


def test_what_was_left_half_written_is_swept_away(home):
    old, new = home / "anatomy" / "a.part", home / "anatomy" / "b.part"
    for part in (old, new):
        part.mkdir(parents=True)
    os.utime(old, (0, 0))
    store.save(store.folder_of(PERSON), small())
    assert not old.exists()
    assert new.exists()  # another process may be at it


def test_the_anatomy_opened_longest_ago_makes_room(monkeypatch):
    anatomy = small()
    folders = [store.folder_of(dataclasses.replace(PERSON, key=key)) for key in (1, 2, 3)]
    for age, folder in zip((30, 20, 10), folders[:2], strict=False):
        store.save(folder, anatomy)
        os.utime(folder / "index.json", (1e9 - age, 1e9 - age))
    assert store.load(folders[0]) is not None  # used now, so the other is the older one
    size = sum(path.stat().st_size for path in folders[0].iterdir())
    monkeypatch.setattr(store, "MOST_BYTES", int(2.5 * size))
    store.save(folders[2], anatomy)
    assert [folder.exists() for folder in folders] == [True, False, True]


def test_a_place_that_cannot_be_written_is_told_before_the_work(home, monkeypatch):
    (home / "anatomy").write_text("in the way")
    monkeypatch.setattr(build, "build_anatomy", lambda *_: pytest.fail("built first"))
    with pytest.raises(OSError, match="exists"):
        build.anatomy_of(PERSON, scale=4)


def test_another_version_is_ignored(monkeypatch):
    folder = store.folder_of(PERSON)
    store.save(folder, small())
    monkeypatch.setattr(store, "VERSION", store.VERSION + 1)
    assert store.load(folder) is None
    assert store.folder_of(PERSON) != folder


def test_folders_tell_people_and_resolutions_apart():
    other = dataclasses.replace(PERSON, weight_kg=61.0)
    folders = {store.folder_of(PERSON), store.folder_of(other), store.folder_of(PERSON, 2)}
    assert len(folders) == 3


def test_nothing_half_written_stays(home, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(store.json, "dumps", fail)
    with pytest.raises(OSError, match="disk full"):
        store.save(store.folder_of(PERSON), small())
    assert list((home / "anatomy").iterdir()) == []


def test_build_reports_progress_and_can_be_stopped():
    seen: list[float] = []
    built = build.build_anatomy(PERSON, seen.append, scale=4)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert not built.hu.flags.writeable
    assert set(np.unique(built.lobe)) == set(range(6))
    inside = built.hu[(built.lobe > 0) & (built.vessel == 0) & (built.airway == 0)]
    assert -890 < np.median(inside) < -800
    with pytest.raises(build.BuildCancelled):
        build.build_anatomy(PERSON, cancelled=lambda: True, scale=4)


def test_anatomy_comes_from_disk_the_second_time(monkeypatch):
    first = build.anatomy_of(PERSON, scale=4)

    def never(*_args, **_kwargs):
        raise AssertionError("built again")

    monkeypatch.setattr(build, "build_anatomy", never)
    assert same(build.anatomy_of(PERSON, scale=4), first)
