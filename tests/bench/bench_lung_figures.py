"""Vessels and density of built lungs, in figures, beside those of a real chest.

The real figures are of chest A (CPTAC-PDA C3N-00249, The Cancer Imaging Archive, CC BY 3.0, n = 1; B40f, 3 mm
slices of 0.883 mm pixels, contrast medium), counted by this same counter unless said otherwise. The built chest is
brought to the same slices and pixels, a point spread of 0.65 mm and 15 HU of noise; it has no contrast medium and
larger lungs.

Run with ``pytest -m bench -s tests/bench/bench_lung_figures.py``.
"""

import time

import edt
import numpy as np
import pytest
from scipy import ndimage as ndi

from trainer.chest.anatomy.habitus import grid_of, habitus_of
from trainer.chest.anatomy.lung import SEEN_RADIUS_MM, LungInterior, furnish
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

# vessels more than 2.5 times as long as wide, as share of number and of length; median length by width in mm
REAL_STREAK_SHARES = (0.31, 0.52)
WIDTHS = ((1.0, 1.5), (1.5, 2.0), (2.0, 3.0), (3.0, 5.0))
REAL_STREAKS_MM = (5.9, 7.9, 11.2, 17.9)
REAL_NEAREST_MM = (1.8, 1.8, 3.2, 7.7)  # 1, 5, 10, 25 %; chest B in a sharp kernel 2.2, 4-5, 5.5-7.5, 10-12
# by this counter; 0 to 6.5 a slice by eye. The quartiles were measured by hand.
REAL_LUMENS = {8: 0.0, 7: 0.5, 6: 2.3, 5: 10.0, 4: 13.5, 3: 3.6, 2: 0.8}
REAL_LUMEN_OVER_ARTERY = (0.56, 0.75, 0.91)  # quartiles
REAL_TEXTURE = (26.2, 0.55, 0.55, 0.13, 3.9)  # SD, skew, correlation at 1 and 2 pixels, HU a cm to the back
REAL_BAND = "5 to 15 HU, share of vessels below 0.03"  # along fissures
PIXEL_MM = 0.883


