"""A small chest to draw on and scan: two lungs, five lobes, a few vessels and bronchi, real millimetres."""

from types import MappingProxyType

import edt
import numpy as np
import pytest
from scipy.spatial import cKDTree

from trainer.chest.anatomy.model import Anatomy, Branches, Organ
from trainer.chest.grid import Grid

SPACING = (1.0, 0.7, 0.7)
SHAPE = (120, 200, 256)


def _branches(rng, lungs, count, radius):
    start, end, rad, parent, generation, segment = [], [], [], [], [], []
    for side, (centre, half) in enumerate(lungs):
        hilum = centre + np.array([0.0, 0.0, (1 - 2 * side) * half[2] * 0.7])
        for n in range(count):
            v = rng.normal(size=3)
            v /= np.linalg.norm(v)
            tip = centre + v * half * rng.uniform(0.4, 0.9)
            middle = 0.5 * (hilum + tip) + rng.normal(size=3) * 4.0
            row = len(rad)
            for a, b, r, p, g in ((hilum, middle, radius, -1, 2), (middle, tip, 0.6 * radius, row, 3)):
                start.append(a)
                end.append(b)
                rad.append(r)
                parent.append(p)
                generation.append(g)
                segment.append(1 + n % 10 if side == 0 else 11 + n % 8)
    f = np.float32
    return Branches(
        np.array(start, f), np.array(end, f), np.array(rad, f),
        np.array(parent, np.int32), np.array(generation, np.int16), np.array(segment, np.int16),
    )  # fmt: skip


def _raster(branches, shape):
    out = np.zeros(shape, np.float32)
    zyx = np.indices(shape, np.float32)
    for a, b, r in zip(branches.start_mm, branches.end_mm, branches.radius_mm, strict=True):
        lo = np.maximum(((np.minimum(a, b) - r - 2) / SPACING).astype(int), 0)
        hi = np.minimum(((np.maximum(a, b) + r + 3) / SPACING).astype(int) + 1, shape)
        box = tuple(slice(i, j) for i, j in zip(lo, hi, strict=True))
        p = [zyx[k][box] * SPACING[k] - a[k] for k in range(3)]
        v = b - a
        t = np.clip(sum(p[k] * v[k] for k in range(3)) / (v @ v), 0, 1)
        d = np.sqrt(sum((p[k] - t * v[k]) ** 2 for k in range(3)))
        out[box] = np.maximum(out[box], np.clip((r - d) / 0.7 + 0.5, 0, 1))
    return out


def make_anatomy():
    rng = np.random.default_rng(7)
    size = np.array(SHAPE) * SPACING
    middle = size / 2
    z, y, x = (np.indices(SHAPE, np.float32)[k] * SPACING[k] for k in range(3))
    lungs = [(np.array([58.0, 70.0, middle[2] + s * 42.0]), np.array([52.0, 50.0, 32.0])) for s in (-1, 1)]
    lobe = np.zeros(SHAPE, np.uint8)
    for side, (c, h) in enumerate(lungs):
        inside = (np.abs(z - c[0]) / h[0]) ** 3 + (np.abs(y - c[1]) / h[1]) ** 3 + (np.abs(x - c[2]) / h[2]) ** 3 < 1
        lower = (z - c[0]) < 0.9 * (y - c[1]) - 4.0
        if side == 0:
            lobe[inside] = 1
            lobe[inside & (z < c[0] - 2.0)] = 2
            lobe[inside & lower] = 3
        else:
            lobe[inside] = 4
            lobe[inside & lower] = 5
    body = (np.abs(x - middle[2]) / 84) ** 2.5 + (np.abs(y - 70) / 60) ** 2.5 < 1
    inner = (np.abs(x - middle[2]) / 80) ** 2.5 + (np.abs(y - 70) / 56) ** 2.5 < 1
    organ = np.where(lobe > 0, Organ.LUNG, np.where(inner, Organ.MUSCLE, np.where(body, Organ.FAT, Organ.OUTSIDE)))
    centre = (np.abs(x - middle[2]) < 9) & inner & (lobe == 0)
    organ = np.where(centre & (y < 95), Organ.MEDIASTINUM, organ).astype(np.uint8)
    airways, arteries = _branches(rng, lungs, 14, 1.9), _branches(rng, lungs, 16, 2.1)
    inside = lobe > 0
    airway, vessel = _raster(airways, SHAPE) * inside, _raster(arteries, SHAPE) * inside
    hu = np.select(
        [organ == Organ.OUTSIDE, organ == Organ.FAT, organ == Organ.MEDIASTINUM], [-1000.0, -100.0, -90.0], 45.0
    )
    hu = np.where(inside, -850.0 + 0.4 * (y - 70), hu)
    hu = hu + vessel * (40.0 - hu)
    hu = hu + airway * (-970.0 - hu)
    half = lobe[::2, ::2, ::2]
    spacing = tuple(2 * s for s in SPACING)
    depth = edt.edt(half > 0, anisotropy=spacing)
    where = np.argwhere(half > 0)
    mm = where * spacing
    seeds = mm[rng.choice(len(mm), 260, replace=False)]
    distance, nearest = cKDTree(seeds).query(mm, k=2)
    lobule = np.zeros(half.shape, np.int32)
    septum = np.zeros(half.shape, np.float16)
    lobule[tuple(where.T)] = nearest[:, 0] + 1
    apart = np.linalg.norm(seeds[nearest[:, 0]] - seeds[nearest[:, 1]], axis=1)
    septum[tuple(where.T)] = (distance[:, 1] ** 2 - distance[:, 0] ** 2) / (2 * apart)
    marks = {
        "carina": (75.0, 62.0, float(middle[2])),
        "right_hilum": (60.0, 70.0, float(middle[2] - 18)),
        "left_hilum": (60.0, 70.0, float(middle[2] + 18)),
        "right_dome": (8.0, 65.0, float(middle[2] - 42)),
        "left_dome": (8.0, 65.0, float(middle[2] + 42)),
    }
    return Anatomy(
        grid=Grid(SHAPE, SPACING, (0.0, 0.0, 0.0)),
        hu=np.round(hu).astype(np.int16),
        organ=organ,
        lobe=lobe,
        segment=(half > 0).astype(np.uint8),
        vessel=(vessel * 255).astype(np.uint8),
        airway=(airway * 255).astype(np.uint8),
        depth_mm=depth.astype(np.float16),
        lobule=lobule,
        septum_mm=septum,
        airways=airways,
        arteries=arteries,
        veins=arteries,
        landmarks=MappingProxyType(marks),
    )


@pytest.fixture(scope="session")
def anatomy():
    """The small chest; read-only, shared by all tests."""
    return make_anatomy()
