"""What a careful report of a chest CT says, as yes or no to each of a list of findings.

The report is made from the engine's opacities, as a radiologist's is made from the picture, and with a radiologist's
error. The observer reads the same report of every patient that it imagines, so error and definitions cancel where
they are alike for all diseases. Every finding is one of ``findings.yaml``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.core.chance import key_of, uniform
from trainer.core.time import TICKS_PER_DAY
from trainer.course.opacity import Form, Lobe
from trainer.course.outcome import EFFUSION_ML, FAINT_FILL, SEEN_ML, SOLID_FILL
from trainer.course.state import NEVER, State
from trainer.course.stream import RESULT
from trainer.course.watch import RELAPSE_ML

STILL = (
    "consolidation", "ground-glass-opacity", "reversed-halo", "thick-rim", "reticulation-inside-halo", "nodular-rim",
    "perilobular-pattern", "crazy-paving", "parenchymal-band", "nodule", "mass", "halo-sign", "cavity", "tree-in-bud",
    "centrilobular-nodules", "honeycombing", "traction-bronchiectasis", "reticulation", "subpleural-sparing",
    "wedge-shaped-opacity", "bilateral-opacities", "multiple-opacities", "peripheral-distribution",
    "peribronchovascular-distribution", "upper-zone-predominance", "lower-zone-predominance", "pleural-effusion",
    "mosaic-attenuation", "lymphadenopathy",
)  # fmt: skip
"""Findings of one scan."""

CHANGE = ("opacity-gone", "new-opacity", "opacities-smaller", "opacities-mostly-cleared", "opacities-larger")
"""Findings of a scan beside an earlier one. Gone and new together are migration."""

AGREEMENT = {
    "consolidation": 0.75, "ground-glass-opacity": 0.6, "reversed-halo": 0.9, "thick-rim": 0.6,
    "reticulation-inside-halo": 0.5, "nodular-rim": 0.5, "perilobular-pattern": 0.5, "crazy-paving": 0.6,
    "parenchymal-band": 0.5, "nodule": 0.6, "mass": 0.75, "halo-sign": 0.6, "cavity": 0.8, "tree-in-bud": 0.85,
    "centrilobular-nodules": 0.6, "honeycombing": 0.6, "traction-bronchiectasis": 0.5, "reticulation": 0.4,
    "subpleural-sparing": 0.5, "wedge-shaped-opacity": 0.5, "bilateral-opacities": 0.9, "multiple-opacities": 0.7,
    "peripheral-distribution": 0.5, "peribronchovascular-distribution": 0.5, "upper-zone-predominance": 0.6,
    "lower-zone-predominance": 0.6, "pleural-effusion": 0.85, "mosaic-attenuation": 0.5, "lymphadenopathy": 0.6,
    "opacity-gone": 0.65, "new-opacity": 0.65, "opacities-smaller": 0.7, "opacities-mostly-cleared": 0.75,
    "opacities-larger": 0.7,
}  # fmt: skip
"""Kappa of two readers on each finding. 0.28 for intralobular lines to 0.85 for tree-in-bud (EJRO 2020, n = 126
scans), 0.84 to 0.96 for the reversed halo (Almeida 2019, n = 62), 0.48 for ground glass in focal disease (Yang 2001,
n = 26); the rest is judgement between these."""

_MISSED_SHARE, _IMAGINED_SHARE = 1.6, 0.6  # readers miss more than they imagine; judgement

PART = np.dtype([("label", np.int32), ("tissue_ml", np.float32)])
"""What is kept of an opacity to compare a later scan with."""

_HALF, _MARKED, _MOST = 0.5, 0.25, 0.6
_HALO = 0.4
_CAVITY = 0.05
_THICK_RIM_MM = 10.0  # a thicker ring suggests a mould (Marchiori, Chest 2012, n = 40)
_MASS_ML = 14.1  # a sphere of 3 cm, from which a nodule is called a mass (Fleischner glossary, Bankier 2024)
_NODE_MM = 10.0  # short axis of an enlarged node (Fleischner glossary, Bankier 2024)
_AIR_TRAPPING = 0.3
_MANY = 5
_PERIPHERAL = 0.25
_UPPER, _LOWER = 0.6, 0.4
_GONE, _SMALLER, _CLEARED, _LARGER = 0.35, 2 / 3, 0.3, 4 / 3
_SPAN = {  # lowest and highest share of the lung's height that each lobe takes; judgement
    Lobe.RIGHT_UPPER: (0.5, 1.0),
    Lobe.RIGHT_MIDDLE: (0.2, 0.55),
    Lobe.RIGHT_LOWER: (0.0, 0.65),
    Lobe.LEFT_UPPER: (0.25, 1.0),
    Lobe.LEFT_LOWER: (0.0, 0.65),
}
_LUNG_MM = 230.0  # height of a lung at full inspiration; judgement
_OVERLAP, _OVERLAP_MM = (
    0.25,
    15.0,
)  # share of an opacity's height, or length of it, that makes a zone diseased; judgement
_SYMPTOM_STEP = 0.15  # change of symptoms that a patient reports unasked; judgement, as in `trainer.course.watch`


def seen_of(opacities: np.ndarray) -> np.ndarray:
    """Return which opacities a radiologist would list, bool, shape (n, MAX_OPACITIES)."""
    seen: np.ndarray = (
        (opacities["label"] > 0) & (opacities["volume_ml"] >= SEEN_ML) & (opacities["fill"] >= FAINT_FILL)
    )
    return seen


def still_features(state: State) -> np.ndarray:
    """Return which findings of `STILL` each patient's chest has, bool, shape (n, len(STILL))."""
    p, slots = state.patients, _used(state)
    o = {name: np.ascontiguousarray(slots[name]) for name in _NEEDED}
    seen = seen_of(slots)
    ring = seen & (o["ring"] >= _HALF)
    tissue = np.where(seen, o["volume_ml"] * o["fill"], 0.0)
    whole = np.maximum(tissue.sum(axis=1), 1e-6)
    listed = seen.any(axis=1)
    height = _height(o["lobe"], o["height"])
    solid = o["fill"] >= SOLID_FILL
    fluid = np.maximum(p["effusion_left_ml"], p["effusion_right_ml"])

    def where(condition: np.ndarray) -> np.ndarray:
        out: np.ndarray = (seen & condition).any(axis=1)
        return out

    def mostly(condition: np.ndarray) -> np.ndarray:
        out: np.ndarray = np.where(condition, tissue, 0.0).sum(axis=1) >= _MOST * whole
        return out & listed

    columns = {
        "consolidation": where(solid),
        "ground-glass-opacity": where(~solid | (o["halo"] >= _HALF) | ring),
        "reversed-halo": where(ring),
        "thick-rim": where(ring & (o["rim_mm"] >= _THICK_RIM_MM)),
        "reticulation-inside-halo": where(ring & (o["reticulation"] >= _MARKED)),
        "nodular-rim": where(ring & (o["nodularity"] >= _MARKED)),
        "perilobular-pattern": where(o["perilobular"] >= _MARKED),
        "crazy-paving": where((o["septal"] >= _MARKED) & ~solid),
        "parenchymal-band": where(o["form"] == Form.BAND),
        "nodule": where((o["form"] == Form.NODULE) & (o["volume_ml"] < _MASS_ML)),
        "mass": where((o["form"] == Form.NODULE) & (o["volume_ml"] >= _MASS_ML)),
        "halo-sign": where((o["halo"] >= _HALO) & ~ring),
        "cavity": where(o["cavity"] >= _CAVITY),
        "tree-in-bud": where(o["tree_in_bud"] >= _MARKED),
        "centrilobular-nodules": where((o["form"] == Form.CENTRILOBULAR) & (o["tree_in_bud"] < _MARKED)),
        "honeycombing": where(o["honeycomb"] >= _MARKED),
        "traction-bronchiectasis": where(o["traction"] >= _MARKED),
        "reticulation": where(o["reticulation"] >= _MARKED),
        "subpleural-sparing": where(o["sparing"] >= _MARKED),
        "wedge-shaped-opacity": where(o["form"] == Form.WEDGE),
        "bilateral-opacities": where(o["lobe"] <= Lobe.RIGHT_LOWER) & where(o["lobe"] > Lobe.RIGHT_LOWER),
        "multiple-opacities": seen.sum(axis=1) >= _MANY,
        "peripheral-distribution": mostly(o["depth"] < _PERIPHERAL),
        "peribronchovascular-distribution": mostly(o["bronchocentric"] >= _HALF),
        "upper-zone-predominance": mostly(height > _UPPER),
        "lower-zone-predominance": mostly(height < _LOWER),
        "pleural-effusion": fluid >= EFFUSION_ML,
        "mosaic-attenuation": p["mosaic"] >= _AIR_TRAPPING,
        "lymphadenopathy": p["node_mm"] >= _NODE_MM,
    }
    return np.stack([columns[name] for name in STILL], axis=1)


