"""Noise and edges of a scanned chest in both kernels, beside those of real series.

Real figures: A is CPTAC-PDA C3N-00249 (B40f, 3 mm), B is Lung-PET-CT-Dx A0001 (one acquisition in kernels B and L,
5 mm), C is Lung-PET-CT-Dx A0002 (one acquisition in kernels B40f and B70f, 8 mm); n = 3 chests.

Run with ``pytest -m bench -s tests/bench/bench_scanner_figures.py``.
"""

import edt
import numpy as np
import pytest

from tests.chest.example import state
from trainer.chest.anatomy.build import build_anatomy
from trainer.chest.anatomy.model import Organ
from trainer.chest.deformation import reference_deformation
from trainer.chest.opacity.atlas import atlas_of
from trainer.chest.protocol import Protocol
from trainer.chest.series import Series
from trainer.course.person import Person

REGIONS = {"air": (Organ.OUTSIDE,), "lung": (Organ.LUNG,), "soft": (Organ.MUSCLE, Organ.HEART, Organ.ABDOMEN)}
FROM_BORDER_MM = 8.0


def organs_of(series, z_mm):
    """Return the anatomy's organs under a slice's pixels; only for a visit that moves nothing."""
    grid = series.anatomy.grid
    plane = series.anatomy.organ[round((z_mm - grid.origin_mm[0]) / grid.spacing_mm[0])]
    return np.asarray(plane)


def noise_and_signal(chest, thickness, kernel):
    """Return planes of noise alone, of two visits' mean, and of organs: the same chest scanned twice, unmoved."""
    still = reference_deformation(chest, atlas_of(chest))
    protocol = Protocol(kernel=kernel, thickness_mm=thickness, spacing_mm=thickness)
    one, two = (Series(chest, state(), protocol, key, still) for key in (7, 8))
    noise, signal, organs = [], [], []
    for index in range(one.count // 4, one.count, max(1, one.count // 12)):
        a, b = (series.slice(index).astype(np.float32) for series in (one, two))
        noise.append((a - b) / np.sqrt(2.0))
        signal.append((a + b) / 2.0)
        organs.append(organs_of(one, one.position_mm(index)))
    return np.array(noise), np.array(signal), np.array(organs), one.pixel_mm


def figures(noise, organs, pixel_mm):
    """Return standard deviation and lag-one correlation of the noise by region, away from borders."""
    out = {}
    for name, kinds in REGIONS.items():
        inside = np.isin(organs, kinds)
        deep = np.array([edt.edt(plane, anisotropy=(pixel_mm, pixel_mm)) for plane in inside]) > FROM_BORDER_MM
        pairs = deep[:, :, 1:] & deep[:, :, :-1]
        centred = noise - noise[deep].mean()
        sd = float(noise[deep].std())
        out[name] = sd, float((centred[:, :, 1:] * centred[:, :, :-1])[pairs].mean() / sd**2)
    return out


def edge(signal, organs, pixel_mm):
    """Return the mean profile in HU from the chest wall (negative mm) into the right lung, and where it lies."""
    away = np.arange(-8, 9)
    profiles = []
    for plane, kinds in zip(signal, organs, strict=True):
        used = (kinds == Organ.LUNG).any(axis=1)
        borders = np.argmax(kinds == Organ.LUNG, axis=1)
        for row in range(4, len(kinds) - 4):
            first = int(borders[row])
            upright = used[row - 4 : row + 5].all() and abs(int(borders[row + 4]) - int(borders[row - 4])) <= 1
            if not upright:
                continue
            wall = plane[row, first - 8 : first - 2]
            lung = plane[row, first + 3 : first + 9]
            if wall.min() < 0.0 or wall.max() > 90.0 or lung.max() > -750.0:
                continue
            near = plane[row, first - 10 : first + 11]
            half = 0.5 * (wall.mean() + lung.mean())
            k = int(np.argmax(near < half))
            shift = k - (half - near[k]) / (near[k - 1] - near[k])
            profiles.append(np.interp(away + shift, np.arange(len(near)), near))
    return away * pixel_mm, np.median(profiles, axis=0), len(profiles)


def rise_mm(distance, profile):
    """Return the 10 to 90 % width and the overshoot of the wall and undershoot of the lung in shares of the step."""
    fine = np.linspace(distance[0], distance[-1], 500)
    values = np.interp(fine, distance, profile)
    wall, lung = profile[:3].mean(), profile[-3:].mean()
    height = (values - lung) / (wall - lung)
    width = fine[np.argmax(height < 0.1)] - fine[len(height) - 1 - np.argmax(height[::-1] > 0.9)]
    return width, height.max() - 1.0, -height.min()


@pytest.mark.bench
def test_noise_and_edges(capsys):
    chest = build_anatomy(Person(42, "F", 61, 165, 70))
    real = {
        "soft": "A air 8.5, lung 15.8, soft tissue 22 HU; B 4.4, 9.8, 10.8; lag-one C 0.52, B 0.45, A 0.24",
        "lung": "B air 22.6, lung 32.5, soft tissue 68 HU; lag-one C 0.14, B 0.02",
    }
    edges = {"soft": "A 1.6 mm, 0 %, 3 %; B 2.2 mm, 3 %, 0 %", "lung": "B 0.65 mm, 29 %, 19 %; C 1.05 mm, 2 %, 5 %"}
    lines, sds = [], {}
    for thickness in (1.0, 3.0, 5.0):
        for kernel in ("soft", "lung"):
            noise, signal, organs, pixel_mm = noise_and_signal(chest, thickness, kernel)
            found = figures(noise, organs, pixel_mm)
            sds[thickness, kernel] = found["soft"][0]
            text = ", ".join(f"{name} SD {sd:.1f} lag-one {lag:.2f}" for name, (sd, lag) in found.items())
            lines.append(f"{kernel} {thickness:.0f} mm: {text}   | real: {real[kernel]}")
            width, over, under = rise_mm(*edge(signal, organs, pixel_mm)[:2])
            lines.append(
                f"   lung to wall 10-90 % {width:.2f} mm, overshoot {100 * over:.0f} %, undershoot {100 * under:.0f} %"
                f"   | real: {edges[kernel]}"
            )
    ratios = ", ".join(f"{t:.0f} mm {sds[t, 'lung'] / sds[t, 'soft']:.1f}" for t in (1.0, 3.0, 5.0))
    lines.append(f"lung kernel's noise over soft: {ratios}   | real: C 3.7, B 5.8 to 6.5")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
