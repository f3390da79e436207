"""An image with its names covered: a CT slice with what is there outlined, one region of which is to be named.

Regions and names come from the truth masks of the series. A region is what one opacity shows in one slice; what leads
its list of signs and is to be seen in that slice is its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from rapidfuzz import fuzz, utils

from trainer.chest.opacity.sign import Sign, signs_of
from trainer.core.chance import key_of, uniform
from trainer.course.opacity import Lobe

LOBES: Final[Mapping[str, tuple[str, ...]]] = {
    "right-upper": ("Right upper lobe", "RUL"),
    "right-middle": ("Right middle lobe", "RML", "middle lobe"),
    "right-lower": ("Right lower lobe", "RLL"),
    "left-upper": ("Left upper lobe", "LUL", "lingula"),
    "left-lower": ("Left lower lobe", "LLL"),
}
"""The five lobes and the words for them, in the order of `trainer.course.opacity.Lobe`."""

_SYNONYMS: Final[Mapping[Sign, tuple[str, ...]]] = {
    Sign.GROUND_GLASS_OPACITY: ("GGO", "ground glass", "ground-glass attenuation"),
    Sign.CONSOLIDATION: ("airspace consolidation", "airspace opacity"),
    Sign.REVERSED_HALO: ("reversed halo", "reverse halo sign", "atoll sign", "RHS"),
    Sign.HALO: ("halo", "CT halo"),
    Sign.PERILOBULAR: ("perilobular opacity", "arcade-like"),
    Sign.CRAZY_PAVING: ("crazy paving",),
    Sign.TREE_IN_BUD: ("tree in bud", "TIB"),
    Sign.RETICULATION: ("reticulation", "reticular opacity", "septal lines"),
    Sign.HONEYCOMBING: ("honeycomb",),
    Sign.PARENCHYMAL_BAND: ("band", "linear opacity", "curvilinear band"),
    Sign.CAVITY: ("cavitation", "cavitating"),
    Sign.INFARCT_WEDGE: ("wedge-shaped opacity", "infarct", "Hampton hump", "wedge"),
    Sign.CENTRILOBULAR_NODULES: ("centrilobular",),
    Sign.MICRONODULES: ("small nodules", "nodularity"),
    Sign.AIR_BRONCHOGRAM: ("air bronchograms",),
    Sign.TRACTION_BRONCHIECTASIS: ("traction bronchiectases",),
    Sign.PLEURAL_EFFUSION: ("effusion",),
    Sign.MOSAIC_ATTENUATION: ("mosaic", "air trapping"),
    Sign.LYMPH_NODE: ("lymphadenopathy", "adenopathy"),
}
_TELLING: Final = (
    Sign.REVERSED_HALO, Sign.HALO, Sign.CAVITY, Sign.TREE_IN_BUD, Sign.HONEYCOMBING, Sign.CRAZY_PAVING,
    Sign.PERILOBULAR,
)  # fmt: skip
"""Signs that a reader names before all else where they are to be seen; judgement."""
_SIZES: Final = (Sign.NODULE, Sign.MASS)  # one name: a slice does not tell the largest diameter
_DETAIL: Final = (Sign.AIR_BRONCHOGRAM, Sign.SUBPLEURAL_SPARING, Sign.MICRONODULES)  # parts of something; no names

LEAST_MM2: Final = 200.0
"""A region smaller than this is not asked for: 16 mm across. Judgement."""

_NAME_WEIGHT: Final = 2 / 3  # of the name beside the lobe; judgement
_BESIDE_LARGEST: Final = 0.3  # of the largest; what is smaller is not asked for beside it; judgement
_SHARED: Final = 0.2  # share of a region that others may overlie; judgement
_ALSO: Final = 0.6  # for a sign that is there too and does not lead; judgement
_MUCH: Final = 0.15  # share of a region from which another sign counts as there; judgement
_SLICES: Final = 24  # looked into for the best one
_MOST_COUNTED: Final = 4  # regions; more in a slice make no better question
_LIKE: Final = 80.0
_CHOICE: Final = 21  # stream of what is asked for


class Drawn(Protocol):
    """What is needed of `trainer.chest.series.Series`."""

    @property
    def count(self) -> int: ...  # noqa: D102
    @property
    def spacing_mm(self) -> tuple[float, float, float]: ...  # noqa: D102
    def sign_truth(self, index: int, /) -> dict[tuple[int, Sign], np.ndarray]: ...  # noqa: D102


@dataclass(frozen=True)
class Region:
    """What one opacity shows in a slice.

    Parameters
    ----------
    label : int
    name : Sign
        What leads.
    right : tuple of Sign
        What else is as right.
    also : tuple of Sign
        What else is there.
    lobe : str
        A key of `LOBES`.
    area_mm2 : float
    plain : bool
        Whether its name can be told from this slice alone: it lies apart from the others, and of a ring both rim and
        centre are cut.
    """

    label: int
    name: Sign
    also: tuple[Sign, ...]
    lobe: str
    area_mm2: float
    right: tuple[Sign, ...] = ()
    plain: bool = True


@dataclass(frozen=True)
class Puzzle:
    """A slice with covered names.

    Parameters
    ----------
    index : int
        Of the slice.
    regions : tuple of Region
        The largest first.
    asked : int
        Label of the region to be named.
    shown : int or None
        Label of the one whose name is not covered; None where there is no other.
    """

    index: int
    regions: tuple[Region, ...]
    asked: int
    shown: int | None

    @property
    def region(self) -> Region:
        """The region to be named."""
        return next(region for region in self.regions if region.label == self.asked)

    def covered(self) -> dict[int, str]:
        """Return what stands beside each outline while the names are covered."""
        words = {region.label: "covered" for region in self.regions}
        if self.shown is not None:
            words[self.shown] = next(r.name.value for r in self.regions if r.label == self.shown)
        return {**words, self.asked: "What is this?"}

    def revealed(self) -> dict[int, str]:
        """Return what stands beside each outline once all names are shown."""
        return {region.label: region.name.value for region in self.regions}


@dataclass(frozen=True)
class Named:
    """A region as it was named, marked.

    Parameters
    ----------
    score, name_credit, lobe_credit : float
    yours, model : str
    reasons : tuple of str
    """

    score: float
    name_credit: float
    lobe_credit: float
    yours: str
    model: str
    reasons: tuple[str, ...]


def puzzle_of(series: Drawn, opacities: np.ndarray, seed: int) -> Puzzle | None:
    """Return the slice of a CT that asks best, None where nothing in it is large enough to be named.

    Parameters
    ----------
    series : Series
    opacities : numpy.ndarray
        What the chest shows: records of `trainer.course.opacity.OPACITY`, shape (n,).
    seed : int
        Decides which of the regions is asked for.
    """
    by_label = {int(one["label"]): one for one in opacities}
    pixel_mm2 = series.spacing_mm[1] * series.spacing_mm[2]
    best: tuple[tuple[int, int, float], int, tuple[Region, ...]] | None = None
    for index in sorted({round(series.count * (n + 1) / (_SLICES + 1)) for n in range(_SLICES)}):
        regions = regions_of(series.sign_truth(index), by_label, pixel_mm2)
        plain = [region for region in regions if region.plain]
        names, area = len({region.name for region in regions}), sum(region.area_mm2 for region in plain)
        worth = (min(len(plain), _MOST_COUNTED), names, area)
        if plain and (best is None or worth > best[0]):
            best = worth, index, regions
    if best is None:
        return None
    _, index, regions = best
    key = key_of("occlusion", seed)
    plain = [region for region in regions if region.plain]
    plain = [region for region in plain if region.area_mm2 >= _BESIDE_LARGEST * plain[0].area_mm2]
    asked = plain[int(uniform(key, _CHOICE, 0, 0) * len(plain))]
    others = [region for region in regions if region.label != asked.label and region.name is not asked.name]
    shown = others[int(uniform(key, _CHOICE, 0, 1) * len(others))].label if others else None
    return Puzzle(index, regions, asked.label, shown)


def regions_of(
    masks: Mapping[tuple[int, Sign], np.ndarray], opacities: Mapping[int, np.void], pixel_mm2: float
) -> tuple[Region, ...]:
    """Return the regions of a slice that are large enough to be named, the largest first."""
    areas: dict[int, dict[Sign, float]] = {}
    wholes: dict[int, np.ndarray] = {}
    for (label, sign), mask in masks.items():
        if label in opacities:
            areas.setdefault(label, {})[sign] = float(mask.sum()) * pixel_mm2
            wholes[label] = wholes[label] | mask if label in wholes else mask
    times = np.zeros(next(iter(wholes.values())).shape if wholes else (0, 0), np.int16)
    for mask in wholes.values():
        times += mask
    found = []
    for label, parts in areas.items():
        whole, one = sum(parts.values()), opacities[label]
        if whole < LEAST_MM2:
            continue
        there = [sign for sign, area in parts.items() if area >= _MUCH * whole and sign not in _DETAIL]
        listed = [sign for sign in signs_of(one) if sign in there]
        if there:
            telling = [sign for sign in _TELLING if sign in there]
            ranked = [*telling, *listed, *sorted(there, key=lambda sign: -parts[sign])]
            name = ranked[0]
            right = {*telling, *(_SIZES if name in _SIZES else ())} - {name}
            also = tuple(s for s in dict.fromkeys([*signs_of(one), *there]) if s is not name and s not in right)
            cut = name is not Sign.REVERSED_HALO or (
                Sign.GROUND_GLASS_OPACITY in there
                and _ringed(masks[label, name], masks[label, Sign.GROUND_GLASS_OPACITY], wholes[label])
            )
            lobe = list(LOBES)[int(Lobe(int(one["lobe"])))]
            shared = float((times[wholes[label]] > 1).mean())
            plain = cut and shared <= _SHARED
            found.append(Region(label, name, also, lobe, whole, tuple(s for s in Sign if s in right), plain))
    return tuple(sorted(found, key=lambda region: (-region.area_mm2, region.label)))


def _ringed(ring: np.ndarray, glass: np.ndarray, whole: np.ndarray) -> bool:
    """Return whether ground glass lies within the ring: near its pole a slice shows the ring as a ball in a halo."""
    centre = np.argwhere(whole).mean(axis=0)
    away, radius = (np.hypot(*(np.argwhere(mask) - centre).T) for mask in (glass, ring))
    return bool((away < radius.mean()).sum() >= _MUCH * whole.sum())


def mark(puzzle: Puzzle, sign: Sign | None, lobe: str | None) -> Named:
    """Return what a name and a lobe are worth.

    Parameters
    ----------
    puzzle : Puzzle
    sign : Sign or None
    lobe : str or None
        A key of `LOBES`.
    """
    region = puzzle.region
    full = (region.name, *region.right)
    name_credit = 1.0 if sign in full else _ALSO if sign in region.also else 0.0
    lobe_credit = 1.0 if lobe == region.lobe else 0.0
    reasons = []
    if sign in region.also:
        reasons.append(f"{_capital(sign)} is there too; what leads in this slice is {region.name.value}.")
    elif sign is not None and sign not in full:
        reasons.append(f"{_capital(sign)} is not what this region shows.")
    reasons.append(DEFINITIONS[region.name])
    if region.right:
        reasons.append(f"As right: {', '.join(sign.value for sign in region.right)}.")
    if region.also:
        reasons.append(f"Also in this opacity: {', '.join(sign.value for sign in region.also)}.")
    said = [sign.value if sign is not None else "no name", LOBES[lobe][0].lower() if lobe is not None else "no lobe"]
    return Named(
        _NAME_WEIGHT * name_credit + (1.0 - _NAME_WEIGHT) * lobe_credit,
        name_credit,
        lobe_credit,
        f"{said[0]}, {said[1]}",
        f"{region.name.value}, {LOBES[region.lobe][0].lower()}",
        tuple(reasons),
    )


def _capital(sign: Sign | None) -> str:
    return "" if sign is None else sign.value[:1].upper() + sign.value[1:]


def find_sign(typed: str) -> list[tuple[str, str]]:
    """Return the signs that a typed text may mean, likeliest first: names of `Sign` and their words."""
    words = {sign.name: (sign.value, *_SYNONYMS.get(sign, ())) for sign in Sign}
    return find_word(typed, words)


def find_lobe(typed: str) -> list[tuple[str, str]]:
    """Return the lobes that a typed text may mean, likeliest first."""
    return find_word(typed, LOBES)


def find_word(typed: str, words: Mapping[str, Sequence[str]], most: int = 7) -> list[tuple[str, str]]:
    """Return what a typed text may mean of some things: by the very word, its beginning, or small slips.

    Parameters
    ----------
    typed : str
    words : mapping
        Identifier to the words for it, the one that is shown first.
    most : int
    """
    wanted = utils.default_process(typed)
    if not wanted:
        return []
    ranked = []
    for identifier, known in words.items():
        score = max(_alike(wanted, utils.default_process(word)) for word in known)
        if score > 0.0:
            ranked.append((-score, identifier, known[0]))
    return [(identifier, word) for _, identifier, word in sorted(ranked)[:most]]


def _alike(wanted: str, word: str) -> float:
    if wanted == word:
        return 100.0
    if word.startswith(wanted):
        return 95.0
    if any(part.startswith(wanted) for part in word.split()):
        return 92.0
    alike = fuzz.ratio(wanted, word) if len(wanted) > 3 else 0.0
    return 0.9 * alike if alike >= _LIKE else 0.0


DEFINITIONS: Final[Mapping[Sign, str]] = {
    Sign.GROUND_GLASS_OPACITY: "Hazy increase of density through which vessels and bronchial walls can still be seen.",
    Sign.CONSOLIDATION: "Homogeneous increase of density that hides the vessels; bronchi may show as air within it.",
    Sign.AIR_BRONCHOGRAM: "Bronchi that stay black within lung that has lost its air.",
    Sign.REVERSED_HALO: "Ground glass in the middle, with a ring of denser consolidation around it.",
    Sign.HALO: "Ground glass around a nodule or a consolidation.",
    Sign.PERILOBULAR: "Arcades and polygons of density along the borders of the secondary lobules.",
    Sign.CRAZY_PAVING: "Thickened lines between and within lobules, on a ground of ground glass.",
    Sign.NODULE: "A rounded opacity of up to 3 cm.",
    Sign.MASS: "An opacity of more than 3 cm, rounded or irregular.",
    Sign.MICRONODULES: "Rounded opacities of less than 3 mm.",
    Sign.CENTRILOBULAR_NODULES: "Small nodules in the middle of the lobules, some millimetres away from the pleura.",
    Sign.TREE_IN_BUD: "Small branching lines with buds: filled bronchioles.",
    Sign.CAVITY: "A space with gas within a consolidation, a nodule or a mass.",
    Sign.RETICULATION: "A net of fine lines.",
    Sign.HONEYCOMBING: "Cysts with walls of their own, in rows and layers beneath the pleura.",
    Sign.TRACTION_BRONCHIECTASIS: "Bronchi that are wide and irregular where the lung around them is scarred.",
    Sign.PARENCHYMAL_BAND: "A line of soft tissue 1 to 3 mm thick and up to 5 cm long, mostly down to the pleura.",
    Sign.SUBPLEURAL_SPARING: "A strip of sound lung between the pleura and the opacity.",
    Sign.INFARCT_WEDGE: "A triangle of density with its base on the pleura and its tip towards the hilum.",
    Sign.PLEURAL_EFFUSION: "Fluid between lung and chest wall.",
    Sign.MOSAIC_ATTENUATION: "Patchwork of lung of different density; darker lobules hold trapped air.",
    Sign.LYMPH_NODE: "A node of more than 10 mm across its short axis.",
}
"""Each sign in a sentence, after the Fleischner glossary (Bankier et al., Radiology 2024), in our own words."""
