"""Preferences that were damaged or edited: used, or left with a line, and the start goes on."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import Watch, changed, mutated
from trainer.ui.preference import Preferences, read_preferences, write_preferences
from trainer.ui.shortcut import SHORTCUTS, keys_of, prefer

MINE = Preferences(theme="light", text_scale=1.2, mouse="scroll", keys={"next-slice": "Ctrl+Up", "fit": "9"})


@pytest.fixture
def watch(tmp_path):
    write_preferences(MINE, tmp_path)
    assert read_preferences(tmp_path) == (MINE, None)
    return Watch(tmp_path)


def read_at(watch, what):
    with watch.over(what):
        found, line = read_preferences(watch.folder)
        assert isinstance(found, Preferences) and (line is None or ("\n" not in line and found == Preferences()))
        watch.refused += line is not None


def test_bytes_of_preferences(watch):
    path = watch.folder / "preferences.json"
    good = path.read_bytes()
    for seed in range(300):
        path.write_bytes(mutated(good, seed))
        read_at(watch, seed)
    watch.tell("preferences, bytes")
    assert watch.refused > 200


def test_values_of_preferences(watch):
    path = watch.folder / "preferences.json"
    good = json.loads(path.read_bytes())
    for seed in range(150):
        path.write_text(json.dumps(changed(good, seed)))
        read_at(watch, seed)
    watch.tell("preferences, values")
    assert watch.refused > 60


@pytest.mark.parametrize(
    "text", ["[" * 49_000, '{"keys": ' * 5000, '{"keys": {' + '"a": "",' * 6000, " " * 50_001, "9" * 49_000]
)
def test_large_preferences(watch, text):
    (watch.folder / "preferences.json").write_text(text)
    read_at(watch, text[:20])
    assert watch.refused == 1


def test_preferences_that_are_no_file(watch):
    path = watch.folder / "preferences.json"
    path.unlink()
    os.mkfifo(path)
    read_at(watch, "a pipe")
    path.unlink()
    path.mkdir()
    read_at(watch, "a folder")
    assert watch.refused == 2


def test_a_home_that_no_disk_can_have():
    found, line = read_preferences(Path("/" + "x" * 300))
    assert found == Preferences() and "File name too long" in line and "\n" not in line


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from([one.id for one in SHORTCUTS]) | st.text(max_size=8), st.text(max_size=40)))
def test_any_keys_leave_every_shortcut_with_one(qapp, keys):
    try:
        prefer(keys)
        assert all(keys_of(one.id) for one in SHORTCUTS)
    finally:
        prefer({})
