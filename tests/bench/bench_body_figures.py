"""Figures of the body round the lungs of synthetic healthy people beside those of two real chests; prints only.

The real figures (a chest of 3.9 L in 3 mm slices, one of 5.5 L in 5 mm slices, supine, arms up) were measured the
same way; lengths in mm, levels 1 at the highest lung voxel and 0 at the lowest.
"""

import numpy as np
import pytest
from scipy import ndimage

from trainer.chest.anatomy.cage import spine_x, spine_y
from trainer.chest.anatomy.habitus import grid_of, habitus_of
from trainer.chest.anatomy.model import Organ
from trainer.chest.anatomy.outer import Outer, outer
from trainer.chest.anatomy.shape import axis_mm
from trainer.course.person import Person

pytestmark = pytest.mark.bench

PEOPLE = (
    Person(11, "M", 58.0, 174.0, 78.0),
    Person(5, "F", 66.0, 162.0, 66.0),
    Person(21, "M", 76.0, 170.0, 95.0),
    Person(33, "F", 34.0, 168.0, 58.0),
)
LEVELS = (0.91, 0.82, 0.73, 0.64, 0.55, 0.45, 0.36, 0.27, 0.18, 0.09)
SCALE = 2

# By level as above: width and depth of the body, of the cage, gutter, narrowest gap between the lungs in the front,
# middle and back third (nan: one of them is absent there).
NAN = float("nan")
REAL = {
    "A": {
        "body width": (411, 406, 400, 390, 379, 368, 363, 359, 352, 350),
        "body depth": (209, 235, 249, 256, 266, 273, 277, 282, 287, 282),
        "cage width": (167, 207, 227, 239, 248, 260, 276, 291, 300, 285),
        "cage depth": (88, 144, 170, 190, 202, 210, 211, 200, 177, 59),
        "gutter": (43, 48, 42, 51, 52, 57, 61, 61, 62, 67),
        "gap front": (77, 56, 15, 5, 18, 36, 140, 224, NAN, 56),
        "gap middle": (36, 51, 63, 64, 34, 52, 49, 34, 41, 57),
        "gap back": (50, 41, 45, 46, 49, 55, 58, 58, 56, 78),
    },
    "B": {
        "body width": (386, 372, 359, 347, 335, 326, 320, 313, 309, 310),
        "body depth": (218, 234, 243, 253, 263, 269, 271, 269, 267, 263),
        "cage width": (189, 215, 231, 240, 245, 248, 256, 265, 274, 280),
        "cage depth": (98, 141, 173, 185, 196, 204, 210, 210, 204, 198),
        "gutter": (37, 40, 51, 51, 49, 52, 55, 56, 56, 56),
        "gap front": (45, 6, 1, 1, 5, 15, 39, 70, 185, 201),
        "gap middle": (14, 32, 53, 9, 17, 18, 11, 7, 10, 37),
        "gap back": (37, 34, 40, 41, 35, 34, 39, 39, 40, 41),
    },
}
# Half-width of each lung's border as share of the widest, by share of the cage's depth from the front.
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
REAL_BORDER = {
    "A 0.55": (0.60, 0.75, 0.87, 0.95, 1.0, 0.94, 0.88, 0.76, 0.67),
    "A 0.36": (0.62, 0.74, 0.87, 0.94, 1.0, 0.95, 0.88, 0.76, 0.66),
    "B 0.55": (0.58, 0.70, 0.86, 0.93, 1.0, 0.94, 0.88, 0.77, 0.67),
    "B 0.36": (0.56, 0.69, 0.86, 0.95, 1.0, 0.97, 0.90, 0.80, 0.71),
}


def _extent(mask: np.ndarray, step: float) -> float:
    hit = np.flatnonzero(mask)
    return float(hit[-1] - hit[0] + 1) * step if len(hit) else 0.0


def _gaps(lung: np.ndarray, step: float) -> list[float]:
    """Narrowest gap between the lungs in the front, middle and back third of their common extent."""
    rows = np.flatnonzero(lung.any(axis=1))
    out = []
    for third in np.array_split(rows, 3):
        gap = [
            (np.flatnonzero(lung[j] == 2)[0] - np.flatnonzero(lung[j] == 1)[-1] - 1) * step
            for j in third
            if (lung[j] == 1).any() and (lung[j] == 2).any()
        ]
        out.append(max(0.0, min(gap)) if gap else NAN)
    return out


def _level(around: Outer, share: float) -> int:
    filled = np.flatnonzero((around.lung > 0).any(axis=(1, 2)))
    return round(float(filled[0] + share * (filled[-1] - filled[0])))


