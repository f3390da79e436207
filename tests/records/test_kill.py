"""Killed at any moment: every event that was acknowledged is there, and the run goes on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork, so nothing to kill many of")


@pytest.mark.parametrize("kills", [40, pytest.param(400, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost(tmp_path, kills):
    done = subprocess.run(
        [sys.executable, "-m", "tests.records.dying", str(tmp_path), str(kills), "1"],
        capture_output=True, text=True, cwd=ROOT, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    assert re.match(rf"{kills} kills", done.stdout)
