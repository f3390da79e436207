"""The shape of the program: layers, sizes of files and functions, what an import costs."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "trainer"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LAYERS = ["core", "knowledge", "course", "chest", "reasoning", "encounter", "records", "dicom", "ui", "cli"]


def test_the_layers_hold():
    command = shutil.which("lint-imports", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_forbidden_import_would_be_found(tmp_path):
    """The contract is live: a copy in which the engine imports Qt breaks it."""
    shutil.copytree(PACKAGE, tmp_path / "trainer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "trainer" / "course" / "spoiled.py").write_text('"""x"""\nimport PySide6.QtCore\nimport trainer.ui\n')
    command = shutil.which("lint-imports", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run([command, "--no-cache"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "trainer.course.spoiled" in done.stdout


def test_every_package_of_the_design_is_there():
    assert all((PACKAGE / name / "__init__.py").is_file() for name in LAYERS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_is_short_and_documented(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)), "a module says what it is"


def imported_by(statement):
    code = (
        f"import sys, time\nt = time.perf_counter()\n{statement}\nprint(time.perf_counter() - t)\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    seconds, modules = done.stdout.splitlines()
    return float(seconds), set(modules.split())


@pytest.mark.parametrize(
    "name", ["core", "knowledge", "course", "chest", "reasoning", "encounter", "records", "cli.main"]
)
def test_nothing_below_the_window_loads_qt(name):
    _, modules = imported_by(f"import trainer.{name}")
    assert not {m for m in modules if m.split(".")[0] in {"PySide6", "pyqtgraph", "shiboken6"}}


@pytest.mark.parametrize("name", ["course", "encounter", "cli.main"])
def test_nothing_loads_dicom_before_it_is_needed(name):
    _, modules = imported_by(f"import trainer.{name}")
    assert not {m for m in modules if m.split(".")[0] in {"pydicom", "highdicom"}}
