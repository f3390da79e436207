"""Draws the pictures of the README: one patient with COP in time; a real chest, a healthy one and COP, level by level.

``ATOLL_REALISM_REFERENCE`` names the folder of the real series (CPTAC-PDA C3N-00249, The Cancer Imaging Archive,
CC BY 3.0). All three are soft kernel, 3 mm. Run with
``pytest -m bench -s tests/bench/bench_contact_sheet.py``; the pictures' places are printed.
"""

import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage as ndi

from trainer.chest.anatomy.build import anatomy_of
from trainer.chest.display import WINDOWS, window_level
from trainer.chest.montage import level_slice, montage
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.cli.engine import engine
from trainer.core.chance import key_of
from trainer.course.beginning import person_of
from trainer.course.history import chest_of, follow

REFERENCE = os.environ.get("ATOLL_REALISM_REFERENCE")
LEVELS = (0.85, 0.68, 0.52, 0.36, 0.2)
PIXEL_MM, WIDE_MM, HIGH_MM = 1.2, 400.0, 300.0


@pytest.mark.bench
def test_one_patient_in_time(tmp_path, capsys):
    visits = [
        (title, visit_of("cop", 7, plan, day, Protocol()))
        for title, plan, day in (
            ("day 0", "untreated", 0),
            ("day 28, untreated", "untreated", 28),
            ("day 84, treated", "germop-24w", 84),
        )
    ]
    sheet = montage(visits, tile=300)
    height = sheet.shape[0] // 6
    kept = (0, 2, 4, 1)  # the lung window of each day, then the mediastinum of the first
    path = tmp_path / "cop-serial-ct.jpg"
    Image.fromarray(np.vstack([sheet[row * height : (row + 1) * height] for row in kept])).save(path, quality=80)
    with capsys.disabled():
        print(f"\n{path}")


@pytest.mark.bench
@pytest.mark.skipif(not REFERENCE, reason="set ATOLL_REALISM_REFERENCE to draw a real chest beside the simulated")
def test_contact_sheet(tmp_path, capsys):
    rows = [
        ("real chest (CPTAC-PDA C3N-00249, TCIA, CC BY 3.0)", *real_slices(Path(REFERENCE))),
        ("SIMULATED healthy", *simulated_slices("healthy", 2)),
        ("SIMULATED cryptogenic OP", *simulated_slices("cop", 7)),
    ]
    sheet = np.vstack(
        [
            np.hstack([tile(image, pixel_mm, window, title) for image in slices])
            for window in ("lung", "mediastinum")
            for title, slices, pixel_mm in rows
        ]
    )
    path = tmp_path / "contact-sheet.jpg"
    Image.fromarray(sheet).save(path, quality=82)
    with capsys.disabled():
        print(f"\n{path}")


def real_slices(folder):
    files = [pydicom.dcmread(path) for path in folder.rglob("*.dcm")]
    files.sort(key=lambda f: float(f.ImagePositionPatient[2]))
    hu = np.stack([f.pixel_array * float(f.RescaleSlope) + float(f.RescaleIntercept) for f in files])
    air, count = ndi.label(hu < -500)
    borders = np.unique(
        np.concatenate([air[:, :3].ravel(), air[:, -3:].ravel(), air[:, :, :3].ravel(), air[:, :, -3:].ravel()])
    )
    size = np.bincount(air.ravel(), minlength=count + 1)
    size[borders] = 0
    used = np.flatnonzero((air == int(np.argmax(size))).any((1, 2)))
    wanted = [round(used[0] + level * (used[-1] - used[0])) for level in LEVELS]
    return [hu[k].astype(np.int16) for k in wanted], float(files[0].PixelSpacing[0])


def simulated_slices(disease, seed):
    series = visit_of(disease, seed, "untreated", 0, Protocol(kernel="soft", thickness_mm=3.0, spacing_mm=3.0))
    return [series.slice(level_slice(series, level)) for level in LEVELS], series.pixel_mm


def visit_of(disease, seed, plan, day, protocol):
    """Return the series of a patient on a day under a plan."""
    ready = engine()
    onset = ready.patients(disease, seed, 0, 1)
    history = follow(ready.parameters, onset, ready.library.plan(plan), ready.library.treatments, day, (day,))
    person = person_of(onset.patients[0])
    state = chest_of(history.snapshots[day], 0, day)
    return Series(anatomy_of(person), state, protocol, key_of("visit", person.key, day))


def tile(image, pixel_mm, window, title):
    """Return a picture around the middle of the body, in grey levels, with its title."""
    body = ndi.binary_opening(image > -300, iterations=4)
    labels, count = ndi.label(body)
    body = labels == 1 + int(np.argmax(ndi.sum(body, labels, np.arange(1, count + 1))))
    middle = [0.5 * (np.flatnonzero(body.any(1 - axis))[[0, -1]]).sum() for axis in (0, 1)]
    rows, columns = round(HIGH_MM / pixel_mm), round(WIDE_MM / pixel_mm)
    top, left = round(middle[0] - rows / 2), round(middle[1] - columns / 2)
    padded = np.pad(image, 400, constant_values=-1024)[top + 400 : top + 400 + rows, left + 400 : left + 400 + columns]
    grey = Image.fromarray(window_level(np.ascontiguousarray(padded), *WINDOWS[window]))
    grey = grey.resize((round(WIDE_MM / PIXEL_MM), round(HIGH_MM / PIXEL_MM)), Image.Resampling.BICUBIC)
    ImageDraw.Draw(grey).text(
        (4, 3), title, fill=255, font=ImageFont.load_default(size=11), stroke_width=1, stroke_fill=0
    )
    return np.asarray(grey)
