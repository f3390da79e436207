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


# Smallest and largest figure of the soft series of three real chests (CPTAC-PDA C3N-00249, Lung-PET-CT-Dx A0001 and
# A0002; n = 3). Of the share of dense lung by depth and the standard deviation of parenchyma one was measured
# (C3N-00249: 0.068, 0.039, 0.030; 24.4 HU); the widths around them are judgement.
REAL = {
    "lung_mean_hu": (-809, -777),
    "lung_sd_hu": (119, 143),
    "lung_below_-950": (0.003, 0.015),
    "lung_-700_to_-300": (0.117, 0.20),
    "parenchyma_local_sd_hu": (18.0, 30.0),
    "muscle_local_sd_hu": (8.8, 20.2),
    "muscle_lag_one": (0.40, 0.55),
    "corner_unique_values": (1, 1),
}
PERCENTILES = ((-931, -906), (-902, -880), (-847, -802), (-535, -486))  # 5, 15, 50 and 95 %
DENSE = {"0-10": 0.068, "10-25": 0.039, "25-60": 0.030}


@pytest.mark.long
@needs_reference
def test_a_healthy_chest_lies_within_the_spread_of_real_ones(tmp_path):
    found = compared(1, tmp_path)
    own = found["series"]
    assert found["lung_histogram_distance_hu"] <= 24.0  # two real chests differ by 23.6
    outside = {name: own[name] for name, (low, high) in REAL.items() if not low <= own[name] <= high}
    assert not outside
    for value, (low, high) in zip(own["lung_p5_p15_p50_p95_hu"], PERCENTILES, strict=True):
        assert low <= value <= high
    for band, share in DENSE.items():
        assert own["dense_share_by_depth_mm"][band] == pytest.approx(share, rel=0.5)
