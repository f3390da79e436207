"""The bronchial tree: carina to segments by hand, then filled segment by segment.

Calibres follow Weibel, Morphometry of the Human Lung, 1963 (trachea 18, main 12.2, lobar 8.3, segmental 5.6,
then 4.5, 3.5, 2.8, 2.3, 1.9, ... 0.6 mm in terminal bronchioles): with about 600 end points to a segment the law
of flow from 0.52 mm upward meets each of these within about a tenth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trainer.chest.anatomy import tree
from trainer.chest.anatomy.model import SEGMENTS, Branches
from trainer.core import chance
from trainer.course.person import Person

Point = tuple[float, float, float]
END_RADIUS_MM = 0.26
_STREAM = 0x41495257


@dataclass(frozen=True)
class Stem:
    """One bronchus placed by hand: its name, its parent's, and where it leads, mm (up, back, lateral)."""

    name: str
    parent: str
    step: Point
    segment: int = 0


# Offsets are judgement after the common pattern (Boyden 1955), for lungs 245 mm tall.
RIGHT = (
    Stem("upper", "main", (4, 1, 21)),
    Stem("apical", "upper", (15, -1, 6), 1),
    Stem("posterior", "upper", (7, 12, 9), 2),
    Stem("anterior", "upper", (2, -13, 10), 3),
    Stem("hilum", "main", (0, 0, 0)),
    Stem("intermedius", "hilum", (-13, 3, 4)),
    Stem("middle", "intermedius", (-8, -13, 8)),
    Stem("lateral middle", "middle", (-5, -8, 12), 4),
    Stem("medial middle", "middle", (-9, -13, 2), 5),
    Stem("superior", "intermedius", (1, 14, 7), 6),
    Stem("lower", "intermedius", (-15, 6, 5)),
    Stem("medial basal", "lower", (-18, -3, -1), 7),
    Stem("basal", "lower", (-8, 3, 4)),
    Stem("anterior basal", "basal", (-18, -8, 5), 8),
    Stem("lateral and posterior", "basal", (-7, 4, 3)),
    Stem("lateral basal", "lateral and posterior", (-20, 1, 6), 9),
    Stem("posterior basal", "lateral and posterior", (-22, 6, 0), 10),
)
LEFT = (
    Stem("hilum", "main", (0, 0, 0)),
    Stem("upper", "hilum", (2, -6, 10)),
    Stem("division", "upper", (9, -3, 4)),
    Stem("apicoposterior", "division", (13, 7, 4), 11),
    Stem("anterior", "division", (3, -14, 6), 12),
    Stem("lingula", "upper", (-9, -11, 6)),
    Stem("superior lingular", "lingula", (-2, -10, 9), 13),
    Stem("inferior lingular", "lingula", (-9, -10, 4), 14),
    Stem("lower", "hilum", (-10, 6, 5)),
    Stem("superior", "lower", (0, 14, 5), 15),
    Stem("basal", "lower", (-15, 4, 5)),
    Stem("anteromedial basal", "basal", (-19, -7, 3), 16),
    Stem("lateral and posterior", "basal", (-8, 5, 4)),
    Stem("lateral basal", "lateral and posterior", (-20, 1, 6), 17),
    Stem("posterior basal", "lateral and posterior", (-22, 6, 0), 18),
)
# lobe of each segment, and where its far middle lies: shares (lateral, back, up) of its lobe's extent; judgement
SEGMENT_LOBE = (0, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5)
TARGET: tuple[Point, ...] = (
    (0.0, 0.0, 0.0),
    (0.50, 0.55, 0.92), (0.70, 0.85, 0.45), (0.55, 0.15, 0.30),
    (0.85, 0.50, 0.50), (0.35, 0.30, 0.35),
    (0.60, 0.80, 0.88), (0.12, 0.35, 0.35), (0.65, 0.12, 0.35), (0.92, 0.45, 0.30), (0.45, 0.85, 0.22),
    (0.50, 0.65, 0.90), (0.55, 0.20, 0.62), (0.75, 0.35, 0.28), (0.50, 0.20, 0.06),
    (0.60, 0.80, 0.88), (0.45, 0.15, 0.35), (0.90, 0.50, 0.30), (0.42, 0.85, 0.22),
)  # fmt: skip


@dataclass(frozen=True)
class Skeleton:
    """The bronchi placed by hand.

    Parameters
    ----------
    twigs : Twigs
        Trachea first.
    row : mapping of str to int
        Row of a bronchus by side and name, such as "right upper".
    tip : numpy.ndarray
        int, shape (19,): row of each segmental bronchus.
    """

    twigs: tree.Twigs
    row: Mapping[str, int]
    tip: np.ndarray


