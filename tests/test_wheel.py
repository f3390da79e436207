"""The wheel carries cases and assets: built, installed elsewhere, and asked for its cases."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_an_installed_wheel_finds_its_cases(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PIP_NO_INPUT": "1"}

    def run(*words, **more):
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=tmp_path, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT), env=environment)
    wheel = next((tmp_path / "dist").glob("atoll_trainer-*.whl"))
    run("-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path / "site"), str(wheel), env=environment)
    there = environment | {"PYTHONPATH": str(tmp_path / "site"), "ATOLL_HOME": str(tmp_path / "home")}
    place = run("-c", "import trainer; print(trainer.__file__)", env=there)
    assert str(tmp_path / "site") in place
    assert "wandering-shadows" in run("-m", "trainer.app", "cases", env=there)
    assert "no faults" in run("-m", "trainer.app", "lint", env=there)
