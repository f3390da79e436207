"""Great vessels, trachea, main bronchi, oesophagus and neck, as one plan of tubes.

Positions are the mean of two measured chests, in depth below the apex of a lung 250 mm high, distance behind
(+) or before (-) the front of the spine, and left (+) of its midline; see `trainer.chest.anatomy.cage`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.chest.anatomy.cage import Point, place
from trainer.chest.anatomy.habitus import Habitus
from trainer.chest.anatomy.heart import chambers_of
from trainer.chest.anatomy.shape import Lattice, add_ellipsoid, add_tube, smooth_max, smooth_min
from trainer.core import chance

_STREAM = 0x4D454449


@dataclass(frozen=True)
class Tube:
    """A vessel or airway as plan points (depth, y, x), radii in mm, and how much wider than deep it is."""

    points: tuple[Point, ...]
    radii: tuple[float, ...]
    flat: float = 1.0


@dataclass(frozen=True)
class Plan:
    """Where everything between the lungs lies in one person.

    Parameters
    ----------
    tubes : dict of str to Tube
    landmarks : dict of str to tuple of float
        (z, y, x) in mm.
    """

    tubes: dict[str, Tube]
    landmarks: dict[str, Point]


def _airways(shift: float) -> dict[str, Tube]:
    """Trachea and main bronchi; ``shift`` mm to the right at the arch.

    The middle lines part at the carina's point; the spur between the lumens lies about 9 mm lower.
    """
    fork = -0.35 * shift + 1.0
    carina: Point = (77.0, -26.0, fork)
    trachea: tuple[Point, ...] = (
        (-60, -34, 0), (-20, -34, -0.5 * shift), (15, -29, -1.2 * shift), (45, -24, -1.4 * shift),
        (64, -24, -0.8 * shift), carina,
    )  # fmt: skip
    # 31 and 42 degrees from the vertical: two measured chests have 22 to 36 and 52 to 59, most have less on the left
    right: tuple[Point, ...] = (carina, (92, -25, fork - 9.5), (108, -22, fork - 19.0))
    left: tuple[Point, ...] = (carina, (90, -24, fork + 11.5), (102, -20, fork + 22.5), (113, -17, fork + 33.0))
    return {
        "trachea": Tube(trachea, (8.6, 8.6, 9.0, 9.4, 9.4, 8.0)),
        "right_bronchus": Tube(right, (7.4, 6.8, 6.4)),
        "left_bronchus": Tube(left, (6.8, 6.1, 5.8, 5.6)),
    }


def _aorta(a: float) -> dict[str, Tube]:
    """The aorta ``a`` times as wide as a man's at 50; what is wider is also longer and unfolds.

    It rises nearly upright, so that axial slices cut it round.
    """
    u = 30.0 * (a - 1.0)
    ascending: tuple[Point, ...] = (
        (112, -84, -1), (100, -81, -7 - 0.2 * u), (86, -77, -12 - 0.4 * u), (72, -73, -14 - 0.5 * u), (61, -66, -12),
        (54, -53, -4), (51, -36, 9), (53, -20, 20 + 0.3 * u), (60, -6, 26 + 0.5 * u),
    )  # fmt: skip
    descending: tuple[Point, ...] = (
        (56, -10, 25 + 0.4 * u), (66, -2, 28 + 0.6 * u), (85, 4, 30 + 0.8 * u), (110, 5, 30 + u),
        (140, -1, 28 + 0.8 * u), (165, -9, 20 + 0.5 * u), (190, -13, 13), (230, -16, 7), (290, -18, 4),
    )  # fmt: skip
    up = (15.5, 16.3, 16.5, 16.5, 15.8, 14.4, 13.4, 13.0, 13.0)
    down = (13.0, 13.0, 12.9, 12.7, 12.5, 12.4, 12.2, 11.6, 10.5)
    return {
        "ascending_aorta": Tube(ascending, tuple(a * r for r in up)),
        "descending_aorta": Tube(descending, tuple(a * r for r in down)),
    }


_FIXED: dict[str, Tube] = {
    "brachiocephalic_artery": Tube(
        ((54, -54, -6), (40, -46, -10), (22, -42, -16), (10, -42, -21), (-10, -38, -25), (-60, -30, -25)),
        (6.6, 6.2, 5.8, 5.2, 3.8, 3.6),
    ),
    "right_subclavian": Tube(
        ((12, -42, -20), (2, -34, -34), (-4, -28, -56), (0, -36, -92), (16, -38, -126), (30, -34, -146)),
        (4.6, 4.4, 4.2, 4.0, 3.6, 3.0),
    ),
    "left_carotid": Tube(
        ((50, -38, 8), (30, -36, 10), (8, -34, 15), (-20, -34, 23), (-60, -30, 25)), (4.2, 3.9, 3.8, 3.7, 3.6)
    ),
    "left_subclavian": Tube(
        ((52, -24, 18), (30, -18, 22), (10, -17, 26), (-2, -22, 40), (-4, -26, 60), (2, -34, 94),
         (18, -36, 128), (34, -32, 148)),
        (5.2, 4.8, 4.6, 4.4, 4.2, 4.0, 3.6, 3.0),
    ),
    "superior_vena_cava": Tube(
        ((34, -58, -22), (48, -60, -26), (62, -57, -33), (80, -54, -35), (98, -58, -33), (112, -66, -28)),
        (8.2, 9.6, 10.4, 10.6, 10.8, 12.0),
        0.88,
    ),
    "right_brachiocephalic_vein": Tube(
        ((38, -58, -23), (20, -55, -28), (4, -50, -34), (-12, -44, -36), (-60, -38, -36)), (8.0, 7.4, 6.8, 6.0, 5.6)
    ),
    "left_brachiocephalic_vein": Tube(
        ((40, -60, -22), (33, -66, -6), (24, -64, 12), (12, -57, 28), (0, -48, 36), (-14, -42, 37), (-60, -38, 36)),
        (7.4, 6.6, 6.4, 6.4, 6.4, 5.6, 5.2),
    ),
    "right_axillary_vein": Tube(
        ((8, -52, -34), (2, -42, -60), (6, -42, -94), (24, -44, -128), (44, -38, -146)), (6.0, 5.6, 5.0, 4.2, 3.4)
    ),
    "left_axillary_vein": Tube(
        ((2, -50, 36), (-2, -42, 62), (8, -40, 96), (26, -42, 130), (46, -36, 148)), (6.0, 5.6, 5.0, 4.2, 3.4)
    ),
    "azygos": Tube(
        ((66, -50, -28), (70, -36, -27), (71, -18, -20), (76, -8, -11), (95, -6, -6), (140, -6, -5),
         (190, -4, -4), (260, -2, -3)),
        (5.2, 5.0, 4.8, 4.4, 3.8, 3.6, 3.4, 2.4),
    ),
    "pulmonary_trunk": Tube(
        ((124, -102, 20), (112, -98, 26), (100, -88, 29), (91, -74, 26), (87, -60, 24)), (14.0, 14.2, 14.2, 13.8, 12.5)
    ),
    "right_pulmonary_artery": Tube(
        ((91, -70, 20), (94, -56, 4), (96, -48, -14), (98, -44, -30), (101, -38, -40)), (11.5, 11.2, 11.0, 10.6, 9.4)
    ),
    "left_pulmonary_artery": Tube(
        ((88, -64, 24), (83, -50, 30), (82, -36, 37), (86, -24, 43), (95, -15, 46)), (12.0, 11.8, 11.4, 10.8, 9.8)
    ),
    "oesophagus": Tube(
        (
            (-60, -16, 3), (0, -12, 5), (30, -12, 7), (60, -13, 6), (84, -13, 4), (110, -14, 3), (140, -13, 4),
            (165, -20, 7), (185, -28, 14), (200, -36, 22),
        ),
        (4.6, 4.8, 5.0, 5.2, 5.4, 5.4, 5.6, 5.8, 6.2, 6.5),
        1.45,
    ),
}  # fmt: skip


def _tubes(habitus: Habitus) -> dict[str, Tube]:
    plan = _airways(habitus.tracheal_shift_mm) | _FIXED
    grow = habitus.size**0.5
    grown = {name: Tube(t.points, tuple(r * grow for r in t.radii), t.flat) for name, t in plan.items()}
    return grown | _aorta(habitus.aorta)


def plan_of(habitus: Habitus) -> Plan:
    """Return where heart, vessels, airways and gullet of this person lie."""
    tubes = _tubes(habitus)
    heart = chambers_of(habitus)
    right_atrium = heart["right_atrium"]
    z, y, x = right_atrium.centre
    inverse = (z - 0.62 * right_atrium.semi[0], y + 14.0, x + 1.0)
    landmarks = {
        "carina": place(habitus, tubes["trachea"].points[-1]),
        "trachea_top": place(habitus, tubes["trachea"].points[0]),
        "right_hilum": place(habitus, tubes["right_bronchus"].points[-1]),
        "left_hilum": place(habitus, tubes["left_bronchus"].points[-1]),
        "right_pa": place(habitus, tubes["right_pulmonary_artery"].points[-1]),
        "left_pa": place(habitus, tubes["left_pulmonary_artery"].points[-1]),
        "right_upper_vein": place(habitus, (115.0, -48.0, -30.0)),
        "right_lower_vein": place(habitus, (137.0, -26.0, -30.0)),
        "left_upper_vein": place(habitus, (112.0, -48.0, 39.0)),
        "left_lower_vein": place(habitus, (138.0, -21.0, 36.0)),
        "caval_opening": inverse,
        "left_atrium": heart["left_atrium"].centre,
    }
    return Plan(tubes, landmarks)


def tube_points(habitus: Habitus, tube: Tube) -> np.ndarray:
    """Return the points of a tube in mm, shape (n, 3)."""
    return np.array([place(habitus, p) for p in tube.points])


# Stations where small nodes lie: paratracheal, aortopulmonary, prevascular, subcarinal, hilar, paraoesophageal.
_NODES: tuple[Point, ...] = (
    (40, -36, -16), (55, -38, -14), (66, -40, -16), (72, -38, -12), (60, -34, 14), (72, -52, 16), (76, -46, 26),
    (66, -62, 20), (50, -72, 10), (56, -80, -6), (101, -27, 3), (106, -25, -1), (104, -30, -38), (100, -20, 52),
    (130, -16, 12), (150, -18, -6), (30, -62, -10), (24, -58, 14), (160, -130, -20), (168, -120, 40),
)  # fmt: skip
# Vessels of one group join without a seam; between groups runs a thin plane of fat.
_GROUPS: tuple[tuple[str, ...], ...] = (
    ("ascending_aorta", "brachiocephalic_artery", "right_subclavian", "left_carotid", "left_subclavian"),
    ("superior_vena_cava", "right_brachiocephalic_vein", "left_brachiocephalic_vein", "azygos",
     "right_axillary_vein", "left_axillary_vein"),
    ("pulmonary_trunk", "right_pulmonary_artery", "left_pulmonary_artery"),
)  # fmt: skip
_PLANE_MM = 0.7


def vessel_field(habitus: Habitus, plan: Plan, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to the great vessels and veins, but for the descending aorta."""
    nearest, second = lattice.far(), lattice.far()
    for names in _GROUPS:
        f = tube_field(habitus, plan, lattice, names, 2.0)
        second = np.minimum(second, np.maximum(f, nearest))
        nearest = np.minimum(nearest, f)
    parted = np.maximum(nearest, _PLANE_MM - 0.5 * (second - nearest))
    atrium = plan.landmarks["left_atrium"]
    for name in ("right_upper_vein", "right_lower_vein", "left_upper_vein", "left_lower_vein"):
        end = plan.landmarks[name]
        inner = (atrium[0] + 0.3 * (end[0] - atrium[0]), atrium[1] + 0.3 * (end[1] - atrium[1]), 0.5 * end[2])
        add_tube(parted, lattice.grid, [inner, end], [8.5, 6.5])
    opening = plan.landmarks["caval_opening"]
    below = (opening[0] - 70.0, opening[1] + 22.0, opening[2] - 3.0)
    top = (opening[0] + 12.0, opening[1] - 8.0, opening[2])
    add_tube(parted, lattice.grid, [top, opening, below], [14.0, 14.5, 12.5], flat=1.2)
    return parted


