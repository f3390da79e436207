"""What a report of a crash says of the records."""

from tests.records.kept import shelf_in
from tests.records.test_database import NOW, bytes_of
from tests.records.test_shelf import run
from trainer.records.backup import take_backup
from trainer.records.database import FILE
from trainer.records.health import health


def test_health_says_how_the_records_are_and_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOLL_HOME", str(tmp_path / "home"))
    assert health() == {"kept": "in the home", "state": "none yet", "bytes": {}, "backups": []}
    assert not (tmp_path / "home").exists()
    shelf = shelf_in(tmp_path / "home")
    shelf.save("a-1-1", run())
    shelf.records.close()
    take_backup(tmp_path / "home" / FILE, NOW)
    found = health()
    assert found["state"] == "whole, tables 0001" and found["backups"] == ["records-20311123-080000.sqlite"]
    assert "tester" not in str(found) and "a-1-1" not in str(found)
    (tmp_path / "home" / FILE).write_bytes(b"x" * 5000)
    before = bytes_of(tmp_path)
    assert health()["state"] == "damaged (file is not a database)"
    assert bytes_of(tmp_path) == before
    monkeypatch.setenv("ATOLL_DATABASE", "postgresql://u:secret@h/n")
    assert "secret" not in str(health())
