"""Vessels and density of built lungs, in figures, beside those of a real chest.

The real figures are of chest A (CPTAC-PDA C3N-00249, The Cancer Imaging Archive, CC BY 3.0, n = 1; B40f, 3 mm
slices, contrast medium), counted by this same counter. The built chest is brought to 3 mm slices, a point spread
of 0.65 mm and 13 HU of noise; it has no contrast medium and larger lungs.

Run with ``pytest -m bench -s tests/bench/bench_lung_figures.py``.
"""

import time

import edt
import numpy as np
import pytest
from scipy import ndimage as ndi

from trainer.chest.anatomy.habitus import grid_of, habitus_of
from trainer.chest.anatomy.lung import furnish
from trainer.chest.anatomy.outer import outer
from trainer.course.person import Person

# vessels per cm2 with a contrast above 130, 250 and 400 HU, and share of area above 130 HU, by level
REAL_BY_LEVEL = {
    9: (0.90, 0.32, 0.14, 5.4), 8: (0.74, 0.43, 0.27, 6.9), 7: (0.56, 0.31, 0.19, 9.4), 6: (0.49, 0.25, 0.14, 10.3),
    5: (0.46, 0.21, 0.10, 12.1), 4: (0.42, 0.20, 0.10, 14.4), 3: (0.57, 0.27, 0.14, 14.3), 2: (0.91, 0.45, 0.27, 11.2),
    1: (1.21, 0.62, 0.35, 10.1),
}  # fmt: skip
DEPTHS = ((0, 5), (5, 10), (10, 20), (20, 40), (40, 200))
REAL_BY_DEPTH = ((0.60, 0.19, 0.07), (0.67, 0.25, 0.10), (0.62, 0.37, 0.21), (0.47, 0.27, 0.18), (0.44, 0.14, 0.05))
REAL_PERCENTILES = (-923, -901, -866, -837, -790, -505, -39)  # 1, 5, 25, 50, 75, 95, 99 deeper than 6 mm
REAL_MEAN_SD_MEDIAN = (-783, 153, -829)


def _acquired(hu: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    thick = round(3.0 / spacing[0])
    n = hu.shape[0] // thick
    slices = hu[: n * thick].reshape(n, thick, *hu.shape[1:]).mean(axis=1, dtype=np.float32)
    rng = np.random.default_rng(0)
    for i in range(n):
        slices[i] = ndi.gaussian_filter(slices[i], 0.65 / spacing[1])
        grain = ndi.gaussian_filter(rng.standard_normal(slices[i].shape), 0.55 / spacing[1])
        slices[i] += 13.0 * grain / grain.std()
    return slices


def _counted(hu: np.ndarray, lung: np.ndarray, spacing: tuple[float, float, float]) -> tuple[dict, np.ndarray]:
    depth = edt.edt((lung > 0).astype(np.uint8), anisotropy=spacing)
    from_right = np.maximum.accumulate(lung, 2) > 0
    from_left = np.maximum.accumulate(lung[:, :, ::-1], 2)[:, :, ::-1] > 0
    costal = edt.edt(from_right & from_left, anisotropy=spacing)
    levels: dict[int, np.ndarray] = {}
    depths = np.zeros((len(DEPTHS), 4))
    used = np.flatnonzero((lung > 0).any((1, 2)))
    pixel_cm2 = spacing[1] * spacing[2] / 100.0
    for z in used:
        inside = (lung[z] > 0) & (depth[z] > 1.7)
        if inside.sum() * pixel_cm2 < 15.0:
            continue
        quiet = inside & (hu[z] < -700)
        width = 12.0 / spacing[1]
        around = ndi.gaussian_filter(np.where(quiet, hu[z], 0.0), width)
        around = around / np.maximum(ndi.gaussian_filter(quiet.astype(float), width), 1e-3)
        contrast = np.where(inside, hu[z] - around, 0.0)
        labels, count = ndi.label(contrast > 130, np.ones((3, 3)))
        number = np.arange(1, count + 1)
        peak = ndi.maximum(contrast, labels, number)
        size = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        place = ndi.mean(costal[z], labels, number)
        seen = np.stack([(size >= 2) & (peak > limit) for limit in (130, 250, 400)])
        level = int(10 * (z - used[0]) / (len(used) - 1))
        row = levels.setdefault(level, np.zeros(5))
        row += (*seen.sum(axis=1), (contrast > 130).sum() * pixel_cm2, inside.sum() * pixel_cm2)
        for d, (low, high) in enumerate(DEPTHS):
            here = (place >= low) & (place < high)
            area = (inside & (costal[z] >= low) & (costal[z] < high)).sum() * pixel_cm2
            depths[d] += (*(seen & here).sum(axis=1), area)
    return levels, depths


@pytest.mark.bench
def test_lung_figures() -> None:
    person = Person(12345, "M", 60.0, 175.0, 78.0)
    grid = grid_of(habitus_of(person), 1)
    around = outer(person, grid)
    interior = furnish(grid, around.lung, around.landmarks, person)
    began = time.perf_counter()
    furnish(grid, around.lung, around.landmarks, person)
    print(f"\nfurnish {grid.shape}, warm: {time.perf_counter() - began:.1f} s")
    print(f"branches: {len(interior.airways)} airways, {len(interior.arteries)} arteries, {len(interior.veins)} veins")

    share = around.share.astype(np.float32) / 255.0
    whole = around.hu * (1.0 - share) + np.where(around.lung > 0, interior.hu, -840) * share
    thick = round(3.0 / grid.spacing_mm[0])
    hu = _acquired(whole, grid.spacing_mm)
    lung = around.lung[thick // 2 :: thick][: len(hu)]
    spacing = (3.0, *grid.spacing_mm[1:])
    levels, depths = _counted(hu, lung, spacing)
    print("level  vessels/cm2 >130 >250 >400, share %   | chest A")
    for level in sorted(REAL_BY_LEVEL, reverse=True):
        row = levels[level]
        own = (*(row[:3] / row[4]), 100.0 * row[3] / row[4])
        print(f"0.{level}   ", *(f"{v:6.2f}" for v in own), "   |", *(f"{v:6.2f}" for v in REAL_BY_LEVEL[level]))
    print("costal depth mm")
    for (low, high), row, real in zip(DEPTHS, depths, REAL_BY_DEPTH, strict=True):
        print(f"{low:3}-{high:3}", *(f"{v / row[3]:6.2f}" for v in row[:3]), "   |", *(f"{v:6.2f}" for v in real))
    deep = hu[edt.edt((lung > 0).astype(np.uint8), anisotropy=spacing) > 6.0]
    print("HU 1/5/25/50/75/95/99 %", np.percentile(deep, (1, 5, 25, 50, 75, 95, 99)).round(), "|", REAL_PERCENTILES)
    values = hu[lung > 0]
    print(
        "mean, SD, median",
        values.mean().round(),
        values.std().round(),
        np.median(values).round(),
        "|",
        REAL_MEAN_SD_MEDIAN,
    )