def _figures(person: Person, around: Outer) -> dict[str, list[float]]:
    step = around.grid.spacing_mm[1]
    y, z = axis_mm(around.grid, 1), axis_mm(around.grid, 0)
    out: dict[str, list[float]] = {name: [] for name in REAL["A"]}
    for share in LEVELS:
        i = _level(around, share)
        body, lung = around.organ[i] != Organ.OUTSIDE, around.lung[i]
        out["body width"].append(_extent(body.any(axis=0), step))
        out["body depth"].append(_extent(body.any(axis=1), step))
        out["cage width"].append(_extent((lung > 0).any(axis=0), step))
        out["cage depth"].append(_extent((lung > 0).any(axis=1), step))
        back = y[np.flatnonzero((lung > 0).any(axis=1))[-1]]
        out["gutter"].append(float(back - spine_y(habitus_of(person), z[i])))
        for name, gap in zip(("gap front", "gap middle", "gap back"), _gaps(lung, step), strict=True):
            out[name].append(gap)
    return out


def _border(person: Person, around: Outer, share: float) -> list[float]:
    i = _level(around, share)
    x = axis_mm(around.grid, 2) - spine_x(habitus_of(person), axis_mm(around.grid, 0)[i])
    lung = around.lung[i] > 0
    rows = np.flatnonzero(lung.any(axis=1))
    wide = np.array([0.5 * np.ptp(x[np.flatnonzero(lung[j])]) for j in rows])
    return [float(wide[min(len(wide) - 1, int(f * len(wide)))] / wide.max()) for f in SHARES]


def _rib_sections(around: Outer) -> tuple[list[int], float]:
    """Sections of ribs a side in slices of levels 0.3 to 0.75, and how far the two sides lack a mirror's likeness."""
    x = axis_mm(around.grid, 2)
    counts, unlike = [], []
    for share in np.linspace(0.3, 0.75, 12):
        i = _level(around, share)
        near = ndimage.binary_dilation(around.lung[i] > 0, iterations=round(12.0 / around.grid.spacing_mm[1]))
        bone = (around.organ[i] == Organ.BONE) & near
        sides = (bone & (x < -42.0), bone & (x > 42.0))
        counts += [int(ndimage.label(side, np.ones((3, 3)))[1]) for side in sides]
        both = np.count_nonzero(bone & bone[:, ::-1])
        unlike.append(1.0 - both / max(1, np.count_nonzero(bone)))
    return counts, float(np.mean(unlike))


def _diaphragm(person: Person, around: Outer) -> str:
    top = around.landmarks
    z = axis_mm(around.grid, 0)
    low = [z[np.flatnonzero((around.lung == s).any(axis=(1, 2)))[0]] for s in (1, 2)]
    marks = top["right_dome"], top["left_dome"]
    areas = []
    for drop in (15.0, 30.0, 45.0, 60.0):
        i = int(np.argmin(np.abs(z - (marks[0][0] - drop))))
        areas.append(np.count_nonzero(around.lung[i] == 1) * around.grid.spacing_mm[1] ** 2 / 100.0)
    return (
        f"right over left {marks[0][0] - marks[1][0]:.0f} (A 15, B 12)  sulcus R/L "
        f"{marks[0][0] - low[0]:.0f}/{marks[1][0] - low[1]:.0f} (A 88/72, B 70/47)  right lung cm2 at 15, 30, 45, 60 "
        f"below its dome {'/'.join(f'{a:.0f}' for a in areas)} (A 93/62/33/13, B 139/75/23/4)"
    )


def _row(name: str, values: tuple[float, ...] | list[float]) -> str:
    return f"{name:>14} " + " ".join("    -" if np.isnan(v) else f"{v:5.0f}" for v in values)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda p: f"{p.sex}{p.age_years:.0f}")
def test_figures_of_the_body(person):
    habitus = habitus_of(person)
    around = outer(person, grid_of(habitus, SCALE))
    volume = around.share.sum(dtype=np.float64) / 255.0 * around.grid.voxel_ml / 1000.0
    print(f"\n{person}: lungs {volume:.2f} L of {habitus.lung_volume_l:.2f} aimed at, size {habitus.size:.2f}")
    print(_row("level", [100.0 * v for v in LEVELS]))
    for name, values in _figures(person, around).items():
        for chest in REAL:
            print(_row(f"{chest} {name}", REAL[chest][name]))
        print(_row(name, values))
    for name, row in REAL_BORDER.items():
        print(f"border {name}  " + " ".join(f"{v:.2f}" for v in row))
    for share in (0.55, 0.36):
        print(f"border   {share:.2f}  " + " ".join(f"{v:.2f}" for v in _border(person, around, share)))
    counts, unlike = _rib_sections(around)
    print(
        f"rib sections a side {np.mean(counts):.1f}, {min(counts)} to {max(counts)} (3.5 to 5); "
        f"share of bone without its like across the midline {unlike:.2f}"
    )
    print(_diaphragm(person, around))
