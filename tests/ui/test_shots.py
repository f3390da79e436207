"""Full-window pictures beside those that somebody has looked at and accepted.

They are compared at a quarter of their size, where a letter that is hinted otherwise makes no difference and a control
that is cut off, moved or wears another colour does. ``ATOLL_ACCEPT=1`` accepts the new ones: look at them first.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QFontInfo

BASELINES = Path(__file__).parent / "baselines"
PAGES, THEMES = ("library", "encounter", "debrief"), ("dark", "light")
WINDOWS = (("1366x768", 1), ("1920x1080", 1), ("1366x768", 2))
SHRUNK = 4
MEAN_LEVELS, FAR_LEVELS, FAR_SHARE = 1.5, 32, 0.01  # judgement: a moved button changes more, another FreeType less


def shrunk(path, factor):
    """Return a picture at a fraction of its size, by means: float, shape (rows, columns, 3)."""
    pixels = np.asarray(Image.open(path).convert("RGB"), float)
    rows, columns = (n // factor * factor for n in pixels.shape[:2])
    parts = pixels[:rows, :columns].reshape(rows // factor, factor, columns // factor, factor, 3)
    return parts.mean(axis=(1, 3))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, qapp):
    """The folder of the new pictures."""
    family = QFontInfo(qapp.font()).family()
    if family != "DejaVu Sans":
        pytest.skip(f"the pictures were accepted in DejaVu Sans; here the text is {family}")
    folder = tmp_path_factory.mktemp("shots")
    for sizes, ratio in (("1366x768,1920x1080", 1), ("1366x768", 2)):
        subprocess.run(
            [sys.executable, "-m", "tests.ui.shots", str(folder), "--sizes", sizes],
            env={**os.environ, "QT_SCALE_FACTOR": str(ratio)},
            check=True,
            timeout=900,
        )
    return folder


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("size", "ratio"), WINDOWS)
@pytest.mark.parametrize("page", PAGES)
def test_the_window_looks_as_accepted(pictures, page, size, ratio, theme):
    name = f"{page}-{size}@{ratio}-{theme}.png"
    new = shrunk(pictures / name, SHRUNK * ratio)
    accepted = BASELINES / name
    if os.environ.get("ATOLL_ACCEPT"):
        BASELINES.mkdir(exist_ok=True)
        Image.fromarray(np.round(new).astype(np.uint8)).save(accepted, optimize=True)
    assert accepted.exists(), f"no accepted picture {accepted}; look at the new one, then accept it (ATOLL_ACCEPT=1)"
    away = np.abs(new - shrunk(accepted, 1))
    assert away.shape[:2] == new.shape[:2]
    assert away.mean() < MEAN_LEVELS
    assert (away.max(axis=2) > FAR_LEVELS).mean() < FAR_SHARE
