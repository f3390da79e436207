"""The search audit: what of a CT was on the screen, and which opacities were missed for want of looking.

The classes are those of Kundel, Nodine and Carmody (Invest Radiol 1978;13:175-181), who followed the eye: what the eye
never came near is missed by *search*, what it passed over too quickly by *recognition*, what it rested on by
*decision*. Here only slices are followed. A slice that was never shown is a fault of search for certain; of one that
was on the screen nobody knows where the eye was, so recognition and decision are told together.

Nothing of this is scored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from trainer.knowledge.statement import ZONES, Read, Zone
from trainer.reasoning.ctread import zones_of_each
from trainer.reasoning.item import listed

SOURCE = (
    "Kundel HL, Nodine CF, Carmody D. Visual scanning, pattern recognition and decision-making in pulmonary nodule "
    "detection. Invest Radiol 1978;13:175-181"
)
NEVER, GLIMPSED, SEEN = 0, 1, 2
"""What a digit of `trainer.encounter.event.Looked` says."""

_PART = 0.5  # share of a zone's slices from which on it counts as seen, or as shown; judgement

Cause = Literal["search", "recognition"]
Reach = Literal["seen", "glimpsed", "never"]


@dataclass(frozen=True)
class Extent:
    """Where the lungs and the opacities lie among the slices of one CT.

    Parameters
    ----------
    slices : int
        How many there are, numbered from the feet.
    right, left : tuple of float
        Lowest and highest slice of each lung.
    opacities : mapping
        Label to the first and the last slice in which an opacity is drawn.
    places_mm : mapping
        Label to the middle of an opacity, (z, y, x) in the coordinates of the visit.
    """

    slices: int
    right: tuple[float, float]
    left: tuple[float, float]
    opacities: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    places_mm: Mapping[int, tuple[float, float, float]] = field(default_factory=dict)

    def zone(self, zone: Zone) -> range:
        """Return the slices of a zone: a third of the height of its lung."""
        low, high = self.right if zone.startswith("right") else self.left
        third = ("lower", "middle", "upper").index(zone.partition("-")[2])
        edges = [low + (high - low) * share / 3 for share in (third, third + 1)]
        first, last = (min(max(round(edge), 0), self.slices) for edge in edges)
        return range(first, last)


@dataclass(frozen=True)
class Coverage:
    """How many slices were never shown, glimpsed and seen."""

    never: int
    glimpsed: int
    seen: int

    @property
    def whole(self) -> int:
        """All of them."""
        return self.never + self.glimpsed + self.seen

    @property
    def reach(self) -> Reach:
        """What that comes to for the whole: "seen" or "glimpsed" if half of the slices were at least that."""
        if self.seen >= _PART * self.whole:
            return "seen"
        return "glimpsed" if self.seen + self.glimpsed >= _PART * self.whole else "never"


@dataclass(frozen=True)
class Missed:
    """An opacity that a read does not account for.

    Parameters
    ----------
    label : int
    cause : {"search", "recognition"}
        Whether none of its slices was ever on the screen, or some were.
    zones : tuple of str
    slices : tuple of int
        The first and the last in which it is drawn.
    glimpsed : bool
        Whether none of its slices was on the screen for longer than a glimpse.
    place_mm : tuple of float or None
        Its middle, (z, y, x) in the coordinates of the visit.
    """

    label: int
    cause: Cause
    zones: tuple[Zone, ...]
    slices: tuple[int, int]
    glimpsed: bool = False
    place_mm: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Search:
    """What of one CT was searched.

    Parameters
    ----------
    day : int
        Of the CT.
    shown : str
        One digit a slice from the feet.
    slices : Coverage
    zones : mapping
        Each of `ZONES` to its coverage; empty where the chest was not at hand.
    missed : tuple of Missed
        The largest first.
    said : tuple of str
        All of this in sentences.
    """

    day: int
    shown: str
    slices: Coverage
    zones: Mapping[Zone, Coverage]
    missed: tuple[Missed, ...]
    said: tuple[str, ...]


def together(shown: Iterable[str]) -> str:
    """Return records of one CT as one: slice by slice the highest digit."""
    rows = list(shown)
    most = max(map(len, rows), default=0)
    return "".join(max(row[i] if i < len(row) else "0" for row in rows) for i in range(most))


def search_of(
    day: int, shown: str, extent: Extent | None, opacities: np.ndarray, read: Read | None, marked: Collection[int]
) -> Search:
    """Return the search audit of one CT.

    Parameters
    ----------
    day : int
    shown : str
        One digit a slice from the feet; slices beyond its end were never shown.
    extent : Extent or None
        Where everything lies; None where the chest is not at hand, and then only slices are counted.
    opacities : numpy.ndarray
        What the chest really shows: records of `trainer.course.opacity.OPACITY`, shape (n,).
    read : Read or None
        The learner's.
    marked : collection of int
        Labels of the opacities that the marks of the read hit.
    """
    digits = np.frombuffer(shown.encode(), np.uint8) - ord("0")
    if extent is None:
        whole = _coverage(digits)
        return Search(day, shown, whole, {}, (), tuple(_of_slices(day, whole)))
    digits = np.pad(digits[: extent.slices], (0, max(0, extent.slices - len(digits))))
    full = "".join(map(str, digits))
    zones = {zone: _coverage(digits[extent.zone(zone)]) for zone in ZONES}
    missed = _missed(digits, extent, opacities, read, marked)
    whole = _coverage(digits)
    said = [*_of_slices(day, whole), *_of_zones(zones), *_of_missed(missed, read is not None)]
    return Search(day, full, whole, zones, missed, tuple(said))


def _coverage(digits: np.ndarray) -> Coverage:
    return Coverage(*(int((digits == digit).sum()) for digit in (NEVER, GLIMPSED, SEEN)))


def _missed(
    digits: np.ndarray, extent: Extent, opacities: np.ndarray, read: Read | None, marked: Collection[int]
) -> tuple[Missed, ...]:
    """Return the listed opacities that nobody looked for, or that were on the screen and are not in the read."""
    named = {zone for zone, rating in read.zones.items() if rating > 0} if read is not None else set()
    followed = {int(label) for label in read.changes} if read is not None else set()
    found: list[tuple[float, Missed]] = []
    for one, zone_flags in zip(opacities, zones_of_each(opacities[None])[0], strict=True):
        label, zones = int(one["label"]), tuple(z for z, there in zip(ZONES, zone_flags, strict=True) if there)
        if not zones or label not in extent.opacities or label in marked or label in followed:
            continue
        first, last = extent.opacities[label]
        place = extent.places_mm.get(label)
        size = float(one["volume_ml"] * one["fill"])
        if not digits[first : last + 1].any():
            found.append((size, Missed(label, "search", zones, (first, last), place_mm=place)))
        elif read is not None and not named & set(zones):
            glimpsed = int(digits[first : last + 1].max()) < SEEN
            found.append((size, Missed(label, "recognition", zones, (first, last), glimpsed, place)))
    return tuple(missed for _, missed in sorted(found, key=lambda pair: -pair[0]))


def _of_slices(day: int, whole: Coverage) -> list[str]:
    if whole.never == whole.whole:
        return [f"The CT of day {day} was never opened."]
    if whole.seen == whole.whole:
        return [
            f"Every one of the {whole.whole} slices of the CT of day {day} was on the screen long enough to be seen."
        ]
    return [
        f"Of the {whole.whole} slices of the CT of day {day} you saw {whole.seen}, glimpsed {whole.glimpsed} "
        f"(less than half a second) and never had {whole.never} on the screen."
    ]


def _of_zones(zones: Mapping[Zone, Coverage]) -> list[str]:
    said = []
    for reach, words in (
        ("never", "for the most part never on the screen; what is not looked at is not found"),
        ("glimpsed", "on the screen for a glimpse only"),
    ):
        names = [_spoken(zone) for zone, coverage in zones.items() if coverage.reach == reach]
        if names:
            were = "zones were" if len(names) > 1 else "zone was"
            said.append(f"The {listed(names)} {were} {words}.")
    if zones and not said:
        said.append("No zone was left out.")
    return said


def _of_missed(missed: Sequence[Missed], was_read: bool) -> list[str]:
    said = []
    for one in missed:
        first, last = one.slices
        where = f"Opacity {one.label} in the {listed([_spoken(zone) for zone in one.zones])} zone"
        where += "s" if len(one.zones) > 1 else ""
        span = f"slices {first + 1} to {last + 1}" if last > first else f"slice {first + 1}"
        if one.cause == "search":
            said.append(
                f"{where} lies in {span}, none of which was ever on the screen: an error of search (Kundel 1978)."
            )
        elif one.glimpsed:
            said.append(
                f"{where} ({span}) went by in less than half a second a slice and is neither marked nor read there: an "
                f"error of recognition (Kundel 1978)."
            )
        else:
            said.append(
                f"{where} ({span}) was on the screen and is neither marked nor read there: an error of recognition, "
                f"or of decision if your eye rested on it (Kundel 1978); slices alone cannot tell these two apart."
            )
    if any(one.cause == "search" for one in missed):
        said.append("Go through every slice, apex to base, one lung and then the other.")
    if any(one.glimpsed for one in missed):
        said.append("Slow down where there is lung.")
    if not missed and was_read:
        said.append("No opacity was missed for want of looking, and none that was shown is missing from your read.")
    return said


def _spoken(zone: Zone) -> str:
    return zone.replace("-", " ")