def skeleton_of(landmarks: Mapping[str, Point], height_mm: Mapping[int, float], person: Person) -> Skeleton:
    """Return trachea, main, lobar and 18 segmental bronchi of this person.

    Parameters
    ----------
    landmarks : mapping of str to tuple of float
        "carina", "right_hilum", "left_hilum".
    height_mm : mapping of int to float
        Height of each lung, 1 right and 2 left.
    person : Person
    """
    carina = np.array(landmarks["carina"])
    start, end, parent, segment = [carina + np.array((30.0, 0.0, 0.0))], [carina], [-1], [0]
    row: dict[str, int] = {"trachea": 0}
    tip = np.zeros(len(SEGMENTS), np.int64)
    for side, name, stems in ((1, "right", RIGHT), (2, "left", LEFT)):
        hilum = np.array(landmarks[f"{name}_hilum"])
        # the upper bronchus leaves the right main one well before the hilum; the left divides at it
        fork = carina + (0.62 if side == 1 else 0.97) * (hilum - carina)
        row[f"{name} main"] = len(start)
        start.append(carina)
        end.append(fork)
        parent.append(0)
        segment.append(0)
        size = height_mm[side] / 245.0
        for stem in stems:
            mother = row[f"{name} {stem.parent}"]
            length = float(np.linalg.norm(stem.step))
            wobble = [0.10 * length * chance.normal(person.key, _STREAM, side, 4 * len(start) + a) for a in range(3)]
            step = np.array((stem.step[0], stem.step[1], stem.step[2] * (-1.0 if side == 1 else 1.0))) + wobble
            row[f"{name} {stem.name}"] = len(start)
            start.append(end[mother])
            end.append(hilum if stem.name == "hilum" else end[mother] + size * step)
            parent.append(mother)
            segment.append(stem.segment)
            if stem.segment:
                tip[stem.segment] = row[f"{name} {stem.name}"]
    return Skeleton(
        tree.Twigs(np.array(start), np.array(end), np.array(parent, np.int32), np.array(segment, np.int16)), row, tip
    )


def aimed(skeleton: Skeleton, middle_mm: np.ndarray) -> Skeleton:
    """Return the skeleton with every segmental bronchus turned half-way towards the middle of its segment.

    Parameters
    ----------
    skeleton : Skeleton
    middle_mm : numpy.ndarray
        Shape (19, 3): mean of the end points of each segment; row 0 is not read.
    """
    end = skeleton.twigs.end.copy()
    for s in range(1, len(SEGMENTS)):
        tip = int(skeleton.tip[s])
        start = skeleton.twigs.start[tip]
        hand = end[tip] - start
        aim = middle_mm[s] - start
        length, reach = float(np.linalg.norm(hand)), float(np.linalg.norm(aim))
        way = hand / length + aim / max(reach, 1e-6)
        # bronchi of long segments run on before they divide
        end[tip] = start + way / np.linalg.norm(way) * (0.8 * length + 0.14 * reach)
    own = skeleton.twigs
    return Skeleton(tree.Twigs(own.start, end, own.parent, own.segment), skeleton.row, skeleton.tip)


def fill(
    skeleton: Skeleton,
    seeds_mm: np.ndarray,
    segment: np.ndarray,
    bounds: Mapping[int, tree.Bounds],
    person: Person,
) -> tree.Twigs:
    """Return the skeleton with every segment filled from its bronchus.

    Parameters
    ----------
    skeleton : Skeleton
    seeds_mm : numpy.ndarray
        Shape (n, 3): end points.
    segment : numpy.ndarray
        Shape (n,): segment of each, 1 to 18.
    bounds : mapping of int to Bounds
        Of each lobe, 1 to 5.
    person : Person
    """
    own, end = skeleton.twigs, skeleton.twigs.end.copy()
    parts = [tree.Twigs(own.start, end, own.parent, own.segment)]
    rows = len(own.start)
    for s in range(1, len(SEGMENTS)):
        tip = int(skeleton.tip[s])
        grown = tree.grow(
            seeds_mm[segment == s], own.start[tip], own.end[tip], person.key, 100 + s, bounds[SEGMENT_LOBE[s]]
        )
        end[tip] = grown.end[0]
        # row 0 is the segmental bronchus itself
        parent = np.where(grown.parent[1:] == 0, tip, grown.parent[1:] + rows - 1)
        parts.append(tree.Twigs(grown.start[1:], grown.end[1:], parent, np.full(len(parent), s)))
        rows += len(parent)
    return joined(parts)


def joined(parts: list[tree.Twigs]) -> tree.Twigs:
    """Return rows of several tables as one."""
    return tree.Twigs(
        np.concatenate([p.start for p in parts]), np.concatenate([p.end for p in parts]),
        np.concatenate([p.parent for p in parts]), np.concatenate([p.segment for p in parts]),
    )  # fmt: skip


def airways_of(twigs: tree.Twigs) -> Branches:
    """Return the airways with the calibre of their lumen."""
    return tree.branches_of(twigs, END_RADIUS_MM)


def wall_mm(radius_mm: np.ndarray) -> np.ndarray:
    """Return the thickness of a bronchial wall: 0.6 to 1 mm for lumens of 3 to 8 mm (judgement)."""
    return np.clip(0.42 + 0.15 * radius_mm, 0.3, 1.5)
