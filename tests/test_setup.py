"""What the README says of setting up: without a network, for other systems, and a first start that is killed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OTHERS = (("win_amd64", "3.11"), ("win_amd64", "3.13"), ("macosx_14_0_arm64", "3.12"))
POSIX = pytest.mark.skipif(os.name != "posix", reason="the commands as a Linux or a Mac takes them")
pytestmark = pytest.mark.long


def outside():
    """Return an environment in which this checkout is not on the path."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def line_of_readme(start):
    """Return the command of the README that begins so."""
    found = re.search(rf"^{re.escape(start)}.*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, start
    return found.group()


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Skip where no index of packages can be reached."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(tmp_path_factory.mktemp("probe")),
         "iniconfig"],
        capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    if done.returncode:
        pytest.skip("no index of packages can be reached")


@pytest.fixture(scope="module")
def lab(index, tmp_path_factory):
    """A virtual environment that was set up without a network, by the README's two commands; return its `atoll`."""
    folder = tmp_path_factory.mktemp("lab")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "__pycache__", "dist", "build"))
    python = f'"{sys.executable}"'
    for start, where in (("python3 -m pip wheel", source), ("python3 -m venv atoll &&", folder)):
        command = line_of_readme(start).partition("  #")[0].replace("python3", python)
        begun = time.monotonic()
        subprocess.run(command, shell=True, check=True, cwd=where, env=outside())
        print(f"\n{command}: {time.monotonic() - begun:.0f} s")
        if where == source:
            shutil.move(source / "wheelhouse", folder / "wheelhouse")
            size = sum(path.stat().st_size for path in (folder / "wheelhouse").iterdir()) / 1e6
            print(f"wheelhouse: {len(list((folder / 'wheelhouse').iterdir()))} files, {size:.0f} MB")
            shutil.rmtree(source)
    return folder / "atoll" / "bin" / "atoll"


def begin(lab, home, *words, **more):
    return subprocess.Popen(
        [str(lab), *words], cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**outside(), "ATOLL_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", **more},
    )  # fmt: skip


@POSIX
def test_a_lab_without_a_network(lab, tmp_path):
    assert "--no-index" in line_of_readme("python3 -m venv atoll &&")
    out, err = begin(lab, tmp_path, "cases").communicate(timeout=120)
    assert "wandering-shadows" in out, err


@POSIX
def test_a_first_start_goes_on_from_a_kill_and_later_starts_compile_nothing(lab, tmp_path):
    package = next(lab.parents[1].glob("lib/python*/site-packages/trainer"))

    def kernels():
        return {path: path.stat().st_mtime_ns for path in package.rglob("*.nbc")}

    first = begin(lab, tmp_path)  # the window: its child compiles
    end = time.monotonic() + 300
    while len(kernels()) < 40:
        assert first.poll() is None and time.monotonic() < end
        time.sleep(0.2)
    first.send_signal(signal.SIGTERM)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 128 + signal.SIGTERM, err
    assert not list(package.rglob("*.tmp.*")), "something half-written was left"
    after_window = kernels()
    time.sleep(3)
    assert kernels() == after_window, "something still compiles"

    second = begin(lab, tmp_path, "warm", "--json")
    said = [json.loads(second.stdout.readline()) for _ in range(2)]
    assert said[-1]["share"] > 0.01, "it began anew"  # a first kernel alone is a tenth of that
    while json.loads(second.stdout.readline())["share"] < 0.4:
        pass
    second.send_signal(signal.SIGKILL)
    second.communicate(timeout=60)
    killed = kernels()
    assert {path for path in after_window if killed.get(path) == after_window[path]} == set(after_window)

    third = begin(lab, tmp_path, "warm", "--json")
    out, err = third.communicate(timeout=900)
    assert third.returncode == 0, err
    shares = [json.loads(line)["share"] for line in out.splitlines()]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert not list(package.rglob("*.tmp.*"))
    all_of_them = kernels()
    assert all(all_of_them[path] == at for path, at in killed.items() if path in after_window)

    out, err = begin(lab, tmp_path, "warm").communicate(timeout=120)
    assert "nothing to compile" in out, err
    last = begin(lab, tmp_path)
    time.sleep(15)
    assert last.poll() is None
    last.send_signal(signal.SIGTERM)
    _, err = last.communicate(timeout=60)
    assert last.returncode == 128 + signal.SIGTERM, err
    assert kernels() == all_of_them, "a later start compiled something"


@pytest.mark.parametrize(("system", "python"), OTHERS)
def test_every_dependency_has_a_wheel_for_other_systems(index, tmp_path, system, python):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--target",
         str(tmp_path / "never"), "--platform", system, "--python-version", python, "--only-binary=:all:",
         "-c", str(ROOT / "requirements.lock"), *project["dependencies"]],
        capture_output=True, text=True, cwd=tmp_path, env=outside(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
