"""Orthanc, a PACS on loopback, takes every object and gives it back unchanged."""

import io
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pydicom
import pytest

from .conftest import DAY, make_series, write

ORTHANC = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def orthanc(folder):
    """Run a server of its own with nothing in it; give its address."""
    port = free_port()
    (folder / "orthanc.json").write_text(
        json.dumps(
            {
                "StorageDirectory": str(folder / "store"),
                "IndexDirectory": str(folder / "index"),
                "HttpPort": port,
                "DicomServerEnabled": False,
                "RemoteAccessAllowed": False,
                "AuthenticationEnabled": False,
                "Plugins": [],
            }
        )
    )
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([ORTHANC, folder / "orthanc.json"], stdout=log, stderr=log)
        try:
            for _ in range(150):
                try:
                    get(f"{address}/system")
                    break
                except urllib.error.URLError:
                    assert server.poll() is None, (folder / "log").read_text()
                    time.sleep(0.2)
            else:
                pytest.fail("Orthanc did not start in 30 s: " + (folder / "log").read_text())
            yield address
        finally:
            server.terminate()
            server.wait(30)


def get(url):
    with OPENER.open(url, timeout=30) as answer:
        return answer.read()


def store(address, path):
    request = urllib.request.Request(f"{address}/instances", path.read_bytes(), {"Content-Type": "application/dicom"})
    with OPENER.open(request, timeout=30) as answer:
        return json.loads(answer.read())


@pytest.mark.skipif(ORTHANC is None, reason="Orthanc is absent (Debian package orthanc)")
def test_objects_return_unchanged(folder, series, anatomy, tmp_path):
    write(tmp_path / "later", make_series(anatomy, "cop treated", key=99), DAY + 28)
    paths = [*sorted(folder.iterdir()), *sorted((tmp_path / "later").iterdir())]
    with orthanc(tmp_path) as address:
        answers = {path: store(address, path) for path in paths}
        assert {answer["Status"] for answer in answers.values()} == {"Success"}
        statistics = json.loads(get(f"{address}/statistics"))
        counted = {n: statistics[f"Count{n}"] for n in ("Patients", "Studies", "Series", "Instances")}
        assert counted == {"Patients": 1, "Studies": 2, "Series": 6, "Instances": len(paths)}
        for path, answer in answers.items():
            raw = get(f"{address}/instances/{answer['ID']}/file")
            back, sent = pydicom.dcmread(io.BytesIO(raw)), pydicom.dcmread(path)
            assert back == sent, path.name
            assert (back.pixel_array == sent.pixel_array).all()
        again = [store(address, path)["Status"] for path in paths[:3]]
        assert again == ["AlreadyStored"] * 3
