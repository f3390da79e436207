"""What makes one chest unlike another: all individual lengths and states, drawn from the person.

The middle of each range is the mean of two real adult chests measured level by level (a woman of 3.9 L and a man
of 5.5 L of lung in supine CT, 3 and 5 mm slices), the spread is about half of their difference: two examples,
not a population, so both are judgement unless another source is named.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from trainer.chest.grid import Grid
from trainer.core import chance
from trainer.course.person import Person

_STREAM = 0x48414249

# Total lung capacity, ECSC 1993 (Quanjer, Eur Respir J 1993; 6 Suppl 16: 5-40), litres from height in metres.
_TLC_L = {"M": (7.99, -7.08), "F": (6.60, -5.79)}
# Supine CT at full breath holds about 10-20 % less air and tissue than seated TLC (judgement).
_CT_SHARE = 0.87
# Volume of the plan at size 1 with mean domes, and its relative change per share of height that they move and per
# unit of visceral fat; what has its own size leaves a large chest more room by this power of the volume. Fitted to
# 24 built chests, which then meet the volume aimed at within 2 % (standard deviation).
_REFERENCE_L = 4.83
_PER_DOME = 1.48
_PER_FAT = -0.13
_ROOM_POWER = 0.14


@dataclass(frozen=True)
class Habitus:
    """The individual measures of a chest; lengths in mm, angles in degrees.

    Levels are depths below the highest lung voxel times ``stretch`` (1 for a lung 250 mm high).

    Parameters
    ----------
    lung_height_mm : float
        From apex to deepest sulcus.
    lung_volume_l : float
        Volume aimed at, both lungs, gas and tissue.
    size : float
        In-plane size of the cage, 1 for the mean of the two measured chests.
    width, depth : float
        Further factors of cage width and front-to-back depth (narrow to barrel).
    right_dome, left_dome : float
        Depth of each dome below the apex as share of ``lung_height_mm``.
    subcutaneous_mm : float
        Fat under the skin in front at mid height.
    muscle : float
        Thickness of muscle, 1 for the mean.
    breast_ml : float
        Volume of one breast in a woman, 0 in a man.
    recess : float
        How far lung reaches behind the heart, 0 (stops at the spine's edge) to 1 (crosses the midline).
    visceral : float
        Fat of the mediastinum, 1 for the mean.
    aorta : float
        Ascending aorta's width over 33 mm: 33 mm in men and 30 in women of 50, 1 mm more each decade, at most 40
        (judgement near Hager, J Thorac Cardiovasc Surg 2002; 123: 1060, n = 70); unfolds as it widens.
    calcification : float
        Of rib cartilage, 0 to 1.
    plaque : float
        Of calcium in the wall of the aorta, 0 to 1.
    bone : float
        Density of trabecular bone, 1 for the mean; falls with age.
    heart : float
        Factor of the heart's lengths.
    rib_slope : float
        Factor of the ribs' slopes.
    tracheal_shift_mm : float
        Of the trachea to the right at the arch.
    sway_mm : float
        Side to side curve of the spine.
    marbling : float
        Share of fat in the muscles behind the spine, 0 to 1.
    lean : float
        By how much the left half of the cage is wider than the mean of both, 0.02 in the measured chests.
    tilt_mm : float
        How much lower the left shoulder lies than the mean of both.
    gas : float
        Size of the stomach and of its gas bubble, 0 (collapsed) to 1.
    plateau_mm : float
        How far the right dome's top lies off the midline.
    sulcus_mm : float
        Depth of the costophrenic angle at the side, below its dome.
    left_lobe : float
        How far the liver crosses the midline, 0 to 1.
    girdle_deg : tuple of float
        How much the right and left scapula are turned against the mean.
    """

    lung_height_mm: float
    lung_volume_l: float
    size: float
    width: float
    depth: float
    right_dome: float
    left_dome: float
    subcutaneous_mm: float
    muscle: float
    breast_ml: float
    recess: float
    visceral: float
    aorta: float
    calcification: float
    plaque: float
    bone: float
    heart: float
    rib_slope: float
    tracheal_shift_mm: float
    sway_mm: float
    marbling: float
    lean: float
    tilt_mm: float
    gas: float
    plateau_mm: float
    sulcus_mm: float
    left_lobe: float
    girdle_deg: tuple[float, float]

    @property
    def stretch(self) -> float:
        """Height of the lung over the 250 mm for which levels are written."""
        return self.lung_height_mm / 250.0


def _clip(v: float, lo: float, hi: float) -> float:
    return min(hi, max(lo, v))


def habitus_of(person: Person) -> Habitus:
    """Return the habitus of ``person``; the same person always has the same."""

    def n(index: int) -> float:
        return _clip(chance.normal(person.key, _STREAM, 0, index), -2.2, 2.2)

    slope, offset = _TLC_L[person.sex]
    tlc = slope * person.height_cm / 100.0 + offset
    volume = max(1.8, _CT_SHARE * tlc) * math.exp(0.09 * n(0))
    slender = 0.04 * n(1)
    barrel = 0.03 * n(2) + 0.0008 * (person.age_years - 55.0)
    bmi = person.weight_kg / (person.height_cm / 100.0) ** 2
    old = _clip((person.age_years - 30.0) / 50.0, 0.0, 1.3)
    woman = person.sex == "F"
    fat = (14.0 if woman else 11.0) + 1.15 * (bmi - 25.0) + 1.5 * n(3)
    width = 1.0 - 0.5 * slender - 0.5 * barrel + 0.015 * n(4)
    depth = 1.0 - 0.5 * slender + barrel
    dome = _clip(0.70 + 0.03 * n(5) - 0.004 * (bmi - 25.0), 0.62, 0.77)
    gap = _clip(0.052 + 0.015 * n(6), 0.02, 0.09)
    # the deeper the domes, the more of the cage is lung
    filled = (1.0 + slender) * width * depth * (1.0 + _PER_DOME * (dome + 0.5 * gap - 0.726))
    visceral = _clip(1.0 + 0.05 * (bmi - 25.0) + 0.25 * (old - 0.5) + 0.12 * n(10), 0.4, 2.2)
    filled *= (1.0 + _PER_FAT * (visceral - 1.0)) * (volume / 5.0) ** _ROOM_POWER
    size = (volume / (_REFERENCE_L * filled)) ** (1.0 / 3.0)
    return Habitus(
        lung_height_mm=250.0 * size * (1.0 + slender),
        lung_volume_l=volume,
        size=size,
        width=width,
        depth=depth,
        right_dome=dome,
        left_dome=dome + gap,
        subcutaneous_mm=_clip(fat, 4.0, 45.0),
        muscle=_clip((0.90 if woman else 1.08) * (1.0 - 0.12 * old) + 0.08 * n(7), 0.6, 1.4),
        breast_ml=_clip(math.exp(math.log(420.0) + 0.08 * (bmi - 25.0) + 0.35 * n(8)), 90.0, 1500.0) if woman else 0.0,
        recess=_clip(0.5 + 0.3 * n(9) - 0.03 * (bmi - 25.0), 0.0, 1.0),
        visceral=visceral,
        aorta=_clip((30.0 if woman else 33.0) + 0.1 * (person.age_years - 50.0) + 1.4 * n(11), 25.0, 40.0) / 33.0,
        calcification=_clip(old * 0.75 + 0.15 * n(12), 0.0, 1.0),
        plaque=_clip(0.7 * (old - 0.4) + 0.12 * n(22), 0.0, 0.75),
        bone=_clip(1.35 - 0.65 * old + 0.12 * n(13), 0.45, 1.6),
        heart=_clip(size**0.5 * (1.0 + 0.03 * n(14) + 0.006 * (bmi - 25.0) + 0.04 * (old - 0.5)), 0.82, 1.2),
        rib_slope=_clip(1.0 + 0.2 * n(15), 0.6, 1.5),
        tracheal_shift_mm=_clip(6.0 + 4.0 * n(16) + 3.0 * (old - 0.5), 0.0, 15.0),
        sway_mm=2.5 * n(17),
        marbling=_clip(0.12 + 0.35 * old + 0.15 * n(18), 0.05, 0.9),
        lean=_clip(0.02 + 0.012 * n(20), -0.02, 0.05),
        tilt_mm=3.0 * n(21),
        gas=_clip(0.5 + 0.3 * n(19), 0.0, 1.0),
        plateau_mm=68.0 * size * width + 8.0 * n(23),
        sulcus_mm=_clip(44.0 + 7.0 * n(24), 30.0, 58.0),
        left_lobe=_clip(0.5 + 0.3 * n(25), 0.0, 1.0),
        girdle_deg=(4.0 * n(26), 4.0 * n(27)),
    )


def field_mm(habitus: Habitus) -> float:
    """Return the width of the field of view; see `grid_of`."""
    wall = 2.0 * habitus.subcutaneous_mm + 62.0 * habitus.muscle
    return _clip(302.0 * habitus.size * habitus.width + wall, 340.0, 448.0)


def grid_of(habitus: Habitus, scale: int = 1) -> Grid:
    """Return the lattice for a chest: 512 x 512 at 1 mm slices, or ``scale`` times coarser.

    The field is a circle's bounding square, sized to hold the rib cage with most of the wall, as a technologist
    does, with the table's top; shoulders and flanks are bent to end inside it.
    """
    spacing = round(field_mm(habitus) / 512.0, 3)
    above, below = 16.0, 22.0
    slices = int(_clip(round(habitus.lung_height_mm + above + below), 250, 340))
    top = above
    n = 512 // scale
    s = spacing * scale
    centre_y = -49.0 * habitus.size * habitus.depth
    return Grid(
        (slices // scale, n, n),
        (float(scale), s, s),
        (top - (slices // scale - 1) * scale, centre_y - 0.5 * (n - 1) * s, -0.5 * (n - 1) * s),
    )
