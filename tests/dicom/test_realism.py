"""A healthy chest beside a real one, as a script outside this repository measures both.

``ATOLL_REALISM_CHECK`` names the script: called with a folder of CT slices and a reference folder it prints JSON with
the figures of both (``series``, ``reference``) and ``lung_histogram_distance_hu``. ``ATOLL_REALISM_REFERENCE`` names
the folder of the real series.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK, REFERENCE = (os.environ.get(name) for name in ("ATOLL_REALISM_CHECK", "ATOLL_REALISM_REFERENCE"))
needs_reference = pytest.mark.skipif(
    not (CHECK and REFERENCE), reason="set ATOLL_REALISM_CHECK and ATOLL_REALISM_REFERENCE to compare with a real chest"
)


def compared(seed, folder):
    """Scan a healthy person, soft kernel, 3 mm, and return the script's figures."""
    out = folder / f"seed-{seed}"
    scan = ["scan", "healthy", "--day", "0", "--seed", str(seed), "--kernel", "soft", "--thickness", "3", "--out", out]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "trainer.app", *scan], cwd=ROOT, env=environment, check=True, timeout=900)
    command = [sys.executable, CHECK, out, REFERENCE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)
    return json.loads(done.stdout)


@pytest.mark.long
@needs_reference
def test_lung_densities_of_a_healthy_chest(tmp_path):
    assert compared(1, tmp_path)["lung_histogram_distance_hu"] <= 24.0