def tube_field(
    habitus: Habitus, plan: Plan, lattice: Lattice, names: tuple[str, ...], blend_mm: float = 0.0
) -> np.ndarray:
    """Return the signed distance (mm) to some of the plan's tubes, joined."""
    f = lattice.far()
    for name in names:
        tube = plan.tubes[name]
        add_tube(f, lattice.grid, tube_points(habitus, tube), tube.radii, tube.flat, blend_mm)
    return f


def arch_field(habitus: Habitus, plan: Plan, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to the aortic arch, without the ascending part."""
    f = lattice.far()
    tube = plan.tubes["ascending_aorta"]
    add_tube(f, lattice.grid, tube_points(habitus, tube)[4:], tube.radii[4:])
    return f


def thyroid_field(habitus: Habitus, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to the two lobes and the isthmus of the thyroid."""
    f = lattice.far()
    shift = -0.5 * habitus.tracheal_shift_mm
    for side, low in ((-1.0, 0.0), (1.0, 3.0)):
        add_ellipsoid(f, lattice.grid, place(habitus, (-22.0 + low, -36.0, shift + 16.0 * side)), (22.0, 9.0, 7.5))
    add_tube(
        f,
        lattice.grid,
        [place(habitus, (-14.0, -46.0, shift - 12.0)), place(habitus, (-14.0, -46.0, shift + 12.0))],
        3.5,
    )
    return f


def airway_field(habitus: Habitus, plan: Plan, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to the lumen of trachea and main bronchi; the trachea's back is flat."""
    f = tube_field(habitus, plan, lattice, ("trachea",))
    points = tube_points(habitus, plan.tubes["trachea"])[::-1]
    middle = np.interp(lattice.z, points[:, 0], points[:, 1])
    back = 5.2 * habitus.size**0.5
    f = smooth_max(f, (lattice.y - middle - back).astype(np.float32), 5.0)
    return smooth_min(f, tube_field(habitus, plan, lattice, ("right_bronchus", "left_bronchus")), 5.0)


def node_field(habitus: Habitus, key: int, lattice: Lattice) -> np.ndarray:
    """Return the signed distance (mm) to normal lymph nodes, 3 to 8 mm in short axis, and the mammary vessels."""
    f = lattice.far()
    for i, (depth, y, x) in enumerate(_NODES):
        jitter = [2.5 * chance.normal(key, _STREAM, j, i) for j in range(3)]
        short = 1.6 + 2.4 * chance.uniform(key, _STREAM, 3, i)
        long = short * (1.3 + 0.6 * chance.uniform(key, _STREAM, 4, i))
        centre = place(habitus, (depth + jitter[0], y + jitter[1], x + jitter[2]))
        add_ellipsoid(f, lattice.grid, centre, (long, short, long), reach_mm=4.0)
    return f
