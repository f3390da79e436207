"""Pulmonary arteries beside their bronchi, and veins between the segments.

An artery is about 1.3 times as wide as the lumen of its bronchus: lumen over artery 0.75 at the median, quartiles
0.56 and 0.91 (65 pairs in CPTAC-PDA C3N-00249, The Cancer Imaging Archive, n = 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numba as nb
import numpy as np

from trainer.chest.anatomy import airway, tree
from trainer.chest.anatomy.model import Branches
from trainer.core import chance
from trainer.course.person import Person

Point = tuple[float, float, float]
END_RADIUS_MM = 0.46
# a little below Murray's 1/3; segmental arteries come to about 7 mm, lobular ones to 1.6, the last to 0.9 mm
EXPONENT = 0.315
_STREAM = 0x56455353
# tributaries: lobe, vein it drains to, trunk (up, back, lateral) mm from the landmark, target shares; judgement
TRIBUTARIES: tuple[tuple[int, str, Point, Point], ...] = (
    (1, "right_upper_vein", (9, -4, 13), (0.45, 0.25, 0.85)),
    (1, "right_upper_vein", (7, 2, 15), (0.65, 0.62, 0.45)),
    (1, "right_upper_vein", (2, -9, 13), (0.60, 0.35, 0.10)),
    (2, "right_upper_vein", (-9, -8, 9), (0.60, 0.45, 0.40)),
    (2, "right_upper_vein", (-12, -9, 5), (0.20, 0.30, 0.15)),
    (3, "right_lower_vein", (0, 9, 10), (0.50, 0.60, 0.72)),
    (3, "right_lower_vein", (-9, 2, 13), (0.80, 0.28, 0.38)),
    (3, "right_lower_vein", (-12, 8, 9), (0.72, 0.68, 0.28)),
    (3, "right_lower_vein", (-14, 8, 3), (0.22, 0.62, 0.20)),
    (4, "left_upper_vein", (11, -4, 9), (0.42, 0.42, 0.85)),
    (4, "left_upper_vein", (5, -11, 10), (0.62, 0.10, 0.48)),
    (4, "left_upper_vein", (-8, -10, 10), (0.62, 0.30, 0.15)),
    (5, "left_lower_vein", (0, 9, 10), (0.50, 0.60, 0.72)),
    (5, "left_lower_vein", (-9, 2, 13), (0.75, 0.25, 0.38)),
    (5, "left_lower_vein", (-12, 8, 10), (0.72, 0.68, 0.28)),
    (5, "left_lower_vein", (-14, 8, 3), (0.22, 0.62, 0.20)),
)


def perfusion(points_mm: np.ndarray) -> np.ndarray:
    """Return how much blood the lung around points takes, about 1 at the middle, shape (n,).

    Dependent lung takes more (West et al., J Appl Physiol 1964); how much more in supine man is judgement.
    """
    y = points_mm[:, 1]
    low, high = np.percentile(y, (2.0, 98.0))
    return np.asarray(0.7 + 0.6 * np.clip((y - low) / (high - low), 0.0, 1.0))


@nb.njit(cache=True, nogil=True)
def _beside(start: Any, end: Any, parent: Any, first: Any, gap: Any, key: Any) -> Any:
    """Return the vector from the end of each bronchus to its artery, turning slowly along the tree."""
    n = start.shape[0]
    side, off = np.zeros((n, 3)), np.zeros((n, 3))
    for i in range(n):
        d = end[i] - start[i]
        d = d / (np.sqrt(np.dot(d, d)) + 1e-9)
        u = first[i].copy()
        if parent[i] >= 0 and np.dot(u, u) < 1e-6:
            u = side[parent[i]].copy()
            for a in range(3):
                u[a] += 0.25 * chance.normal(key, _STREAM, 0, 3 * i + a)
        u = u - np.dot(u, d) * d
        norm = np.sqrt(np.dot(u, u))
        if norm < 1e-3:
            # straight along the bronchus: any direction across it
            u = np.array((-d[1], d[0], 0.0)) + np.array((0.0, 0.0, 0.2))
            u = u - np.dot(u, d) * d
            norm = np.sqrt(np.dot(u, u))
        side[i] = u / norm
        off[i] = gap[i] * side[i]
    return off


# where the artery lies beside a bronchus placed by hand: (up, back, lateral)
_SIDES: Mapping[str, Point] = {
    "right upper": (0.6, -0.8, 0.2), "right intermedius": (0.0, -0.3, 1.0), "right middle": (0.8, 0.0, 0.5),
    "right lower": (0.0, 0.2, 1.0), "right apical": (0.0, -0.3, -1.0), "right posterior": (0.6, -0.4, 0.4),
    "right anterior": (0.9, 0.0, -0.3), "right superior": (0.7, 0.0, 0.6), "right basal": (0.0, 0.2, 1.0),
    "left upper": (0.9, 0.4, 0.0), "left division": (0.1, 0.9, 0.2), "left lingula": (0.2, 0.6, 0.9),
    "left lower": (0.1, 0.5, 1.0), "left superior": (0.7, 0.0, 0.6), "left basal": (0.0, 0.3, 1.0),
}  # fmt: skip


def arteries_of(
    twigs: tree.Twigs, skeleton: airway.Skeleton, landmarks: Mapping[str, Point], airways: Branches, person: Person
) -> Branches:
    """Return the arteries: every bronchus has one beside it, and the trunks come from the landmarks.

    Rows are those of the airways; the first three (trachea, main bronchi) stand for the pulmonary trunk and the
    right and left pulmonary artery.
    """
    radius = END_RADIUS_MM * tree.flow_of(twigs.parent, perfusion(twigs.end)) ** EXPONENT
    lumen = airways.radius_mm.astype(np.float64)
    gap = lumen + airway.wall_mm(lumen) + radius + 0.1
    first = np.zeros((len(twigs.start), 3))
    for name, (up, back, lateral) in _SIDES.items():
        first[skeleton.row[name]] = (up, back, -lateral if name.startswith("right") else lateral)
    off = _beside(twigs.start, twigs.end, twigs.parent, first, gap, np.uint64(person.key))
    end = twigs.end + off
    start = np.where(twigs.parent[:, None] >= 0, end[twigs.parent], twigs.start + off)
    for name in ("right", "left"):
        entry = np.array(landmarks[f"{name}_pa"])
        main, hilum = skeleton.row[f"{name} main"], skeleton.row[f"{name} hilum"]
        end[main] = end[hilum] = entry
        start[hilum] = entry
        start[np.isin(twigs.parent, (main, hilum))] = entry
        start[hilum] = entry - (0.0, 0.0, 1.0)
    beside = tree.Twigs(start, end, twigs.parent, twigs.segment)
    return tree.branches_of(beside, END_RADIUS_MM, EXPONENT, perfusion(end))


def roots_of(landmarks: Mapping[str, Point], height_mm: Mapping[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return where each tributary starts, the landmark, and where its own trunk ends, mm, shape (16, 3) each."""
    low, high = [], []
    for lobe, vein, (up, back, lateral), _ in TRIBUTARIES:
        side = 1 if lobe <= 3 else 2
        step = np.array((up, back, lateral * (-1.0 if side == 1 else 1.0)))
        low.append(np.array(landmarks[vein]))
        high.append(low[-1] + step * height_mm[side] / 245.0)
    return np.array(low), np.array(high)


