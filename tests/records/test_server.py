"""PostgreSQL: the same records on a real server, written by many at once."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, make_url, select, text

from tests.records.conftest import PASSWORD
from tests.records.crowd import OWN, SHARED, SHARED_RUN
from tests.records.test_learner import fill, rows
from trainer.core.error import BadInput
from trainer.records import table
from trainer.records.database import Records
from trainer.records.learner import add_learner, erase_learner, export_learner, learner_called, learners
from trainer.records.shelf import Shelf

ROOT = Path(__file__).resolve().parents[2]


def refused(url, **more):
    with pytest.raises(BadInput) as caught:
        Records(url, **more)
    line = str(caught.value)
    assert "\n" not in line and PASSWORD not in line
    return line


def test_tables_are_made_only_when_it_is_asked_for(empty_database):
    for _ in range(2):
        line = refused(empty_database)
        assert "not there yet" in line and "atoll records upgrade" in line and "pg_dump" in line
    for _ in range(2):
        Records(empty_database, upgrade=True).close()
    records = Records(empty_database)
    assert learners(records) == [] and records.check() == () and records.notices == ()
    assert PASSWORD not in records.place
    with records.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    records.close()
    assert "newer version" in refused(empty_database, upgrade=True), "no step of ours"


def test_the_tables_are_those_of_the_model(server_records):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with server_records.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, table.metadata) == []


def test_a_wrong_password_and_a_server_that_is_not_there_are_one_line(server):
    assert "password authentication failed" in refused(server.url.replace(PASSWORD, "another-word"))
    port = server.url.rpartition(":")[2].partition("/")[0]
    assert "refused" in refused(server.url.replace(f":{port}/", ":1/"))


def test_a_role_that_may_not_write_is_told_so(server, server_records):
    with server_records.begin() as connection:
        connection.execute(text(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    records = Records(server.url.replace("//atoll:", "//reader:"))
    learners(records)
    with pytest.raises(BadInput, match="permission denied") as caught:
        add_learner(records, "x")
    assert PASSWORD not in str(caught.value) and "\n" not in str(caught.value)
    records.close()


def test_the_two_roles_of_the_readme_are_enough(server, server_records, monkeypatch):
    """Word for word as it says, but for psql's own command; and the password from libpq's file, over TLS."""
    readme = (ROOT / "README.md").read_text()
    owner, writer = readme.partition("```sql\n")[2].partition("```")[0].split("\\c atoll atoll_owner")
    engine = create_engine(server_records._engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in owner.replace("...", PASSWORD).strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")))
    engine.dispose()
    base = server.url.replace("/postgres", "/atoll")
    mine = create_engine(make_url(base).set(drivername="postgresql+psycopg", username="atoll_owner"))
    with mine.begin() as connection:
        connection.execute(text(writer.strip().rstrip(";")))
    mine.dispose()
    Records(base.replace("//atoll:", "//atoll_owner:"), upgrade=True).close()
    url = base.replace(f"//atoll:{PASSWORD}@", "//atoll_writer@")
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "pgpass"
        words.write_text(f"127.0.0.1:*:atoll:atoll_writer:{PASSWORD}\n")
        words.chmod(0o600)
        monkeypatch.setenv("PGPASSFILE", str(words))
        if server.certificate.exists():
            shutil.copy(server.certificate, folder)
            url += f"?sslmode=verify-full&sslrootcert={folder}/{server.certificate.name}"
        records = Records(url)
        learner = add_learner(records, "mine")
        fill(records, learner, "mine")
        with records.begin() as connection:
            tls = connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        assert tls is server.certificate.exists()
        erase_learner(records, learner.id)
        assert set(rows(records).values()) == {0}
        with pytest.raises(BadInput, match="must be owner"):
            drop(records)
        records.close()
        if server.certificate.exists():
            (Path(folder) / server.certificate.name).write_text("no certificate")
            assert "records in postgresql" in refused(url)


def drop(records):
    with records.begin() as connection:
        connection.execute(text("DROP TABLE learner"))


def test_a_connection_that_was_lost_is_made_again(server_records):
    first = learners(server_records)
    with server_records.begin() as connection:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        own = connection.scalar(text("SELECT pg_backend_pid()"))
    assert own and learners(server_records) == first

    def lose():
        with server_records.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(BadInput, match="records in postgresql") as caught:
        lose()
    assert "\n" not in str(caught.value)
    assert learners(server_records) == first


def test_a_learner_is_exported_and_erased_on_a_server_too(server_records, tmp_path):
    with server_records.begin() as connection:
        connection.execute(text("DELETE FROM learner"))
    for mark in ("gone", "stays"):
        fill(server_records, add_learner(server_records, mark), mark)
    gone = learner_called(server_records, "gone")
    export_learner(server_records, gone.id, tmp_path / "out.zip")
    assert any("server" in line for line in erase_learner(server_records, gone.id))
    assert rows(server_records) == {**dict.fromkeys(rows(server_records), 1), "dial": 2}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork, so no crowd")
def test_of_thirty_who_write_at_once_nothing_is_lost_and_nothing_doubled(empty_database):
    writers = 30
    done = subprocess.run(
        [sys.executable, "-m", "tests.records.crowd", str(writers)],
        capture_output=True, text=True, cwd=ROOT, timeout=300, env={**os.environ, "ATOLL_DATABASE": empty_database},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told) == writers
    assert sum(one["refused"] for one in told) > 0, "they did get in each other's way"
    records = Records(empty_database)
    (learner,) = learners(records)
    shelf = Shelf(records, learner.id)
    for number, one in enumerate(told):
        events = shelf.load(f"own-{number}").events
        assert [event.second for event in events] == [number] * OWN == [number] * one["own"]
        (first,) = shelf.load(one["name"]).events
        assert first.second == 10_000 + number
    assert len({one["name"] for one in told}) == writers
    shared = [event.second for event in shelf.load(SHARED_RUN).events]
    assert sorted(shared) == sorted(second for one in told for second in one["shared"])
    assert len(set(shared)) == len(shared) == writers * SHARED
    with records.begin() as connection:
        count = connection.scalar(select(func.count()).select_from(table.event))
    assert count == writers * (OWN + SHARED + 1)
    assert len(shelf.entries()) == 2 * writers + 1
    records.close()
