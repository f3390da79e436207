"""Files are written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from trainer.core.error import BadInput
from trainer.core.storage import check_target, read_bounded, write_atomically


def test_writes_and_overwrites(tmp_path):
    path = tmp_path / "a.txt"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomically(path, b"old")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(BadInput, match="cannot be written"):
        write_atomically(tmp_path / "no" / "a.txt", b"x")


def test_a_link_stays_and_what_it_leads_to_is_written_with_its_mode(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a.txt", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_or_read_only_stays(tmp_path):
    pipe, kept, folder, loop = (tmp_path / name for name in ("pipe", "kept", "folder", "loop"))
    os.mkfifo(pipe)
    kept.write_bytes(b"old")
    kept.chmod(0o444)
    folder.mkdir()
    loop.symlink_to(loop)
    for path, says in ((pipe, "regular"), (folder, "regular"), (kept, "read-only"), (loop, "regular")):
        for refuse in (check_target, lambda path: write_atomically(path, b"new")):
            with pytest.raises(BadInput, match=says):
                refuse(path)
    assert kept.read_bytes() == b"old" and pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == sorted([pipe, kept, folder, loop])


def test_a_long_name_can_be_written_and_one_too_long_is_said(tmp_path):
    path = tmp_path / ("x" * 250)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(BadInput, match="too long"):
        write_atomically(tmp_path / ("x" * 300), b"new")


def test_only_regular_files_up_to_a_limit_are_read(tmp_path):
    pipe, file = tmp_path / "pipe", tmp_path / "a"
    os.mkfifo(pipe)
    file.write_bytes(b"12345")
    assert read_bounded(file, 5) == b"12345"
    for path, most, says in ((pipe, 5, "regular"), (tmp_path, 5, "irectory"), (file, 4, "larger")):
        with pytest.raises(BadInput, match=says):
            read_bounded(path, most)
    with pytest.raises(BadInput, match="regular"):
        read_bounded(Path("/dev/zero"), 5)