def _acquired(hu: np.ndarray, lung: np.ndarray, spacing: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    thick = round(3.0 / spacing[0])
    n = hu.shape[0] // thick
    slices = hu[: n * thick].reshape(n, thick, *hu.shape[1:]).mean(axis=1, dtype=np.float32)
    rng = np.random.default_rng(0)
    for i in range(n):
        slices[i] = ndi.gaussian_filter(slices[i], 0.65 / spacing[1])
        grain = ndi.gaussian_filter(rng.standard_normal(slices[i].shape), 0.55 / spacing[1])
        slices[i] += 15.0 * grain / grain.std()
    size = spacing[1] / PIXEL_MM
    inside = lung[thick // 2 :: thick][:n]
    return (
        np.stack([ndi.zoom(s, size, order=3) for s in slices]),
        np.stack([ndi.zoom(s, size, order=0) for s in inside]),
    )


def _contrast(image: np.ndarray, inside: np.ndarray) -> np.ndarray:
    quiet = inside & (image < -700)
    width = 12.0 / PIXEL_MM
    around = ndi.gaussian_filter(np.where(quiet, image, 0.0), width)
    around = around / np.maximum(ndi.gaussian_filter(quiet.astype(float), width), 1e-3)
    return np.where(inside, image - around, 0.0)


def _costal(lung: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    from_right = np.maximum.accumulate(lung, 2) > 0
    from_left = np.maximum.accumulate(lung[:, :, ::-1], 2)[:, :, ::-1] > 0
    return edt.edt(from_right & from_left, anisotropy=spacing)


def _shapes(labels: np.ndarray, count: int) -> np.ndarray:
    """Return slenderness, length and width of each spot, mm, as those of a line of equal second moments."""
    out = np.ones((count, 3))
    for n, box in enumerate(ndi.find_objects(labels)):
        points = np.stack(np.nonzero(labels[box] == n + 1))
        if points.shape[1] < 3:
            out[n, 1:] = 1.2 * PIXEL_MM, points.shape[1] / 1.2 * PIXEL_MM
            continue
        low, high = np.linalg.eigvalsh(np.cov(points) + np.eye(2) / 12.0)
        length = np.sqrt(12.0 * high) * PIXEL_MM
        out[n] = np.sqrt(high / low), length, points.shape[1] * PIXEL_MM**2 / length
    return out


def _counted(
    hu: np.ndarray, lung: np.ndarray, spacing: tuple[float, float, float]
) -> tuple[dict, np.ndarray, np.ndarray, np.ndarray]:
    """Return counts by level and by costal depth, the shapes of all vessels, and the nearest points to the chest."""
    depth = edt.edt((lung > 0).astype(np.uint8), anisotropy=spacing)
    costal = _costal(lung, spacing)
    levels: dict[int, np.ndarray] = {}
    depths = np.zeros((len(DEPTHS), 4))
    shapes, nearest = [], []
    used = np.flatnonzero((lung > 0).any((1, 2)))
    pixel_cm2 = spacing[1] * spacing[2] / 100.0
    for z in used:
        inside = (lung[z] > 0) & (depth[z] > 1.7)
        if inside.sum() * pixel_cm2 < 15.0:
            continue
        contrast = _contrast(hu[z], inside)
        labels, count = ndi.label(contrast > 130, np.ones((3, 3)))
        number = np.arange(1, count + 1)
        peak = ndi.maximum(contrast, labels, number)
        size = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        place = ndi.mean(costal[z], labels, number)
        seen = np.stack([(size >= 2) & (peak > limit) for limit in (130, 250, 400)])
        shapes.append(_shapes(labels, count)[seen[0]])
        nearest.append(ndi.minimum(costal[z], labels, number)[seen[1]])
        level = int(10 * (z - used[0]) / (len(used) - 1))
        row = levels.setdefault(level, np.zeros(5))
        row += (*seen.sum(axis=1), (contrast > 130).sum() * pixel_cm2, inside.sum() * pixel_cm2)
        for d, (low, high) in enumerate(DEPTHS):
            here = (place >= low) & (place < high)
            area = (inside & (costal[z] >= low) & (costal[z] < high)).sum() * pixel_cm2
            depths[d] += (*(seen & here).sum(axis=1), area)
    return levels, depths, np.concatenate(shapes), np.concatenate(nearest)


def _texture(hu: np.ndarray, lung: np.ndarray, spacing: tuple[float, float, float]) -> tuple[float, ...]:
    """Return SD, skew and correlation at 1 and 2 pixels between vessels, medians over patches, and HU a cm."""
    deep = edt.edt((lung > 0).astype(np.uint8), anisotropy=spacing)
    rng, size = np.random.default_rng(1), 24
    y, x = np.mgrid[:size, :size] / size - 0.5
    plane = np.stack([np.ones(size * size), y.ravel(), x.ravel()], axis=1)
    found = []
    for z, j, k in rng.permutation(np.argwhere(deep > 22.0))[:1500]:
        patch = hu[z, j - size // 2 : j + size // 2, k - size // 2 : k + size // 2].ravel().astype(float)
        if patch.size != size * size:
            continue
        near = ndi.binary_dilation((patch > np.median(patch) + 90.0).reshape(size, size)).ravel()
        if near.mean() > 0.5:
            continue
        rest = patch - plane @ np.linalg.lstsq(plane[~near], patch[~near], rcond=None)[0]
        rest[near] = np.nan
        square, own = rest.reshape(size, size), np.nanvar(rest)
        lag = [np.nanmean(square[:, n:] * square[:, :-n]) / own for n in (1, 2)]
        found.append((own, np.nanmean(rest**3) / own**1.5, *lag))
    own, skew, one, two = np.median(found, axis=0)
    inside = (deep > 6.0) & (hu < -700)
    rows = np.nonzero(inside)[1] * spacing[1] / 10.0
    return float(np.sqrt(own)), skew, one, two, float(np.polyfit(rows, hu[inside], 1)[0])


def _lumens(whole: np.ndarray, lung: np.ndarray, spacing: tuple[float, float, float]) -> dict[int, float]:
    """Return clear lumens a slice by level: spots of air at least 2 mm across, in 3 mm slices without noise."""
    thick = round(3.0 / spacing[0])
    used = np.flatnonzero((lung > 0).any((1, 2)))
    out: dict[int, list[int]] = {}
    for z in range(used[0], used[-1] - thick, thick):
        air = whole[z : z + thick].mean(axis=0) < -950
        labels, count = ndi.label(air & ndi.binary_erosion(lung[z] > 0, iterations=2))
        sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:] * spacing[1] * spacing[2]
        level = int(10 * (z - used[0]) / (used[-1] - used[0]))
        out.setdefault(level, []).append(int((sizes > 3.1).sum()))
    return {level: float(np.mean(v)) for level, v in out.items()}


def _band(interior: LungInterior, spacing: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """Return HU within 5 mm of a fissure above HU 10 to 25 mm away, shares of vessel of both, and the line's HU."""
    lobe = interior.lobe[::2, ::2, ::2]
    border = np.zeros(lobe.shape, bool)
    border[1:] = (lobe[1:] != lobe[:-1]) & (lobe[1:] > 0) & (lobe[:-1] > 0)
    apart = edt.edt(~border, anisotropy=tuple(2 * s for s in spacing))
    inside = (lobe > 0) & (_costal((lobe > 0).astype(np.uint8), tuple(2 * s for s in spacing)) > 10.0)
    hu, vessel = interior.hu[::2, ::2, ::2], interior.vessel[::2, ::2, ::2]
    near, far = inside & (apart < 5.0), inside & (apart > 10.0) & (apart < 25.0)
    calm = np.mean(hu[far & (vessel < 20)])
    return (
        float(np.mean(hu[near & (vessel < 20)]) - calm), float((vessel[near] > 60).mean()),
        float((vessel[far] > 60).mean()), float(np.mean(hu[inside & (apart < 1.0) & (vessel < 20)]) - calm),
    )  # fmt: skip


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
    hu, lung = _acquired(whole, around.lung, grid.spacing_mm)
    spacing = (3.0, PIXEL_MM, PIXEL_MM)
    levels, depths, shapes, nearest = _counted(hu, lung, spacing)
    print("level  vessels/cm2 >130 >250 >400, share %   | chest A")
    for level in sorted(REAL_BY_LEVEL, reverse=True):
        row = levels[level]
        own = (*(row[:3] / row[4]), 100.0 * row[3] / row[4])
        print(f"0.{level}   ", *(f"{v:6.2f}" for v in own), "   |", *(f"{v:6.2f}" for v in REAL_BY_LEVEL[level]))
    print("costal depth mm")
    for (low, high), row, real in zip(DEPTHS, depths, REAL_BY_DEPTH, strict=True):
        print(f"{low:3}-{high:3}", *(f"{v / row[3]:6.2f}" for v in row[:3]), "   |", *(f"{v:6.2f}" for v in real))
    print("nearest to chest 1/5/10/25 % mm", np.percentile(nearest, (1, 5, 10, 25)).round(1), "|", REAL_NEAREST_MM)
    _print_shapes(shapes)
    _print_airways(whole, around.lung, interior, grid.spacing_mm)
    texture = _texture(hu, lung, spacing)
    print("SD, skew, correlation 1 2, HU/cm", *(f"{v:.2f}" for v in texture), "|", *REAL_TEXTURE)
    print("fissure: band HU, vessels in it, beyond; line HU", *(f"{v:.3f}" for v in _band(interior, grid.spacing_mm)),
          "|", REAL_BAND)  # fmt: skip
    deep = hu[edt.edt((lung > 0).astype(np.uint8), anisotropy=spacing) > 6.0]
    print("HU 1/5/25/50/75/95/99 %", np.percentile(deep, (1, 5, 25, 50, 75, 95, 99)).round(), "|", REAL_PERCENTILES)
    values = hu[lung > 0]
    own = (values.mean(), values.std(), np.median(values))
    print("mean, SD, median", *(round(float(v)) for v in own), "|", REAL_MEAN_SD_MEDIAN)


def _print_shapes(shapes: np.ndarray) -> None:
    long = shapes[:, 0] > 2.5
    shares = (long.mean(), shapes[long, 1].sum() / shapes[:, 1].sum())
    print("in-plane share of number, of length", *(f"{v:.2f}" for v in shares), "|", *REAL_STREAK_SHARES)
    print("width mm, median length of streaks mm")
    for (low, high), real in zip(WIDTHS, REAL_STREAKS_MM, strict=True):
        own = shapes[long & (shapes[:, 2] >= low) & (shapes[:, 2] < high), 1]
        print(f"{low:.1f}-{high:.1f} {np.median(own):6.1f} (n {len(own)})   | {real}")


def _print_airways(
    whole: np.ndarray, lung: np.ndarray, interior: LungInterior, spacing: tuple[float, float, float]
) -> None:
    print("clear lumens a slice by level   | chest A")
    lumens = _lumens(whole, lung, spacing)
    for level in sorted(REAL_LUMENS, reverse=True):
        print(f"0.{level} {lumens.get(level, 0.0):6.1f}   | {REAL_LUMENS[level]}")
    airways = interior.airways
    wide = (airways.radius_mm >= SEEN_RADIUS_MM) & (airways.segment > 0)
    ratio = airways.radius_mm[wide] / interior.arteries.radius_mm[wide]
    quartiles = np.percentile(ratio, (25, 50, 75)).round(2)
    print("lumen over artery, quartiles", quartiles, "|", REAL_LUMEN_OVER_ARTERY)
