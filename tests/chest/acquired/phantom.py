"""Sources whose noise, sharpness and content are known, and a chest that was scanned once."""

from dataclasses import replace
from functools import cache

import numpy as np

from tests.chest.conftest import make_anatomy
from trainer.chest.acquired.acquire import acquire
from trainer.chest.acquired.edge import curve
from trainer.chest.acquired.grain import sd_map
from trainer.chest.acquired.spectrum import FREQUENCIES, plane_of, unit_filter
from trainer.chest.anatomy.model import Organ
from trainer.chest.deformation import reference_deformation
from trainer.chest.grid import Grid
from trainer.chest.imported.source import Source
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.opacity import OPACITY, ChestState

HEALTHY = ChestState(0, np.zeros(0, OPACITY))
SPACING = (3.0, 0.9, 0.9)
SHAPE = (26, 256, 256)
NOISE = {
    "soft": (FREQUENCIES + 0.12) * np.exp(-((FREQUENCIES / 0.36) ** 3)),
    "sharp": (FREQUENCIES + 0.02) * (1.0 + 14.0 * FREQUENCIES**2) * np.exp(-((FREQUENCIES / 0.5) ** 6)),
}
TRANSFER = {"soft": curve(0.1, 0.36), "sharp": curve(1.2, 0.5)}
MODULATION = np.linspace(0.8, 1.2, SHAPE[0])


def _disc(middle, half, shape):
    y, x = np.indices(shape, np.float64)
    r = np.hypot((y - middle[0]) / half[0], (x - middle[1]) / half[1])
    return np.clip(0.5 - (r - 1.0) * min(half), 0.0, 1.0)


@cache
def phantom(kind="soft", noise_hu=15.0, blood_hu=120.0, size=1.0):
    """Return a source without disease, its body and its lungs: fat, muscle, two lungs with vessels, a heart."""
    shape = SHAPE[1:]
    rng = np.random.default_rng(5)
    body = np.zeros(SHAPE, bool)
    lung = np.zeros(SHAPE, bool)
    hu = np.empty(SHAPE, np.int16)
    fine = plane_of(TRANSFER[kind], shape)
    grain = unit_filter(NOISE[kind], shape)
    image = np.full(shape, -1000.0)
    outline = _disc((128, 128), (84 * size, 112 * size), shape)
    image += outline * (45.0 - image)
    image += _disc((128, 128), (84 * size - 1.6, 112 * size - 1.6), shape) * (-100.0 - image)
    image += _disc((128, 128), (76 * size, 104 * size), shape) * (52.0 - image)
    image += _disc((124, 128), (54 * size, 40 * size), shape) * (-95.0 - image)  # the mediastinum's fat
    for x in (72, 184):
        side = _disc((124, x), (52 * size, 34 * size), shape)
        image += side * (-850.0 - image)
        lung |= side > 0.5
        for _ in range(40):
            y0, x0 = 124 + rng.uniform(-40, 40), x + rng.uniform(-22, 22)
            image += _disc((y0, x0), (2.0, 2.0), shape) * (45.0 - image) * size
    image += _disc((140, 128), (26 * size, 17 * size), shape) * (blood_hu - image)
    body |= outline > 0.5
    image = np.fft.irfft2(np.fft.rfft2(image) * fine, s=shape)
    model = sd_map(image.astype(np.float32), SPACING[2])
    beyond = _disc((128, 128), (84 * size + 3, 112 * size + 3), shape) == 0.0
    for z in range(SHAPE[0]):
        white = rng.normal(size=shape) * (noise_hu * MODULATION[z] * model)
        noise = np.fft.irfft2(np.fft.rfft2(white) * grain, s=shape)
        hu[z] = np.where(beyond, -1000, np.clip(np.round(image + noise), -1024, 3071))
    return Source(hu, SPACING, SPACING[0]), body, lung


def grid_of(source):
    return Grid(source.hu.shape, source.spacing_mm, (0.0, 0.0, 0.0))


@cache
def acquired(kind="soft"):
    """Return what is measured on `phantom`, and what was told meanwhile."""
    told = []
    source, body, lung = phantom(kind)
    return acquire(source, grid_of(source), body, lung, told.append), told


@cache
def scanned_chest():
    """Return a small chest as an imported one, and the source that it was scanned to, 3 mm, soft kernel."""
    built = make_anatomy()
    still = reference_deformation(built, atlas_of(built))
    scan = Series(built, HEALTHY, Protocol("soft", thickness_mm=3.0, spacing_mm=3.0, matrix=256), 77, still)
    hu = scan.volume()
    grid = Grid(hu.shape, scan.spacing_mm, scan.origin_mm)
    # the built chest's own lattice has fewer rows than the square field: look its labels up
    rows = np.round((scan.origin_mm[1] + np.arange(256) * scan.pixel_mm) / built.grid.spacing_mm[1]).astype(int)
    inside = (rows >= 0) & (rows < built.grid.shape[1])
    where = np.ix_(np.arange(len(hu)) * 3, np.clip(rows, 0, built.grid.shape[1] - 1), np.arange(256))
    body = (built.organ[where] != Organ.OUTSIDE) & inside[None, :, None]
    lung = (built.lobe[where] > 0) & inside[None, :, None]
    near = np.stack([_grown(mask) for mask in body])
    source = Source(np.where(near, hu, -1000).astype(np.int16), scan.spacing_mm, 3.0)
    made = acquire(source, grid, body, lung)
    return replace(built, source="imported", acquisition=made), source, body, lung


def _grown(mask):
    from scipy.ndimage import binary_dilation

    return binary_dilation(mask, iterations=3)