def aimed(
    roots: tuple[np.ndarray, np.ndarray], seeds_mm: np.ndarray, tributary: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the trunks of the tributaries turned half-way towards what they drain, and lengthened."""
    low, high = roots
    out = high.copy()
    for t in range(len(low)):
        own = seeds_mm[tributary == t + 1]
        if len(own) == 0:
            continue
        hand, aim = high[t] - low[t], own.mean(axis=0) - low[t]
        length, reach = float(np.linalg.norm(hand)), float(np.linalg.norm(aim))
        way = hand / length + aim / max(reach, 1e-6)
        out[t] = low[t] + way / np.linalg.norm(way) * (0.8 * length + 0.16 * reach)
    return low, out


def veins_of(
    roots: tuple[np.ndarray, np.ndarray],
    seeds_mm: np.ndarray,
    tributary: np.ndarray,
    segment: np.ndarray,
    bounds: Mapping[int, tree.Bounds],
    person: Person,
) -> Branches:
    """Return the veins, four trees rooted where the upper and lower veins leave the lungs.

    Parameters
    ----------
    roots : tuple of numpy.ndarray
        From `roots_of`.
    seeds_mm : numpy.ndarray
        Shape (n, 3): end points, which lie in the gaps between those of the arteries.
    tributary, segment : numpy.ndarray
        Shape (n,): tributary (1 to 16) and segment (1 to 18) of each end point.
    bounds : mapping of int to Bounds
        Of each lobe, 1 to 5.
    person : Person
    """
    low, high = roots
    parts: list[tree.Twigs] = []
    rows = 0
    for t in range(len(TRIBUTARIES)):
        own = tributary == t + 1
        grown = tree.grow(seeds_mm[own], low[t], high[t], person.key, 200 + t, bounds[TRIBUTARIES[t][0]])
        number = np.full(len(grown.parent), int(np.bincount(segment[own]).argmax()))
        number[0] = 0
        parts.append(tree.Twigs(grown.start, grown.end, np.where(grown.parent < 0, -1, grown.parent + rows), number))
        rows += len(grown.parent)
    twigs = airway.joined(parts)
    return tree.branches_of(twigs, END_RADIUS_MM, EXPONENT, perfusion(twigs.end))
