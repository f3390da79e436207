"""A real PostgreSQL server on loopback, for the tests of this folder; they are skipped where none is installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.records.kept import shelf_in
from trainer.records.database import Records
from trainer.records.learner import add_learner
from trainer.records.shelf import Shelf

PASSWORD = "a-secret-word"


class Server(NamedTuple):
    """A server that runs: the URL of its own database, whose user owns all there is, and its certificate."""

    url: str
    certificate: Path


def binary(name):
    """Return a program of the server's, from the path or from where Debian keeps the newest version."""
    found = shutil.which(name)
    if found is not None and Path(found).resolve().name == name:
        return found
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(kept[-1]) if kept else None


def somebody():
    """Return who runs the server: root may not."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    pytest.skip("nobody is there to run PostgreSQL but root, whom it refuses")
    return {}


def certify(folder, call):
    """Make a certificate for the server, which is its own authority, if there is something to make it with."""
    openssl = shutil.which("openssl")
    if openssl is not None:
        call(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "server.key"),
             "-out", str(folder / "server.pem"))  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server on loopback, with TLS if OpenSSL is there."""
    pytest.importorskip("psycopg")
    initdb, control = binary("initdb"), binary("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("no PostgreSQL server is installed")
    who = somebody()
    with tempfile.TemporaryDirectory(prefix="atoll-pg-", dir="/tmp") as name:
        folder, data = Path(name), Path(name) / "data"
        (folder / "password").write_text(PASSWORD)
        if who:
            os.chown(folder, who["user"], who["group"])
            os.chown(folder / "password", who["user"], who["group"])

        def call(*words):
            with (folder / "said").open("ab") as said:
                done = subprocess.run(words, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, **who)
            assert done.returncode == 0, (folder / "said").read_text()

        certify(folder, call)
        call(initdb, "-D", str(data), "-U", "atoll", "-A", "scram-sha-256", "--pwfile", str(folder / "password"),
             "-E", "UTF8", "--locale", "C")  # fmt: skip
        port = free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        if (folder / "server.key").exists():
            options += f" -c ssl=on -c ssl_cert_file={folder}/server.pem -c ssl_key_file={folder}/server.key"
        call(control, "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield Server(f"postgresql://atoll:{PASSWORD}@127.0.0.1:{port}/postgres", folder / "server.pem")
        finally:
            call(control, "-D", str(data), "-m", "immediate", "-w", "stop")


@pytest.fixture
def empty_database(server):
    """The URL of a database in which there is nothing yet."""
    url = make_url(server.url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS empty WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE empty"))
    engine.dispose()
    return server.url.replace("/postgres", "/empty")


@pytest.fixture(scope="session")
def server_records(server):
    """Records on the server."""
    made = Records(server.url, upgrade=True)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def shelf(request, tmp_path):
    """A shelf of a learner alone, in a file and on a server."""
    if request.param == "sqlite":
        made = shelf_in(tmp_path)
        yield made
        made.records.close()
    else:
        records = request.getfixturevalue("server_records")
        with records.begin() as connection:
            connection.execute(text("DELETE FROM learner"))
        yield Shelf(records, add_learner(records, "tester").id)
    while OPENED:
        OPENED.pop().close()


OPENED: list[Records] = []


def again(shelf):
    """Another window's shelf of the same learner."""
    url = f"sqlite:///{shelf.records.file}"
    if shelf.records.file is None:
        url = shelf.records._engine.url.render_as_string(hide_password=False)
    OPENED.append(Records(url))
    return Shelf(OPENED[-1], shelf.learner_id)