_NEEDED = (
    "volume_ml", "fill", "ring", "rim_mm", "reticulation", "nodularity", "perilobular", "septal", "form", "halo",
    "cavity", "tree_in_bud", "honeycomb", "traction", "sparing", "lobe", "height", "depth", "bronchocentric",
)  # fmt: skip


def _used(state: State) -> np.ndarray:
    """Return the slots up to the last that anybody uses, at least one; a view."""
    used = np.flatnonzero((state.opacities["label"] > 0).any(axis=0))
    return state.opacities[:, : int(used[-1]) + 1 if len(used) else 1]


def _height(lobe: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return how high in its lung a centre lies, 0 lowest to 1 highest; lobes overlap, so this is approximate."""
    low, high = (np.array([_SPAN[one][end] for one in Lobe]) for end in (0, 1))
    out: np.ndarray = low[lobe] + (high - low)[lobe] * height
    return out


def zones_of(state: State) -> np.ndarray:
    """Return which zones hold a listed opacity, bool, shape (n, 6), in the order of `ZONES`."""
    out: np.ndarray = np.any(zones_of_each(state.opacities), axis=1)
    return out


def zones_of_each(opacities: np.ndarray) -> np.ndarray:
    """Return the zones in which each opacity lies, bool, shape (n, slots, 6); none for what nobody would list.

    An opacity counts as a sphere of its volume about its centre. The chest draws it along lobules and fissures, so
    a zone that it only grazes may differ from the picture.
    """
    o = opacities
    seen = seen_of(o)
    centre = _height(o["lobe"], o["height"])
    radius = np.cbrt(3.0 * np.maximum(o["volume_ml"], 0.0) * 1000.0 / (4.0 * np.pi)) / _LUNG_MM
    low, high = np.clip(centre - radius, 0.0, 1.0), np.clip(centre + radius, 0.0, 1.0)
    enough = np.maximum(np.minimum(_OVERLAP * (high - low), _OVERLAP_MM / _LUNG_MM), 1e-6)
    right = o["lobe"] <= Lobe.RIGHT_LOWER
    columns = []
    for side in (right, ~right):
        for bottom in (2 / 3, 1 / 3, 0.0):
            inside = np.minimum(high, bottom + 1 / 3) - np.maximum(low, bottom)
            columns.append(seen & side & (inside >= enough))
    return np.stack(columns, axis=-1)


def parts_of(state: State) -> np.ndarray:
    """Return what is kept of each opacity to compare a later scan with, records of `PART`, shape (n, slots)."""
    o = _used(state)
    parts = np.zeros(o.shape, PART)
    parts["label"] = o["label"]
    parts["tissue_ml"] = np.where(o["label"] > 0, o["volume_ml"] * o["fill"], 0.0)
    return parts


def change_features(early: State, late: State) -> np.ndarray:
    """Return which findings of `CHANGE` a later chest has beside an earlier one, bool, shape (n, len(CHANGE))."""
    return changes_between(parts_of(early), parts_of(late))


def changes_between(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return which findings of `CHANGE` there are between two scans of the same patients.

    An opacity keeps its slot for as long as it is there, so opacities are compared slot by slot.

    Parameters
    ----------
    before, after : numpy.ndarray
        Records of `PART`, shape (n, slots), not always of equally many slots.
    """
    slots = max(before.shape[1], after.shape[1])
    before, after = (np.pad(parts, ((0, 0), (0, slots - parts.shape[1]))) for parts in (before, after))
    same = (before["label"] == after["label"]) & (before["label"] > 0)
    was, now = before["tissue_ml"], after["tissue_ml"]
    gone = ((was >= SEEN_ML) & (np.where(same, now, 0.0) < _GONE * was)).any(axis=1)
    new = ((now >= SEEN_ML) & ~same).any(axis=1)
    total_was, total_now = was.sum(axis=1), now.sum(axis=1)
    smaller, cleared, larger = (
        total_now < _SMALLER * total_was,
        total_now < _CLEARED * total_was,
        (total_now > _LARGER * total_was) & (total_now >= SEEN_ML),
    )
    return np.stack([gone, new, smaller, cleared, larger], axis=1)


def trend_of(early: np.ndarray, late: np.ndarray) -> np.ndarray:
    """Return how the patients are beside an earlier day, int, shape (n,): an index into `TRENDS`.

    *Worse*: dead, or filled lung grown by a third and `RELAPSE_ML` or more, or symptoms up by a clear step. *Better*:
    not worse, and filled lung or symptoms at two thirds or less, as a response is defined in the outcomes. Else the
    *same*. Judgement.

    Parameters
    ----------
    early, late : numpy.ndarray
        Records with the fields ``burden_ml``, ``symptom`` and ``death_tick``, shape (n,), such as a state's patients.
    """
    was, now = early["burden_ml"].astype(float), late["burden_ml"].astype(float)
    ill, still_ill = early["symptom"].astype(float), late["symptom"].astype(float)
    dead = late["death_tick"] != NEVER
    worse = dead | (now >= np.maximum(_LARGER * was, was + RELAPSE_ML)) | (still_ill >= ill + _SYMPTOM_STEP)
    better = (now <= _SMALLER * was) & (was >= SEEN_ML) | (still_ill <= _SMALLER * ill) & (ill >= _SYMPTOM_STEP)
    out: np.ndarray = np.where(worse, 2, np.where(better, 0, 1))
    return out


def alive_on(patients: np.ndarray, day: int) -> np.ndarray:
    """Return who is alive at the beginning of a day, bool, shape (n,)."""
    out: np.ndarray = patients["death_tick"] >= day * TICKS_PER_DAY
    return out


def errors_of(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of reports that miss each finding where it is, and that name it where it is not, shape (f,).

    Two readers who each err in a share e of even cases agree with a kappa of (1 - 2 e)^2.
    """
    error = 0.5 * (1.0 - np.sqrt(np.array([AGREEMENT[name] for name in names])))
    return _MISSED_SHARE * error, _IMAGINED_SHARE * error


def reported(features: np.ndarray, key: int, day: int, names: Sequence[str] = STILL) -> np.ndarray:
    """Return one patient's findings as a report has them, with what it misses and imagines.

    Parameters
    ----------
    features : numpy.ndarray
        bool, shape (f,).
    key : int
        The patient's.
    day : int
        Of the scan; the same scan is always reported alike.
    names : sequence of str
        Of the findings: `STILL` or `CHANGE`.
    """
    missed, imagined = errors_of(names)
    chance = np.array([uniform(key, RESULT, day, key_of("report", name) & 0x7FFFFFFF) for name in names])
    said: np.ndarray = np.where(features, chance >= missed, chance < imagined)
    return said


def log_likelihood(report: np.ndarray, features: np.ndarray, names: Sequence[str] = STILL) -> np.ndarray:
    """Return the log likelihood of a report if the chest is as imagined.

    Parameters
    ----------
    report : numpy.ndarray
        bool, shape (f,).
    features : numpy.ndarray
        bool, shape (n, f): of each imagined chest.
    names : sequence of str
        Of the findings: `STILL` or `CHANGE`.

    Returns
    -------
    numpy.ndarray
        Shape (n, f), each finding's own.
    """
    missed, imagined = errors_of(names)
    yes = np.where(features, 1.0 - missed, imagined)
    out: np.ndarray = np.log(np.where(report[None, :], yes, 1.0 - yes))
    return out
